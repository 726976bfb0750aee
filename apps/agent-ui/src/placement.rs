//! Where the bar stands: on the upper edge of the shared display, in the middle until somebody slides it.

use crate::canvas;

/// A display in physical pixels of the desktop; the origin may be negative.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// How wide the bar may be on `area`, shown at `scale` physical pixels per logical one, in logical pixels. Rounded down: not one
/// column of it may be off the display.
pub(crate) fn room(area: Area, scale: f32) -> f32 {
    // Displays are some thousand pixels wide, which a float holds exactly.
    (area.width as f32 / scale).floor()
}

/// How far from the middle of `area` a bar of `width` may stand, either way.
fn reach(area: Area, width: u32) -> i32 {
    i32::try_from(area.width.saturating_sub(width) / 2).unwrap_or(i32::MAX)
}

/// The offset from the middle that keeps a bar of `width` inside `area`.
pub(crate) fn slide(area: Area, width: u32, offset: i32) -> i32 {
    let reach = reach(area, width);
    offset.clamp(-reach, reach)
}

/// The upper left corner of a bar of `width`, `offset` pixels right of the middle.
pub(crate) fn corner(area: Area, width: u32, offset: i32) -> (i32, i32) {
    let middle = area.x.saturating_add(reach(area, width));
    (middle.saturating_add(slide(area, width, offset)), area.y)
}

/// Room between the chat and the edges of the display, in physical pixels; below there is often a task bar.
const MARGIN: (u32, u32) = (24, 72);

/// The upper left corner of the chat, `size` pixels across and down: low on the right, where it covers least, but never above or
/// left of the display.
pub(crate) fn chat_corner(area: Area, size: (u32, u32)) -> (i32, i32) {
    let free = |whole: u32, part: u32, margin: u32| {
        i32::try_from(whole.saturating_sub(part.saturating_add(margin))).unwrap_or(i32::MAX)
    };
    (
        area.x.saturating_add(free(area.width, size.0, MARGIN.0)),
        area.y.saturating_add(free(area.height, size.1, MARGIN.1)),
    )
}

/// Room that a window leaves free on its display, down, in logical pixels: its own title and a task bar.
const AROUND: f32 = 96.0;

/// The size that a window of `size` must shrink to so that all of it can be seen on a display of `area`, both in physical pixels,
/// `scale` of them to a logical one. `None` if it fits: small displays with large scales are common.
pub(crate) fn shrunk(area: (u32, u32), size: (u32, u32), scale: f32) -> Option<(u32, u32)> {
    // Saturates; the room is a few hundred at most.
    let around = (AROUND * scale).max(0.0).round() as u32;
    let fitting = (size.0.min(area.0), size.1.min(area.1.saturating_sub(around)));
    (fitting != size && fitting.0 > 0 && fitting.1 > 0).then_some(fitting)
}

/// Room that a window leaves free above itself for the bar and its own title, in logical pixels.
const ABOVE: f32 = 80.0;

/// The size of a window that shows `picture` as large as it can be on `area`, with `around` beside and over it; `least` is what its
/// words need. All in physical pixels, `scale` of them to a logical one.
pub(crate) fn window_around(
    area: Area,
    picture: (u32, u32),
    around: (u32, u32),
    least: (u32, u32),
    scale: f32,
) -> (u32, u32) {
    // Saturates; these are a few hundred at most.
    let (above, below) = (
        (ABOVE * scale).round() as u32,
        (AROUND * scale / 2.0).round() as u32,
    );
    let room = (
        (area.width - area.width / 16).saturating_sub(around.0),
        area.height
            .saturating_sub(above.saturating_add(below).saturating_add(around.1)),
    );
    let (width, height) = canvas::fitted(picture, room);
    (
        width.max(least.0).saturating_add(around.0),
        height.max(least.1).saturating_add(around.1),
    )
}

/// The upper left corner of a window of `size` in the middle of `area`, but beneath the bar, and never above or left of it.
pub(crate) fn beneath_bar(area: Area, size: (u32, u32), scale: f32) -> (i32, i32) {
    let (x, y) = middle(area, size);
    (x, y.max(area.y.saturating_add((ABOVE * scale).round() as i32)))
}

