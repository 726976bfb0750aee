//! `GET /sessions`: the caller's sessions that have not ended.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_store::SessionRow;
use utoipa::ToSchema;

use super::{CodeView, SessionError};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Operators};

/// A session that has not ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Identifier, 32 hexadecimal digits.
    session: String,
    /// `waiting` for a customer, `running`, or `paused` by its operator.
    state: &'static str,
    /// When it was opened, milliseconds since 1970.
    created_at_ms: i64,
    /// When a customer first joined.
    joined_at_ms: Option<i64>,
    /// When something was last heard of it.
    last_event_at_ms: i64,
    /// When a customer was turned away because no licence was free, if none joined since.
    unlicensed_at_ms: Option<i64>,
    /// The code that waits, without its secret digits.
    code: Option<CodeView>,
}

impl From<SessionRow> for SessionView {
    fn from(row: SessionRow) -> Self {
        Self {
            session: row.id.to_string(),
            state: if row.paused_at.is_some() {
                "paused"
            } else {
                row.state.as_str()
            },
            created_at_ms: row.started_at.as_millis(),
            joined_at_ms: row.joined_at.map(temoto_model::Timestamp::as_millis),
            last_event_at_ms: row.last_event_at.as_millis(),
            unlicensed_at_ms: row.unlicensed_at.map(temoto_model::Timestamp::as_millis),
            code: row.code.map(|code| CodeView {
                routing: code.routing,
                secret_digits: code.secret_digits,
                expires_at_ms: code.expires_at.as_millis(),
            }),
        }
    }
}

/// Lists the own sessions that have not ended, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "sessions",
    responses(
        (status = 200, description = "Waiting and running sessions.", body = [SessionView]),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
) -> Result<Json<Vec<SessionView>>, SessionError> {
    let now = app.clock.now();
    let mut sessions = app.store.live_sessions(caller.actor.user).await?;
    for session in &mut sessions {
        // One that is too old may not have been cleared away yet.
        session.code = session.code.take().filter(|code| code.expires_at > now);
    }
    Ok(Json(sessions.into_iter().map(SessionView::from).collect()))
}
