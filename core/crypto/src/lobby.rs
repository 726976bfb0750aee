//! The four lobby messages as bytes: knock, answer, proof, verdict, all of one size.
//!
//! Parsing is strict (unknown values, unsorted lists and padding that is not zero are refused), because the
//! bytes as sent enter the transcript and one meaning must have one form. Who sends what when is in `pairing`.

use crate::bytes::{BadBytes, LobbyWriter, Reader};
use crate::{LOBBY_BYTES, VERSION};
use thiserror::Error;

/// First byte of each message.
const KNOCK: u8 = 1;
const ANSWER: u8 = 2;
const PROOF: u8 = 3;
const ADMIT: u8 = 4;
const REFUSE: u8 = 7;

/// Longest `host[:port]`, in bytes.
pub(crate) const MAX_HOST: usize = 255;
/// Longest software version text, in bytes.
pub(crate) const MAX_BUILD: usize = 64;
/// Most capabilities in one list.
const MAX_CAPABILITIES: usize = 32;
/// Noise message 1 of XXpsk0 with an empty payload: e and a tag.
pub(crate) const NOISE_1_BYTES: usize = 48;
/// Longest Noise message 2 that fits a verdict.
const MAX_NOISE_2: usize = LOBBY_BYTES - 3;

/// Why a lobby message was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LobbyError {
    /// Not of the form that the protocol gives it.
    #[error("lobby message is malformed")]
    Malformed,
    /// The other end speaks another protocol version: one of the two must be updated.
    #[error("the other end has protocol version {theirs}")]
    Version {
        /// The version that the other end named.
        theirs: u16,
    },
}

impl From<BadBytes> for LobbyError {
    fn from(_: BadBytes) -> Self {
        Self::Malformed
    }
}

/// How the two ends know each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingKind {
    /// A code of 8 or 10 digits, by CPace.
    Code,
    /// A one-time token of 128 bits.
    Token,
}

impl PairingKind {
    /// The byte of the wire (the same as `by` in the relay's KNOCK).
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Code => 1,
            Self::Token => 2,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, BadBytes> {
        match byte {
            1 => Ok(Self::Code),
            2 => Ok(Self::Token),
            _ => Err(BadBytes),
        }
    }
}

/// What the customer's end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentRole {
    /// A page handed out by the server.
    Page,
    /// A program.
    Program,
}

impl AgentRole {
    /// The byte of the wire (the same as `role` in the relay's messages).
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Page => 1,
            Self::Program => 2,
        }
    }

    /// The role of a wire byte, if it names one of an agent.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Page),
            2 => Some(Self::Program),
            _ => None,
        }
    }
}

/// A list of capability numbers: strictly rising, at most 32. The numbers are given by layer 4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(Vec<u16>);

impl Capabilities {
    /// Sorts and removes doubles; `None` when more than 32 remain.
    #[must_use]
    pub fn new(list: &[u16]) -> Option<Self> {
        let mut list = list.to_vec();
        list.sort_unstable();
        list.dedup();
        (list.len() <= MAX_CAPABILITIES).then_some(Self(list))
    }

    /// Whether the list has `capability`.
    #[must_use]
    pub fn has(&self, capability: u16) -> bool {
        self.0.binary_search(&capability).is_ok()
    }

    /// The numbers, rising.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        &self.0
    }

    fn write(&self, writer: &mut LobbyWriter) -> Result<(), BadBytes> {
        let count = u8::try_from(self.0.len()).map_err(|_| BadBytes)?;
        writer.put(&[count])?;
        for capability in &self.0 {
            writer.put(&capability.to_be_bytes())?;
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, BadBytes> {
        let count = usize::from(reader.u8()?);
        if count > MAX_CAPABILITIES {
            return Err(BadBytes);
        }
        let list = (0..count).map(|_| reader.u16()).collect::<Result<Vec<_>, _>>()?;
        if list.windows(2).all(|pair| pair[0] < pair[1]) {
            Ok(Self(list))
        } else {
            Err(BadBytes)
        }
    }
}

/// The first message, agent to console; the console checks it and decides later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// Code or token.
    pub kind: PairingKind,
    /// What knocks; the caller compares it with what the server says.
    pub role: AgentRole,
    /// `host[:port]` that the agent dialled, printable ASCII without spaces, 1 to 255 bytes.
    pub host: String,
    /// Software version and build, printable ASCII, at most 64 bytes. A claim.
    pub build: String,
    /// What the agent can do. A claim.
    pub capabilities: Capabilities,
}

