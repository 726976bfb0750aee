//! The reasons that relay messages give, each a byte: why a code is given back, a participant is not there, a session
//! or a connection ends.

use crate::WireError;

/// Declares a byte-valued reason with its numbers.
macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $n:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $n,)* }

        impl $name {
            /// The value with this number.
            pub const fn from_number(n: u8) -> Result<Self, WireError> {
                match n {
                    $($n => Ok(Self::$variant),)*
                    _ => Err(WireError::Range(stringify!($name))),
                }
            }

            /// Its number on the wire.
            #[must_use]
            pub const fn number(self) -> u8 {
                self as u8
            }
        }
    };
}

reasons! {
    /// Why a console gives a code back.
    CloseCode {
        /// A customer joined with it.
        Spent = 1,
        /// Too many wrong secrets.
        Burnt = 2,
        /// The operator does not want it any more.
        Withdrawn = 3,
    }
}

reasons! {
    /// Why a participant is not there.
    Gone {
        /// Its connection is down; the place is kept.
        Detached = 1,
        /// It left.
        Left = 2,
        /// The place was not taken again in time.
        Expired = 3,
    }
}

reasons! {
    /// Why the server ended a session.
    Ended {
        /// The console ended it.
        Console = 1,
        /// Nobody was there for too long.
        Expired = 2,
        /// An administrator ended it.
        Administrator = 3,
        /// The operator signed out.
        SignedOut = 4,
    }
}

reasons! {
    /// Why the server closes a connection.
    Detached {
        /// A newer attachment took the place.
        Replaced = 1,
        /// It took less than 64 KiB in 30 s while more waited.
        Slow = 2,
        /// Ticket or resume token unknown, used or expired.
        Credential = 3,
        /// A message that was not understood.
        Protocol = 4,
        /// Too many connections or attempts; come back later.
        Busy = 5,
        /// The session is over.
        Over = 6,
        /// The operator's login is no longer valid.
        SignedOut = 7,
        /// Another protocol version: update.
        Version = 8,
        /// Origin or role not allowed.
        Forbidden = 9,
        /// As many sessions run as the operator's organization may run at once.
        NoLicence = 10,
    }
}

impl Detached {
    /// Whether a client may come back by itself.
    #[must_use]
    pub const fn may_return(self) -> bool {
        matches!(self, Self::Slow | Self::Busy)
    }
}
