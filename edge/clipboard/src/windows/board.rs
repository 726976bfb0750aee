//! The calls: a window that owns, and the clipboard while it is open.

#![expect(unsafe_code, reason = "the calls of the system take raw pointers")]

use std::cell::RefCell;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

use windows::Win32::Foundation::{GlobalFree, HANDLE, HGLOBAL, HWND, LPARAM, LRESULT, WPARAM};
use windows::Win32::System::DataExchange::{
    CloseClipboard, EmptyClipboard, GetClipboardData, GetClipboardOwner, IsClipboardFormatAvailable,
    OpenClipboard, RegisterClipboardFormatW, SetClipboardData,
};
use windows::Win32::System::Memory::{GMEM_MOVEABLE, GlobalAlloc, GlobalLock, GlobalSize, GlobalUnlock};
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GWLP_USERDATA, GetWindowLongPtrW,
    HWND_MESSAGE, MSG, PM_REMOVE, PeekMessageW, RegisterClassW, SetWindowLongPtrW, WINDOW_EX_STYLE,
    WINDOW_STYLE, WM_RENDERFORMAT, WNDCLASSW,
};
use windows::core::{PCWSTR, w};

use crate::lines::for_windows;
use crate::{ClipboardError, Kind, Offered, cf_html, dib, hdrop};

/// `CF_UNICODETEXT`.
const UNICODE_TEXT: u32 = 13;
/// `CF_HDROP`.
const FILES: u32 = 15;
/// `CF_DIB` and `CF_DIBV5`: the system makes each of the other.
const DIB: u32 = 8;
const DIBV5: u32 = 17;
/// What whoever pastes files is to do with them, and that it is to copy them (`DROPEFFECT_COPY`).
const EFFECT: PCWSTR = w!("Preferred DropEffect");
const COPY: u32 = 1;
const HTML: PCWSTR = w!("HTML Format");
const PNG: PCWSTR = w!("PNG");
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

/// The number of a format that programs know by its name.
fn named(name: PCWSTR) -> u32 {
    // SAFETY: the name is a string of the program.
    unsafe { RegisterClipboardFormatW(name) }
}

/// What the owner's window gives when somebody pastes.
type Offer = RefCell<Option<Offered>>;

/// A window that nobody sees and that owns what is put on the clipboard. Used on the thread that made it.
#[derive(Debug)]
pub struct Owner {
    window: HWND,
    /// The window has its address.
    offer: Box<Offer>,
    /// Windows belong to threads.
    _here: PhantomData<*const ()>,
}

/// Asked by the system: somebody pastes a form that was only promised.
unsafe extern "system" fn asked(window: HWND, message: u32, wide: WPARAM, long: LPARAM) -> LRESULT {
    if message == WM_RENDERFORMAT {
        // SAFETY: the address is that of the owner's offer, or nothing; the owner takes it back before it goes.
        let offer = unsafe { (GetWindowLongPtrW(window, GWLP_USERDATA) as *const Offer).as_ref() };
        // It is in use only while it is set: then nothing was promised yet.
        if let Some(Ok(mut offer)) = offer.map(RefCell::try_borrow_mut)
            && let Some(offer) = offer.as_mut()
        {
            let format = u32::try_from(wide.0).unwrap_or(0);
            if let Some(bytes) = rendered(offer, format) {
                // Whoever pastes gets nothing where the system takes nothing.
                let _refused = set(format, &bytes);
            }
        }
        return LRESULT(0);
    }
    // SAFETY: all values are those that the system gave.
    unsafe { DefWindowProcW(window, message, wide, long) }
}

/// What is offered, in this form.
fn rendered(offer: &mut Offered, format: u32) -> Option<Vec<u8>> {
    match format {
        UNICODE_TEXT => offer.part(Kind::Text).map(unicode),
        DIBV5 => {
            let picture = temoto_codec::png::decode(offer.part(Kind::Image)?).ok()?;
            Some(dib::for_windows(&picture))
        }
        format if format == named(HTML) => {
            let html = std::str::from_utf8(offer.part(Kind::Html)?).ok()?;
            Some(cf_html::for_windows(html))
        }
        format if format == named(PNG) => offer.part(Kind::Image).map(<[u8]>::to_vec),
        _ => None,
    }
}

