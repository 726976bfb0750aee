//! Mails that wait to be sent, without a secret in them.

use async_trait::async_trait;
use temoto_model::account::{Email, Language};
use temoto_model::audit::AuditEvent;
use temoto_model::mail::MailKind;
use temoto_model::{MailId, OrganisationId, Timestamp, UserId};

use crate::StoreError;

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// A fresh identifier.
    pub id: MailId,
    /// What it says.
    pub kind: MailKind,
    /// Whose doing it is, if anybody's.
    pub organisation: Option<OrganisationId>,
    /// The account that it is about, if there is one; of a mail to a customer the operator who sends it.
    pub user: Option<UserId>,
    /// Where it goes.
    pub address: Email,
    /// In which language.
    pub language: Language,
    /// Words for the holes of the template, never a secret.
    pub facts: Vec<(&'static str, String)>,
    /// Now.
    pub at: Timestamp,
}

/// A mail that is due.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mail {
    /// Its identifier.
    pub id: MailId,
    /// What it says.
    pub kind: MailKind,
    /// The account that it is about, if there is one.
    pub user: Option<UserId>,
    /// Where it goes.
    pub address: String,
    /// In which language.
    pub language: Language,
    /// Words for the holes of the template.
    pub facts: Vec<(String, String)>,
    /// When it was made.
    pub made_at: Timestamp,
    /// How often it failed.
    pub failures: u32,
}

/// Keeps mails. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Mails: Send + Sync + 'static {
    /// Lets a mail wait. `false`: the address was sent so many of this kind lately, or so many wait, that it was not
    /// taken.
    async fn queue_mail(&self, mail: &NewMail) -> Result<bool, StoreError>;

    /// Lets an operator's mail to a customer wait, with its entry in the trail. `false`: the operator or the
    /// organisation sent as many as they may ([`temoto_model::guidance`]), or it is too much as for every mail.
    async fn queue_guidance(&self, mail: &NewMail, audit: &AuditEvent) -> Result<bool, StoreError>;

    /// Up to `most` mails that are due, oldest first; nobody else gets them until the claim runs out.
    async fn claim_mails(&self, now: Timestamp, most: u32) -> Result<Vec<Mail>, StoreError>;

    /// A mail server took it. Its words go; that it was sent stays for a while.
    async fn mail_sent(&self, mail: MailId, at: Timestamp) -> Result<(), StoreError>;

    /// It was not taken, for this reason. It is tried again then, or given up.
    async fn mail_failed(
        &self,
        mail: MailId,
        reason: &str,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Removes what was sent, or given up, long enough ago.
    async fn expire_mails(&self, now: Timestamp) -> Result<u64, StoreError>;
}
