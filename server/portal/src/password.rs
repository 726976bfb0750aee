//! Hashes passwords with Argon2id, a few at a time and never on the threads that answer requests.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use temoto_model::password::PasswordError;
use temoto_model::{Secret, password};
use tokio::sync::Semaphore;

use crate::App;

/// Hashing at the same time: each takes 19 MiB and a core for some 30 ms.
const AT_ONCE: usize = 2;
/// How long a password waits for its turn.
const PATIENCE: Duration = Duration::from_secs(8);
/// Passwords that wait for their turn at most.
const WAITING: usize = 64;

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HashError {
    /// Too many others.
    #[error("too many passwords at once")]
    Busy,
    /// Argon2 did not take it.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    nobody: Arc<str>,
}

impl Passwords {
    /// With the strength for production: Argon2id, 19 MiB, 2 passes, 1 lane (OWASP).
    #[must_use]
    pub fn new() -> Self {
        Self::with(Params::default())
    }

    /// Weak and quick, for tests.
    #[must_use]
    pub fn weak() -> Self {
        Self::with(Params::new(8, 1, 1, None).unwrap_or_default())
    }

    fn with(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // What a password for an address without account is compared with, so that it takes as long.
        let nobody = hash(&argon2, "", &[0; 16]).unwrap_or_default();
        Self {
            argon2,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING)),
            nobody: nobody.into(),
        }
    }

    /// The hash of a password in PHC form. `salt` is fresh.
    pub async fn hash(&self, password: Secret<String>, salt: [u8; 16]) -> Result<Secret<String>, HashError> {
        let argon2 = self.argon2.clone();
        self.run(move || hash(&argon2, password.expose(), &salt))
            .await?
            .map(Secret::new)
            .ok_or(HashError::Failed)
    }

    /// Whether this is the password of that hash. Without a hash it takes as long and is not.
    pub(crate) async fn verify(
        &self,
        password: Secret<String>,
        hash: Option<Secret<String>>,
    ) -> Result<bool, HashError> {
        let argon2 = self.argon2.clone();
        let nobody = Arc::clone(&self.nobody);
        self.run(move || {
            let kept = hash.as_ref().map_or(&*nobody, |hash| hash.expose().as_str());
            let same = PasswordHash::new(kept).is_ok_and(|kept| {
                argon2
                    .verify_password(password.expose().as_bytes(), &kept)
                    .is_ok()
            });
            same && hash.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let _place = self.queue.try_acquire().map_err(|_| HashError::Busy)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| HashError::Busy)?
            .map_err(|_| HashError::Busy)?;
        // The turn goes with the work: a client that hangs up does not make room for another hash at once.
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| HashError::Failed)
    }
}

impl App {
    /// Checks and hashes a new password of somebody with these words (address, name, organisation).
    pub(crate) async fn hash_password<E>(
        &self,
        given: Secret<String>,
        about: &[&str],
    ) -> Result<Secret<String>, E>
    where
        E: From<PasswordError> + From<HashError>,
    {
        password::check(given.expose(), about)?;
        let salt = self.random.draw(|rng| {
            let mut salt = [0; 16];
            rng.fill_bytes(&mut salt);
            salt
        });
        Ok(self.passwords.hash(given, salt).await?)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn hash(argon2: &Argon2<'_>, password: &str, salt: &[u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(salt).ok()?;
    Some(argon2.hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::weak();
        let secret = |text: &str| Secret::new(text.to_owned());
        let hash = passwords.hash(secret("tulip-orbit-94"), [1; 16]).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$"));
        let verify =
            |text: &str, hash: Option<&Secret<String>>| passwords.verify(secret(text), hash.cloned());
        assert_eq!(verify("tulip-orbit-94", Some(&hash)).await, Ok(true));
        assert_eq!(verify("tulip-orbit-95", Some(&hash)).await, Ok(false));
        assert_eq!(verify("", None).await, Ok(false));
        assert_eq!(verify("x", Some(&secret("not a hash"))).await, Ok(false));
    }

    #[test]
    fn production_uses_nineteen_mebibytes_and_two_passes() {
        let passwords = Passwords::new();
        assert!(passwords.nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
