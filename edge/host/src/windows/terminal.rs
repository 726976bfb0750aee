//! Where words go: to the stream that the program was started with, else to the terminal it was started from, else into a
//! message box. The program has no console of its own, so nothing flashes up when it is started by a double click.

#![expect(unsafe_code, reason = "the calls of the system take raw handles and pointers")]

use std::io::{self, Write as _};

use windows::Win32::Foundation::{CloseHandle, GENERIC_WRITE};
use windows::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAGS_AND_ATTRIBUTES, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_TYPE_UNKNOWN,
    GetFileType, OPEN_EXISTING,
};
use windows::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, FreeConsole, GetStdHandle, STD_ERROR_HANDLE, STD_OUTPUT_HANDLE,
    WriteConsoleW,
};
use windows::Win32::UI::WindowsAndMessaging::{
    MB_ICONERROR, MB_ICONINFORMATION, MB_OK, MB_SETFOREGROUND, MessageBoxW,
};
use windows::core::{HSTRING, w};

use crate::{HostError, PROGRAM};

/// The name on the message box.
const TITLE: &str = "Temoto";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Answer,
    Complaint,
}

pub(crate) fn say(text: &str, tone: Tone) -> Result<(), HostError> {
    let line = match tone {
        Tone::Answer => format!("{text}\r\n"),
        Tone::Complaint => format!("{PROGRAM}: {text}\r\n"),
    };
    if to_stream(&line, tone).is_ok() || to_terminal(&line).is_ok() {
        return Ok(());
    }
    let icon = match tone {
        Tone::Answer => MB_ICONINFORMATION,
        Tone::Complaint => MB_ICONERROR,
    };
    // SAFETY: both texts outlive the call, which returns when the person has read it.
    let pressed = unsafe {
        MessageBoxW(
            None,
            &HSTRING::from(text),
            &HSTRING::from(TITLE),
            MB_OK | MB_SETFOREGROUND | icon,
        )
    };
    if pressed.0 == 0 {
        return Err(HostError::Unheard(io::Error::last_os_error()));
    }
    Ok(())
}

/// A pipe or a file that whoever started the program reads. The standard library takes a missing stream for one that swallows
/// everything, so it is asked for first.
fn to_stream(line: &str, tone: Tone) -> io::Result<()> {
    let which = match tone {
        Tone::Answer => STD_OUTPUT_HANDLE,
        Tone::Complaint => STD_ERROR_HANDLE,
    };
    // SAFETY: asks for a handle that is not closed here.
    let stream = unsafe { GetStdHandle(which) }.map_err(|_| io::Error::last_os_error())?;
    // Nor does the library tell a stream that is gone.
    // SAFETY: takes any handle.
    if stream.is_invalid() || stream.0.is_null() || unsafe { GetFileType(stream) } == FILE_TYPE_UNKNOWN {
        return Err(io::ErrorKind::NotFound.into());
    }
    match tone {
        Tone::Answer => io::stdout().write_all(line.as_bytes()),
        Tone::Complaint => io::stderr().write_all(line.as_bytes()),
    }
}

/// The console of the shell that started the program. It is let go of at once: the shell has gone on and is the one that
/// Ctrl+C is for.
fn to_terminal(line: &str) -> windows::core::Result<()> {
    // SAFETY: this process has no console, else the call is refused.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) }?;
    let done = write_to_console(line);
    // SAFETY: attached above.
    unsafe { FreeConsole() }?;
    done
}

fn write_to_console(line: &str) -> windows::core::Result<()> {
    // SAFETY: the name is a constant; the handle is closed below.
    let console = unsafe {
        CreateFileW(
            w!("CONOUT$"),
            GENERIC_WRITE.0,
            FILE_SHARE_READ | FILE_SHARE_WRITE,
            None,
            OPEN_EXISTING,
            FILE_FLAGS_AND_ATTRIBUTES(0),
            None,
        )
    }?;
    // The shell's prompt stands there already.
    let units: Vec<u16> = "\r\n".encode_utf16().chain(line.encode_utf16()).collect();
    // SAFETY: the console is open, and the text outlives the call.
    let done = unsafe { WriteConsoleW(console, &units, None, None) };
    // SAFETY: opened above, closed once.
    unsafe { CloseHandle(console) }?;
    done
}
