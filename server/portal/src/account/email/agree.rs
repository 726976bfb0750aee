//! `POST /email/agree`: one of the two addresses agrees; with the second one the address changes.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use temoto_model::account::Email;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::mail::MailKind;
use temoto_model::{Secret, TokenHash};
use temoto_store::{EmailAgreement, StoreError};
use utoipa::ToSchema;

use super::{EmailError, EmailToken};
use crate::answer::Failure;
use crate::extract::{Accepts, Address, Body};
use crate::limiter::Limit;
use crate::{App, mail};

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailAgreed {
    /// Whether the address is changed now; else the other address has not agreed yet.
    changed: bool,
}

/// Agrees to a change of address.
#[utoipa::path(
    post,
    path = "/api/v1/email/agree",
    tag = "account",
    request_body = EmailToken,
    responses(
        (status = 200, description = "Agreed.", body = EmailAgreed),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    Address(from): Address,
    Body(link): Body<EmailToken>,
) -> Result<Json<EmailAgreed>, EmailError> {
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(EmailError::TryLater)?;
    let token = TokenHash::of(Secret::new(link.token).expose());
    let now = app.clock.now();
    let found = app.store.email_link(token, now).await?;
    let (id, ..) = found.ok_or(EmailError::Unusable)?;
    let user = app.store.user(id).await?.ok_or(EmailError::Unusable)?;
    let event = AuditEvent {
        organisation: user.organisation,
        at: now,
        actor: Some(id.into()),
        kind: AuditKind::EmailChanged,
        subject: id.to_string(),
        detail: String::new(),
    };
    let agreed = app.store.agree_email_change(token, &event).await?;
    match agreed.ok_or(EmailError::Unusable)? {
        EmailAgreement::Waiting => Ok(Json(EmailAgreed { changed: false })),
        EmailAgreement::Changed { old, new, .. } => {
            let address = Email::parse(&old).map_err(|_| StoreError::Corrupt("email"))?;
            let language = user.language.unwrap_or(language);
            let facts = vec![("email", new), ("name", user.name.clone())];
            mail::queue(
                &app,
                MailKind::EmailChanged,
                address,
                Some(&user),
                language,
                facts,
            )
            .await?;
            Ok(Json(EmailAgreed { changed: true }))
        }
    }
}
