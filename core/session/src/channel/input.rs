//! Input: what the operator does with keys and pointer, and what the customer's machine makes of it.
//!
//! Nothing stays pressed: every event carries the whole set of held keys and buttons, and the receiver releases what is not
//! in the newest set. Late events are dropped, never replayed.

use std::collections::{BTreeSet, VecDeque};

use temoto_keymap::Code;
use temoto_wire::input::{Action, Event};
use temoto_wire::limits::HELD_KEYS;

/// Pointer moves are sent at most this often.
const POINTER_EVERY_MS: u64 = 8;
/// Events older than this are dropped.
const STALE_MS: i64 = 500;
/// How long the smallest difference of clocks is remembered.
const DIFFERENCE_KEPT_MS: u64 = 60_000;

/// The operator's half: builds events.
#[derive(Debug, Default)]
pub struct InputSender {
    held: BTreeSet<u16>,
    buttons: u8,
    /// A pointer place that waits for its turn.
    pointer: Option<(u8, i32, i32)>,
    pointer_sent_ms: Option<u64>,
}

impl InputSender {
    /// The pointer moved; gives an event unless one was sent a moment ago.
    pub fn pointer(&mut self, now_ms: u64, grant: u32, display: u8, x: i32, y: i32) -> Option<Event> {
        self.pointer = Some((display, x, y));
        self.flush(now_ms, grant, false)
    }

    /// The pending pointer place, if its time has come (or `force`).
    pub fn flush(&mut self, now_ms: u64, grant: u32, force: bool) -> Option<Event> {
        let due = self
            .pointer_sent_ms
            .is_none_or(|at| now_ms >= at + POINTER_EVERY_MS);
        if !due && !force {
            return None;
        }
        let (display, x, y) = self.pointer.take()?;
        self.pointer_sent_ms = Some(now_ms);
        Some(self.event(now_ms, grant, Action::Pointer { display, x, y }))
    }

    /// When [`InputSender::flush`] has something to give.
    #[must_use]
    pub fn next_timeout(&self) -> Option<u64> {
        self.pointer
            .and(self.pointer_sent_ms)
            .map(|at| at + POINTER_EVERY_MS)
    }

    /// A key went down or up. A key that comes up without having gone down is nothing.
    pub fn key(&mut self, now_ms: u64, grant: u32, code: Code, down: bool) -> Option<Event> {
        let number = code.number();
        if down {
            if self.held.len() >= HELD_KEYS && !self.held.contains(&number) {
                return None;
            }
            self.held.insert(number);
        } else if !self.held.remove(&number) {
            return None;
        }
        Some(self.event(now_ms, grant, Action::Key { code: number, down }))
    }

    /// A button (0 to 4) went down or up.
    pub fn button(&mut self, now_ms: u64, grant: u32, button: u8, down: bool) -> Option<Event> {
        let bit = 1u8.checked_shl(u32::from(button)).filter(|_| button < 5)?;
        if (self.buttons & bit != 0) == down {
            return None;
        }
        self.buttons ^= bit;
        Some(self.event(now_ms, grant, Action::Button { button, down }))
    }

    /// The wheel turned, in 120ths of a notch.
    pub fn wheel(&mut self, now_ms: u64, grant: u32, dx: i16, dy: i16) -> Event {
        self.event(now_ms, grant, Action::Wheel { dx, dy })
    }

    /// Composed text.
    pub fn text(&mut self, now_ms: u64, grant: u32, text: String) -> Event {
        self.event(now_ms, grant, Action::Text(text))
    }

    /// Lets go of everything; `None` if nothing is held.
    pub fn release(&mut self, now_ms: u64, grant: u32) -> Option<Event> {
        self.pointer = None;
        let held = !self.held.is_empty() || self.buttons != 0;
        self.held.clear();
        self.buttons = 0;
        held.then(|| self.event(now_ms, grant, Action::Held))
    }

    fn event(&self, now_ms: u64, grant: u32, action: Action) -> Event {
        Event {
            stamp_ms: wrapping_clock(now_ms),
            grant,
            buttons: self.buttons,
            held: self.held.iter().copied().collect(),
            action,
        }
    }
}

