//! Messages between a participant and the relay (layer 2); see `docs/protocol/relay.md`.
//!
//! The relay never looks into [`ToServer::Data`] nor into lobby messages.

mod reason;
mod selector;

pub use reason::{CloseCode, Detached, Ended, Gone};
pub use selector::Selector;

use crate::limits::{DATA_BYTES, LOBBY_BYTES, PARTICIPANTS, TICKET_BYTES};
use crate::{PROTOCOL_VERSION, Reader, WireError};

/// One of the four messages of an attempt: always the same size.
pub type LobbyBytes = Box<[u8; LOBBY_BYTES]>;
/// A 16-byte identifier: session, attempt or token id.
pub type Id = [u8; 16];
/// What a participant proves itself with when it comes back.
pub type ResumeToken = [u8; 32];

/// The verb of `DATA` from a client, and from the server: what it carries is most of what passes.
const DATA_TO: u8 = 0x02;
const DATA_FROM: u8 = 0x82;

/// What a participant is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Role {
    /// The operator's end.
    Console = 0,
    /// The join page in the customer's browser.
    Page = 1,
    /// The customer's native program.
    Program = 2,
}

impl Role {
    /// The role with this number.
    pub const fn from_number(n: u8) -> Result<Self, WireError> {
        match n {
            0 => Ok(Self::Console),
            1 => Ok(Self::Page),
            2 => Ok(Self::Program),
            _ => Err(WireError::Range("role")),
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// How a participant proves that a place is its own.
#[derive(Clone, Eq, PartialEq)]
pub enum Credential {
    /// From the operation that took the code; for a place that was never attached.
    Ticket(Vec<u8>),
    /// From an earlier `ATTACHED` or `ADMITTED`.
    Resume(ResumeToken),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ticket(_) => "Ticket(…)",
            Self::Resume(_) => "Resume(…)",
        })
    }
}

/// A participant as the server lists it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer {
    /// Its number in the session.
    pub participant: u8,
    /// What it is.
    pub role: Role,
    /// Whether it is attached now.
    pub present: bool,
}

/// From a client to the server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of docs/protocol/relay.md")]
pub enum ToServer {
    /// Takes or resumes a place; `version` is the client's.
    Attach { version: u16, credential: Credential },
    /// Opaque bytes for another participant.
    Data { to: u8, bytes: Vec<u8> },
    /// Asks for a `Pong` with the same bytes.
    Ping([u8; 8]),
    /// Answers a `Ping`.
    Pong([u8; 8]),
    /// A customer's attempt to join.
    Knock {
        version: u16,
        role: Role,
        selector: Selector,
        lobby: LobbyBytes,
    },
    /// The work that a `Work` asked for.
    Worked { nonce: u64 },
    /// The agent's proof.
    Proof { lobby: LobbyBytes },
    /// The console's answer to an attempt.
    Answer { attempt: Id, lobby: LobbyBytes },
    /// The console lets an attempt in.
    Admit { attempt: Id, lobby: LobbyBytes },
    /// The console does not.
    Refuse {
        attempt: Id,
        counted: bool,
        lobby: LobbyBytes,
    },
    /// Attempts with this token id are for this console.
    Arm { token: Id },
    /// No longer.
    Disarm { token: Id },
    /// The code with these routing digits is not to be routed any more.
    CloseCode { why: CloseCode, selector: Selector },
    /// The agent gives its place up.
    Leave,
    /// The console ends the session.
    End,
}

