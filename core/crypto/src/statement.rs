//! "This console belongs to …": a statement that the server signs and the agent shows.
//!
//! Ed25519 over canonical bytes. It says who the operator is as far as this server knows; without a valid one
//! the agent shows "not confirmed". Comparing key and session with the pair is done by [`Statement::verify`].

use crate::bytes::{BadBytes, Reader};
use crate::secret::Secret32;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use thiserror::Error;

/// Longest organization or operator name, in bytes of UTF-8.
pub const MAX_NAME: usize = 256;

const DOMAIN: &[u8] = b"temoto statement 1\n";
const SIGNATURE_BYTES: usize = 64;
const MAX_SIGNED: usize = DOMAIN.len() + 32 + 16 + 2 * (2 + MAX_NAME) + 8 + SIGNATURE_BYTES;

/// Why a statement is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// Not of the form; names too long, with control characters, or not UTF-8.
    #[error("the statement is malformed")]
    Malformed,
    /// Not signed by this server.
    #[error("the statement is not signed by this server")]
    Signature,
    /// Signed, but for another console or session.
    #[error("the statement is about another console or session")]
    Other,
    /// Signed, but too old.
    #[error("the statement has expired")]
    Expired,
}

impl From<BadBytes> for StatementError {
    fn from(_: BadBytes) -> Self {
        Self::Malformed
    }
}

/// What the server states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The console's X25519 static key of this session.
    pub console_static: [u8; 32],
    /// Session id.
    pub session: [u8; 16],
    /// Name of the organization, at most 256 bytes.
    pub organization: String,
    /// Name of the operator, at most 256 bytes.
    pub operator: String,
    /// Unix time in milliseconds after which it is not believed.
    pub expires_at_ms: u64,
}

impl Statement {
    /// Signs with the server's Ed25519 seed: canonical bytes, then 64 bytes of signature.
    ///
    /// # Errors
    /// [`StatementError::Malformed`] when a name is too long or has control characters.
    pub fn sign(&self, seed: &Secret32) -> Result<Vec<u8>, StatementError> {
        let mut bytes = self.canonical()?;
        let signature = SigningKey::from_bytes(seed.expose()).sign(&bytes);
        bytes.extend_from_slice(&signature.to_bytes());
        Ok(bytes)
    }

    /// The bytes that are signed.
    fn canonical(&self) -> Result<Vec<u8>, StatementError> {
        let mut bytes = Vec::with_capacity(MAX_SIGNED);
        bytes.extend_from_slice(DOMAIN);
        bytes.extend_from_slice(&self.console_static);
        bytes.extend_from_slice(&self.session);
        for name in [&self.organization, &self.operator] {
            check_name(name)?;
            let length = u16::try_from(name.len()).map_err(|_| BadBytes)?;
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes.extend_from_slice(&self.expires_at_ms.to_be_bytes());
        Ok(bytes)
    }

    /// Believes `signed` only if this server signed it, for this console key and session, and it has not expired.
    /// `now_ms` is Unix time.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn verify(
        signed: &[u8],
        server_key: &[u8; 32],
        console_static: &[u8; 32],
        session: &[u8; 16],
        now_ms: u64,
    ) -> Result<Self, StatementError> {
        if signed.len() > MAX_SIGNED {
            return Err(StatementError::Malformed);
        }
        let (bytes, signature) = signed
            .split_last_chunk::<SIGNATURE_BYTES>()
            .ok_or(StatementError::Malformed)?;
        let key = VerifyingKey::from_bytes(server_key).map_err(|_| StatementError::Signature)?;
        key.verify_strict(bytes, &Signature::from_bytes(signature))
            .map_err(|_| StatementError::Signature)?;
        let statement = Self::parse(bytes)?;
        if statement.console_static != *console_static || statement.session != *session {
            return Err(StatementError::Other);
        }
        if now_ms > statement.expires_at_ms {
            return Err(StatementError::Expired);
        }
        Ok(statement)
    }

    fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        if reader.take(DOMAIN.len())? != DOMAIN {
            return Err(StatementError::Malformed);
        }
        let console_static = reader.array()?;
        let session = reader.array()?;
        let organization = read_name(&mut reader)?;
        let operator = read_name(&mut reader)?;
        let expires_at_ms = reader.u64()?;
        reader.end()?;
        Ok(Self {
            console_static,
            session,
            organization,
            operator,
            expires_at_ms,
        })
    }
}

