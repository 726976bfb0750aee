//! `GET /history/csv` and `GET /history/json`: the same sessions as a file. In the table no cell is a formula, whatever
//! a customer's computer is called.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::cell;
use temoto_model::{Actor, Timestamp};

use super::{HistoryError, PastSession, Which};
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};
use crate::{Answer, App};

/// Most sessions of one file.
const MOST: u32 = 10_000;

const HEADINGS: [&str; 13] = [
    "session",
    "operator",
    "operator_name",
    "started",
    "joined",
    "ended",
    "seconds",
    "end_reason",
    "customer",
    "system",
    "functions",
    "note",
    "ticket",
];

/// The sessions as a table with commas.
#[utoipa::path(
    get,
    path = "/api/v1/history/csv",
    tag = "history",
    params(Which),
    responses(
        (status = 200, description = "At most 10,000, the newest first; UTF-8, times in UTC.", content_type = "text/csv"),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<Which>,
) -> Result<Response, HistoryError> {
    let sessions = sessions(&app, &caller.actor, &which, "csv").await?;
    // Spreadsheets take a file for UTF-8 when it begins with this.
    let mut out = String::from("\u{feff}");
    out.push_str(&HEADINGS.map(cell).join(","));
    out.push_str("\r\n");
    for session in &sessions {
        let time =
            |ms: Option<i64>| ms.map_or_else(String::new, |ms| Timestamp::from_millis(ms).to_rfc3339());
        let cells = [
            cell(&session.session),
            cell(&session.operator),
            cell(&session.operator_name),
            cell(&time(Some(session.started_at_ms))),
            cell(&time(session.joined_at_ms)),
            cell(&time(session.ended_at_ms)),
            session
                .duration_ms
                .map_or_else(String::new, |ms| (ms / 1_000).to_string()),
            cell(session.end_reason.unwrap_or_default()),
            cell(&session.customer),
            cell(&session.system),
            cell(&session.functions.join(" ")),
            cell(&session.note),
            cell(&session.ticket),
        ];
        // Writing to a string does not fail.
        let _ = write!(out, "{}\r\n", cells.join(","));
    }
    Ok(file("text/csv; charset=utf-8", "history.csv", out))
}

/// The sessions as JSON.
#[utoipa::path(
    get,
    path = "/api/v1/history/json",
    tag = "history",
    params(Which),
    responses(
        (status = 200, description = "At most 10,000, the newest first.", body = [PastSession]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn json(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<Which>,
) -> Result<Response, HistoryError> {
    let sessions = sessions(&app, &caller.actor, &which, "json").await?;
    match serde_json::to_string(&sessions) {
        Ok(text) => Ok(file("application/json", "history.json", text)),
        Err(error) => Ok(Answer::internal(&error).into_response()),
    }
}

async fn sessions(
    app: &App,
    actor: &Actor,
    which: &Which,
    form: &str,
) -> Result<Vec<PastSession>, HistoryError> {
    let filter = which.filter(actor, MOST)?;
    let rows = app.store.history(&filter).await?;
    let now = app.clock.now();
    let event = AuditEvent {
        organisation: actor.organisation,
        at: now,
        actor: Some(actor.id()),
        kind: AuditKind::HistoryExported,
        subject: String::new(),
        detail: format!("{form} {}", rows.len()),
    };
    app.store.record(&event).await?;
    Ok(rows.into_iter().map(|row| PastSession::new(row, now)).collect())
}

fn file(kind: &'static str, name: &'static str, text: String) -> Response {
    let as_file: (HeaderName, String) = (
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}\""),
    );
    ([(header::CONTENT_TYPE, kind.to_owned()), as_file], text).into_response()
}