/// From the server to a client.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of docs/protocol/relay.md")]
pub enum FromServer {
    /// The place is taken. `resume` is `None` after a resume: the old token stays good.
    Attached {
        participant: u8,
        session: Id,
        resume: Option<ResumeToken>,
        peers: Vec<Peer>,
    },
    /// Opaque bytes from another participant.
    Data { from: u8, bytes: Vec<u8> },
    /// Asks for a `Pong` with the same bytes.
    Ping([u8; 8]),
    /// Answers a `Ping`.
    Pong([u8; 8]),
    /// A participant is attached (again).
    Joined { participant: u8, role: Role },
    /// A participant is not attached any more.
    Gone { participant: u8, why: Gone },
    /// Somebody knocks; `lobby` is the knock.
    Attempt {
        attempt: Id,
        role: Role,
        selector: Selector,
        lobby: LobbyBytes,
    },
    /// The proof of an attempt.
    Proof { attempt: Id, lobby: LobbyBytes },
    /// The attempt is over without a verdict.
    AttemptGone { attempt: Id },
    /// The own knock is not heard before this work is done.
    Work { challenge: Id, bits: u8 },
    /// The answer to the own knock.
    Answer { attempt: Id, lobby: LobbyBytes },
    /// The own attempt was let in.
    Admitted {
        participant: u8,
        session: Id,
        resume: ResumeToken,
        console: u8,
        server_key: [u8; 32],
        lobby: LobbyBytes,
    },
    /// The own attempt was not.
    Refused { lobby: LobbyBytes },
    /// What was queued between you and this participant was dropped.
    Reset { participant: u8 },
    /// The server restarts: come back after this many milliseconds.
    Drain { after_ms: u32 },
    /// The session is over.
    Ended(Ended),
    /// The connection closes.
    Detached(Detached),
    /// The code that was given back is not routed any more, and what became of it is kept.
    CodeClosed { selector: Selector },
}

fn lobby(r: &mut Reader<'_>) -> Result<LobbyBytes, WireError> {
    let mut out = Box::new([0; LOBBY_BYTES]);
    out.copy_from_slice(r.take(LOBBY_BYTES)?);
    Ok(out)
}

fn participant(r: &mut Reader<'_>) -> Result<u8, WireError> {
    let n = r.u8()?;
    if usize::from(n) < PARTICIPANTS {
        Ok(n)
    } else {
        Err(WireError::Range("participant"))
    }
}

fn flag(r: &mut Reader<'_>) -> Result<bool, WireError> {
    match r.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(WireError::Range("flag")),
    }
}

fn data<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
    let bytes = r.rest();
    if bytes.is_empty() || bytes.len() > DATA_BYTES {
        return Err(WireError::Range("data"));
    }
    Ok(bytes)
}

/// The participant and the bytes of a `DATA` message with this verb; `None` if it is none that can be.
fn data_of(verb: u8, bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut r = Reader::new(bytes);
    if r.u8().ok()? != verb {
        return None;
    }
    Some((participant(&mut r).ok()?, data(&mut r).ok()?))
}

fn message(verb: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + parts.iter().map(|p| p.len()).sum::<usize>());
    out.push(verb);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

impl ToServer {
    /// `ATTACH` with this version.
    #[must_use]
    pub const fn attach(credential: Credential) -> Self {
        Self::Attach {
            version: PROTOCOL_VERSION,
            credential,
        }
    }

