//! The second factor: codes of an authenticator app that change every 30 seconds (TOTP, RFC 6238) and recovery codes.
//!
//! Neither is kept: an app's secret is made of the server's own key and a seed in the database, a recovery code is kept
//! as its keyed hash. Who has the database alone has nothing. A code is good once, and so is each recovery code.

use std::fmt::Write as _;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use rand_core::CryptoRngCore;
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{Secret, Timestamp, UserId};

/// A code changes after so many seconds.
pub const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks of phones differ.
pub const SKEW_STEPS: i64 = 1;
/// Digits of a code.
pub const DIGITS: u32 = 6;
/// Recovery codes that a person gets.
pub const RECOVERY_CODES: usize = 10;
/// How long a device that was trusted asks for no second factor.
pub const TRUST_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Characters of a recovery code, 5 bits each.
const RECOVERY_CHARS: usize = 12;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the secret of an app is made of, with the server's key.
pub type Seed = [u8; 16];

/// The secret that an app and the server share.
pub type AppSecret = Secret<[u8; 20]>;

/// The server's key for second factors.
#[derive(Clone, Debug)]
pub struct FactorKey(Secret<[u8; 32]>);

/// What somebody typed as second factor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Six digits of an app.
    App(u32),
    /// A recovery code, in one spelling.
    Recovery(String),
}

impl FactorKey {
    /// The key of a server, made of a secret of its own that has other uses too.
    #[must_use]
    pub fn derive(from: &[u8; 32]) -> Self {
        Self(Secret::new(keyed(from, &[b"temoto second factor 1"])))
    }

    /// The secret for the app of this person.
    #[must_use]
    pub fn app_secret(&self, user: UserId, seed: &Seed) -> AppSecret {
        let whole = keyed(self.0.expose(), &[b"app", user.as_bytes(), seed]);
        let mut secret = [0; 20];
        secret.copy_from_slice(&whole[..20]);
        Secret::new(secret)
    }

    /// What is kept of a recovery code.
    #[must_use]
    pub fn recovery_hash(&self, user: UserId, code: &str) -> [u8; 32] {
        keyed(self.0.expose(), &[b"recovery", user.as_bytes(), code.as_bytes()])
    }
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A MAC of this kind takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        // With its length, so that no two lists of parts have the same bytes.
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The code of this step.
#[must_use]
pub fn code(secret: &AppSecret, step: i64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.expose()) else {
        return 0;
    };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    let mut four = [0; 4];
    four.copy_from_slice(&hash[at..at + 4]);
    (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS)
}

/// The step at this moment.
#[must_use]
pub fn step_at(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(STEP_SECONDS * 1_000)
}

/// The step that this code is of, if it is one around now and after `last`, the last one that was used.
#[must_use]
pub fn matching_step(secret: &AppSecret, given: u32, last: i64, now: Timestamp) -> Option<i64> {
    let here = step_at(now);
    // All are looked at, so that the time taken tells nothing.
    let mut found = None;
    for step in here - SKEW_STEPS..=here + SKEW_STEPS {
        let same: bool = code(secret, step).ct_eq(&given).into();
        if same && step > last && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// Reads what somebody typed: six digits, or a recovery code, in any width, case and grouping.
#[must_use]
pub fn read_answer(text: &str) -> Option<Answer> {
    if text.len() > 100 {
        return None;
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if plain.len() == usize::try_from(DIGITS).unwrap_or(6) && plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.parse().ok().map(Answer::App);
    }
    let ours = plain.len() == RECOVERY_CHARS && plain.bytes().all(|b| BASE32.contains(&b));
    ours.then_some(Answer::Recovery(plain))
}

/// Draws fresh recovery codes, in the spelling that [`Answer::Recovery`] has.
#[must_use]
pub fn draw_recovery_codes(rng: &mut dyn CryptoRngCore) -> Vec<Secret<String>> {
    let draw = |rng: &mut dyn CryptoRngCore| {
        let mut bytes = [0; RECOVERY_CHARS];
        rng.fill_bytes(&mut bytes);
        let letters = bytes.iter().map(|b| char::from(BASE32[usize::from(b & 31)]));
        Secret::new(letters.collect())
    };
    (0..RECOVERY_CODES).map(|_| draw(rng)).collect()
}

/// A recovery code as people read it: in groups of four.
#[must_use]
pub fn show_recovery_code(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 2);
    for (index, c) in code.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push('-');
        }
        out.push(c);
    }
    out
}

