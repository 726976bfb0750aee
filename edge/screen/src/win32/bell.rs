//! Ends a sleep from another thread.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Waker;

#[derive(Debug, Default)]
struct Shared {
    rang: Mutex<bool>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, bool> {
        // A flag cannot be half written.
        self.rang.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rings until it was heard once.
#[derive(Debug, Default)]
pub(crate) struct Bell(Arc<Shared>);

impl Bell {
    /// What rings it.
    pub(crate) fn waker(&self) -> Waker {
        let shared = Arc::clone(&self.0);
        Waker::new(move || {
            *shared.lock() = true;
            shared.changed.notify_all();
        })
    }

    /// Sleeps until it rings or time is over, and says whether it rang.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let rang = self.0.lock();
        let waited = self.0.changed.wait_timeout_while(rang, time, |rang| !*rang);
        let mut rang = waited.unwrap_or_else(PoisonError::into_inner).0;
        std::mem::take(&mut *rang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_heard_once_whether_it_came_before_or_during_the_sleep() {
        let bell = Bell::default();
        bell.waker().wake();
        assert!(bell.sleep(Duration::ZERO));
        assert!(!bell.sleep(Duration::ZERO));
        let waker = bell.waker();
        let sleeper = std::thread::spawn(move || bell.sleep(Duration::from_secs(600)));
        waker.wake();
        assert!(sleeper.join().unwrap());
    }
}
