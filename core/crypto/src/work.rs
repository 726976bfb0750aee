//! Proof of work: what an attempt to join costs while the server's failure budget is spent.
//!
//! The server asks with a fresh challenge and a number of bits; the agent looks for a nonce. The challenge is of one
//! connection and the puzzle is of the very knock that was sent over it, so nothing is worked ahead, used twice or
//! sold on. Pure, and asked for in steps: who drives it decides how long one may take. `docs/protocol/relay.md` has
//! the bytes.

use sha2::{Digest, Sha256};

/// Size of a challenge.
pub const CHALLENGE_BYTES: usize = 16;

/// The digest of a knock: the whole relay message as it is sent.
#[must_use]
pub fn knock_digest(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

/// What has to be solved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Puzzle {
    seed: [u8; 32],
    bits: u8,
}

impl Puzzle {
    /// `bits` leading zero bits for the knock with this digest.
    #[must_use]
    pub fn new(challenge: &[u8; CHALLENGE_BYTES], knock_digest: &[u8; 32], bits: u8) -> Self {
        let seed = Sha256::new()
            .chain_update(b"temoto/1 work")
            .chain_update(challenge)
            .chain_update(knock_digest)
            .finalize();
        Self {
            seed: seed.into(),
            bits,
        }
    }

    /// Whether this nonce solves it.
    #[must_use]
    pub fn is_solved_by(&self, nonce: u64) -> bool {
        let hash = Sha256::new()
            .chain_update(self.seed)
            .chain_update(nonce.to_be_bytes())
            .finalize();
        let mut zeros = 0u32;
        for byte in hash {
            zeros += byte.leading_zeros();
            if byte != 0 {
                break;
            }
        }
        zeros >= u32::from(self.bits)
    }

    /// The first of `count` nonces from `first` that solves it.
    #[must_use]
    pub fn search(&self, first: u64, count: u32) -> Option<u64> {
        (first..first.saturating_add(u64::from(count))).find(|nonce| self.is_solved_by(*nonce))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: [u8; CHALLENGE_BYTES] = [7; CHALLENGE_BYTES];

    #[test]
    fn a_solution_is_found_in_steps_and_is_good_for_its_challenge_and_its_knock_only() {
        let digest = knock_digest(b"a knock");
        let puzzle = Puzzle::new(&CHALLENGE, &digest, 12);
        let found = (0..1_000).find_map(|step| puzzle.search(step * 100, 100));
        let nonce = found.expect("one of a hundred thousand");
        assert_eq!(puzzle.search(0, 100_000), Some(nonce));
        assert!(puzzle.is_solved_by(nonce));
        let others = [
            Puzzle::new(&[8; CHALLENGE_BYTES], &digest, 12),
            Puzzle::new(&CHALLENGE, &knock_digest(b"another knock"), 12),
        ];
        for other in others {
            assert!(!other.is_solved_by(nonce));
        }
    }

    #[test]
    fn each_bit_doubles_the_work() {
        let solved = |bits| {
            let puzzle = Puzzle::new(&CHALLENGE, &knock_digest(b"a knock"), bits);
            (0..40_000).filter(|nonce| puzzle.is_solved_by(*nonce)).count()
        };
        assert_eq!(solved(0), 40_000);
        for (bits, expected) in [(1, 20_000_usize), (3, 5_000), (8, 156), (9, 78)] {
            let found = solved(bits);
            assert!(found.abs_diff(expected) * 3 < expected, "{bits}: {found}");
        }
        assert_eq!(solved(255), 0);
    }

    #[test]
    fn the_bytes_are_those_of_the_protocol() {
        // By hand: SHA-256("temoto/1 work" ‖ 16 × 07 ‖ SHA-256("a knock")), then with the nonce.
        let puzzle = Puzzle::new(&CHALLENGE, &knock_digest(b"a knock"), 16);
        assert_eq!(puzzle.search(0, 1_000_000), Some(NONCE_OF_SIXTEEN_BITS));
    }

    /// From an independent implementation of the page (Python's hashlib).
    const NONCE_OF_SIXTEEN_BITS: u64 = 17231;
}
