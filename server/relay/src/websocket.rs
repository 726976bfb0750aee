//! Connections: the upgrade, and for each connection a reader, a writer and a pulse in one task.
//!
//! Nothing is queued here: the reader hands each message to the table before it reads the next, the writer asks the
//! table for each message it writes.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, any};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use temoto_wire::limits::MESSAGE_BYTES;
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::event::{Caller, ConnId, Event, Write};
use crate::greeting;
use crate::metered::Metered;
use crate::relay::{Line, Relay};
use crate::upgrade::{self, SUB_PROTOCOL};

/// Where a request really came from, for the server's accept loop or proxy rule to put into the request's extensions.
/// Without it the peer of the connection counts.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// How often the table hears what moved below the messages.
const PULSE: Duration = Duration::from_secs(2);
/// The browser's side of an upgrade that was answered must follow within this.
const UPGRADE_WITHIN: Duration = Duration::from_secs(10);
/// A stream that was said goodbye to is read so long, so that the goodbye is not lost to a reset.
const LINGER: Duration = Duration::from_secs(2);
/// And at most so far.
const LINGER_BYTES: usize = 1 << 20;
/// Room that a connection's reader has before it grows with a message.
const READ_BYTES: usize = 4 << 10;

type Socket = WebSocketStream<Metered<TokioIo<Upgraded>>>;

impl Relay {
    /// The relay's one route, `GET /relay`, to be merged into the server's. The server must serve connections with
    /// upgrades, with `TCP_NODELAY`, and put [`ClientAddress`] or [`ConnectInfo`] into the requests.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Router::new().route("/relay", any(accept).with_state(self.clone()))
    }
}

/// Answers `GET /relay`.
async fn accept(State(relay): State<Relay>, mut request: Request) -> Response {
    match upgrade_to_websocket(&relay, &mut request) {
        Ok(response) => response,
        Err(status) => {
            tracing::debug!(%status, "upgrade refused");
            status.into_response()
        }
    }
}

fn upgrade_to_websocket(relay: &Relay, request: &mut Request) -> Result<Response, StatusCode> {
    let allowed = upgrade::check(
        request.method(),
        request.version(),
        request.headers(),
        &relay.config().origins,
    )?;
    let address = address_of(request);
    let on = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or(StatusCode::UPGRADE_REQUIRED)?;
    let accept = HeaderValue::from_str(&allowed.accept).map_err(|_| StatusCode::BAD_REQUEST)?;
    let origin = allowed.origin;
    let seat = Seat::take(relay, Caller { address, origin }).ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    tokio::spawn(async move {
        match tokio::time::timeout(UPGRADE_WITHIN, on).await {
            Ok(Ok(upgraded)) => seat.run(upgraded).await,
            Ok(Err(error)) => tracing::debug!(%error, "upgrade failed"),
            Err(_) => tracing::debug!("upgrade was not followed"),
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUB_PROTOCOL));
    Ok(response)
}

fn address_of(request: &Request) -> IpAddr {
    let extensions = request.extensions();
    let told = extensions.get::<ClientAddress>().map(|address| address.0);
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// A connection that the table knows. However its task ends, the table hears of it.
struct Seat {
    relay: Relay,
    conn: ConnId,
    line: Arc<Line>,
}

impl Seat {
    fn take(relay: &Relay, caller: Caller) -> Option<Self> {
        let (conn, line) = relay.open(caller)?;
        let relay = relay.clone();
        Some(Self { relay, conn, line })
    }

    async fn run(self, upgraded: Upgraded) {
        let stream = Metered::new(TokioIo::new(upgraded), Arc::clone(&self.line.meter));
        // Written at once, and never more than one message kept: what waits, waits in the table.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(2 * MESSAGE_BYTES)
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES));
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let (mut sink, mut stream) = socket.split();
        let said_goodbye = tokio::select! {
            () = self.read(&mut stream) => false,
            goodbye = self.write(&mut sink) => goodbye,
            never = self.pulse() => match never {},
            () = self.line.kill.notified() => false,
        };
        drop(self);
        if said_goodbye {
            linger(sink, stream).await;
        }
    }

    /// Reads until the connection ends.
    async fn read(&self, stream: &mut SplitStream<Socket>) {
        while let Some(message) = stream.next().await {
            let event = match message {
                Ok(Message::Binary(bytes)) => greeting::read(&self.relay, &bytes),
                Ok(Message::Ping(_) | Message::Pong(_)) => continue,
                Ok(Message::Close(_)) => return,
                Ok(Message::Text(_) | Message::Frame(_))
                | Err(Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_)) => {
                    self.report(Event::Malformed).await;
                    // The writer says why and ends it.
                    return std::future::pending().await;
                }
                Err(error) => {
                    tracing::debug!(conn = self.conn.0, %error, "connection lost");
                    return;
                }
            };
            self.report(event).await;
        }
    }

    async fn report(&self, event: Event) {
        if let Some(work) = self.relay.report(self.conn, event) {
            // A task that panicked has said so itself.
            let _ = work.await;
        }
    }

    /// Writes what waits until there is a goodbye to say; `true` when it was said.
    async fn write(&self, sink: &mut SplitSink<Socket, Message>) -> bool {
        loop {
            let sent = match self.relay.next_write(self.conn) {
                Some(Write::Message(bytes)) => sink.send(Message::Binary(bytes.into())).await,
                Some(Write::Close) => return sink.send(Message::Close(None)).await.is_ok(),
                None => {
                    self.line.wake.notified().await;
                    continue;
                }
            };
            if let Err(error) = sent {
                tracing::debug!(conn = self.conn.0, %error, "connection lost");
                return false;
            }
        }
    }

    /// Tells the table of bytes that are part of no whole message yet.
    async fn pulse(&self) -> Infallible {
        loop {
            tokio::time::sleep(PULSE).await;
            let (read, wrote) = self.line.meter.take();
            if read != 0 || wrote != 0 {
                self.report(Event::Pulse { read, wrote }).await;
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if tokio::runtime::Handle::try_current().is_ok() {
            drop(self.relay.report(self.conn, Event::Closed));
        }
    }
}

/// Reads what the client still sends, so that closing does not reset the connection before the goodbye was read.
async fn linger(sink: SplitSink<Socket, Message>, stream: SplitStream<Socket>) {
    let Ok(socket) = sink.reunite(stream) else { return };
    let mut raw = socket.into_inner();
    raw.allow_all();
    let _ = tokio::io::AsyncWriteExt::shutdown(&mut raw).await;
    let drain = async {
        let mut buffer = [0; READ_BYTES];
        let mut left = LINGER_BYTES;
        while let Ok(n) = raw.read(&mut buffer).await {
            if n == 0 || n > left {
                return;
            }
            left -= n;
        }
    };
    let _ = tokio::time::timeout(LINGER, drain).await;
}
