//! Pacing of the screen: how many bytes may be on their way to the viewer.
//!
//! The host measures the delivery rate and the smallest round trip from acknowledgements, and keeps no more in flight than
//! `rate × (round trip + 50 ms)`. The delivery rate is sampled as in BBR (Cardwell et al., 2016): bytes delivered between the
//! sending of a piece and its acknowledgement, over the time that took; the largest of the last ten round trips counts.

use std::collections::VecDeque;

/// What a viewer may have in flight at the least, in bytes: a first impression of the line.
const LEAST_BYTES: u64 = 48 * 1024;
/// What it may have at the most: the relay's queue for a pair.
const MOST_BYTES: u64 = 900 * 1024;
/// Extra time that is kept filled beyond the round trip.
const SLACK_MS: u64 = 50;
/// Round-trip samples are kept this long.
const ROUND_TRIP_KEPT_MS: u64 = 10_000;
/// In flight while the bare round trip is measured again: little enough to empty the line's queue.
const PROBE_BYTES: u64 = 12 * 1024;
/// Rate samples that are kept.
const RATES_KEPT: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Total of bytes sent with this piece.
    end: u64,
    sent_ms: u64,
    /// Total of bytes delivered when it was sent.
    delivered: u64,
    delivered_ms: u64,
}

/// How far the measuring of the bare round trip is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Probe {
    /// The smallest known is young enough.
    No,
    /// What is on its way has to arrive first.
    Draining,
    /// The first piece beyond this total shows it.
    Beyond(u64),
}

/// The pacing of one stream to one viewer within one run.
#[derive(Debug)]
pub struct Pacing {
    sent: u64,
    delivered: u64,
    delivered_ms: u64,
    pieces: VecDeque<Piece>,
    /// Bytes per second, newest last.
    rates: VecDeque<u64>,
    /// (when, round trip): rising, the front is the smallest.
    round_trips: VecDeque<(u64, u64)>,
    probe: Probe,
    /// Doubling until the line shows its rate.
    window: u64,
    full: bool,
    last_best: u64,
    rounds_without_growth: u8,
    round_end: u64,
}

impl Pacing {
    /// A fresh line of which nothing is known.
    #[must_use]
    pub const fn new(now_ms: u64) -> Self {
        Self {
            sent: 0,
            delivered: 0,
            delivered_ms: now_ms,
            pieces: VecDeque::new(),
            rates: VecDeque::new(),
            round_trips: VecDeque::new(),
            probe: Probe::No,
            window: LEAST_BYTES,
            full: false,
            last_best: 0,
            rounds_without_growth: 0,
            round_end: 0,
        }
    }

    /// Bytes that may be sent now.
    #[must_use]
    pub const fn room(&self) -> u64 {
        let window = match self.probe {
            Probe::No => self.window,
            Probe::Draining | Probe::Beyond(_) => PROBE_BYTES,
        };
        window.saturating_sub(self.sent - self.delivered)
    }

    /// Bytes on their way.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        self.sent - self.delivered
    }

    /// Measured delivery rate in bytes per second; 0 when unknown.
    #[must_use]
    pub fn rate(&self) -> u64 {
        self.rates.iter().copied().max().unwrap_or(0)
    }

    /// Smallest round trip of late, in milliseconds.
    #[must_use]
    pub fn round_trip_ms(&self) -> Option<u64> {
        self.round_trips.front().map(|&(_, rtt)| rtt)
    }

    /// How many bytes one record should carry: at most 10 ms of the rate, 1 KiB at least.
    #[must_use]
    pub fn record_bytes(&self, most: usize) -> usize {
        let ten_ms = usize::try_from(self.rate() / 100).unwrap_or(most);
        if self.rate() == 0 {
            most.min(16 * 1024)
        } else {
            ten_ms.clamp(1024, most.max(1024)).min(most)
        }
    }

    /// `bytes` more were handed to the line.
    pub fn sent(&mut self, now_ms: u64, bytes: u64) {
        if self.sent == self.delivered {
            // Nothing was on its way: the time of idling is not the line's.
            self.delivered_ms = now_ms;
        }
        self.sent += bytes;
        self.pieces.push_back(Piece {
            end: self.sent,
            sent_ms: now_ms,
            delivered: self.delivered,
            delivered_ms: self.delivered_ms,
        });
    }

    /// The viewer has `total` bytes of this run. A number that cannot be is ignored.
    pub fn acknowledged(&mut self, now_ms: u64, total: u64) {
        if total <= self.delivered || total > self.sent {
            return;
        }
        let grown = total - self.delivered;
        self.delivered = total;
        self.delivered_ms = now_ms;
        let mut newest = None;
        while let Some(piece) = self.pieces.front().copied().filter(|p| p.end <= total) {
            newest = Some(piece);
            self.pieces.pop_front();
        }
        if let Some(piece) = newest {
            self.sample(now_ms, piece, grown);
        }
    }

    fn sample(&mut self, now_ms: u64, piece: Piece, grown: u64) {
        let round_trip = now_ms.saturating_sub(piece.sent_ms).max(1);
        self.round_trip(now_ms, piece, round_trip);

        let took = now_ms.saturating_sub(piece.delivered_ms).max(round_trip).max(1);
        let rate = (self.delivered - piece.delivered).saturating_mul(1000) / took;
        if self.rates.len() >= RATES_KEPT {
            self.rates.pop_front();
        }
        self.rates.push_back(rate);

        if !self.full {
            // A queue that doubles the round trip shows the rate as well, and sooner than rounds that bring no more.
            let bare = self.round_trip_ms().unwrap_or(round_trip);
            self.full = round_trip > 2 * bare + SLACK_MS;
        }
        if !self.full {
            self.window = (self.window + grown).min(MOST_BYTES);
            if self.delivered >= self.round_end {
                // One round trip of data went by: did the line carry a quarter more?
                self.round_end = self.sent;
                let best = self.rate();
                if best > self.last_best + self.last_best / 4 {
                    self.rounds_without_growth = 0;
                } else {
                    self.rounds_without_growth += 1;
                }
                self.last_best = self.last_best.max(best);
                self.full = self.rounds_without_growth >= 3;
            }
        }
        if self.full {
            let round_trip = self.round_trip_ms().unwrap_or(round_trip);
            let wanted = self.rate().saturating_mul(round_trip + SLACK_MS) / 1000;
            self.window = wanted.clamp(LEAST_BYTES / 2, MOST_BYTES);
        }
    }
}

