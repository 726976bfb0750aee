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

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn parse(text: &str) -> Result<String, CodeError> {
        Code::parse(text).map(|code| code.digits().to_owned())
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        for text in [
            "48219037",
            "4821 9037",
            " 4821-9037\n",
            "４８２１　９０３７",
            "4821ー9037",
            "4821－9037",
            "4821‐9037",
            "4821–9037",
            "4821—9037",
            "4 8 2 1 9 0 3 7",
            "4821\u{a0}9037",
            "\u{feff}4821\u{200b}9037",
            "4821_9037",
            "４821ー９037",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("48219037"), "{text}");
        }
        assert_eq!(parse("4821 903 712").as_deref(), Ok("4821903712"));
    }

    #[test]
    fn what_is_no_code_says_why() {
        assert_eq!(parse("").err(), Some(CodeError::Length { digits: 0 }));
        assert_eq!(parse("4821903").err(), Some(CodeError::Length { digits: 7 }));
        assert_eq!(parse("482190371").err(), Some(CodeError::Length { digits: 9 }));
        assert_eq!(
            parse(&"1".repeat(5_000)).err(),
            Some(CodeError::Length { digits: 11 })
        );
        for text in [
            "4821903O",
            "4821.9037",
            "+48219037",
            "四八二一九〇三七",
            "٤٨٢١٩٠٣٧",
            "4821/9037",
            "48219037e1",
        ] {
            assert_eq!(parse(text).err(), Some(CodeError::NotADigit), "{text}");
        }
    }

    #[test]
    fn drawn_codes_keep_their_routing_digits_and_use_every_digit_evenly() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut counts = [0u32; 10];
        for _ in 0..5_000 {
            let code = Code::draw("4821", 8, &mut rng).unwrap();
            assert_eq!(code.routing(4), "4821");
            for digit in code.digits()[4..].bytes() {
                counts[usize::from(digit - b'0')] += 1;
            }
        }
        // 20,000 draws: 2,000 each, standard deviation 42.
        assert!(
            counts.iter().all(|count| (1_750..2_250).contains(count)),
            "{counts:?}"
        );
        assert_eq!(Code::draw("48219", 10, &mut rng).unwrap().digits().len(), 10);
        for (routing, digits) in [("482", 8), ("482190", 10), ("48a1", 8), ("４８２１", 8)] {
            assert_eq!(
                Code::draw(routing, digits, &mut rng).err(),
                Some(CodeError::Routing)
            );
        }
        assert!(Code::draw("4821", 9, &mut rng).is_err());
    }

    #[test]
    fn codes_are_shown_in_groups() {
        assert_eq!(Code::parse("48219037").unwrap().grouped().as_str(), "4821 9037");
        assert_eq!(
            Code::parse("4821903712").unwrap().grouped().as_str(),
            "4821 903 712"
        );
    }
}
