//! The two Noise handshakes (`XXpsk0` for pairing, `NNpsk0` for runs) over snow, with injected randomness.
//!
//! The only file that touches snow's states and its raw Split keys. Which primitives snow computes with, and
//! where its randomness comes from, is in `primitives`.

mod primitives;

use crate::bytes::{BadBytes, join_fields};
use crate::secret::{Secret32, hkdf32};
use curve25519_dalek::MontgomeryPoint;
use primitives::Resolver;
use rand_core::CryptoRngCore;
use snow::params::NoiseParams;
use zeroize::Zeroize;

pub(crate) const XX: &str = "Noise_XXpsk0_25519_AESGCM_SHA256";
pub(crate) const NN: &str = "Noise_NNpsk0_25519_AESGCM_SHA256";

/// Most bytes of a handshake payload that we send or take.
pub(crate) const MAX_PAYLOAD: usize = 8 * 1024;

/// An X25519 key pair: the agent's lives as long as one incarnation, the console's as long as one session.
#[derive(Clone)]
pub struct StaticKey {
    private: Secret32,
    public: [u8; 32],
}

impl StaticKey {
    /// A new random key pair.
    pub fn generate(rng: &mut dyn CryptoRngCore) -> Self {
        Self::from_private(Secret32::random(rng))
    }

    /// The key pair of a private key that the caller kept.
    #[must_use]
    pub fn from_private(private: Secret32) -> Self {
        let public = MontgomeryPoint::mul_base_clamped(*private.expose()).to_bytes();
        Self { private, public }
    }

    /// The public part, 32 bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The private part, for a page that keeps it over a reload.
    #[must_use]
    pub fn private(&self) -> &Secret32 {
        &self.private
    }
}

/// `psk_n` of run `n`: HKDF-SHA256 of the root with an empty salt and info "temoto attach" and `n` in four bytes.
/// A browser gets the same from `deriveBits` over a non-extractable HKDF key.
#[must_use]
pub fn derive_run_psk(root: &Secret32, n: u32) -> Secret32 {
    hkdf32(b"", root.expose(), &[b"temoto attach", &n.to_be_bytes()])
}

/// The two keys of a finished handshake, by direction, and its hash.
pub(crate) struct Split {
    pub(crate) sending: Secret32,
    pub(crate) receiving: Secret32,
    pub(crate) hash: [u8; 32],
}

/// A handshake under way.
pub(crate) struct Handshake {
    state: Box<snow::HandshakeState>,
}

impl Handshake {
    /// Prepares one side of `pattern` ([`XX`] with a static key, [`NN`] without).
    pub(crate) fn new(
        pattern: &str,
        initiator: bool,
        psk: &Secret32,
        static_key: Option<&StaticKey>,
        prologue: &[&[u8]],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Self, BadBytes> {
        let joined = join_fields(prologue);
        let ephemeral = Secret32::random(rng);
        Self::with_ephemeral(pattern, initiator, Some((0, psk)), static_key, &joined, ephemeral)
    }

    pub(crate) fn with_ephemeral(
        pattern: &str,
        initiator: bool,
        psk: Option<(u8, &Secret32)>,
        static_key: Option<&StaticKey>,
        prologue: &[u8],
        ephemeral: Secret32,
    ) -> Result<Self, BadBytes> {
        let params: NoiseParams = pattern.parse().map_err(|_| BadBytes)?;
        let mut builder = snow::Builder::with_resolver(params, Box::new(Resolver::new(ephemeral)))
            .prologue(prologue)
            .map_err(|_| BadBytes)?;
        if let Some((position, psk)) = psk {
            builder = builder.psk(position, psk.expose()).map_err(|_| BadBytes)?;
        }
        if let Some(key) = static_key {
            builder = builder
                .local_private_key(key.private.expose())
                .map_err(|_| BadBytes)?;
        }
        let state = if initiator {
            builder.build_initiator()
        } else {
            builder.build_responder()
        };
        Ok(Self {
            state: Box::new(state.map_err(|_| BadBytes)?),
        })
    }

    /// Writes the next message.
    pub(crate) fn write(&mut self, payload: &[u8]) -> Result<Vec<u8>, BadBytes> {
        if payload.len() > MAX_PAYLOAD {
            return Err(BadBytes);
        }
        // The longest message of our patterns has two keys and two tags around the payload.
        let mut message = vec![0; payload.len() + 160];
        let length = self
            .state
            .write_message(payload, &mut message)
            .map_err(|_| BadBytes)?;
        message.truncate(length);
        Ok(message)
    }

    /// Reads the other end's next message and returns its payload. A failed message changes nothing that
    /// matters: the genuine one can still be read after it.
    pub(crate) fn read(&mut self, message: &[u8]) -> Result<Vec<u8>, BadBytes> {
        if message.len() > MAX_PAYLOAD + 160 {
            return Err(BadBytes);
        }
        let mut payload = vec![0; message.len()];
        let length = self
            .state
            .read_message(message, &mut payload)
            .map_err(|_| BadBytes)?;
        payload.truncate(length);
        Ok(payload)
    }

    /// The other end's static key, once it was received.
    pub(crate) fn remote_static(&self) -> Option<[u8; 32]> {
        self.state.get_remote_static()?.try_into().ok()
    }

    /// The keys of a finished handshake.
    pub(crate) fn split(mut self) -> Result<Split, BadBytes> {
        if !self.state.is_handshake_finished() {
            return Err(BadBytes);
        }
        let hash = self.state.get_handshake_hash().try_into().map_err(|_| BadBytes)?;
        let (mut first, mut second) = self.state.dangerously_get_raw_split();
        let (to_responder, to_initiator) = (Secret32::new(first), Secret32::new(second));
        first.zeroize();
        second.zeroize();
        Ok(if self.state.is_initiator() {
            Split {
                sending: to_responder,
                receiving: to_initiator,
                hash,
            }
        } else {
            Split {
                sending: to_initiator,
                receiving: to_responder,
                hash,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_run_is_what_webcrypto_derives() {
        let root = Secret32::new(std::array::from_fn(|index| u8::try_from(index).unwrap()));
        let psk = derive_run_psk(&root, 7);
        let hex: String = psk.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        // HKDF-SHA256, salt empty, info "temoto attach" and 00000007, by a second implementation.
        assert_eq!(
            hex,
            "6bb63ab534e581a8a609776771f41c43e32783c599a67201065177fb03de73c3"
        );
    }
}
