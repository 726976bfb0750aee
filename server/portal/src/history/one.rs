//! `GET /history/{id}`: one session and what happened in it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::history::Moment;
use temoto_model::{SessionId, Timestamp};
use temoto_store::{FileReceipt, TimelineRow};
use utoipa::ToSchema;

use super::{HistoryError, PastSession, may_see};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Named, Operators};

/// A session with what happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionStory {
    /// The session.
    session: PastSession,
    /// What happened, in order, at most 1,000.
    events: Vec<StoryEvent>,
    /// Files that arrived, in order, the first 1,000.
    files: Vec<StoryFile>,
}

/// A file that arrived, as the operator's console said.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoryFile {
    /// When the server was told, milliseconds since 1970.
    pub(super) at_ms: i64,
    /// `send` to the customer, or `fetch` from there.
    pub(super) way: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Bytes.
    pub(super) size: u64,
    /// BLAKE3 of its content, 64 hexadecimal digits.
    pub(super) hash: String,
}

impl From<FileReceipt> for StoryFile {
    fn from(file: FileReceipt) -> Self {
        Self {
            at_ms: file.at.as_millis(),
            way: if file.to_customer { "send" } else { "fetch" },
            name: file.name,
            size: file.size,
            hash: hex::encode(file.hash),
        }
    }
}

/// Something that happened, as the audit trail has it, or the operator's console said.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoryEvent {
    /// When, milliseconds since 1970.
    at_ms: i64,
    /// `session_started`, `code_taken`, `code_closed`, `customer_joined`, `grant_given`, `grant_withdrawn`,
    /// `proof_refused`, `proofs_differ`, `lease_refused`, `history_noted`, `session_ended`, `happened`, and others to come.
    kind: String,
    /// What was allowed or withdrawn, what happened, or why it ended.
    detail: String,
}

/// Tells of an own session, or as an administrator of any of the organisation.
#[utoipa::path(
    get,
    path = "/api/v1/history/{id}",
    tag = "history",
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 200, description = "It.", body = SessionStory),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
) -> Result<Json<SessionStory>, HistoryError> {
    let actor = caller.actor;
    may_see(&app, &actor, id).await?;
    let row = app.store.past_session(id).await?.ok_or(HistoryError::NotFound)?;
    let trail = app.store.timeline(actor.organisation, id).await?;
    let moments = app.store.moments_of_session(id).await?;
    let files = app.store.files_of_session(id).await?;
    Ok(Json(SessionStory {
        session: PastSession::new(row, app.clock.now()),
        events: told(trail, moments),
        files: files.into_iter().map(StoryFile::from).collect(),
    }))
}

/// What the trail has and what the console said, as one.
fn told(trail: Vec<TimelineRow>, moments: Vec<(Timestamp, Moment)>) -> Vec<StoryEvent> {
    let trail = trail.into_iter().map(|event| StoryEvent {
        at_ms: event.at.as_millis(),
        kind: event.kind,
        detail: event.detail,
    });
    let moments = moments.into_iter().map(|(at, moment)| StoryEvent {
        at_ms: at.as_millis(),
        kind: "happened".to_owned(),
        detail: moment.as_str().to_owned(),
    });
    let mut events: Vec<_> = trail.chain(moments).collect();
    // Stable: what happened at the same time stays in its order.
    events.sort_by_key(|event| event.at_ms);
    events
}
