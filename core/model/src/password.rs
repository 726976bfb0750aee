//! Which passwords are taken: long enough, and not among those that everybody tries first.
//! No rules about kinds of characters: they make passwords worse.

/// Shortest password, in characters.
pub const SHORTEST: usize = 8;
/// Longest password, in bytes: enough for every sentence, too little to keep the hash busy.
pub const LONGEST_BYTES: usize = 1_024;

/// Words that common passwords are made of, in lower case.
const WORDS: &str = include_str!("password/words.txt");

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`SHORTEST`] characters.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// More than [`LONGEST_BYTES`] bytes.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// Among the first that are tried, or made of the address or the name.
    #[error("this password is too easy to guess")]
    TooCommon,
}

/// Whether a new password may be used by somebody with these words (address, name, organisation).
pub fn check(password: &str, about: &[&str]) -> Result<(), PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST_BYTES {
        return Err(PasswordError::TooLong);
    }
    if is_common(password, about) {
        return Err(PasswordError::TooCommon);
    }
    Ok(())
}

fn is_common(password: &str, about: &[&str]) -> bool {
    let lower = password.to_lowercase();
    // What surrounds the word: "Password2026!" is "password" to everybody who guesses.
    let core = trim(&lower);
    if is_monotonous(&lower) || core.is_empty() && is_digits_of_habit(password) {
        return true;
    }
    let letters: String = core.chars().map(unleet).collect();
    let is_word = |word: &str| {
        [core, &letters]
            .iter()
            .any(|&text| text == word || is_repeated(text, word))
    };
    if WORDS.lines().any(is_word) {
        return true;
    }
    about
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 4)
        .any(|word| is_word(trim(&word.to_lowercase())))
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic())
}

/// The letter that a digit or sign stands for in passwords.
const fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Every step from one character to the next is the same: `aaaaaaaa`, `12345678`, `hgfedcba`.
fn is_monotonous(password: &str) -> bool {
    let steps = |a: char, b: char| i64::from(u32::from(b)) - i64::from(u32::from(a));
    let mut pairs = password
        .chars()
        .zip(password.chars().skip(1))
        .map(|(a, b)| steps(a, b));
    let Some(first) = pairs.next() else { return true };
    (-1..=1).contains(&first) && pairs.all(|step| step == first)
}

/// Digits only, up to ten of them: dates, telephone numbers and walks over the key pad.
fn is_digits_of_habit(password: &str) -> bool {
    password.chars().count() <= 10 && password.chars().all(|c| !c.is_alphabetic())
}

fn is_repeated(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.len() > word.len()
        && text.len().is_multiple_of(word.len())
        && text.replace(word, "").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_everybody_tries_first_are_refused() {
        for password in [
            "password",
            "Password1",
            "P@ssw0rd",
            "passw0rd!",
            "Password2026!",
            "qwertyui",
            "qwerty123456",
            "12345678",
            "1234567890",
            "aaaaaaaa",
            "hgfedcba",
            "20260101",
            "090-1234",
            "iloveyou",
            "sunshine1",
            "temoto123",
            "Temoto!!",
            "adminadmin",
            "welcome2026",
            "letmein!",
            "football",
            "abcd1234",
            "sakura2026",
            "passwordpassword",
            "zaq12wsx",
        ] {
            assert_eq!(check(password, &[]), Err(PasswordError::TooCommon), "{password}");
        }
    }

    #[test]
    fn the_own_name_or_address_is_refused() {
        let about = ["hanako.sato@example.com", "Example Support"];
        for password in ["hanako01!", "Hanako2026", "example1!", "Support00"] {
            assert_eq!(
                check(password, &about),
                Err(PasswordError::TooCommon),
                "{password}"
            );
        }
    }

    #[test]
    fn length_counts_in_characters_and_bytes() {
        assert_eq!(check("kx9#Lq2", &[]), Err(PasswordError::TooShort));
        assert_eq!(check("春はあけぼの", &[]), Err(PasswordError::TooShort));
        assert_eq!(check("春はあけぼのやうやう", &[]), Ok(()));
        assert_eq!(check(&"xy".repeat(513), &[]), Err(PasswordError::TooLong));
    }

    #[test]
    fn ordinary_good_passwords_are_taken() {
        for password in [
            "correct horse battery staple",
            "kx9#Lq2v",
            "tulip-orbit-94",
            "demo-operator-2841",
            "password is long enough",
        ] {
            assert_eq!(
                check(password, &["demo@example.com", "Demo Operator"]),
                Ok(()),
                "{password}"
            );
        }
    }
}
