//! The four windows and the loop that serves them. Everything here runs on the one thread that made the windows, in
//! physical pixels whatever the program says of itself. Orders wake the loop by a message of the thread's.
//!
//! The sides go above what covers them a few times a second, so that two programs that both want to be on top do not
//! fight at full speed. Windows of this program may cover them: the bar stands on the upper side.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};

use temoto_geometry::Rect;
use temoto_win32::PhysicalPixels;
use windows::Win32::Foundation::{COLORREF, HINSTANCE, HWND, LPARAM, LRESULT, RECT, WPARAM};
use windows::Win32::Graphics::Gdi::{CreateSolidBrush, DeleteObject};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::System::Threading::{GetCurrentProcessId, GetCurrentThreadId};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GW_HWNDPREV, GetMessageW, GetWindow,
    GetWindowRect, GetWindowThreadProcessId, HTTRANSPARENT, HWND_TOPMOST, IsWindowVisible, LWA_ALPHA, MSG,
    PM_NOREMOVE, PeekMessageW, PostThreadMessageW, RegisterClassExW, SET_WINDOW_POS_FLAGS, SWP_HIDEWINDOW,
    SWP_NOACTIVATE, SWP_NOMOVE, SWP_NOOWNERZORDER, SWP_NOSENDCHANGING, SWP_NOSIZE, SWP_SHOWWINDOW,
    SetLayeredWindowAttributes, SetTimer, SetWindowDisplayAffinity, SetWindowPos, UnregisterClassW,
    WDA_EXCLUDEFROMCAPTURE, WM_APP, WM_NCHITTEST, WM_TIMER, WNDCLASSEXW, WS_EX_LAYERED, WS_EX_NOACTIVATE,
    WS_EX_TOOLWINDOW, WS_EX_TOPMOST, WS_EX_TRANSPARENT, WS_POPUP,
};
use windows::core::{HSTRING, PCWSTR, w};

use super::frame::Order;
use crate::{FRAME_COLOR, frame_sides};

/// How often the loop looks whether something covers the frame, in milliseconds.
const LOOK_MS: u32 = 250;
/// Windows above a side that are looked at; a desktop has a handful that stay on top.
const MOST_ABOVE: usize = 256;
/// Says that an order waits.
const WM_ORDER: u32 = WM_APP + 1;
/// What the windows are called, for people who list windows.
const NAME: PCWSTR = w!("Temoto frame");

/// Where the loop is woken, from any thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mailslot(u32);

impl Mailslot {
    /// `false` if the loop is gone.
    pub(super) fn wake(self) -> bool {
        // SAFETY: plain values; a thread that is gone is an error.
        unsafe { PostThreadMessageW(self.0, WM_ORDER, WPARAM(0), LPARAM(0)) }.is_ok()
    }
}

/// The windows; they are gone when it is dropped, on the thread that made it.
pub(super) struct Sides {
    windows: Vec<HWND>,
    /// Of this frame alone: one that ends while another begins takes nothing from it.
    class: HSTRING,
    instance: HINSTANCE,
    shown: bool,
    /// As long as the windows are placed and looked at.
    _pixels: PhysicalPixels,
}

