//! Another address for the own account: asked for with the password, agreed to at both addresses by mail.

pub(crate) mod agree;
pub(crate) mod cancel;
pub(crate) mod change;
pub(crate) mod link;

use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::account::AccountError;
use temoto_store::StoreError;
use utoipa::ToSchema;

use super::proof::ProofError;
use crate::answer::answers;
use crate::{Answer, mail};

/// How operations on the address fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EmailError {
    #[error("mail is not set up")]
    NoMail,
    #[error("the account has this address already")]
    Same,
    #[error("the link is not good any more")]
    Unusable,
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&EmailError> for Answer {
    fn from(error: &EmailError) -> Self {
        match error {
            EmailError::NoMail => mail::not_set_up(),
            EmailError::Same => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "email_same"),
            // Who agreed last learns no more of an address that got an account meanwhile.
            EmailError::Unusable | EmailError::Store(StoreError::EmailTaken) => {
                Self::new(StatusCode::GONE, "link_unusable")
            }
            EmailError::TryLater(after) => Self::try_later(*after),
            EmailError::Account(error) => Self::account(*error),
            EmailError::Proof(error) => error.into(),
            EmailError::Store(error) => Self::store(error),
        }
    }
}
answers!(EmailError);

/// The token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailToken {
    /// What stands behind the `#`.
    #[schema(max_length = 64)]
    token: String,
}
