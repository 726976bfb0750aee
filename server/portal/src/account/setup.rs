//! `POST /setup`: who follows a one-time link chooses a password and is logged in. The link of a new installation
//! also makes its first administrator.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use temoto_model::account::{AccountError, Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::password::PasswordError;
use temoto_model::{OrganisationId, Role, Secret, TokenHash, UserId};
use temoto_store::{NewUser, PasswordChoice, StoreError, TokenPurpose};
use utoipa::ToSchema;

use super::open_login::{OpenError, Proof};
use super::{Me, open_login};
use crate::answer::{Failure, answers};
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::password::HashError;
use crate::{Answer, App};

/// What somebody chose who followed a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// What stands behind the `#` of the link.
    #[schema(max_length = 64)]
    token: String,
    /// Name of the organisation; for the first administrator only.
    organisation: Option<String>,
    /// Address; needed for the first administrator, else ignored.
    email: Option<String>,
    /// Name; needed for the first administrator.
    name: Option<String>,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 1024)]
    password: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("the link is not good any more")]
    Unusable,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&SetupError> for Answer {
    fn from(error: &SetupError) -> Self {
        match error {
            SetupError::Unusable => Self::new(StatusCode::GONE, "link_unusable"),
            SetupError::Account(error) => Self::account(*error),
            SetupError::Password(error) => Self::password(*error),
            SetupError::Open(error) => error.into(),
            SetupError::Store(StoreError::EmailTaken) => Self::new(StatusCode::CONFLICT, "email_taken"),
            SetupError::TryLater(after) => Self::try_later(*after),
            SetupError::Hash(error) => Self::hash(*error),
            SetupError::Store(error) => Self::store(error),
        }
    }
}
answers!(SetupError);

/// Uses a one-time link: chooses a password, logs in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    tag = "account",
    request_body = Setup,
    responses(
        (status = 200, description = "Done and logged in; the cookie is set.", body = Me),
        (status = 401, description = "`second_factor_needed`: done, but log in with the second factor", body = Failure),
        (status = 409, description = "`email_taken`", body = Failure),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 422, description = "`email_invalid`, `name_invalid`, `password_too_short`, `password_too_long`, `password_too_common`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Body(setup): Body<Setup>,
) -> Result<Response, SetupError> {
    let given = Secret::new(setup.password);
    let token = TokenHash::of(Secret::new(setup.token).expose());
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(SetupError::TryLater)?;
    let now = app.clock.now();
    let purpose = app.store.token(token, now).await?.ok_or(SetupError::Unusable)?;

    let name = setup.name.as_deref().map(Name::parse).transpose()?;
    let (choice, organisation, user) = match purpose {
        TokenPurpose::Setup(organisation) => {
            let renamed = setup.organisation.as_deref().map(Name::parse).transpose()?;
            let email = Email::parse(setup.email.as_deref().unwrap_or_default())?;
            let name = name.ok_or(AccountError::Name)?;
            let about = [
                email.as_str(),
                name.as_str(),
                renamed.as_ref().map_or("", Name::as_str),
            ];
            let password_hash = Some(app.hash_password::<SetupError>(given, &about).await?);
            let id = app.random.draw(UserId::generate);
            let administrator = NewUser {
                id,
                organisation,
                email,
                name,
                role: Role::Administrator,
                password_hash,
            };
            let choice = PasswordChoice::Setup {
                administrator,
                organisation: renamed,
            };
            (choice, organisation, id)
        }
        TokenPurpose::Password(id) => {
            let user = app.store.user(id).await?.ok_or(SetupError::Unusable)?;
            let about = [user.email.as_str(), user.name.as_str()];
            let password_hash = app.hash_password::<SetupError>(given, &about).await?;
            (
                PasswordChoice::Password {
                    password_hash,
                    name,
                    known_device: None,
                },
                user.organisation,
                id,
            )
        }
    };
    let event = password_set(organisation, user, now);
    let user = app
        .store
        .use_token(token, &choice, &event)
        .await?
        .ok_or(SetupError::Unusable)?;
    // What was open under the old password is over.
    app.attachments.detach_user(user).await;
    let user = app.store.user(user).await?.ok_or(SetupError::Unusable)?;
    // With a second factor the password alone opens nothing: the page sends the person to the login.
    Ok(open_login::open(&app, user, &headers, from, Proof::default()).await?)
}

pub(super) fn password_set(
    organisation: OrganisationId,
    user: UserId,
    at: temoto_model::Timestamp,
) -> AuditEvent {
    AuditEvent {
        organisation,
        at,
        actor: Some(user.into()),
        kind: AuditKind::PasswordSet,
        subject: user.to_string(),
        detail: String::new(),
    }
}
