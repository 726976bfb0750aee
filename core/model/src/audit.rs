//! The trail of who did what when. Each entry holds the hash of the one before, so that a missing or changed one
//! can be found.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey};
use sha2::{Digest, Sha256};

use crate::{ActorId, OrganisationId, Timestamp};

/// What happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuditKind {
    /// The installation was set up.
    Installed,
    /// An account was made.
    UserAdded,
    /// A person chose a password by a one-time link.
    PasswordSet,
    /// Somebody was invited, by mail or by a link.
    UserInvited,
    /// The role of a person was changed; the detail says to which.
    RoleChanged,
    /// An account was deleted.
    UserDeleted,
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
    /// A login was ended by its owner from elsewhere.
    LoginEnded,
    /// A second factor was set up.
    SecondFactorSet,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// A second factor was wrong.
    SecondFactorFailed,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// Whether everybody must have a second factor was decided; the detail says how.
    SecondFactorRequired,
    /// Somebody changed the own name or another detail.
    ProfileChanged,
    /// The address of an account was changed.
    EmailChanged,
    /// A support session was opened.
    SessionStarted,
    /// A code was given out.
    CodeTaken,
    /// A code was closed; the detail says how.
    CodeClosed,
    /// The operator sent a customer the address of the join page by mail. To whom is not in the trail: what is there
    /// stays for ever.
    GuidanceSent,
    /// A customer joined.
    CustomerJoined,
    /// An operator paused a session: its lease is free.
    SessionPaused,
    /// A session that was paused goes on.
    SessionResumed,
    /// A support session ended; the detail says why.
    SessionEnded,
    /// A licence was activated, or a trial began; the detail says for how many sessions.
    LicenceActivated,
    /// When leases are taken was decided anew.
    LeasePolicyChanged,
    /// A customer could not join because no licence was free.
    LeaseRefused,
    /// Somebody proved a wrong secret for the code of a session.
    ProofRefused,
    /// The customer's count of proofs is another than the operator's; the operator's console says so.
    ProofsDiffer,
    /// The customer allowed something; the operator's console says so, the detail says what.
    GrantGiven,
    /// The customer withdrew something; the operator's console says so, the detail says what.
    GrantWithdrawn,
    /// Note or ticket number of a session were changed.
    HistoryNoted,
    /// The history was exported; the detail says how many sessions.
    HistoryExported,
    /// How long the history is kept was decided anew; the detail says how many days.
    RetentionChanged,
    /// Sessions were removed because their time was over; the detail says how many.
    HistoryExpired,
    /// A person was removed from the history; the detail says from how many sessions.
    HistoryErased,
    /// Which sites may show the code field was decided anew; the detail says which.
    EmbedOriginsSet,
    /// A group was made; the detail is its name.
    GroupMade,
    /// A group got another name; the detail is the new one.
    GroupRenamed,
    /// A group was deleted.
    GroupDeleted,
    /// Somebody was put into a group; the detail says who.
    GroupJoined,
    /// Somebody was taken out of a group; the detail says who.
    GroupLeft,
    /// What organisation, group or person may was decided anew; the detail says which function, and how.
    PermissionSet,
    /// A key for other programs was made; the detail is its name and what it may.
    ApiKeyMade,
    /// A key for other programs was revoked; the detail is its name.
    ApiKeyRevoked,
}

