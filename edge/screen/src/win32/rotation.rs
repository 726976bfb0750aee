//! Displays that stand on their side: their pictures come lying, as the monitor gets them.
//!
//! "Surface" is the picture as it comes, "upright" as the desktop has it. Rectangles of either begin at 0, 0.

use temoto_codec::FrameView;
use temoto_geometry::{Point, Rect, Size};

/// By how much a surface is turned clockwise to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rotation {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    /// From DXGI's number (`DXGI_MODE_ROTATION`): 1 is none, also where nothing is specified.
    pub(crate) fn from_dxgi(mode: i32) -> Self {
        match mode {
            2 => Self::Quarter,
            3 => Self::Half,
            4 => Self::ThreeQuarters,
            _ => Self::None,
        }
    }

    /// The size of the surface of a display that has this size on the desktop, and the reverse.
    pub(crate) fn turn(self, size: Size) -> Size {
        match self {
            Self::None | Self::Half => size,
            Self::Quarter | Self::ThreeQuarters => Size::new(size.height, size.width),
        }
    }

    /// Where a rectangle of the surface lies on the display of this (upright) size.
    pub(crate) fn upright(self, rect: Rect, display: Size) -> Option<Rect> {
        let (width, height) = (i64::from(display.width), i64::from(display.height));
        let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
        match self {
            Self::None => Some(rect),
            Self::Quarter => Rect::from_edges(width - bottom, left, width - top, right),
            Self::Half => Rect::from_edges(width - right, height - bottom, width - left, height - top),
            Self::ThreeQuarters => Rect::from_edges(top, height - right, bottom, height - left),
        }
    }

    /// Where a rectangle of the display lies on its surface.
    pub(crate) fn surface(self, rect: Rect, display: Size) -> Option<Rect> {
        self.inverse().upright(rect, self.turn(display))
    }

    /// Turns a part of the surface upright: its pixels, row after row, replace `out`.
    pub(crate) fn turn_pixels(self, part: FrameView<'_>, out: &mut Vec<u32>) {
        out.clear();
        let (width, height) = (part.size().width as usize, part.size().height as usize);
        out.reserve(width * height);
        let column = |x: usize, y: usize| part.row(y).get(x).copied().unwrap_or_default();
        match self {
            Self::None => (0..height).for_each(|y| out.extend_from_slice(part.row(y))),
            Self::Half => (0..height)
                .rev()
                .for_each(|y| out.extend(part.row(y).iter().rev())),
            Self::Quarter => {
                for x in 0..width {
                    out.extend((0..height).rev().map(|y| column(x, y)));
                }
            }
            Self::ThreeQuarters => {
                for x in (0..width).rev() {
                    out.extend((0..height).map(|y| column(x, y)));
                }
            }
        }
    }

    fn inverse(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Quarter => Self::ThreeQuarters,
            Self::Half => Self::Half,
            Self::ThreeQuarters => Self::Quarter,
        }
    }
}

/// What a move damages: the place where the pixels went. What they left is among the dirty rectangles, if it changed.
/// `None` for a move to where the pixels are.
pub(crate) fn move_target(from: Point, to: Rect) -> Option<Rect> {
    (from != to.origin()).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Rotation; 4] = [
        Rotation::None,
        Rotation::Quarter,
        Rotation::Half,
        Rotation::ThreeQuarters,
    ];

    /// A surface whose pixels are numbered, and the display of it.
    fn surface(rotation: Rotation, display: Size) -> (Size, Vec<u32>) {
        let size = rotation.turn(display);
        (size, (0..size.width * size.height).collect())
    }

    #[test]
    fn a_quarter_turn_brings_the_left_lower_corner_to_the_left_upper_one() {
        // Surface of 3 x 2: 0 1 2 / 3 4 5. Turned clockwise: 3 0 / 4 1 / 5 2.
        let pixels: Vec<u32> = (0..6).collect();
        let view = FrameView::new(Size::new(3, 2), 3, &pixels).unwrap();
        let mut out = Vec::new();
        Rotation::Quarter.turn_pixels(view, &mut out);
        assert_eq!(out, [3, 0, 4, 1, 5, 2]);
        Rotation::ThreeQuarters.turn_pixels(view, &mut out);
        assert_eq!(out, [2, 5, 1, 4, 0, 3]);
        Rotation::Half.turn_pixels(view, &mut out);
        assert_eq!(out, [5, 4, 3, 2, 1, 0]);
        Rotation::None.turn_pixels(view, &mut out);
        assert_eq!(out, pixels);
    }

    #[test]
    fn rectangles_go_where_their_pixels_go() {
        let display = Size::new(7, 5);
        for rotation in ALL {
            let (size, pixels) = surface(rotation, display);
            let mut whole = Vec::new();
            rotation.turn_pixels(
                FrameView::new(size, size.width as usize, &pixels).unwrap(),
                &mut whole,
            );
            for part in [
                Rect::new(0, 0, 2, 3),
                Rect::new(1, 2, 3, 1),
                Rect::new(4, 3, 1, 2),
            ] {
                let Some(part) = part.intersect(size.to_rect()) else {
                    continue;
                };
                let start = part.y as usize * size.width as usize + part.x as usize;
                let view = FrameView::new(part.size(), size.width as usize, &pixels[start..]).unwrap();
                let mut turned = Vec::new();
                rotation.turn_pixels(view, &mut turned);
                let upright = rotation.upright(part, display).unwrap();
                let expected: Vec<u32> = (upright.y..upright.y + upright.height as i32)
                    .flat_map(|y| (upright.x..upright.x + upright.width as i32).map(move |x| (x, y)))
                    .map(|(x, y)| whole[y as usize * 7 + x as usize])
                    .collect();
                assert_eq!(turned, expected, "{rotation:?} {part:?}");
            }
        }
    }

    #[test]
    fn there_and_back_is_the_same_rectangle() {
        let display = Size::new(1080, 1920);
        let rect = Rect::new(3, 500, 40, 60);
        for rotation in ALL {
            let surface = rotation.surface(rect, display).unwrap();
            assert!(rotation.turn(display).to_rect().contains_rect(surface));
            assert_eq!(rotation.upright(surface, display), Some(rect));
        }
    }

    #[test]
    fn numbers_of_the_system_are_known_and_others_turn_nothing() {
        assert_eq!([1, 2, 3, 4].map(Rotation::from_dxgi), ALL);
        assert_eq!([0, 5, -1].map(Rotation::from_dxgi), [Rotation::None; 3]);
    }

    #[test]
    fn a_move_damages_where_it_goes() {
        let to = Rect::new(5, 5, 10, 10);
        assert_eq!(move_target(Point::new(0, 5), to), Some(to));
        assert_eq!(move_target(Point::new(5, 5), to), None);
    }
}
