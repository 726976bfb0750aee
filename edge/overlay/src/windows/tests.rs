//! The frame on the desktop that the tests run on, seen through the window system.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::time::{Duration, Instant};

use temoto_geometry::Rect;
use temoto_win32::PhysicalPixels;
use windows::Win32::Foundation::{HWND, RECT};
use windows::Win32::UI::WindowsAndMessaging::{
    GWL_EXSTYLE, GetForegroundWindow, GetWindowLongPtrW, GetWindowRect, IsWindow, IsWindowVisible,
    WINDOW_EX_STYLE, WS_EX_LAYERED, WS_EX_NOACTIVATE, WS_EX_TOOLWINDOW, WS_EX_TOPMOST, WS_EX_TRANSPARENT,
};

use crate::{FrameOverlay, frame_sides};

fn window(id: u64) -> HWND {
    HWND(id as *mut _)
}

fn visible(id: u64) -> bool {
    // SAFETY: any number may be asked about.
    unsafe { IsWindowVisible(window(id)) }.as_bool()
}

fn place(id: u64) -> Rect {
    let mut rect = RECT::default();
    let _pixels = PhysicalPixels::begin();
    // SAFETY: the rectangle outlives the call.
    unsafe { GetWindowRect(window(id), &raw mut rect) }.unwrap();
    Rect::from_edges(
        rect.left.into(),
        rect.top.into(),
        rect.right.into(),
        rect.bottom.into(),
    )
    .unwrap()
}

#[test]
fn the_frame_lies_inside_the_display_and_moves_and_goes() {
    let mut overlay = crate::open(None).unwrap();
    let ids = overlay.windows().to_vec();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| !visible(*id)), "it begins hidden");
    for display in [Rect::new(0, 0, 640, 480), Rect::new(-320, 100, 300, 200)] {
        overlay.show(display).unwrap();
        let places: Vec<Rect> = ids.iter().map(|id| place(*id)).collect();
        assert_eq!(places, frame_sides(display));
        assert!(ids.iter().all(|id| visible(*id)));
    }
    overlay.hide().unwrap();
    assert!(ids.iter().all(|id| !visible(*id)));
    overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
    drop(overlay);
    // SAFETY: any number may be asked about.
    let left = ids
        .iter()
        .any(|id| unsafe { IsWindow(Some(window(*id))) }.as_bool());
    assert!(!left, "it goes with the program");
}

#[test]
fn the_frame_takes_no_input_and_no_focus() {
    // SAFETY: asks for a handle.
    let before = unsafe { GetForegroundWindow() };
    let mut overlay = crate::open(None).unwrap();
    overlay.show(Rect::new(0, 0, 640, 480)).unwrap();
    for id in overlay.windows() {
        // SAFETY: the window exists.
        let style = unsafe { GetWindowLongPtrW(window(*id), GWL_EXSTYLE) };
        let style = WINDOW_EX_STYLE(u32::try_from(style).unwrap());
        for wanted in [
            WS_EX_TRANSPARENT,
            WS_EX_LAYERED,
            WS_EX_TOOLWINDOW,
            WS_EX_NOACTIVATE,
            WS_EX_TOPMOST,
        ] {
            assert!(style.contains(wanted), "{style:?} lacks {wanted:?}");
        }
    }
    // SAFETY: asks for a handle.
    assert_eq!(unsafe { GetForegroundWindow() }, before);
}

#[test]
fn two_frames_live_side_by_side_and_end_at_once() {
    let mut one = crate::open(None).unwrap();
    let mut two = crate::open(None).unwrap();
    one.show(Rect::new(0, 0, 100, 100)).unwrap();
    two.show(Rect::new(200, 0, 100, 100)).unwrap();
    drop(one);
    assert!(two.windows().iter().all(|id| visible(*id)));
    two.show(Rect::new(0, 0, 3, 3)).unwrap();
    let began = Instant::now();
    drop(two);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn frames_that_begin_and_end_at_once_take_nothing_from_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let mut overlay = crate::open(None).unwrap();
                    overlay.show(Rect::new(0, 0, 100, 100)).unwrap();
                    assert!(overlay.windows().iter().all(|id| visible(*id)));
                }
            });
        }
    });
}
