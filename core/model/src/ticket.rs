//! A ticket lets one console take its place at the relay: signed by the portal, read by the relay, 60 s, once.
//!
//! Bytes (big endian): `version u8 = 1 ‖ id[16] ‖ session[16] ‖ participant u8 ‖ user[16] ‖ login[16] ‖
//! expires u64 (ms since 1970) ‖ tag[32]`, tag = HMAC-SHA256 over all before it. In JSON they travel as base64url
//! without padding, in `ATTACH` as they are. That a ticket is used once, the relay's store remembers by its id.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use rand_core::CryptoRngCore;
use sha2::Sha256;
use zeroize::Zeroize;

use crate::{LoginId, SessionId, TicketId, Timestamp, UserId};

/// How long a ticket is good.
pub const LIFE: Duration = Duration::from_secs(60);
/// Length of a ticket, in bytes.
pub const BYTES: usize = BODY_BYTES + TAG_BYTES;

const BODY_BYTES: usize = 1 + 16 + 16 + 1 + 16 + 16 + 8;
const TAG_BYTES: usize = 32;
const VERSION: u8 = 1;
const LABEL: &[u8] = b"temoto ticket 1";

/// What a ticket says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ticket {
    /// Its own name, to be used once.
    pub id: TicketId,
    /// The session.
    pub session: SessionId,
    /// The place in it; 0 is the console's.
    pub participant: u8,
    /// The operator.
    pub user: UserId,
    /// The operator's login, which must still be valid.
    pub login: LoginId,
    /// Not good from here on.
    pub expires_at: Timestamp,
}

/// Why a ticket is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TicketError {
    /// Of another length or version, or not signed with this key.
    #[error("the ticket was not made by this server")]
    Forged,
    /// Too old.
    #[error("the ticket has expired")]
    Expired,
}

/// Makes and checks tickets with one key of the installation.
#[derive(Clone)]
pub struct TicketKey([u8; 32]);

impl TicketKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fresh key.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRngCore) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Its bytes, to be kept.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes of a ticket.
    #[must_use]
    pub fn sign(&self, ticket: &Ticket) -> Vec<u8> {
        let mut out = Vec::with_capacity(BYTES);
        out.push(VERSION);
        out.extend_from_slice(ticket.id.as_bytes());
        out.extend_from_slice(ticket.session.as_bytes());
        out.push(ticket.participant);
        out.extend_from_slice(ticket.user.as_bytes());
        out.extend_from_slice(ticket.login.as_bytes());
        let expires = u64::try_from(ticket.expires_at.as_millis()).unwrap_or(0);
        out.extend_from_slice(&expires.to_be_bytes());
        let tag = self.mac(&out).finalize().into_bytes();
        out.extend_from_slice(&tag);
        out
    }

    /// Checks and reads a ticket. Whether it was used before, the caller asks its store.
    pub fn verify(&self, bytes: &[u8], now: Timestamp) -> Result<Ticket, TicketError> {
        if bytes.len() != BYTES {
            return Err(TicketError::Forged);
        }
        let (body, tag) = bytes.split_at(BODY_BYTES);
        self.mac(body)
            .verify_slice(tag)
            .map_err(|_| TicketError::Forged)?;
        let ticket = read(body).ok_or(TicketError::Forged)?;
        if now >= ticket.expires_at {
            return Err(TicketError::Expired);
        }
        Ok(ticket)
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length");
        mac.update(LABEL);
        mac.update(body);
        mac
    }
}

impl Drop for TicketKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKey(…)")
    }
}

fn read(body: &[u8]) -> Option<Ticket> {
    let (&version, rest) = body.split_first()?;
    if version != VERSION {
        return None;
    }
    let (id, rest) = rest.split_first_chunk()?;
    let (session, rest) = rest.split_first_chunk()?;
    let (&participant, rest) = rest.split_first()?;
    let (user, rest) = rest.split_first_chunk()?;
    let (login, rest) = rest.split_first_chunk()?;
    let expires = u64::from_be_bytes(*rest.first_chunk()?);
    Some(Ticket {
        id: TicketId::from_bytes(*id),
        session: SessionId::from_bytes(*session),
        participant,
        user: UserId::from_bytes(*user),
        login: LoginId::from_bytes(*login),
        expires_at: Timestamp::from_millis(i64::try_from(expires).ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn ticket() -> Ticket {
        Ticket {
            id: TicketId::from_bytes([1; 16]),
            session: SessionId::from_bytes([2; 16]),
            participant: 0,
            user: UserId::from_bytes([3; 16]),
            login: LoginId::from_bytes([4; 16]),
            expires_at: NOW.plus(LIFE),
        }
    }

    #[test]
    fn a_ticket_says_what_was_signed() {
        let key = TicketKey::from_bytes([9; 32]);
        let bytes = key.sign(&ticket());
        assert_eq!(bytes.len(), BYTES);
        assert_eq!(key.verify(&bytes, NOW), Ok(ticket()));
    }

    #[test]
    fn a_ticket_with_any_bit_changed_is_forged() {
        let key = TicketKey::from_bytes([9; 32]);
        let good = key.sign(&ticket());
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.verify(&bytes, NOW), Err(TicketError::Forged), "bit {bit}");
        }
        assert_eq!(key.verify(&good[1..], NOW), Err(TicketError::Forged));
        assert_eq!(key.verify(&[], NOW), Err(TicketError::Forged));
    }

    #[test]
    fn a_ticket_of_another_installation_is_forged() {
        let bytes = TicketKey::from_bytes([8; 32]).sign(&ticket());
        let key = TicketKey::from_bytes([9; 32]);
        assert_eq!(key.verify(&bytes, NOW), Err(TicketError::Forged));
    }

    #[test]
    fn a_ticket_is_good_for_a_minute() {
        let key = TicketKey::from_bytes([9; 32]);
        let bytes = key.sign(&ticket());
        let last = NOW.plus(LIFE).minus(Duration::from_millis(1));
        assert!(key.verify(&bytes, last).is_ok());
        assert_eq!(key.verify(&bytes, NOW.plus(LIFE)), Err(TicketError::Expired));
    }
}
