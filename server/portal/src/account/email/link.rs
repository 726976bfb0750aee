//! `POST /email/link`: what the link of a mail would agree to, so that the page can say it. Agrees to nothing.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::{Secret, TokenHash};
use temoto_store::Side;
use utoipa::ToSchema;

use super::{EmailError, EmailToken};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Address, Body};
use crate::limiter::Limit;

/// What a link would agree to.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailLinkView {
    /// `old` or `new`: at which address the mail was read.
    #[schema(example = "old")]
    side: &'static str,
    /// The address that the account is to have.
    email: String,
}

/// Says what the link of a mail would agree to.
#[utoipa::path(
    post,
    path = "/api/v1/email/link",
    tag = "account",
    request_body = EmailToken,
    responses(
        (status = 200, description = "What it would agree to.", body = EmailLinkView),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    Body(link): Body<EmailToken>,
) -> Result<Json<EmailLinkView>, EmailError> {
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(EmailError::TryLater)?;
    let token = TokenHash::of(Secret::new(link.token).expose());
    let found = app.store.email_link(token, app.clock.now()).await?;
    let (_, side, change) = found.ok_or(EmailError::Unusable)?;
    Ok(Json(EmailLinkView {
        side: match side {
            Side::Old => "old",
            Side::New => "new",
        },
        email: change.email,
    }))
}
