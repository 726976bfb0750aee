//! Physical keys: what a key is called on the wire, in the browser, in Linux and X11, and in Windows.
//!
//! A key is a place on the keyboard, not a character. [`Code`] is the W3C UI Events `code` as a number; it crosses the
//! wire and each machine turns it into its own number by the one table in `table.rs`. The whole Japanese keyboard is
//! in it. Characters that are no key travel as text; [`keysym_of_char`] is how X11 names them.
//!
//! This crate touches no keyboard and knows no layout: `web/viewer` names keys, `temoto-session` carries them,
//! `temoto-input` presses them.

mod code;
mod keysym;
mod table;

pub use code::{Code, ScanCode, ScanPrefix, UnknownCode};
pub use keysym::{char_of_keysym, keysym_of_char};
