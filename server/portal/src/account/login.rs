//! `POST /login`: an address and a password become a login.
//!
//! Same answer and same work for an address without account. A try is counted before its password is looked at, per
//! address (with an account or not) or, from a device that its owner used before, per device; the count delays and
//! never locks.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use temoto_model::account::{Email, UserStatus};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::{Secret, UserId, password};
use temoto_store::{StoreError, User};
use utoipa::ToSchema;

use super::{Me, open_login};
use crate::answer::{Failure, answers};
use crate::cookie::Cookie;
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::password::HashError;
use crate::{Answer, App};

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    #[schema(example = "hanako@example.com", max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password, max_length = 1024)]
    password: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("address or password is wrong")]
    Wrong,
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&LoginError> for Answer {
    fn from(error: &LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(StatusCode::UNAUTHORIZED, "wrong_login"),
            LoginError::TryLater(after) => Self::try_later(*after),
            LoginError::Hash(HashError::Busy) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy"),
            LoginError::Hash(error @ HashError::Failed) => Self::internal(error),
            LoginError::Store(error) => Self::store(error),
        }
    }
}
answers!(LoginError);

/// Logs in: sets the cookie and says who one is.
#[utoipa::path(
    post,
    path = "/api/v1/login",
    tag = "account",
    request_body = Login,
    responses(
        (status = 200, description = "Logged in; the cookie is set.", body = Me),
        (status = 401, description = "`wrong_login`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<Response, LoginError> {
    let given = Secret::new(login.password);
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(LoginError::TryLater)?;

    // What is no address can have no account, and goes the same way.
    let user = match Email::parse(&login.email) {
        Ok(email) => app.store.user_by_email(&email).await?,
        Err(_) => None,
    };
    let key = failure_key(&app, &headers, &login.email, user.as_ref()).await?;
    if let Some(wait) = app.store.count_try(key, app.clock.now()).await? {
        return Err(LoginError::TryLater(wait));
    }

    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let too_long = given.expose().len() > password::LONGEST_BYTES;
    let same = !too_long && app.passwords.verify(given, hash).await?;
    match user {
        Some(user) if same && user.status == UserStatus::Active => {
            open_login::open(&app, user, &headers, from, vec![key])
                .await
                .map_err(LoginError::from)
        }
        Some(user) => {
            note_failure(&app, &user, from);
            Err(LoginError::Wrong)
        }
        None => Err(LoginError::Wrong),
    }
}

/// Under which key a wrong password counts.
async fn failure_key(
    app: &App,
    headers: &HeaderMap,
    email: &str,
    user: Option<&User>,
) -> Result<[u8; 32], StoreError> {
    let mark = Cookie::Device.read(&app.site, headers);
    let owner: Option<UserId> = match &mark {
        Some(mark) => open_login::owner(app, mark).await?,
        None => None,
    };
    let mut hash = Sha256::new();
    match (mark, owner, user) {
        (Some(mark), Some(owner), Some(user)) if owner == user.id => {
            hash.update(b"device\0");
            hash.update(mark.expose());
        }
        _ => {
            hash.update(b"address\0");
            hash.update(email.trim().to_lowercase());
        }
    }
    Ok(hash.finalize().into())
}

/// Notes a wrong password in the trail, after the answer: how long the disk takes must not tell that there is an
/// account. The delay per account bounds how many there are.
fn note_failure(app: &App, user: &User, from: IpAddr) {
    let event = AuditEvent {
        organisation: user.organisation,
        at: app.clock.now(),
        actor: None,
        kind: AuditKind::LoginFailed,
        subject: user.id.to_string(),
        detail: from.to_string(),
    };
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.store.record(&event).await {
            tracing::error!(error = ?error.to_string(), "a failed login was not noted");
        }
    });
}
