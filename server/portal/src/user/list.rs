//! `GET /users`: the people of the own organisation.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::account::Language;
use temoto_store::{StoreError, User};
use utoipa::ToSchema;

use crate::answer::{Failure, answers};
use crate::extract::{Administrators, Authorized};
use crate::{Answer, App};

/// A person of the organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserRow {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// Address.
    email: String,
    /// Name.
    name: String,
    /// `operator` or `administrator`.
    role: &'static str,
    /// `invited`, `active` or `disabled`.
    status: &'static str,
    /// `ja`, `en` or nothing.
    language: Option<&'static str>,
}

impl From<User> for UserRow {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            name: user.name,
            role: user.role.as_str(),
            status: user.status.as_str(),
            language: user.language.map(Language::as_str),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&ListError> for Answer {
    fn from(ListError::Store(error): &ListError) -> Self {
        Self::store(error)
    }
}
answers!(ListError);

/// Lists the people of the own organisation by address.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "users",
    responses(
        (status = 200, description = "Everybody of the organisation.", body = [UserRow]),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<Vec<UserRow>>, ListError> {
    let users = app.store.users(caller.actor.organisation).await?;
    Ok(Json(users.into_iter().map(UserRow::from).collect()))
}