/// The upper left corner that puts a window of `size` in the middle of `area`, never above or left of it.
pub(crate) fn middle(area: Area, size: (u32, u32)) -> (i32, i32) {
    let half = |whole: u32, part: u32| i32::try_from(whole.saturating_sub(part) / 2).unwrap_or(i32::MAX);
    (
        area.x.saturating_add(half(area.width, size.0)),
        area.y.saturating_add(half(area.height, size.1)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Area = Area {
        x: -1920,
        y: 40,
        width: 1920,
        height: 1080,
    };

    #[test]
    fn the_bar_stands_in_the_middle_of_the_upper_edge() {
        assert_eq!(
            corner(
                Area {
                    x: 0,
                    y: 0,
                    width: 1280,
                    height: 720
                },
                640,
                0
            ),
            (320, 0)
        );
        assert_eq!(corner(SECOND, 620, 0), (-1270, 40));
    }

    #[test]
    fn the_bar_cannot_be_pushed_off_its_display() {
        assert_eq!(corner(SECOND, 620, 100_000), (-620, 40));
        assert_eq!(corner(SECOND, 620, i32::MIN), (-1920, 40));
    }

    #[test]
    fn the_last_word_stands_in_the_middle() {
        assert_eq!(middle(SECOND, (480, 580)), (-1200, 290));
        assert_eq!(
            middle(
                Area {
                    x: 10,
                    y: 0,
                    width: 300,
                    height: 200
                },
                (480, 580)
            ),
            (10, 0)
        );
    }

    #[test]
    fn what_is_shown_stands_beneath_the_bar_and_has_its_own_size_where_the_display_has_room() {
        let around = (0, 60);
        assert_eq!(
            window_around(SECOND, (1000, 700), around, (360, 0), 1.0),
            (1000, 760)
        );
        assert_eq!(
            window_around(SECOND, (100, 70), around, (360, 0), 1.0),
            (360, 130)
        );
        // 1920 x 1080 less a sixteenth across, and bar, title, words and task bar down.
        assert_eq!(
            window_around(SECOND, (1920, 1080), around, (360, 0), 1.0),
            (1585, 952)
        );
        assert_eq!(beneath_bar(SECOND, (1585, 952), 1.0), (-1753, 120));
        assert_eq!(beneath_bar(SECOND, (400, 130), 1.0), (-1160, 515));
        let tiny = Area {
            width: 10,
            height: 10,
            ..SECOND
        };
        assert_eq!(window_around(tiny, (9, 9), around, (360, 0), 1.0), (360, 60));
    }

    #[test]
    fn a_window_shrinks_to_what_a_small_display_can_show() {
        assert_eq!(shrunk((1920, 1080), (480, 584), 1.0), None);
        assert_eq!(shrunk((1366, 768), (720, 876), 1.5), Some((720, 624)));
        assert_eq!(shrunk((640, 480), (960, 1168), 2.0), Some((640, 288)));
        assert_eq!(shrunk((0, 0), (480, 584), 1.0), None, "an unknown display");
    }

    #[test]
    fn the_bar_has_the_room_of_its_display_and_scale_counts() {
        assert_eq!(room(SECOND, 1.0), 1920.0);
        assert_eq!(
            room(
                Area {
                    width: 1366,
                    ..SECOND
                },
                1.25
            ),
            1092.0
        );
    }

    #[test]
    fn a_bar_wider_than_its_display_starts_at_the_left_edge() {
        assert_eq!(
            corner(
                Area {
                    x: 100,
                    y: 0,
                    width: 300,
                    height: 200
                },
                640,
                50
            ),
            (100, 0)
        );
    }

    #[test]
    fn the_chat_stands_low_on_the_right_and_never_off_the_display() {
        assert_eq!(chat_corner(SECOND, (480, 584)), (-504, 464));
        assert_eq!(
            chat_corner(
                Area {
                    x: 0,
                    y: 0,
                    width: 400,
                    height: 300
                },
                (480, 584)
            ),
            (0, 0)
        );
    }
}
