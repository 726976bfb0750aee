//! `GET /history/chart`: how many sessions ran at once.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::Timestamp;
use temoto_model::history::{POINTS, peaks};
use utoipa::{IntoParams, ToSchema};

use super::{HistoryError, scope};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Asked, Authorized, Operators};

/// Longest time of one chart.
const LONGEST_MS: i64 = 400 * 86_400_000;

/// Which time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Time {
    /// From then on, milliseconds since 1970.
    from_ms: i64,
    /// Until then, at most 400 days later.
    to_ms: i64,
    /// In so many equal parts, 1 to 400.
    points: u32,
}

/// A chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChartView {
    /// The most sessions that ran at once in each part.
    peaks: Vec<u32>,
    /// The most of all.
    most: u32,
}

/// How many sessions ran at once, at most, in each part of a time.
#[utoipa::path(
    get,
    path = "/api/v1/history/chart",
    tag = "history",
    params(Time),
    responses(
        (status = 200, description = "One number for each part.", body = ChartView),
        (status = 400, description = "`malformed`", body = Failure),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 422, description = "`filter_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Asked(time): Asked<Time>,
) -> Result<Json<ChartView>, HistoryError> {
    let long = time.to_ms.checked_sub(time.from_ms).ok_or(HistoryError::Filter)?;
    if !(1..=LONGEST_MS).contains(&long) || !(1..=POINTS).contains(&time.points) {
        return Err(HistoryError::Filter);
    }
    let (from, to) = (
        Timestamp::from_millis(time.from_ms),
        Timestamp::from_millis(time.to_ms),
    );
    let whose = scope(&caller.actor, None);
    let intervals = app
        .store
        .intervals(caller.actor.organisation, whose, from, to)
        .await?;
    let peaks = peaks(&intervals, from, to, time.points);
    let most = peaks.iter().copied().max().unwrap_or_default();
    Ok(Json(ChartView { peaks, most }))
}
