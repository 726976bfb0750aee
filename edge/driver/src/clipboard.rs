//! The thread that owns the clipboard: puts there what the session says, and tells what the customer copies while it is to.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use temoto_clipboard::{Clipboard as Border, ClipboardError, Copied};
use temoto_wire::limits::CLIPBOARD_BYTES;
use tokio::sync::mpsc;

use crate::edges::EdgeEvent;

/// The thread looks for orders at least this often.
const WAIT: Duration = Duration::from_millis(50);
/// Orders that may wait.
const ORDERS: usize = 8;

/// What is to be done.
enum Task {
    Set(String),
    Watch(bool),
}

/// The session's end of the thread. Dropping it takes back what was put there, and waits for that.
pub struct Clipboard {
    /// `None` only while this is dropped.
    tasks: Option<SyncSender<Task>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Clipboard {
    /// Starts the thread, which opens the clipboard and tells if it cannot.
    pub fn start(display: Option<String>, events: mpsc::Sender<EdgeEvent>) -> std::io::Result<Self> {
        let (tasks, inbox) = sync_channel(ORDERS);
        let thread = std::thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || {
                let done = temoto_clipboard::open(display.as_deref(), CLIPBOARD_BYTES)
                    .and_then(|clipboard| serve(clipboard, &inbox, &events));
                if let Err(error) = done {
                    // A session that is over hears nothing any more.
                    let _unheard = events.try_send(EdgeEvent::ClipboardLost(error.to_string()));
                }
            })?;
        Ok(Self {
            tasks: Some(tasks),
            thread: Some(thread),
        })
    }

    /// Puts a text there; `false` if too much waits or the thread is gone.
    pub fn set(&self, text: String) -> bool {
        self.order(Task::Set(text))
    }

    /// Tells copies from now on, or not any more; `false` as above.
    pub fn watch(&self, watch: bool) -> bool {
        self.order(Task::Watch(watch))
    }

    fn order(&self, task: Task) -> bool {
        self.tasks
            .as_ref()
            .is_some_and(|tasks| tasks.try_send(task).is_ok())
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}

fn serve(
    mut clipboard: impl Border,
    inbox: &Receiver<Task>,
    events: &mpsc::Sender<EdgeEvent>,
) -> Result<(), ClipboardError> {
    let mut watching = false;
    loop {
        match inbox.try_recv() {
            Ok(Task::Set(text)) => match clipboard.set_text(&text) {
                // The operator can press once more.
                Err(ClipboardError::Busy) => tracing::warn!("the clipboard is held by another program"),
                done => done?,
            },
            Ok(Task::Watch(watch)) => {
                watching = watch;
                clipboard.watch(watch)?;
            }
            Err(TryRecvError::Empty) => {
                // What the session cannot take now is only the newest of many copies: the next one is told again.
                if let Some(copied) = clipboard.wait(WAIT)?.filter(|_| watching) {
                    let _full = events.try_send(EdgeEvent::Copied(match copied {
                        Copied::Text(text) => Some(text),
                        Copied::TooLong => None,
                    }));
                }
            }
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use temoto_clipboard::fake::FakeClipboard;

    use super::*;

    fn running(fake: &FakeClipboard) -> (Clipboard, mpsc::Receiver<EdgeEvent>) {
        let (events, told) = mpsc::channel(4);
        let (tasks, inbox) = sync_channel(ORDERS);
        let border = fake.clone();
        let thread = std::thread::spawn(move || {
            if let Err(error) = serve(border, &inbox, &events) {
                events
                    .try_send(EdgeEvent::ClipboardLost(error.to_string()))
                    .expect("room");
            }
        });
        let clipboard = Clipboard {
            tasks: Some(tasks),
            thread: Some(thread),
        };
        (clipboard, told)
    }

    #[test]
    fn what_is_put_there_can_be_pasted_and_only_watched_copies_are_told() {
        let fake = FakeClipboard::default();
        fake.copy("before");
        let (clipboard, mut told) = running(&fake);
        assert!(clipboard.set("手元".to_owned()));
        assert!(clipboard.watch(true));
        while fake.text() != "手元" {
            std::thread::yield_now();
        }
        // The watch begins when the order is carried out: copies are made until one is told.
        let seen = loop {
            fake.copy("copied");
            if let Ok(event) = told.try_recv() {
                break event;
            }
            std::thread::yield_now();
        };
        assert!(matches!(seen, EdgeEvent::Copied(Some(text)) if text == "copied"));
    }

    #[test]
    fn a_clipboard_that_is_lost_is_told() {
        let fake = FakeClipboard::default();
        fake.lose();
        let (_clipboard, mut told) = running(&fake);
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::ClipboardLost(_))));
    }
}
