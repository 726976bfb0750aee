//! Sleeping until the X server says something or another thread calls.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use crate::{ScreenError, Waker};

/// The bell that wakers ring.
pub(super) struct Wakeup {
    bell: Arc<OwnedFd>,
}

impl Wakeup {
    pub(super) fn new() -> Result<Self, ScreenError> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(lost)?;
        Ok(Self { bell: Arc::new(bell) })
    }

    pub(super) fn waker(&self) -> Waker {
        let bell = Arc::clone(&self.bell);
        Waker::new(move || {
            // The only failure of a bell is that it rings already.
            let _ = rustix::io::write(&bell, &1_u64.to_ne_bytes());
        })
    }

    /// Sleeps until `socket` has something to read or time is over. Returns whether a waker was called.
    pub(super) fn sleep(&self, socket: impl AsFd, left: Option<Duration>) -> Result<bool, ScreenError> {
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut ready = [
            PollFd::new(&socket, PollFlags::IN),
            PollFd::new(&self.bell, PollFlags::IN),
        ];
        match poll(&mut ready, left.as_ref()) {
            Ok(_) => {}
            // A signal: the caller looks at the clock and comes again.
            Err(Errno::INTR) => return Ok(false),
            Err(error) => return Err(lost(error)),
        }
        let rang = ready.get(1).is_some_and(|bell| !bell.revents().is_empty());
        if rang {
            let mut count = [0; 8];
            // Somebody else cannot have read it: the bell is ours alone.
            let _ = rustix::io::read(&self.bell, &mut count);
        }
        Ok(rang)
    }
}

fn lost(error: Errno) -> ScreenError {
    ScreenError::Lost(error.to_string())
}
