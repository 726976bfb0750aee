//! The jobs on a real database, with a clock that is moved and a relay that writes down what it is asked.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use temoto_model::account::{Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{CodeId, LoginId, OrganisationId, Role, SessionId, TokenHash, UserId};
use temoto_store::{
    Accounts as _, Logins as _, NewCode, NewLogin, NewSession, NewUser, Presence, Sessions as _,
};
use temoto_store_sql::SqlStore;

use super::*;

struct StillClock(AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Default)]
struct NotedRelay {
    detached: Mutex<Vec<UserId>>,
    ended: Mutex<Vec<(SessionId, EndReason)>>,
    in_use: Mutex<(Vec<SessionId>, Vec<LoginId>)>,
}

#[async_trait]
impl Attachments for NotedRelay {
    async fn detach_login(&self, _: LoginId) {}
    async fn detach_user(&self, user: UserId) {
        self.detached.lock().unwrap().push(user);
    }
    async fn refresh(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
    async fn end_session(&self, session: SessionId, reason: EndReason) {
        self.ended.lock().unwrap().push((session, reason));
    }
    async fn pause_session(&self, _: SessionId) {}
    async fn resume_session(&self, _: SessionId) {}
    fn presence(&self, sessions: &[SessionId]) -> Vec<Presence> {
        vec![Presence::default(); sessions.len()]
    }
    fn under_attack(&self) -> bool {
        false
    }
    fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        self.in_use.lock().unwrap().clone()
    }
    fn operated(&self) -> Vec<SessionId> {
        self.in_use.lock().unwrap().0.clone()
    }
}

struct World {
    jobs: Jobs,
    store: SqlStore,
    clock: Arc<StillClock>,
    relay: Arc<NotedRelay>,
    organisation: OrganisationId,
    user: UserId,
    _folder: tempfile::TempDir,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open(&folder.path().join("temoto.db"), true)
        .await
        .unwrap();
    let clock = Arc::new(StillClock(AtomicI64::new(1_800_000_000_000)));
    let relay = Arc::new(NotedRelay::default());
    let (organisation, user) = (OrganisationId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    let jobs = Jobs::new(
        Arc::new(store.clone()),
        Arc::clone(&relay) as Arc<dyn Attachments>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        [7; 32].into(),
    );
    let world = World {
        jobs,
        store,
        clock,
        relay,
        organisation,
        user,
        _folder: folder,
    };
    let name = Name::parse("Example").unwrap();
    world
        .store
        .add_organisation(organisation, &name, &world.event())
        .await
        .unwrap();
    let person = NewUser {
        id: user,
        organisation,
        email: Email::parse("a@b.example").unwrap(),
        name,
        role: Role::Operator,
        password_hash: Some("hash".to_owned().into()),
    };
    world.store.add_user(&person, &world.event()).await.unwrap();
    world
}

impl World {
    fn event(&self) -> AuditEvent {
        AuditEvent {
            organisation: self.organisation,
            at: self.clock.now(),
            actor: None,
            kind: AuditKind::Installed,
            subject: String::new(),
            detail: String::new(),
        }
    }

    fn advance(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    async fn session(&self, n: u8) -> SessionId {
        let at = self.clock.now();
        let id = SessionId::from_bytes([n; 16]);
        let session = NewSession {
            id,
            organisation: self.organisation,
            operator: self.user,
            language: None,
            at,
        };
        let code = NewCode {
            id: CodeId::from_bytes([n; 16]),
            routing: format!("{n:04}"),
            secret_digits: 4,
            at,
            expires_at: at.plus(Duration::from_secs(600)),
        };
        self.store.open_session(&session, &code, &[]).await.unwrap();
        id
    }
}

#[tokio::test]
async fn who_is_disabled_by_the_command_line_is_detached() {
    let mut world = world().await;
    world.jobs.watch().await.unwrap();
    assert_eq!(*world.relay.detached.lock().unwrap(), []);
    assert!(
        world
            .store
            .set_disabled(world.user, true, &world.event())
            .await
            .unwrap()
    );
    world.jobs.watch().await.unwrap();
    assert_eq!(*world.relay.detached.lock().unwrap(), [world.user]);
    // Once it is long done, no more.
    world.advance(1);
    world.jobs.watch().await.unwrap();
    world.relay.detached.lock().unwrap().clear();
    world.jobs.watch().await.unwrap();
    assert_eq!(*world.relay.detached.lock().unwrap(), []);
}

#[tokio::test]
async fn what_somebody_is_attached_to_does_not_run_out() {
    let world = world().await;
    let (used, left) = (world.session(1).await, world.session(2).await);
    let login = LoginId::from_bytes([3; 16]);
    let at = world.clock.now();
    let new = NewLogin {
        id: login,
        token: TokenHash::of("t"),
        user: world.user,
        device: String::new(),
        address: String::new(),
        at,
        known_device: TokenHash::of("d"),
        trusted_until: None,
        replaces: None,
        forgives: Vec::new(),
    };
    world.store.add_login(&new, &world.event()).await.unwrap();
    *world.relay.in_use.lock().unwrap() = (vec![used], vec![login]);
    for _ in 0..4 {
        world.advance(20);
        world.jobs.clear_away().await.unwrap();
    }
    assert_eq!(*world.relay.ended.lock().unwrap(), [(left, EndReason::Expired)]);
    assert!(world.store.login_holds(login, world.clock.now()).await.unwrap());
    let live = world.store.live_sessions(world.user).await.unwrap();
    assert_eq!(live.iter().map(|session| session.id).collect::<Vec<_>>(), [used]);
    assert_eq!(live[0].code, None);
}

#[tokio::test]
async fn every_trail_that_went_on_is_signed_once() {
    use temoto_store::Audits as _;
    let world = world().await;
    for round in 0..2 {
        world.jobs.sign_trails().await.unwrap();
        world.jobs.sign_trails().await.unwrap();
        let signed = world.store.checkpoints(world.organisation).await.unwrap();
        assert_eq!(signed.len(), round + 1);
        let (checkpoint, signature) = &signed[round];
        assert!(checkpoint.is_signed(signature, &[7; 32]));
        world.store.record(&world.event()).await.unwrap();
    }
}

#[tokio::test]
async fn the_jobs_stop_when_told() {
    let world = world().await;
    let (stop, stopping) = watch::channel(false);
    let running = tokio::spawn(world.jobs.run(stopping));
    stop.send_replace(true);
    running.await.unwrap();
}
