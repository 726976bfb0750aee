//! Place and shape of the mouse cursor.
//!
//! A cursor that is hidden by XFixes' `HideCursor` cannot be told from a shown one: the server neither reports it nor
//! leaves it out of the cursor image. Programs that hide it by a transparent shape are seen.

use temoto_codec::cursor::{CursorShape, MAX_CURSOR_SIDE};
use temoto_geometry::{Point, Size};
use x11rb::protocol::xfixes::{ConnectionExt as _, GetCursorImageReply};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::ScreenError;

pub(super) fn position(conn: &RustConnection, root: Window) -> Result<Point, ScreenError> {
    let pointer = conn.query_pointer(root)?.reply()?;
    Ok(Point::new(pointer.root_x.into(), pointer.root_y.into()))
}

pub(super) fn shape(conn: &RustConnection) -> Result<CursorShape, ScreenError> {
    from_reply(&conn.xfixes_get_cursor_image()?.reply()?)
}

/// A cursor of the server (premultiplied ARGB) as a shape. One that is wholly transparent counts as hidden, as
/// programs hide the cursor that way.
fn from_reply(reply: &GetCursorImageReply) -> Result<CursorShape, ScreenError> {
    let limit = |side: u16| u32::from(side).min(MAX_CURSOR_SIDE);
    let size = Size::new(limit(reply.width), limit(reply.height));
    let rows = reply
        .cursor_image
        .chunks_exact(usize::from(reply.width).max(1))
        .take(size.height as usize);
    let mut rgba = Vec::with_capacity(size.width as usize * size.height as usize * 4);
    for pixel in rows.flat_map(|row| row.iter().take(size.width as usize)) {
        let [alpha, red, green, blue] = pixel.to_be_bytes();
        rgba.extend([red, green, blue, alpha]);
    }
    let inside =
        |at: u16, side: u32| i32::try_from(u32::from(at).min(side.saturating_sub(1))).unwrap_or_default();
    let hot_spot = Point::new(inside(reply.xhot, size.width), inside(reply.yhot, size.height));
    let seen = rgba.iter().any(|byte| *byte != 0);
    if seen && let Ok(shape) = CursorShape::new(size, hot_spot, rgba) {
        return Ok(shape);
    }
    CursorShape::new(Size::default(), Point::ORIGIN, Vec::new())
        .map_err(|_| ScreenError::Missing("a cursor shape"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(width: u16, height: u16, xhot: u16, pixels: Vec<u32>) -> GetCursorImageReply {
        GetCursorImageReply {
            sequence: 0,
            length: 0,
            x: 0,
            y: 0,
            width,
            height,
            xhot,
            yhot: 0,
            cursor_serial: 0,
            cursor_image: pixels,
        }
    }

    #[test]
    fn colors_change_places_and_stay_premultiplied() {
        let shape = from_reply(&reply(2, 1, 1, vec![0x8010_2030, 0xff01_0203])).unwrap();
        assert_eq!(shape.rgba(), [0x10, 0x20, 0x30, 0x80, 1, 2, 3, 255]);
        assert_eq!(shape.hotspot(), Point::new(1, 0));
    }

    #[test]
    fn a_transparent_or_broken_cursor_is_a_hidden_one() {
        for broken in [
            reply(2, 2, 0, vec![0; 4]),
            reply(0, 0, 0, vec![]),
            reply(4, 4, 0, vec![0xff00_0000; 3]),
        ] {
            assert!(from_reply(&broken).unwrap().size().is_empty());
        }
    }

    #[test]
    fn a_huge_cursor_is_cut_and_still_points_inside() {
        let side = u16::try_from(MAX_CURSOR_SIDE).unwrap() + 9;
        let shape = from_reply(&reply(side, 1, side, vec![0xffff_ffff; usize::from(side)])).unwrap();
        assert_eq!(shape.size(), Size::new(MAX_CURSOR_SIDE, 1));
        assert_eq!(shape.hotspot().x.unsigned_abs(), MAX_CURSOR_SIDE - 1);
    }
}
