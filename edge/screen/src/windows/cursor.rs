//! The mouse pointer as the window manager knows it.

use temoto_codec::cursor::CursorShape;
use temoto_geometry::{Point, Size};
use windows::Win32::Graphics::Gdi::{
    BITMAP, BITMAPINFO, DIB_RGB_COLORS, DeleteObject, GetDIBits, GetObjectW, HBITMAP,
};
use windows::Win32::UI::WindowsAndMessaging::{
    CURSOR_SHOWING, CURSORINFO, CopyIcon, DestroyIcon, GetCursorInfo, GetIconInfo, HCURSOR, HICON, ICONINFO,
    IDC_ARROW, LoadCursorW,
};

use super::gdi::{ScreenDc, header};
use crate::win32::pointer_shape::{Colors, Shape};
use crate::win32::system::Pointer;

/// Longest side of a picture that is read. Shapes are cut later; two masks are one picture of twice the height.
const MAX_SIDE: i32 = 2_048;

/// Where it is; `None` on another desktop.
pub(super) fn pointer() -> Option<Pointer> {
    let info = info()?;
    Some(Pointer {
        at: Point::new(info.ptScreenPos.x, info.ptScreenPos.y),
        // Touch and pen suppress it, a program can hide it: either way it is not drawn.
        showing: info.flags == CURSOR_SHOWING,
        shape: info.hCursor.0.addr(),
    })
}

/// What it looks like; `None` when there is none, or it was destroyed meanwhile.
pub(super) fn shape() -> Option<CursorShape> {
    of(info()?.hCursor)
}

/// What the system's arrow looks like.
pub(super) fn arrow() -> Option<CursorShape> {
    // SAFETY: the name is the system's own; its cursors are shared and not destroyed.
    of(unsafe { LoadCursorW(None, IDC_ARROW) }.ok()?)
}

/// What a cursor looks like.
pub(super) fn of(cursor: HCURSOR) -> Option<CursorShape> {
    if cursor.is_invalid() {
        return None;
    }
    // A copy is ours: its owner may destroy the original any time.
    // SAFETY: the system checks handles, and a cursor is a kind of icon.
    let icon = Icon(unsafe { CopyIcon(HICON(cursor.0)) }.ok()?);
    let mut parts = ICONINFO::default();
    // SAFETY: the icon is ours and the structure lives until the call returns.
    unsafe { GetIconInfo(icon.0, &raw mut parts) }.ok()?;
    let (mask, color) = (Picture(parts.hbmMask), Picture(parts.hbmColor));
    let hotspot = Point::new(
        i32::try_from(parts.xHotspot).ok()?,
        i32::try_from(parts.yHotspot).ok()?,
    );
    let (mask_size, mask_bytes) = mask.read()?;
    let pitch = mask_size.width as usize * 4;
    let mask = Colors {
        bytes: &mask_bytes,
        pitch,
    };
    if color.0.is_invalid() {
        let size = Size::new(mask_size.width, mask_size.height / 2);
        return Shape::WideMonochrome(mask).convert(size, hotspot).ok();
    }
    let (size, bytes) = color.read()?;
    let color = Colors {
        bytes: &bytes,
        pitch: size.width as usize * 4,
    };
    Shape::Icon(color, mask).convert(size, hotspot).ok()
}

fn info() -> Option<CURSORINFO> {
    let mut info = CURSORINFO {
        cbSize: u32::try_from(size_of::<CURSORINFO>()).ok()?,
        ..CURSORINFO::default()
    };
    // SAFETY: the structure says its size and lives until the call returns.
    unsafe { GetCursorInfo(&raw mut info) }.ok()?;
    Some(info)
}

/// An icon that is destroyed in the end.
struct Icon(HICON);

impl Drop for Icon {
    fn drop(&mut self) {
        // SAFETY: it is owned by this value.
        let _destroyed = unsafe { DestroyIcon(self.0) };
    }
}

/// A bitmap of an icon, deleted in the end.
struct Picture(HBITMAP);

impl Picture {
    /// The pixels, blue, green, red and alpha, rows from the top. Bits become black and white without alpha.
    fn read(&self) -> Option<(Size, Vec<u8>)> {
        let mut bitmap = BITMAP::default();
        let bytes = i32::try_from(size_of::<BITMAP>()).ok()?;
        // SAFETY: the structure has the size that is told and lives until the call returns.
        let told = unsafe { GetObjectW(self.0.into(), bytes, Some((&raw mut bitmap).cast())) };
        let sides = 1..=MAX_SIDE;
        if told != bytes || !sides.contains(&bitmap.bmWidth) || !sides.contains(&bitmap.bmHeight) {
            return None;
        }
        let size = Size::new(
            u32::try_from(bitmap.bmWidth).ok()?,
            u32::try_from(bitmap.bmHeight).ok()?,
        );
        let mut info = BITMAPINFO {
            bmiHeader: header(size)?,
            ..BITMAPINFO::default()
        };
        let mut pixels = vec![0; size.width as usize * size.height as usize * 4];
        let screen = ScreenDc::get().ok()?;
        // SAFETY: the buffer has room for the rows of the size and format that the description gives.
        let rows = unsafe {
            GetDIBits(
                screen.handle(),
                self.0,
                0,
                size.height,
                Some(pixels.as_mut_ptr().cast()),
                &raw mut info,
                DIB_RGB_COLORS,
            )
        };
        (rows == bitmap.bmHeight).then_some((size, pixels))
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        if !self.0.is_invalid() {
            // SAFETY: the caller of `GetIconInfo` owns its bitmaps.
            let _deleted = unsafe { DeleteObject(self.0.into()) };
        }
    }
}
