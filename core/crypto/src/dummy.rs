//! The server's answer where no console waits: the same bytes that a console would send.
//!
//! A random nonce and a random valid group element (random bytes for a token), then a refusal. Delays are the
//! caller's, drawn from those of live consoles.

use crate::LOBBY_BYTES;
use crate::cpace::random_element;
use crate::lobby::{Answer, Capabilities, PairingKind, refusal};
use rand_core::CryptoRngCore;

/// The answer of a dummy. `capabilities` must be what the consoles of this server say. Also what a console
/// gives to a knock of another version, whose agent reads the version from it.
pub fn answer(
    kind: PairingKind,
    capabilities: &Capabilities,
    rng: &mut dyn CryptoRngCore,
) -> [u8; LOBBY_BYTES] {
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    let share = match kind {
        PairingKind::Code => random_element(rng),
        PairingKind::Token => {
            let mut share = [0; 32];
            rng.fill_bytes(&mut share);
            share
        }
    };
    // A list of at most 32 numbers always fits; were it not so, the refusal says nothing either.
    Answer {
        nonce,
        share,
        capabilities: capabilities.clone(),
    }
    .to_bytes()
    .unwrap_or_else(|_| refusal())
}

/// The verdict of a dummy: the one form of a refusal.
#[must_use]
pub fn verdict() -> [u8; LOBBY_BYTES] {
    refusal()
}
