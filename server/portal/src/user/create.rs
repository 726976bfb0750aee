//! `POST /users`: adds a person to the own organisation and invites them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::account::{Email, Name};
use temoto_model::audit::AuditKind;
use temoto_model::{Role, UserId};
use temoto_store::{NewUser, StoreError};
use utoipa::ToSchema;

use super::{Invitation, UserError, event, invite};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Accepts, Administrators, Authorized, Body};

/// Who is to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    #[schema(example = "jiro@example.com", max_length = 254)]
    email: String,
    /// Name as customers read it.
    #[schema(max_length = 256)]
    name: String,
    /// `operator` or `administrator`.
    role: String,
}

/// A person who was added.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewPersonView {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    #[serde(flatten)]
    invitation: Invitation,
}

/// Adds a person and sends the invitation.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "users",
    request_body = NewPerson,
    responses(
        (status = 201, description = "Added and invited.", body = NewPersonView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 409, description = "`email_taken`", body = Failure),
        (status = 422, description = "`email_invalid`, `name_invalid`, `role_invalid`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: Authorized<Administrators>,
    Body(new): Body<NewPerson>,
) -> Result<(StatusCode, Json<NewPersonView>), UserError> {
    let actor = caller.actor;
    let role = Role::from_name(&new.role).ok_or(UserError::Role)?;
    if actor.is_key() && role == Role::Administrator {
        return Err(UserError::Key);
    }
    let id = app.random.draw(UserId::generate);
    let person = NewUser {
        id,
        organisation: actor.organisation,
        email: Email::parse(&new.email)?,
        name: Name::parse(&new.name)?,
        role,
        password_hash: None,
    };
    let event = event(&app, &actor, AuditKind::UserAdded, id, "");
    app.store.add_user(&person, &event).await?;
    let user = app.store.user(id).await?.ok_or(StoreError::Corrupt("user"))?;
    let invitation = invite(&app, &caller, &user, language).await?;
    let view = NewPersonView {
        id: id.to_string(),
        invitation,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
