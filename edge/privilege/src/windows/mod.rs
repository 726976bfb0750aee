//! Windows: what the process's token says. Whoever is an administrator has two tokens and runs programs with the lesser
//! one until they say yes. Ctrl+Alt+Del and the secure desktop are a service's, whatever the token.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use windows::Win32::Foundation::{CloseHandle, HANDLE};
use windows::Win32::Security::{
    GetTokenInformation, TOKEN_ELEVATION, TOKEN_ELEVATION_TYPE, TOKEN_INFORMATION_CLASS, TOKEN_QUERY,
    TokenElevation, TokenElevationType, TokenElevationTypeLimited,
};
use windows::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::Rights;

pub(crate) fn rights() -> Rights {
    let mut token = HANDLE::default();
    // SAFETY: the pseudo handle of this process needs no closing, and the place for the token outlives the call.
    let opened = unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) };
    if opened.is_err() {
        // What cannot be learned is not claimed.
        return Rights::default();
    }
    let elevation: Option<TOKEN_ELEVATION> = ask(token, TokenElevation);
    let kind: Option<TOKEN_ELEVATION_TYPE> = ask(token, TokenElevationType);
    // SAFETY: the token was opened above and is closed once.
    let _closed = unsafe { CloseHandle(token) };
    let elevated = elevation.is_some_and(|elevation| elevation.TokenIsElevated != 0);
    Rights {
        elevated,
        can_elevate: !elevated && kind == Some(TokenElevationTypeLimited),
    }
}

/// One fact about a token. `T` must be the plain structure that the system has for `class`.
fn ask<T: Copy + Default>(token: HANDLE, class: TOKEN_INFORMATION_CLASS) -> Option<T> {
    let mut answer = T::default();
    let size = u32::try_from(size_of::<T>()).ok()?;
    let mut written = 0;
    // SAFETY: the answer has room for `size` bytes, and any bytes are a valid `T`: both callers ask for plain numbers.
    let told = unsafe {
        GetTokenInformation(
            token,
            class,
            Some((&raw mut answer).cast()),
            size,
            &raw mut written,
        )
    };
    (told.is_ok() && written == size).then_some(answer)
}
