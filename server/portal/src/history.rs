//! The history of sessions. Operators see their own, administrators those of the organisation.

pub(crate) mod chart;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod list;
pub(crate) mod note;
pub(crate) mod one;
pub(crate) mod operators;
pub(crate) mod policy;
pub(crate) mod report;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::history::Used;
use temoto_model::{Actor, Role, SessionId, Timestamp, UserId};
use temoto_store::{HistoryFilter, HistoryRow, StoreError};
use utoipa::{IntoParams, ToSchema};

use crate::{Answer, App};

/// Longest text that is searched for, in bytes.
const TEXT_BYTES: usize = 200;

/// How operations on the history fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error("no such session of this person")]
    NotFound,
    #[error("the filter makes no sense")]
    Filter,
    #[error("too long, or with signs that cannot be seen")]
    Words,
    #[error("not a number of days")]
    Days,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&HistoryError> for Answer {
    fn from(error: &HistoryError) -> Self {
        let wrong = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        match error {
            HistoryError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            HistoryError::Filter => wrong("filter_invalid"),
            HistoryError::Words => wrong("words_invalid"),
            HistoryError::Days => wrong("days_invalid"),
            HistoryError::Store(error) => Self::store(error),
        }
    }
}
crate::answer::answers!(HistoryError);

/// Which sessions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Opened at or after, milliseconds since 1970.
    from_ms: Option<i64>,
    /// Opened before.
    to_ms: Option<i64>,
    /// Only this operator's, 32 hexadecimal digits; for administrators.
    operator: Option<String>,
    /// With this in customer, note, ticket or the operator's name.
    text: Option<String>,
    /// Older than the session with this identifier, which was opened at `before_ms`: where the last page ended.
    before: Option<String>,
    /// Goes with `before`.
    before_ms: Option<i64>,
}

impl Which {
    /// As the store is asked; who is no administrator asks for own sessions, whatever else was said.
    fn filter(&self, actor: &Actor, limit: u32) -> Result<HistoryFilter, HistoryError> {
        let operator: Option<UserId> = self
            .operator
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|_| HistoryError::Filter)?;
        let text = self
            .text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.len() > TEXT_BYTES || text.contains('\0')) {
            return Err(HistoryError::Filter);
        }
        let before = match (
            self.before_ms,
            self.before.as_deref().map(str::parse::<SessionId>),
        ) {
            (None, None) => None,
            (Some(at), Some(Ok(session))) => Some((Timestamp::from_millis(at), session)),
            _ => return Err(HistoryError::Filter),
        };
        Ok(HistoryFilter {
            organisation: actor.organisation,
            operator: scope(actor, operator),
            from: self.from_ms.map(Timestamp::from_millis),
            to: self.to_ms.map(Timestamp::from_millis),
            text: text.map(str::to_owned),
            before,
            limit,
        })
    }
}

/// Refuses a session that is neither this person's nor, for an administrator, of the organisation.
async fn may_see(app: &App, actor: &Actor, id: SessionId) -> Result<(), HistoryError> {
    let session = app.store.session(id).await?;
    session
        .filter(|session| actor.may_end(&session.ownership))
        .map(drop)
        .ok_or(HistoryError::NotFound)
}

/// Whose sessions a person sees.
fn scope(actor: &Actor, wanted: Option<UserId>) -> Option<UserId> {
    match actor.role {
        Role::Administrator => wanted,
        Role::Operator => Some(actor.user),
    }
}

/// A session as the history tells it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PastSession {
    /// Identifier, 32 hexadecimal digits.
    session: String,
    /// The operator, 32 hexadecimal digits.
    operator: String,
    /// The operator's name.
    operator_name: String,
    /// When it was opened, milliseconds since 1970.
    started_at_ms: i64,
    /// When a customer first joined.
    joined_at_ms: Option<i64>,
    /// When it ended; nothing: it has not.
    ended_at_ms: Option<i64>,
    /// From the customer's joining to the end, or to now.
    duration_ms: Option<u64>,
    /// `console`, `expired`, `administrator`, `signed_out`, or nothing.
    end_reason: Option<&'static str>,
    /// The customer's name or computer, as the operator's console says.
    customer: String,
    /// The customer's system, as the operator's console says.
    system: String,
    /// What was used: `screen`, `control`, `chat`, `files`, `call`, `recording`, `print`, `clipboard`,
    /// `screenshot`, `show`.
    functions: Vec<&'static str>,
    /// The operator's note.
    note: String,
    /// Number of a ticket elsewhere.
    ticket: String,
    /// How many files arrived, as far as receipts are kept: at most 1,000.
    file_count: u32,
}

impl PastSession {
    fn new(row: HistoryRow, now: Timestamp) -> Self {
        let end = row.ended.map(|(at, _)| at);
        let lasted = |joined: Timestamp| {
            let lasted = end.unwrap_or(now).since(joined).as_millis();
            u64::try_from(lasted).unwrap_or(u64::MAX)
        };
        Self {
            session: row.session.to_string(),
            operator: row.operator.to_string(),
            operator_name: row.name,
            started_at_ms: row.started_at.as_millis(),
            joined_at_ms: row.joined_at.map(Timestamp::as_millis),
            ended_at_ms: end.map(Timestamp::as_millis),
            duration_ms: row.joined_at.map(lasted),
            end_reason: row.ended.map(|(_, reason)| reason.as_str()),
            customer: row.details.customer,
            system: row.details.system,
            functions: Used::of(row.details.functions).map(Used::as_str).collect(),
            note: row.details.note,
            ticket: row.details.ticket,
            file_count: row.files,
        }
    }
}
