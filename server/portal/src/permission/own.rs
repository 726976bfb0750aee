//! `GET /me/permissions`: what the caller may, and who decided it.

use axum::Json;
use axum::extract::State;
use temoto_model::permission::Whose;

use super::{PermissionError, PermissionsView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Operators};

/// Says what the caller may, and who decided it.
#[utoipa::path(
    get,
    path = "/api/v1/me/permissions",
    tag = "permissions",
    responses(
        (status = 200, description = "Every function with its answer.", body = PermissionsView),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
) -> Result<Json<PermissionsView>, PermissionError> {
    let whose = Whose::User(caller.actor.organisation, caller.actor.user);
    super::read(&app, whose).await.map(Json)
}
