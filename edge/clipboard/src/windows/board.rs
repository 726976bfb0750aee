//! The calls: a window that owns, and the clipboard while it is open.

#![expect(unsafe_code, reason = "the calls of the system take raw pointers")]

use std::marker::PhantomData;
use std::time::Duration;

use windows::Win32::Foundation::{GlobalFree, HANDLE, HGLOBAL, HWND};
use windows::Win32::System::DataExchange::{
    CloseClipboard, EmptyClipboard, GetClipboardData, GetClipboardOwner, IsClipboardFormatAvailable,
    OpenClipboard, RegisterClipboardFormatW, SetClipboardData,
};
use windows::Win32::System::Memory::{GMEM_MOVEABLE, GlobalAlloc, GlobalLock, GlobalSize, GlobalUnlock};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DestroyWindow, DispatchMessageW, HWND_MESSAGE, MSG, PM_REMOVE, PeekMessageW,
    WINDOW_EX_STYLE, WINDOW_STYLE,
};
use windows::core::{PCWSTR, w};

use crate::ClipboardError;

/// `CF_UNICODETEXT`.
const UNICODE_TEXT: u32 = 13;
/// Another program may hold the clipboard for a moment: so often it is tried, with this pause.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);
/// What programs set beside a text that histories, clouds and onlookers are to leave alone.
const NOT_FOR_ONLOOKERS: PCWSTR = w!("ExcludeClipboardContentFromMonitorProcessing");
/// The same by an older name, which password managers use as well.
const NOT_FOR_VIEWERS: PCWSTR = w!("Clipboard Viewer Ignore");
const NOT_FOR_HISTORY: PCWSTR = w!("CanIncludeInClipboardHistory");
const NOT_FOR_CLOUDS: PCWSTR = w!("CanUploadToCloudClipboard");

fn lost(error: &windows::core::Error) -> ClipboardError {
    ClipboardError::Lost(error.message())
}

/// The number of the newest change, by the system's own call.
pub fn sequence_number(call: unsafe fn() -> u32) -> u32 {
    // SAFETY: it takes nothing and only reads.
    unsafe { call() }
}

/// A window that nobody sees and that owns what is put on the clipboard. Used on the thread that made it.
#[derive(Debug)]
pub struct Owner {
    window: HWND,
    /// Windows belong to threads.
    _here: PhantomData<*const ()>,
}

impl Owner {
    pub fn new() -> Result<Self, ClipboardError> {
        // SAFETY: the class is one of the system's own, and the strings outlive the call.
        let window = unsafe {
            CreateWindowExW(
                WINDOW_EX_STYLE(0),
                w!("STATIC"),
                w!("Temoto clipboard"),
                WINDOW_STYLE(0),
                0,
                0,
                0,
                0,
                Some(HWND_MESSAGE),
                None,
                None,
                None,
            )
        }
        .map_err(|error| lost(&error))?;
        Ok(Self {
            window,
            _here: PhantomData,
        })
    }

    /// Whether what is on the clipboard was put there by this window, and by nobody since.
    pub fn owns(&self) -> bool {
        // SAFETY: it only asks.
        unsafe { GetClipboardOwner() }.is_ok_and(|window| window == self.window)
    }

    /// Takes what other programs told the window: whoever empties the clipboard waits for that.
    pub fn answer(&self) {
        let mut message = MSG::default();
        // SAFETY: `message` outlives the calls, and the window is this thread's.
        unsafe {
            while PeekMessageW(&raw mut message, Some(self.window), 0, 0, PM_REMOVE).as_bool() {
                DispatchMessageW(&raw const message);
            }
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: the window is this thread's and is not used afterwards. One that is gone already needs nothing.
        let _gone = unsafe { DestroyWindow(self.window) };
    }
}

/// The clipboard while this program has it open.
pub struct Board<'a>(PhantomData<&'a Owner>);

