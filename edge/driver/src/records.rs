//! AES-256-GCM of large records by the processor's own instructions (decision 0022). The session decides about keys, nonces and their
//! order; here nothing but the arithmetic is done.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use temoto_crypto::{Outside, Secret32, Unsealed};

/// What a key is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Use {
    Seal,
    Open,
}

/// Computes what the session leaves to the shell ([`temoto_session::Output::Seal`] and [`temoto_session::Output::Open`]).
#[derive(Default)]
pub struct Records {
    /// The newest key of each direction of each pair: at most two for each participant that a session can have.
    keys: Vec<(u8, Use, LessSafeKey)>,
}

impl Records {
    /// No key yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: Vec::new() }
    }

    /// The whole message that is to be sent; `None` if its key never came.
    pub fn seal(&mut self, pair: u8, message: Unsealed) -> Option<Vec<u8>> {
        let Unsealed { mut head, work } = message;
        let key = self.key(pair, Use::Seal, work.key)?;
        let from = head.len();
        head.reserve_exact(work.bytes.len() + AES_256_GCM.tag_len());
        head.extend_from_slice(&work.bytes);
        let tag = key
            .seal_in_place_separate_tag(nonce(work.nonce), Aad::from(&work.associated), &mut head[from..])
            .ok()?;
        head.extend_from_slice(tag.as_ref());
        Some(head)
    }

    /// What was sealed; `None` if the tag does not verify.
    pub fn open(&mut self, pair: u8, work: Outside) -> Option<Vec<u8>> {
        let key = self.key(pair, Use::Open, work.key)?;
        let mut bytes = work.bytes;
        let length = key
            .open_in_place(nonce(work.nonce), Aad::from(&work.associated), &mut bytes)
            .ok()?
            .len();
        bytes.truncate(length);
        Some(bytes)
    }

    fn key(&mut self, pair: u8, wanted: Use, new: Option<Secret32>) -> Option<&LessSafeKey> {
        let place = self
            .keys
            .iter()
            .position(|&(of, for_what, _)| (of, for_what) == (pair, wanted));
        let place = match (place, new) {
            (place, Some(new)) => {
                let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, new.expose()).ok()?);
                if let Some(place) = place {
                    self.keys.swap_remove(place);
                }
                self.keys.push((pair, wanted, key));
                self.keys.len() - 1
            }
            (place, None) => place?,
        };
        self.keys.get(place).map(|(_, _, key)| key)
    }
}

/// The session never gives one twice for a key.
fn nonce(bytes: [u8; NONCE_LEN]) -> Nonce {
    Nonce::assume_unique_for_key(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSOCIATED: [u8; 7] = [7; 7];

    fn work(key: Option<u8>, count: u8, bytes: Vec<u8>) -> Outside {
        Outside {
            key: key.map(|byte| Secret32::new([byte; 32])),
            nonce: [count; NONCE_LEN],
            associated: ASSOCIATED,
            bytes,
        }
    }

    fn sealed(records: &mut Records, pair: u8, work: Outside) -> Option<Vec<u8>> {
        let head = b"head".to_vec();
        records.seal(pair, Unsealed { head, work }).map(|message| {
            message
                .strip_prefix(b"head")
                .map(<[u8]>::to_vec)
                .unwrap_or_default()
        })
    }

    #[test]
    fn what_comes_out_is_what_the_portable_cipher_makes_and_each_direction_of_a_pair_has_its_own_newest_key()
    {
        let mut records = Records::new();
        for (pair, key, given, count) in [
            (1, 1, true, 0),
            (2, 2, true, 0),
            (1, 1, false, 1),
            (1, 3, true, 0),
            (2, 2, false, 1),
        ] {
            let plaintext: Vec<u8> = (0..10_000u32).map(|n| (n % 251) as u8 ^ count).collect();
            let secret = Secret32::new([key; 32]);
            let portable = work(None, count, plaintext.clone())
                .seal(&secret)
                .expect("sealed");
            let key = given.then_some(key);
            assert_eq!(
                sealed(&mut records, pair, work(key, count, plaintext.clone())),
                Some(portable.clone())
            );
            assert_eq!(
                records.open(pair, work(key, count, portable.clone())),
                Some(plaintext)
            );
            for at in [0, 5_000, portable.len() - 1] {
                let mut changed = portable.clone();
                changed[at] ^= 1;
                assert_eq!(records.open(pair, work(None, count, changed)), None, "{at}");
            }
            assert_eq!(
                records.open(pair, work(None, count ^ 1, portable)),
                None,
                "another nonce"
            );
        }
    }

    #[test]
    fn nothing_is_computed_without_a_key_or_of_too_few_bytes() {
        let mut records = Records::new();
        assert_eq!(sealed(&mut records, 1, work(None, 0, vec![0; 9])), None);
        assert!(sealed(&mut records, 1, work(Some(1), 0, vec![0; 9])).is_some());
        assert_eq!(
            records.open(1, work(None, 0, vec![0; 99])),
            None,
            "the other direction has none"
        );
        assert_eq!(records.open(1, work(Some(1), 0, vec![0; 3])), None);
    }
}
