//! What the system, the computer and the person's language are called.

#![expect(unsafe_code, reason = "the calls of the system take raw pointers")]

use windows::Win32::Globalization::{GetUserPreferredUILanguages, MUI_LANGUAGE_NAME};
use windows::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, RegGetValueW};
use windows::Win32::System::SystemInformation::{ComputerNamePhysicalDnsHostname, GetComputerNameExW};
use windows::core::{HSTRING, PWSTR, w};

use crate::windows_name::windows_name;

/// Longer than any name that is asked for here, in UTF-16 units.
const LONGEST: usize = 1024;

/// The first of the languages that the person wants to see programs in.
pub(crate) fn language() -> Option<String> {
    let (mut number, mut length) = (0, LONGEST as u32);
    let mut names = [0_u16; LONGEST];
    // SAFETY: the buffer has `length` units and outlives the call.
    unsafe {
        GetUserPreferredUILanguages(
            MUI_LANGUAGE_NAME,
            &raw mut number,
            Some(PWSTR(names.as_mut_ptr())),
            &raw mut length,
        )
    }
    .ok()?;
    first_text(&names)
}

pub(crate) fn system_name() -> Option<String> {
    let product = registry("ProductName");
    let (version, build) = (registry("DisplayVersion"), registry("CurrentBuildNumber"));
    Some(windows_name(
        product.as_deref(),
        version.as_deref(),
        build.as_deref(),
    ))
}

pub(crate) fn computer_name() -> Option<String> {
    let mut length = LONGEST as u32;
    let mut name = [0_u16; LONGEST];
    // SAFETY: the buffer has `length` units and outlives the call.
    unsafe {
        GetComputerNameExW(
            ComputerNamePhysicalDnsHostname,
            Some(PWSTR(name.as_mut_ptr())),
            &raw mut length,
        )
    }
    .ok()?;
    first_text(&name)
}

/// A text of the key that describes the system; only read.
fn registry(value: &str) -> Option<String> {
    let mut text = [0_u16; LONGEST];
    let mut bytes = u32::try_from(size_of_val(&text)).ok()?;
    // SAFETY: the buffer has `bytes` bytes, and the names outlive the call.
    unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            w!(r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"),
            &HSTRING::from(value),
            RRF_RT_REG_SZ,
            None,
            Some(text.as_mut_ptr().cast()),
            Some(&raw mut bytes),
        )
    }
    .ok()
    .ok()?;
    first_text(&text)
}

/// The text up to its end; `None` if it is empty.
fn first_text(units: &[u16]) -> Option<String> {
    let text = units.split(|unit| *unit == 0).next()?;
    (!text.is_empty()).then(|| String::from_utf16_lossy(text))
}
