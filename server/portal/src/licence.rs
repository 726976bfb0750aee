//! Licences: what the organisation may run at once, who runs it, and who waits.

pub(crate) mod activate;
pub(crate) mod leave;
pub(crate) mod list;
pub(crate) mod policy;
pub(crate) mod usage;
pub(crate) mod wait;

use axum::http::StatusCode;
use serde::Serialize;
use temoto_model::licence::LicenceError as Unfit;
use temoto_model::{Timestamp, licence};
use temoto_store::{LicenceRow, StoreError};
use utoipa::ToSchema;

use crate::Answer;

/// How operations on licences fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LicenceError {
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("the licence is active already")]
    Known,
    #[error("another organisation has this licence")]
    Taken,
    #[error("leases are taken at join or at code")]
    TakeAt,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&LicenceError> for Answer {
    fn from(error: &LicenceError) -> Self {
        let wrong = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match error {
            LicenceError::Unfit(Unfit::Malformed) => wrong("licence_malformed"),
            LicenceError::Unfit(Unfit::Signature) => wrong("licence_signature"),
            LicenceError::Unfit(Unfit::Elsewhere) => wrong("licence_elsewhere"),
            LicenceError::Unfit(Unfit::Expired) => wrong("licence_expired"),
            LicenceError::Known => Self::new(StatusCode::CONFLICT, "licence_known"),
            LicenceError::Taken => Self::new(StatusCode::CONFLICT, "licence_taken"),
            LicenceError::TakeAt => wrong("take_at_invalid"),
            LicenceError::Store(error) => Self::store(error),
        }
    }
}
crate::answer::answers!(LicenceError);

/// A licence that was activated.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicenceView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// `trial`, `public_cloud`, `on_premises` or `private_cloud`.
    kind: &'static str,
    /// `active`, `future`, `expired` or `replaced`.
    state: &'static str,
    /// Sessions at once.
    sessions: u32,
    /// What for: `one_time`, `unattended`, `meeting`, `files`, `call`, `recording`, `print`.
    functions: Vec<&'static str>,
    /// From when on it counts, milliseconds since 1970.
    starts_at_ms: i64,
    /// From when on no more; nothing: for ever.
    ends_at_ms: Option<i64>,
    /// It ends within 30 days.
    ends_soon: bool,
    /// Whom it was issued to.
    holder: String,
    /// When it was activated.
    activated_at_ms: i64,
}

impl LicenceView {
    fn new(row: LicenceRow, now: Timestamp) -> Self {
        let over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
        let state = if over(row.replaced_at) {
            "replaced"
        } else if over(row.ends_at) {
            "expired"
        } else if now < row.starts_at {
            "future"
        } else {
            "active"
        };
        let near = row.ends_at.is_some_and(|end| now >= end.minus(licence::NOTICE));
        Self {
            id: row.id.to_string(),
            kind: row.kind.map_or("trial", licence::LicenceKind::as_str),
            state,
            sessions: row.sessions,
            functions: row.functions.known().map(licence::Function::as_str).collect(),
            starts_at_ms: row.starts_at.as_millis(),
            ends_at_ms: row.ends_at.map(Timestamp::as_millis),
            ends_soon: state == "active" && near && row.replaced_at.is_none(),
            holder: row.holder,
            activated_at_ms: row.activated_at.as_millis(),
        }
    }
}
