//! The line to the relay as the session loop sees it: messages in, messages out, and whether it is there.

use std::time::Duration;

use temoto_transport::{Bytes, Endpoint, dial};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Messages that may wait to be written. The session never has more than the relay's queue on its way.
const OUT: usize = 4_096;
/// What was said last is written within this, then the line is cut.
const GOODBYE: Duration = Duration::from_secs(2);

/// What happened to a line.
pub enum LineEvent {
    /// It is open.
    Open,
    /// One message.
    Message(Bytes),
    /// It is gone or could not be opened.
    Gone(String),
}

/// One connection, or the try to make one.
pub struct Line {
    out: mpsc::Sender<Vec<u8>>,
    task: JoinHandle<()>,
}

impl Line {
    /// Dials; what happens is told with `number`, so that news of an older line can be told apart.
    pub fn open(endpoint: Endpoint, number: u64, news: mpsc::Sender<(u64, LineEvent)>) -> Self {
        let (out, inbox) = mpsc::channel(OUT);
        let task = tokio::spawn(async move {
            let why = live(&endpoint, number, &news, inbox).await;
            // Nobody listens any more when the loop is over.
            let _unheard = news.send((number, LineEvent::Gone(why))).await;
        });
        Self { out, task }
    }

    /// Queues a message; `false` when the line cannot take it: then it is as good as gone.
    pub fn send(&self, message: Vec<u8>) -> bool {
        self.out.try_send(message).is_ok()
    }

    /// Closes the line after what is queued is written.
    pub async fn close(self) {
        drop(self.out);
        let _cut = tokio::time::timeout(GOODBYE, self.task).await;
    }
}

/// Dials and moves messages until the line or the session wants no more; says why.
async fn live(
    endpoint: &Endpoint,
    number: u64,
    news: &mpsc::Sender<(u64, LineEvent)>,
    mut inbox: mpsc::Receiver<Vec<u8>>,
) -> String {
    let (mut sender, mut receiver) = match dial(endpoint).await {
        Ok(halves) => halves,
        Err(error) => return error.to_string(),
    };
    if news.send((number, LineEvent::Open)).await.is_err() {
        return String::new();
    }
    let reader = async {
        loop {
            match receiver.receive().await {
                Ok(message) => {
                    if news.send((number, LineEvent::Message(message))).await.is_err() {
                        return String::new();
                    }
                }
                Err(error) => return error.to_string(),
            }
        }
    };
    let writer = async {
        while let Some(message) = inbox.recv().await {
            if let Err(error) = sender.send(message).await {
                return error.to_string();
            }
        }
        sender.close().await;
        String::new()
    };
    tokio::select! {
        why = reader => why,
        why = writer => why,
    }
}
