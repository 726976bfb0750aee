//! `POST /login`: an address and a password become a login.
//! If the account has a second factor, its code comes in the same request: the page asks for it when it is told that
//! it is needed, and sends all of it again. A wrong code counts like a wrong password.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use temoto_model::Secret;
use temoto_model::account::{Email, UserStatus};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_store::User;
use utoipa::ToSchema;

use super::open_login::{OpenError, Proof};
use super::proof::ProofError;
use super::{Me, open_login, proof};
use crate::answer::{Failure, answers};
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::{Answer, App};

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    #[schema(example = "hanako@example.com", max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password, max_length = 1024)]
    password: String,
    /// A code of the app or a recovery code, if the account has a second factor.
    #[schema(example = "123456", max_length = 32)]
    code: Option<String>,
    /// Whether this device is to be asked for no code for 30 days.
    #[serde(default)]
    trust: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    #[error("address or password is wrong")]
    Wrong,
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<&LoginError> for Answer {
    fn from(error: &LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(StatusCode::UNAUTHORIZED, "wrong_login"),
            LoginError::Proof(error) => error.into(),
            LoginError::Open(error) => error.into(),
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
        (status = 401, description = "`wrong_login`, `second_factor_needed`, `second_factor_wrong`", body = Failure),
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
        .map_err(ProofError::TryLater)?;

    // What is no address can have no account, and goes the same way.
    let user = match Email::parse(&login.email) {
        Ok(email) => app.store.user_by_email(&email).await.map_err(ProofError::Store)?,
        Err(_) => None,
    };
    let proved = proof::password(&app, &headers, &login.email, user.as_ref(), given).await;
    match (proved, user) {
        (Ok(key), Some(user)) if user.status == UserStatus::Active => {
            let proof = Proof {
                forgives: vec![key],
                code: login.code.as_deref(),
                trust: login.trust,
            };
            Ok(open_login::open(&app, user, &headers, from, proof).await?)
        }
        (Ok(_) | Err(ProofError::Wrong), user) => {
            if let Some(user) = user {
                note_failure(&app, &user, from);
            }
            Err(LoginError::Wrong)
        }
        (Err(error), _) => Err(error.into()),
    }
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
