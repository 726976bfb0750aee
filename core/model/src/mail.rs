//! Mails that wait to be sent: what kinds there are, when a failed one is tried again, when it is given up, and how many
//! one address may be sent.
//!
//! A waiting mail holds no secret. The link of a mail is drawn when it is sent, so that nobody who reads the database
//! finds one that still works; a mail that is sent twice brings two links, and the newer one is good.

use std::time::Duration;

use crate::Timestamp;

/// What a mail says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MailKind {
    /// Verify the address that was registered. Carries a link.
    Verify,
    /// Somebody registered an address that has an account already.
    AlreadyRegistered,
    /// A colleague made an account: choose a password. Carries a link.
    Invite,
    /// Choose a new password. Carries a link.
    Reset,
    /// The address is to be changed: agree, at the old address. Carries a link.
    EmailOld,
    /// The address is to be changed: agree, at the new address. Carries a link.
    EmailNew,
    /// Somebody logged in from a device that was not known.
    NewDevice,
    /// The password was changed.
    PasswordChanged,
    /// A second factor was set up.
    SecondFactorOn,
    /// The second factor was removed.
    SecondFactorOff,
    /// The address was changed.
    EmailChanged,
    /// A licence or the trial ends soon.
    LicenceEnds,
    /// An operator sends a customer the address of the join page, with words of the operator's own.
    Guidance,
    /// Nothing but a proof that mail arrives.
    Test,
}

impl MailKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Verify,
        Self::AlreadyRegistered,
        Self::Invite,
        Self::Reset,
        Self::EmailOld,
        Self::EmailNew,
        Self::NewDevice,
        Self::PasswordChanged,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::EmailChanged,
        Self::LicenceEnds,
        Self::Guidance,
        Self::Test,
    ];

    /// Its name in the database and the folder of its templates.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::AlreadyRegistered => "already_registered",
            Self::Invite => "invite",
            Self::Reset => "reset",
            Self::EmailOld => "email_old",
            Self::EmailNew => "email_new",
            Self::NewDevice => "new_device",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::EmailChanged => "email_changed",
            Self::LicenceEnds => "licence_ends",
            Self::Guidance => "guidance",
            Self::Test => "test",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A mail that could not be delivered within this time is given up.
pub const PATIENCE: Duration = Duration::from_secs(48 * 3_600);
/// How long a mail that is being sent is left alone: longer than any conversation with a mail server.
pub const CLAIM: Duration = Duration::from_secs(5 * 60);
/// Mails of one kind to one address in [`PER_ADDRESS_WITHIN`].
pub const PER_ADDRESS: u32 = 5;
/// The time that [`PER_ADDRESS`] counts in.
pub const PER_ADDRESS_WITHIN: Duration = Duration::from_secs(3_600);
/// Mails that were sent are remembered for so long, without their words, to count them.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// Mails that wait at most; more are refused. An installation of 3,000 people invites all of them at once.
pub const WAITING: u32 = 20_000;
/// Longest answer of a mail server that is kept, in characters.
pub const ANSWER_CHARS: usize = 300;

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(2 * 3_600);

/// When a mail that failed so many times is tried again; nothing: it is given up.
#[must_use]
pub fn next_try(made_at: Timestamp, failures: u32, now: Timestamp) -> Option<Timestamp> {
    let doublings = failures.saturating_sub(1).min(20);
    let wait = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let at = now.plus(wait);
    (at.since(made_at) < PATIENCE).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn waits_grow_to_two_hours_and_end_after_two_days() {
        let mut now = START;
        let mut waits = Vec::new();
        for failures in 1.. {
            let Some(next) = next_try(START, failures, now) else {
                break;
            };
            waits.push(next.since(now).as_secs());
            now = next;
        }
        assert_eq!(waits[..5], [30, 60, 120, 240, 480]);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits.last(), Some(&7_200));
        assert!((28..36).contains(&waits.len()), "{}", waits.len());
        assert!(now.since(START) < PATIENCE);
    }

    #[test]
    fn any_number_of_failures_is_answered() {
        assert_eq!(next_try(START, u32::MAX, START), Some(START.plus(LONGEST)));
        assert_eq!(next_try(START, 0, START), Some(START.plus(FIRST)));
    }

    #[test]
    fn kinds_keep_their_names() {
        for kind in MailKind::ALL {
            assert_eq!(MailKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(MailKind::from_name("spam"), None);
    }
}
