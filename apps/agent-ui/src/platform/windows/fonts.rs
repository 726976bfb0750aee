//! The face for each language: the first of a few that is really installed. Asked of the system, because the toolkit draws boxes
//! for Japanese in a face that has none.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use windows::Win32::Foundation::LPARAM;
use windows::Win32::Graphics::Gdi::{
    CreateCompatibleDC, DEFAULT_CHARSET, DeleteDC, EnumFontFamiliesExW, HDC, LOGFONTW, TEXTMETRICW,
};

use crate::Lang;

/// Yu Gothic UI comes with every Windows 10 and newer that has Japanese, Meiryo with older ones; the last is for systems that
/// are none of these.
const JAPANESE: [&str; 4] = ["Yu Gothic UI", "Meiryo UI", "Meiryo", "Noto Sans CJK JP"];
const ENGLISH: [&str; 4] = ["Segoe UI", "Tahoma", "Noto Sans", "Noto Sans CJK JP"];

pub(crate) fn font_family(lang: Lang) -> &'static str {
    let wanted = match lang {
        Lang::Ja => JAPANESE,
        Lang::En => ENGLISH,
    };
    let [first, ..] = wanted;
    // With none of them the toolkit's own choice for the system stands in.
    wanted
        .into_iter()
        .find(|family| is_installed(family))
        .unwrap_or(first)
}

fn is_installed(family: &str) -> bool {
    let mut font = LOGFONTW {
        lfCharSet: DEFAULT_CHARSET,
        ..LOGFONTW::default()
    };
    // One place stays for the end.
    let room = font.lfFaceName.len() - 1;
    for (place, unit) in font.lfFaceName.iter_mut().take(room).zip(family.encode_utf16()) {
        *place = unit;
    }
    let mut found = false;
    // SAFETY: a context of its own, deleted below.
    let context: HDC = unsafe { CreateCompatibleDC(None) };
    let answer = LPARAM((&raw mut found) as isize);
    // SAFETY: `found` outlives the call, during which alone the callback is called.
    unsafe { EnumFontFamiliesExW(context, &raw const font, Some(seen), answer, 0) };
    // SAFETY: made above, deleted once.
    let _deleted = unsafe { DeleteDC(context) };
    found
}

extern "system" fn seen(_: *const LOGFONTW, _: *const TEXTMETRICW, _: u32, answer: LPARAM) -> i32 {
    // SAFETY: `answer` is the place that `is_installed` waits with.
    unsafe { *(answer.0 as *mut bool) = true };
    // One is enough.
    0
}