impl Knock {
    /// Reads a knock of our version.
    ///
    /// # Errors
    /// [`LobbyError::Version`] when the agent speaks another version, else `Malformed`.
    pub fn parse(message: &[u8; LOBBY_BYTES]) -> Result<Self, LobbyError> {
        let mut reader = open(message, KNOCK)?;
        let kind = PairingKind::from_byte(reader.u8()?)?;
        let role = AgentRole::from_byte(reader.u8()?).ok_or(BadBytes)?;
        let host = text(&mut reader, MAX_HOST)?;
        let build = text(&mut reader, MAX_BUILD)?;
        let capabilities = Capabilities::read(&mut reader)?;
        reader.zeros()?;
        if !is_host(&host) {
            return Err(LobbyError::Malformed);
        }
        Ok(Self {
            kind,
            role,
            host,
            build,
            capabilities,
        })
    }

    pub(crate) fn to_bytes(&self) -> Result<[u8; LOBBY_BYTES], BadBytes> {
        if !is_host(&self.host) || self.build.len() > MAX_BUILD || !is_printable(&self.build) {
            return Err(BadBytes);
        }
        let mut writer = LobbyWriter::new();
        writer
            .put(&[KNOCK])?
            .put(&VERSION.to_be_bytes())?
            .put(&[self.kind.byte(), self.role.byte()])?;
        writer
            .put_short(self.host.as_bytes())?
            .put_short(self.build.as_bytes())?;
        self.capabilities.write(&mut writer)?;
        Ok(writer.finish())
    }
}

/// The second message, console (or dummy) to agent.
pub(crate) struct Answer {
    pub(crate) nonce: [u8; 16],
    pub(crate) share: [u8; 32],
    pub(crate) capabilities: Capabilities,
}

impl Answer {
    pub(crate) fn parse(message: &[u8; LOBBY_BYTES]) -> Result<Self, LobbyError> {
        let mut reader = open(message, ANSWER)?;
        let nonce = reader.array()?;
        let share = reader.array()?;
        let capabilities = Capabilities::read(&mut reader)?;
        reader.zeros()?;
        Ok(Self {
            nonce,
            share,
            capabilities,
        })
    }

    pub(crate) fn to_bytes(&self) -> Result<[u8; LOBBY_BYTES], BadBytes> {
        let mut writer = LobbyWriter::new();
        writer
            .put(&[ANSWER])?
            .put(&VERSION.to_be_bytes())?
            .put(&self.nonce)?
            .put(&self.share)?;
        self.capabilities.write(&mut writer)?;
        Ok(writer.finish())
    }
}

/// The third message, agent to console.
pub(crate) struct Proof {
    pub(crate) share: [u8; 32],
    pub(crate) noise_1: [u8; NOISE_1_BYTES],
}

impl Proof {
    pub(crate) fn parse(message: &[u8; LOBBY_BYTES]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(message);
        if reader.u8()? != PROOF {
            return Err(BadBytes);
        }
        let share = reader.array()?;
        let noise_1 = reader.array()?;
        reader.zeros()?;
        Ok(Self { share, noise_1 })
    }

    pub(crate) fn to_bytes(&self) -> Result<[u8; LOBBY_BYTES], BadBytes> {
        let mut writer = LobbyWriter::new();
        writer.put(&[PROOF])?.put(&self.share)?.put(&self.noise_1)?;
        Ok(writer.finish())
    }
}

/// The fourth message, console to agent.
pub(crate) enum Verdict {
    Admit { noise_2: Vec<u8> },
    Refuse,
}

