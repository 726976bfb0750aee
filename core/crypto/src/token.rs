//! One-time tokens: 128 random bits, written as 26 Crockford base32 letters and 2 check letters.
//!
//! The id is what the server routes by; the pre-shared key never leaves the ends.

use crate::secret::{Secret32, hkdf_into, hkdf32};
use rand_core::CryptoRngCore;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Letters of a written token.
pub const TOKEN_LETTERS: usize = 28;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY_LETTERS: usize = 26;

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not 28 letters.
    #[error("a token has 28 letters")]
    Length,
    /// A character that base32 does not have.
    #[error("a token has letters and digits only")]
    Letter,
    /// The check letters do not fit: mistyped or cut.
    #[error("the token is mistyped")]
    Check,
}

/// 16 secret bytes, erased on drop, without `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; 16]);

impl Token {
    /// Draws a new token.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut token = Self([0; 16]);
        rng.fill_bytes(&mut token.0);
        token
    }

    /// Wraps the raw bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The raw bytes. Secret.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// What the lobby routes by: HKDF(token, "id"), 16 bytes. Not secret.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        hkdf_into(b"", &self.0, &[b"id"], &mut id);
        id
    }

    /// The pre-shared key: HKDF(token, "psk").
    pub(crate) fn psk(&self) -> Secret32 {
        hkdf32(b"", &self.0, &[b"psk"])
    }

    /// The 28 letters, lower case.
    #[must_use]
    pub fn letters(&self) -> Zeroizing<String> {
        let mut letters = Zeroizing::new(String::with_capacity(TOKEN_LETTERS));
        encode(&self.0, &mut letters);
        let check = check_of(&self.0);
        for shift in [5, 0] {
            letters.push(letter(u32::from(check >> shift)));
        }
        letters
    }

    /// Parses a written token: either case, `o` for 0, `i` and `l` for 1, spaces and `-` skipped.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let mut values = Zeroizing::new([0u8; TOKEN_LETTERS]);
        let mut count = 0;
        for character in text.chars() {
            if character == '-' || character.is_whitespace() {
                continue;
            }
            let value = value_of(character).ok_or(TokenError::Letter)?;
            *values.get_mut(count).ok_or(TokenError::Length)? = value;
            count += 1;
        }
        if count != TOKEN_LETTERS {
            return Err(TokenError::Length);
        }
        let (body, check) = values.split_at(BODY_LETTERS);
        let mut token = Self([0; 16]);
        decode(body, &mut token.0).ok_or(TokenError::Check)?;
        let check = (u16::from(check[0]) << 5) | u16::from(check[1]);
        if check == check_of(&token.0) {
            Ok(token)
        } else {
            Err(TokenError::Check)
        }
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Token {}

/// CRC-10 (x^10 + x^9 + x^5 + x^4 + x + 1, all ones first): finds every single wrong letter and every swap of
/// neighbors, which are bursts of at most ten bits.
fn check_of(bytes: &[u8]) -> u16 {
    let mut crc: u16 = 0x3ff;
    for byte in bytes {
        crc ^= u16::from(*byte) << 2;
        for _ in 0..8 {
            crc = if crc & 0x200 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x233
            };
        }
        crc &= 0x3ff;
    }
    crc
}

/// The letter of the lowest five bits.
fn letter(value: u32) -> char {
    char::from(ALPHABET[usize::try_from(value & 31).unwrap_or(0)])
}

fn value_of(character: char) -> Option<u8> {
    let lower = match character.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let position = ALPHABET.iter().position(|letter| char::from(*letter) == lower)?;
    u8::try_from(position).ok()
}

/// Crockford base32 in lower case; the last letter's unused low bits are zero.
pub(crate) fn encode(bytes: &[u8], out: &mut String) {
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        buffer = ((buffer << 8) | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(letter(buffer >> bits));
        }
    }
    if bits > 0 {
        out.push(letter(buffer << (5 - bits)));
    }
}