/// The low 32 bits of a clock in milliseconds: what travels.
#[must_use]
pub const fn wrapping_clock(now_ms: u64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the clock on the wire wraps after 49 days"
    )]
    let low = now_ms as u32;
    low
}

/// What the customer's machine has to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Injection {
    /// The pointer goes there, in physical pixels of the display.
    Pointer {
        /// Which display.
        display: u8,
        /// From its left edge.
        x: i32,
        /// From its top edge.
        y: i32,
    },
    /// A key goes down or up.
    Key {
        /// Which key.
        code: Code,
        /// Down, else up.
        down: bool,
    },
    /// A button goes down or up: 0 left, 1 middle, 2 right, 3 back, 4 forward.
    Button {
        /// Which button.
        button: u8,
        /// Down, else up.
        down: bool,
    },
    /// The wheel turns, in 120ths of a notch; positive is right and down.
    Wheel {
        /// Sideways.
        dx: i16,
        /// Down.
        dy: i16,
    },
    /// Text is typed.
    Text(String),
}

/// The customer's half: what is pressed because of the operator.
#[derive(Debug, Default)]
pub struct InputReceiver {
    held: BTreeSet<u16>,
    buttons: u8,
    /// (when, arrival minus stamp), smallest first where an older larger one cannot matter any more.
    differences: VecDeque<(u64, i64)>,
}

impl InputReceiver {
    /// Takes an event that the permission gate let through.
    pub fn take(&mut self, now_ms: u64, event: &Event) -> Vec<Injection> {
        let mut out = Vec::new();
        if self.is_stale(now_ms, event.stamp_ms) {
            self.keep_only(event, &mut out);
            return out;
        }
        match &event.action {
            Action::Held => {}
            Action::Pointer { display, x, y } => {
                out.push(Injection::Pointer {
                    display: *display,
                    x: *x,
                    y: *y,
                });
            }
            Action::Key { code, down } => {
                if let Ok(known) = Code::from_number(*code) {
                    if *down {
                        // A repeat is sent on as such: programs count on it.
                        self.held.insert(*code);
                        out.push(Injection::Key {
                            code: known,
                            down: true,
                        });
                    } else if self.held.remove(code) {
                        out.push(Injection::Key {
                            code: known,
                            down: false,
                        });
                    }
                }
            }
            Action::Button { button, down } => {
                let bit = 1 << button;
                if (self.buttons & bit != 0) != *down {
                    self.buttons ^= bit;
                    out.push(Injection::Button {
                        button: *button,
                        down: *down,
                    });
                }
            }
            Action::Wheel { dx, dy } => out.push(Injection::Wheel { dx: *dx, dy: *dy }),
            Action::Text(text) => out.push(Injection::Text(text.clone())),
        }
        self.keep_only(event, &mut out);
        out
    }

    /// Lets go of everything: after loss of the line or the grant, pause, the customer's own move, the end.
    pub fn release_all(&mut self) -> Vec<Injection> {
        let mut out = Vec::new();
        for number in std::mem::take(&mut self.held) {
            if let Ok(code) = Code::from_number(number) {
                out.push(Injection::Key { code, down: false });
            }
        }
        for button in 0..5 {
            if self.buttons & (1 << button) != 0 {
                out.push(Injection::Button { button, down: false });
            }
        }
        self.buttons = 0;
        out
    }

    /// A new run, whose greeting told the other end's clock: what is held back from then on counts as old.
    pub fn learn_clock(&mut self, now_ms: u64, clock_ms: u32) {
        self.differences.clear();
        self.is_stale(now_ms, clock_ms);
    }

    fn keep_only(&mut self, event: &Event, out: &mut Vec<Injection>) {
        let newest: BTreeSet<u16> = event.held.iter().copied().collect();
        for &number in self.held.difference(&newest) {
            if let Ok(code) = Code::from_number(number) {
                out.push(Injection::Key { code, down: false });
            }
        }
        self.held.retain(|number| newest.contains(number));
        for button in 0..5u8 {
            let bit = 1 << button;
            if self.buttons & bit != 0 && event.buttons & bit == 0 {
                self.buttons &= !bit;
                out.push(Injection::Button { button, down: false });
            }
        }
    }

