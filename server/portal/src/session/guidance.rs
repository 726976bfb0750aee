//! `POST /sessions/{id}/guidance`: sends a customer the address of the join page, with words of the operator's own.
//! The server does not know the secret digits of the code, and the page does not send words that hold them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::account::{Email, Language};
use temoto_model::audit::AuditKind;
use temoto_model::guidance::Guidance;
use temoto_model::mail::MailKind;
use temoto_model::trial::Contract;
use temoto_model::{MailId, SessionId};
use temoto_store::NewMail;
use utoipa::ToSchema;

use super::{SessionError, event, own_session};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Authorized, Body, Named, Operators};

/// A mail to a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuidanceRequest {
    /// The customer's address: one.
    #[schema(example = "taro@example.com")]
    address: String,
    /// `ja` or `en`: of the mail and of the page that it leads to.
    language: String,
    /// One line of at most 100 characters.
    subject: String,
    /// At most 2,000 characters. The address of the join page is put under it.
    text: String,
}

/// Sends a mail with the address of the join page.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/guidance",
    tag = "sessions",
    params(("id" = String, Path, description = "The session.")),
    request_body = GuidanceRequest,
    responses(
        (status = 202, description = "It is on its way."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 404, description = "`not_found`", body = Failure),
        (status = 409, description = "`session_over`", body = Failure),
        (status = 422, description = "`email_invalid`, `language_invalid`, `guidance_words_invalid`; `guidance_address`: during a trial words hold no address of another site", body = Failure),
        (status = 429, description = "`too_many_guidances`: 20 in an hour, 500 in a day for the organisation, 5 in an hour to one address", body = Failure),
        (status = 503, description = "`mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Operators>,
    Named(id): Named<SessionId>,
    Body(request): Body<GuidanceRequest>,
) -> Result<StatusCode, SessionError> {
    let actor = caller.actor;
    own_session(&app, &actor, id).await?;
    if !app.mail {
        return Err(SessionError::NoMail);
    }
    let address = Email::parse(&request.address).map_err(|_| SessionError::Address)?;
    let language = Language::from_code(&request.language).ok_or(SessionError::Language)?;
    let words = Guidance::parse(&request.subject, &request.text)?;
    if matches!(caller.holder.contract, Contract::Trial(_)) {
        words.only_address_is(&app.site.origin())?;
    }
    let now = app.clock.now();
    let mail = NewMail {
        id: app.random.draw(MailId::generate),
        kind: MailKind::Guidance,
        organisation: Some(actor.organisation),
        user: Some(actor.user),
        address,
        language,
        facts: vec![
            ("subject", words.subject),
            ("text", words.text),
            ("by", caller.holder.name.clone()),
            ("organisation", caller.holder.organisation.clone()),
        ],
        at: now,
    };
    let sent = event(&actor, now, AuditKind::GuidanceSent, id, "");
    if app.store.queue_guidance(&mail, &sent).await? {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(SessionError::TooManyMails)
    }
}
