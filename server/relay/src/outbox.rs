//! What waits for one connection: control messages first, then the senders in turn, then the last word.
//!
//! Every queue has a limit here; nothing else in the relay holds messages. It also sees how fast the connection takes
//! what waits.

use std::collections::{BTreeMap, VecDeque};

use crate::event::Write;
use crate::opaque::Sealed;

/// Most bytes that wait from one sender to one receiver, counting what keeping each message costs.
pub const QUEUE_BYTES: usize = 1 << 20;
/// What keeping one message costs besides its bytes; without it, a million messages of one byte would fit.
const MESSAGE_COST: usize = 64;
/// Most control messages that wait; who lets more pile up does not read.
const CONTROL_MESSAGES: usize = 256;
/// A receiver takes at least this many bytes in each [`WINDOW_MS`] while more waits.
pub const WINDOW_BYTES: u64 = 64 << 10;
/// See [`WINDOW_BYTES`].
pub const WINDOW_MS: u64 = 30_000;

/// A queue is full.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Full;

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Vec<u8>>,
    cost: usize,
}

#[derive(Debug)]
struct Window {
    since: u64,
    taken: u64,
}

/// The queues of one connection.
#[derive(Debug, Default)]
pub struct Outbox {
    control: VecDeque<Vec<u8>>,
    data: BTreeMap<u8, Queue>,
    turn: u8,
    last: Option<Vec<u8>>,
    ending: bool,
    /// The writer is at work: it will ask again by itself.
    busy: bool,
    window: Option<Window>,
}

impl Outbox {
    /// Puts a control message in front of all data.
    pub fn control(&mut self, now: u64, message: Vec<u8>) -> Result<(), Full> {
        if self.ending {
            return Ok(());
        }
        if self.control.len() >= CONTROL_MESSAGES {
            return Err(Full);
        }
        self.control.push_back(message);
        self.waits(now);
        Ok(())
    }

    /// Puts a control message there only if the same bytes do not wait already.
    pub fn control_once(&mut self, now: u64, message: Vec<u8>) -> Result<(), Full> {
        if self.control.contains(&message) {
            return Ok(());
        }
        self.control(now, message)
    }

    /// Puts a control message behind what waits from a sender: news that it is gone must not overtake what it said last.
    pub fn control_after(&mut self, now: u64, from: u8, message: Vec<u8>) -> Result<(), Full> {
        match self.data.get_mut(&from) {
            Some(queue) if !self.ending => {
                // One message more than fits is no harm: nothing follows it.
                queue.cost += message.len() + MESSAGE_COST;
                queue.messages.push_back(message);
                self.waits(now);
                Ok(())
            }
            Some(_) | None => self.control(now, message),
        }
    }

    /// Puts data into the queue of its sender; if it does not fit, the whole queue is dropped with it.
    pub fn data(&mut self, now: u64, from: u8, sealed: Sealed) -> Result<(), Full> {
        if self.ending {
            return Ok(());
        }
        let message = sealed.deliver(from);
        let cost = message.len() + MESSAGE_COST;
        let queue = self.data.entry(from).or_default();
        if queue.cost + cost > QUEUE_BYTES {
            self.data.remove(&from);
            return Err(Full);
        }
        queue.cost += cost;
        queue.messages.push_back(message);
        self.waits(now);
        Ok(())
    }

    /// Nothing follows but `last`. With `deliver` what waits goes out before it, else it is dropped.
    pub fn finish(&mut self, now: u64, last: Option<Vec<u8>>, deliver: bool) {
        if self.ending {
            return;
        }
        if !deliver {
            self.control.clear();
            self.data.clear();
        }
        self.last = last;
        self.ending = true;
        self.waits(now);
    }

    /// What to write now. The one before has been written.
    pub fn next(&mut self) -> Option<Write> {
        let message = self.control.pop_front().or_else(|| self.next_data());
        let message = message.or_else(|| if self.ending { self.last.take() } else { None });
        if let Some(message) = message {
            self.busy = true;
            return Some(Write::Message(message));
        }
        // A connection that ends is told to close as often as its writer asks.
        self.busy = self.ending;
        self.window = None;
        self.ending.then_some(Write::Close)
    }

    /// Whether the writer must be woken; says so once.
    pub fn wake(&mut self) -> bool {
        !std::mem::replace(&mut self.busy, true)
    }

    /// The network took so many bytes.
    pub fn took(&mut self, bytes: u64) {
        if let Some(window) = &mut self.window {
            window.taken = window.taken.saturating_add(bytes);
        }
    }

    /// Whether a whole window passed in which too little was taken. Begins the next window.
    pub fn is_slow(&mut self, now: u64) -> bool {
        let Some(window) = &mut self.window else {
            return false;
        };
        if now < window.since.saturating_add(WINDOW_MS) {
            return false;
        }
        let slow = window.taken < WINDOW_BYTES;
        *window = Window { since: now, taken: 0 };
        slow
    }

    /// When [`Self::is_slow`] is to be asked.
    #[must_use]
    pub fn slow_at(&self) -> Option<u64> {
        self.window.as_ref().map(|w| w.since.saturating_add(WINDOW_MS))
    }

    /// Bytes that wait, with what keeping them costs.
    #[cfg(test)]
    pub fn cost(&self) -> usize {
        let control = self.control.iter().map(|m| m.len() + MESSAGE_COST);
        control.chain(self.data.values().map(|q| q.cost)).sum()
    }

