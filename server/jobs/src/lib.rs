//! Work that nobody waits for: codes, logins, links and sessions that are too old go; what is in use is noted; what a
//! command line took away is taken away from those who are attached; and mail that waits is sent ([`MailQueue`]).
//!
//! One round every few seconds, in one task each, until it is told to stop. A round that fails is logged and tried again.

mod mail;
mod notices;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use temoto_model::session::EndReason;
use temoto_model::{Secret, Timestamp};
use temoto_store::{Attachments, Clock, Store, StoreError};
use tokio::sync::watch;

pub use mail::{MailQueue, Parts as MailParts};

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(2);
/// What is in use is noted, and what is old is cleared away, every so many rounds.
const SLOW: u32 = 15;
/// Somebody may have been disabled while a round was under way.
const OVERLAP: Duration = Duration::from_secs(10);

/// What the jobs work on.
pub struct Jobs {
    store: Arc<dyn Store>,
    attachments: Arc<dyn Attachments>,
    clock: Arc<dyn Clock>,
    signing: Secret<[u8; 32]>,
    watched_since: Timestamp,
}

impl Jobs {
    /// Jobs on this store; `signing` is the Ed25519 seed that signs what the audit trail has come to.
    pub fn new(
        store: Arc<dyn Store>,
        attachments: Arc<dyn Attachments>,
        clock: Arc<dyn Clock>,
        signing: Secret<[u8; 32]>,
    ) -> Self {
        let watched_since = clock.now();
        Self {
            signing,
            store,
            attachments,
            clock,
            watched_since,
        }
    }

    /// Works until `stop` is true or its sender is gone.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut round: u32 = 0;
        while !*stop.borrow_and_update() {
            let done = self.watch().await;
            report("suspension", done);
            if round.is_multiple_of(SLOW) {
                let done = self.clear_away().await;
                report("clearing away", done);
                let done = self.sign_trails().await;
                report("signing of the trail", done);
            }
            round = round.wrapping_add(1);
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Detaches those who were disabled since the last look.
    async fn watch(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for user in self
            .store
            .disabled_since(self.watched_since.minus(OVERLAP))
            .await?
        {
            self.attachments.detach_user(user).await;
        }
        self.watched_since = now;
        Ok(())
    }

    /// Signs the end of every trail that went on.
    async fn sign_trails(&self) -> Result<(), StoreError> {
        for checkpoint in self.store.unsigned_heads(self.clock.now()).await? {
            let signature = checkpoint.sign(self.signing.expose());
            self.store.add_checkpoint(&checkpoint, &signature).await?;
            // Whoever keeps the log elsewhere can compare: `audit verify --expect`.
            tracing::debug!(
                organisation = %checkpoint.organisation,
                number = checkpoint.number,
                hash = ?checkpoint.hash,
                "signed the audit trail"
            );
        }
        Ok(())
    }

    async fn clear_away(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        // First what lives: who is attached does not run out.
        let (sessions, logins) = self.attachments.in_use();
        self.store.touch_sessions(&sessions, now).await?;
        self.store.touch_logins(&logins, now).await?;
        self.store.hold_leases(&self.attachments.operated(), now).await?;

        let codes = self.store.expire_codes(now).await?;
        let leases = self.store.free_leases(now).await?;
        let gone = self.store.expire_logins(now).await?;
        let links = self.store.expire_tokens(now).await?;
        let mails = self.store.expire_mails(now).await?;
        let unanswered = self.store.expire_verifications(now).await?;
        let past = self.store.expire_history(now).await?;
        let ended = self.store.expire_sessions(now).await?;
        for session in &ended {
            self.attachments.end_session(session.id, EndReason::Expired).await;
        }
        if codes + gone + links + mails + unanswered + leases + past > 0 || !ended.is_empty() {
            tracing::info!(
                codes,
                logins = gone,
                links = links + unanswered,
                mails,
                leases,
                past,
                sessions = ended.len(),
                "cleared away what was too old"
            );
        }
        Ok(())
    }
}

fn report(what: &'static str, done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::error!(what, error = ?error.to_string(), "a job failed and will be tried again");
    }
}
