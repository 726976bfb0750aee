//! The source on the desktop that the tests run on: what a window paints must be what is captured.
//!
//! They need a desktop that nothing covers, and have places of their own on it, since they run side by side.

use std::time::{Duration, Instant};

use temoto_codec::Framebuffer;
use temoto_geometry::{Point, Rect, Region, Size};
use windows::Win32::Foundation::{COLORREF, HWND};
use windows::Win32::Graphics::Gdi::{
    CreateBitmap, CreateSolidBrush, DeleteObject, FillRect, GdiFlush, GetDC, HBRUSH, ReleaseDC,
};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateCursor, CreateIconIndirect, CreateWindowExW, DestroyCursor, DestroyIcon, DestroyWindow,
    DispatchMessageW, HCURSOR, ICONINFO, IDC_ARROW, IDC_IBEAM, LWA_ALPHA, LoadCursorW, MSG, PM_REMOVE,
    PeekMessageW, SetLayeredWindowAttributes, WINDOW_EX_STYLE, WS_EX_LAYERED, WS_EX_NOACTIVATE,
    WS_EX_TOOLWINDOW, WS_EX_TOPMOST, WS_EX_TRANSPARENT, WS_POPUP, WS_VISIBLE,
};
use windows::core::w;

use super::{NativeScreen, cursor, desktop, displays, windows_list};
use crate::win32::system::InputDesktop;
use crate::{Changes, ScreenSource};

/// Long enough for the slowest machine; no test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A window in one color on top of all others. Its thread must be the test's.
struct Painted {
    window: HWND,
    rect: Rect,
}

impl Painted {
    fn new(rect: Rect, more: WINDOW_EX_STYLE) -> Self {
        let style = WS_EX_TOPMOST | WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE | more;
        let (width, height) = (rect.width as i32, rect.height as i32);
        // SAFETY: the class is the system's own, and no pointer is given but names that live forever.
        let window = unsafe {
            CreateWindowExW(
                style,
                w!("STATIC"),
                w!("painted"),
                WS_POPUP | WS_VISIBLE,
                rect.x,
                rect.y,
                width,
                height,
                None,
                None,
                None,
                None,
            )
        };
        let this = Self {
            window: window.unwrap(),
            rect,
        };
        if more.contains(WS_EX_LAYERED) {
            // SAFETY: the window is layered.
            unsafe { SetLayeredWindowAttributes(this.window, COLORREF(0), 255, LWA_ALPHA) }.unwrap();
        }
        this.pump();
        this
    }

    /// Handles what the system asks of the window.
    fn pump(&self) {
        let mut message = MSG::default();
        // SAFETY: the structure lives until the calls return.
        unsafe {
            while PeekMessageW(&raw mut message, Some(self.window), 0, 0, PM_REMOVE).as_bool() {
                DispatchMessageW(&raw const message);
            }
        }
    }

    fn fill(&self, color: u32) {
        self.pump();
        let [_, red, green, blue] = color.to_be_bytes();
        let all = windows::Win32::Foundation::RECT {
            left: 0,
            top: 0,
            right: self.rect.width as i32,
            bottom: self.rect.height as i32,
        };
        // SAFETY: the window is this thread's; what is made here is given back.
        unsafe {
            let brush: HBRUSH = CreateSolidBrush(COLORREF(u32::from_le_bytes([red, green, blue, 0])));
            let dc = GetDC(Some(self.window));
            assert_ne!(FillRect(dc, &raw const all, brush), 0);
            ReleaseDC(Some(self.window), dc);
            let _flushed = GdiFlush();
            let _deleted = DeleteObject(brush.into());
        }
        self.pump();
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        // SAFETY: the window is this thread's.
        unsafe { DestroyWindow(self.window) }.unwrap();
    }
}

fn open() -> NativeScreen {
    let mut screen = crate::open(None).unwrap();
    let first = screen.wait(Duration::ZERO).unwrap();
    let everywhere: Region = screen.displays().iter().map(|display| display.rect).collect();
    assert_eq!(first.damage, everywhere);
    assert!(first.geometry && first.cursor_shape && first.cursor_moved.is_some());
    screen
}

