//! What the system says, as the other end reads it.

use std::io::{Error, ErrorKind};

use temoto_session::channel::files::Fault;

/// The fault that an error is.
#[must_use]
pub fn fault(error: &Error) -> Fault {
    if let Some(fault) = error.raw_os_error().and_then(of_number) {
        return fault;
    }
    match error.kind() {
        ErrorKind::NotFound => Fault::Gone,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Fault::Denied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::Full,
        ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => Fault::Exists,
        ErrorKind::FileTooLarge => Fault::TooLarge,
        ErrorKind::InvalidFilename => Fault::TooLong,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => Fault::InUse,
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => Fault::NoFolder,
        ErrorKind::UnexpectedEof => Fault::Changed,
        _ => Fault::Failed,
    }
}

/// Numbers for which the library has no kind: a link that is not followed, and on Windows a file that another program holds.
fn of_number(number: i32) -> Option<Fault> {
    super::native::fault_of(number)
}