/// A text as the system has it.
fn unicode(text: &[u8]) -> Vec<u8> {
    let text = for_windows(&String::from_utf8_lossy(text));
    let units = text.encode_utf16().chain([0]);
    units.flat_map(u16::to_le_bytes).collect()
}

impl Owner {
    pub fn new() -> Result<Self, ClipboardError> {
        let class = WNDCLASSW {
            lpfnWndProc: Some(asked),
            lpszClassName: w!("TemotoClipboard"),
            ..Default::default()
        };
        // SAFETY: the strings and the procedure live as long as the program. A second call fails, and the class is there.
        let window = unsafe {
            RegisterClassW(&raw const class);
            CreateWindowExW(
                WINDOW_EX_STYLE(0),
                class.lpszClassName,
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
        let owner = Self {
            window,
            offer: Box::default(),
            _here: PhantomData,
        };
        // SAFETY: the window is this thread's; the box stays where it is as long as the window has its address.
        unsafe { SetWindowLongPtrW(window, GWLP_USERDATA, (&raw const *owner.offer) as isize) };
        Ok(owner)
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
        // SAFETY: the window is this thread's and is not used afterwards, and forgets the address before it is not valid any more. One
        // that is gone already needs nothing.
        unsafe {
            SetWindowLongPtrW(self.window, GWLP_USERDATA, 0);
            let _gone = DestroyWindow(self.window);
        }
    }
}

/// The clipboard while this program has it open.
pub struct Board<'a>(&'a Owner);

impl<'a> Board<'a> {
    pub fn open(owner: &'a Owner) -> Result<Self, ClipboardError> {
        for _ in 0..TRIES {
            // SAFETY: the window lives; the value closes what is opened here.
            if unsafe { OpenClipboard(Some(owner.window)) }.is_ok() {
                return Ok(Self(owner));
            }
            std::thread::sleep(PAUSE);
        }
        Err(ClipboardError::Busy)
    }

    pub fn has_text(&self) -> bool {
        has(UNICODE_TEXT)
    }

    /// Whether a password manager marked it.
    pub fn is_secret(&self) -> bool {
        let marks = [NOT_FOR_ONLOOKERS, NOT_FOR_VIEWERS];
        marks.into_iter().any(|name| has(named(name)))
    }

    /// The text, if there is one that comes, of at most `longest` units.
    pub fn text(&self, longest: usize) -> Result<Option<String>, TooLong> {
        if !self.has_text() {
            return Ok(None);
        }
        let bytes = self.bytes(UNICODE_TEXT, longest.saturating_mul(2).saturating_add(4))?;
        Ok(bytes.map(|bytes| {
            let units = bytes.chunks_exact(2).filter_map(|unit| unit.try_into().ok());
            let units: Vec<u16> = units
                .map(u16::from_le_bytes)
                .take_while(|&unit| unit != 0)
                .collect();
            String::from_utf16_lossy(&units)
        }))
    }

    /// The bytes of a form, if it comes: whoever promised it may not keep it.
    fn bytes(&self, format: u32, longest: usize) -> Result<Option<Vec<u8>>, TooLong> {
        // SAFETY: the clipboard is open; what it gives stays the system's and is only read, within its size, while it is locked.
        unsafe {
            let Ok(handle) = GetClipboardData(format) else {
                return Ok(None);
            };
            let memory = HGLOBAL(handle.0);
            let size = GlobalSize(memory);
            if size > longest {
                return Err(TooLong);
            }
            let start = GlobalLock(memory).cast::<u8>();
            if start.is_null() {
                return Ok(None);
            }
            let bytes = std::slice::from_raw_parts(start, size).to_vec();
            // It tells by an error that nobody holds it any more.
            let _unlocked = GlobalUnlock(memory);
            Ok(Some(bytes))
        }
    }

    /// The text's HTML, if there is some of at most `longest` bytes.
    pub fn html(&self, longest: usize) -> Option<String> {
        let format = named(HTML);
        if !has(format) {
            return None;
        }
        // The head and the document around the fragment come on top.
        let bytes = self.bytes(format, longest.saturating_add(64 << 10)).ok()??;
        cf_html::fragment(&bytes).filter(|html| html.len() <= longest)
    }

