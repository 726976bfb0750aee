//! Pictures by GDI: parts of the screen are copied into a bitmap in memory.
//!
//! Windows that are layered (translucent, or of odd shapes) are on the screen's own picture wherever the desktop is
//! composed, which Windows 8 and later always do. The flag that asks for them explicitly is given only elsewhere: it
//! makes the customer's pointer flicker with each picture.

use std::ffi::c_void;

use temoto_codec::FrameView;
use temoto_geometry::{Rect, Size};
use windows::Win32::Foundation::E_ACCESSDENIED;
use windows::Win32::Graphics::Dwm::DwmIsCompositionEnabled;
use windows::Win32::Graphics::Gdi::{
    BI_RGB, BITMAPINFO, BITMAPINFOHEADER, BitBlt, CAPTUREBLT, CreateCompatibleDC, CreateDIBSection,
    DIB_RGB_COLORS, DeleteDC, DeleteObject, GdiFlush, GetDC, HBITMAP, HDC, HGDIOBJ, ROP_CODE, ReleaseDC,
    SRCCOPY, SelectObject,
};
use windows::core::Error;

use crate::win32::system::Fault;

/// The device context of the whole screen, for the length of a call: it must be released by the thread that got it.
pub(super) struct ScreenDc(HDC);

impl ScreenDc {
    pub(super) fn get() -> Result<Self, Fault> {
        // SAFETY: no window stands for the screen.
        let dc = unsafe { GetDC(None) };
        if dc.is_invalid() {
            Err(Fault::Other(0))
        } else {
            Ok(Self(dc))
        }
    }

    pub(super) fn handle(&self) -> HDC {
        self.0
    }
}

impl Drop for ScreenDc {
    fn drop(&mut self) {
        // SAFETY: it was got by this thread, the handle keeping this type on it.
        unsafe { ReleaseDC(None, self.0) };
    }
}

/// A bitmap, and a device context that draws into it.
struct Canvas {
    dc: HDC,
    bitmap: HBITMAP,
    /// What the device context had before; it is to be put back.
    before: HGDIOBJ,
    /// The first of `size` pixels, row after row from the top.
    pixels: *const u32,
    size: Size,
}

// SAFETY: no thread owns the handles (the device context is made from that of the screen), and GDI takes them from any
// thread, one at a time; they and the pixels are reached by `&mut Gdi` only.
unsafe impl Send for Canvas {}

impl Canvas {
    fn new(screen: &ScreenDc, size: Size) -> Result<Self, Fault> {
        let info = BITMAPINFO {
            bmiHeader: header(size).ok_or(Fault::Unsupported)?,
            ..BITMAPINFO::default()
        };
        let mut pixels: *mut c_void = std::ptr::null_mut();
        // SAFETY: the description and the pointer live until the call returns.
        let bitmap = unsafe {
            CreateDIBSection(
                Some(screen.0),
                &raw const info,
                DIB_RGB_COLORS,
                &raw mut pixels,
                None,
                0,
            )
        }
        .map_err(|error| fault(&error))?;
        // SAFETY: the screen's device context is valid; since it is given, no thread owns the new one.
        let dc = unsafe { CreateCompatibleDC(Some(screen.0)) };
        if dc.is_invalid() || pixels.is_null() {
            // SAFETY: the bitmap was made above and is selected nowhere.
            let _deleted = unsafe { DeleteObject(bitmap.into()) };
            return Err(Fault::Other(0));
        }
        // SAFETY: both were just made.
        let before = unsafe { SelectObject(dc, bitmap.into()) };
        Ok(Self {
            dc,
            bitmap,
            before,
            pixels: pixels.cast(),
            size,
        })
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // SAFETY: all three are owned by this value; the bitmap is deleted once nothing draws on it.
        unsafe {
            SelectObject(self.dc, self.before);
            let _deleted = DeleteDC(self.dc);
            let _deleted = DeleteObject(self.bitmap.into());
        }
    }
}

/// Takes pictures of parts of the screen.
#[derive(Default)]
pub(super) struct Gdi {
    canvas: Option<Canvas>,
    copy: ROP_CODE,
}

impl Gdi {
    /// The pixels of a part of the virtual screen. What lies on no display is black.
    ///
    /// # Errors
    /// [`Fault::AccessDenied`] on a desktop of somebody else, others when the system has no memory.
    pub(super) fn grab(&mut self, rect: Rect) -> Result<FrameView<'_>, Fault> {
        let screen = ScreenDc::get()?;
        let canvas = match self.canvas.take() {
            Some(canvas) if canvas.size.to_rect().contains_rect(rect.size().to_rect()) => canvas,
            smaller => {
                let known = smaller.map(|canvas| canvas.size).unwrap_or_default();
                self.copy = copy_operation();
                let size = Size::new(known.width.max(rect.width), known.height.max(rect.height));
                Canvas::new(&screen, size)?
            }
        };
        let canvas = self.canvas.insert(canvas);
        let (Ok(width), Ok(height)) = (i32::try_from(rect.width), i32::try_from(rect.height)) else {
            return Err(Fault::Unsupported);
        };
        // SAFETY: both device contexts are valid, and the canvas is as large as the part.
        let copied = unsafe {
            BitBlt(
                canvas.dc,
                0,
                0,
                width,
                height,
                Some(screen.0),
                rect.x,
                rect.y,
                self.copy,
            )
        };
        copied.map_err(|error| fault(&error))?;
        // Calls may be gathered before they are done; the pixels are read without GDI.
        // SAFETY: no arguments.
        let _nothing_gathered = unsafe { GdiFlush() };
        let length = canvas.size.width as usize * canvas.size.height as usize;
        // SAFETY: the bitmap has this many pixels, at an address made for them, and lives as long as the borrow; GDI
        // writes to it only in this function.
        let pixels = unsafe { std::slice::from_raw_parts(canvas.pixels, length) };
        FrameView::new(rect.size(), canvas.size.width as usize, pixels).map_err(|_| Fault::Unsupported)
    }
}

/// Describes a picture of full pixels with rows from the top; `None` if it is too large.
pub(super) fn header(size: Size) -> Option<BITMAPINFOHEADER> {
    Some(BITMAPINFOHEADER {
        biSize: u32::try_from(size_of::<BITMAPINFOHEADER>()).ok()?,
        biWidth: i32::try_from(size.width).ok()?,
        // Negative: the first row is the upper one.
        biHeight: -i32::try_from(size.height).ok()?,
        biPlanes: 1,
        biBitCount: 32,
        biCompression: BI_RGB.0,
        ..BITMAPINFOHEADER::default()
    })
}

fn copy_operation() -> ROP_CODE {
    // SAFETY: no pointers go in.
    let composed = unsafe { DwmIsCompositionEnabled() };
    if composed.is_ok_and(windows::core::BOOL::as_bool) {
        SRCCOPY
    } else {
        ROP_CODE(SRCCOPY.0 | CAPTUREBLT.0)
    }
}

fn fault(error: &Error) -> Fault {
    match error.code() {
        E_ACCESSDENIED => Fault::AccessDenied,
        code => Fault::Other(code.0),
    }
}
