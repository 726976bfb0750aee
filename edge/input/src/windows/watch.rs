//! Notices the customer's own mouse and keyboard by low-level hooks, on a thread that does nothing else.
//!
//! The thread also looks up several times a second: whether the hooks still see what happens, and whether input goes to
//! another desktop now.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use temoto_win32::PhysicalPixels;
use windows::Win32::Foundation::{LPARAM, WPARAM};
use windows::Win32::System::Threading::{
    GetCurrentThread, GetCurrentThreadId, SetThreadPriority, THREAD_PRIORITY_HIGHEST,
};
use windows::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};
use windows::Win32::UI::WindowsAndMessaging::{
    DispatchMessageW, MSG, MWMO_INPUTAVAILABLE, MsgWaitForMultipleObjectsEx, PM_NOREMOVE, PM_REMOVE,
    PeekMessageW, PostThreadMessageW, QS_ALLINPUT, WM_QUIT,
};

use super::desktop::{Follower, Place};
use super::hooks::{Hooks, Reader};
use super::traffic::{Traffic, now_ms};
use crate::sightings::Sightings;
use crate::win32::liveness::{Liveness, Signs};
use crate::{ActivityKind, InputError, LocalEvent, LocalInputWatch, Waker};

/// From one look at the signs to the next, in milliseconds.
const TURN_MS: u32 = 150;
/// Hooks that are refused in this many turns more never come back.
const MOST_REFUSED: u32 = 20;

/// The customer's mouse and keyboard on Windows.
pub struct WindowsWatch {
    sightings: Sightings,
    thread: u32,
    reader: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for WindowsWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WindowsWatch").finish_non_exhaustive()
    }
}

impl WindowsWatch {
    /// Returns once the hooks are in.
    pub(super) fn open(traffic: Arc<Traffic>) -> Result<Self, InputError> {
        let sightings = Sightings::default();
        let noted = sightings.clone();
        let (ready, begun) = sync_channel(1);
        let reader = std::thread::Builder::new()
            .name("local-input".to_owned())
            .spawn(move || {
                if let Err(error) = read(&noted, &traffic, &ready) {
                    noted.lose(error.to_string());
                }
            })
            .map_err(|error| InputError::Lost(error.to_string()))?;
        match begun.recv() {
            Ok(Ok(thread)) => Ok(Self {
                sightings,
                thread,
                reader: Some(reader),
            }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(InputError::Missing("a thread for hooks")),
        }
    }
}

impl LocalInputWatch for WindowsWatch {
    fn wait(&mut self, timeout: Duration) -> Result<Vec<LocalEvent>, InputError> {
        self.sightings.wait(timeout)
    }

    fn waker(&self) -> Waker {
        self.sightings.waker()
    }
}

impl Drop for WindowsWatch {
    fn drop(&mut self) {
        // Fails only for a thread that has ended.
        // SAFETY: no pointers go in.
        let _ended = unsafe { PostThreadMessageW(self.thread, WM_QUIT, WPARAM(0), LPARAM(0)) };
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

/// The thread behind a watch. Says by `ready` under which number it can be ended, or why it cannot begin.
fn read(
    sightings: &Sightings,
    traffic: &Arc<Traffic>,
    ready: &SyncSender<Result<u32, InputError>>,
) -> Result<(), InputError> {
    let _pixels = PhysicalPixels::begin();
    let mut message = MSG::default();
    // SAFETY: the place for the message lives until the call returns; the pseudo handle is always valid.
    let thread = unsafe {
        // Makes the queue to which the end is posted.
        let _none = PeekMessageW(&raw mut message, None, 0, 0, PM_NOREMOVE);
        // All input waits for this thread. Without the right to it things only are a little slower.
        let _slower = SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
        GetCurrentThreadId()
    };
    Reader::place(sightings.clone(), Arc::clone(traffic));
    let hooks = match Hooks::install() {
        Ok(hooks) => hooks,
        Err(error) => {
            // Whoever opens the watch waits for this.
            let _gone = ready.send(Err(error));
            return Ok(());
        }
    };
    // As above.
    let _gone = ready.send(Ok(thread));

    let mut upkeep = Upkeep::new(hooks, traffic);
    let mut looked_ms = now_ms();
    loop {
        let waited = now_ms().wrapping_sub(looked_ms);
        if waited >= TURN_MS {
            looked_ms = now_ms();
            upkeep.look(sightings, traffic)?;
        } else {
            // SAFETY: no handles are waited for.
            unsafe {
                MsgWaitForMultipleObjectsEx(None, TURN_MS - waited, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
            }
        }
        // Hooks are called in here.
        // SAFETY: the place for the message lives until the calls return.
        while unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_REMOVE) }.as_bool() {
            if message.message == WM_QUIT {
                return Ok(());
            }
            // SAFETY: a message as it was taken from the queue.
            unsafe { DispatchMessageW(&raw const message) };
        }
    }
}

/// Keeps the hooks of a thread where they see something.
struct Upkeep {
    /// `None` while the system refuses them.
    hooks: Option<Hooks>,
    /// How often it did so in a row.
    refused: u32,
    liveness: Liveness,
    follower: Follower,
    /// Input goes to a desktop to which this thread may not go.
    stranded: bool,
}

impl Upkeep {
    fn new(hooks: Hooks, traffic: &Traffic) -> Self {
        Self {
            hooks: Some(hooks),
            refused: 0,
            liveness: Liveness::new(signs(traffic)),
            follower: Follower::default(),
            stranded: false,
        }
    }

