//! Licences: what somebody who runs an installation sells or gives, signed, so that it can be carried by mail or file.
//!
//! The bytes: a version, then every field at its place, big-endian; then 64 bytes of Ed25519 over a label and the
//! bytes before. As text they are base64url, alone (a key to paste) or between two lines of dashes (a file). Which
//! signers are believed, and whether a licence is needed at all, the installation decides; what several of them come
//! to is in [`crate::lease`].

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::account::{NAME_BYTES, Name};
use crate::{LicenceId, OrganisationId, Timestamp};

/// Longest text that is looked at, in bytes.
pub const TEXT_BYTES: usize = 4_096;
/// Most sessions at once of one licence.
pub const SESSIONS: u32 = 100_000;
/// From so long before its end on, administrators are told that a licence runs out.
pub const NOTICE: Duration = Duration::from_secs(30 * 86_400);

const LABEL: &[u8] = b"temoto licence 1\n";
const VERSION: u8 = 1;
const SIGNATURE_BYTES: usize = 64;
const FIXED_BYTES: usize = 1 + 16 + 1 + 4 + 4 + 3 * 8 + 16 + 16 + 2;
const BEGIN: &str = "-----BEGIN TEMOTO LICENCE-----";
const END: &str = "-----END TEMOTO LICENCE-----";

/// Why a licence is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LicenceError {
    /// Not a licence, or one of a newer version.
    #[error("this is no licence that this version can read")]
    Malformed,
    /// Changed on its way, or of somebody who is not believed here.
    #[error("the licence is not signed by anybody who is believed here")]
    Signature,
    /// For another organisation.
    #[error("the licence is for another organisation")]
    Elsewhere,
    /// Its end has come.
    #[error("the licence has expired")]
    Expired,
}

/// For what kind of installation a licence is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LicenceKind {
    /// Many organisations on one installation.
    PublicCloud,
    /// An own installation.
    OnPremises,
    /// An own installation that a host runs.
    PrivateCloud,
}

impl LicenceKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PublicCloud, Self::OnPremises, Self::PrivateCloud];

    /// Its name in the interface, the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PublicCloud => "public_cloud",
            Self::OnPremises => "on_premises",
            Self::PrivateCloud => "private_cloud",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    const fn number(self) -> u8 {
        match self {
            Self::PublicCloud => 1,
            Self::OnPremises => 2,
            Self::PrivateCloud => 3,
        }
    }
}

/// What a licence is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Function {
    /// One-time sessions by code.
    OneTime,
    /// Unattended access.
    Unattended,
    /// Meetings.
    Meeting,
    /// Transfer of files.
    Files,
    /// Voice and video calls.
    Call,
    /// Recording.
    Recording,
    /// Printing at the operator's.
    Print,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OneTime,
        Self::Unattended,
        Self::Meeting,
        Self::Files,
        Self::Call,
        Self::Recording,
        Self::Print,
    ];

    /// Its name in the interface and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneTime => "one_time",
            Self::Unattended => "unattended",
            Self::Meeting => "meeting",
            Self::Files => "files",
            Self::Call => "call",
            Self::Recording => "recording",
            Self::Print => "print",
        }
    }

    /// The function with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.as_str() == name)
    }

    const fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of functions. What a newer version knows and this one does not is kept and means nothing here.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Functions(u32);

impl Functions {
    /// Everything there is and will be.
    pub const ALL: Self = Self(u32::MAX);

    /// As it was kept.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// To be kept.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// These and one more.
    #[must_use]
    pub const fn with(self, function: Function) -> Self {
        Self(self.0 | function.bit())
    }

    /// Whether a function is among them.
    #[must_use]
    pub const fn has(self, function: Function) -> bool {
        self.0 & function.bit() != 0
    }

    /// Those that this version knows.
    pub fn known(self) -> impl Iterator<Item = Function> {
        Function::ALL
            .into_iter()
            .filter(move |function| self.has(*function))
    }
}

/// A licence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Licence {
    /// Which one.
    pub id: LicenceId,
    /// For what kind of installation.
    pub kind: LicenceKind,
    /// Sessions at once.
    pub sessions: u32,
    /// What for.
    pub functions: Functions,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it counts.
    pub starts_at: Timestamp,
    /// From when on no more; `None`: for ever.
    pub ends_at: Option<Timestamp>,
    /// Whose it is; `None`: whoever activates it.
    pub organisation: Option<OrganisationId>,
    /// The one that it takes the place of.
    pub renews: Option<LicenceId>,
    /// Whom it was issued to, in words.
    pub holder: Name,
}

