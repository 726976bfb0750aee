//! Sends the mail that waits: draws its link, writes it, hands it to a mail server, tries again later what was refused.

use std::sync::Arc;
use std::time::Duration;

use temoto_mail::{Post, PostError};
use temoto_model::mail::{MailKind, next_try};
use temoto_model::secret::Token;
use temoto_model::{MailId, TokenHash, login};
use temoto_store::{Clock, Mail, Side, Store, StoreError, TokenPurpose};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::notices;

/// Between two looks at the queue.
const ROUND: Duration = Duration::from_secs(1);
/// Mails that are sent at the same time: more would look like an attack to a mail server.
const AT_ONCE: u32 = 4;
/// What ends soon is looked for every so many rounds.
const LOOK: u32 = 300;

/// The queue of mail on its way.
pub struct MailQueue {
    parts: Arc<Parts>,
}

/// What the queue needs.
pub struct Parts {
    /// Where mail waits.
    pub store: Arc<dyn Store>,
    /// Where it goes.
    pub post: Arc<dyn Post>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Draws a fresh identifier of a mail.
    pub draw_id: Box<dyn Fn() -> MailId + Send + Sync>,
    /// Draws a fresh token for a link.
    pub draw_token: Box<dyn Fn() -> Token + Send + Sync>,
    /// The public address of the pages, without a slash at its end.
    pub site: String,
}

impl MailQueue {
    /// A queue of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Works until `stop` is true or its sender is gone. What is on its way then is finished.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut round: u32 = 0;
        while !*stop.borrow_and_update() {
            if round.is_multiple_of(LOOK)
                && let Err(error) = self.notices().await
            {
                tracing::error!(error = ?error.to_string(), "notices of licences wait for the next look");
            }
            round = round.wrapping_add(1);
            let sent = match self.round().await {
                Ok(sent) => sent,
                Err(error) => {
                    tracing::error!(error = ?error.to_string(), "the mail queue failed and will be tried again");
                    0
                }
            };
            if sent > 0 {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Lets mails wait that tell of licences that end soon; of how many.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn notices(&self) -> Result<usize, StoreError> {
        notices::give(&self.parts).await
    }

    /// Sends what is due, as much as goes at once; how much that was.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn round(&self) -> Result<usize, StoreError> {
        let due = self
            .parts
            .store
            .claim_mails(self.parts.clock.now(), AT_ONCE)
            .await?;
        let count = due.len();
        let mut sending = JoinSet::new();
        for mail in due {
            let parts = Arc::clone(&self.parts);
            sending.spawn(async move { parts.send(&mail).await });
        }
        while let Some(done) = sending.join_next().await {
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(error = ?error.to_string(), "a mail waits for its next try");
                }
                Err(_) => tracing::error!("sending a mail broke off"),
            }
        }
        Ok(count)
    }
}

impl Parts {
    async fn send(&self, mail: &Mail) -> Result<(), StoreError> {
        let Some(path) = self.link(mail).await? else {
            return self
                .store
                .mail_failed(mail.id, "what it was about is over", None)
                .await;
        };
        let link = format!("{}{path}", self.site);
        let mut facts = vec![("site", self.site.as_str()), ("link", link.as_str())];
        facts.extend(
            mail.facts
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let letter = temoto_mail::write(mail.kind, mail.language, &mail.address, &facts);
        let sent = self.post.send(&letter).await;
        let now = self.clock.now();
        match sent {
            Ok(()) => {
                tracing::info!(mail = %mail.id, kind = mail.kind.as_str(), "sent a mail");
                self.store.mail_sent(mail.id, now).await
            }
            Err(error) => {
                let next = match &error {
                    PostError::Later(_) => next_try(mail.made_at, mail.failures.saturating_add(1), now),
                    PostError::Never(_) => None,
                };
                tracing::warn!(
                    mail = %mail.id,
                    kind = mail.kind.as_str(),
                    reason = ?error.to_string(),
                    again = next.is_some(),
                    "a mail was not taken"
                );
                self.store.mail_failed(mail.id, &error.to_string(), next).await
            }
        }
    }

    /// Where the mail's link leads, with a fresh secret behind the `#` where it has one; nothing if what it is about
    /// is over.
    async fn link(&self, mail: &Mail) -> Result<Option<String>, StoreError> {
        let now = self.clock.now();
        let token = (self.draw_token)();
        let hash = TokenHash::of(token.expose());
        let choose = async |life: Duration| {
            let Some(user) = mail.user else { return Ok(false) };
            let kept = self
                .store
                .add_token(hash, TokenPurpose::Password(user), now.plus(life))
                .await;
            match kept {
                Ok(()) => Ok(true),
                Err(StoreError::Gone) => Ok(false),
                Err(error) => Err(error),
            }
        };
        let agree = async |side: Side| match mail.user {
            Some(user) => self.store.arm_email_change(user, side, hash).await,
            None => Ok(false),
        };
        let (page, armed) = match mail.kind {
            MailKind::Verify => {
                let until = now.plus(login::VERIFY_LINK_LIFE);
                (
                    "/verify",
                    self.store.arm_registration(&mail.address, hash, until).await?,
                )
            }
            MailKind::Invite => ("/setup", choose(login::INVITE_LINK_LIFE).await?),
            MailKind::Reset => ("/reset", choose(login::RESET_LINK_LIFE).await?),
            MailKind::EmailOld => ("/confirm", agree(Side::Old).await?),
            MailKind::EmailNew => ("/confirm", agree(Side::New).await?),
            MailKind::AlreadyRegistered | MailKind::Test | MailKind::EmailChanged => {
                return Ok(Some("/login".to_owned()));
            }
            MailKind::Guidance => return Ok(Some(format!("/join?lang={}", mail.language.as_str()))),
            MailKind::LicenceEnds => return Ok(Some("/console/licences".to_owned())),
            MailKind::PasswordChanged => return Ok(Some("/forgot".to_owned())),
            MailKind::NewDevice | MailKind::SecondFactorOn | MailKind::SecondFactorOff => {
                return Ok(Some("/account/security".to_owned()));
            }
        };
        let language = mail.language.as_str();
        Ok(armed.then(|| format!("{page}?lang={language}#{}", token.expose())))
    }
}
