//! Dialing and the two halves of an open line.

use std::sync::Arc;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt;
use temoto_wire::limits::MESSAGE_BYTES;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{HOST, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use crate::pin::PinnedKey;
use crate::{DIAL_WITHIN, Endpoint, Proxy, TransportError, Trust};

/// The sub-protocol of `docs/protocol/relay.md`.
const SUB_PROTOCOL: &str = "temoto.v1";
/// What may wait in the WebSocket's own buffer before writing blocks, in bytes.
const WRITE_BUFFER_BYTES: usize = 256 * 1024;
/// What the WebSocket asks TLS for at once, in bytes: a record of it. It is filled with zeros for each time, so that more costs.
const READ_BUFFER_BYTES: usize = 16 * 1024;
/// What TLS reads at once, in bytes: about the largest message. By itself it asks the system for 4 KiB at a time.
const READ_AHEAD_BYTES: usize = 68 * 1024;

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

type Socket = WebSocketStream<Box<dyn Line>>;

/// The half that sends.
pub struct Sender(SplitSink<Socket, Message>);

/// The half that receives.
pub struct Receiver(SplitStream<Socket>);

impl Sender {
    /// Sends one binary message; waits while the line is full.
    ///
    /// # Errors
    /// The line is gone.
    pub async fn send(&mut self, bytes: Vec<u8>) -> Result<(), TransportError> {
        self.0
            .send(Message::Binary(Bytes::from(bytes)))
            .await
            .map_err(broken)
    }

    /// Says goodbye; what fails now does not matter.
    pub async fn close(mut self) {
        let _gone = self.0.close().await;
    }
}

impl Receiver {
    /// The next binary message.
    ///
    /// # Errors
    /// The line is gone, or the server sent something else than binary messages.
    pub async fn receive(&mut self) -> Result<Bytes, TransportError> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_) | Message::Frame(_))) => {
                    return Err(TransportError::Broken("a message that is not binary".to_owned()));
                }
                Some(Ok(Message::Close(_))) | None => return Err(TransportError::Closed),
                Some(Err(error)) => return Err(broken(error)),
            }
        }
    }
}

/// Opens a line to the relay of `endpoint`.
///
/// # Errors
/// See [`TransportError`]; nothing is left open.
pub async fn dial(endpoint: &Endpoint) -> Result<(Sender, Receiver), TransportError> {
    match tokio::time::timeout(DIAL_WITHIN, open(endpoint)).await {
        Ok(opened) => opened,
        Err(_) => Err(TransportError::TimedOut),
    }
}

async fn open(endpoint: &Endpoint) -> Result<(Sender, Receiver), TransportError> {
    let loopback = endpoint.trust == Trust::Loopback;
    let proxy = if loopback {
        None
    } else {
        Proxy::from_environment(&endpoint.host)
    };
    let (host, port) = proxy
        .as_ref()
        .map_or((&endpoint.host, endpoint.port), |proxy| (&proxy.host, proxy.port));
    let mut stream = TcpStream::connect((host.as_str(), port))
        .await
        .map_err(|source| TransportError::Unreachable {
            host: host.clone(),
            source,
        })?;
    // Keys must not wait for more bytes.
    stream
        .set_nodelay(true)
        .map_err(|source| TransportError::Unreachable {
            host: host.clone(),
            source,
        })?;
    if let Some(proxy) = &proxy {
        proxy.connect(&mut stream, &endpoint.host, endpoint.port).await?;
    }
    let line: Box<dyn Line> = if loopback {
        Box::new(stream)
    } else {
        let name = ServerName::try_from(endpoint.host.clone())
            .map_err(|error| TransportError::Setup(error.to_string()))?;
        let connector = TlsConnector::from(Arc::new(tls(&endpoint.trust)?));
        Box::new(
            connector
                .connect(name, BufReader::with_capacity(READ_AHEAD_BYTES, stream))
                .await
                .map_err(|e| TransportError::Tls(e.to_string()))?,
        )
    };
    let socket = upgrade(endpoint, line).await?;
    let (sender, receiver) = socket.split();
    Ok((Sender(sender), Receiver(receiver)))
}

async fn upgrade(endpoint: &Endpoint, line: Box<dyn Line>) -> Result<Socket, TransportError> {
    let setup = |error: String| TransportError::Setup(error);
    let mut request = format!("ws://{}/relay", endpoint.authority)
        .into_client_request()
        .map_err(|error| setup(error.to_string()))?;
    let host = HeaderValue::from_str(&endpoint.authority).map_err(|error| setup(error.to_string()))?;
    request.headers_mut().insert(HOST, host);
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUB_PROTOCOL));
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES);
    let (socket, _response) = tokio_tungstenite::client_async_with_config(request, line, Some(config))
        .await
        .map_err(|error| TransportError::Refused(error.to_string()))?;
    Ok(socket)
}

fn tls(trust: &Trust) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Setup(error.to_string()))?;
    Ok(match trust {
        Trust::Pinned(hash) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedKey::new(*hash, provider)))
            .with_no_client_auth(),
        Trust::System | Trust::Loopback => {
            // The platform verifier takes the provider of the process.
            let _already = rustls::crypto::CryptoProvider::install_default((*provider).clone());
            ClientConfig::with_platform_verifier()
                .map_err(|error| TransportError::Setup(error.to_string()))?
        }
    })
}

fn broken(error: Error) -> TransportError {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => TransportError::Closed,
        other => TransportError::Broken(other.to_string()),
    }
}