impl<'a> Board<'a> {
    pub fn open(owner: &'a Owner) -> Result<Self, ClipboardError> {
        for _ in 0..TRIES {
            // SAFETY: the window lives; the value closes what is opened here.
            if unsafe { OpenClipboard(Some(owner.window)) }.is_ok() {
                return Ok(Self(PhantomData));
            }
            std::thread::sleep(PAUSE);
        }
        Err(ClipboardError::Busy)
    }

    pub fn has_text(&self) -> bool {
        // SAFETY: it only asks.
        unsafe { IsClipboardFormatAvailable(UNICODE_TEXT) }.is_ok()
    }

    /// Whether a password manager marked it.
    pub fn is_secret(&self) -> bool {
        [NOT_FOR_ONLOOKERS, NOT_FOR_VIEWERS].into_iter().any(|name| {
            // SAFETY: the name is a string of the program, and it only asks.
            unsafe { IsClipboardFormatAvailable(RegisterClipboardFormatW(name)) }.is_ok()
        })
    }

    /// The text; `None` if there is none or one that cannot have `longest` bytes of UTF-8 or fewer.
    pub fn text(&self, longest: usize) -> Result<Option<String>, ClipboardError> {
        if !self.has_text() {
            return Ok(None);
        }
        // SAFETY: the clipboard is open; what it gives stays the system's and is only read, within its size, while it is locked.
        unsafe {
            let Ok(handle) = GetClipboardData(UNICODE_TEXT) else {
                return Ok(None);
            };
            let memory = HGLOBAL(handle.0);
            let units = GlobalSize(memory) / 2;
            // Each unit becomes at least one byte.
            if units > longest.saturating_add(2) {
                return Ok(None);
            }
            let start = GlobalLock(memory).cast::<u16>();
            if start.is_null() {
                return Ok(None);
            }
            let all = std::slice::from_raw_parts(start, units);
            let end = all.iter().position(|&unit| unit == 0).unwrap_or(units);
            let text = all.get(..end).map(String::from_utf16_lossy);
            // It tells by an error that nobody holds it any more.
            let _unlocked = GlobalUnlock(memory);
            Ok(text)
        }
    }

    /// Puts a text there, in place of everything else, and asks that no history keeps it.
    pub fn put(&self, text: &str) -> Result<(), ClipboardError> {
        let units: Vec<u8> = text
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        // SAFETY: the clipboard is open, by the window that is to own it.
        unsafe { EmptyClipboard() }.map_err(|error| lost(&error))?;
        set(UNICODE_TEXT, &units)?;
        for name in [NOT_FOR_ONLOOKERS, NOT_FOR_HISTORY, NOT_FOR_CLOUDS] {
            // SAFETY: the name is a string of the program.
            let format = unsafe { RegisterClipboardFormatW(name) };
            // A wish that an old system does not know changes nothing.
            let _unheard = set(format, &0_u32.to_le_bytes());
        }
        Ok(())
    }

    pub fn clear(&self) {
        // SAFETY: the clipboard is open. What cannot be cleared stays somebody else's.
        let _kept = unsafe { EmptyClipboard() };
    }
}

impl Drop for Board<'_> {
    fn drop(&mut self) {
        // SAFETY: this value opened it.
        let _closed = unsafe { CloseClipboard() };
    }
}

fn set(format: u32, bytes: &[u8]) -> Result<(), ClipboardError> {
    // SAFETY: the memory has `bytes.len()` bytes and is written while it is locked; the system owns it once it took it, else it is freed.
    unsafe {
        let memory = GlobalAlloc(GMEM_MOVEABLE, bytes.len()).map_err(|error| lost(&error))?;
        let start = GlobalLock(memory).cast::<u8>();
        if start.is_null() {
            let _freed = GlobalFree(Some(memory));
            return Err(ClipboardError::Lost("no memory".to_owned()));
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len());
        let _unlocked = GlobalUnlock(memory);
        if let Err(error) = SetClipboardData(format, Some(HANDLE(memory.0))) {
            let _freed = GlobalFree(Some(memory));
            return Err(lost(&error));
        }
    }
    Ok(())
}