    fn next_data(&mut self) -> Option<Vec<u8>> {
        let after = self.data.range(self.turn..).next().map(|(from, _)| *from);
        let from = after.or_else(|| self.data.keys().next().copied())?;
        let queue = self.data.get_mut(&from)?;
        let message = queue.messages.pop_front()?;
        queue.cost = queue.cost.saturating_sub(message.len() + MESSAGE_COST);
        if queue.messages.is_empty() {
            self.data.remove(&from);
        }
        self.turn = from.wrapping_add(1);
        Some(message)
    }

    fn waits(&mut self, now: u64) {
        if self.window.is_none() {
            self.window = Some(Window { since: now, taken: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(n: usize) -> Sealed {
        Sealed::new(vec![9; n])
    }

    fn first_bytes(outbox: &mut Outbox) -> Vec<(u8, u8)> {
        let mut seen = Vec::new();
        while let Some(Write::Message(m)) = outbox.next() {
            seen.push((m[0], *m.get(1).unwrap_or(&0)));
        }
        seen
    }

    #[test]
    fn news_of_a_sender_comes_after_its_last_words() {
        let mut outbox = Outbox::default();
        outbox.data(0, 1, sealed(10)).unwrap();
        outbox.data(0, 2, sealed(10)).unwrap();
        outbox.control_after(0, 1, vec![0x84, 1]).unwrap();
        outbox.control_after(0, 3, vec![0x84, 3]).unwrap();
        let seen = first_bytes(&mut outbox);
        let place = |of: (u8, u8)| seen.iter().position(|one| *one == of).unwrap();
        let words = sealed(10).deliver(1);
        assert_eq!(place((0x84, 3)), 0, "who has nothing waiting is told of at once");
        assert!(place((0x84, 1)) > place((words[0], words[1])), "{seen:?}");
        assert_eq!((seen.len(), outbox.cost()), (4, 0));
    }

    #[test]
    fn control_goes_first_and_the_senders_take_turns() {
        let mut outbox = Outbox::default();
        for from in [1, 1, 1, 2, 3] {
            outbox.data(0, from, sealed(10)).unwrap();
        }
        outbox.control(0, vec![0x83, 7]).unwrap();
        let seen = first_bytes(&mut outbox);
        assert_eq!(
            seen,
            [(0x83, 7), (0x82, 1), (0x82, 2), (0x82, 3), (0x82, 1), (0x82, 1)]
        );
        assert_eq!(outbox.cost(), 0);
    }

    #[test]
    fn one_full_queue_is_dropped_and_the_others_stay() {
        let mut outbox = Outbox::default();
        outbox.data(0, 2, sealed(5)).unwrap();
        let fitting = QUEUE_BYTES / (60_000 + 2 + 64);
        for _ in 0..fitting {
            outbox.data(0, 1, sealed(60_000)).unwrap();
        }
        assert!(outbox.cost() <= QUEUE_BYTES + 100);
        assert_eq!(outbox.data(0, 1, sealed(60_000)), Err(Full));
        assert_eq!(first_bytes(&mut outbox), [(0x82, 2)]);
    }

    #[test]
    fn tiny_messages_are_counted_with_what_they_cost() {
        let mut outbox = Outbox::default();
        let mut taken = 0_usize;
        while outbox.data(0, 1, sealed(1)).is_ok() {
            taken += 1;
        }
        assert!(taken < 20_000, "{taken}");
    }

    #[test]
    fn the_last_word_follows_what_waits_or_replaces_it() {
        for deliver in [true, false] {
            let mut outbox = Outbox::default();
            outbox.data(0, 1, sealed(1)).unwrap();
            outbox.finish(0, Some(vec![0x8F, 1]), deliver);
            outbox.control(0, vec![0x83]).unwrap();
            outbox.data(0, 1, sealed(1)).unwrap();
            let want: &[(u8, u8)] = if deliver {
                &[(0x82, 1), (0x8F, 1)]
            } else {
                &[(0x8F, 1)]
            };
            assert_eq!(first_bytes(&mut outbox), want);
            assert_eq!(outbox.next(), Some(Write::Close));
        }
    }

    #[test]
    fn a_window_is_judged_by_what_the_network_took() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.slow_at(), None);
        outbox.data(1_000, 1, sealed(100)).unwrap();
        outbox.data(1_000, 1, sealed(100)).unwrap();
        assert_eq!(outbox.slow_at(), Some(31_000));
        outbox.took(WINDOW_BYTES);
        assert!(!outbox.is_slow(31_000));
        outbox.took(WINDOW_BYTES - 1);
        assert!(!outbox.is_slow(60_999));
        assert!(outbox.is_slow(61_000));
        // Nothing waits: nobody is slow.
        first_bytes(&mut outbox);
        assert_eq!(outbox.slow_at(), None);
    }

    #[test]
    fn a_writer_is_woken_once_and_again_only_after_it_found_nothing() {
        let mut outbox = Outbox::default();
        outbox.control(0, vec![1]).unwrap();
        assert!(outbox.wake());
        assert!(!outbox.wake());
        assert!(outbox.next().is_some());
        assert!(!outbox.wake());
        assert!(outbox.next().is_none());
        outbox.control(0, vec![1]).unwrap();
        assert!(outbox.wake());
    }
}