    /// The bytes of one WebSocket message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Attach { version, credential } => {
                let (how, token): (u8, &[u8]) = match credential {
                    Credential::Ticket(t) => (1, t),
                    Credential::Resume(t) => (2, t),
                };
                message(0x01, &[&version.to_be_bytes(), &[how], token])
            }
            Self::Data { to, bytes } => message(DATA_TO, &[&[*to], bytes]),
            Self::Ping(b) => message(0x03, &[b]),
            Self::Pong(b) => message(0x04, &[b]),
            Self::Knock {
                version,
                role,
                selector,
                lobby,
            } => {
                let (by, id) = selector.parts();
                message(
                    0x05,
                    &[&version.to_be_bytes(), &[role.number(), by], id, &lobby[..]],
                )
            }
            Self::Proof { lobby } => message(0x06, &[&lobby[..]]),
            Self::Answer { attempt, lobby } => message(0x07, &[attempt, &lobby[..]]),
            Self::Admit { attempt, lobby } => message(0x08, &[attempt, &lobby[..]]),
            Self::Refuse {
                attempt,
                counted,
                lobby,
            } => message(0x09, &[attempt, &[u8::from(*counted)], &lobby[..]]),
            Self::Arm { token } => message(0x0A, &[token]),
            Self::Disarm { token } => message(0x0B, &[token]),
            Self::CloseCode { why, selector } => {
                let (by, id) = selector.parts();
                message(0x0C, &[&[why.number(), by], id])
            }
            Self::Leave => message(0x0D, &[]),
            Self::End => message(0x0E, &[]),
            Self::Worked { nonce } => message(0x0F, &[&nonce.to_be_bytes()]),
        }
    }

    /// Whom a `DATA` message is for, without a copy of what it carries; `None` for every other message, and for one that cannot be read.
    #[must_use]
    pub fn data_to(bytes: &[u8]) -> Option<u8> {
        data_of(DATA_TO, bytes).map(|(to, _)| to)
    }

    /// Reads one WebSocket message of a client.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(bytes);
        let value = match r.u8()? {
            0x01 => {
                let version = r.u16()?;
                let credential = match r.u8()? {
                    1 => {
                        let ticket = r.rest();
                        if ticket.is_empty() || ticket.len() > TICKET_BYTES {
                            return Err(WireError::Range("ticket"));
                        }
                        Credential::Ticket(ticket.to_vec())
                    }
                    2 => Credential::Resume(r.array()?),
                    _ => return Err(WireError::Range("how")),
                };
                Self::Attach { version, credential }
            }
            DATA_TO => Self::Data {
                to: participant(&mut r)?,
                bytes: data(&mut r)?.to_vec(),
            },
            0x03 => Self::Ping(r.array()?),
            0x04 => Self::Pong(r.array()?),
            0x05 => {
                let version = r.u16()?;
                let role = Role::from_number(r.u8()?)?;
                if role == Role::Console {
                    return Err(WireError::Range("role"));
                }
                Self::Knock {
                    version,
                    role,
                    selector: Selector::read(&mut r)?,
                    lobby: lobby(&mut r)?,
                }
            }
            0x06 => Self::Proof {
                lobby: lobby(&mut r)?,
            },
            0x07 => Self::Answer {
                attempt: r.array()?,
                lobby: lobby(&mut r)?,
            },
            0x08 => Self::Admit {
                attempt: r.array()?,
                lobby: lobby(&mut r)?,
            },
            0x09 => Self::Refuse {
                attempt: r.array()?,
                counted: flag(&mut r)?,
                lobby: lobby(&mut r)?,
            },
            0x0A => Self::Arm { token: r.array()? },
            0x0B => Self::Disarm { token: r.array()? },
            0x0C => Self::CloseCode {
                why: CloseCode::from_number(r.u8()?)?,
                selector: Selector::read(&mut r)?,
            },
            0x0D => Self::Leave,
            0x0E => Self::End,
            0x0F => Self::Worked { nonce: r.u64()? },
            verb => return Err(WireError::Unknown(verb)),
        };
        r.end()?;
        Ok(value)
    }
}

