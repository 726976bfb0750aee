//! The thread that owns the clipboard: puts there what the session says, asks for the rest of it when somebody pastes, and tells what
//! the customer copies while it is to. Neither end takes the other's HTML and pictures as they are: see [`harmless`].

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use temoto_clipboard::{Clipboard as Border, ClipboardError, Copied, Kind, Longest, Part, Supply};
use temoto_session::channel::clipboard::{Clip, ClipCame, ClipKind, ClipSet};
use temoto_wire::limits::{CLIPBOARD_HTML_BYTES, CLIPBOARD_IMAGE_BYTES, CLIPBOARD_TEXT_BYTES, NAMES};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::edges::EdgeEvent;

mod harmless;

use harmless::{harmless, harmless_copy};

/// The thread looks for orders at least this often.
const WAIT: Duration = Duration::from_millis(50);
/// Orders that may wait.
const ORDERS: usize = 8;
/// A program that pastes waits for what the operator put there so long. What comes later is there for the next paste.
const PASTE: Duration = Duration::from_secs(15);
/// What is read of the customer's copies.
const LONGEST: Longest = Longest {
    text: CLIPBOARD_TEXT_BYTES,
    html: CLIPBOARD_HTML_BYTES,
    image: CLIPBOARD_IMAGE_BYTES,
    files: NAMES,
};

/// What is to be done.
enum Task {
    Set(ClipSet),
    Files(Vec<PathBuf>),
    Came(ClipCame),
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
                let done = temoto_clipboard::open(display.as_deref(), LONGEST)
                    .and_then(|clipboard| serve(clipboard, inbox, &events));
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

    /// Puts this there; `false` if too much waits or the thread is gone.
    pub fn set(&self, set: ClipSet) -> bool {
        self.order(Task::Set(set))
    }

    /// Puts these files and folders there; `false` as above.
    pub fn set_files(&self, paths: Vec<PathBuf>) -> bool {
        self.order(Task::Files(paths))
    }

