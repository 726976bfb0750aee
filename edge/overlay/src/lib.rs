//! The border to what lies over the screen: the frame around a shared display.
//!
//! [`FrameOverlay`] is the whole border. `apps/agent` shows the frame while a display is shared and hides it
//! afterwards; the frame takes no input and is never in the way of a click. Ink and the black screen come here too,
//! once they exist. [`open`] gives the overlay of the machine it runs on; [`fake::FakeOverlay`] is compiled everywhere.

use temoto_geometry::Rect;

pub mod fake;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::NativeOverlay;

/// Width of the frame's sides, in physical pixels.
pub const FRAME_WIDTH: u32 = 4;
/// Color of the frame (`0x00RRGGBB`), the accent of the design.
pub const FRAME_COLOR: u32 = 0x0034_49d6;

/// Opens the overlay of this machine. `display` is the X display's name (`:1`); `None` takes that of the environment.
///
/// # Errors
/// [`OverlayError::Connect`] without a display, [`OverlayError::Lost`] when the window system makes no windows.
pub fn open(display: Option<&str>) -> Result<NativeOverlay, OverlayError> {
    NativeOverlay::open(display)
}

/// A frame around a shared display.
pub trait FrameOverlay: Send {
    /// Shows the frame just inside `display` (desktop coordinates, physical pixels), or moves it there.
    ///
    /// # Errors
    /// [`OverlayError::Lost`].
    fn show(&mut self, display: Rect) -> Result<(), OverlayError>;

    /// Hides the frame.
    ///
    /// # Errors
    /// [`OverlayError::Lost`].
    fn hide(&mut self) -> Result<(), OverlayError>;
}

/// The four sides of the frame inside a rectangle: top, bottom, left, right, without common pixels. Sides that have no
/// room are left out.
#[must_use]
pub fn frame_sides(display: Rect) -> Vec<Rect> {
    let width = i64::from(FRAME_WIDTH);
    let (left, top, right, bottom) = (display.left(), display.top(), display.right(), display.bottom());
    let inner_top = (top + width).min(bottom);
    let inner_bottom = (bottom - width).max(inner_top);
    let inner_left = (left + width).min(right);
    let inner_right = (right - width).max(inner_left);
    [
        Rect::from_edges(left, top, right, inner_top),
        Rect::from_edges(left, inner_bottom, right, bottom),
        Rect::from_edges(left, inner_top, inner_left, inner_bottom),
        Rect::from_edges(inner_right, inner_top, right, inner_bottom),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// There is no display to connect to.
    #[error("cannot open the display {display}: {reason}")]
    Connect {
        /// The display that was asked for.
        display: String,
        /// What the window system said.
        reason: String,
    },
    /// The connection to the window system broke.
    #[error("the connection to the display is lost: {0}")]
    Lost(String),
}

#[cfg(test)]
mod tests {
    use temoto_geometry::Region;

    use super::*;

    #[test]
    fn the_sides_frame_the_display_and_leave_its_inside_free() {
        let display = Rect::new(-100, 50, 640, 480);
        let sides: Region = frame_sides(display).into_iter().collect();
        let inside = Region::from(Rect::new(-96, 54, 632, 472));
        assert_eq!(sides.union(&inside), Region::from(display));
        assert!(sides.intersect(&inside).is_empty());
        let total: u64 = frame_sides(display).iter().map(|side| side.area()).sum();
        assert_eq!(total, 640 * 480 - 632 * 472, "sides overlap");
    }

    #[test]
    fn a_display_without_an_inside_is_covered_once() {
        for (width, height) in [(0, 0), (1, 1), (5, 3), (3, 50), (9, 7), (8, 8)] {
            let display = Rect::new(10, 10, width, height);
            let total: u64 = frame_sides(display).iter().map(|side| side.area()).sum();
            assert!(total <= display.area());
            let sides: Region = frame_sides(display).into_iter().collect();
            assert!(sides.subtract(&Region::from(display)).is_empty());
        }
    }
}