    /// # Errors
    /// When the hooks cannot be put in again: the watch is then blind.
    fn look(&mut self, sightings: &Sightings, traffic: &Traffic) -> Result<(), InputError> {
        let verdict = self.liveness.judge(signs(traffic));
        if verdict.activity {
            sightings.activity(ActivityKind::Motion);
        }
        let elsewhere = match Place::now() {
            Place::Here => {
                self.stranded = false;
                false
            }
            Place::Elsewhere(_) => !self.stranded,
            Place::Hidden => {
                Reader::forget_keys();
                false
            }
        };
        if !verdict.reinstall && !elsewhere && self.hooks.is_some() {
            return Ok(());
        }
        // The old ones go first: a thread with hooks cannot change its desktop.
        drop(self.hooks.take());
        // Where it may not go it still sees its own desktop.
        self.stranded = self.follower.follow().is_err();
        Reader::forget_keys();
        match Hooks::install() {
            Ok(hooks) => {
                self.hooks = Some(hooks);
                self.refused = 0;
            }
            Err(error) if self.refused == MOST_REFUSED => return Err(error),
            // A desktop that is only just coming up.
            Err(_) => self.refused += 1,
        }
        Ok(())
    }
}

fn signs(traffic: &Traffic) -> Signs {
    let mut last = LASTINPUTINFO {
        cbSize: u32::try_from(size_of::<LASTINPUTINFO>()).unwrap_or_default(),
        dwTime: 0,
    };
    let seen_ms = Reader::seen_ms();
    // SAFETY: the structure says its own size and lives until the call returns.
    let told = unsafe { GetLastInputInfo(&raw mut last) }.as_bool();
    let (sent, returned, sent_ms) = traffic.counts();
    Signs {
        now_ms: now_ms(),
        // Without an answer nothing can be concluded.
        input_ms: if told { last.dwTime } else { seen_ms },
        sent_ms,
        seen_ms,
        sent,
        returned,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};
    use std::thread::sleep;
    use std::time::Instant;

    use super::*;
    use crate::native::traffic::{Event, Held};
    use crate::win32::keys::MASK;
    use crate::win32::origin::Tag;

    /// One keyboard for all tests of this program.
    static DESKTOP: Mutex<()> = Mutex::new(());
    /// A key that no program knows.
    const KEY: Held = Held::Key(MASK);
    const PATIENCE: Duration = Duration::from_secs(10);

    fn tap(traffic: &Traffic) {
        traffic
            .send(&[Event::Hold(KEY, true), Event::Hold(KEY, false)])
            .expect("a tap");
    }

    /// Hooks on the thread of the test.
    fn hooked(traffic: &Arc<Traffic>) -> (Upkeep, Sightings) {
        let sightings = Sightings::default();
        Reader::place(sightings.clone(), Arc::clone(traffic));
        let upkeep = Upkeep::new(Hooks::install().expect("hooks"), traffic);
        (upkeep, sightings)
    }

    /// Sends from another thread while this one looks for messages, as hooks need it.
    fn tap_beside(traffic: &Arc<Traffic>) {
        let sender = Arc::clone(traffic);
        let sending = std::thread::spawn(move || tap(&sender));
        let mut message = MSG::default();
        let end = Instant::now() + Duration::from_millis(200);
        while !sending.is_finished() || Instant::now() < end {
            // SAFETY: the place for the message lives until the call returns.
            let _any = unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_REMOVE) };
            sleep(Duration::from_millis(5));
        }
        sending.join().expect("sending");
    }

