//! Points, sizes and half-open rectangles.
//!
//! Plain values without invariants: a rectangle may be empty or reach beyond the plane of [`crate::Region`]; whoever
//! needs edges gets them as `i64`, which always holds them.

/// A pixel position; x grows to the right, y downwards. Negative values are ordinary (displays left of the first).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Column.
    pub x: i32,
    /// Row.
    pub y: i32,
}

impl Point {
    /// The point (0, 0).
    pub const ORIGIN: Self = Self::new(0, 0);

    /// A point from column and row.
    #[must_use]
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }

    /// This point moved by (dx, dy); stops at the limits of `i32`.
    #[must_use]
    pub const fn offset(self, dx: i32, dy: i32) -> Self {
        Self {
            x: self.x.saturating_add(dx),
            y: self.y.saturating_add(dy),
        }
    }
}

/// Extent in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// A size from width and height.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Number of pixels.
    #[must_use]
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Whether it has no pixel.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// The rectangle of this size at the origin.
    #[must_use]
    pub const fn to_rect(self) -> Rect {
        Rect::new(0, 0, self.width, self.height)
    }
}

/// A rectangle of pixels: columns `x .. x + width`, rows `y .. y + height`, the far edges excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub x: i32,
    /// First row.
    pub y: i32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// A rectangle from its first pixel and its extent.
    #[must_use]
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// A rectangle from its first pixel and its extent.
    #[must_use]
    pub const fn at(origin: Point, size: Size) -> Self {
        Self::new(origin.x, origin.y, size.width, size.height)
    }

    /// The rectangle between two edges on each axis, far edges excluded; `None` when empty or not representable.
    #[must_use]
    pub fn from_edges(left: i64, top: i64, right: i64, bottom: i64) -> Option<Self> {
        if right <= left || bottom <= top {
            return None;
        }
        Some(Self {
            x: i32::try_from(left).ok()?,
            y: i32::try_from(top).ok()?,
            width: u32::try_from(right - left).ok()?,
            height: u32::try_from(bottom - top).ok()?,
        })
    }

    /// First pixel.
    #[must_use]
    pub const fn origin(self) -> Point {
        Point::new(self.x, self.y)
    }

    /// Extent.
    #[must_use]
    pub const fn size(self) -> Size {
        Size::new(self.width, self.height)
    }

    /// First column.
    #[must_use]
    pub const fn left(self) -> i64 {
        self.x as i64
    }

    /// First row.
    #[must_use]
    pub const fn top(self) -> i64 {
        self.y as i64
    }

    /// The column after the last.
    #[must_use]
    pub const fn right(self) -> i64 {
        self.x as i64 + self.width as i64
    }

    /// The row after the last.
    #[must_use]
    pub const fn bottom(self) -> i64 {
        self.y as i64 + self.height as i64
    }

    /// Number of pixels.
    #[must_use]
    pub const fn area(self) -> u64 {
        self.size().area()
    }

    /// Whether it has no pixel.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.size().is_empty()
    }

    /// Whether the pixel lies inside.
    #[must_use]
    pub const fn contains(self, point: Point) -> bool {
        let (x, y) = (point.x as i64, point.y as i64);
        x >= self.left() && x < self.right() && y >= self.top() && y < self.bottom()
    }

    /// Whether every pixel of `other` lies inside; an empty rectangle lies inside any.
    #[must_use]
    pub const fn contains_rect(self, other: Self) -> bool {
        other.is_empty()
            || other.left() >= self.left()
                && other.right() <= self.right()
                && other.top() >= self.top()
                && other.bottom() <= self.bottom()
    }

    /// The common pixels, `None` when there are none.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        Self::from_edges(
            self.left().max(other.left()),
            self.top().max(other.top()),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// The smallest rectangle around both (empty ones do not count); extents stop at `u32::MAX`.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let extent = |low: i64, high: i64| u32::try_from(high - low).unwrap_or(u32::MAX);
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self {
            x,
            y,
            width: extent(i64::from(x), self.right().max(other.right())),
            height: extent(i64::from(y), self.bottom().max(other.bottom())),
        }
    }

    /// This rectangle moved by (dx, dy); its origin stops at the limits of `i32`.
    #[must_use]
    pub const fn translate(self, dx: i32, dy: i32) -> Self {
        Self::at(self.origin().offset(dx, dy), self.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_at_the_limits_of_the_integers_do_not_overflow() {
        let huge = Rect::new(i32::MAX, i32::MIN, u32::MAX, u32::MAX);
        assert_eq!(huge.right(), i64::from(i32::MAX) + i64::from(u32::MAX));
        assert_eq!(huge.bottom(), i64::from(i32::MIN) + i64::from(u32::MAX));
        assert!(huge.contains(Point::new(i32::MAX, 0)));
        assert!(!huge.contains(Point::new(i32::MAX, i32::MAX)));
        assert_eq!(huge.intersect(Rect::new(0, 0, 5, 5)), None);
        assert_eq!(huge.translate(5, -5).origin(), Point::new(i32::MAX, i32::MIN));
        assert_eq!(huge.hull(Rect::new(i32::MIN, i32::MIN, 1, 1)).width, u32::MAX);
    }

    #[test]
    fn the_far_edges_are_outside() {
        let rect = Rect::new(-2, -3, 4, 5);
        assert!(rect.contains(Point::new(-2, -3)));
        assert!(rect.contains(Point::new(1, 1)));
        assert!(!rect.contains(Point::new(2, 1)));
        assert!(!rect.contains(Point::new(1, 2)));
        assert_eq!(rect.intersect(Rect::new(2, -3, 4, 5)), None);
    }

    #[test]
    fn an_empty_rectangle_has_no_pixel_and_no_influence() {
        let rect = Rect::new(3, 3, 2, 2);
        let empty = Rect::new(100, 100, 0, 7);
        assert!(empty.is_empty());
        assert_eq!(rect.hull(empty), rect);
        assert_eq!(empty.hull(rect), rect);
        assert!(rect.contains_rect(empty));
        assert_eq!(rect.intersect(empty), None);
    }
}
