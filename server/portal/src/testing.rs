//! A portal for tests: the real router on a real database file, with a clock that stands, a generator that repeats
//! and a relay that writes down what it is asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use rand_core::SeedableRng as _;
use serde_json::Value;
use temoto_crypto::Secret32;
use temoto_jobs::{MailParts, MailQueue};
use temoto_mail::{Letter, Post, PostError};
use temoto_model::account::{Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::second_factor::FactorKey;
use temoto_model::secret::Token;
use temoto_model::session::EndReason;
use temoto_model::ticket::TicketKey;
use temoto_model::{LoginId, OrganisationId, Role, Secret, SessionId, Timestamp, TokenHash, UserId};
use temoto_store::{Accounts as _, Attachments, Clock, NewUser, Presence, StoreError, TokenPurpose};
use temoto_store_sql::SqlStore;
use tower::ServiceExt as _;

use crate::{Pages, Parts, Passwords, Peer, Portal, Programs, Proxies, Random, Site};

/// The password of everybody in tests.
pub(crate) const PASSWORD: &str = "tulip-orbit-94";
/// Where the plain portal is.
pub(crate) const HOME: &str = "http://localhost:8080";
/// Signs the licences that the portal of tests believes.
pub(crate) const ISSUER: [u8; 32] = [8; 32];
const START: i64 = 1_800_000_000_000;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// What a relay was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Asked {
    DetachLogin,
    DetachUser(UserId),
    Refresh(SessionId),
    End(SessionId, EndReason),
    Pause(SessionId),
    Resume(SessionId),
}

#[derive(Default)]
pub(crate) struct TestRelay {
    pub asked: Mutex<Vec<Asked>>,
    pub under_attack: AtomicBool,
    /// Sessions whose customer is there.
    pub customers: Mutex<Vec<SessionId>>,
}

impl TestRelay {
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }
}

#[async_trait]
impl Attachments for TestRelay {
    async fn detach_login(&self, _: LoginId) {
        self.note(Asked::DetachLogin);
    }
    async fn detach_user(&self, user: UserId) {
        self.note(Asked::DetachUser(user));
    }
    async fn refresh(&self, session: SessionId) -> Result<(), StoreError> {
        self.note(Asked::Refresh(session));
        Ok(())
    }
    async fn end_session(&self, session: SessionId, reason: EndReason) {
        self.note(Asked::End(session, reason));
    }
    async fn pause_session(&self, session: SessionId) {
        self.note(Asked::Pause(session));
    }
    async fn resume_session(&self, session: SessionId) {
        self.note(Asked::Resume(session));
    }
    fn presence(&self, sessions: &[SessionId]) -> Vec<Presence> {
        let there = self.customers.lock().unwrap();
        let of = |session: &SessionId| Presence {
            console: true,
            customer: there.contains(session),
        };
        sessions.iter().map(of).collect()
    }
    fn under_attack(&self) -> bool {
        self.under_attack.load(Ordering::SeqCst)
    }
    fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        (Vec::new(), Vec::new())
    }
    fn operated(&self) -> Vec<SessionId> {
        Vec::new()
    }
}

/// How the portal is installed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Installed {
    /// On this machine, without TLS.
    Plain,
    /// With a certificate of its own.
    SelfSigned,
    /// Behind a proxy that speaks TLS.
    Proxied,
}

pub(crate) struct TestPortal {
    pub clock: Arc<TestClock>,
    pub relay: Arc<TestRelay>,
    pub store: SqlStore,
    pub site: Site,
    pub tickets: TicketKey,
    pub signing: Secret32,
    _folder: tempfile::TempDir,
    router: Router,
    next: AtomicI64,
}

/// An answer that was read to its end.
pub(crate) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    }

    /// `name=value` of each cookie that was set.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let set = self.headers.get_all(header::SET_COOKIE);
        set.iter()
            .map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned())
            .collect()
    }
}

impl TestPortal {
    pub(crate) async fn new() -> Self {
        Self::installed(Installed::Plain, Pages::none(), Programs::default()).await
    }

