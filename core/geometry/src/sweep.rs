//! The one sweep behind every region operation: two lists of bands in, one canonical list out.
//!
//! Works on rectangles in y-x band order (see [`crate::Region`]) and is linear in their number. It decides nothing
//! about what the operation means: the caller hands in the truth table.

use crate::rect::Rect;

/// Combines two banded lists pixel by pixel: a pixel is in the result when `keep(in a, in b)`.
///
/// `keep(false, false)` must be false: the plane outside both is never visited.
pub(crate) fn combine(a: &[Rect], b: &[Rect], keep: impl Fn(bool, bool) -> bool) -> Vec<Rect> {
    debug_assert!(
        !keep(false, false),
        "the plane outside both regions is never kept"
    );
    let (mut ia, mut ib) = (0, 0);
    let mut out = Builder::new(a.len() + b.len());
    let mut top = i64::MIN;
    loop {
        let (band_a, band_b) = (band_at(a, ia), band_at(b, ib));
        let edges = [band_a, band_b].map(|band| band.first().map(|rect| (rect.top(), rect.bottom())));
        let next_top = edges.iter().flatten().map(|&(start, _)| start.max(top)).min();
        let Some(start) = next_top else { break };
        // Up to the nearest edge below `start` the cross-section stays the same.
        let Some(end) = edges
            .iter()
            .flatten()
            .flat_map(|&(first, last)| [first, last])
            .filter(|&edge| edge > start)
            .min()
        else {
            break;
        };
        let here = |band: &'_ [Rect]| band.first().is_some_and(|rect| rect.top() <= start);
        let spans_a = if here(band_a) { band_a } else { &[] };
        let spans_b = if here(band_b) { band_b } else { &[] };
        out.open(start, end);
        merge_spans(spans_a, spans_b, &keep, |left, right| out.span(left, right));
        out.close();
        top = end;
        if band_a.first().is_some_and(|rect| rect.bottom() <= end) {
            ia += band_a.len();
        }
        if band_b.first().is_some_and(|rect| rect.bottom() <= end) {
            ib += band_b.len();
        }
    }
    out.rects
}

/// The rectangles of one banded list that share the band of the rectangle at `index`.
pub(crate) fn band_at(rects: &[Rect], index: usize) -> &[Rect] {
    let rest = rects.get(index..).unwrap_or_default();
    let Some(first) = rest.first() else { return &[] };
    let length = rest.iter().take_while(|rect| rect.y == first.y).count();
    rest.get(..length).unwrap_or_default()
}

/// Walks the column edges of two sorted lists of spans and reports maximal runs of kept columns.
fn merge_spans(a: &[Rect], b: &[Rect], keep: &impl Fn(bool, bool) -> bool, mut report: impl FnMut(i64, i64)) {
    let edge = |list: &[Rect], at: usize| -> Option<i64> {
        let rect = list.get(at / 2)?;
        Some(if at.is_multiple_of(2) {
            rect.left()
        } else {
            rect.right()
        })
    };
    // Edges alternate enter/leave: an odd index means inside.
    let (mut at_a, mut at_b) = (0, 0);
    let mut open: Option<i64> = None;
    loop {
        let (next_a, next_b) = (edge(a, at_a), edge(b, at_b));
        let Some(x) = [next_a, next_b].into_iter().flatten().min() else {
            break;
        };
        // Touching spans leave and enter at the same column: take both steps before asking.
        while edge(a, at_a) == Some(x) {
            at_a += 1;
        }
        while edge(b, at_b) == Some(x) {
            at_b += 1;
        }
        match (open, keep(at_a % 2 == 1, at_b % 2 == 1)) {
            (None, true) => open = Some(x),
            (Some(left), false) => {
                report(left, x);
                open = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
}

/// Collects bands top to bottom and joins a band to the one above when their spans are equal and they touch.
pub(crate) struct Builder {
    pub(crate) rects: Vec<Rect>,
    previous: usize,
    current: usize,
    edges: (i64, i64),
}

impl Builder {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            rects: Vec::with_capacity(capacity),
            previous: 0,
            current: 0,
            edges: (0, 0),
        }
    }

    /// Starts the band `top..bottom`, below everything so far.
    pub(crate) fn open(&mut self, top: i64, bottom: i64) {
        self.edges = (top, bottom);
        self.current = self.rects.len();
    }

    /// Adds the columns `left..right` to the open band, right of everything in it; touching spans are joined.
    pub(crate) fn span(&mut self, left: i64, right: i64) {
        if self.rects.len() > self.current
            && let Some(last) = self.rects.last_mut()
            && last.right() >= left
        {
            if let Some(joined) =
                Rect::from_edges(last.left(), last.top(), last.right().max(right), last.bottom())
            {
                *last = joined;
            }
            return;
        }
        self.rects
            .extend(Rect::from_edges(left, self.edges.0, right, self.edges.1));
    }

    /// Ends the open band.
    pub(crate) fn close(&mut self) {
        let (above, band) = self.rects.split_at(self.current);
        if band.is_empty() {
            return;
        }
        let above = above.get(self.previous..).unwrap_or_default();
        let joins = above.len() == band.len()
            && above.iter().zip(band).all(|(upper, lower)| {
                upper.x == lower.x && upper.width == lower.width && upper.bottom() == lower.top()
            });
        if joins {
            self.rects.truncate(self.current);
            let bottom = self.edges.1;
            for rect in self.rects.iter_mut().skip(self.previous) {
                rect.height = u32::try_from(bottom - rect.top()).unwrap_or(u32::MAX);
            }
        } else {
            self.previous = self.current;
        }
    }
}