impl Verdict {
    pub(crate) fn parse(message: &[u8; LOBBY_BYTES]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(message);
        match reader.u8()? {
            ADMIT => {
                let length = usize::from(reader.u16()?);
                if length > MAX_NOISE_2 {
                    return Err(BadBytes);
                }
                let noise_2 = reader.take(length)?.to_vec();
                reader.zeros()?;
                Ok(Self::Admit { noise_2 })
            }
            REFUSE => {
                reader.zeros()?;
                Ok(Self::Refuse)
            }
            _ => Err(BadBytes),
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<[u8; LOBBY_BYTES], BadBytes> {
        let mut writer = LobbyWriter::new();
        match self {
            Self::Admit { noise_2 } => {
                let length = u16::try_from(noise_2.len()).map_err(|_| BadBytes)?;
                writer.put(&[ADMIT])?.put(&length.to_be_bytes())?.put(noise_2)?;
            }
            Self::Refuse => {
                writer.put(&[REFUSE])?;
            }
        }
        Ok(writer.finish())
    }
}

/// The one form of a refusal.
pub(crate) fn refusal() -> [u8; LOBBY_BYTES] {
    let mut message = [0; LOBBY_BYTES];
    message[0] = REFUSE;
    message
}

/// Type and version stand first in every version of these two messages, so that "update" can be said.
fn open(message: &[u8; LOBBY_BYTES], kind: u8) -> Result<Reader<'_>, LobbyError> {
    let mut reader = Reader::new(message);
    if reader.u8()? != kind {
        return Err(LobbyError::Malformed);
    }
    let theirs = reader.u16()?;
    if theirs != VERSION {
        return Err(LobbyError::Version { theirs });
    }
    Ok(reader)
}

fn text(reader: &mut Reader<'_>, limit: usize) -> Result<String, BadBytes> {
    let length = usize::from(reader.u8()?);
    if length > limit {
        return Err(BadBytes);
    }
    let text = std::str::from_utf8(reader.take(length)?).map_err(|_| BadBytes)?;
    if is_printable(text) {
        Ok(text.to_owned())
    } else {
        Err(BadBytes)
    }
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

pub(crate) fn is_host(text: &str) -> bool {
    (1..=MAX_HOST).contains(&text.len()) && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn knock() -> Knock {
        Knock {
            kind: PairingKind::Code,
            role: AgentRole::Page,
            host: "support.example:8443".into(),
            build: "temoto 0.1.0 (page)".into(),
            capabilities: Capabilities::new(&[3, 1, 2, 3]).unwrap(),
        }
    }

    #[test]
    fn a_knock_reads_back_even_when_everything_is_as_long_as_it_may_be() {
        let longest = Knock {
            host: "h".repeat(MAX_HOST),
            build: "b".repeat(MAX_BUILD),
            capabilities: Capabilities::new(&(0..32).collect::<Vec<u16>>()).unwrap(),
            kind: PairingKind::Token,
            role: AgentRole::Program,
        };
        for knock in [knock(), longest] {
            assert_eq!(Knock::parse(&knock.to_bytes().unwrap()), Ok(knock));
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_before() {
        for host in ["", "a b", "é", "a\u{0}", &"h".repeat(256)] {
            assert!(
                Knock {
                    host: host.into(),
                    ..knock()
                }
                .to_bytes()
                .is_err(),
                "{host}"
            );
        }
        for build in ["\n", "é", &"b".repeat(65)] {
            assert!(
                Knock {
                    build: build.into(),
                    ..knock()
                }
                .to_bytes()
                .is_err(),
                "{build}"
            );
        }
        assert!(Capabilities::new(&(0..33).collect::<Vec<u16>>()).is_none());
    }

    #[test]
    fn another_version_is_named_whatever_else_it_says() {
        let mut message = [0xee; LOBBY_BYTES];
        message[..3].copy_from_slice(&[KNOCK, 0, 2]);
        assert_eq!(Knock::parse(&message), Err(LobbyError::Version { theirs: 2 }));
        message[0] = ANSWER;
        assert_eq!(
            Answer::parse(&message).err(),
            Some(LobbyError::Version { theirs: 2 })
        );
    }

    #[test]
    fn lists_have_one_form() {
        let good = knock().to_bytes().unwrap();
        let at = 1 + 2 + 2 + 1 + 20 + 1 + 19;
        assert_eq!(good[at..at + 7], [3, 0, 1, 0, 2, 0, 3]);
        for list in [
            [3, 0, 2, 0, 1, 0, 3],
            [3, 0, 1, 0, 1, 0, 3],
            [33, 0, 1, 0, 2, 0, 3],
        ] {
            let mut bad = good;
            bad[at..at + 7].copy_from_slice(&list);
            assert_eq!(Knock::parse(&bad), Err(LobbyError::Malformed));
        }
    }

    #[test]
    fn a_refusal_has_one_form() {
        assert!(Verdict::Refuse.to_bytes() == Ok(refusal()));
        assert!(matches!(Verdict::parse(&refusal()), Ok(Verdict::Refuse)));
        let mut talkative = refusal();
        talkative[LOBBY_BYTES - 1] = 1;
        assert!(Verdict::parse(&talkative).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_fail_hard(kind in 0u8..8, rest in prop::collection::vec(any::<u8>(), 511)) {
            let mut message = [0; LOBBY_BYTES];
            message[0] = kind;
            message[1..].copy_from_slice(&rest);
            let _ = (Knock::parse(&message).is_ok(), Answer::parse(&message).is_ok());
            let _ = (Proof::parse(&message).is_ok(), Verdict::parse(&message).is_ok());
            message[1..3].copy_from_slice(&[0, 1]);
            if let Ok(knock) = Knock::parse(&message) {
                prop_assert_eq!(knock.to_bytes(), Ok(message));
            }
        }
    }
}
