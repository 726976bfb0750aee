//! `POST /me/email/cancel`: the account keeps its address; the links of the mails are void.

use axum::extract::State;
use axum::http::StatusCode;

use super::EmailError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Entering};

/// Takes a change of the address back.
#[utoipa::path(
    post,
    path = "/api/v1/me/email/cancel",
    tag = "account",
    responses(
        (status = 204, description = "The account keeps its address."),
        (status = 401, description = "`login_needed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Entering>,
) -> Result<StatusCode, EmailError> {
    app.store.cancel_email_change(caller.actor.user).await?;
    Ok(StatusCode::NO_CONTENT)
}
