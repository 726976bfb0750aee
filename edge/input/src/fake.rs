//! Keyboard and mouse in memory: tests read what was pressed and play the customer.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use temoto_geometry::Point;
use temoto_keymap::Code;

use crate::{
    ActivityKind, Button, Held, InputError, InputSink, LocalEvent, LocalInputWatch, Locks, Waker,
    wheel::Wheel,
};

/// Most events that are kept for the test to read; more are dropped, oldest first.
const LOG: usize = 65_536;

/// One thing that reached the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injected {
    /// A key went down or up.
    Key(Code, bool),
    /// The pointer went there.
    Pointer(Point),
    /// A button went down or up.
    Button(Button, bool),
    /// Whole notches of the wheel, right and down.
    Wheel(i32, i32),
    /// Text was typed.
    Text(String),
}

#[derive(Debug, Default)]
struct State {
    log: std::collections::VecDeque<Injected>,
    keys: BTreeSet<Code>,
    buttons: BTreeSet<Button>,
    own_window: bool,
    lost: bool,
    locks: Locks,
    local: Vec<LocalEvent>,
    woken: bool,
}

impl State {
    fn note(&mut self, event: Injected) {
        if self.log.len() == LOG {
            self.log.pop_front();
        }
        self.log.push_back(event);
    }

    fn release_all(&mut self) {
        for key in std::mem::take(&mut self.keys) {
            self.note(Injected::Key(key, false));
        }
        for button in std::mem::take(&mut self.buttons) {
            self.note(Injected::Button(button, false));
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The machine behind a fake sink and watch.
#[derive(Clone, Debug, Default)]
pub struct FakeMachine(Arc<Shared>);

impl FakeMachine {
    /// A machine with nothing pressed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The end that presses. There should be one at a time.
    #[must_use]
    pub fn sink(&self) -> FakeSink {
        FakeSink {
            shared: Arc::clone(&self.0),
            wheel: [Wheel::default(); 2],
        }
    }

    /// The end that notices the customer.
    #[must_use]
    pub fn watch(&self) -> FakeWatch {
        FakeWatch(Arc::clone(&self.0))
    }

    /// Takes what was injected since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Injected> {
        self.0.lock().log.drain(..).collect()
    }

    /// What is held down now.
    #[must_use]
    pub fn held(&self) -> Held {
        let state = self.0.lock();
        Held {
            keys: state.keys.iter().copied().collect(),
            buttons: state.buttons.iter().copied().collect(),
        }
    }

    /// Whether pointer and focus are at one of the program's own windows from now on.
    pub fn set_own_window(&self, own: bool) {
        self.0.lock().own_window = own;
    }

    /// Sets what [`InputSink::locks`] tells.
    pub fn set_locks(&self, locks: Locks) {
        self.0.lock().locks = locks;
    }

    /// The window system goes away: everything fails from now on.
    pub fn lose(&self) {
        self.0.lock().lost = true;
        self.0.changed.notify_all();
    }

    /// The customer does something.
    pub fn customer(&self, kind: ActivityKind) {
        self.tell(LocalEvent::Activity {
            kind,
            at: Instant::now(),
        });
    }

    /// The customer presses Ctrl+Alt+E.
    pub fn customer_ends(&self) {
        self.tell(LocalEvent::EndShortcut { at: Instant::now() });
    }

    fn tell(&self, event: LocalEvent) {
        let mut state = self.0.lock();
        let known = state.local.iter().any(|seen| match (seen, &event) {
            (LocalEvent::Activity { kind: seen, .. }, LocalEvent::Activity { kind, .. }) => seen == kind,
            (LocalEvent::EndShortcut { .. }, LocalEvent::EndShortcut { .. }) => true,
            (LocalEvent::Activity { .. }, LocalEvent::EndShortcut { .. })
            | (LocalEvent::EndShortcut { .. }, LocalEvent::Activity { .. }) => false,
        });
        if !known {
            state.local.push(event);
        }
        drop(state);
        self.0.changed.notify_all();
    }
}

/// The pressing end of a [`FakeMachine`].
#[derive(Debug)]
pub struct FakeSink {
    shared: Arc<Shared>,
    wheel: [Wheel; 2],
}

impl FakeSink {
    fn alive(&self) -> Result<MutexGuard<'_, State>, InputError> {
        let state = self.shared.lock();
        if state.lost { Err(lost()) } else { Ok(state) }
    }

    fn guarded(&self) -> Result<MutexGuard<'_, State>, InputError> {
        let state = self.alive()?;
        if state.own_window {
            Err(InputError::OwnWindow)
        } else {
            Ok(state)
        }
    }
}

fn lost() -> InputError {
    InputError::Lost("the fake machine went away".to_owned())
}

impl InputSink for FakeSink {
    fn key(&mut self, code: Code, down: bool) -> Result<(), InputError> {
        let mut state = if down { self.guarded()? } else { self.alive()? };
        let changed = if down {
            state.keys.insert(code)
        } else {
            state.keys.remove(&code)
        };
        if changed {
            state.note(Injected::Key(code, down));
        }
        Ok(())
    }

