//! What is to be read in the chat of files: what came and went, also of a transfer that ended early, and what was changed in folders.

use serde::{Deserialize, Serialize};
use temoto_wire::proto::file_change::Kind as Change;

use super::job::{Job, State};
use crate::console::Console;
use crate::happened::Happened;

/// Longest name in a line of the chat, in bytes.
const NAME_BYTES: usize = 200;
/// What was thrown away and may be taken back: so often it is known what that was.
const THROWN: usize = 64;

/// What was asked to be done in a folder.
#[derive(Clone, Debug)]
pub(super) struct Changing {
    pub kind: Change,
    /// The first of the names that it is about, and how many there are.
    pub first: String,
    pub count: usize,
    /// The new name.
    pub name: String,
    /// What is taken back.
    pub token: u32,
}

/// How much of a transfer arrived that did not come to its end.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::console) struct Part {
    sends: bool,
    /// Files and folders that arrived, of how many.
    came: u32,
    all: u32,
    /// Bytes of the files.
    bytes: u64,
    first: String,
}

impl Part {
    fn of(job: &Job) -> Option<Self> {
        // Of what was to be pasted nothing stays.
        (job.came > 0 && !job.pastes()).then(|| Self {
            sends: job.sends(),
            came: job.came,
            // What was in the folder when it was looked at last may be less than what came of it before.
            all: job.items.max(job.came),
            bytes: job.arrived_bytes,
            first: cut(&job.name),
        })
    }
}

impl Console {
    /// A transfer is over, whichever way. Of one that brought nothing there is nothing to tell.
    pub(super) fn tell_ended(&mut self, now_ms: u64, number: u32) {
        let Some(job) = self.job_mut(number) else { return };
        let (sends, bytes) = (job.sends(), job.arrived_bytes.to_string());
        let (first, last) = (cut(&job.name), job.last.take());
        let (one, many) = if job.pastes() {
            (Happened::FilePut, Happened::FilesPut)
        } else if sends {
            (Happened::FileSent, Happened::FilesSent)
        } else {
            (Happened::FileTaken, Happened::FilesTaken)
        };
        let (event, arguments) = match (job.state, job.arrived, last) {
            (State::Done, 1, Some((name, hash))) => (one, vec![cut(&name), bytes, hash]),
            (State::Done, arrived @ 2.., _) => (many, vec![arrived.to_string(), bytes, first]),
            // Folders with nothing in them can be pasted as well.
            (State::Done, 0, _) if job.pastes() => (one, vec![first, bytes]),
            (State::Failed(_) | State::Canceled | State::Withdrawn, ..) => {
                let part = Part::of(job);
                return self.tell_part(now_ms, part);
            }
            _ => return,
        };
        self.tell(now_ms, event, arguments);
    }

    fn tell_part(&mut self, now_ms: u64, part: Option<Part>) {
        let Some(part) = part else { return };
        let event = if part.sends {
            Happened::FilesSentPart
        } else {
            Happened::FilesTakenPart
        };
        let numbers = [part.came.into(), part.all.into(), part.bytes].map(|n: u64| n.to_string());
        let arguments = numbers.into_iter().chain([part.first]).collect();
        self.tell(now_ms, event, arguments);
    }

    /// What has arrived of transfers that go on, for a load of the page that knows nothing of them.
    pub(in crate::console) fn partly(&self) -> Vec<Part> {
        let jobs = self.files.jobs.iter();
        jobs.filter(|job| !job.state.is_over())
            .filter_map(Part::of)
            .collect()
    }

    /// The page was loaded anew, and these did not go on.
    pub(in crate::console) fn tell_partly(&mut self, now_ms: u64, parts: Vec<Part>) {
        for part in parts {
            self.tell_part(now_ms, Some(part));
        }
    }

    /// The program did what was asked; `token` takes back what was thrown away.
    pub(super) fn tell_changed(&mut self, now_ms: u64, changing: Changing, token: u32) {
        let first = cut(&changing.first);
        let (event, arguments) = match changing.kind {
            Change::Make => (Happened::FolderMade, vec![cut(&changing.name)]),
            Change::Rename => (Happened::FileRenamed, vec![first, cut(&changing.name)]),
            Change::Trash => {
                let thrown = &mut self.files.thrown;
                while thrown.len() >= THROWN {
                    thrown.pop_first();
                }
                if token != 0 {
                    thrown.insert(token, (changing.count, first.clone()));
                }
                counted(
                    (Happened::FileTrashed, Happened::FilesTrashed),
                    changing.count,
                    first,
                )
            }
            Change::Restore => {
                let thrown = self.files.thrown.remove(&changing.token);
                let (count, first) = thrown.unwrap_or((1, String::new()));
                counted((Happened::FileRestored, Happened::FilesRestored), count, first)
            }
            Change::Unspecified => return,
        };
        self.tell(now_ms, event, arguments);
    }
}

fn counted((one, many): (Happened, Happened), count: usize, first: String) -> (Happened, Vec<String>) {
    if count > 1 {
        (many, vec![count.to_string(), first])
    } else {
        (one, vec![first])
    }
}

fn cut(name: &str) -> String {
    temoto_wire::input::cut(name, NAME_BYTES).to_owned()
}
