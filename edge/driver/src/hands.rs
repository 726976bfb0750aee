//! Keyboard, mouse and the customer's own hand: one thread that presses, one that watches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_input::{Button, InputError, InputSink, LocalEvent, LocalInputWatch, OwnWindows, Rescue, Waker};
use temoto_session::channel::input::Injection;
use tokio::sync::mpsc;

use crate::edges::EdgeEvent;

/// Injections that may wait; text takes the longest.
const INJECTIONS: usize = 1_024;
/// The threads look up at least this often.
const WAIT: Duration = Duration::from_millis(500);
/// The keyboard layout is looked at so often: people switch it for a word.
const LAYOUT: Duration = Duration::from_secs(2);
/// Characters that are typed at a time: what is abandoned stops after these.
const PIECE: usize = 8;

/// What is to be done, unless it was abandoned since.
struct Task {
    round: u64,
    injection: Injection,
}

/// Tells that these hands are gone, once, whichever thread notices first: by the second time there may be new ones.
#[derive(Clone)]
struct Loss {
    told: Arc<AtomicBool>,
    events: mpsc::Sender<EdgeEvent>,
}

impl Loss {
    fn tell(&self, error: &InputError) {
        if !self.told.swap(true, Ordering::SeqCst) {
            // A session that is over hears nothing any more.
            let _unheard = self.events.blocking_send(EdgeEvent::HandsLost(error.to_string()));
        }
    }
}

/// The session's end of both threads. Dropping it lets go of everything and waits for them.
pub struct Hands {
    /// `None` only while this is dropped.
    tasks: Option<SyncSender<Task>>,
    round: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    watch: Waker,
    threads: Vec<JoinHandle<()>>,
    rescue: Rescue,
}

impl Hands {
    /// Opens keyboard and mouse and starts the threads.
    pub fn start(
        display: Option<&str>,
        own: OwnWindows,
        events: mpsc::Sender<EdgeEvent>,
    ) -> Result<Self, InputError> {
        let (sink, watch) = temoto_input::open(display, own)?;
        let rescue = sink.rescue();
        let display = display.map(str::to_owned);
        let layout = move || temoto_input::keyboard_layout(display.as_deref());
        Self::with(sink, watch, rescue, layout, events)
    }

    fn with(
        sink: impl InputSink + 'static,
        watch: impl LocalInputWatch + 'static,
        rescue: Rescue,
        layout: impl FnMut() -> Option<String> + Send + 'static,
        events: mpsc::Sender<EdgeEvent>,
    ) -> Result<Self, InputError> {
        let (tasks, inbox) = sync_channel(INJECTIONS);
        let mut hands = Self {
            tasks: Some(tasks),
            round: Arc::default(),
            over: Arc::default(),
            watch: watch.waker(),
            threads: Vec::new(),
            rescue,
        };
        let loss = Loss {
            told: Arc::default(),
            events: events.clone(),
        };
        let (round, presses, lost) = (Arc::clone(&hands.round), events.clone(), loss.clone());
        hands.thread("input", move || press(sink, &inbox, &round, &presses, &lost))?;
        let over = Arc::clone(&hands.over);
        hands.thread("watch", move || watch_hand(watch, layout, &over, &events, &loss))?;
        Ok(hands)
    }

    fn thread(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), InputError> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        self.threads
            .push(thread.map_err(|error| InputError::Lost(error.to_string()))?);
        Ok(())
    }

    /// Does one thing; `false` if too much waits already.
    pub fn inject(&self, injection: Injection) -> bool {
        let round = self.round.load(Ordering::SeqCst);
        let tasks = self.tasks.as_ref();
        tasks.is_some_and(|tasks| tasks.try_send(Task { round, injection }).is_ok())
    }

    /// What waits is not done any more, and text that is being typed stops. Releases are done all the same.
    pub fn abandon(&self) {
        self.round.fetch_add(1, Ordering::SeqCst);
    }

    /// What lets go of everything when this value cannot be dropped any more.
    pub fn rescue(&self) -> Rescue {
        self.rescue.clone()
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.abandon();
        self.tasks = None;
        self.over.store(true, Ordering::SeqCst);
        self.watch.wake();
        for thread in self.threads.drain(..) {
            // A panic there was reported there.
            let _ended = thread.join();
        }
    }
}

