//! How an operation that failed answers: a status, a code that the clients have a sentence for, and how long to wait.

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use temoto_model::account::AccountError;
use temoto_model::password::PasswordError;
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::password::HashError;

/// The answer of an operation that failed.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    code: &'static str,
    retry_after: Option<Duration>,
    message: Option<String>,
}

/// The body of every failure.
#[derive(Serialize, ToSchema)]
pub(crate) struct Failure {
    /// What went wrong, for programs; the sentence for people is the client's.
    #[schema(example = "try_later")]
    pub code: &'static str,
    /// The same in a sentence, where a program is told that has no words of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Not before so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Answer {
    /// An answer with this status and code.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            retry_after: None,
            message: None,
        }
    }

    /// Too early: come back after this.
    #[must_use]
    pub const fn try_later(after: Duration) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: "try_later",
            retry_after: Some(after),
            message: None,
        }
    }

    /// The same with a sentence, for programs without words of their own.
    #[must_use]
    pub(crate) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Something of the server's own failed; the reason goes to the log, not to the client.
    #[must_use]
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = ?error.to_string(), "an operation failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// A name, an address or another detail is not taken.
    pub(crate) const fn account(error: AccountError) -> Self {
        let code = match error {
            AccountError::Email => "email_invalid",
            AccountError::Name => "name_invalid",
            AccountError::Line => "line_invalid",
            AccountError::Telephone => "telephone_invalid",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }

    /// A new password is not taken.
    pub(crate) const fn password(error: PasswordError) -> Self {
        let code = match error {
            PasswordError::TooShort => "password_too_short",
            PasswordError::TooLong => "password_too_long",
            PasswordError::TooCommon => "password_too_common",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }

    /// A password was not hashed.
    pub(crate) fn hash(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy"),
            HashError::Failed => Self::internal(&error),
        }
    }

    /// The store failed; a full or read-only disk is said, for it is the administrator who reads it.
    #[must_use]
    pub fn store(error: &StoreError) -> Self {
        let answer = Self::internal(error);
        if matches!(error, StoreError::Full | StoreError::ReadOnly) {
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage");
        }
        answer
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let body = Failure {
            code: self.code,
            message: self.message,
            retry_after_ms: self
                .retry_after
                .map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(after) = self.retry_after {
            // Whole seconds, rounded up: who comes back on time is not sent away again.
            let seconds = after.as_millis().div_ceil(1_000).to_string();
            if let Ok(value) = HeaderValue::from_str(&seconds) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response
    }
}

/// Makes an operation's error enum an answer, by its `From<&Error> for Answer`.
macro_rules! answers {
    ($error:ty) => {
        impl axum::response::IntoResponse for $error {
            fn into_response(self) -> axum::response::Response {
                $crate::Answer::from(&self).into_response()
            }
        }
    };
}
pub(crate) use answers;
