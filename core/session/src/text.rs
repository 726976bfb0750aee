//! Identifiers and keys as text.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const FORGIVING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// N bytes from 2 N hexadecimal digits.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    hex::decode_to_slice(text, &mut out).ok()?;
    Some(out)
}

/// Bytes from base64 of either alphabet (RFC 4648), padded or not; at most 4 KiB.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() > 6_000 {
        return None;
    }
    let standard = GeneralPurpose::new(&STANDARD, FORGIVING).decode(text);
    standard
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, FORGIVING).decode(text))
        .ok()
}

/// Standard base64 with padding.
#[must_use]
pub fn base64_of(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_both_alphabets_is_read() {
        assert_eq!(base64("TWE="), Some(b"Ma".to_vec()));
        assert_eq!(base64("TWE"), Some(b"Ma".to_vec()));
        assert_eq!(base64("-_8"), base64("+/8="));
        assert_eq!(base64("a b"), None);
    }

    #[test]
    fn hexadecimal_of_another_length_is_refused() {
        assert_eq!(unhex::<16>("00"), None);
        assert_eq!(unhex::<16>(&"zz".repeat(16)), None);
        assert_eq!(unhex("0a0B"), Some([10, 11]));
        assert_eq!(unhex(&"0F".repeat(16)), Some([15; 16]));
    }
}