impl Licence {
    /// Signs with the issuer's Ed25519 seed; the text is the key that is pasted.
    #[must_use]
    pub fn sign(&self, seed: &[u8; 32]) -> String {
        let mut bytes = self.bytes();
        let signature = SigningKey::from_bytes(seed).sign(&[LABEL, &bytes].concat());
        bytes.extend_from_slice(&signature.to_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a key or a file, and believes it if one of these issuers signed it.
    ///
    /// # Errors
    /// `Malformed` or `Signature`. Whether it is for whom it is activated by, and in time, [`Self::check`] says.
    pub fn read(text: &str, issuers: &[[u8; 32]]) -> Result<Self, LicenceError> {
        let (bytes, signature) = unpack(text)?;
        let licence = Self::parse(&bytes)?;
        let signed = [LABEL, &bytes].concat();
        let believed = issuers.iter().any(|issuer| {
            VerifyingKey::from_bytes(issuer).is_ok_and(|key| {
                key.verify_strict(&signed, &Signature::from_bytes(&signature))
                    .is_ok()
            })
        });
        if believed {
            Ok(licence)
        } else {
            Err(LicenceError::Signature)
        }
    }

    /// What a text says, whoever signed it: to show it, never to go by it.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn inspect(text: &str) -> Result<Self, LicenceError> {
        Self::parse(&unpack(text)?.0)
    }

    /// Whether this organisation may activate it now.
    ///
    /// # Errors
    /// `Elsewhere`, `Expired`.
    pub fn check(&self, organisation: OrganisationId, now: Timestamp) -> Result<(), LicenceError> {
        if self.organisation.is_some_and(|whose| whose != organisation) {
            return Err(LicenceError::Elsewhere);
        }
        if self.ends_at.is_some_and(|end| now >= end) {
            return Err(LicenceError::Expired);
        }
        Ok(())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED_BYTES + NAME_BYTES + SIGNATURE_BYTES);
        let millis = |at: Timestamp| u64::try_from(at.as_millis()).unwrap_or(0).to_be_bytes();
        out.push(VERSION);
        out.extend_from_slice(self.id.as_bytes());
        out.push(self.kind.number());
        out.extend_from_slice(&self.sessions.to_be_bytes());
        out.extend_from_slice(&self.functions.bits().to_be_bytes());
        out.extend_from_slice(&millis(self.issued_at));
        out.extend_from_slice(&millis(self.starts_at));
        out.extend_from_slice(&millis(self.ends_at.unwrap_or_default()));
        out.extend_from_slice(&self.organisation.as_ref().map_or([0; 16], |id| *id.as_bytes()));
        out.extend_from_slice(&self.renews.as_ref().map_or([0; 16], |id| *id.as_bytes()));
        let holder = self.holder.as_str().as_bytes();
        // A name has at most 256 bytes.
        out.extend_from_slice(&u16::try_from(holder.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(holder);
        out
    }

    fn parse(bytes: &[u8]) -> Result<Self, LicenceError> {
        parse(bytes).ok_or(LicenceError::Malformed)
    }
}

/// A licence as a file that mail programs and editors leave alone.
#[must_use]
pub fn as_file(key: &str) -> String {
    let mut out = format!("{BEGIN}\n");
    // The key is base64: every byte is a character.
    for line in key.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(END);
    out.push('\n');
    out
}

fn unpack(text: &str) -> Result<(Vec<u8>, [u8; SIGNATURE_BYTES]), LicenceError> {
    if text.len() > TEXT_BYTES {
        return Err(LicenceError::Malformed);
    }
    let body = match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) => text.get(begin + BEGIN.len()..end).unwrap_or_default(),
        _ => text,
    };
    let key: String = body.split_whitespace().collect();
    let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| LicenceError::Malformed)?;
    let (bytes, signature) = bytes
        .split_last_chunk::<SIGNATURE_BYTES>()
        .ok_or(LicenceError::Malformed)?;
    Ok((bytes.to_vec(), *signature))
}

