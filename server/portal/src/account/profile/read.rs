//! `GET /me/profile`: what the own account says.

use axum::Json;
use axum::extract::State;
use temoto_store::StoreError;

use super::{ProfileError, ProfileView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Entering};

/// Reads the own profile.
#[utoipa::path(
    get,
    path = "/api/v1/me/profile",
    tag = "account",
    responses(
        (status = 200, description = "The profile.", body = ProfileView),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
) -> Result<Json<ProfileView>, ProfileError> {
    let id = caller.actor.user;
    let user = app.store.user(id).await?.ok_or(StoreError::Corrupt("user"))?;
    let change = app.store.email_change(id, app.clock.now()).await?;
    Ok(Json(ProfileView::new(user, change)))
}
