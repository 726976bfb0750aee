//! `GET /me`: who is logged in.

use axum::Json;
use axum::extract::State;

use super::Me;
use crate::answer::Failure;
use crate::extract::{Authorized, Entering};
use crate::{Answer, App, permission};

/// Says who is logged in.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "account",
    responses(
        (status = 200, description = "The person and the organisation.", body = Me),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
) -> Result<Json<Me>, Answer> {
    let rules = permission::of_caller(&app, &caller.actor).await;
    let rules = rules.map_err(|error| Answer::store(&error))?;
    let me = Me::new(&caller.actor, caller.holder, &rules, app.clock.now());
    Ok(Json(me))
}
