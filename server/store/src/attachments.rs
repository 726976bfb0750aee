//! What portal and jobs ask of the relay: to take away what somebody may no longer hold, and what is in use.

use async_trait::async_trait;
use temoto_model::session::EndReason;
use temoto_model::{LoginId, SessionId, UserId};

use crate::StoreError;

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
