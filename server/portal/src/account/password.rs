//! `POST /me/password`: another password for the own account, by the one that it has. Other devices are signed out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use temoto_model::Secret;
use temoto_model::mail::MailKind;
use temoto_model::password::PasswordError;
use temoto_store::StoreError;
use utoipa::ToSchema;

use super::proof::{self, ProofError};
use super::setup::password_set;
use crate::answer::{Failure, answers};
use crate::extract::{Accepts, Body, Entering, LoggedIn};
use crate::password::HashError;
use crate::{Answer, App, mail};

/// The password that the account has, and the one that it is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    #[schema(value_type = String, format = Password, max_length = 1024)]
    current: String,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 1024)]
    password: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordChangeError {
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&PasswordChangeError> for Answer {
    fn from(error: &PasswordChangeError) -> Self {
        match error {
            PasswordChangeError::Proof(error) => error.into(),
            PasswordChangeError::Password(error) => Self::password(*error),
            PasswordChangeError::Hash(error) => Self::hash(*error),
            PasswordChangeError::Store(error) => Self::store(error),
        }
    }
}
answers!(PasswordChangeError);

/// Changes the own password.
#[utoipa::path(
    post,
    path = "/api/v1/me/password",
    tag = "account",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed; every other login is over."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`wrong_password`", body = Failure),
        (status = 422, description = "`password_too_short`, `password_too_long`, `password_too_common`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: LoggedIn<Entering>,
    headers: HeaderMap,
    Body(change): Body<ChangePassword>,
) -> Result<StatusCode, PasswordChangeError> {
    let (current, given) = (Secret::new(change.current), Secret::new(change.password));
    let actor = caller.actor;
    let user = proof::again(&app, &actor, &headers, current).await?;
    let about = [user.email.as_str(), user.name.as_str()];
    let hash = app.hash_password::<PasswordChangeError>(given, &about).await?;
    let event = password_set(actor.organisation, actor.user, app.clock.now());
    for login in app
        .store
        .set_password(actor.user, &hash, caller.login, &event)
        .await?
    {
        app.attachments.detach_login(login).await;
    }
    mail::to_user(&app, MailKind::PasswordChanged, &user, language, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
