//! Real WebSockets over loopback, a real database, and a server that is really killed.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story looks for one message and names it"
)]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt as _, StreamExt as _};
use temoto_crypto::Capabilities;
use temoto_model::account::{Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::ticket::{Ticket, TicketKey};
use temoto_model::{CodeId, LoginId, OrganisationId, Role as Rank, SessionId, TicketId, Timestamp, UserId};
use temoto_store::{Accounts as _, NewCode, NewSession, NewUser, RelayStore as _, Sessions as _, StoreError};
use temoto_store_sql::SqlStore;
use temoto_wire::limits::{DATA_BYTES, LOBBY_BYTES, MESSAGE_BYTES};
use temoto_wire::relay::{
    Credential, Detached, Ended, FromServer, LobbyBytes, ResumeToken, Role, Selector, ToServer,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::{Config, Limits, Logins, Relay};

const HOME: &str = "http://localhost:8080";
const SESSION: SessionId = SessionId::from_bytes([1; 16]);
const OPERATOR: UserId = UserId::from_bytes([2; 16]);
const LOGIN: LoginId = LoginId::from_bytes([3; 16]);
const ORGANISATION: OrganisationId = OrganisationId::from_bytes([4; 16]);
const TICKET_KEY: [u8; 32] = [5; 32];
const ROUTING: &str = "4821";

struct AllLogins;

#[async_trait]
impl Logins for AllLogins {
    async fn is_valid(&self, login: LoginId) -> Result<bool, StoreError> {
        Ok(login == LOGIN)
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn note(kind: AuditKind) -> AuditEvent {
    AuditEvent {
        organisation: ORGANISATION,
        at: now(),
        actor: None,
        kind,
        subject: String::new(),
        detail: String::new(),
    }
}

/// A database with one session that waits for a customer.
async fn prepare(folder: &Path) -> SqlStore {
    let store = SqlStore::open(&folder.join("temoto.db"), true).await.unwrap();
    let name = Name::parse("Example").unwrap();
    store
        .add_organisation(ORGANISATION, &name, &note(AuditKind::Installed))
        .await
        .unwrap();
    let user = NewUser {
        id: OPERATOR,
        organisation: ORGANISATION,
        email: Email::parse("operator@example.jp").unwrap(),
        name,
        role: Rank::Operator,
        password_hash: None,
    };
    store.add_user(&user, &note(AuditKind::UserAdded)).await.unwrap();
    let session = NewSession {
        id: SESSION,
        organisation: ORGANISATION,
        operator: OPERATOR,
        language: None,
        at: now(),
    };
    let code = NewCode {
        id: CodeId::from_bytes([6; 16]),
        routing: ROUTING.to_owned(),
        secret_digits: 4,
        at: now(),
        expires_at: now().plus(temoto_model::code::LIFE),
    };
    store.open_session(&session, &code, &[]).await.unwrap();
    store
}

async fn start(store: SqlStore, limits: Limits) -> (Relay, SocketAddr) {
    let config = Config {
        origins: vec![HOME.to_owned()],
        limits,
        server_key: [0x5E; 32],
        capabilities: Capabilities::default(),
    };
    let tickets = TicketKey::from_bytes(TICKET_KEY);
    let relay = Relay::new(config, tickets, Arc::new(store), Arc::new(AllLogins))
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = relay
        .router::<()>()
        .into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (relay, address)
}

struct Server {
    relay: Relay,
    address: SocketAddr,
    store: SqlStore,
    _folder: tempfile::TempDir,
}

async fn server_with(limits: Limits) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let store = prepare(folder.path()).await;
    let (relay, address) = start(store.clone(), limits).await;
    Server {
        relay,
        address,
        store,
        _folder: folder,
    }
}

async fn server() -> Server {
    server_with(Limits::default()).await
}

/// A client that sends and receives whole messages.
struct Client(WebSocketStream<TcpStream>);

async fn dial(address: SocketAddr, origin: Option<&str>, protocol: Option<&str>) -> Result<Client, Error> {
    let mut request = format!("ws://{address}/relay").into_client_request()?;
    let headers = request.headers_mut();
    if let Some(origin) = origin {
        headers.insert("Origin", HeaderValue::from_str(origin).unwrap());
    }
    if let Some(protocol) = protocol {
        headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_str(protocol).unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
    Ok(Client(socket))
}

impl Client {
    async fn page(address: SocketAddr) -> Self {
        dial(address, Some(HOME), Some("temoto.v1")).await.unwrap()
    }

    async fn program(address: SocketAddr) -> Self {
        dial(address, None, Some("temoto.v1")).await.unwrap()
    }

    async fn send(&mut self, message: &ToServer) {
        self.raw(Message::Binary(message.encode().into())).await;
    }

    async fn raw(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next message that is no ping; `None`: the line is closed.
    async fn next(&mut self) -> Option<FromServer> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(60), self.0.next())
                .await
                .expect("the server says something");
            match message {
                Some(Ok(Message::Binary(bytes))) => match FromServer::decode(&bytes).unwrap() {
                    FromServer::Ping(echo) => self.send(&ToServer::Pong(echo)).await,
                    other => return Some(other),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("{other:?}"),
            }
        }
    }

    async fn is_detached(&mut self, why: Detached) {
        assert_eq!(self.next().await, Some(FromServer::Detached(why)));
        assert_eq!(self.next().await, None);
    }

    async fn attach(&mut self, credential: Credential) {
        self.send(&ToServer::attach(credential)).await;
    }

    async fn resume(address: SocketAddr, token: &ResumeToken) -> Self {
        let mut client = Self::page(address).await;
        client.attach(Credential::Resume(*token)).await;
        assert!(matches!(client.next().await, Some(FromServer::Attached { .. })));
        client
    }
}

fn ticket(n: u8) -> Credential {
    Credential::Ticket(TicketKey::from_bytes(TICKET_KEY).sign(&Ticket {
        id: TicketId::from_bytes([n; 16]),
        session: SESSION,
        participant: 0,
        user: OPERATOR,
        login: LOGIN,
        expires_at: now().plus(temoto_model::ticket::LIFE),
    }))
}

fn lobby(mark: u8) -> LobbyBytes {
    Box::new([mark; LOBBY_BYTES])
}

fn knock(role: Role) -> ToServer {
    ToServer::Knock {
        version: temoto_wire::PROTOCOL_VERSION,
        role,
        selector: Selector::routing(ROUTING).unwrap(),
        lobby: lobby(1),
    }
}

async fn console(address: SocketAddr) -> (Client, ResumeToken) {
    let mut console = Client::page(address).await;
    console.attach(ticket(1)).await;
    let Some(FromServer::Attached {
        participant: 0,
        resume: Some(token),
        ..
    }) = console.next().await
    else {
        panic!("not attached")
    };
    (console, token)
}

/// A customer joins; gives the agent, its number and its resume token.
async fn join(address: SocketAddr, console: &mut Client, role: Role) -> (Client, u8, ResumeToken) {
    let mut agent = if role == Role::Page {
        Client::page(address).await
    } else {
        Client::program(address).await
    };
    agent.send(&knock(role)).await;
    let Some(FromServer::Attempt { attempt, .. }) = console.next().await else {
        panic!("nobody knocks")
    };
    let answer = ToServer::Answer {
        attempt,
        lobby: lobby(2),
    };
    console.send(&answer).await;
    assert!(matches!(agent.next().await, Some(FromServer::Answer { .. })));
    agent.send(&ToServer::Proof { lobby: lobby(3) }).await;
    assert!(matches!(console.next().await, Some(FromServer::Proof { .. })));
    let admit = ToServer::Admit {
        attempt,
        lobby: lobby(4),
    };
    console.send(&admit).await;
    let Some(FromServer::Admitted {
        participant, resume, ..
    }) = agent.next().await
    else {
        panic!("not admitted")
    };
    assert_eq!(
        console.next().await,
        Some(FromServer::Joined { participant, role })
    );
    (agent, participant, resume)
}

fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn upgrades_of_foreign_pages_and_protocols_are_refused() {
    let server = server().await;
    let protocol = Some("temoto.v1");
    for origin in [
        "null",
        "https://evil.example",
        "https://localhost:8080",
        "http://localhost",
        "http://localhost:8081",
        "http://localhost:8080.evil.example",
        "http://evil.localhost:8080",
        "http://127.0.0.1:8080",
        "http://localhost:8080/",
    ] {
        assert_eq!(
            status(dial(server.address, Some(origin), protocol).await),
            403,
            "{origin}"
        );
    }
    for bad in [None, Some("temoto.v2"), Some("chat, superchat")] {
        assert_eq!(
            status(dial(server.address, Some(HOME), bad).await),
            400,
            "{bad:?}"
        );
    }
    for origin in [None, Some(HOME)] {
        assert_eq!(status(dial(server.address, origin, protocol).await), 101);
    }
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain
        .write_all(b"GET /relay HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
}

#[tokio::test]
async fn messages_that_are_none_end_the_connection_with_a_reason() {
    let server = server().await;
    let not_messages = [
        Message::Text("hello".into()),
        Message::Binary(vec![].into()),
        Message::Binary(vec![0xFF; 10].into()),
        Message::Binary(vec![0x01; MESSAGE_BYTES].into()),
        Message::Binary(vec![0x02; MESSAGE_BYTES + 1].into()),
        Message::Binary(vec![0x02; 1 << 20].into()),
    ];
    for (n, message) in not_messages.into_iter().enumerate() {
        // As strangers …
        let large = message.len() > crate::metered::STRANGER_BYTES;
        let mut client = Client::page(server.address).await;
        if large {
            // … who are not even read that far, and are gone when their time is over.
            let sent = tokio::spawn(async move {
                let _ = client.0.send(message.clone()).await;
                client
            });
            tokio::time::sleep(Duration::from_millis(50)).await;
            server.relay.skip(Duration::from_secs(16));
            let mut client = sent.await.unwrap();
            while client.next().await.is_some() {}
        } else {
            client.raw(message).await;
            client.is_detached(Detached::Protocol).await;
        }
        // … and as somebody with a place.
        let token = if n == 0 {
            let (client, token) = console(server.address).await;
            drop(client);
            KEEP.with(|keep| keep.set(Some(token)));
            token
        } else {
            KEEP.with(std::cell::Cell::get).unwrap()
        };
        let again: [fn() -> Message; 6] = [
            || Message::Text("hello".into()),
            || Message::Binary(vec![].into()),
            || Message::Binary(vec![0xFF; 10].into()),
            || Message::Binary(vec![0x01; MESSAGE_BYTES].into()),
            || Message::Binary(vec![0x02; MESSAGE_BYTES + 1].into()),
            || Message::Binary(vec![0x02; 1 << 20].into()),
        ];
        let mut client = Client::resume(server.address, &token).await;
        // A megabyte may not be taken to its end.
        let _ = client.0.send(again[n]()).await;
        client.is_detached(Detached::Protocol).await;
    }
}

thread_local! {
    static KEEP: std::cell::Cell<Option<ResumeToken>> = const { std::cell::Cell::new(None) };
}

#[tokio::test]
async fn who_says_nothing_or_dribbles_is_gone_after_ten_seconds() {
    let server = server().await;
    let mut silent = Client::page(server.address).await;
    // The beginning of a frame that never ends.
    let mut dribble = Client::page(server.address).await;
    dribble.0.get_mut().write_all(&[0x82, 0xFE]).await.unwrap();
    // A connection that never finishes its request holds no seat.
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(b"GET /relay HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    assert_eq!(server.relay.connections(), 2);
    server.relay.skip(Duration::from_secs(10));
    silent.is_detached(Detached::Protocol).await;
    dribble.is_detached(Detached::Protocol).await;
    gone(&server.relay).await;
}

async fn gone(relay: &Relay) {
    while relay.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_line_that_died_without_a_word_is_noticed_and_the_place_is_kept() {
    let server = server().await;
    let (dead, token) = console(server.address).await;
    // Nobody reads or answers; the system keeps the connection open.
    server.relay.skip(Duration::from_secs(15));
    gone(&server.relay).await;
    drop(dead);
    Client::resume(server.address, &token).await;
}

#[tokio::test]
async fn strangers_are_limited_and_places_are_not_counted_as_strangers() {
    let limits = Limits {
        strangers: 3,
        ..Limits::default()
    };
    let server = server_with(limits).await;
    let (_console, _) = console(server.address).await;
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(Client::program(server.address).await);
    }
    let refused = dial(server.address, None, Some("temoto.v1")).await;
    assert_eq!(status(refused), 503);
    drop(strangers.pop());
    while server.relay.connections() > 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    strangers.push(Client::program(server.address).await);
}

#[tokio::test]
async fn a_customer_joins_and_the_largest_messages_pass_unchanged() {
    let server = server().await;
    let (mut console, _) = console(server.address).await;
    let mut agents = Vec::new();
    for role in [Role::Page, Role::Program] {
        let (mut agent, number, _) = join(server.address, &mut console, role).await;
        for len in [1, 1_000, DATA_BYTES] {
            let bytes: Vec<u8> = (0..len).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let data = |to, bytes| ToServer::Data { to, bytes };
            agent.send(&data(0, bytes.clone())).await;
            let from = number;
            let bytes = match console.next().await {
                Some(FromServer::Data { from: f, bytes: b }) if f == from && b == bytes => b,
                other => panic!("{:?}", other.map(|m| m.encode().len())),
            };
            console.send(&data(number, bytes.clone())).await;
            assert!(agent.next().await == Some(FromServer::Data { from: 0, bytes }));
        }
        agents.push(agent);
    }
    let view = server.relay.session_state(SESSION).unwrap();
    assert_eq!(view.participants.len(), 3);
    assert_eq!(server.relay.in_use(), (vec![SESSION], vec![LOGIN]));
    // What the portal will read.
    let row = server.store.session(SESSION).await.unwrap().unwrap();
    assert_eq!(row.state, temoto_model::session::SessionState::Running);
    console
        .send(&ToServer::CloseCode(temoto_wire::relay::CloseCode::Spent))
        .await;
    console.send(&ToServer::End).await;
    assert_eq!(console.next().await, Some(FromServer::Ended(Ended::Console)));
    gone(&server.relay).await;
    let row = server.store.session(SESSION).await.unwrap().unwrap();
    assert_eq!(row.ended.unwrap().1, temoto_model::session::EndReason::Console);
    assert!(row.code.is_none());
    assert!(server.store.load(now()).await.unwrap().places.is_empty());
    assert!(!server.relay.refresh(SESSION).await.unwrap());
}

#[tokio::test]
async fn a_receiver_that_does_not_read_stops_nobody_else() {
    let server = server().await;
    let (mut console, _) = console(server.address).await;
    let (mut agent, number, _) = join(server.address, &mut console, Role::Page).await;
    // More than both systems' socket buffers and the queue hold.
    let mut sent = 0_usize;
    let reset = loop {
        let bytes = vec![7; DATA_BYTES];
        agent.send(&ToServer::Data { to: 0, bytes }).await;
        sent += DATA_BYTES;
        assert!(sent < 256 << 20, "the sender was never told");
        if sent.is_multiple_of(16 * DATA_BYTES) {
            agent.send(&ToServer::Ping(*b"are you?")).await;
            match agent.next().await {
                Some(FromServer::Pong(_)) => {}
                other => break other,
            }
        }
    };
    assert_eq!(reset, Some(FromServer::Reset { participant: 0 }));
    // The console reads again, finds the gap announced, and what comes afterwards.
    let reader = async {
        let (mut resets, mut data) = (0, 0_usize);
        loop {
            match console.next().await {
                Some(FromServer::Data { bytes, .. }) if bytes == b"end" => return (resets, data),
                Some(FromServer::Data { bytes, .. }) => data += bytes.len(),
                Some(FromServer::Reset { participant }) if participant == number => resets += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    let writer = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let bytes = b"end".to_vec();
        agent.send(&ToServer::Data { to: 0, bytes }).await;
    };
    let ((resets, data), ()) = tokio::join!(reader, writer);
    assert!(resets >= 1 && data < sent);
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let server = server().await;
    let (mut console, token) = console(server.address).await;
    let (mut agent, _, agent_token) = join(server.address, &mut console, Role::Page).await;
    let (told, goodbye_1, goodbye_2) = tokio::join!(server.relay.drain(500), console.next(), agent.next());
    let () = told;
    for goodbye in [goodbye_1, goodbye_2] {
        assert_eq!(goodbye, Some(FromServer::Drain { after_ms: 500 }));
    }
    assert_eq!(
        status(dial(server.address, Some(HOME), Some("temoto.v1")).await),
        503
    );
    // The next server on the same database.
    let (_relay, address) = start(server.store.clone(), Limits::default()).await;
    Client::resume(address, &token).await;
    Client::resume(address, &agent_token).await;
}

#[test]
fn logs_hold_no_code_no_token_and_no_word_of_what_passes() {
    // In a process of its own: what is logged is one thing for all threads.
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sockets::child_log", "--ignored"])
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
#[ignore = "started by logs_hold_no_code_no_token_and_no_word_of_what_passes"]
async fn child_log() {
    #[derive(Clone, Default)]
    struct Kept(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = server().await;
    let (mut console, token) = console(server.address).await;
    let (mut agent, _, agent_token) = join(server.address, &mut console, Role::Page).await;
    let bytes = b"CANARY of the screen".to_vec();
    agent.send(&ToServer::Data { to: 0, bytes }).await;
    console.next().await;
    console.raw(Message::Text("CANARY text".into())).await;
    while console.next().await.is_some() {}
    gone_but(&server.relay, 1).await;
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    assert!(log.contains("attached"), "something was logged: {log}");
    let hex = |token: &[u8]| token.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let ours: String = log.lines().filter(|line| line.contains("temoto")).collect();
    for secret in [
        "CANARY".to_owned(),
        ROUTING.to_owned(),
        hex(&token),
        hex(&agent_token),
    ] {
        assert!(!ours.contains(&secret), "{secret} in {ours}");
        let list = secret.clone().into_bytes();
        assert!(!log.contains(&format!("{list:?}")) && !log.contains("CANARY"));
    }
    for token in [token, agent_token] {
        assert!(!log.contains(&format!("{token:?}")));
    }
}

async fn gone_but(relay: &Relay, left: usize) {
    while relay.connections() > left {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A server in a process of its own; the test below starts it.
#[test]
#[ignore = "started by a_server_that_is_killed_is_only_a_reconnect"]
fn child_server() {
    let Some(folder) = std::env::var_os("TEMOTO_RELAY_FOLDER") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let path = Path::new(&folder).join("temoto.db");
        let store = SqlStore::open(&path, false).await.unwrap();
        let (_relay, address) = start(store, Limits::default()).await;
        println!("\nlistening on {address}");
        std::future::pending::<()>().await;
    });
}

struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        // SIGKILL on Unix: no chance to put anything in order.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn_server(folder: &Path) -> (Child, SocketAddr) {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sockets::child_server", "--ignored", "--nocapture"])
        .env("TEMOTO_RELAY_FOLDER", folder)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let child = Child(child);
    let line = output
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with("listening on "))
        .unwrap();
    let address = line.trim_start_matches("listening on ").parse().unwrap();
    (child, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_is_only_a_reconnect() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path()).await.close().await;
    let path = folder.path().to_owned();
    let (server, address) = tokio::task::spawn_blocking(move || spawn_server(&path))
        .await
        .unwrap();
    let (mut console, token) = console(address).await;
    let (mut agent, number, agent_token) = join(address, &mut console, Role::Page).await;
    let token_id = [0x70; 16];
    console.send(&ToServer::Arm { token: token_id }).await;
    // A proof that is being judged when the server dies stays counted.
    let mut guesser = Client::page(address).await;
    guesser.send(&knock(Role::Page)).await;
    let Some(FromServer::Attempt { attempt, .. }) = console.next().await else {
        panic!()
    };
    let answer = ToServer::Answer {
        attempt,
        lobby: lobby(2),
    };
    console.send(&answer).await;
    guesser.next().await;
    guesser.send(&ToServer::Proof { lobby: lobby(9) }).await;
    assert!(matches!(console.next().await, Some(FromServer::Proof { .. })));
    drop(server);
    for client in [&mut console, &mut agent, &mut guesser] {
        assert_eq!(client.next().await, None);
    }
    let path = folder.path().to_owned();
    let (_server, address) = tokio::task::spawn_blocking(move || spawn_server(&path))
        .await
        .unwrap();
    let mut console = Client::resume(address, &token).await;
    let mut agent = Client::resume(address, &agent_token).await;
    let role = Role::Page;
    assert_eq!(
        console.next().await,
        Some(FromServer::Joined {
            participant: number,
            role
        })
    );
    let bytes = b"still here".to_vec();
    agent.send(&ToServer::Data { to: 0, bytes }).await;
    assert!(matches!(console.next().await, Some(FromServer::Data { .. })));
    // The ticket is used, the code and the token wait, the try is counted.
    let mut thief = Client::page(address).await;
    thief.attach(ticket(1)).await;
    thief.is_detached(Detached::Credential).await;
    let mut program = Client::program(address).await;
    program
        .send(&ToServer::Knock {
            version: temoto_wire::PROTOCOL_VERSION,
            role: Role::Program,
            selector: Selector::Token(token_id),
            lobby: lobby(1),
        })
        .await;
    assert!(matches!(
        console.next().await,
        Some(FromServer::Attempt {
            selector: Selector::Token(_),
            ..
        })
    ));
    let path = folder.path().join("temoto.db");
    let store = SqlStore::open(&path, false).await.unwrap();
    let memory = store.load(now()).await.unwrap();
    assert_eq!(memory.codes[0].evaluated, 1);
    assert_eq!(
        (memory.places.len(), memory.tickets.len(), memory.tokens.len()),
        (2, 1, 1)
    );
}
