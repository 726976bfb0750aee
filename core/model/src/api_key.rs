//! Keys with which other programs call the interface: what one looks like, what it may, how long it holds.
//!
//! A key is an organisation's and may only what its scopes say; no scope lets it touch a password, a second factor, an
//! address, a role, another key or an administrator. Who made it answers for it: while that person is no administrator
//! who can log in, it does nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};

use crate::secret::generate_token;
use crate::{Secret, Timestamp, TokenHash};

/// What every key begins with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "temoto_key_";
/// For how many days a key may hold.
pub const DAYS: [u32; 3] = [30, 90, 365];
/// Keys of one organisation that hold at the same time.
pub const KEYS: u32 = 20;
/// Use is noted at most this often: it says whether a key is in use, not when it was used.
pub const TOUCH: Duration = Duration::from_secs(3_600);
/// A key that expired or was revoked is remembered for so long: who still calls with it is told what became of it.
pub const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Random hexadecimal digits, and those of the checksum behind them.
const SECRET_DIGITS: usize = 64;
const CHECK_DIGITS: usize = 8;

/// A part of the interface that a key may call.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Read the history, running sessions included, and export it.
    HistoryRead,
    /// Write notes and ticket numbers.
    HistoryWrite,
    /// End sessions.
    SessionsEnd,
    /// Read who there is.
    UsersRead,
    /// Add, suspend and delete operators.
    UsersWrite,
    /// Read groups and permissions.
    GroupsRead,
    /// Change groups and permissions.
    GroupsWrite,
    /// Read licences and who uses them.
    LicencesRead,
}

impl Scope {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::HistoryRead,
        Self::HistoryWrite,
        Self::SessionsEnd,
        Self::UsersRead,
        Self::UsersWrite,
        Self::GroupsRead,
        Self::GroupsWrite,
        Self::LicencesRead,
    ];

    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HistoryRead => "history:read",
            Self::HistoryWrite => "history:write",
            Self::SessionsEnd => "sessions:end",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::GroupsRead => "groups:read",
            Self::GroupsWrite => "groups:write",
            Self::LicencesRead => "licences:read",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// What a key may: at least one thing when it was just chosen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Those with these names; nothing if one is unknown, or there is none.
    #[must_use]
    pub fn choose<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let chosen: BTreeSet<Scope> = names.into_iter().map(Scope::from_name).collect::<Option<_>>()?;
        (!chosen.is_empty()).then_some(Self(chosen))
    }

    /// As they were kept. A name that there is no more allows nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.split(' ').filter_map(Scope::from_name).collect())
    }

    /// Their names with spaces between.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.names().collect::<Vec<_>>().join(" ")
    }

    /// Their names, in the order in which they are shown.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|scope| scope.as_str())
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

/// Draws a fresh key: prefix, 256 random bits, checksum.
#[must_use]
pub fn generate(rng: &mut dyn CryptoRngCore) -> Secret<String> {
    let token = generate_token(rng);
    Secret::new(format!("{PREFIX}{}{}", token.expose(), checksum(token.expose())))
}

/// The hash of what may be a key; nothing if it was not written by [`generate`]: cut off, mistyped, something else.
#[must_use]
pub fn read(text: &str) -> Option<TokenHash> {
    let digits = text.strip_prefix(PREFIX)?;
    let plain = digits
        .bytes()
        .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    if digits.len() != SECRET_DIGITS + CHECK_DIGITS || !plain {
        return None;
    }
    let (secret, check) = digits.split_at(SECRET_DIGITS);
    (check == checksum(secret)).then(|| TokenHash::of(text))
}

/// Finds mistakes, keeps nobody out.
fn checksum(secret: &str) -> String {
    let hash = Sha256::new()
        .chain_update(b"temoto key checksum")
        .chain_update(secret)
        .finalize();
    let mut text = hex::encode(hash);
    text.truncate(CHECK_DIGITS);
    text
}