impl AuditKind {
    /// Its name in the database and in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::UserAdded => "user_added",
            Self::PasswordSet => "password_set",
            Self::UserInvited => "user_invited",
            Self::RoleChanged => "role_changed",
            Self::UserDeleted => "user_deleted",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::LoggedIn => "logged_in",
            Self::LoginFailed => "login_failed",
            Self::LoggedOut => "logged_out",
            Self::LoginEnded => "login_ended",
            Self::SecondFactorSet => "second_factor_set",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::SecondFactorFailed => "second_factor_failed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::SecondFactorRequired => "second_factor_required",
            Self::ProfileChanged => "profile_changed",
            Self::EmailChanged => "email_changed",
            Self::SessionStarted => "session_started",
            Self::CodeTaken => "code_taken",
            Self::CodeClosed => "code_closed",
            Self::GuidanceSent => "guidance_sent",
            Self::CustomerJoined => "customer_joined",
            Self::SessionPaused => "session_paused",
            Self::SessionResumed => "session_resumed",
            Self::SessionEnded => "session_ended",
            Self::LicenceActivated => "licence_activated",
            Self::LeasePolicyChanged => "lease_policy_changed",
            Self::LeaseRefused => "lease_refused",
            Self::ProofRefused => "proof_refused",
            Self::ProofsDiffer => "proofs_differ",
            Self::GrantGiven => "grant_given",
            Self::GrantWithdrawn => "grant_withdrawn",
            Self::HistoryNoted => "history_noted",
            Self::HistoryExported => "history_exported",
            Self::RetentionChanged => "retention_changed",
            Self::HistoryExpired => "history_expired",
            Self::HistoryErased => "history_erased",
            Self::EmbedOriginsSet => "embed_origins_set",
            Self::GroupMade => "group_made",
            Self::GroupRenamed => "group_renamed",
            Self::GroupDeleted => "group_deleted",
            Self::GroupJoined => "group_joined",
            Self::GroupLeft => "group_left",
            Self::PermissionSet => "permission_set",
            Self::ApiKeyMade => "api_key_made",
            Self::ApiKeyRevoked => "api_key_revoked",
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
    /// Which person, or which key; `None`: the server or its command line.
    pub actor: Option<ActorId>,
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
    let entry = Entry {
        organisation: event.organisation.as_bytes(),
        number,
        at: event.at,
        actor: event.actor.as_ref().map(|id| &id.as_bytes()[..]),
        kind: event.kind.as_str(),
        subject: &event.subject,
        detail: &event.detail,
    };
    entry.chain(previous)
}

/// An entry as it stands in a database, whatever stands there.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Whose trail it says it is in.
    pub organisation: &'a [u8],
    /// At which place.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Option<&'a [u8]>,
    /// What.
    pub kind: &'a str,
    /// To which thing.
    pub subject: &'a str,
    /// More words.
    pub detail: &'a str,
}

impl Entry<'_> {
    /// The hash that belongs to it after the entry with the hash `previous`.
    #[must_use]
    pub fn chain(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"temoto audit 1");
        hash.update(previous);
        hash.update(self.number.to_be_bytes());
        hash.update(self.organisation);
        hash.update(self.at.as_millis().to_be_bytes());
        for part in [
            self.actor.unwrap_or_default(),
            self.kind.as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
        ] {
            // With its length, so that no two events have the same bytes.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// What is wrong with a trail.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Entries are missing before this one.
    #[error("entries {from} to {before} are missing", before = .found - 1)]
    Gap {
        /// The first that is missing.
        from: u64,
        /// The one that is there.
        found: u64,
    },
    /// The entry is not what was written: it, its hash, or its place was changed.
    #[error("entry {0} is not what was written")]
    Changed(u64),
    /// The trail is shorter than it was when this checkpoint was signed.
    #[error("the trail ends at entry {end}, but entry {checkpoint} was signed")]
    Cut {
        /// The last entry.
        end: u64,
        /// What was signed.
        checkpoint: u64,
    },
    /// Another entry was at this place when its checkpoint was signed: everything was written anew.
    #[error("entry {0} is another than the one that was signed")]
    Rewritten(u64),
    /// Not signed by this installation.
    #[error("the checkpoint of entry {0} was not signed by this installation")]
    Unsigned(u64),
}

/// Walks along one trail.
#[derive(Clone, Debug)]
pub struct Walk {
    number: u64,
    hash: [u8; 32],
    checkpoints: BTreeMap<u64, [u8; 32]>,
    faults: Vec<Fault>,
}

/// More faults than these are not told one by one.
const FAULTS: usize = 100;

impl Walk {
    /// From the beginning of a trail, with the checkpoints of it that are signed by the key with this seed.
    #[must_use]
    pub fn new(checkpoints: &[(Checkpoint, [u8; 64])], seed: &[u8; 32]) -> Self {
        let mut walk = Self {
            number: 0,
            hash: START,
            checkpoints: BTreeMap::new(),
            faults: Vec::new(),
        };
        for (checkpoint, signature) in checkpoints {
            if checkpoint.is_signed(signature, seed) {
                walk.checkpoints.insert(checkpoint.number, checkpoint.hash);
            } else {
                walk.fault(Fault::Unsigned(checkpoint.number));
            }
        }
        walk
    }

