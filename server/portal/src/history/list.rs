//! `GET /history`: sessions that were, and those that are, the newest first, page by page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{HistoryError, PastSession, Which};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};

/// Sessions of one page.
const PAGE: u32 = 50;

/// A page of the history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryView {
    /// At most 50.
    sessions: Vec<PastSession>,
    /// There are older ones: ask with `before` and `before_ms` of the last.
    more: bool,
}

/// Lists sessions: the own ones, as an administrator those of the organisation.
#[utoipa::path(
    get,
    path = "/api/v1/history",
    tag = "history",
    params(Which),
    responses(
        (status = 200, description = "A page, the newest first.", body = HistoryView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(which): Asked<Which>,
) -> Result<Json<HistoryView>, HistoryError> {
    let filter = which.filter(&caller.actor, PAGE + 1)?;
    let mut rows = app.store.history(&filter).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    let now = app.clock.now();
    Ok(Json(HistoryView {
        sessions: rows.into_iter().map(|row| PastSession::new(row, now)).collect(),
        more,
    }))
}
