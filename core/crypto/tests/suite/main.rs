//! Whole pairings between two ends, honest and under attack; one binary, so that it links once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ends;
mod flips;
mod hostile;
mod outside;
mod pairing;
mod runs;
mod transcript;
mod vectors;
