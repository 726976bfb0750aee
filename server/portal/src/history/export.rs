//! `GET /history/csv` and `GET /history/json`: the same sessions as a file. In the table no cell is a formula, whatever
//! a customer's computer is called. It has a row for each session and counts its files; the files themselves are a table
//! of their own, see [`super::files`].

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::history::cell;
use temoto_model::{Actor, SessionId, Timestamp};
use utoipa::ToSchema;

use super::one::StoryFile;
use super::{HistoryError, PastSession, Which};
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};
use crate::{Answer, App};

/// Most sessions of one file.
pub(super) const MOST: u32 = 10_000;
/// Most receipts of one file.
pub(super) const MOST_FILES: u32 = 100_000;

const HEADINGS: [&str; 14] = [
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
    "files",
];

/// A session with the files that arrived.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedSession {
    #[serde(flatten)]
    session: PastSession,
    /// Files that arrived, in order. At most 100,000 in one answer, those of the newest sessions first: where there are
    /// fewer than `file_count`, ask for a shorter time.
    files: Vec<StoryFile>,
}

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
    let filter = which.filter(&caller.actor, MOST)?;
    let rows = app.store.history(&filter).await?;
    told(&app, &caller.actor, "csv", rows.len()).await?;
    let now = app.clock.now();
    let lines = rows.into_iter().map(|row| {
        let session = PastSession::new(row, now);
        [
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
            session.file_count.to_string(),
        ]
    });
    Ok(table("history.csv", HEADINGS, lines))
}

/// The sessions as JSON.
#[utoipa::path(
    get,
    path = "/api/v1/history/json",
    tag = "history",
    params(Which),
    responses(
        (status = 200, description = "At most 10,000, the newest first.", body = [ExportedSession]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn json(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<Which>,
) -> Result<Response, HistoryError> {
    let filter = which.filter(&caller.actor, MOST)?;
    let rows = app.store.history(&filter).await?;
    let mut files: BTreeMap<SessionId, Vec<StoryFile>> = BTreeMap::new();
    for (session, file) in app.store.files_of_history(&filter, MOST_FILES).await? {
        files.entry(session).or_default().push(file.into());
    }
    told(&app, &caller.actor, "json", rows.len()).await?;
    let now = app.clock.now();
    let sessions = rows.into_iter().map(|row| ExportedSession {
        files: files.remove(&row.session).unwrap_or_default(),
        session: PastSession::new(row, now),
    });
    match serde_json::to_string(&sessions.collect::<Vec<_>>()) {
        Ok(text) => Ok(file("application/json", "history.json", text)),
        Err(error) => Ok(Answer::internal(&error).into_response()),
    }
}

/// Notes in the trail that so many were handed out in this form.
pub(super) async fn told(app: &App, actor: &Actor, form: &str, count: usize) -> Result<(), HistoryError> {
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::HistoryExported,
        subject: String::new(),
        detail: format!("{form} {count}"),
    };
    Ok(app.store.record(&event).await?)
}

/// A moment as a table has it.
pub(super) fn time(ms: Option<i64>) -> String {
    ms.map_or_else(String::new, |ms| Timestamp::from_millis(ms).to_rfc3339())
}

/// A table as a file; the cells of its lines are ready.
pub(super) fn table<const N: usize>(
    name: &str,
    headings: [&str; N],
    lines: impl Iterator<Item = [String; N]>,
) -> Response {
    // Spreadsheets take a file for UTF-8 when it begins with this.
    let mut out = String::from("\u{feff}");
    for line in std::iter::once(headings.map(cell)).chain(lines) {
        out.push_str(&line.join(","));
        out.push_str("\r\n");
    }
    file("text/csv; charset=utf-8", name, out)
}

fn file(kind: &'static str, name: &str, text: String) -> Response {
    let as_file: (HeaderName, String) = (
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}\""),
    );
    ([(header::CONTENT_TYPE, kind.to_owned()), as_file], text).into_response()
}
