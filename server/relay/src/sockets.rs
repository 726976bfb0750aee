//! Real WebSockets over loopback, a real database, and a server that is really killed.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story looks for one message and names it"
)]

mod doors;
mod killed;
mod passing;
mod work;

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

async fn gone(relay: &Relay) {
    while relay.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn gone_but(relay: &Relay, left: usize) {
    while relay.connections() > left {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
