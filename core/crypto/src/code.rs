//! The code that one person reads to another: 8 or 10 digits, the first ones for routing, the rest secret.
//!
//! Parses what people type and draws what consoles show. Which digits route is the server's word (4, or 5
//! when it has many waiting codes); the pairing uses all of them.

use rand_core::CryptoRngCore;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Neither 8 nor 10 digits.
    #[error("a code has 8 or 10 digits, not {digits}")]
    Length {
        /// How many digits there are (11 stands for more than 10).
        digits: usize,
    },
    /// Something that is no digit, space or dash.
    #[error("a code has digits only")]
    NotADigit,
    /// The server's routing digits are not 4 or 5 ASCII digits.
    #[error("routing digits are malformed")]
    Routing,
}

/// All digits of a code, erased on drop, never printed by `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Code(String);

impl Code {
    /// Parses what was typed: ASCII and full-width digits; spaces and dashes of any kind are skipped.
    ///
    /// # Errors
    /// See [`CodeError`].
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        // Grown never beyond its capacity, so that no half-filled copy is left behind.
        let mut digits = Zeroizing::new(String::with_capacity(16));
        for character in typed.chars() {
            if is_separator(character) {
                continue;
            }
            let digit = to_digit(character).ok_or(CodeError::NotADigit)?;
            if digits.len() > 10 {
                continue;
            }
            digits.push(digit);
        }
        match digits.len() {
            8 | 10 => Ok(Self(std::mem::take(&mut *digits))),
            length => Err(CodeError::Length { digits: length }),
        }
    }

    /// Puts secret digits behind the server's routing digits, for a code of `digits` (8 or 10) in all.
    ///
    /// # Errors
    /// [`CodeError`] when the routing digits or the length are not of the protocol.
    pub fn draw(routing: &str, digits: usize, rng: &mut dyn CryptoRngCore) -> Result<Self, CodeError> {
        if !matches!(routing.len(), 4 | 5) || !routing.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CodeError::Routing);
        }
        if !matches!(digits, 8 | 10) {
            return Err(CodeError::Length { digits });
        }
        let mut code = String::with_capacity(16);
        code.push_str(routing);
        while code.len() < digits {
            code.push(draw_digit(rng));
        }
        Ok(Self(code))
    }

    /// Every digit, ASCII. Secret.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The first `count` digits, which the server may see.
    #[must_use]
    pub fn routing(&self, count: usize) -> &str {
        &self.0[..count.min(5)]
    }

    /// As it is shown and read out: groups of four (`4821 9037`), or 4, 3, 3 for ten digits.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let cuts: &[usize] = if self.0.len() == 8 { &[4] } else { &[4, 7] };
        let mut grouped = Zeroizing::new(String::with_capacity(16));
        for (index, digit) in self.0.chars().enumerate() {
            if cuts.contains(&index) {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }
}

fn to_digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '\u{ff10}'..='\u{ff19}' => {
            let value = u32::from(character) - 0xff10;
            char::from_digit(value, 10)
        }
        _ => None,
    }
}

fn is_separator(character: char) -> bool {
    let dash = matches!(
        character,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff0d}' | '\u{ff70}' | '\u{fe63}'
    );
    // Zero-width characters and marks come along with pasted text.
    let invisible = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    dash || invisible || character.is_whitespace()
}

/// One digit without bias: bytes of 250 and above are drawn again.
fn draw_digit(rng: &mut dyn CryptoRngCore) -> char {
    loop {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        if byte[0] < 250 {
            return char::from(b'0' + byte[0] % 10);
        }
    }
}
