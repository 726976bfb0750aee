//! From the bytes of a client to an event: the parser, the check of a ticket, the hash of a resume token, and the
//! spare words of a dummy. All that takes time and no state, before the table is locked.

use rand_core::OsRng;
use temoto_crypto::PairingKind;
use temoto_crypto::dummy;
use temoto_crypto::work::knock_digest;
use temoto_wire::PROTOCOL_VERSION;
use temoto_wire::relay::{Credential, Selector, ToServer};

use crate::event::{Claim, Event, Spare, Verb};
use crate::opaque::{Letter, Sealed};
use crate::relay::Relay;
use crate::table::resume_hash;

/// Reads one message.
pub(crate) fn read(relay: &Relay, bytes: &[u8]) -> Event {
    if let Some(to) = ToServer::data_to(bytes) {
        let sealed = Sealed::of(bytes.to_vec());
        return Event::Verb(Verb::Data { to, sealed });
    }
    let Ok(message) = ToServer::decode(bytes) else {
        return Event::Malformed;
    };
    let verb = match message {
        ToServer::Attach { version, .. } | ToServer::Knock { version, .. } if version != PROTOCOL_VERSION => {
            return Event::OtherVersion;
        }
        ToServer::Attach { credential, .. } => return Event::Attach(claim(relay, &credential)),
        ToServer::Knock {
            role,
            selector,
            lobby,
            ..
        } => {
            return Event::Knock {
                role,
                selector,
                knock: Letter::new(lobby),
                spare: spare(relay, &selector),
                digest: knock_digest(bytes),
            };
        }
        // Taken before.
        ToServer::Data { .. } => return Event::Malformed,
        ToServer::Ping(bytes) => Verb::Ping(bytes),
        ToServer::Pong(_) => Verb::Pong,
        ToServer::Worked { nonce } => Verb::Worked { nonce },
        ToServer::Proof { lobby } => Verb::Proof(Letter::new(lobby)),
        ToServer::Answer { attempt, lobby } => Verb::Answer {
            attempt,
            letter: Letter::new(lobby),
        },
        ToServer::Admit { attempt, lobby } => Verb::Admit {
            attempt,
            letter: Letter::new(lobby),
        },
        ToServer::Refuse {
            attempt,
            counted,
            lobby,
        } => Verb::Refuse {
            attempt,
            counted,
            letter: Letter::new(lobby),
        },
        ToServer::Arm { token } => Verb::Arm { token },
        ToServer::Disarm { token } => Verb::Disarm { token },
        ToServer::CloseCode { why, selector } => Verb::CloseCode { why, selector },
        ToServer::Leave => Verb::Leave,
        ToServer::End => Verb::End,
    };
    Event::Verb(verb)
}

fn claim(relay: &Relay, credential: &Credential) -> Claim {
    match credential {
        Credential::Ticket(bytes) => relay
            .tickets()
            .verify(bytes, relay.now())
            .map_or(Claim::Bad, Claim::Ticket),
        Credential::Resume(token) => Claim::Resume(resume_hash(token)),
    }
}

fn spare(relay: &Relay, selector: &Selector) -> Spare {
    let kind = match selector {
        Selector::Routing(_) => PairingKind::Code,
        Selector::Token(_) => PairingKind::Token,
    };
    Spare {
        answer: Letter::new(Box::new(dummy::answer(
            kind,
            &relay.config().capabilities,
            &mut OsRng,
        ))),
        refusal: Letter::new(Box::new(dummy::verdict())),
    }
}
