//! The thread that owns the disk: does what the session asks one after the other, and tells what came of it.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use temoto_files::{Disk, System};
use temoto_session::channel::files::DiskAsk;
use tokio::sync::mpsc;

use crate::edges::EdgeEvent;

/// Asks that may wait: more than a session ever has open at the same time.
const ASKS: usize = 256;

/// What is to be done.
enum Task {
    Ask(DiskAsk),
    Copied(u32, Vec<PathBuf>, bool),
}

/// The session's end of the thread. Dropping it lets the thread finish what it was asked, and waits for that.
pub struct Files {
    /// `None` only while this is dropped.
    tasks: Option<SyncSender<Task>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Files {
    /// Starts the thread on the disk of this machine.
    pub fn start(events: mpsc::Sender<EdgeEvent>) -> std::io::Result<Self> {
        Self::with(temoto_files::open(), events)
    }

    fn with<S: System + Send + 'static>(
        disk: Disk<S>,
        events: mpsc::Sender<EdgeEvent>,
    ) -> std::io::Result<Self> {
        let (tasks, inbox) = sync_channel(ASKS);
        let thread = std::thread::Builder::new()
            .name("files".to_owned())
            .spawn(move || serve(disk, &inbox, &events))?;
        Ok(Self {
            tasks: Some(tasks),
            thread: Some(thread),
        })
    }

    /// Asks the disk; `false` if too much waits or the thread is gone.
    pub fn ask(&self, ask: DiskAsk) -> bool {
        self.order(Task::Ask(ask))
    }

    /// Gives the disk what the customer copied, as the root of this number; `false` as above.
    pub fn copied(&self, number: u32, paths: Vec<PathBuf>, more: bool) -> bool {
        self.order(Task::Copied(number, paths, more))
    }

    fn order(&self, task: Task) -> bool {
        self.tasks
            .as_ref()
            .is_some_and(|tasks| tasks.try_send(task).is_ok())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}

fn serve<S: System>(mut disk: Disk<S>, inbox: &Receiver<Task>, events: &mpsc::Sender<EdgeEvent>) {
    while let Ok(task) = inbox.recv() {
        let ask = match task {
            Task::Ask(ask) => ask,
            Task::Copied(number, paths, more) => {
                disk.copied(number, paths, more);
                continue;
            }
        };
        let id = ask.id;
        if let Some(answer) = disk.work(ask) {
            // A session that is over hears nothing any more; what it left unfinished is still taken away.
            let _unheard = events.blocking_send(EdgeEvent::Disk { id, answer });
        }
    }
    // More may have been asked of it than it could be told.
    disk.finish();
}

#[cfg(test)]
mod tests {
    use temoto_files::fake::FakeSystem;
    use temoto_session::channel::files::{Choice, DiskAnswer, DiskWork, Place};

    use super::*;

    #[test]
    fn asks_are_answered_in_order_and_a_session_that_is_gone_stops_nothing() {
        let folder = std::env::temp_dir().join(format!("temoto-driver-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (events, mut told) = mpsc::channel(4);
        let files = Files::with(Disk::new(FakeSystem::new(&folder)), events).expect("a thread");
        let place = || Place {
            root: "desktop".to_owned(),
            path: Vec::new(),
        };
        let make = |name: &str| DiskWork::Make {
            place: place(),
            name: name.to_owned(),
        };
        for (id, work) in [(1, make("a")), (2, DiskWork::List(place()))] {
            assert!(files.ask(DiskAsk {
                id,
                transfer: 0,
                work
            }));
        }
        assert!(matches!(
            told.blocking_recv(),
            Some(EdgeEvent::Disk {
                id: 1,
                answer: DiskAnswer::Done
            })
        ));
        let Some(EdgeEvent::Disk {
            id: 2,
            answer: DiskAnswer::Listed { entries, .. },
        }) = told.blocking_recv()
        else {
            panic!("listed");
        };
        assert_eq!(entries.len(), 1);
        drop(told);
        for id in 3..40 {
            files.ask(DiskAsk {
                id,
                transfer: 0,
                work: make(&format!("{id}")),
            });
        }
        drop(files);
        assert!(folder.join("39").exists());
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn with_the_session_goes_what_nobody_closed() {
        let folder = std::env::temp_dir().join(format!("temoto-driver-unclosed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (events, mut told) = mpsc::channel(4);
        let files = Files::with(Disk::new(FakeSystem::new(&folder)), events).expect("a thread");
        let place = Place {
            root: "desktop".to_owned(),
            path: Vec::new(),
        };
        let create = DiskWork::Create {
            index: 0,
            path: vec!["a.bin".to_owned()],
            folder: false,
            size: 9,
            modified_ms: 1,
            choice: Choice::Ask,
        };
        for (id, work) in [(1, DiskWork::Target(place)), (2, create)] {
            let transfer = 1;
            assert!(files.ask(DiskAsk { id, transfer, work }));
            assert!(told.blocking_recv().is_some());
        }
        let count = || std::fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(count(), 2, "a part and its journal");
        drop(files);
        assert_eq!(count(), 0);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
