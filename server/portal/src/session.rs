//! Support sessions: open one with a code, take another code, renew the statement, list, end.

pub(crate) mod code;
pub(crate) mod create;
pub(crate) mod end;
pub(crate) mod guidance;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod pause;
pub(crate) mod statement;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use temoto_crypto::statement::Statement;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::guidance::GuidanceError;
use temoto_model::session::{STATEMENT_LIFE, SessionState};
use temoto_model::{Actor, CodeId, SessionId, Timestamp};
use temoto_store::{LoginHolder, NewCode, SessionRow, StoreError};
use utoipa::ToSchema;

use crate::{Answer, App};

/// How often routing digits are drawn anew when they are in use. With the most codes waiting, one draw in five meets
/// a used number.
const DRAWS: usize = 40;

/// How operations on sessions fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("no such session of this operator")]
    NotFound,
    #[error("the session is over")]
    Over,
    #[error("the trial is over")]
    TrialOver,
    #[error("this person may not start sessions")]
    Denied,
    #[error("the key is not 32 bytes in base64")]
    Key,
    #[error("the language is not ja or en")]
    Language,
    #[error("this operator has too many codes waiting")]
    TooManyOwn,
    #[error("too many codes wait")]
    NoFreeCode,
    #[error("the statement could not be signed")]
    Statement,
    #[error("there is no mail server")]
    NoMail,
    #[error("not an address")]
    Address,
    #[error(transparent)]
    Guidance(#[from] GuidanceError),
    #[error("the filter makes no sense")]
    Filter,
    #[error("this person does not see these sessions")]
    ScopeDenied,
    #[error("no customer joined yet")]
    Waits,
    #[error("as many mails were sent as may be")]
    TooManyMails,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&SessionError> for Answer {
    fn from(error: &SessionError) -> Self {
        match error {
            SessionError::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found"),
            SessionError::Over => Self::new(StatusCode::CONFLICT, "session_over"),
            SessionError::TrialOver => Self::new(StatusCode::FORBIDDEN, "trial_over"),
            SessionError::Denied => Self::new(StatusCode::FORBIDDEN, "one_time_denied"),
            SessionError::Key => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "key_invalid"),
            SessionError::Language => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "language_invalid"),
            SessionError::TooManyOwn => Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_codes"),
            SessionError::NoFreeCode => Self::new(StatusCode::SERVICE_UNAVAILABLE, "no_free_code"),
            SessionError::NoMail => crate::mail::not_set_up(),
            SessionError::Address => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "email_invalid"),
            SessionError::Guidance(GuidanceError::Words) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "guidance_words_invalid")
            }
            SessionError::Guidance(GuidanceError::Address) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "guidance_address")
            }
            SessionError::Filter => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "filter_invalid"),
            SessionError::ScopeDenied => Self::new(StatusCode::FORBIDDEN, "scope_denied"),
            SessionError::Waits => Self::new(StatusCode::CONFLICT, "session_waits"),
            SessionError::TooManyMails => Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_guidances"),
            SessionError::Statement => Self::internal(error),
            SessionError::Store(StoreError::NoLease) => Self::new(StatusCode::CONFLICT, "no_licence_free"),
            SessionError::Store(StoreError::Gone) => Self::new(StatusCode::CONFLICT, "session_over"),
            SessionError::Store(error) => Self::store(error),
        }
    }
}
crate::answer::answers!(SessionError);

/// A code as the server knows it: the console adds the secret digits.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeView {
    /// Routing digits.
    #[schema(example = "4821")]
    pub routing: String,
    /// How many secret digits the console draws.
    #[schema(example = 4)]
    pub secret_digits: u8,
    /// Not good from here on, milliseconds since 1970.
    pub expires_at_ms: i64,
}

/// Room for one more code?
async fn check_room(app: &App, actor: &Actor, now: Timestamp) -> Result<(), SessionError> {
    use temoto_model::code::{WAITING, WAITING_OF_ONE};
    let (every, own) = app.store.waiting_codes(actor.user, now).await?;
    if own >= WAITING_OF_ONE {
        return Err(SessionError::TooManyOwn);
    }
    if every >= WAITING {
        return Err(SessionError::NoFreeCode);
    }
    Ok(())
}

/// A code with digits that may be in use: the store knows.
fn draw_code(app: &App, burnt: u32, now: Timestamp) -> NewCode {
    use temoto_model::code::{LIFE, draw_routing, secret_digits};
    let (id, routing) = app.random.draw(|rng| (CodeId::generate(rng), draw_routing(rng)));
    NewCode {
        id,
        routing,
        secret_digits: secret_digits(burnt, app.attachments.under_attack()),
        at: now,
        expires_at: now.plus(LIFE),
    }
}

impl From<NewCode> for CodeView {
    fn from(code: NewCode) -> Self {
        Self {
            routing: code.routing,
            secret_digits: code.secret_digits,
            expires_at_ms: code.expires_at.as_millis(),
        }
    }
}

fn read_key(text: &str) -> Result<[u8; 32], SessionError> {
    // 43 digits and one sign of padding: nothing longer is looked at.
    if text.len() != 44 {
        return Err(SessionError::Key);
    }
    let bytes = STANDARD.decode(text).map_err(|_| SessionError::Key)?;
    bytes.try_into().map_err(|_| SessionError::Key)
}

/// The server's word on who the operator behind this console key is, in base64.
fn sign_statement(
    app: &App,
    session: SessionId,
    console_static: [u8; 32],
    holder: &LoginHolder,
    now: Timestamp,
) -> Result<String, SessionError> {
    let expires_at = now.plus(STATEMENT_LIFE).as_millis();
    let statement = Statement {
        console_static,
        session: *session.as_bytes(),
        organization: holder.organisation.clone(),
        operator: holder.name.clone(),
        expires_at_ms: u64::try_from(expires_at).map_err(|_| SessionError::Statement)?,
    };
    let signed = statement
        .sign(&app.signing)
        .map_err(|_| SessionError::Statement)?;
    Ok(STANDARD.encode(signed))
}

/// The session, if the caller runs it. What belongs to others is not found, as if it were not there.
async fn own_session(app: &App, actor: &Actor, id: SessionId) -> Result<SessionRow, SessionError> {
    let session = app
        .store
        .session(id)
        .await?
        .filter(|session| actor.may_run(&session.ownership))
        .ok_or(SessionError::NotFound)?;
    if session.state == SessionState::Ended {
        return Err(SessionError::Over);
    }
    Ok(session)
}

fn event(actor: &Actor, at: Timestamp, kind: AuditKind, session: SessionId, detail: &str) -> AuditEvent {
    AuditEvent {
        organisation: actor.organisation,
        at,
        actor: Some(actor.id()),
        kind,
        subject: session.to_string(),
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_exactly_thirty_two_bytes() {
        assert_eq!(read_key(&STANDARD.encode([7; 32])).unwrap(), [7; 32]);
        for text in [
            "",
            "AAAA",
            &STANDARD.encode([7; 31]),
            &STANDARD.encode([7; 33]),
            &"*".repeat(44),
        ] {
            assert!(matches!(read_key(text), Err(SessionError::Key)), "{text}");
        }
    }
}