fn press(
    mut sink: impl InputSink,
    tasks: &Receiver<Task>,
    round: &AtomicU64,
    events: &mpsc::Sender<EdgeEvent>,
    loss: &Loss,
) {
    let mut rest = WAIT;
    loop {
        match tasks.recv_timeout(rest) {
            Ok(task) => {
                let valid = || round.load(Ordering::SeqCst) == task.round;
                let told = match inject(&mut sink, task.injection, &valid) {
                    Ok(()) | Err(InputError::NoSuchKey(_)) => Ok(()),
                    Err(error @ InputError::Hidden) => {
                        events.blocking_send(EdgeEvent::InputHidden(error.to_string()))
                    }
                    Err(InputError::Elevated) => events.blocking_send(EdgeEvent::Elevated),
                    Err(InputError::OwnWindow) => events.blocking_send(EdgeEvent::OwnWindow),
                    Err(error) => events.blocking_send(EdgeEvent::NoInput(error.to_string())),
                };
                if told.is_err() {
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        rest = match sink.maintain() {
            Ok(Some(rest)) => rest.min(WAIT),
            Ok(None) => WAIT,
            Err(error) => {
                loss.tell(&error);
                break;
            }
        };
    }
    // Dropping the sink releases too; here a failure could still be seen in a debugger.
    let _lost = sink.release_all();
}

fn inject(
    sink: &mut impl InputSink,
    injection: Injection,
    valid: &dyn Fn() -> bool,
) -> Result<(), InputError> {
    let releases = matches!(
        injection,
        Injection::Key { down: false, .. } | Injection::Button { down: false, .. }
    );
    if !releases && !valid() {
        return Ok(());
    }
    match injection {
        Injection::Pointer { x, y, .. } => sink.pointer_to(Point::new(x, y)),
        Injection::Key { code, down } => sink.key(code, down),
        Injection::Button { button, down } => match Button::from_number(button) {
            Some(button) => sink.button(button, down),
            None => Ok(()),
        },
        Injection::Wheel { dx, dy } => sink.wheel(dx, dy),
        Injection::Text(text) => type_text(sink, &text, valid),
    }
}

fn type_text(sink: &mut impl InputSink, text: &str, valid: &dyn Fn() -> bool) -> Result<(), InputError> {
    let mut rest = text;
    while !rest.is_empty() && valid() {
        let mut end = rest.char_indices().nth(PIECE).map_or(rest.len(), |(at, _)| at);
        // A line end of two characters is one.
        if rest[..end].ends_with('\r') && rest[end..].starts_with('\n') {
            end += 1;
        }
        let (piece, later) = rest.split_at(end);
        sink.text(piece)?;
        rest = later;
    }
    Ok(())
}

fn watch_hand(
    mut watch: impl LocalInputWatch,
    mut layout: impl FnMut() -> Option<String>,
    over: &AtomicBool,
    events: &mpsc::Sender<EdgeEvent>,
    loss: &Loss,
) {
    let (mut known, mut looked) = (None, None::<Instant>);
    loop {
        let seen = match watch.wait(WAIT) {
            Ok(seen) => seen,
            Err(error) => return loss.tell(&error),
        };
        if over.load(Ordering::SeqCst) || events.is_closed() {
            return;
        }
        if looked.is_none_or(|at| at.elapsed() >= LAYOUT) {
            looked = Some(Instant::now());
            let now = layout();
            if now != known
                && let Some(name) = now.clone()
                && events.blocking_send(EdgeEvent::Layout(name)).is_err()
            {
                return;
            }
            known = now;
        }
        for event in seen {
            let told = match event {
                LocalEvent::Activity { .. } => EdgeEvent::Activity,
                LocalEvent::EndShortcut { .. } => EdgeEvent::EndShortcut,
                _ => continue,
            };
            if events.blocking_send(told).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use temoto_input::fake::{FakeMachine, Injected};
    use temoto_keymap::Code;

    use super::*;

    fn key(code: Code, down: bool) -> Injection {
        Injection::Key { code, down }
    }

    #[test]
    fn what_was_abandoned_is_not_pressed_any_more_but_released() {
        let machine = FakeMachine::new();
        let mut sink = machine.sink();
        inject(&mut sink, key(Code::KeyA, true), &|| true).expect("a press");
        for injection in [
            key(Code::KeyB, true),
            Injection::Wheel { dx: 0, dy: 120 },
            Injection::Text("no".to_owned()),
            key(Code::KeyA, false),
        ] {
            inject(&mut sink, injection, &|| false).expect("an injection");
        }
        let done = [Injected::Key(Code::KeyA, true), Injected::Key(Code::KeyA, false)];
        assert_eq!(machine.take(), done);
    }

    #[test]
    fn text_that_is_abandoned_stops_in_the_middle() {
        let machine = FakeMachine::new();
        let pieces = Cell::new(0);
        let valid = || pieces.replace(pieces.get() + 1) < 2;
        type_text(&mut machine.sink(), &"手".repeat(PIECE * 9), &valid).expect("typing");
        let piece = Injected::Text("手".repeat(PIECE));
        assert_eq!(machine.take(), [piece.clone(), piece]);
    }

    #[test]
    fn text_in_pieces_is_the_same_text() {
        for text in [
            "",
            "a",
            "1234567\r\n9",
            "12345678\r\n",
            "日本語で書いた、少し長い文。\n",
        ] {
            let machine = FakeMachine::new();
            type_text(&mut machine.sink(), text, &|| true).expect("typing");
            let pieces = machine.take().into_iter().map(|piece| match piece {
                Injected::Text(piece) => piece,
                other => panic!("{other:?}"),
            });
            let pieces: Vec<String> = pieces.collect();
            assert_eq!(pieces.concat(), text);
            assert!(
                !pieces
                    .iter()
                    .any(|piece| piece.starts_with('\n') && text.contains("\r\n"))
            );
        }
    }

    #[test]
    fn a_watch_that_fails_is_told() {
        let machine = FakeMachine::new();
        let (events, mut told) = mpsc::channel(4);
        let (rescue, layout) = (Rescue::new(|| {}), || None);
        let hands = Hands::with(machine.sink(), machine.watch(), rescue, layout, events).expect("threads");
        machine.lose();
        assert!(matches!(told.blocking_recv(), Some(EdgeEvent::HandsLost(_))));
        // Nobody reads on, as at the end of a session: then nothing waits for a reader.
        drop(told);
        drop(hands);
    }

    #[test]
    fn a_layout_that_changes_is_told_and_one_that_stays_only_once() {
        let machine = FakeMachine::new();
        let (events, mut told) = mpsc::channel(4);
        let mut layouts = ["jp", "jp", "us"].into_iter();
        let layout = move || layouts.next().or(Some("us")).map(str::to_owned);
        let rescue = Rescue::new(|| {});
        let _hands = Hands::with(machine.sink(), machine.watch(), rescue, layout, events).expect("threads");
        for name in ["jp", "us"] {
            assert!(matches!(told.blocking_recv(), Some(EdgeEvent::Layout(now)) if now == name));
        }
    }

    #[test]
    fn nothing_is_held_any_more_once_the_hands_are_dropped() {
        let machine = FakeMachine::new();
        let (events, _told) = mpsc::channel(4);
        let (rescue, layout) = (Rescue::new(|| {}), || None);
        let hands = Hands::with(machine.sink(), machine.watch(), rescue, layout, events).expect("threads");
        assert!(hands.inject(key(Code::ShiftLeft, true)));
        while machine.held().keys.is_empty() {
            std::thread::yield_now();
        }
        drop(hands);
        assert!(machine.held().keys.is_empty());
    }
}
