//! Layer 3, the secure pair: pairing by code or token, the root, runs and sealed records.
//!
//! Everything here is sans-IO: bytes, the time (milliseconds, any monotonic origin) and a random generator
//! come in; bytes, events, keys to derive and the next deadline come out. Nothing here reads a clock, draws
//! randomness of its own or knows a socket, so the same code runs natively and as WebAssembly and a seeded
//! run repeats exactly. `core/session` drives [`SecurePair`]; the lobby messages of [`pairing`] are carried
//! by the relay connection of an attempt; the server uses only [`dummy`], [`statement`] and [`work`].
//!
//! The bytes are described in `docs/protocol/secure-pair.md`.

mod bytes;
pub mod code;
mod cpace;
pub mod dummy;
pub mod file_name;
mod lobby;
mod noise;
pub mod pairing;
mod record;
mod secret;
mod secure_pair;
pub mod statement;
pub mod token;
#[cfg(feature = "vectors")]
pub mod vectors;
pub mod work;

pub use lobby::{AgentRole, Capabilities, Knock, LobbyError, PairingKind};
pub use noise::{StaticKey, derive_run_psk};
pub use rand_core::CryptoRngCore;
pub use record::{MAX_APPLICATION, MAX_MESSAGE, Outside, Padding, Unsealed};
pub use secret::Secret32;
pub use secure_pair::{
    Claims, EndReason, LossReason, NotReady, PairContext, PairOutput, RestoredRoot, RootKeeping, SecurePair,
    Side,
};

/// The one version number of all layers. Unequal versions stop with "update"; nothing is negotiated.
pub const VERSION: u16 = 1;

/// Size of every lobby message (knock, answer, proof, verdict), zero padded.
pub const LOBBY_BYTES: usize = 512;