impl FromServer {
    /// The bytes of one WebSocket message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Attached {
                participant,
                session,
                resume,
                peers,
            } => {
                let mut out = message(0x81, &[&[*participant], session, &resume.unwrap_or_default()]);
                let peers = peers.get(..peers.len().min(PARTICIPANTS)).unwrap_or_default();
                out.push(u8::try_from(peers.len()).unwrap_or(0));
                for peer in peers {
                    out.extend([peer.participant, peer.role.number(), u8::from(peer.present)]);
                }
                out
            }
            Self::Data { from, bytes } => message(DATA_FROM, &[&[*from], bytes]),
            Self::Ping(b) => message(0x83, &[b]),
            Self::Pong(b) => message(0x84, &[b]),
            Self::Joined { participant, role } => message(0x85, &[&[*participant, role.number()]]),
            Self::Gone { participant, why } => message(0x86, &[&[*participant, why.number()]]),
            Self::Attempt {
                attempt,
                role,
                selector,
                lobby,
            } => {
                let (by, id) = selector.parts();
                message(0x87, &[attempt, &[role.number(), by], id, &lobby[..]])
            }
            Self::Proof { attempt, lobby } => message(0x88, &[attempt, &lobby[..]]),
            Self::AttemptGone { attempt } => message(0x89, &[attempt]),
            Self::Answer { attempt, lobby } => message(0x8A, &[attempt, &lobby[..]]),
            Self::Admitted {
                participant,
                session,
                resume,
                console,
                server_key,
                lobby,
            } => message(
                0x8B,
                &[
                    &[*participant],
                    session,
                    resume,
                    &[*console],
                    server_key,
                    &lobby[..],
                ],
            ),
            Self::Refused { lobby } => message(0x8C, &[&lobby[..]]),
            Self::Reset { participant } => message(0x8D, &[&[*participant]]),
            Self::Drain { after_ms } => message(0x8E, &[&after_ms.to_be_bytes()]),
            Self::Ended(why) => message(0x8F, &[&[why.number()]]),
            Self::Detached(why) => message(0x90, &[&[why.number()]]),
            Self::Work { challenge, bits } => message(0x91, &[challenge, &[*bits]]),
            Self::CodeClosed { selector } => {
                let (by, id) = selector.parts();
                message(0x92, &[&[by], id])
            }
        }
    }

    /// The `DATA` message that its receiver gets, of the one that a client sent ([`ToServer::data_to`]): what it carries stays where it
    /// is.
    #[must_use]
    pub fn hand_on(mut sent: Vec<u8>, from: u8) -> Vec<u8> {
        if let Some(head) = sent.first_chunk_mut() {
            *head = [DATA_FROM, from];
        }
        sent
    }

    /// Whom a `DATA` message is from and what it carries, without a copy; `None` for every other message, and for one that cannot be read.
    #[must_use]
    pub fn data_from(bytes: &[u8]) -> Option<(u8, &[u8])> {
        data_of(DATA_FROM, bytes)
    }

    /// Reads one WebSocket message of the server.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(bytes);
        let value = match r.u8()? {
            0x81 => {
                let place = participant(&mut r)?;
                let session = r.array()?;
                let resume: ResumeToken = r.array()?;
                let count = usize::from(r.u8()?);
                if count > PARTICIPANTS {
                    return Err(WireError::Range("count"));
                }
                let mut peers = Vec::with_capacity(count);
                for _ in 0..count {
                    peers.push(Peer {
                        participant: participant(&mut r)?,
                        role: Role::from_number(r.u8()?)?,
                        present: flag(&mut r)?,
                    });
                }
                let resume = (resume != [0; 32]).then_some(resume);
                Self::Attached {
                    participant: place,
                    session,
                    resume,
                    peers,
                }
            }
            DATA_FROM => Self::Data {
                from: participant(&mut r)?,
                bytes: data(&mut r)?.to_vec(),
            },
            0x83 => Self::Ping(r.array()?),
            0x84 => Self::Pong(r.array()?),
            0x85 => Self::Joined {
                participant: participant(&mut r)?,
                role: Role::from_number(r.u8()?)?,
            },
            0x86 => Self::Gone {
                participant: participant(&mut r)?,
                why: Gone::from_number(r.u8()?)?,
            },
            0x87 => {
                let attempt = r.array()?;
                let role = Role::from_number(r.u8()?)?;
                Self::Attempt {
                    attempt,
                    role,
                    selector: Selector::read(&mut r)?,
                    lobby: lobby(&mut r)?,
                }
            }
            0x88 => Self::Proof {
                attempt: r.array()?,
                lobby: lobby(&mut r)?,
            },
            0x89 => Self::AttemptGone { attempt: r.array()? },
            0x8A => Self::Answer {
                attempt: r.array()?,
                lobby: lobby(&mut r)?,
            },
            0x8B => Self::Admitted {
                participant: participant(&mut r)?,
                session: r.array()?,
                resume: r.array()?,
                console: participant(&mut r)?,
                server_key: r.array()?,
                lobby: lobby(&mut r)?,
            },
            0x8C => Self::Refused {
                lobby: lobby(&mut r)?,
            },
            0x8D => Self::Reset {
                participant: participant(&mut r)?,
            },
            0x8E => Self::Drain { after_ms: r.u32()? },
            0x8F => Self::Ended(Ended::from_number(r.u8()?)?),
            0x90 => Self::Detached(Detached::from_number(r.u8()?)?),
            0x91 => Self::Work {
                challenge: r.array()?,
                bits: r.u8()?,
            },
            0x92 => Self::CodeClosed {
                selector: Selector::read(&mut r)?,
            },
            verb => return Err(WireError::Unknown(verb)),
        };
        r.end()?;
        Ok(value)
    }
}
