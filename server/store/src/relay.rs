//! What the relay keeps, so that a server that was killed is only a reconnect to everybody.
//!
//! Session and code are made by the portal (its own repositories); here the relay reads those that live, marks their
//! end, and keeps its own: places, resume hashes, used tickets, armed tokens, counted proofs and the failure budget.
//! Nothing here can open a session: tokens are hashes and codes are routing digits.

use async_trait::async_trait;
use temoto_model::budget::Figures;
use temoto_model::code::CodeState;
use temoto_model::session::EndReason;
use temoto_model::{CodeId, LoginId, SessionId, TicketId, Timestamp, TokenHash, UserId};

use crate::StoreError;

/// A session that has not ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelaySession {
    /// Its name.
    pub session: SessionId,
    /// The operator whose session it is.
    pub operator: UserId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its operator paused it: no console is let in until it goes on.
    pub paused: bool,
}

/// A code that waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelayCode {
    /// Its name.
    pub code: CodeId,
    /// Whose code it is.
    pub session: SessionId,
    /// Its four routing digits.
    pub routing: String,
    /// Not routed from here on.
    pub expires_at: Timestamp,
    /// Proofs that the console was given to judge and did not admit.
    pub evaluated: u8,
}

/// A place in a session that was taken and not given up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelayPlace {
    /// The session.
    pub session: SessionId,
    /// 0 is the console's, 1 to 7 are agents'.
    pub participant: u8,
    /// The number of its role on the wire: 0 console, 1 page, 2 program.
    pub role: u8,
    /// The login that the place depends on; consoles only.
    pub login: Option<LoginId>,
    /// What its resume token is known by.
    pub resume: TokenHash,
}

/// A step-up token that a console waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RelayToken {
    /// The public id of the token.
    pub token: [u8; 16],
    /// The session whose console armed it.
    pub session: SessionId,
    /// Not routed from here on; the end of time when somebody was let in by it.
    pub expires_at: Timestamp,
}

/// Everything that a starting relay needs.
#[derive(Clone, Debug, Default)]
pub struct RelayMemory {
    /// Sessions that have not ended.
    pub sessions: Vec<RelaySession>,
    /// Codes that wait.
    pub codes: Vec<RelayCode>,
    /// Places that are taken.
    pub places: Vec<RelayPlace>,
    /// Tokens that are armed.
    pub tokens: Vec<RelayToken>,
    /// Tickets that were used and have not expired, with their expiry.
    pub tickets: Vec<(TicketId, Timestamp)>,
    /// Hours (since 1970) of the failure budget.
    pub budget: Vec<(i64, Figures)>,
    /// When the budget was last found spent.
    pub budget_spent_at: Option<Timestamp>,
}

/// One thing to keep. Each is applied whole or not at all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RelayChange {
    /// A place was taken, or taken anew; a ticket that was used for it must never be used again.
    Place {
        /// The place as it is from now on.
        place: RelayPlace,
        /// The ticket and when it would have expired.
        ticket: Option<(TicketId, Timestamp)>,
        /// Now.
        at: Timestamp,
    },
    /// A place was given up or lost.
    DropPlace {
        /// The session.
        session: SessionId,
        /// The place.
        participant: u8,
    },
    /// So many proofs for this code were judged and not admitted (or are being judged).
    Evaluated {
        /// The code.
        code: CodeId,
        /// All of them, not one more.
        evaluated: u8,
    },
    /// A proof for the code of this session was judged and refused: it goes into the trail.
    ProofRefused {
        /// The session.
        session: SessionId,
        /// Now.
        at: Timestamp,
    },
    /// The code does not wait any more.
    CloseCode {
        /// The code.
        code: CodeId,
        /// What became of it.
        state: CodeState,
        /// Now.
        at: Timestamp,
    },
    /// A customer joined the session for the first time.
    Joined {
        /// The session.
        session: SessionId,
        /// Now.
        at: Timestamp,
    },
    /// A console waits for this token; if it is kept already, until then from now on.
    Arm(RelayToken),
    /// And no longer.
    Disarm {
        /// The public id of the token.
        token: [u8; 16],
    },
    /// The session is over: its code is withdrawn, its places and tokens are forgotten.
    End {
        /// The session.
        session: SessionId,
        /// Why.
        reason: EndReason,
        /// Now.
        at: Timestamp,
    },
    /// The failure budget, as far as it changed.
    Budget {
        /// Hours (since 1970) with all of their figures.
        hours: Vec<(i64, Figures)>,
        /// When it was last found spent.
        spent_at: Option<Timestamp>,
    },
}

/// Keeps what the relay must not forget.
#[async_trait]
pub trait RelayStore: Send + Sync + 'static {
    /// Reads everything that still holds at `now`, and throws away what does not.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    async fn load(&self, now: Timestamp) -> Result<RelayMemory, StoreError>;

    /// One session that has not ended, with the code that waits for it.
    ///
    /// # Errors
    /// `Corrupt`, `Database`.
    async fn waiting(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<(RelaySession, Option<RelayCode>)>, StoreError>;

    /// Keeps one change; when this returns, a killed server still knows it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the session of a new place or token is over, [`StoreError::NoLease`] when an agent's
    /// place needs a licence and none is free, else `Full`, `ReadOnly`, `Database`.
    async fn apply(&self, change: &RelayChange) -> Result<(), StoreError>;
}
