//! Who a process belongs to.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::io;

use windows::Win32::Foundation::{HANDLE, HLOCAL, LocalFree};
use windows::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows::Win32::Security::{GetLengthSid, GetTokenInformation, PSID, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};
use windows::core::PWSTR;

use super::pipe::{Handle, system};

/// A user's security identifier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct User(Vec<u8>);

impl User {
    pub(super) fn of_this_process() -> io::Result<Self> {
        // SAFETY: a pseudo handle that needs no closing.
        Self::of_handle(unsafe { GetCurrentProcess() })
    }

    pub(super) fn of_process(process: u32) -> io::Result<Self> {
        // SAFETY: plain values go in; the handle that comes out is owned here.
        let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, false, process) };
        let process = Handle::owned(process.map_err(system)?);
        Self::of_handle(process.raw())
    }

    fn of_handle(process: HANDLE) -> io::Result<Self> {
        let mut token = HANDLE::default();
        // SAFETY: `process` is open, and the place for the token outlives the call.
        unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) }.map_err(system)?;
        let token = Handle::owned(token);
        let mut length = 0;
        // SAFETY: without a buffer only the length is told; that it does not fit is no failure here.
        let _too_small = unsafe { GetTokenInformation(token.raw(), TokenUser, None, 0, &raw mut length) };
        // Words, so that the structure at the beginning is aligned.
        let mut buffer = vec![0_u64; (length as usize).div_ceil(size_of::<u64>())];
        // SAFETY: the buffer has at least `length` bytes.
        unsafe {
            GetTokenInformation(
                token.raw(),
                TokenUser,
                Some(buffer.as_mut_ptr().cast()),
                length,
                &raw mut length,
            )
        }
        .map_err(system)?;
        if buffer.len() * size_of::<u64>() < size_of::<TOKEN_USER>() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        // SAFETY: the system wrote a `TOKEN_USER` there, whose identifier points into the same buffer.
        let sid = unsafe { (*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid };
        // SAFETY: the identifier is valid, and its length is its own.
        let bytes = unsafe { std::slice::from_raw_parts(sid.0.cast::<u8>(), GetLengthSid(sid) as usize) };
        Ok(Self(bytes.to_vec()))
    }

    /// As people write it: `S-1-5-21-…`.
    pub(super) fn sid(&self) -> io::Result<String> {
        let sid = PSID(self.0.as_ptr().cast_mut().cast());
        let mut text = PWSTR::null();
        // SAFETY: the identifier is a valid one and is only read; the text that comes out is freed below.
        unsafe { ConvertSidToStringSidW(sid, &raw mut text) }.map_err(system)?;
        // SAFETY: the system wrote a text with its end.
        let written = unsafe { text.to_string() };
        // SAFETY: the text was allocated for us by the system, with this allocator.
        unsafe { LocalFree(Some(HLOCAL(text.0.cast()))) };
        written.map_err(|_| io::ErrorKind::InvalidData.into())
    }
}