fn parse(bytes: &[u8]) -> Option<Licence> {
    let (&version, rest) = bytes.split_first()?;
    if version != VERSION {
        return None;
    }
    let (id, rest) = rest.split_first_chunk()?;
    let (&kind, rest) = rest.split_first()?;
    let (sessions, rest) = rest.split_first_chunk()?;
    let (functions, rest) = rest.split_first_chunk()?;
    let (issued_at, rest) = moment(rest)?;
    let (starts_at, rest) = moment(rest)?;
    let (ends_at, rest) = moment(rest)?;
    let (organisation, rest) = rest.split_first_chunk()?;
    let (renews, rest) = rest.split_first_chunk()?;
    let (length, holder) = rest.split_first_chunk()?;
    if usize::from(u16::from_be_bytes(*length)) != holder.len() {
        return None;
    }
    let sessions = u32::from_be_bytes(*sessions);
    let ends_at = (ends_at != Timestamp::default()).then_some(ends_at);
    if !(1..=SESSIONS).contains(&sessions) || ends_at.is_some_and(|end| end <= starts_at) {
        return None;
    }
    let text = std::str::from_utf8(holder).ok()?;
    let holder = Name::parse(text).ok().filter(|name| name.as_str() == text)?;
    Some(Licence {
        id: LicenceId::from_bytes(*id),
        kind: LicenceKind::ALL
            .into_iter()
            .find(|known| known.number() == kind)?,
        sessions,
        functions: Functions::from_bits(u32::from_be_bytes(*functions)),
        issued_at,
        starts_at,
        ends_at,
        organisation: (*organisation != [0; 16]).then(|| OrganisationId::from_bytes(*organisation)),
        renews: (*renews != [0; 16]).then(|| LicenceId::from_bytes(*renews)),
        holder,
    })
}

fn moment(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (millis, rest) = bytes.split_first_chunk()?;
    let millis = i64::try_from(u64::from_be_bytes(*millis)).ok()?;
    Some((Timestamp::from_millis(millis), rest))
}

/// The public half of an issuer's seed.
#[must_use]
pub fn issuer(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const SEED: [u8; 32] = [3; 32];

    fn licence() -> Licence {
        Licence {
            id: LicenceId::from_bytes([1; 16]),
            kind: LicenceKind::PrivateCloud,
            sessions: 5,
            functions: Functions::default().with(Function::OneTime).with(Function::Files),
            issued_at: NOW,
            starts_at: NOW,
            ends_at: Some(NOW.plus(Duration::from_secs(86_400))),
            organisation: Some(OrganisationId::from_bytes([2; 16])),
            renews: None,
            holder: Name::parse("例 株式会社").unwrap(),
        }
    }

    #[test]
    fn a_licence_is_read_as_it_was_issued_from_a_key_or_a_file() {
        let key = licence().sign(&SEED);
        let issuers = [[9; 32], issuer(&SEED)];
        assert_eq!(Licence::read(&key, &issuers), Ok(licence()));
        let file = format!("Hello,\r\n{}bye", as_file(&key).replace('\n', "\r\n"));
        assert_eq!(Licence::read(&file, &issuers), Ok(licence()));
        let unbound = Licence {
            organisation: None,
            ends_at: None,
            renews: Some(LicenceId::from_bytes([7; 16])),
            ..licence()
        };
        assert_eq!(Licence::read(&unbound.sign(&SEED), &issuers), Ok(unbound));
    }

    #[test]
    fn a_licence_with_any_bit_changed_or_of_another_signer_is_not_believed() {
        let bytes = URL_SAFE_NO_PAD.decode(licence().sign(&SEED)).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let read = Licence::read(&URL_SAFE_NO_PAD.encode(other), &[issuer(&SEED)]);
            assert!(read.is_err(), "bit {bit}");
        }
        let foreign = licence().sign(&[4; 32]);
        assert_eq!(
            Licence::read(&foreign, &[issuer(&SEED)]),
            Err(LicenceError::Signature)
        );
        assert_eq!(Licence::read(&foreign, &[]), Err(LicenceError::Signature));
        assert_eq!(Licence::inspect(&foreign), Ok(licence()));
    }

    #[test]
    fn nonsense_is_no_licence() {
        for text in [
            "",
            "AAAA",
            "ä",
            &"A".repeat(TEXT_BYTES + 1),
            BEGIN,
            &format!("{END}{BEGIN}"),
        ] {
            assert_eq!(Licence::inspect(text), Err(LicenceError::Malformed), "{text:.20}");
        }
    }

    #[test]
    fn a_licence_is_for_one_organisation_and_a_time() {
        let ours = OrganisationId::from_bytes([2; 16]);
        let later = NOW.plus(Duration::from_secs(86_400));
        assert_eq!(licence().check(ours, NOW), Ok(()));
        assert_eq!(licence().check(ours, later), Err(LicenceError::Expired));
        let other = OrganisationId::from_bytes([5; 16]);
        assert_eq!(licence().check(other, NOW), Err(LicenceError::Elsewhere));
    }

    #[test]
    fn names_are_read_as_they_are_said() {
        for kind in LicenceKind::ALL {
            assert_eq!(LicenceKind::from_name(kind.as_str()), Some(kind));
        }
        for function in Function::ALL {
            assert_eq!(Function::from_name(function.as_str()), Some(function));
            assert!(Functions::ALL.has(function));
            assert!(Functions::default().with(function).known().eq([function]));
        }
    }
}