/// The public key of the server's seed, as ADMITTED carries it.
#[must_use]
pub fn server_key(seed: &Secret32) -> [u8; 32] {
    SigningKey::from_bytes(seed.expose()).verifying_key().to_bytes()
}

fn read_name(reader: &mut Reader<'_>) -> Result<String, StatementError> {
    let length = usize::from(reader.u16()?);
    if length > MAX_NAME {
        return Err(StatementError::Malformed);
    }
    let name = std::str::from_utf8(reader.take(length)?).map_err(|_| StatementError::Malformed)?;
    check_name(name)?;
    Ok(name.to_owned())
}

/// Names are shown large: no control characters and nothing that reorders or hides text.
fn check_name(name: &str) -> Result<(), StatementError> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if name.len() > MAX_NAME || name.chars().any(hidden) {
        return Err(StatementError::Malformed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATIC: [u8; 32] = [5; 32];
    const SESSION: [u8; 16] = [6; 16];

    fn statement() -> Statement {
        Statement {
            console_static: STATIC,
            session: SESSION,
            organization: "株式会社テモト".into(),
            operator: "佐藤 花子".into(),
            expires_at_ms: 1_000,
        }
    }

    fn seed() -> Secret32 {
        Secret32::new([9; 32])
    }

    fn verify(signed: &[u8], now_ms: u64) -> Result<Statement, StatementError> {
        Statement::verify(signed, &server_key(&seed()), &STATIC, &SESSION, now_ms)
    }

    #[test]
    fn what_the_server_signed_is_believed_until_it_expires() {
        let signed = statement().sign(&seed()).unwrap();
        assert_eq!(verify(&signed, 1_000), Ok(statement()));
        assert_eq!(verify(&signed, 1_001), Err(StatementError::Expired));
    }

    #[test]
    fn another_server_console_or_session_is_not() {
        let signed = statement().sign(&seed()).unwrap();
        let key = server_key(&seed());
        let other = server_key(&Secret32::new([8; 32]));
        let check = |key, console, session| Statement::verify(&signed, key, console, session, 0).err();
        assert_eq!(check(&other, &STATIC, &SESSION), Some(StatementError::Signature));
        assert_eq!(
            check(&[0xff; 32], &STATIC, &SESSION),
            Some(StatementError::Signature)
        );
        assert_eq!(check(&key, &[4; 32], &SESSION), Some(StatementError::Other));
        assert_eq!(check(&key, &STATIC, &[4; 16]), Some(StatementError::Other));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let signed = statement().sign(&seed()).unwrap();
        for bit in 0..signed.len() * 8 {
            let mut flipped = signed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&flipped, 0).is_err(), "bit {bit}");
        }
        for length in 0..signed.len() {
            assert!(verify(&signed[..length], 0).is_err(), "{length}");
        }
        assert!(verify(&[signed.as_slice(), &[0]].concat(), 0).is_err());
        assert_eq!(verify(&vec![0; 1 << 20], 0), Err(StatementError::Malformed));
    }

    #[test]
    fn names_that_could_mislead_are_neither_signed_nor_read() {
        for name in [
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}",
            "\u{7f}",
            "\u{2066}x",
            &"x".repeat(MAX_NAME + 1),
        ] {
            let bad = Statement {
                operator: name.into(),
                ..statement()
            };
            assert_eq!(bad.sign(&seed()), Err(StatementError::Malformed), "{name:?}");
        }
        // A server that signs one all the same is not believed either.
        let mut bytes = statement().canonical().unwrap();
        let at = DOMAIN.len() + 32 + 16 + 2;
        bytes[at] = b'\n';
        let signature = SigningKey::from_bytes(seed().expose()).sign(&bytes);
        bytes.extend_from_slice(&signature.to_bytes());
        assert_eq!(verify(&bytes, 0), Err(StatementError::Malformed));
    }

    #[test]
    fn the_longest_names_fit() {
        let long = Statement {
            organization: "x".repeat(MAX_NAME),
            operator: "y".repeat(MAX_NAME),
            ..statement()
        };
        assert_eq!(verify(&long.sign(&seed()).unwrap(), 0), Ok(long));
    }
}