/// Waits until `done` is satisfied with all that changed so far.
fn wait_until(screen: &mut NativeScreen, mut done: impl FnMut(&mut NativeScreen, &Changes) -> bool) {
    let until = Instant::now() + PATIENCE;
    let mut sum = Changes::default();
    loop {
        let changes = screen.wait(Duration::from_millis(100)).unwrap();
        sum.damage = sum.damage.union(&changes.damage);
        if done(screen, &sum) {
            return;
        }
        assert!(Instant::now() < until, "still waiting after {sum:?}");
    }
}

fn capture(screen: &mut NativeScreen, rect: Rect) -> Framebuffer {
    let mut frame = Framebuffer::new(rect.size()).unwrap();
    screen.capture(rect, rect.origin(), &mut frame).unwrap();
    frame
}

fn is_filled(screen: &mut NativeScreen, rect: Rect, color: u32) -> bool {
    capture(screen, rect).pixels().iter().all(|pixel| *pixel == color)
}

fn is_seen(rect: Rect, more: WINDOW_EX_STYLE) {
    let window = Painted::new(rect, more);
    window.fill(0x0010_2030);
    let mut screen = open();
    for color in [0x00ff_8000, 0x0001_0203, 0x00ff_ffff] {
        window.fill(color);
        wait_until(&mut screen, |screen, changes| {
            window.pump();
            changes.damage.contains_rect(rect) && is_filled(screen, rect, color)
        });
    }
}

#[test]
fn what_a_window_paints_is_told_and_captured() {
    is_seen(Rect::new(64, 64, 200, 100), WINDOW_EX_STYLE(0));
}

#[test]
fn layered_windows_are_captured_too() {
    is_seen(Rect::new(400, 64, 130, 70), WS_EX_LAYERED);
}

#[test]
fn displays_have_a_place_a_name_and_one_that_is_the_first() {
    let screen = open();
    let displays = screen.displays();
    assert!(displays[0].primary && displays[0].rect.origin() == Point::ORIGIN);
    assert_eq!(displays.iter().filter(|display| display.primary).count(), 1);
    for display in displays {
        assert!(displays::bounds().contains_rect(display.rect));
        assert!((1..=64).contains(&display.name.chars().count()), "{display:?}");
        assert!(display.scale_percent >= 100);
    }
    let again = open();
    assert_eq!(again.displays(), displays);
}

