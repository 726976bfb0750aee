//! What the sink injected and the watch has not seen yet: the only way to tell own events from those of other XTEST
//! programs, which come from the same device.
//!
//! The server handles the requests of one connection in order, so own events come back in order for each of its two
//! test devices; events of others may lie between them. Keyboard and pointer do not wait for each other: a window manager that
//! holds the pointer until it knows what a click means lets keys pass meanwhile.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Most events of a device that are remembered. More are only injected at once by something that is broken, and then count as the
/// customer's: control pauses.
const REMEMBERED: usize = 8_192;
/// After that an event that did not come back never will (a server may swallow what changes nothing).
const PATIENCE: Duration = Duration::from_secs(5);

/// One thing that a device does, as the server numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stimulus {
    Key { keycode: u8, down: bool },
    Button { number: u8, down: bool },
    Motion { x: i16, y: i16 },
}

impl Stimulus {
    const fn device(self) -> usize {
        match self {
            Self::Key { .. } => 0,
            Self::Button { .. } | Self::Motion { .. } => 1,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    /// For the keyboard and for the pointer.
    waiting: [VecDeque<(Stimulus, Instant)>; 2],
    keys: BTreeSet<u8>,
    buttons: BTreeSet<u8>,
}

/// Shared by sink and watch.
#[derive(Clone, Debug, Default)]
pub(super) struct Injected(Arc<Mutex<State>>);

impl Injected {
    /// To be called before the request goes out.
    pub(super) fn expect(&self, stimulus: Stimulus, now: Instant) {
        let mut state = self.lock();
        let waiting = &mut state.waiting[stimulus.device()];
        if waiting.len() == REMEMBERED {
            waiting.pop_front();
        }
        waiting.push_back((stimulus, now));
        match stimulus {
            Stimulus::Key { keycode, down: true } => drop(state.keys.insert(keycode)),
            Stimulus::Key { keycode, down: false } => drop(state.keys.remove(&keycode)),
            Stimulus::Button { number, down: true } => drop(state.buttons.insert(number)),
            Stimulus::Button { number, down: false } => drop(state.buttons.remove(&number)),
            Stimulus::Motion { .. } => {}
        }
    }

    /// Whether an event of the XTEST device is one of ours; if so it is forgotten, with those before it that were
    /// swallowed.
    pub(super) fn take(&self, seen: Stimulus, now: Instant) -> bool {
        let mut state = self.lock();
        let waiting = &mut state.waiting[seen.device()];
        while waiting
            .front()
            .is_some_and(|(_, since)| now.saturating_duration_since(*since) > PATIENCE)
        {
            waiting.pop_front();
        }
        if let Some(at) = waiting.iter().position(|(stimulus, _)| *stimulus == seen) {
            waiting.drain(..=at);
            return true;
        }
        // The server repeats keys that are held.
        matches!(seen, Stimulus::Key { keycode, down: true } if state.keys.contains(&keycode))
    }

    /// What is held: keycodes and the server's button numbers. Does not wait for the lock, so that it can be used in
    /// a panic; `None` when it is taken.
    pub(super) fn try_held(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let state = match self.0.try_lock() {
            Ok(state) => state,
            Err(std::sync::TryLockError::Poisoned(state)) => state.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return None,
        };
        Some((
            state.keys.iter().copied().collect(),
            state.buttons.iter().copied().collect(),
        ))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is whole or has not happened.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_DOWN: Stimulus = Stimulus::Key {
        keycode: 38,
        down: true,
    };
    const A_UP: Stimulus = Stimulus::Key {
        keycode: 38,
        down: false,
    };
    const MOVE: Stimulus = Stimulus::Motion { x: 1, y: 2 };
    const CLICK: Stimulus = Stimulus::Button {
        number: 1,
        down: true,
    };

    fn expecting(stimuli: &[Stimulus]) -> (Injected, Instant) {
        let (injected, now) = (Injected::default(), Instant::now());
        for stimulus in stimuli {
            injected.expect(*stimulus, now);
        }
        (injected, now)
    }

    #[test]
    fn own_events_are_known_once() {
        let (injected, now) = expecting(&[A_DOWN, A_UP, MOVE]);
        assert!(injected.take(A_DOWN, now));
        assert!(injected.take(A_UP, now));
        assert!(injected.take(MOVE, now));
        for stimulus in [A_DOWN, A_UP, MOVE] {
            assert!(!injected.take(stimulus, now), "{stimulus:?}");
        }
    }

    #[test]
    fn events_of_others_between_own_ones_are_noticed() {
        let (injected, now) = expecting(&[A_DOWN, MOVE]);
        assert!(!injected.take(CLICK, now));
        assert!(injected.take(A_DOWN, now));
        assert!(!injected.take(Stimulus::Motion { x: 2, y: 1 }, now));
        assert!(injected.take(MOVE, now));
    }

    #[test]
    fn a_pointer_that_is_held_back_comes_after_keys_and_is_still_known() {
        let (injected, now) = expecting(&[CLICK, MOVE, A_DOWN, A_UP]);
        for stimulus in [A_DOWN, A_UP, CLICK, MOVE] {
            assert!(injected.take(stimulus, now), "{stimulus:?}");
        }
    }

    #[test]
    fn swallowed_events_do_not_hide_those_of_others_later() {
        let (injected, now) = expecting(&[MOVE, MOVE, CLICK]);
        assert!(injected.take(CLICK, now));
        assert!(!injected.take(MOVE, now), "both moves came before the click");
        let (injected, now) = expecting(&[MOVE]);
        assert!(!injected.take(MOVE, now + PATIENCE * 2));
    }

    #[test]
    fn a_held_key_that_repeats_is_ours_until_it_is_released() {
        let (injected, now) = expecting(&[A_DOWN]);
        assert!((0..50).all(|_| injected.take(A_DOWN, now + PATIENCE * 2)));
        injected.expect(A_UP, now + PATIENCE * 2);
        assert!(!injected.take(A_DOWN, now + PATIENCE * 2));
    }

    #[test]
    fn memory_is_bounded() {
        let (injected, now) = expecting(&[CLICK]);
        for _ in 0..REMEMBERED {
            injected.expect(MOVE, now);
        }
        assert_eq!(injected.lock().waiting[1].len(), REMEMBERED);
        assert!(!injected.take(CLICK, now), "the oldest is forgotten");
    }

    #[test]
    fn what_is_held_can_be_asked_without_waiting() {
        let (injected, _) = expecting(&[A_DOWN, CLICK, MOVE]);
        assert_eq!(injected.try_held(), Some((vec![38], vec![1])));
        let locked = injected.lock();
        assert_eq!(injected.try_held(), None);
        drop(locked);
    }
}