    pub(crate) async fn installed(how: Installed, pages: Pages, programs: Programs) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&folder.path().join("temoto.db"), true)
            .await
            .unwrap();
        let site = match how {
            Installed::Plain => Site::new(HOME, &["other.example:8080".to_owned()]).unwrap(),
            Installed::SelfSigned => Site::new("https://support.example:8443", &[]).unwrap(),
            Installed::Proxied => Site::new("https://support.example", &[])
                .unwrap()
                .with_strict_transport(),
        };
        let proxies: &[&str] = if how == Installed::Proxied {
            &["127.0.0.1"]
        } else {
            &[]
        };
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let relay = Arc::new(TestRelay::default());
        let tickets = TicketKey::from_bytes([5; 32]);
        let signing = Secret32::new([6; 32]);
        let portal = Portal::new(Parts {
            store: Arc::new(store.clone()),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Random::new(rand_chacha::ChaCha20Rng::from_seed([4; 32])),
            site: site.clone(),
            proxies: Proxies::parse(proxies).unwrap(),
            own_key: None,
            tickets: tickets.clone(),
            signing: signing.clone(),
            issuers: vec![temoto_model::licence::issuer(&ISSUER)],
            passwords: Passwords::weak(),
            pages,
            programs,
            attachments: Arc::clone(&relay) as Arc<dyn Attachments>,
            factors: FactorKey::derive(&[6; 32]),
            mail: how != Installed::SelfSigned,
            registration: how == Installed::Plain,
        });
        Self {
            clock,
            relay,
            store,
            site,
            tickets,
            signing,
            _folder: folder,
            router: portal.router(Router::new()),
            next: AtomicI64::new(1),
        }
    }

    fn fresh(&self) -> [u8; 16] {
        let mut id = [0xab; 16];
        let next = self.next.fetch_add(1, Ordering::SeqCst);
        id[..8].copy_from_slice(&next.to_be_bytes());
        id
    }

    fn event(&self, organisation: OrganisationId, kind: AuditKind) -> AuditEvent {
        AuditEvent {
            organisation,
            at: self.clock.now(),
            actor: None,
            kind,
            subject: String::new(),
            detail: String::new(),
        }
    }

    pub(crate) async fn organisation(&self, name: &str) -> OrganisationId {
        let id = OrganisationId::from_bytes(self.fresh());
        let event = self.event(id, AuditKind::Installed);
        let name = Name::parse(name).unwrap();
        self.store.add_organisation(id, &name, &event).await.unwrap();
        id
    }

    pub(crate) async fn user(&self, organisation: OrganisationId, email: &str, role: Role) -> UserId {
        let hash = Passwords::weak()
            .hash(Secret::new(PASSWORD.to_owned()), [1; 16])
            .await
            .unwrap();
        self.add_user(organisation, email, role, Some(hash)).await
    }

    pub(crate) async fn invited(&self, organisation: OrganisationId, email: &str) -> UserId {
        self.add_user(organisation, email, Role::Operator, None).await
    }

    async fn add_user(
        &self,
        organisation: OrganisationId,
        email: &str,
        role: Role,
        password_hash: Option<Secret<String>>,
    ) -> UserId {
        let id = UserId::from_bytes(self.fresh());
        let user = NewUser {
            id,
            organisation,
            email: Email::parse(email).unwrap(),
            name: Name::parse("佐藤 花子").unwrap(),
            role,
            password_hash,
        };
        let event = self.event(organisation, AuditKind::UserAdded);
        self.store.add_user(&user, &event).await.unwrap();
        id
    }

    pub(crate) async fn link(&self, purpose: TokenPurpose) -> Token {
        let token = Secret::new(hex::encode([self.fresh(), self.fresh()].concat()));
        let expires = self.clock.now().plus(Duration::from_secs(86_400));
        let hash = TokenHash::of(token.expose());
        self.store.add_token(hash, purpose, expires).await.unwrap();
        token
    }

    /// The cookies of a fresh login.
    pub(crate) async fn log_in(&self, email: &str) -> String {
        let reply = self.login(email, PASSWORD, "").await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.cookies().join("; ")
    }

    /// Sends the mail that waits, and gives it.
    pub(crate) async fn mails(&self) -> Vec<Letter> {
        let post = Arc::new(TestPost::default());
        let next = Mutex::new(rand_chacha::ChaCha20Rng::from_seed(self.fresh32()));
        let ids = Mutex::new(rand_chacha::ChaCha20Rng::from_seed(self.fresh32()));
        let queue = MailQueue::new(MailParts {
            store: Arc::new(self.store.clone()),
            post: Arc::clone(&post) as Arc<dyn Post>,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            draw_id: Box::new(move || temoto_model::MailId::generate(&mut *ids.lock().unwrap())),
            draw_token: Box::new(move || temoto_model::secret::generate_token(&mut *next.lock().unwrap())),
            site: self.site.origin(),
        });
        queue.notices().await.unwrap();
        while queue.round().await.unwrap() > 0 {}
        std::mem::take(&mut *post.0.lock().unwrap())
    }

    fn fresh32(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.fresh());
        seed
    }

    pub(crate) async fn login(&self, email: &str, password: &str, cookie: &str) -> Reply {
        let body = serde_json::json!({ "email": email, "password": password });
        self.post("/api/v1/login", cookie, &body).await
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Reply {
        self.send(self.request(Method::GET, path, cookie, None)).await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path, cookie, Some(body)))
            .await
    }

    /// A request as a page of this site sends it.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        cookie: &str,
        body: Option<&Value>,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, &self.site.hosts()[0]);
        if method != Method::GET {
            request = request
                .header(header::ORIGIN, self.site.origin())
                .header("sec-fetch-site", "same-origin");
        }
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        let body = match body {
            None => Body::empty(),
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
        };
        request.body(body).unwrap()
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Reply {
        if request.extensions().get::<Peer>().is_none() {
            let peer: SocketAddr = "127.0.0.1:50000".parse().unwrap();
            request.extensions_mut().insert(Peer(peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// Takes every letter.
#[derive(Default)]
struct TestPost(Mutex<Vec<Letter>>);

#[async_trait]
impl Post for TestPost {
    async fn send(&self, letter: &Letter) -> Result<(), PostError> {
        self.0.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

/// What stands behind the `#` of the only link with a secret in a letter.
pub(crate) fn token_in(letter: &Letter) -> String {
    let (_, token) = letter.text.split_once('#').unwrap();
    token.chars().take_while(char::is_ascii_hexdigit).collect()
}

/// A console's key in a request.
pub(crate) fn console_key() -> Value {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    serde_json::json!({ "console_key": key })
}