    /// The trail is also known to have had this entry: it was noted elsewhere.
    pub fn expect(&mut self, number: u64, hash: [u8; 32]) {
        if self
            .checkpoints
            .insert(number, hash)
            .is_some_and(|signed| signed != hash)
        {
            self.fault(Fault::Rewritten(number));
        }
    }

    /// The next entry, with the hash that stands beside it.
    pub fn step(&mut self, entry: &Entry<'_>, kept: &[u8]) {
        let expected = self.number.saturating_add(1);
        if entry.number > expected {
            self.fault(Fault::Gap {
                from: expected,
                found: entry.number,
            });
        }
        let hash = entry.chain(&self.hash);
        if entry.number < expected || (entry.number == expected && hash != *kept) {
            self.fault(Fault::Changed(entry.number));
        }
        if self
            .checkpoints
            .get(&entry.number)
            .is_some_and(|signed| signed != kept)
        {
            self.fault(Fault::Rewritten(entry.number));
        }
        self.number = entry.number.max(self.number);
        // On with what stands there: one fault is told once.
        self.hash = kept.try_into().unwrap_or(hash);
    }

    /// Where the trail ends, and everything that is wrong with it.
    #[must_use]
    pub fn end(mut self) -> (u64, [u8; 32], Vec<Fault>) {
        if let Some((&checkpoint, _)) = self.checkpoints.last_key_value()
            && checkpoint > self.number
        {
            let end = self.number;
            self.fault(Fault::Cut { end, checkpoint });
        }
        (self.number, self.hash, self.faults)
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }
}

/// "The trail of this organisation had this entry then", signed by the installation: who can write to the database but
/// does not have the key cannot write the trail anew, nor cut what was signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// Whose trail.
    pub organisation: OrganisationId,
    /// Which entry.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// When it was signed.
    pub at: Timestamp,
}

impl Checkpoint {
    /// Signs with the installation's Ed25519 seed.
    #[must_use]
    pub fn sign(&self, seed: &[u8; 32]) -> [u8; 64] {
        SigningKey::from_bytes(seed).sign(&self.bytes()).to_bytes()
    }

    /// Whether the key with this seed signed it.
    #[must_use]
    pub fn is_signed(&self, signature: &[u8; 64], seed: &[u8; 32]) -> bool {
        let key = SigningKey::from_bytes(seed).verifying_key();
        key.verify_strict(&self.bytes(), &Signature::from_bytes(signature))
            .is_ok()
    }

    fn bytes(&self) -> Vec<u8> {
        [
            &b"temoto audit checkpoint 1\n"[..],
            self.organisation.as_bytes(),
            &self.number.to_be_bytes(),
            &self.hash,
            &self.at.as_millis().to_be_bytes(),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> AuditEvent {
        AuditEvent {
            organisation: OrganisationId::from_bytes([1; 16]),
            at: Timestamp::from_millis(5),
            actor: Some(ActorId::from_bytes([2; 16])),
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

    #[test]
    fn a_checkpoint_is_signed_by_one_key_for_one_entry() {
        let checkpoint = Checkpoint {
            organisation: OrganisationId::from_bytes([1; 16]),
            number: 7,
            hash: [3; 32],
            at: Timestamp::from_millis(5),
        };
        let signature = checkpoint.sign(&[1; 32]);
        assert!(checkpoint.is_signed(&signature, &[1; 32]));
        assert!(!checkpoint.is_signed(&signature, &[2; 32]));
        let changes: [fn(&mut Checkpoint); 4] = [
            |c| c.organisation = OrganisationId::from_bytes([2; 16]),
            |c| c.number = 8,
            |c| c.hash = [4; 32],
            |c| c.at = Timestamp::from_millis(6),
        ];
        for change in changes {
            let mut other = checkpoint;
            change(&mut other);
            assert!(!other.is_signed(&signature, &[1; 32]), "{other:?}");
        }
    }
}
