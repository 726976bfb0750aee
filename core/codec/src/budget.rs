//! Which changed blocks go into a limited update, and which wait.
//!
//! Fresh changes and blocks that already wait share the limit, so that neither a video at the top keeps the rest of
//! the screen stale, nor a large picture on its way delays the letter just typed. The line and its speed are the
//! session's business; here is only the number that came of it.

use temoto_geometry::Region;

use crate::blocks::{BlockMap, Kind};
use crate::encode::EncodeLimits;
use crate::stream::Plan;

/// Keeps the blocks that wait, and what a pixel has cost lately.
pub(crate) struct Budget {
    /// Per block, how many updates it has waited; empty when none waits.
    waited: Vec<u8>,
    /// Bytes per 1,024 exact pixels, a mean of the last updates.
    cost: u64,
}

/// A cautious beginning: what photographs cost.
const FIRST_COST: u64 = 700;
/// Updates of fewer pixels say nothing about the cost.
const LEAST_PIXELS: u64 = 256;

impl Default for Budget {
    fn default() -> Self {
        Self {
            waited: Vec::new(),
            cost: FIRST_COST,
        }
    }
}

impl Budget {
    /// Whether any block waits.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waited.is_empty()
    }

    /// Nothing waits any more.
    pub(crate) fn clear(&mut self) {
        self.waited.clear();
    }

    /// The blocks that the region touches or that wait.
    pub(crate) fn candidates(&self, map: &BlockMap, region: &Region) -> Vec<bool> {
        let mut marks = map.touching(region);
        for (mark, &waited) in marks.iter_mut().zip(&self.waited) {
            *mark |= waited > 0;
        }
        marks
    }

    /// The map with those exact blocks kept that do not fit. At least one fits.
    pub(crate) fn allow(&self, wanted: &BlockMap, limits: EncodeLimits) -> BlockMap {
        let by_bytes = (limits.max_bytes as u64).saturating_mul(1_024) / self.cost.max(1);
        let mut room = limits.max_pixels.min(by_bytes);
        let mut map = wanted.clone();
        if wanted.exact_pixels() <= room {
            return map;
        }
        let mut fresh = Vec::new();
        let mut waiting = Vec::new();
        for row in 0..map.rows() {
            for column in 0..map.columns() {
                if map.get(column, row) != Kind::Exact {
                    continue;
                }
                map.set(column, row, Kind::Keep);
                match self.waited.get(row * map.columns() + column) {
                    Some(&waited) if waited > 0 => waiting.push((waited, column, row)),
                    _ => fresh.push((0, column, row)),
                }
            }
        }
        // Those that have waited longest first; sorting keeps their order from the top.
        waiting.sort_by_key(|&(waited, _, _)| u8::MAX - waited);
        let half = if waiting.is_empty() { 0 } else { room / 2 };
        let mut any = false;
        let mut put = |(_, column, row): (u8, usize, usize), reserve: u64| {
            let area = wanted.rect(column, row).area();
            let fits = !any || room >= area.saturating_add(reserve);
            if fits {
                map.set(column, row, Kind::Exact);
                room = room.saturating_sub(area);
                any = true;
            }
            fits
        };
        let late = fresh
            .iter()
            .position(|&block| !put(block, half))
            .unwrap_or(fresh.len());
        for &block in waiting.iter().chain(&fresh[late..]) {
            if !put(block, 0) {
                break;
            }
        }
        map
    }

    /// Takes in what became of a wanted map, in how many bytes.
    pub(crate) fn settle(&mut self, wanted: &BlockMap, Plan { map: done, begun, .. }: &Plan, bytes: usize) {
        let pixels = done.exact_pixels();
        if pixels >= LEAST_PIXELS {
            let cost = (bytes as u64 * 1_024 / pixels).max(1);
            self.cost = (self.cost + cost).div_ceil(2);
        }
        let mut waited = std::mem::take(&mut self.waited);
        waited.resize(wanted.columns() * wanted.rows(), 0);
        let pairs = (0..wanted.rows()).flat_map(|row| wanted.strip(row).iter().zip(done.strip(row)));
        let mut any = false;
        for (waited, (want, got)) in waited.iter_mut().zip(pairs) {
            *waited = if want == got || want.by_value() && got.by_value() {
                0
            } else {
                waited.saturating_add(1)
            };
            any |= *waited > 0;
        }
        for (column, row) in begun {
            waited[row * wanted.columns() + column] = 1;
            any = true;
        }
        if any {
            self.waited = waited;
        }
    }
}