impl Sides {
    pub(super) fn make() -> Result<Self, String> {
        let text = |error: windows::core::Error| error.to_string();
        let pixels = PhysicalPixels::begin();
        // SAFETY: the program's own module, which stays.
        let instance = HINSTANCE(unsafe { GetModuleHandleW(None) }.map_err(text)?.0);
        let [_, red, green, blue] = FRAME_COLOR.to_be_bytes();
        // SAFETY: plain values go in; the class below owns the brush.
        let brush = unsafe { CreateSolidBrush(COLORREF(u32::from_le_bytes([red, green, blue, 0]))) };
        // SAFETY: asks for a number.
        let name = HSTRING::from(format!("TemotoFrame {}", unsafe { GetCurrentThreadId() }));
        let class = WNDCLASSEXW {
            cbSize: size_of::<WNDCLASSEXW>() as u32,
            lpfnWndProc: Some(procedure),
            hInstance: instance,
            hbrBackground: brush,
            lpszClassName: PCWSTR(name.as_ptr()),
            ..WNDCLASSEXW::default()
        };
        // SAFETY: everything the class names outlives the call or its windows. The class takes the brush, and takes it along.
        if unsafe { RegisterClassExW(&raw const class) } == 0 {
            let error = windows::core::Error::from_thread();
            // SAFETY: nobody took it.
            let _deleted = unsafe { DeleteObject(brush.into()) };
            return Err(text(error));
        }
        let mut sides = Self {
            windows: Vec::new(),
            class: name,
            instance,
            shown: false,
            _pixels: pixels,
        };
        for _ in 0..4 {
            let window = side(&sides.class, instance).map_err(text)?;
            sides.windows.push(window);
        }
        let mut message = MSG::default();
        // SAFETY: the message outlives the call, which gives the thread its queue before anybody posts to it.
        let _empty = unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_NOREMOVE) };
        // SAFETY: a timer of this thread's queue, which goes with the thread.
        unsafe { SetTimer(None, 0, LOOK_MS, None) };
        Ok(sides)
    }

    pub(super) fn mailslot(&self) -> Mailslot {
        // SAFETY: asks for a number.
        Mailslot(unsafe { GetCurrentThreadId() })
    }

    pub(super) fn windows(&self) -> Vec<u64> {
        self.windows.iter().map(|window| window.0 as u64).collect()
    }

    /// Serves windows and orders until nobody can order any more.
    pub(super) fn serve(&mut self, orders: &Receiver<Order>, answers: &SyncSender<Result<(), String>>) {
        loop {
            let mut message = MSG::default();
            // SAFETY: the message outlives the call.
            let more = unsafe { GetMessageW(&raw mut message, None, 0, 0) };
            if more.0 <= 0 {
                return;
            }
            let own = message.hwnd.is_invalid();
            if own && message.message == WM_ORDER {
                match orders.try_recv() {
                    Ok(order) => {
                        let done = self.carry_out(order);
                        // Who gave the order may have stopped waiting.
                        let _unread = answers.try_send(done);
                    }
                    Err(TryRecvError::Empty) => {}
                    Err(TryRecvError::Disconnected) => return,
                }
            } else if own && message.message == WM_TIMER {
                if self.shown && self.covered() {
                    self.raise();
                }
            } else {
                // SAFETY: a message of this thread's queue.
                unsafe { DispatchMessageW(&raw const message) };
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Result<(), String> {
        let rects = match order {
            Order::Show(display) => frame_sides(display),
            Order::Hide => Vec::new(),
        };
        self.shown = !rects.is_empty();
        for (index, window) in self.windows.iter().enumerate() {
            match rects.get(index) {
                Some(rect) => place(*window, *rect, SWP_SHOWWINDOW),
                None => place(*window, Rect::new(0, 0, 0, 0), SWP_HIDEWINDOW),
            }?;
        }
        Ok(())
    }

    /// Whether a visible window of another program lies above a side and over it.
    fn covered(&self) -> bool {
        // SAFETY: asks for a number.
        let own = unsafe { GetCurrentProcessId() };
        self.windows.iter().any(|side| {
            let Some(below) = rect(*side) else { return false };
            let above = std::iter::successors(higher(*side), |window| higher(*window));
            above.take(MOST_ABOVE).any(|window| {
                visible_of_another(window, own) && rect(window).is_some_and(|r| meet(&r, &below))
            })
        })
    }

    fn raise(&self) {
        for window in &self.windows {
            let stay = SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE | SWP_NOOWNERZORDER | SWP_NOSENDCHANGING;
            // SAFETY: a window of this thread's. One that cannot be raised now is raised at the next look.
            let _raised = unsafe { SetWindowPos(*window, Some(HWND_TOPMOST), 0, 0, 0, 0, stay) };
        }
    }
}

impl Drop for Sides {
    fn drop(&mut self) {
        for window in &self.windows {
            // SAFETY: a window of this thread's, destroyed once.
            let _gone = unsafe { DestroyWindow(*window) };
        }
        // SAFETY: no window of it is left.
        let _gone = unsafe { UnregisterClassW(&self.class, Some(self.instance)) };
    }
}

fn side(class: &HSTRING, instance: HINSTANCE) -> windows::core::Result<HWND> {
    let style = WS_EX_TRANSPARENT | WS_EX_LAYERED | WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE | WS_EX_TOPMOST;
    // SAFETY: the class is registered, and the texts are constants.
    let window = unsafe {
        CreateWindowExW(
            style,
            class,
            NAME,
            WS_POPUP,
            0,
            0,
            0,
            0,
            None,
            None,
            Some(instance),
            None,
        )
    }?;
    // SAFETY: the window is this thread's.
    unsafe { SetLayeredWindowAttributes(window, COLORREF(0), u8::MAX, LWA_ALPHA) }?;
    // SAFETY: the same. Before version 2004 of Windows 10 this is refused: then the frame is in the picture.
    let _excluded = unsafe { SetWindowDisplayAffinity(window, WDA_EXCLUDEFROMCAPTURE) };
    Ok(window)
}

fn place(window: HWND, rect: Rect, shown: SET_WINDOW_POS_FLAGS) -> Result<(), String> {
    let extent = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let flags = shown | SWP_NOACTIVATE | SWP_NOOWNERZORDER;
    // SAFETY: a window of this thread's and plain values.
    unsafe {
        SetWindowPos(
            window,
            Some(HWND_TOPMOST),
            rect.x,
            rect.y,
            extent(rect.width),
            extent(rect.height),
            flags,
        )
    }
    .map_err(|error| error.to_string())
}

fn higher(window: HWND) -> Option<HWND> {
    // SAFETY: a window that is gone meanwhile is an error, as the top one is.
    unsafe { GetWindow(window, GW_HWNDPREV) }.ok()
}

fn rect(window: HWND) -> Option<RECT> {
    let mut rect = RECT::default();
    // SAFETY: the rectangle outlives the call; a window that is gone meanwhile is an error.
    unsafe { GetWindowRect(window, &raw mut rect) }.ok()?;
    Some(rect)
}

fn visible_of_another(window: HWND, own: u32) -> bool {
    // SAFETY: a window that is gone meanwhile is not visible.
    if !unsafe { IsWindowVisible(window) }.as_bool() {
        return false;
    }
    let mut process = 0;
    // SAFETY: the place for the number outlives the call.
    unsafe { GetWindowThreadProcessId(window, Some(&raw mut process)) };
    process != own
}

fn meet(one: &RECT, other: &RECT) -> bool {
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

/// Nothing of the frame takes the mouse; the class's brush paints it.
extern "system" fn procedure(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    if message == WM_NCHITTEST {
        return LRESULT(HTTRANSPARENT as isize);
    }
    // SAFETY: the message as it came.
    unsafe { DefWindowProcW(window, message, wparam, lparam) }
}
