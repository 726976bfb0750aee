//! `GET /history/files/csv`: a row for each file that arrived, with its session. No cell is a formula, whatever a file
//! is called.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use temoto_model::SessionId;
use temoto_model::history::cell;

use super::export::{MOST, MOST_FILES, table, time, told};
use super::one::StoryFile;
use super::{HistoryError, PastSession, Which};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};

const HEADINGS: [&str; 11] = [
    "session",
    "operator",
    "operator_name",
    "started",
    "customer",
    "ticket",
    "told",
    "way",
    "name",
    "bytes",
    "blake3",
];

/// The files that arrived in the sessions, as a table with commas.
#[utoipa::path(
    get,
    path = "/api/v1/history/files/csv",
    tag = "history",
    params(Which),
    responses(
        (status = 200, description = "At most 100,000 files of at most 10,000 sessions, those of the newest session first; \
            UTF-8, times in UTC. `way` is `send` to the customer or `fetch` from there.", content_type = "text/csv"),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<Which>,
) -> Result<Response, HistoryError> {
    let filter = which.filter(&caller.actor, MOST)?;
    let now = app.clock.now();
    let sessions: BTreeMap<SessionId, PastSession> = app
        .store
        .history(&filter)
        .await?
        .into_iter()
        .map(|row| (row.session, PastSession::new(row, now)))
        .collect();
    let files = app.store.files_of_history(&filter, MOST_FILES).await?;
    told(&app, &caller.actor, "files", files.len()).await?;
    let lines = files.into_iter().filter_map(|(session, file)| {
        // A session that began between the two questions is left for the next time.
        let session = sessions.get(&session)?;
        let file = StoryFile::from(file);
        Some([
            cell(&session.session),
            cell(&session.operator),
            cell(&session.operator_name),
            cell(&time(Some(session.started_at_ms))),
            cell(&session.customer),
            cell(&session.ticket),
            cell(&time(Some(file.at_ms))),
            cell(file.way),
            cell(&file.name),
            file.size.to_string(),
            cell(&file.hash),
        ])
    });
    Ok(table("history-files.csv", HEADINGS, lines))
}