    /// Age = arrival minus stamp, less the smallest such difference of the last minute.
    fn is_stale(&mut self, now_ms: u64, stamp_ms: u32) -> bool {
        let difference = i64::from(wrapping_clock(now_ms).wrapping_sub(stamp_ms).cast_signed());
        while self
            .differences
            .front()
            .is_some_and(|&(at, _)| at + DIFFERENCE_KEPT_MS < now_ms)
        {
            self.differences.pop_front();
        }
        while self.differences.back().is_some_and(|&(_, d)| d >= difference) {
            self.differences.pop_back();
        }
        if self.differences.len() < 1_024 {
            self.differences.push_back((now_ms, difference));
        }
        let smallest = self.differences.front().map_or(difference, |&(_, d)| d);
        difference - smallest > STALE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: u32 = 1;

    #[test]
    fn keys_that_went_missing_are_released_by_the_next_event() {
        let (mut tx, mut rx) = (InputSender::default(), InputReceiver::default());
        let down = tx.key(0, G, Code::ShiftLeft, true).expect("event");
        assert_eq!(rx.take(5, &down).len(), 1);
        // The release is lost on the way.
        tx.key(10, G, Code::ShiftLeft, false).expect("event");
        let next = tx.pointer(20, G, 0, 3, 4).expect("event");
        assert_eq!(
            rx.take(25, &next),
            [
                Injection::Pointer {
                    display: 0,
                    x: 3,
                    y: 4
                },
                Injection::Key {
                    code: Code::ShiftLeft,
                    down: false
                }
            ]
        );
    }

    #[test]
    fn a_late_event_is_not_done_but_what_it_no_longer_holds_is_released() {
        let (mut tx, mut rx) = (InputSender::default(), InputReceiver::default());
        let a = tx.key(0, G, Code::KeyA, true).expect("event");
        assert_eq!(rx.take(20, &a).len(), 1);
        tx.key(1_000, G, Code::KeyA, false);
        let late = tx.key(1_001, G, Code::KeyB, true).expect("event");
        assert_eq!(
            rx.take(1_001 + 20 + 501, &late),
            [Injection::Key {
                code: Code::KeyA,
                down: false
            }]
        );
        let fresh = tx.key(2_000, G, Code::KeyC, true).expect("event");
        assert_eq!(
            rx.take(2_020, &fresh),
            [Injection::Key {
                code: Code::KeyC,
                down: true
            }]
        );
    }

    #[test]
    fn clocks_that_differ_by_a_day_and_wrap_are_no_reason_to_drop() {
        let (mut tx, mut rx) = (InputSender::default(), InputReceiver::default());
        let near_wrap = u64::from(u32::MAX) - 10;
        for n in 0..40u64 {
            let event = tx.key(near_wrap + n, G, Code::KeyA, n % 2 == 0).expect("event");
            assert_eq!(rx.take(86_400_000 + n, &event).len(), 1, "event {n}");
        }
    }

    #[test]
    fn blur_lets_go_of_everything() {
        let (mut tx, mut rx) = (InputSender::default(), InputReceiver::default());
        for event in [
            tx.key(0, G, Code::ControlLeft, true).expect("event"),
            tx.button(0, G, 0, true).expect("event"),
        ] {
            rx.take(0, &event);
        }
        let blur = tx.release(10, G).expect("something was held");
        assert_eq!(rx.take(10, &blur).len(), 2);
        assert_eq!(tx.release(11, G), None);
        assert_eq!(rx.release_all(), []);
    }

    #[test]
    fn pointer_moves_are_thinned_but_the_last_place_arrives() {
        let mut tx = InputSender::default();
        assert!(tx.pointer(0, G, 0, 1, 1).is_some());
        assert!(tx.pointer(1, G, 0, 2, 2).is_none());
        assert!(tx.pointer(2, G, 0, 3, 3).is_none());
        assert_eq!(tx.next_timeout(), Some(8));
        let event = tx.flush(8, G, false).expect("due");
        assert_eq!(
            event.action,
            Action::Pointer {
                display: 0,
                x: 3,
                y: 3
            }
        );
        assert_eq!(tx.next_timeout(), None);
    }
}