    /// Gives what was asked for by [`EdgeEvent::Pasted`]; `false` as above.
    pub fn came(&self, came: ClipCame) -> bool {
        self.order(Task::Came(came))
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

/// Orders as they come, read by the thread and, while a program waits for its paste, by whoever waits for it.
struct Inbox {
    tasks: Receiver<Task>,
    /// What came while somebody waited for something else.
    kept: VecDeque<Task>,
    /// Parts that came too late for those who pasted.
    late: Vec<ClipCame>,
}

impl Inbox {
    fn next(&mut self) -> Result<Task, TryRecvError> {
        self.kept.pop_front().map_or_else(|| self.tasks.try_recv(), Ok)
    }

    /// A part of the copy with this number, once it comes; `None` if it does not, or something else is put there meanwhile.
    fn wait_for(&mut self, number: u32, kind: ClipKind, ask: impl FnOnce() -> bool) -> Option<Vec<u8>> {
        let it = |came: &ClipCame| came.number == number && came.kind == kind;
        if let Some(found) = self.late.iter().position(it) {
            return self.late.swap_remove(found).data;
        }
        if !ask() {
            return None;
        }
        let end = Instant::now() + PASTE;
        loop {
            match self
                .tasks
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(Task::Came(came)) if it(&came) => return came.data,
                Ok(Task::Came(came)) => self.late(came),
                Ok(task) => {
                    let replaced = matches!(task, Task::Set(_) | Task::Files(_));
                    self.kept.push_back(task);
                    if replaced || self.kept.len() >= ORDERS {
                        return None;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn late(&mut self, came: ClipCame) {
        self.late
            .retain(|known| known.number == came.number && known.kind != came.kind);
        if came.data.is_some() {
            self.late.push(came);
        }
    }
}

fn serve(
    mut clipboard: impl Border,
    tasks: Receiver<Task>,
    events: &mpsc::Sender<EdgeEvent>,
) -> Result<(), ClipboardError> {
    let inbox = Arc::new(Mutex::new(Inbox {
        tasks,
        kept: VecDeque::new(),
        late: Vec::new(),
    }));
    let mut watching = false;
    // The newest copy, until the session takes it: what it has to forget must not be missed.
    let mut untold = None;
    loop {
        let task = locked(&inbox).next();
        match task {
            Ok(Task::Set(set)) => unless_busy(put(&mut clipboard, set, &inbox, events), events)?,
            Ok(Task::Files(paths)) => {
                locked(&inbox).late.clear();
                unless_busy(clipboard.set_files(paths), events)?;
            }
            Ok(Task::Came(came)) => locked(&inbox).late(came),
            Ok(Task::Watch(watch)) => {
                watching = watch;
                untold = None;
                clipboard.watch(watch)?;
            }
            Err(TryRecvError::Empty) => {
                if let Some(copied) = clipboard.wait(WAIT)?.filter(|_| watching) {
                    untold = Some(told(copied));
                }
                if let Some(event) = untold.take()
                    && let Err(TrySendError::Full(event)) = events.try_send(event)
                {
                    untold = Some(event);
                }
            }
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

/// Where another program holds the clipboard, the operator hears it and can press once more.
fn unless_busy(
    done: Result<(), ClipboardError>,
    events: &mpsc::Sender<EdgeEvent>,
) -> Result<(), ClipboardError> {
    if let Err(ClipboardError::Busy) = done {
        let told = events.try_send(EdgeEvent::ClipboardBusy).is_ok();
        tracing::warn!(told, "the clipboard is held by another program");
        return Ok(());
    }
    done
}

fn locked(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(
    clipboard: &mut impl Border,
    set: ClipSet,
    inbox: &Arc<Mutex<Inbox>>,
    events: &mpsc::Sender<EdgeEvent>,
) -> Result<(), ClipboardError> {
    locked(inbox).late.clear();
    let number = set.number;
    let mut parts = Vec::new();
    for part in set.parts {
        let data = match part.data {
            Some(data) => match harmless(part.kind, data) {
                Some(data) => Some(data),
                None => {
                    tracing::warn!(kind = ?part.kind, "what the operator sent is not put on the clipboard");
                    continue;
                }
            },
            None => None,
        };
        let kind = kind(part.kind);
        parts.push(Part { kind, data });
    }
    if parts.is_empty() {
        return Ok(());
    }
    let (inbox, events) = (Arc::clone(inbox), events.clone());
    let supply: Supply = Box::new(move |kind| {
        let kind = clip_kind(kind);
        let ask = || events.try_send(EdgeEvent::Pasted { number, kind }).is_ok();
        let data = locked(&inbox).wait_for(number, kind, ask)?;
        harmless(kind, data)
    });
    clipboard.set(parts, supply)
}

/// What the session hears of a copy.
fn told(copied: Copied) -> EdgeEvent {
    match copied {
        Copied::Text { text, html } => EdgeEvent::Copied(Clip::Text { text, html }),
        Copied::Image(png) => match harmless_copy(&png) {
            Ok(png) => EdgeEvent::Copied(Clip::Image(png)),
            Err(temoto_codec::png::PngError::TooLarge) => EdgeEvent::CopiedTooLong(ClipKind::Image),
            Err(temoto_codec::png::PngError::Malformed) => EdgeEvent::CopiedNothing,
        },
        Copied::Files { paths, more } => EdgeEvent::CopiedFiles { paths, more },
        Copied::TooLong(kind) => EdgeEvent::CopiedTooLong(clip_kind(kind)),
        Copied::Nothing => EdgeEvent::CopiedNothing,
    }
}

const fn kind(kind: ClipKind) -> Kind {
    match kind {
        ClipKind::Text => Kind::Text,
        ClipKind::Html => Kind::Html,
        ClipKind::Image => Kind::Image,
    }
}

const fn clip_kind(kind: Kind) -> ClipKind {
    match kind {
        Kind::Text => ClipKind::Text,
        Kind::Html => ClipKind::Html,
        Kind::Image => ClipKind::Image,
    }
}

#[cfg(test)]
mod tests {
    use temoto_clipboard::fake::FakeClipboard;
    use temoto_codec::png;
    use temoto_geometry::Size;
    use temoto_session::channel::clipboard::ClipSetPart;

    use super::*;

    fn running(fake: &FakeClipboard) -> (Clipboard, mpsc::Receiver<EdgeEvent>) {
        let (events, told) = mpsc::channel(4);
        let (tasks, inbox) = sync_channel(ORDERS);
        let border = fake.clone();
        let thread = std::thread::spawn(move || {
            if let Err(error) = serve(border, inbox, &events) {
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

    fn set(number: u32, parts: &[(ClipKind, Option<&[u8]>)]) -> ClipSet {
        let parts = parts.iter().map(|&(kind, data)| ClipSetPart {
            kind,
            data: data.map(<[u8]>::to_vec),
        });
        let parts = parts.collect();
        ClipSet { number, parts }
    }

    fn until(fake: &FakeClipboard, kinds: &[Kind]) {
        while fake.kinds() != kinds {
            std::thread::yield_now();
        }
    }

    fn copy(text: &str) -> Copied {
        Copied::Text {
            text: text.to_owned(),
            html: None,
        }
    }

    #[test]
    fn what_is_put_there_can_be_pasted_and_only_watched_copies_are_told() {
        let fake = FakeClipboard::default();
        fake.copy(copy("before"));
        let (clipboard, mut told) = running(&fake);
        let html = b"<b onclick='x()'>hand</b><script>y()</script>";
        assert!(clipboard.set(set(
            1,
            &[
                (ClipKind::Text, Some("手元".as_bytes())),
                (ClipKind::Html, Some(html))
            ]
        )));
        until(&fake, &[Kind::Text, Kind::Html]);
        assert_eq!(fake.paste(Kind::Text).as_deref(), Some("手元".as_bytes()));
        assert_eq!(fake.paste(Kind::Html).as_deref(), Some(&b"<b>hand</b>"[..]));
        assert!(clipboard.watch(true));
        // The watch begins when the order is carried out: copies are made until one is told.
        let seen = loop {
            fake.copy(copy("copied"));
            if let Ok(event) = told.try_recv() {
                break event;
            }
            std::thread::yield_now();
        };
        assert!(matches!(seen, EdgeEvent::Copied(Clip::Text { text, .. }) if text == "copied"));
    }

    #[test]
    fn files_take_the_place_of_a_text_and_nobody_waits_for_it_any_more() {
        let fake = FakeClipboard::default();
        let (clipboard, mut told) = running(&fake);
        clipboard.set(set(1, &[(ClipKind::Text, None)]));
        until(&fake, &[Kind::Text]);
        let pasting = fake.clone();
        let paste = std::thread::spawn(move || pasting.paste(Kind::Text));
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::Pasted { .. })));
        let paths = vec![PathBuf::from("/files/写真")];
        assert!(clipboard.set_files(paths.clone()));
        assert_eq!(paste.join().expect("pasted"), None);
        until(&fake, &[]);
        assert_eq!(fake.files(), paths);
    }

    #[test]
    fn a_paste_asks_for_what_is_not_there_and_only_a_whole_picture_is_given() {
        let fake = FakeClipboard::default();
        let (clipboard, mut told) = running(&fake);
        let good = png::encode(Size::new(2, 2), &[9; 16], 1_000).expect("small");
        for (number, sent) in [(1, Some(good.clone())), (2, Some(good[..50].to_vec())), (3, None)] {
            clipboard.set(set(number, &[(ClipKind::Image, None)]));
            // Nothing is put there once more before the order is carried out.
            while fake.kinds().is_empty() {
                std::thread::yield_now();
            }
            let pasting = fake.clone();
            let paste = std::thread::spawn(move || pasting.paste(Kind::Image));
            let Some(EdgeEvent::Pasted { number: asked, kind }) = told.blocking_recv() else {
                panic!("nobody asks");
            };
            assert_eq!((asked, kind), (number, ClipKind::Image));
            let whole = sent.as_ref() == Some(&good);
            assert!(clipboard.came(ClipCame {
                number,
                kind,
                data: sent
            }));
            let got = paste.join().expect("pasted");
            assert_eq!(
                got.map(|got| png::decode(&got)),
                whole.then(|| png::decode(&good))
            );
            fake.copy(copy("in between"));
        }
    }

    #[test]
    fn whoever_waits_for_a_paste_does_not_wait_for_a_session_that_ends() {
        let fake = FakeClipboard::default();
        let (clipboard, mut told) = running(&fake);
        clipboard.set(set(1, &[(ClipKind::Text, None)]));
        until(&fake, &[Kind::Text]);
        let pasting = fake.clone();
        let paste = std::thread::spawn(move || pasting.paste(Kind::Text));
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::Pasted { .. })));
        drop(clipboard);
        assert_eq!(paste.join().expect("pasted"), None);
    }

    #[test]
    fn the_newest_copy_waits_for_a_session_that_is_busy() {
        let fake = FakeClipboard::default();
        let (clipboard, mut told) = running(&fake);
        assert!(clipboard.watch(true));
        // Copies are made until no more are taken, which also shows that the watch began.
        let paths = vec![std::path::PathBuf::from("/files/a")];
        let files = || Copied::Files {
            paths: paths.clone(),
            more: true,
        };
        while told.len() < told.max_capacity() {
            fake.copy(files());
            std::thread::yield_now();
        }
        fake.copy(Copied::Nothing);
        let mut last = None;
        while !matches!(last, Some(EdgeEvent::CopiedNothing)) {
            last = told.blocking_recv();
            let files = matches!(&last, Some(EdgeEvent::CopiedFiles { paths: p, more: true }) if *p == paths);
            assert!(files || matches!(last, Some(EdgeEvent::CopiedNothing)));
        }
    }

    #[test]
    fn a_clipboard_that_another_program_holds_is_told_and_used_again_later() {
        let fake = FakeClipboard::default();
        let (clipboard, mut told) = running(&fake);
        fake.hold(true);
        assert!(clipboard.set(set(1, &[(ClipKind::Text, Some(b"text"))])));
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::ClipboardBusy)));
        assert!(clipboard.set_files(vec!["/files/a".into()]));
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::ClipboardBusy)));
        fake.hold(false);
        assert!(clipboard.set(set(2, &[(ClipKind::Text, Some(b"text"))])));
        while fake.kinds().is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(fake.paste(Kind::Text).as_deref(), Some(&b"text"[..]));
    }

    #[test]
    fn a_clipboard_that_is_lost_is_told() {
        let fake = FakeClipboard::default();
        fake.lose();
        let (_clipboard, mut told) = running(&fake);
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::ClipboardLost(_))));
    }
}
