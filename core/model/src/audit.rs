//! The trail of who did what when. Each entry holds the hash of the one before, so that a missing or changed one
//! can be found.

use sha2::{Digest, Sha256};

use crate::{OrganisationId, Timestamp, UserId};

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuditKind {
    /// The installation was set up.
    Installed,
    /// An account was made.
    UserAdded,
    /// A person chose a password by a one-time link.
    PasswordSet,
    /// An account was disabled.
    UserDisabled,
    /// An account was enabled again.
    UserEnabled,
    /// Somebody logged in.
    LoggedIn,
    /// A password was wrong.
    LoginFailed,
    /// Somebody logged out.
    LoggedOut,
    /// A support session was opened.
    SessionStarted,
    /// A code was given out.
    CodeTaken,
    /// A code was closed; the detail says how.
    CodeClosed,
    /// A customer joined.
    CustomerJoined,
    /// A support session ended; the detail says why.
    SessionEnded,
    /// A licence was activated, or a trial began; the detail says for how many sessions.
    LicenceActivated,
    /// When leases are taken was decided anew.
    LeasePolicyChanged,
    /// A customer could not join because no licence was free.
    LeaseRefused,
}

impl AuditKind {
    /// Its name in the database and in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::UserAdded => "user_added",
            Self::PasswordSet => "password_set",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::LoggedIn => "logged_in",
            Self::LoginFailed => "login_failed",
            Self::LoggedOut => "logged_out",
            Self::SessionStarted => "session_started",
            Self::CodeTaken => "code_taken",
            Self::CodeClosed => "code_closed",
            Self::CustomerJoined => "customer_joined",
            Self::SessionEnded => "session_ended",
            Self::LicenceActivated => "licence_activated",
            Self::LeasePolicyChanged => "lease_policy_changed",
            Self::LeaseRefused => "lease_refused",
        }
    }
}

/// An event before it has its place in the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEvent {
    /// Whose trail it is in.
    pub organisation: OrganisationId,
    /// When.
    pub at: Timestamp,
    /// Who; `None`: the server or its command line.
    pub actor: Option<UserId>,
    /// What.
    pub kind: AuditKind,
    /// To which thing: the text of an identifier, or nothing.
    pub subject: String,
    /// More words, never a secret.
    pub detail: String,
}

/// The hash that the chain starts from.
pub const START: [u8; 32] = [0; 32];

/// The hash of an event at its place: after the event with the hash `previous`, as the `number`th of the trail.
#[must_use]
pub fn chain(previous: &[u8; 32], number: u64, event: &AuditEvent) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"temoto audit 1");
    hash.update(previous);
    hash.update(number.to_be_bytes());
    hash.update(event.organisation.as_bytes());
    hash.update(event.at.as_millis().to_be_bytes());
    let actor: &[u8] = event.actor.as_ref().map_or(&[], |id| id.as_bytes());
    for part in [
        actor,
        event.kind.as_str().as_bytes(),
        event.subject.as_bytes(),
        event.detail.as_bytes(),
    ] {
        // With its length, so that no two events have the same bytes.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> AuditEvent {
        AuditEvent {
            organisation: OrganisationId::from_bytes([1; 16]),
            at: Timestamp::from_millis(5),
            actor: Some(UserId::from_bytes([2; 16])),
            kind: AuditKind::LoggedIn,
            subject: "ab".to_owned(),
            detail: "c".to_owned(),
        }
    }

    #[test]
    fn every_part_of_an_event_is_in_its_hash() {
        let hash = |e: &AuditEvent| chain(&START, 1, e);
        let original = hash(&event());
        let changes: [fn(&mut AuditEvent); 6] = [
            |e| e.organisation = OrganisationId::from_bytes([9; 16]),
            |e| e.at = Timestamp::from_millis(6),
            |e| e.actor = None,
            |e| e.kind = AuditKind::LoggedOut,
            |e| e.subject = "a".to_owned(),
            |e| {
                // The same letters, cut elsewhere.
                e.subject = "a".to_owned();
                e.detail = "bc".to_owned();
            },
        ];
        for change in changes {
            let mut other = event();
            change(&mut other);
            assert_ne!(hash(&other), original, "{other:?}");
        }
        assert_ne!(chain(&original, 1, &event()), original);
        assert_ne!(chain(&START, 2, &event()), original);
    }
}
