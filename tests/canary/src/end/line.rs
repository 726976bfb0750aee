//! The line to the relay: as the program dials it (`temoto-transport`), or as a browser does, with its origin.

use futures_util::{SinkExt as _, StreamExt as _};
use temoto_transport::{Endpoint, Trust};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::orders::{Part, Setup};

/// Messages that may wait.
const MESSAGES: usize = 4_096;

/// What happened to a line.
pub enum LineEvent {
    /// It is open.
    Open,
    /// One message.
    Message(Bytes),
    /// It is gone or could not be opened.
    Gone,
}

/// One connection, or the try to make one. Dropped, it is closed after what was queued is written.
pub struct Line {
    out: mpsc::Sender<Vec<u8>>,
    _task: JoinHandle<()>,
}

impl Line {
    /// Dials; what happens is told with `number`.
    pub fn open(setup: &Setup, number: u64, news: mpsc::Sender<(u64, LineEvent)>) -> Self {
        let (out, inbox) = mpsc::channel(MESSAGES);
        let setup = setup.clone();
        let task = tokio::spawn(async move {
            if setup.part == Part::Program {
                live_native(&setup, number, &news, inbox).await;
            } else {
                live_browser(&setup, number, &news, inbox).await;
            }
            // Nobody listens any more when the end is over.
            let _unheard = news.send((number, LineEvent::Gone)).await;
        });
        Self { out, _task: task }
    }

    /// Queues a message; `false` when the line is as good as gone.
    pub fn send(&self, message: Vec<u8>) -> bool {
        self.out.try_send(message).is_ok()
    }
}

type News = mpsc::Sender<(u64, LineEvent)>;

async fn live_native(setup: &Setup, number: u64, news: &News, mut inbox: mpsc::Receiver<Vec<u8>>) {
    let endpoint = Endpoint {
        host: "127.0.0.1".to_owned(),
        port: setup.port,
        trust: Trust::Loopback,
        authority: setup.authority.clone(),
    };
    let Ok((mut sender, mut receiver)) = temoto_transport::dial(&endpoint).await else {
        return;
    };
    if news.send((number, LineEvent::Open)).await.is_err() {
        return;
    }
    let reader = async {
        while let Ok(message) = receiver.receive().await {
            if news.send((number, LineEvent::Message(message))).await.is_err() {
                return;
            }
        }
    };
    let writer = async {
        while let Some(message) = inbox.recv().await {
            if sender.send(message).await.is_err() {
                return;
            }
        }
        sender.close().await;
    };
    tokio::select! {
        () = reader => {}
        () = writer => {}
    }
}

async fn live_browser(setup: &Setup, number: u64, news: &News, mut inbox: mpsc::Receiver<Vec<u8>>) {
    let Some(socket) = dial(setup).await else { return };
    if news.send((number, LineEvent::Open)).await.is_err() {
        return;
    }
    let (mut sender, mut receiver) = socket.split();
    let reader = async {
        while let Some(Ok(message)) = receiver.next().await {
            let Message::Binary(bytes) = message else { continue };
            let told = news.send((number, LineEvent::Message(bytes))).await;
            if told.is_err() {
                return;
            }
        }
    };
    let writer = async {
        while let Some(message) = inbox.recv().await {
            let message = Message::Binary(Bytes::from(message));
            if sender.send(message).await.is_err() {
                return;
            }
        }
        // The server may have closed already.
        let _closed = sender.close().await;
    };
    tokio::select! {
        () = reader => {}
        () = writer => {}
    }
}

async fn dial(setup: &Setup) -> Option<WebSocketStream<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", setup.port)).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let url = format!("ws://{}/relay", setup.authority);
    let mut request = url.into_client_request().ok()?;
    let origin = HeaderValue::from_str(&format!("http://{}", setup.authority)).ok()?;
    let headers = request.headers_mut();
    headers.insert(ORIGIN, origin);
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("temoto.v1"));
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await.ok()?;
    Some(socket)
}
