//! Where the own account is logged in: list, end one, end all others.

pub(crate) mod end;
pub(crate) mod end_others;
pub(crate) mod list;

use axum::http::StatusCode;
use temoto_store::StoreError;

use crate::Answer;
use crate::answer::answers;

/// How operations on the own logins fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginsError {
    #[error("no such login of this person")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&LoginsError> for Answer {
    fn from(error: &LoginsError) -> Self {
        match error {
            LoginsError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            LoginsError::Store(error) => Self::store(error),
        }
    }
}
answers!(LoginsError);
