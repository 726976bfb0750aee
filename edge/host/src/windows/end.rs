//! The end of the person's session. Programs with windows are not told by signals but by messages to every top-level
//! window; this one is never seen and only waits for them, on a thread of its own. The system waits until the message is
//! answered, a few seconds at most.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::cell::RefCell;
use std::sync::mpsc::sync_channel;

use windows::Win32::Foundation::{HINSTANCE, HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, RegisterClassExW, WM_CLOSE,
    WM_ENDSESSION, WM_QUERYENDSESSION, WNDCLASSEXW, WS_EX_NOACTIVATE, WS_EX_TOOLWINDOW, WS_POPUP,
};
use windows::core::{PCWSTR, w};

use crate::HostError;

const CLASS: PCWSTR = w!("TemotoEnd");
/// What the window is called, for people who list windows.
const NAME: PCWSTR = w!("Temoto end of session");

type End = Box<dyn FnOnce() + Send>;

thread_local! {
    /// What is called at the end, on the thread that has the window; taken by the first call.
    static END: RefCell<Option<End>> = const { RefCell::new(None) };
}

pub(crate) fn on_end(end: End) -> Result<(), HostError> {
    let (ready, made) = sync_channel(1);
    std::thread::Builder::new()
        .name("end of session".to_owned())
        .spawn(move || {
            END.set(Some(end));
            let window = make();
            let usable = window.is_ok();
            // Who asked waits for this.
            let _heard = ready.send(window.map_err(|error| HostError::NoWatch(error.to_string())));
            if usable {
                serve();
            }
        })
        .map_err(|error| HostError::NoWatch(error.to_string()))?;
    made.recv()
        .map_err(|error| HostError::NoWatch(error.to_string()))?
}

/// The window lives as long as its thread, which ends with the process.
fn make() -> windows::core::Result<()> {
    // SAFETY: the program's own module, which stays.
    let instance = HINSTANCE(unsafe { GetModuleHandleW(None) }?.0);
    let class = WNDCLASSEXW {
        cbSize: size_of::<WNDCLASSEXW>() as u32,
        lpfnWndProc: Some(procedure),
        hInstance: instance,
        lpszClassName: CLASS,
        ..WNDCLASSEXW::default()
    };
    // SAFETY: everything the class names is there as long as the process. Registered before, it stays as it is.
    unsafe { RegisterClassExW(&raw const class) };
    let style = WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE;
    // SAFETY: the class is registered, and the texts are constants.
    unsafe {
        CreateWindowExW(
            style,
            CLASS,
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
    Ok(())
}

fn serve() {
    let mut message = MSG::default();
    // SAFETY: the message outlives the call.
    while unsafe { GetMessageW(&raw mut message, None, 0, 0) }.0 > 0 {
        // SAFETY: a message of this thread's queue.
        unsafe { DispatchMessageW(&raw const message) };
    }
}

extern "system" fn procedure(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    match message {
        // Nothing is kept that could be lost.
        WM_QUERYENDSESSION => LRESULT(1),
        // Not ending after all has no flag set.
        WM_ENDSESSION if wparam.0 != 0 => {
            call();
            LRESULT(0)
        }
        // What ends a program from a terminal (taskkill) closes its windows.
        WM_CLOSE => {
            call();
            LRESULT(0)
        }
        // SAFETY: the message as it came.
        _ => unsafe { DefWindowProcW(window, message, wparam, lparam) },
    }
}

fn call() {
    if let Some(end) = END.take() {
        end();
    }
}