/// How long a key of so many days holds; nothing if it may not hold for so many.
#[must_use]
pub fn life(days: u32) -> Option<Duration> {
    DAYS.contains(&days)
        .then(|| Duration::from_secs(u64::from(days) * 24 * 3_600))
}

/// What became of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyState {
    /// It may what its scopes say.
    Good,
    /// An administrator revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// Who made it is not an administrator who can log in.
    Stopped,
}

impl KeyState {
    /// Its name in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
        }
    }
}

/// What decides whether a key is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyTimes {
    /// Not good from here on.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Used last, as far as noted.
    pub last_used_at: Option<Timestamp>,
}

impl KeyTimes {
    /// What became of the key at this moment, if its maker is an administrator who can log in, or is not.
    #[must_use]
    pub fn state(&self, maker_administrates: bool, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if now >= self.expires_at {
            KeyState::Expired
        } else if !maker_administrates {
            KeyState::Stopped
        } else {
            KeyState::Good
        }
    }

    /// Whether use at this moment is to be noted.
    #[must_use]
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= TOUCH)
    }
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng as _;

    use super::*;

    fn key() -> String {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([3; 32]);
        generate(&mut rng).expose().clone()
    }

    #[test]
    fn a_key_is_read_as_it_was_made_and_with_no_digit_changed() {
        let key = key();
        assert_eq!(key.len(), PREFIX.len() + 72);
        assert_eq!(read(&key), Some(TokenHash::of(&key)));
        for at in 0..key.len() {
            let mut wrong = key.clone().into_bytes();
            wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(read(&String::from_utf8(wrong).unwrap()), None, "{at}");
        }
        for wrong in [
            "",
            PREFIX,
            &key[1..],
            &key[..key.len() - 1],
            &format!("{key}0"),
            &format!(" {key}"),
            &key.to_uppercase(),
            &format!("{PREFIX}{}", "é".repeat(36)),
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn scopes_are_chosen_by_their_names_and_kept_in_order() {
        let chosen = Scopes::choose(["users:write", "history:read", "users:write"]).unwrap();
        assert_eq!(chosen.to_text(), "history:read users:write");
        assert_eq!(Scopes::from_text(&chosen.to_text()), chosen);
        assert!(chosen.allow(Scope::UsersWrite) && !chosen.allow(Scope::UsersRead));
        assert_eq!(Scopes::choose([]), None);
        assert_eq!(Scopes::choose(["users:read", "everything"]), None);
        assert_eq!(Scopes::from_text("gone:read"), Scopes::default());
        for scope in Scope::ALL {
            assert_eq!(Scope::from_name(scope.as_str()), Some(scope));
        }
    }

    #[test]
    fn a_key_ends_in_three_ways() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let day = Duration::from_secs(24 * 3_600);
        let good = KeyTimes {
            expires_at: now.plus(day),
            revoked_at: None,
            last_used_at: None,
        };
        assert_eq!(good.state(true, now), KeyState::Good);
        assert_eq!(good.state(false, now), KeyState::Stopped);
        assert_eq!(good.state(true, now.plus(day)), KeyState::Expired);
        let revoked = KeyTimes {
            revoked_at: Some(now),
            ..good
        };
        assert_eq!(revoked.state(true, now), KeyState::Revoked);
    }

    #[test]
    fn use_is_noted_once_an_hour() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let mut times = KeyTimes {
            expires_at: now,
            revoked_at: None,
            last_used_at: None,
        };
        assert!(times.is_to_be_touched(now));
        times.last_used_at = Some(now);
        assert!(!times.is_to_be_touched(now.plus(TOUCH - Duration::from_millis(1))));
        assert!(times.is_to_be_touched(now.plus(TOUCH)));
    }

    #[test]
    fn a_key_holds_for_one_of_three_times() {
        assert_eq!(life(30), Some(Duration::from_secs(30 * 86_400)));
        for days in [0, 29, 366, u32::MAX] {
            assert_eq!(life(days), None);
        }
    }
}
