//! `GET /history/operators`: whom the history knows as operators, also those whose account was deleted. Of them an
//! administrator picks whom to take out.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::HistoryError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized};

/// An operator of the history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryOperator {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// Name.
    name: String,
    /// Sessions that ended: as many go when the person is taken out.
    sessions: u32,
}

/// Lists the operators of the history.
#[utoipa::path(
    get,
    path = "/api/v1/history/operators",
    tag = "history",
    responses(
        (status = 200, description = "By name; at most 2,000.", body = [HistoryOperator]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<Vec<HistoryOperator>>, HistoryError> {
    let known = app.store.operators_of_history(caller.actor.organisation).await?;
    let view = known.into_iter().map(|operator| HistoryOperator {
        id: operator.id.to_string(),
        name: operator.name,
        sessions: operator.sessions,
    });
    Ok(Json(view.collect()))
}
