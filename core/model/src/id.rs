//! Identifiers: 16 random bytes, shown as 32 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRngCore;

/// Text or bytes that are no identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A fresh one.
            #[must_use]
            pub fn generate(rng: &mut dyn CryptoRngCore) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// The identifier with these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; 16];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError)?;
                // One spelling only, so that an address names a thing in one way.
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(IdError);
                }
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    )*};
}

ids! {
    /// An organisation: whom operators work for.
    OrganisationId,
    /// A person with an account.
    UserId,
    /// A key with which another program calls; not its secret.
    ApiKeyId,
    /// Who did something, in the trail: a person or a key.
    ActorId,
    /// A group of people of an organisation.
    GroupId,
    /// One login of a person on one device; not its secret.
    LoginId,
    /// A support session, as it is named on the wire.
    SessionId,
    /// One code of a session.
    CodeId,
    /// One licence that somebody issued.
    LicenceId,
    /// One ticket, so that it can be used once.
    TicketId,
    /// A mail that waits to be sent.
    MailId,
}

impl From<UserId> for ActorId {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

impl From<ApiKeyId> for ActorId {
    fn from(key: ApiKeyId) -> Self {
        Self(key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_as_it_is_shown() {
        let id = SessionId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "ab", &"AB".repeat(16), &"zz".repeat(16), &"ab".repeat(17)] {
            assert_eq!(text.parse::<SessionId>(), Err(IdError), "{text}");
        }
    }
}
