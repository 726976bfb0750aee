//! One end of a named pipe for single bytes. Every call ends in time: what is not done by then is taken back, and the
//! system has let go of our memory before the call returns.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::io;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{
    CloseHandle, ERROR_BROKEN_PIPE, ERROR_IO_PENDING, ERROR_NO_DATA, ERROR_OPERATION_ABORTED,
    ERROR_PIPE_BUSY, ERROR_PIPE_CONNECTED, GENERIC_READ, GENERIC_WRITE, HANDLE, HLOCAL, LocalFree,
    WAIT_OBJECT_0, WIN32_ERROR,
};
use windows::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, FILE_SHARE_NONE, OPEN_EXISTING,
    PIPE_ACCESS_DUPLEX, ReadFile, SECURITY_IDENTIFICATION, SECURITY_SQOS_PRESENT, WriteFile,
};
use windows::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, DisconnectNamedPipe, GetNamedPipeClientProcessId,
    GetNamedPipeServerProcessId, PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE, PIPE_WAIT,
    WaitNamedPipeW,
};
use windows::Win32::System::Threading::{CreateEventW, WaitForSingleObject};
use windows::Win32::UI::WindowsAndMessaging::AllowSetForegroundWindow;
use windows::core::{HSTRING, PCWSTR};

use super::user::User;

/// Bytes that fit in either direction; one is ever sent.
const ROOM: u32 = 16;

/// A handle of the system's that is closed when dropped.
#[derive(Debug)]
pub(super) struct Handle(HANDLE);

// SAFETY: handles of files, events, processes and tokens belong to the process, not to a thread.
unsafe impl Send for Handle {}

impl Handle {
    pub(super) fn owned(handle: HANDLE) -> Self {
        Self(handle)
    }

    pub(super) fn raw(&self) -> HANDLE {
        self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is owned and closed once. A failure would mean that it is closed already.
        let _closed = unsafe { CloseHandle(self.0) };
    }
}

/// One end.
#[derive(Debug)]
pub(super) struct Pipe(Handle);