#[test]
fn a_waker_ends_the_wait_of_another_thread() {
    let mut screen = open();
    let waker = screen.waker();
    let waiting = std::thread::spawn(move || {
        let began_at = Instant::now();
        while began_at.elapsed() < PATIENCE {
            // Other tests paint meanwhile.
            if screen.wait(PATIENCE * 10).unwrap().damage.is_empty() {
                return true;
            }
        }
        false
    });
    while !waiting.is_finished() {
        waker.wake();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(waiting.join().unwrap());
}

#[test]
fn the_own_desktop_is_no_obstacle() {
    assert_ne!(desktop::input(), InputDesktop::Another);
    assert_eq!(open().obstacle(), None);
}

#[test]
fn captures_outside_are_refused() {
    let mut screen = open();
    let bounds = displays::bounds();
    let beyond = Rect::new(bounds.x + bounds.width as i32 - 5, bounds.y, 10, 10);
    let mut frame = Framebuffer::new(Size::new(10, 10)).unwrap();
    let refused = screen.capture(beyond, beyond.origin(), &mut frame);
    assert!(matches!(refused, Err(crate::ScreenError::Outside)));
}

#[test]
fn the_systems_cursors_have_a_shape() {
    for name in [IDC_ARROW, IDC_IBEAM] {
        // SAFETY: the names are the system's own.
        let cursor = unsafe { LoadCursorW(None, name) }.unwrap();
        let shape = cursor::of(cursor).unwrap();
        let alphas: Vec<u8> = shape.rgba().chunks(4).map(|pixel| pixel[3]).collect();
        assert!(
            !shape.size().is_empty() && alphas.contains(&0) && alphas.contains(&255),
            "{shape:?}"
        );
        assert!(shape.size().to_rect().contains(shape.hotspot()));
    }
    assert_eq!(cursor::of(HCURSOR::default()), None);
}

#[test]
fn a_cursor_of_masks_is_read_with_its_inverting_pixels() {
    // 32 x 32 pixels: the first row black, white, clear, inverting; all others clear.
    let (mut and, mut xor) = ([0xff_u8; 128], [0_u8; 128]);
    (and[0], xor[0]) = (0b0011_1111, 0b0101_0000);
    // SAFETY: both masks have the size that is told.
    let cursor =
        unsafe { CreateCursor(None, 3, 4, 32, 32, and.as_ptr().cast(), xor.as_ptr().cast()) }.unwrap();
    let shape = cursor::of(cursor).unwrap();
    // SAFETY: the cursor was made above.
    unsafe { DestroyCursor(cursor) }.unwrap();
    assert_eq!(
        (shape.size(), shape.hotspot()),
        (Size::new(32, 32), Point::new(3, 4))
    );
    let pixels: Vec<&[u8]> = shape.rgba().chunks(4).take(6).collect();
    let (black, white, clear) = ([0, 0, 0, 255], [255_u8; 4], [0; 4]);
    // What is clear beside an inverting pixel is its outline.
    assert_eq!(pixels, [&black[..], &white, &white, &black, &white, &clear]);
}

#[test]
fn a_cursor_of_colors_is_read_with_and_without_alpha() {
    for (alpha, masked, expected) in [
        (255, 0, [30, 20, 10, 255]),
        (128, 0, [15, 10, 5, 128]),
        (0, 0, [30, 20, 10, 255]),
        (0, 255, [255; 4]),
    ] {
        let mut color = [[10_u8, 20, 30, alpha]; 256];
        color[0] = [0, 0, 0, 0];
        let mut mask: [u8; 32] = [masked; 32];
        mask[0] |= 0x80;
        // SAFETY: the pictures have the sizes that are told, and are given back.
        let shape = unsafe {
            let mask = CreateBitmap(16, 16, 1, 1, Some(mask.as_ptr().cast()));
            let color = CreateBitmap(16, 16, 1, 32, Some(color.as_ptr().cast()));
            let parts = ICONINFO {
                fIcon: false.into(),
                xHotspot: 1,
                yHotspot: 2,
                hbmMask: mask,
                hbmColor: color,
            };
            let icon = CreateIconIndirect(&raw const parts).unwrap();
            let shape = cursor::of(HCURSOR(icon.0)).unwrap();
            DestroyIcon(icon).unwrap();
            assert!(DeleteObject(mask.into()).as_bool() && DeleteObject(color.into()).as_bool());
            shape
        };
        assert_eq!(
            (shape.size(), shape.hotspot()),
            (Size::new(16, 16), Point::new(1, 2))
        );
        // All pixels but the first are the same; those that invert what is below are black.
        let last = &shape.rgba()[16 * 16 * 4 - 4..];
        let inverts = alpha == 0 && masked == 255;
        assert_eq!(last, if inverts { [0, 0, 0, 255] } else { expected });
        assert_eq!(&shape.rgba()[..4], if inverts { [255; 4] } else { [0; 4] });
    }
}

#[test]
fn windows_are_told_the_uppermost_first_and_what_the_mouse_goes_through_is_none() {
    let (below, above) = (Rect::new(640, 10, 60, 40), Rect::new(660, 20, 30, 50));
    let _windows = [below, above].map(|rect| Painted::new(rect, WINDOW_EX_STYLE(0)));
    let through = Rect::new(641, 11, 20, 20);
    let _through = Painted::new(through, WS_EX_LAYERED | WS_EX_TRANSPARENT);
    let ours: Vec<Rect> = windows_list::read(0)
        .into_iter()
        .filter(|rect| [below, above, through].contains(rect))
        .collect();
    assert_eq!(ours, [above, below]);
}
