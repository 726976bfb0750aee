//! The screen codec: a picture of the display kept equal at both ends, pixel for pixel.
//!
//! Pure and deterministic: the same frames give the same bytes natively and in WebAssembly. It captures nothing,
//! sends nothing, and knows neither time nor the speed of the line; `temoto-session` decides when to encode and how
//! much at once, and cuts the bytes into records.
//!
//! - [`Encoder::encode`] compares a frame with the picture that the viewer has and gives one [`Update`], or nothing.
//! - [`Decoder::decode`] applies it and says what changed.
//! - [`cursor`] has the pointer shapes, which travel apart.
//! - [`png`] reads and writes single pictures: those of clipboards and of the chat.
//!
//! The stages have a file each: damage, history (what stood there before), moves, text (where its lines are), photo, stream (what
//! the bytes mean), stripes (what is coded at the same time), model (what is likely), range coder.
//! `docs/protocol/screen-codec.md` describes the bytes.

mod blocks;
mod budget;
pub mod cursor;
mod damage;
mod decode;
mod encode;
mod error;
mod framebuffer;
mod header;
mod history;
mod model;
mod moves;
mod parts;
mod photo;
pub mod png;
mod range_coder;
mod recall;
mod stream;
mod strip;
mod stripes;
mod text;
mod workers;

pub use decode::Decoder;
pub use encode::{EncodeLimits, Encoder, Hints, Update};
pub use error::CodecError;
pub use framebuffer::{FrameView, Framebuffer, MAX_PIXELS, MAX_SIDE};
pub use history::HISTORY_MIB;
pub use moves::Move;
pub use parts::Parts;
pub use workers::{InTurn, Job, Workers};

#[cfg(test)]
mod tests;
