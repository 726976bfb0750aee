//! Mails: their words ([`letter`]) and their way to a mail server ([`smtp`]).
//!
//! It decides neither who gets one nor when one is tried again: that is the queue of `temoto-jobs`, by the rules of
//! `temoto-model`. The words stand in `templates/`, one file for each language.

mod letter;
mod markup;
mod smtp;

use async_trait::async_trait;

pub use letter::{Letter, PRODUCT, write};
pub use smtp::{Security, Sender, Smtp, SmtpError, SmtpSettings};

/// Why a letter was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PostError {
    /// It may go later: no line, a busy server, a full mailbox.
    #[error("{0}")]
    Later(String),
    /// It will never go like this: there is no such mailbox.
    #[error("{0}")]
    Never(String),
}

/// Takes letters to where they are read.
#[async_trait]
pub trait Post: Send + Sync + 'static {
    /// Takes one; returns when a server has accepted it.
    async fn send(&self, letter: &Letter) -> Result<(), PostError>;
}