    fn pointer_to(&mut self, to: Point) -> Result<(), InputError> {
        self.alive()?.note(Injected::Pointer(to));
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError> {
        let mut state = if down { self.guarded()? } else { self.alive()? };
        let changed = if down {
            state.buttons.insert(button)
        } else {
            state.buttons.remove(&button)
        };
        if changed {
            state.note(Injected::Button(button, down));
        }
        Ok(())
    }

    fn wheel(&mut self, dx: i16, dy: i16) -> Result<(), InputError> {
        drop(self.guarded()?);
        let [across, along] = &mut self.wheel;
        let (dx, dy) = (across.turn(dx), along.turn(dy));
        if (dx, dy) != (0, 0) {
            self.alive()?.note(Injected::Wheel(dx, dy));
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        self.guarded()?.note(Injected::Text(text.to_owned()));
        Ok(())
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        self.alive()?.release_all();
        Ok(())
    }

    fn held(&self) -> Held {
        FakeMachine(Arc::clone(&self.shared)).held()
    }

    fn locks(&mut self) -> Result<Locks, InputError> {
        Ok(self.alive()?.locks)
    }

    fn maintain(&mut self) -> Result<Option<Duration>, InputError> {
        Ok(None)
    }
}

impl Drop for FakeSink {
    fn drop(&mut self) {
        self.shared.lock().release_all();
    }
}

/// The noticing end of a [`FakeMachine`].
#[derive(Debug)]
pub struct FakeWatch(Arc<Shared>);

impl LocalInputWatch for FakeWatch {
    fn wait(&mut self, timeout: Duration) -> Result<Vec<LocalEvent>, InputError> {
        let state = self.0.lock();
        let idle = |state: &mut State| state.local.is_empty() && !state.woken && !state.lost;
        let waited = self.0.changed.wait_timeout_while(state, timeout, idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.lost {
            return Err(lost());
        }
        state.woken = false;
        Ok(std::mem::take(&mut state.local))
    }

    fn waker(&self) -> Waker {
        let shared = Arc::clone(&self.0);
        Waker::new(move || {
            shared.lock().woken = true;
            shared.changed.notify_all();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_presses_and_stray_releases_do_nothing() {
        let machine = FakeMachine::new();
        let mut sink = machine.sink();
        sink.key(Code::KeyA, false).unwrap();
        sink.key(Code::KeyA, true).unwrap();
        sink.key(Code::KeyA, true).unwrap();
        assert_eq!(machine.take(), [Injected::Key(Code::KeyA, true)]);
        assert_eq!(sink.held().keys, [Code::KeyA]);
    }

    #[test]
    fn dropping_the_sink_releases_everything() {
        let machine = FakeMachine::new();
        let mut sink = machine.sink();
        sink.key(Code::ShiftLeft, true).unwrap();
        sink.button(Button::Right, true).unwrap();
        drop(sink);
        assert!(machine.held().is_empty());
        assert!(machine.take().contains(&Injected::Button(Button::Right, false)));
    }

    #[test]
    fn own_windows_refuse_presses_but_never_releases() {
        let machine = FakeMachine::new();
        let mut sink = machine.sink();
        sink.key(Code::KeyA, true).unwrap();
        machine.set_own_window(true);
        assert!(matches!(sink.key(Code::KeyB, true), Err(InputError::OwnWindow)));
        assert!(matches!(
            sink.button(Button::Left, true),
            Err(InputError::OwnWindow)
        ));
        assert!(matches!(sink.wheel(0, 120), Err(InputError::OwnWindow)));
        assert!(matches!(sink.text("x"), Err(InputError::OwnWindow)));
        sink.pointer_to(Point::new(1, 2)).unwrap();
        sink.key(Code::KeyA, false).unwrap();
        assert!(machine.held().is_empty());
    }

    #[test]
    fn the_watch_tells_each_kind_of_activity_once() {
        let machine = FakeMachine::new();
        let mut watch = machine.watch();
        machine.customer(ActivityKind::Motion);
        machine.customer(ActivityKind::Motion);
        machine.customer_ends();
        let events = watch.wait(Duration::ZERO).unwrap();
        assert!(matches!(
            events.as_slice(),
            [
                LocalEvent::Activity {
                    kind: ActivityKind::Motion,
                    ..
                },
                LocalEvent::EndShortcut { .. }
            ]
        ));
        assert!(watch.wait(Duration::ZERO).unwrap().is_empty());
        watch.waker().wake();
        assert!(watch.wait(Duration::from_secs(60)).unwrap().is_empty());
    }

    #[test]
    fn buttons_have_the_numbers_of_the_wire() {
        for (number, button) in Button::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(button.number()), number);
            assert_eq!(Button::from_number(button.number()), Some(button));
        }
        assert_eq!(Button::from_number(5), None);
    }
}
