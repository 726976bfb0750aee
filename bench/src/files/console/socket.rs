//! The line to the relay as a browser dials it: TLS, with its origin.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::{SinkExt as _, StreamExt as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Messages that may wait.
const MESSAGES: usize = 4_096;
/// What TLS and the WebSocket read at once, in bytes, as `temoto-transport` has it.
const READ_BYTES: [usize; 2] = [68 << 10, 16 << 10];

/// What is dialed.
pub struct Target {
    /// Where the server listens.
    port: u16,
    /// `host:port` of the server.
    authority: String,
    tls: TlsConnector,
}

impl Target {
    /// The server with this certificate (PEM).
    pub fn new(port: u16, authority: String, certificate: &[u8]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate).context("a certificate")?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            port,
            authority,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    async fn dial(&self) -> Result<WebSocketStream<TlsStream<BufReader<TcpStream>>>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let [ahead, at_once] = READ_BYTES;
        let stream = BufReader::with_capacity(ahead, stream);
        let stream = self
            .tls
            .connect(ServerName::try_from("localhost")?, stream)
            .await?;
        let mut request = format!("wss://{}/relay", self.authority).into_client_request()?;
        let origin = HeaderValue::from_str(&format!("https://{}", self.authority))?;
        let headers = request.headers_mut();
        headers.insert(ORIGIN, origin);
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("temoto.v1"));
        let config = WebSocketConfig::default()
            .read_buffer_size(at_once)
            .write_buffer_size(0);
        let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
        Ok(socket)
    }
}

/// What happened to a line.
pub enum LineEvent {
    /// It is open.
    Open,
    /// One message.
    Message(Bytes),
    /// It is gone or could not be opened; why, if that was not wanted.
    Gone(String),
}

/// One connection, or the try to make one. Dropped, it is closed after what was queued is written.
pub struct Line {
    out: mpsc::Sender<Vec<u8>>,
    _task: JoinHandle<()>,
}

type News = mpsc::Sender<(u64, LineEvent)>;

impl Line {
    /// Dials; what happens is told with `number`.
    pub fn open(target: Arc<Target>, number: u64, news: News) -> Self {
        let (out, inbox) = mpsc::channel(MESSAGES);
        let task = tokio::spawn(async move {
            let lived = live(&target, number, &news, inbox).await;
            let why = lived.err().map(|error| error.to_string()).unwrap_or_default();
            // Nobody listens any more when the end is over.
            let _unheard = news.send((number, LineEvent::Gone(why))).await;
        });
        Self { out, _task: task }
    }

    /// Queues a message; `false` when the line is as good as gone.
    pub fn send(&self, message: Vec<u8>) -> bool {
        self.out.try_send(message).is_ok()
    }
}

async fn live(target: &Target, number: u64, news: &News, mut inbox: mpsc::Receiver<Vec<u8>>) -> Result<()> {
    let (mut sender, mut receiver) = target.dial().await?.split();
    news.send((number, LineEvent::Open)).await?;
    let reader = async {
        while let Some(message) = receiver.next().await {
            if let Message::Binary(bytes) = message? {
                news.send((number, LineEvent::Message(bytes))).await?;
            }
        }
        anyhow::Ok(())
    };
    let writer = async {
        while let Some(message) = inbox.recv().await {
            sender.send(Message::Binary(Bytes::from(message))).await?;
        }
        sender.close().await?;
        anyhow::Ok(())
    };
    tokio::select! {
        ended = reader => ended,
        ended = writer => ended,
    }
}