    /// The files, `most` at the most, and whether there are more; `None` if none were copied. Where they cannot be told they were copied
    /// all the same.
    pub fn files(&self, most: usize) -> Option<(Vec<PathBuf>, bool)> {
        if !has(FILES) {
            return None;
        }
        let bytes = self.bytes(FILES, hdrop::LIST_BYTES).ok().flatten();
        let (paths, more) = hdrop::listed(&bytes.unwrap_or_default(), most);
        let paths = paths.iter().filter_map(|path| hdrop::whole(path));
        Some((paths.collect(), more))
    }

    /// Whether whoever pastes the files is to copy them.
    #[cfg(test)]
    pub fn copies(&self) -> bool {
        let effect = self.bytes(named(EFFECT), 8).unwrap();
        effect.is_some_and(|effect| effect.starts_with(&COPY.to_le_bytes()))
    }

    pub fn has_picture(&self) -> bool {
        [named(PNG), DIBV5, DIB].into_iter().any(has)
    }

    /// Puts these forms there as they are, as any program could.
    #[cfg(test)]
    pub fn put_forms(&self, forms: &[(u32, &[u8])]) {
        self.clear();
        for (format, bytes) in forms {
            set(*format, bytes).unwrap();
        }
    }

    /// The picture as it is there; `None` if there is none.
    pub fn picture(&self, longest: usize) -> Result<Option<Found>, TooLong> {
        let png = named(PNG);
        if has(png) {
            return Ok(self.bytes(png, longest)?.map(Found::Png));
        }
        Ok(self.dib()?.map(Found::Dib))
    }

    /// The picture as every program understands it.
    pub fn dib(&self) -> Result<Option<Vec<u8>>, TooLong> {
        match [DIBV5, DIB].into_iter().find(|&format| has(format)) {
            Some(format) => self.bytes(format, dib::longest()),
            None => Ok(None),
        }
    }

    /// Puts this there, in place of everything else, and asks that no history keeps it.
    pub fn put(&self, mut offer: Offered) -> Result<(), ClipboardError> {
        // SAFETY: the clipboard is open, by the window that is to own it.
        unsafe { EmptyClipboard() }.map_err(|error| lost(&error))?;
        let forms = [
            (Kind::Text, UNICODE_TEXT),
            (Kind::Html, named(HTML)),
            (Kind::Image, named(PNG)),
        ];
        for (kind, format) in forms {
            if !offer.has(kind) {
                continue;
            }
            if offer
                .parts
                .iter()
                .any(|part| part.kind == kind && part.data.is_some())
            {
                if let Some(bytes) = rendered(&mut offer, format) {
                    set(format, &bytes)?;
                }
            } else {
                promise(format);
            }
        }
        if offer.has(Kind::Image) {
            // Unpacked it is long: it is made when somebody wants it so.
            promise(DIBV5);
        }
        if !offer.files.is_empty() {
            let paths: Option<Vec<&str>> = offer.files.iter().map(|path| path.to_str()).collect();
            let paths = paths.ok_or_else(|| ClipboardError::Lost("a path that is no text".to_owned()))?;
            set(FILES, &hdrop::for_windows(&paths))?;
            set(named(EFFECT), &COPY.to_le_bytes())?;
        }
        *self.0.offer.borrow_mut() = Some(offer);
        for name in [NOT_FOR_ONLOOKERS, NOT_FOR_HISTORY, NOT_FOR_CLOUDS] {
            // A wish that an old system does not know changes nothing.
            let _unheard = set(named(name), &0_u32.to_le_bytes());
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

/// A picture as it was found.
pub enum Found {
    Png(Vec<u8>),
    Dib(Vec<u8>),
}

/// There is more of it than is read.
#[derive(Debug)]
pub struct TooLong;

fn has(format: u32) -> bool {
    // SAFETY: it only asks.
    unsafe { IsClipboardFormatAvailable(format) }.is_ok()
}

/// Says that this form can be had; the window is asked for it when somebody pastes.
fn promise(format: u32) {
    // SAFETY: the clipboard is open, by the window that owns it. No memory is given, and none comes back: it looks like an error.
    let _promised = unsafe { SetClipboardData(format, None) };
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
