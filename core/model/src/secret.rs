//! Values that no log, error or dump of a struct may show, and the hashes that are kept instead of them.

use std::fmt;

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// A value that is never printed and is erased when it goes.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, where it must be seen.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

/// A token of 256 random bits as its 64 hexadecimal digits: in a cookie or in the fragment of a link.
pub type Token = Secret<String>;

/// Draws a fresh token.
#[must_use]
pub fn generate_token(rng: &mut dyn CryptoRngCore) -> Token {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    let token = Secret::new(hex::encode(bytes));
    bytes.zeroize();
    token
}

/// What is kept of a token. It cannot be turned back, and the token has too many bits to be guessed.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token in its written form.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// A hash as it was kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let shown = format!("{:?}", Secret::new("sesame".to_owned()));
        assert!(!shown.contains("sesame"));
    }

    #[test]
    fn two_tokens_differ_and_so_do_their_hashes() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
        let (a, b) = (generate_token(&mut rng), generate_token(&mut rng));
        assert_eq!(a.expose().len(), 64);
        assert_ne!(a.expose(), b.expose());
        assert_ne!(TokenHash::of(a.expose()), TokenHash::of(b.expose()));
    }
}