/// The reverse of [`encode`] from letter values; `None` when the length or unused bits do not fit.
pub(crate) fn decode(values: &[u8], out: &mut [u8]) -> Option<()> {
    if values.len() != (out.len() * 8).div_ceil(5) {
        return None;
    }
    let (mut buffer, mut bits, mut filled) = (0u32, 0u32, 0usize);
    for value in values {
        buffer = ((buffer << 5) | u32::from(*value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(filled)? = u8::try_from((buffer >> bits) & 0xff).ok()?;
            filled += 1;
        }
    }
    (filled == out.len() && buffer & ((1 << bits) - 1) == 0).then_some(())
}

/// The letter values of a strict (already lower-case or upper-case) base32 text of exactly `N` letters.
pub(crate) fn values<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut values = [0; N];
    let mut characters = text.chars();
    for value in &mut values {
        *value = value_of(characters.next()?)?;
    }
    characters.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_written_token_has_28_lower_case_letters() {
        let letters = Token::from_bytes([0xff; 16]).letters();
        assert_eq!(letters.len(), TOKEN_LETTERS);
        assert_eq!(&letters[..26], "zzzzzzzzzzzzzzzzzzzzzzzzzw");
    }

    #[test]
    fn id_and_key_are_different_and_fixed() {
        let token = Token::from_bytes(*b"0123456789abcdef");
        // HKDF-SHA256 with an empty salt, by a second implementation.
        assert_eq!(hex(&token.id()), ID);
        assert_eq!(hex(token.psk().expose()), PSK);
    }

    const ID: &str = "4af4557137c44ce75234c8ddfb976799";
    const PSK: &str = "e51b27be85c49aca300c6a20a145ff58e2e4f59d09f88d5bc73c75a8d55c1871";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_single_wrong_letter_and_every_swap_is_found() {
        let token = Token::from_bytes(*b"\x13\x37 token bytes!!");
        let letters = token.letters().to_string();
        for index in 0..TOKEN_LETTERS {
            for letter in ALPHABET {
                let mut wrong = letters.clone().into_bytes();
                if wrong[index] == *letter {
                    continue;
                }
                wrong[index] = *letter;
                assert!(
                    Token::parse(std::str::from_utf8(&wrong).unwrap()).is_err(),
                    "{index}"
                );
            }
            let mut swapped = letters.clone().into_bytes();
            if index + 1 < TOKEN_LETTERS && swapped[index] != swapped[index + 1] {
                swapped.swap(index, index + 1);
                assert!(
                    Token::parse(std::str::from_utf8(&swapped).unwrap()).is_err(),
                    "{index}"
                );
            }
        }
    }

    #[test]
    fn texts_that_are_no_token_say_why() {
        let letters = Token::from_bytes([7; 16]).letters();
        assert_eq!(Token::parse("").err(), Some(TokenError::Length));
        assert_eq!(Token::parse(&letters[1..]).err(), Some(TokenError::Length));
        assert_eq!(
            Token::parse(&format!("{}0", *letters)).err(),
            Some(TokenError::Length)
        );
        assert_eq!(Token::parse(&"0".repeat(10_000)).err(), Some(TokenError::Length));
        assert_eq!(Token::parse(&"0".repeat(28)).err(), Some(TokenError::Check));
        for bad in ['u', '!', '０', 'é'] {
            assert_eq!(
                Token::parse(&format!("{bad}{}", &letters[1..])).err(),
                Some(TokenError::Letter)
            );
        }
    }

    proptest! {
        #[test]
        fn every_token_survives_writing_and_typing(bytes in any::<[u8; 16]>()) {
            let token = Token::from_bytes(bytes);
            let letters = token.letters();
            prop_assert!(Token::parse(&letters).unwrap() == token);
            let typed = letters.to_uppercase().replace('0', "o").replace('1', "l");
            let typed = format!(" {}-{}\n", &typed[..10], &typed[10..]);
            prop_assert!(Token::parse(&typed).unwrap() == token);
        }
    }
}
