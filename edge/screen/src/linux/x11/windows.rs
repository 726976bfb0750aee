//! Where the windows are: those that the window manager lists (EWMH), or without one the children of the root.

use temoto_geometry::Rect;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, MapState, Window, WindowClass};
use x11rb::rust_connection::RustConnection;

use crate::{MAX_WINDOWS, ScreenError};

/// Most windows that are looked at; among them are many that nobody sees.
const LOOKED_AT: u32 = 1_024;
/// A frame that is wider is none.
const WIDEST_FRAME: u32 = 256;

/// The uppermost first.
pub(super) fn read(conn: &RustConnection, root: Window) -> Result<Vec<Rect>, ScreenError> {
    let listed = numbers(
        conn,
        root,
        b"_NET_CLIENT_LIST_STACKING",
        AtomEnum::WINDOW.into(),
        LOOKED_AT,
    )?;
    let managed = !listed.is_empty();
    let stack = if managed {
        listed
    } else {
        conn.query_tree(root)?.reply()?.children
    };
    let mut found = Vec::new();
    for &window in stack.iter().rev().take(LOOKED_AT as usize) {
        if let Some(rect) = there(place(conn, root, window, managed))? {
            found.push(rect);
        }
        if found.len() == MAX_WINDOWS {
            break;
        }
    }
    Ok(found)
}

/// Where a window is with its frame; `None` if nobody sees it.
fn place(
    conn: &RustConnection,
    root: Window,
    window: Window,
    managed: bool,
) -> Result<Option<Rect>, ReplyError> {
    let attributes = conn.get_window_attributes(window)?.reply()?;
    let seen = attributes.map_state == MapState::VIEWABLE && attributes.class == WindowClass::INPUT_OUTPUT;
    // What draws itself without asking a window manager is a menu, a hint, or our own frame around the display.
    if !seen || attributes.override_redirect {
        return Ok(None);
    }
    // Nobody wants a picture of our own bar.
    let process = numbers(conn, window, b"_NET_WM_PID", AtomEnum::CARDINAL.into(), 1)?;
    if process == [std::process::id()] {
        return Ok(None);
    }
    let size = conn.get_geometry(window)?.reply()?;
    let at = conn.translate_coordinates(window, root, 0, 0)?.reply()?;
    let mut edges = [0; 4];
    if managed {
        let extents = numbers(conn, window, b"_NET_FRAME_EXTENTS", AtomEnum::CARDINAL.into(), 4)?;
        if let Ok(extents) = <[u32; 4]>::try_from(extents)
            && extents.iter().all(|&edge| edge <= WIDEST_FRAME)
        {
            edges = extents.map(i64::from);
        }
    }
    let [left, right, top, bottom] = edges;
    let (x, y) = (i64::from(at.dst_x), i64::from(at.dst_y));
    Ok(Rect::from_edges(
        x - left,
        y - top,
        x + i64::from(size.width) + right,
        y + i64::from(size.height) + bottom,
    ))
}

/// The numbers of a property; none where there is no such property.
fn numbers(
    conn: &RustConnection,
    window: Window,
    name: &[u8],
    kind: u32,
    most: u32,
) -> Result<Vec<u32>, ReplyError> {
    let atom = conn.intern_atom(true, name)?.reply()?.atom;
    if atom == x11rb::NONE {
        return Ok(Vec::new());
    }
    let property = conn.get_property(false, window, atom, kind, 0, most)?.reply()?;
    Ok(property.value32().map(Iterator::collect).unwrap_or_default())
}

/// A window may be closed at any moment: it is then not there.
fn there(found: Result<Option<Rect>, ReplyError>) -> Result<Option<Rect>, ScreenError> {
    match found {
        Err(ReplyError::ConnectionError(error)) => Err(error.into()),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Ok(found) => Ok(found),
    }
}
