//! Regions: sets of pixels as disjoint rectangles in y-x band order.

use crate::rect::{Point, Rect};
use crate::sweep::{self, Builder};

/// A set of pixels.
///
/// Held as disjoint rectangles in bands: all rectangles of a band share top and bottom, bands are sorted from top to
/// bottom, rectangles within one from left to right with a gap between them, and touching bands with the same
/// columns are one band. That form is unique, so `==` compares the sets.
///
/// The plane is `i32::MIN..i32::MAX` on both axes; what is put in from beyond it is cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    rects: Vec<Rect>,
}

/// Everything a region can hold.
const PLANE: Rect = Rect::new(i32::MIN, i32::MIN, u32::MAX, u32::MAX);

impl Region {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { rects: Vec::new() }
    }

    pub(crate) const fn from_banded(rects: Vec<Rect>) -> Self {
        Self { rects }
    }

    /// Pixels in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        Self {
            rects: sweep::combine(&self.rects, &other.rects, |a, b| a || b),
        }
    }

    /// Pixels in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            rects: sweep::combine(&self.rects, &other.rects, |a, b| a && b),
        }
    }

    /// Pixels of this one that are not in `other`.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        Self {
            rects: sweep::combine(&self.rects, &other.rects, |a, b| a && !b),
        }
    }

    /// Adds the pixels of a rectangle.
    pub fn insert(&mut self, rect: Rect) {
        if self.contains_rect(rect) {
            return;
        }
        *self = self.union(&Self::from(rect));
    }

    /// The part inside a rectangle.
    #[must_use]
    pub fn clip(&self, rect: Rect) -> Self {
        if rect.contains_rect(self.bounds()) {
            return self.clone();
        }
        self.intersect(&Self::from(rect))
    }

    /// The set moved by (dx, dy); what leaves the plane is cut off.
    #[must_use]
    pub fn translate(&self, dx: i32, dy: i32) -> Self {
        let (dx, dy) = (i64::from(dx), i64::from(dy));
        let mut out = Builder::new(self.rects.len());
        let mut index = 0;
        loop {
            let band = sweep::band_at(&self.rects, index);
            let Some(first) = band.first() else { break };
            index += band.len();
            let clamp = |edge: i64, low: i64, high: i64| edge.clamp(low, high);
            out.open(
                clamp(first.top() + dy, PLANE.top(), PLANE.bottom()),
                clamp(first.bottom() + dy, PLANE.top(), PLANE.bottom()),
            );
            for rect in band {
                let left = clamp(rect.left() + dx, PLANE.left(), PLANE.right());
                let right = clamp(rect.right() + dx, PLANE.left(), PLANE.right());
                if left < right {
                    out.span(left, right);
                }
            }
            out.close();
        }
        Self { rects: out.rects }
    }

    /// Whether the pixel is in the set.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let y = i64::from(point.y);
        let from = self.rects.partition_point(|rect| rect.bottom() <= y);
        sweep::band_at(&self.rects, from)
            .iter()
            .any(|rect| rect.contains(point))
    }

    /// Whether every pixel of the rectangle is in the set; an empty rectangle is in any.
    #[must_use]
    pub fn contains_rect(&self, rect: Rect) -> bool {
        if rect.is_empty() {
            return true;
        }
        if !PLANE.contains_rect(rect) {
            return false;
        }
        let mut covered_to = rect.top();
        let mut index = self.rects.partition_point(|own| own.bottom() <= rect.top());
        while covered_to < rect.bottom() {
            let band = sweep::band_at(&self.rects, index);
            let holds = |own: &Rect| {
                own.top() <= covered_to && own.left() <= rect.left() && own.right() >= rect.right()
            };
            let Some(own) = band.iter().find(|own| holds(own)) else {
                return false;
            };
            covered_to = own.bottom();
            index += band.len();
        }
        true
    }

    /// Whether any pixel of the rectangle is in the set.
    #[must_use]
    pub fn intersects_rect(&self, rect: Rect) -> bool {
        let from = self.rects.partition_point(|own| own.bottom() <= rect.top());
        self.rects
            .iter()
            .skip(from)
            .take_while(|own| own.top() < rect.bottom())
            .any(|own| own.intersect(rect).is_some())
    }

    /// The smallest rectangle around the set; empty at the origin when the set is.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        self.rects
            .iter()
            .fold(Rect::default(), |hull, &rect| hull.hull(rect))
    }

    /// The disjoint rectangles from top to bottom, left to right.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Rect> + '_ {
        self.rects.iter().copied()
    }

    /// The disjoint rectangles from top to bottom, left to right.
    #[must_use]
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// Number of pixels.
    #[must_use]
    pub fn area(&self) -> u64 {
        self.rects
            .iter()
            .fold(0, |sum, rect| sum.saturating_add(rect.area()))
    }

    /// Whether there is no pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }
}

impl From<Rect> for Region {
    fn from(rect: Rect) -> Self {
        Self {
            rects: rect.intersect(PLANE).into_iter().collect(),
        }
    }
}

impl FromIterator<Rect> for Region {
    /// The union of rectangles in any order, overlapping or not.
    fn from_iter<I: IntoIterator<Item = Rect>>(rects: I) -> Self {
        // Pairs, then pairs of pairs: many small rectangles stay far from quadratic.
        let mut parts: Vec<Self> = rects
            .into_iter()
            .map(Self::from)
            .filter(|part| !part.is_empty())
            .collect();
        while parts.len() > 1 {
            parts = parts
                .chunks(2)
                .map(|pair| match pair {
                    [first, second] => first.union(second),
                    _ => pair.first().cloned().unwrap_or_default(),
                })
                .collect();
        }
        parts.pop().unwrap_or_default()
    }
}

impl Extend<Rect> for Region {
    fn extend<I: IntoIterator<Item = Rect>>(&mut self, rects: I) {
        *self = self.union(&rects.into_iter().collect());
    }
}

#[cfg(test)]
mod tests;