    #[test]
    fn own_events_are_known_and_those_of_other_programs_are_the_customers() {
        let _desktop = DESKTOP.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, other) = (Traffic::new(Tag::new(1)), Traffic::new(Tag::new(2)));
        let mut watch = WindowsWatch::open(Arc::new(own)).expect("a watch");
        tap(&other);
        let seen = watch.wait(PATIENCE).expect("a look");
        assert!(matches!(
            seen[..],
            [LocalEvent::Activity {
                kind: ActivityKind::Key,
                ..
            }]
        ));
        drop(watch);
        let own = Arc::new(other);
        let mut watch = WindowsWatch::open(Arc::clone(&own)).expect("a watch");
        tap(&own);
        sleep(Duration::from_millis(300));
        assert_eq!(own.counts().1, [2, 0], "both came back");
        assert_eq!(watch.wait(Duration::ZERO).expect("a look"), []);
    }

    #[test]
    fn hooks_that_the_system_removed_are_put_in_again() {
        let _desktop = DESKTOP.lock().unwrap_or_else(PoisonError::into_inner);
        let traffic = Arc::new(Traffic::new(Tag::new(3)));
        let (mut upkeep, sightings) = hooked(&traffic);
        tap_beside(&traffic);
        assert_eq!(traffic.counts().1, [2, 0]);
        upkeep.hooks.as_ref().expect("hooks").remove();
        // They are not put in anew right after they were put in.
        sleep(Duration::from_secs(2));
        upkeep.look(&sightings, &traffic).expect("a look");
        tap_beside(&traffic);
        assert_eq!(traffic.counts().1, [2, 0], "they are gone");
        for _ in 0..2 {
            upkeep.look(&sightings, &traffic).expect("a look");
        }
        tap_beside(&traffic);
        assert_eq!(traffic.counts().1, [4, 0], "they are back");
    }

    #[test]
    fn input_that_no_hook_sees_is_told() {
        let _desktop = DESKTOP.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, other) = (
            Arc::new(Traffic::new(Tag::new(4))),
            Arc::new(Traffic::new(Tag::new(5))),
        );
        let (mut upkeep, sightings) = hooked(&own);
        upkeep.hooks.as_ref().expect("hooks").remove();
        sleep(Duration::from_secs(2));
        tap_beside(&other);
        for _ in 0..2 {
            upkeep.look(&sightings, &own).expect("a look");
        }
        let seen = sightings.wait(Duration::ZERO).expect("a look");
        assert!(matches!(
            seen[..],
            [LocalEvent::Activity {
                kind: ActivityKind::Motion,
                ..
            }]
        ));
        tap_beside(&other);
        let seen = sightings.wait(Duration::ZERO).expect("a look");
        assert!(
            matches!(
                seen[..],
                [LocalEvent::Activity {
                    kind: ActivityKind::Key,
                    ..
                }]
            ),
            "the hooks are back"
        );
    }

    #[test]
    fn the_waker_and_dropping_end_the_watch() {
        let _desktop = DESKTOP.lock().unwrap_or_else(PoisonError::into_inner);
        let mut watch = WindowsWatch::open(Arc::new(Traffic::new(Tag::new(6)))).expect("a watch");
        let waker = watch.waker();
        let waking = std::thread::spawn(move || waker.wake());
        assert_eq!(watch.wait(Duration::from_secs(600)).expect("a look"), []);
        waking.join().expect("waking");
    }
}