impl Pipe {
    /// Makes the pipe; an error if there is one of this name. Only `user`, on this machine, can open it.
    pub(super) fn first(name: &str, user: &User) -> io::Result<Self> {
        let sddl = HSTRING::from(format!("D:P(A;;GA;;;{})", user.sid()?));
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        // SAFETY: the text ends, and the descriptor that comes out is freed below.
        unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                &sddl,
                SDDL_REVISION_1,
                &raw mut descriptor,
                None,
            )
        }
        .map_err(system)?;
        let attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: descriptor.0,
            bInheritHandle: false.into(),
        };
        // SAFETY: name and attributes outlive the call.
        let pipe = unsafe {
            CreateNamedPipeW(
                &HSTRING::from(name),
                PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_OVERLAPPED,
                PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                1,
                ROOM,
                ROOM,
                0,
                Some(&raw const attributes),
            )
        };
        let error = io::Error::last_os_error();
        // SAFETY: the descriptor was allocated for us by the system, with this allocator.
        unsafe { LocalFree(Some(HLOCAL(descriptor.0))) };
        if pipe.is_invalid() {
            return Err(error);
        }
        Ok(Self(Handle::owned(pipe)))
    }

    /// Opens the other end, and waits while another caller has it.
    pub(super) fn connect(name: &str, patience: Duration) -> io::Result<Self> {
        let (name, until) = (HSTRING::from(name), Instant::now() + patience);
        loop {
            // The other end may learn who we are, and not act as us.
            let flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
            // SAFETY: the name outlives the call; the handle that comes out is owned here.
            let opened = unsafe {
                CreateFileW(
                    &name,
                    GENERIC_READ.0 | GENERIC_WRITE.0,
                    FILE_SHARE_NONE,
                    None,
                    OPEN_EXISTING,
                    flags,
                    None,
                )
            };
            match opened {
                Ok(pipe) => return Ok(Self(Handle::owned(pipe))),
                Err(error) if error.code() == ERROR_PIPE_BUSY.to_hresult() && Instant::now() < until => {
                    // SAFETY: the name outlives the call. Whatever it says, opening says what is the matter.
                    let _free = unsafe { WaitNamedPipeW(&name, milliseconds(until).max(1)) };
                }
                Err(error) => return Err(system(error)),
            }
        }
    }

    /// Waits for a caller; `false` when the time is over.
    pub(super) fn accept(&self, until: Instant) -> io::Result<bool> {
        loop {
            // SAFETY: the pipe is open, and `overlapped` stays until it is done with.
            let done = self.overlapped(until, |overlapped| unsafe {
                ConnectNamedPipe(self.0.raw(), Some(overlapped))
            });
            match done {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(false),
                // Somebody called and hung up before anybody looked.
                Err(error) if error.raw_os_error() == Some(ERROR_NO_DATA.0.cast_signed()) => {
                    self.disconnect()?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets the caller go: waits until it has hung up, for a bounded time, and is free for the next.
    pub(super) fn hang_up(&self, patience: Duration) -> io::Result<()> {
        // Whatever still comes is not read.
        let _nothing = self.read(patience);
        self.disconnect()
    }

    /// Lets the caller go at once; what it has not read is lost.
    pub(super) fn disconnect(&self) -> io::Result<()> {
        // SAFETY: the pipe is open.
        unsafe { DisconnectNamedPipe(self.0.raw()) }.map_err(system)
    }

    /// One byte; `None` if the other end hung up.
    pub(super) fn read(&self, patience: Duration) -> io::Result<Option<u8>> {
        let mut byte = [0];
        // SAFETY: the pipe is open; byte and `overlapped` stay until the system is done with them.
        let read = self.overlapped(Instant::now() + patience, |overlapped| unsafe {
            ReadFile(self.0.raw(), Some(&mut byte), None, Some(overlapped))
        });
        match read {
            Ok(1) => Ok(Some(byte[0])),
            Ok(_) => Ok(None),
            Err(error) if error.raw_os_error() == Some(ERROR_BROKEN_PIPE.0.cast_signed()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&self, byte: u8, patience: Duration) -> io::Result<()> {
        let byte = [byte];
        // SAFETY: the pipe is open; byte and `overlapped` stay until the system is done with them.
        let written = self.overlapped(Instant::now() + patience, |overlapped| unsafe {
            WriteFile(self.0.raw(), Some(&byte), None, Some(overlapped))
        })?;
        if written == 1 {
            Ok(())
        } else {
            Err(io::ErrorKind::WriteZero.into())
        }
    }

    /// Whether the process that made the pipe is this user's.
    pub(super) fn server_is(&self, user: &User) -> bool {
        let mut process = 0;
        // SAFETY: the pipe is open, and the place for the number outlives the call.
        let known = unsafe { GetNamedPipeServerProcessId(self.0.raw(), &raw mut process) };
        known.is_ok() && User::of_process(process).is_ok_and(|server| server == *user)
    }

    /// Hands the process that made the pipe the right to come to the front, which who was started by a person has.
    pub(super) fn let_server_come_forward(&self) {
        let mut process = 0;
        // SAFETY: the pipe is open, and the place for the number outlives the call.
        if unsafe { GetNamedPipeServerProcessId(self.0.raw(), &raw mut process) }.is_ok() {
            // SAFETY: a plain number. Who has no right cannot hand it over: then the other one flashes in the task bar.
            let _allowed = unsafe { AllowSetForegroundWindow(process) };
        }
    }

    /// Whether the process that calls is this user's.
    pub(super) fn client_is(&self, user: &User) -> bool {
        let mut process = 0;
        // SAFETY: the pipe is open, and the place for the number outlives the call.
        let known = unsafe { GetNamedPipeClientProcessId(self.0.raw(), &raw mut process) };
        known.is_ok() && User::of_process(process).is_ok_and(|client| client == *user)
    }

    /// Does one thing that may take time; gives the number of bytes. After `until` it is taken back.
    fn overlapped(
        &self,
        until: Instant,
        start: impl FnOnce(*mut OVERLAPPED) -> windows::core::Result<()>,
    ) -> io::Result<u32> {
        // SAFETY: plain values go in; the handle that comes out is owned here.
        let event = unsafe { CreateEventW(None, true, false, PCWSTR::null()) };
        let event = Handle::owned(event.map_err(system)?);
        let mut overlapped = OVERLAPPED {
            hEvent: event.raw(),
            ..OVERLAPPED::default()
        };
        match start(&raw mut overlapped) {
            Ok(()) => {}
            Err(error) if error.code() == ERROR_IO_PENDING.to_hresult() => {}
            Err(error) if error.code() == ERROR_PIPE_CONNECTED.to_hresult() => return Ok(0),
            Err(error) => return Err(system(error)),
        }
        // SAFETY: the event is open.
        let waited = unsafe { WaitForSingleObject(event.raw(), milliseconds(until)) };
        if waited != WAIT_OBJECT_0 {
            // SAFETY: the pipe is open and the operation its own. What is done already cannot be taken back, which is no failure.
            let _done = unsafe { CancelIoEx(self.0.raw(), Some(&raw const overlapped)) };
        }
        let mut bytes = 0;
        // SAFETY: the operation was started on this pipe with this structure; the call waits until the system is done with it.
        let result =
            unsafe { GetOverlappedResult(self.0.raw(), &raw const overlapped, &raw mut bytes, true) };
        match result {
            Ok(()) => Ok(bytes),
            Err(error) if error.code() == ERROR_OPERATION_ABORTED.to_hresult() => {
                Err(io::ErrorKind::TimedOut.into())
            }
            Err(error) => Err(system(error)),
        }
    }
}

fn milliseconds(until: Instant) -> u32 {
    let left = until.saturating_duration_since(Instant::now());
    // Never rounded down to nothing while something is left, and never "for ever".
    u32::try_from(left.as_micros().div_ceil(1000)).map_or(u32::MAX - 1, |ms| ms.min(u32::MAX - 1))
}

/// The system's error as the standard library has it.
pub(super) fn system(error: windows::core::Error) -> io::Error {
    let code = WIN32_ERROR::from_error(&error).map_or(error.code().0, |code| code.0.cast_signed());
    io::Error::from_raw_os_error(code)
}
