//! Keys of the organisation for other programs, for its administrators: list, make, revoke.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use axum::http::StatusCode;
use temoto_model::account::AccountError;
use temoto_store::StoreError;

use crate::Answer;
use crate::account::proof::ProofError;
use crate::answer::answers;

/// How operations on keys fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiKeyError {
    #[error("no such key in this organisation")]
    NotFound,
    #[error("as many keys hold as may hold")]
    TooMany,
    #[error("the name is not taken")]
    Name,
    #[error("no scope, or an unknown one")]
    Scopes,
    #[error("a key does not hold for so many days")]
    Days,
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for ApiKeyError {
    fn from(_: AccountError) -> Self {
        Self::Name
    }
}

impl From<&ApiKeyError> for Answer {
    fn from(error: &ApiKeyError) -> Self {
        let wrong = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match error {
            ApiKeyError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            ApiKeyError::TooMany => Self::new(StatusCode::CONFLICT, "too_many_keys"),
            ApiKeyError::Name => wrong("key_name_invalid"),
            ApiKeyError::Scopes => wrong("key_scopes_invalid"),
            ApiKeyError::Days => wrong("key_days_invalid"),
            ApiKeyError::Proof(error) => error.into(),
            ApiKeyError::Store(error) => Self::store(error),
        }
    }
}
answers!(ApiKeyError);
