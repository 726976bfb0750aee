//! What portal and jobs ask of the relay: to take away what somebody may no longer hold, and what is in use.

use async_trait::async_trait;
use temoto_model::session::EndReason;
use temoto_model::{LoginId, SessionId, UserId};

use crate::StoreError;

/// Who of a session is attached at this moment.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Presence {
    /// The operator's console.
    pub console: bool,
    /// At least one end of the customer's.
    pub customer: bool,
}

/// Who is attached to the relay, as far as the rest of the server cares.
#[async_trait]
pub trait Attachments: Send + Sync + 'static {
    /// A login ended: its consoles are detached.
    async fn detach_login(&self, login: LoginId);
    /// A person may not log in any more: all consoles are detached.
    async fn detach_user(&self, user: UserId);
    /// A session was opened, or has a new code: attempts to join find it from now on.
    async fn refresh(&self, session: SessionId) -> Result<(), StoreError>;
    /// A session ended: everybody is told and detached.
    async fn end_session(&self, session: SessionId, reason: EndReason);
    /// An operator paused the session, and this is kept: its console is detached, and lets itself in again only after
    /// [`Attachments::resume_session`].
    async fn pause_session(&self, session: SessionId);
    /// It goes on, and this is kept.
    async fn resume_session(&self, session: SessionId);
    /// Who is attached of each of these.
    fn presence(&self, sessions: &[SessionId]) -> Vec<Presence>;
    /// Whether so many attempts to join failed that new codes should be longer.
    fn under_attack(&self) -> bool;
    /// Sessions that somebody is attached to, and logins that consoles are attached with: both are in use.
    fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>);
    /// Sessions that a console is attached to: these hold their leases.
    fn operated(&self) -> Vec<SessionId>;
}

/// A server without a relay: nobody is attached.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAttachments;

#[async_trait]
impl Attachments for NoAttachments {
    async fn detach_login(&self, _: LoginId) {}
    async fn detach_user(&self, _: UserId) {}
    async fn refresh(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
    async fn end_session(&self, _: SessionId, _: EndReason) {}
    async fn pause_session(&self, _: SessionId) {}
    async fn resume_session(&self, _: SessionId) {}
    fn presence(&self, sessions: &[SessionId]) -> Vec<Presence> {
        vec![Presence::default(); sessions.len()]
    }
    fn under_attack(&self) -> bool {
        false
    }
    fn in_use(&self) -> (Vec<SessionId>, Vec<LoginId>) {
        (Vec::new(), Vec::new())
    }
    fn operated(&self) -> Vec<SessionId> {
        Vec::new()
    }
}
