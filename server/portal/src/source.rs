//! Randomness for handlers: a part of the portal, so that a test decides it.

use std::sync::{Arc, Mutex, PoisonError};

use rand_core::CryptoRngCore;

/// A generator that handlers share.
#[derive(Clone)]
pub struct Random(Arc<Mutex<Box<dyn CryptoRngCore + Send>>>);

impl Random {
    /// Shares a generator.
    #[must_use]
    pub fn new(rng: impl CryptoRngCore + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(rng))))
    }

    /// Draws from it.
    pub fn draw<T>(&self, from: impl FnOnce(&mut dyn CryptoRngCore) -> T) -> T {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        from(&mut **rng)
    }
}
