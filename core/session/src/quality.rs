//! Figures of a line over time: how much arrived lately.

use std::collections::VecDeque;

/// Figures are renewed this often.
const EVERY_MS: u64 = 1_000;
/// Over how many periods they are averaged.
const PERIODS: usize = 2;

/// Counts what arrives.
#[derive(Debug, Default)]
pub struct Meter {
    bytes: u64,
    periods: VecDeque<u64>,
    ticked_ms: Option<u64>,
}

impl Meter {
    /// Bytes arrived.
    pub const fn received(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Ends a period if one is over; `true` if the figures are new.
    pub fn tick(&mut self, now_ms: u64) -> bool {
        let Some(last) = self.ticked_ms else {
            self.ticked_ms = Some(now_ms);
            return false;
        };
        let took = now_ms.saturating_sub(last);
        if took < EVERY_MS {
            return false;
        }
        self.ticked_ms = Some(now_ms);
        let rate = std::mem::take(&mut self.bytes).saturating_mul(8_000) / took;
        if self.periods.len() >= PERIODS {
            self.periods.pop_front();
        }
        self.periods.push_back(rate);
        true
    }

    /// When the next period ends.
    #[must_use]
    pub fn next_tick(&self) -> Option<u64> {
        Some(self.ticked_ms.map_or(0, |at| at + EVERY_MS))
    }

    /// Bits per second, lately.
    #[must_use]
    pub fn bits_per_second(&self) -> u64 {
        let sum: u64 = self.periods.iter().sum();
        sum / (self.periods.len().max(1) as u64)
    }
}
