//! Support sessions as the portal sees them: waiting for a customer, running, ended.

use std::time::Duration;

/// A session that nobody was attached to for so long is ended. The longest place that the relay keeps is that of a
/// customer whose machine restarts.
pub const UNATTENDED_LIFE: Duration = Duration::from_secs(30 * 60);
/// How long the server's word about the operator (the statement) holds.
pub const STATEMENT_LIFE: Duration = Duration::from_secs(12 * 3_600);

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionState {
    /// No customer joined yet.
    Waiting,
    /// A customer joined.
    Running,
    /// Over.
    Ended,
}

impl SessionState {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Running, Self::Ended]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndReason {
    /// The operator ended it.
    Console,
    /// Nobody was there for too long.
    Expired,
    /// An administrator ended it.
    Administrator,
    /// The operator logged out or was disabled.
    SignedOut,
}

impl EndReason {
    /// Its name in the interface and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Expired => "expired",
            Self::Administrator => "administrator",
            Self::SignedOut => "signed_out",
        }
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Console, Self::Expired, Self::Administrator, Self::SignedOut]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}
