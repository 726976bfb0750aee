//! A reliable stream: messages are numbered, acknowledged and sent again after a new run, exactly once between two living
//! incarnations. The number is the first eight bytes of a frame's payload.

use std::collections::VecDeque;

use crate::SessionError;

/// Messages that may wait for their acknowledgement.
const UNACKNOWLEDGED: usize = 1_024;
/// Bytes that may wait for their acknowledgement.
const UNACKNOWLEDGED_BYTES: usize = 4 << 20;

/// Both directions of one reliable channel of a pair.
#[derive(Debug, Default)]
pub struct Stream {
    /// Number of the oldest message in `unacknowledged`.
    first: u64,
    unacknowledged: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Number of the next message that is handed out for sending.
    next_send: u64,
    /// Number of the message that is expected from the peer.
    next_receive: u64,
}

impl Stream {
    /// A stream on which nothing was sent or received.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            first: 0,
            unacknowledged: VecDeque::new(),
            bytes: 0,
            next_send: 0,
            next_receive: 0,
        }
    }

    /// Takes a message for sending and returns its number.
    pub fn push(&mut self, message: Vec<u8>) -> Result<u64, SessionError> {
        if self.unacknowledged.len() >= UNACKNOWLEDGED
            || self.bytes.saturating_add(message.len()) > UNACKNOWLEDGED_BYTES
        {
            return Err(SessionError::Congested);
        }
        self.bytes += message.len();
        self.unacknowledged.push_back(message);
        Ok(self.first + self.unacknowledged.len() as u64 - 1)
    }

    /// The next message that was not sent in this run: its number and bytes.
    pub fn next_to_send(&mut self) -> Option<(u64, Vec<u8>)> {
        let index = usize::try_from(self.next_send.checked_sub(self.first)?).ok()?;
        let message = self.unacknowledged.get(index)?.clone();
        let number = self.next_send;
        self.next_send += 1;
        Some((number, message))
    }

    /// The peer has every message below `next`; returns whether that told anything new.
    pub fn acknowledged(&mut self, next: u64) -> Result<bool, SessionError> {
        if next > self.first + self.unacknowledged.len() as u64 {
            return Err(SessionError::Peer("acknowledgement of what was never sent"));
        }
        let mut told = false;
        while self.first < next {
            if let Some(message) = self.unacknowledged.pop_front() {
                self.bytes -= message.len();
            }
            self.first += 1;
            told = true;
        }
        self.next_send = self.next_send.max(self.first);
        Ok(told)
    }

    /// A message arrived; `true` if it is the next one, `false` if it is here already.
    pub const fn received(&mut self, number: u64) -> Result<bool, SessionError> {
        if number < self.next_receive {
            return Ok(false);
        }
        if number > self.next_receive {
            return Err(SessionError::Peer("gap in a reliable stream"));
        }
        self.next_receive += 1;
        Ok(true)
    }

    /// Number of the message that is expected next.
    #[must_use]
    pub const fn next_receive(&self) -> u64 {
        self.next_receive
    }

    /// A new run began: everything that is not acknowledged is sent again.
    pub const fn rewind(&mut self) {
        self.next_send = self.first;
    }

    /// The peer is a new incarnation: both directions restart at 0. Returns how many messages are perhaps lost.
    pub fn restart(&mut self) -> usize {
        let lost = self.unacknowledged.len();
        *self = Self::default();
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_acknowledged_is_sent_again_and_arrives_once() {
        let (mut a, mut b) = (Stream::default(), Stream::default());
        for n in 0..5u8 {
            a.push(vec![n]).expect("room");
        }
        let mut got = Vec::new();
        for _ in 0..3 {
            let (number, message) = a.next_to_send().expect("waiting");
            if b.received(number).expect("in order") {
                got.push(message);
            }
        }
        // The line is cut; the peer says how far it came.
        a.acknowledged(1).expect("one is known");
        a.rewind();
        while let Some((number, message)) = a.next_to_send() {
            if b.received(number).expect("in order") {
                got.push(message);
            }
        }
        assert_eq!(got, [[0], [1], [2], [3], [4]]);
        assert!(a.acknowledged(b.next_receive()).expect("all"));
        assert_eq!(a.next_to_send(), None);
    }

    #[test]
    fn a_gap_and_an_invented_acknowledgement_are_refused() {
        let mut s = Stream::default();
        assert!(s.received(1).is_err());
        assert!(s.acknowledged(1).is_err());
    }

    #[test]
    fn a_stream_that_nobody_acknowledges_is_bounded() {
        let mut s = Stream::default();
        let mut taken = 0;
        while s.push(vec![0; 100]).is_ok() {
            taken += 1;
            assert!(taken <= UNACKNOWLEDGED);
        }
        assert_eq!(taken, UNACKNOWLEDGED);
    }

    #[test]
    fn a_new_incarnation_starts_at_zero_and_the_rest_is_perhaps_lost() {
        let mut s = Stream::default();
        s.push(vec![1]).expect("room");
        s.push(vec![2]).expect("room");
        s.acknowledged(1).expect("known");
        assert_eq!(s.restart(), 1);
        assert_eq!(s.push(vec![3]).expect("room"), 0);
    }
}
