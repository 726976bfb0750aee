//! `POST /users/{id}/invite`: invites somebody again who has chosen no password yet; an older link is void.

use axum::Json;
use axum::extract::State;
use temoto_model::UserId;
use temoto_model::account::UserStatus;
use temoto_model::audit::AuditKind;

use super::{Invitation, UserError, event, invite};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Accepts, Administrators, Authorized, Named};

/// Invites a person again.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/invite",
    tag = "users",
    params(("id" = String, Path, description = "The person.")),
    responses(
        (status = 200, description = "Invited.", body = Invitation),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`not_invited`: there is a password already", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: Authorized<Administrators>,
    Named(id): Named<UserId>,
) -> Result<Json<Invitation>, UserError> {
    let user = app.store.user(id).await?;
    let user = user
        .filter(|user| user.organisation == caller.actor.organisation)
        .ok_or(UserError::NotFound)?;
    if user.status != UserStatus::Invited {
        return Err(UserError::NotInvited);
    }
    let event = event(&app, &caller.actor, AuditKind::UserInvited, id, "");
    app.store.record(&event).await?;
    Ok(Json(invite(&app, &caller, &user, language).await?))
}
