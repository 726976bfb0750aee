//! The core for the browser: a thin face over session, codec and crypto.
//!
//! The worker in `web/session` drives these classes exactly as a native shell drives the machines below: after every call it
//! drains `poll`, then waits until `deadline`. Nothing is decided here.

mod agent;
mod console;
mod frame;
mod output;
mod picture;

pub use agent::AgentSession;
pub use console::ConsoleSession;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs the official vectors of CPace and Noise in this very build; throws what does not agree.
///
/// # Errors
/// The name of the first vector that fails.
#[wasm_bindgen(js_name = checkVectors)]
pub fn check_vectors() -> Result<(), String> {
    temoto_crypto::vectors::check()
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// The clock of a page as the core counts it: whole milliseconds.
fn millis(now: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a clock in ms is never negative and far below 2^53"
    )]
    let ms = now.max(0.0) as u64;
    ms
}
