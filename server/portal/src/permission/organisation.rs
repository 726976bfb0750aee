//! `GET` and `POST /permissions`: what the own organisation says about functions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use temoto_model::permission::Whose;

use super::{NewSetting, PermissionError, PermissionsView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// Says what the own organisation says about each function.
#[utoipa::path(
    get,
    path = "/api/v1/permissions",
    tag = "permissions",
    responses(
        (status = 200, description = "Every function with its answer.", body = PermissionsView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<PermissionsView>, PermissionError> {
    let whose = Whose::Organisation(caller.actor.organisation);
    super::read(&app, whose).await.map(Json)
}

/// Says something else about a function for the whole organisation.
#[utoipa::path(
    post,
    path = "/api/v1/permissions",
    tag = "permissions",
    request_body = NewSetting,
    responses(
        (status = 204, description = "It is so from now on."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`function_unknown`, `setting_invalid`", body = Failure),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(new): Body<NewSetting>,
) -> Result<StatusCode, PermissionError> {
    let whose = Whose::Organisation(caller.actor.organisation);
    super::change(&app, &caller.actor, whose, &new).await
}
