//! Covering a ragged region with few rectangles.
//!
//! For consumers that pay per rectangle (draw calls, damage hints). The result holds every pixel of the region and
//! some more; it never loses one.

use crate::rect::Rect;
use crate::region::Region;
use crate::sweep::{self, Builder};

/// One band under construction: rows `top..bottom` and its sorted, separate columns.
struct Band {
    top: i64,
    bottom: i64,
    spans: Vec<(i64, i64)>,
}

impl Band {
    fn height(&self) -> u64 {
        self.bottom.abs_diff(self.top)
    }

    fn columns(spans: &[(i64, i64)]) -> u64 {
        spans.iter().map(|&(left, right)| right.abs_diff(left)).sum()
    }

    fn area(&self) -> u64 {
        Self::columns(&self.spans).saturating_mul(self.height())
    }

    /// Closes gaps that cost at most `budget` pixels each.
    fn close_gaps(&mut self, budget: u64) {
        let height = self.height();
        self.spans.dedup_by(|next, kept| {
            let cheap = next.0.abs_diff(kept.1).saturating_mul(height) <= budget;
            if cheap {
                kept.1 = next.1;
            }
            cheap
        });
    }

    /// Takes in the band below when the pixels that become covered for nothing are at most `budget`.
    fn absorb(&mut self, below: &Self, budget: u64) -> bool {
        let spans = join_spans(&self.spans, &below.spans);
        let joined = Self::columns(&spans).saturating_mul(below.bottom.abs_diff(self.top));
        if joined.saturating_sub(self.area().saturating_add(below.area())) > budget {
            return false;
        }
        self.bottom = below.bottom;
        self.spans = spans;
        true
    }
}

/// The union of two sorted lists of spans.
fn join_spans(a: &[(i64, i64)], b: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup_by(|next, kept| {
        let touches = next.0 <= kept.1;
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
    all
}

impl Region {
    /// A region of at most `limit` rectangles (at least one) that covers this one.
    ///
    /// Gaps are closed cheapest first, by doubling the number of pixels that a closed gap may cost.
    #[must_use]
    pub fn simplify(&self, limit: usize) -> Self {
        let limit = limit.max(1);
        if self.rects().len() <= limit {
            return self.clone();
        }
        let mut bands = bands_of(self.rects());
        let mut budget: u64 = 16;
        while bands.iter().map(|band| band.spans.len()).sum::<usize>() > limit {
            let mut next: Vec<Band> = Vec::with_capacity(bands.len());
            for mut band in bands {
                band.close_gaps(budget);
                if let Some(above) = next.last_mut()
                    && above.absorb(&band, budget)
                {
                    above.close_gaps(budget);
                    continue;
                }
                next.push(band);
            }
            bands = next;
            budget = budget.saturating_mul(2);
        }
        let mut out = Builder::new(limit);
        for band in &bands {
            out.open(band.top, band.bottom);
            for &(left, right) in &band.spans {
                out.span(left, right);
            }
            out.close();
        }
        Self::from_banded(out.rects)
    }
}

fn bands_of(rects: &[Rect]) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut index = 0;
    loop {
        let band = sweep::band_at(rects, index);
        let Some(first) = band.first() else { return bands };
        index += band.len();
        bands.push(Band {
            top: first.top(),
            bottom: first.bottom(),
            spans: band.iter().map(|rect| (rect.left(), rect.right())).collect(),
        });
    }
}