impl Pacing {
    /// Notes a round trip. A line that is kept full never shows its bare one again: when the smallest has become old, the
    /// line is emptied for a moment (as in BBR), else each queue would excuse the next.
    fn round_trip(&mut self, now_ms: u64, piece: Piece, round_trip: u64) {
        match self.probe {
            Probe::Draining if self.in_flight() <= PROBE_BYTES => self.probe = Probe::Beyond(self.sent),
            Probe::Beyond(total) if piece.end > total => {
                self.round_trips.clear();
                self.probe = Probe::No;
            }
            Probe::No | Probe::Draining | Probe::Beyond(_) => {}
        }
        while self
            .round_trips
            .back()
            .is_some_and(|&(_, kept)| kept >= round_trip)
        {
            self.round_trips.pop_back();
        }
        if self.round_trips.len() < 256 {
            self.round_trips.push_back((now_ms, round_trip));
        }
        let oldest = self.round_trips.front().map_or(now_ms, |&(at, _)| at);
        if self.probe == Probe::No && now_ms.saturating_sub(oldest) > ROUND_TRIP_KEPT_MS {
            self.probe = Probe::Draining;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of `rate` bytes per second and `delay` ms each way, drained in 1 ms steps; returns the largest queueing delay
    /// in ms over the last half and the bytes delivered in it.
    fn simulate(rate: u64, delay: u64, steps: u64) -> (u64, u64) {
        let mut pacing = Pacing::new(0);
        let mut queue: VecDeque<(u64, u64)> = VecDeque::new();
        let mut arrivals: VecDeque<(u64, u64)> = VecDeque::new();
        let (mut total, mut credit, mut worst, mut delivered) = (0u64, 0u64, 0u64, 0u64);
        for now in 0..steps {
            while pacing.room() >= 1024 {
                let bytes = pacing
                    .record_bytes(60_000)
                    .min(usize::try_from(pacing.room()).expect("small")) as u64;
                pacing.sent(now, bytes);
                total += bytes;
                queue.push_back((now, total));
            }
            credit += rate / 1000;
            while let Some(&(sent, end)) = queue.front() {
                let size = end - arrivals.back().map_or(delivered, |&(_, e)| e).max(delivered);
                if credit < size {
                    break;
                }
                credit -= size;
                queue.pop_front();
                arrivals.push_back((now + 2 * delay, end));
                if now > steps / 2 {
                    worst = worst.max(now - sent);
                }
            }
            if queue.is_empty() {
                credit = 0;
            }
            while let Some(&(at, end)) = arrivals.front() {
                if at > now {
                    break;
                }
                arrivals.pop_front();
                delivered = end;
                pacing.acknowledged(now, end);
            }
        }
        (worst, delivered)
    }

    #[test]
    fn a_slow_line_is_filled_and_its_queue_stays_short() {
        let rate = 625_000; // 5 Mbit/s
        let (worst, delivered) = simulate(rate, 10, 10_000);
        assert!(worst <= 160, "queueing delay {worst} ms");
        assert!(delivered >= rate * 10 * 8 / 10, "delivered {delivered}");
    }

    #[test]
    fn a_line_that_is_full_for_two_minutes_does_not_grow_its_queue() {
        let rate = 625_000;
        let (worst, delivered) = simulate(rate, 10, 120_000);
        assert!(worst <= 160, "queueing delay {worst} ms");
        assert!(delivered >= rate * 120 * 8 / 10, "delivered {delivered}");
    }

    #[test]
    fn a_fast_line_is_not_held_back() {
        let rate = 12_500_000; // 100 Mbit/s
        let (_, delivered) = simulate(rate, 10, 4_000);
        assert!(delivered >= rate * 4 * 7 / 10, "delivered {delivered}");
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_changes_nothing() {
        let mut pacing = Pacing::new(0);
        pacing.sent(0, 1000);
        pacing.acknowledged(5, 5_000);
        assert_eq!(pacing.in_flight(), 1000);
    }
}
