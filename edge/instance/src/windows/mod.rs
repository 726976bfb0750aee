//! Windows, for now with what the standard library has: a file in the user's temporary folder that nobody else may
//! open while it is open, and that the system deletes when the program ends, however it ends. A second start finds
//! the first but cannot talk to it; a named pipe will do that.

use std::time::Duration;

use crate::{Acquired, InstanceError, Request};

/// The place of the first program.
#[derive(Debug)]
pub struct Listener {
    _file: std::fs::File,
}

pub(crate) fn acquire(place: &str) -> Result<Acquired, InstanceError> {
    use std::os::windows::fs::OpenOptionsExt;

    /// `FILE_FLAG_DELETE_ON_CLOSE`.
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    /// `ERROR_SHARING_VIOLATION`.
    const SHARING_VIOLATION: i32 = 32;

    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .share_mode(0)
        .custom_flags(DELETE_ON_CLOSE)
        .open(std::env::temp_dir().join(place));
    match opened {
        Ok(file) => Ok(Acquired::First(Listener { _file: file })),
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => {
            Ok(Acquired::Running { told: false })
        }
        Err(error) => Err(error.into()),
    }
}

impl Listener {
    /// Sleeps for `timeout`: nobody can ask yet.
    ///
    /// # Errors
    /// None on this system.
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<Request>, InstanceError> {
        std::thread::sleep(timeout);
        Ok(None)
    }
}
