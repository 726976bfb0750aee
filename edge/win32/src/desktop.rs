//! Desktops by name: two handles are of the same desktop if their names are equal.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use windows::Win32::Foundation::HANDLE;
use windows::Win32::System::StationsAndDesktops::{GetUserObjectInformationW, HDESK, UOI_NAME};

/// Most characters of a name that are compared.
const NAME: usize = 64;

/// The name of a desktop; `None` if the system does not tell, or it is longer than 63 characters.
#[must_use]
pub fn desktop_name(desktop: HDESK) -> Option<Vec<u16>> {
    let mut name = [0_u16; NAME];
    let size = u32::try_from(size_of_val(&name)).ok()?;
    let handle = HANDLE(desktop.0);
    // SAFETY: the buffer has the size that is told and lives until the call returns.
    unsafe { GetUserObjectInformationW(handle, UOI_NAME, Some(name.as_mut_ptr().cast()), size, None) }
        .ok()?;
    let end = name.iter().position(|unit| *unit == 0)?;
    name.get(..end).map(<[u16]>::to_vec)
}
