//! One running program per session on a machine: a second start finds the first and asks it to come forward.
//!
//! [`acquire`] takes a place by name (the session's token). The place goes away with the process, however it ends, and
//! leaves nothing behind on the machine. Only programs of the same user find each other. What "forward" means is
//! decided by `apps/agent`, which listens.

use sha2::{Digest, Sha256};

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod native;
#[cfg(windows)]
#[path = "windows/mod.rs"]
mod native;

pub use native::Listener;

/// What came of asking for a place.
#[derive(Debug)]
pub enum Acquired {
    /// This program has the place until the listener is dropped; later starts are told to it.
    First(Listener),
    /// Another program of this user has it.
    Running {
        /// Whether that program was reached and asked to come forward.
        told: bool,
    },
}

/// What a later start asks of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Show yourself: the customer started the program again.
    ComeForward,
}

/// Takes the place `name`, or tells the program that has it. The name may be a secret: only a hash of it is visible
/// to other programs.
///
/// # Errors
/// [`InstanceError::Occupied`] when another user's program has the place, [`InstanceError::Io`] when the system
/// refuses. The program can run without a place; it is then not found by a second start.
pub fn acquire(name: &str) -> Result<Acquired, InstanceError> {
    native::acquire(&place(name))
}

/// The visible name: everybody on the machine may see it, so the token must not be in it.
fn place(name: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"temoto one instance\0");
    hash.update(name.as_bytes());
    let hash = hash.finalize();
    hash.iter()
        .take(16)
        .fold(String::from("temoto-"), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
            text
        })
}

/// Why there is no place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// A program of another user has the place, or one that does not answer.
    #[error("the place is taken by a program of another user")]
    Occupied,
    /// The system refused.
    #[error("cannot take the place of the running program: {0}")]
    Io(#[from] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visible_name_does_not_contain_the_token() {
        let name = place("0123456789abcdefghjkmnpqrs");
        assert_eq!(name.len(), "temoto-".len() + 32);
        assert!(!name.contains("0123456789"));
        assert_ne!(name, place("0123456789abcdefghjkmnpqrt"));
        assert_eq!(name, place("0123456789abcdefghjkmnpqrs"));
    }
}