/// An app's secret as people type it, in base32.
#[must_use]
pub fn show_secret(secret: &AppSecret) -> Secret<String> {
    // 20 bytes are 32 groups of 5 bits, with nothing left over.
    let mut out = String::with_capacity(32);
    for five in secret.expose().chunks(5) {
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for group in (0..8).rev() {
            let index = usize::try_from(bits >> (group * 5) & 31).unwrap_or(0);
            out.push(char::from(BASE32[index]));
        }
    }
    Secret::new(out)
}

/// The address that a QR code has for an app.
#[must_use]
pub fn app_address(secret: &AppSecret, issuer: &str, account: &str) -> Secret<String> {
    let (issuer, account) = (escape(issuer), escape(account));
    Secret::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
        show_secret(secret).expose()
    ))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    fn rfc_secret() -> AppSecret {
        Secret::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(&rfc_secret(), step_at(at(seconds))), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_minute_and_a_half() {
        let secret = rfc_secret();
        let now = at(1_234_567_890);
        let here = step_at(now);
        let matching = |step: i64, last: i64| matching_step(&secret, code(&secret, step), last, now);
        for step in [here - 1, here, here + 1] {
            assert_eq!(matching(step, 0), Some(step));
            assert_eq!(matching(step, step), None);
        }
        assert_eq!(matching(here - 2, 0), None);
        assert_eq!(matching(here + 2, 0), None);
        // Once a later one was used, an earlier one is no longer good.
        assert_eq!(matching(here - 1, here), None);
    }

    #[test]
    fn people_may_write_a_code_as_they_like() {
        for text in ["123456", " 123 456 ", "１２３４５６", "123-456"] {
            assert_eq!(read_answer(text), Some(Answer::App(123_456)), "{text}");
        }
        for text in ["ABCD-EFGH-2345", "abcdefgh2345", "ＡＢＣＤ efgh 2345"] {
            assert_eq!(
                read_answer(text),
                Some(Answer::Recovery("ABCDEFGH2345".to_owned())),
                "{text}"
            );
        }
        for text in [
            "",
            "12345",
            "1234567",
            "ABCD-EFGH-2341",
            "ABCDEFGH234567",
            &"1".repeat(10_000),
        ] {
            assert_eq!(read_answer(text), None, "{text}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_they_are_shown_and_kept_as_something_else() {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([3; 32]);
        let codes = draw_recovery_codes(&mut rng);
        assert_eq!(codes.len(), RECOVERY_CODES);
        let (key, other) = (FactorKey::derive(&[1; 32]), FactorKey::derive(&[2; 32]));
        let (a, b) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let mut seen = std::collections::BTreeSet::new();
        for code in codes {
            let code = code.expose();
            assert_eq!(
                read_answer(&show_recovery_code(code)),
                Some(Answer::Recovery(code.clone()))
            );
            assert!(seen.insert(key.recovery_hash(a, code)));
            assert_ne!(key.recovery_hash(a, code), key.recovery_hash(b, code));
            assert_ne!(key.recovery_hash(a, code), other.recovery_hash(a, code));
        }
    }

    #[test]
    fn an_app_gets_what_it_understands() {
        assert_eq!(
            show_secret(&rfc_secret()).expose(),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
        let address = app_address(&rfc_secret(), "手元 & Co", "a+b@c.example");
        assert_eq!(
            address.expose(),
            "otpauth://totp/%E6%89%8B%E5%85%83%20%26%20Co:a%2Bb@c.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%89%8B%E5%85%83%20%26%20Co"
        );
    }

    #[test]
    fn a_secret_depends_on_key_person_and_seed() {
        let key = FactorKey::derive(&[1; 32]);
        let user = UserId::from_bytes([1; 16]);
        let one = key.app_secret(user, &[1; 16]);
        for other in [
            key.app_secret(user, &[2; 16]),
            key.app_secret(UserId::from_bytes([2; 16]), &[1; 16]),
            FactorKey::derive(&[2; 32]).app_secret(user, &[1; 16]),
        ] {
            assert_ne!(one.expose(), other.expose());
        }
    }
}
