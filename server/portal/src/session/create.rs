//! `POST /sessions`: opens a session with its first code and gives the console what it needs to attach.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use temoto_model::account::Language;
use temoto_model::audit::AuditKind;
use temoto_model::permission::Permission;
use temoto_model::ticket::{self, Ticket};
use temoto_model::{SessionId, TicketId};
use temoto_store::{NewSession, StoreError};
use utoipa::ToSchema;

use super::{CodeView, DRAWS, SessionError, check_room, draw_code, event, read_key, sign_statement};
use crate::answer::Failure;
use crate::extract::{Body, LoggedIn, Operators};
use crate::{App, permission};

/// What a console says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSessionRequest {
    /// The console's X25519 key for this session: 32 bytes in base64.
    #[schema(min_length = 44, max_length = 44)]
    console_key: String,
    /// `ja` or `en`.
    operator_language: Option<String>,
}

/// A new session.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewSessionView {
    /// Identifier, 32 hexadecimal digits.
    session: String,
    /// The console's place.
    participant: u8,
    /// Opens that place at the relay: once, within a minute. base64url of the bytes that `ATTACH` carries.
    ticket: String,
    #[serde(flatten)]
    code: CodeView,
    /// What time the server has, milliseconds since 1970.
    server_time_ms: i64,
    /// The server's signature over console key, session, organisation, operator and expiry, in base64.
    statement: String,
    /// `host[:port]` of all names under which customers may have dialled this server.
    hosts: Vec<String>,
    /// The page where customers type the code.
    join_url: String,
}

/// Opens a session with a code.
#[utoipa::path(
    post,
    path = "/api/v1/sessions",
    tag = "sessions",
    request_body = NewSessionRequest,
    responses(
        (status = 201, description = "The session waits for a customer.", body = NewSessionView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`trial_over`: the organisation's trial is over; `one_time_denied`: the caller may not start sessions", body = Failure),
        (status = 409, description = "`no_licence_free`: `/licences/usage` says who has them", body = Failure),
        (status = 422, description = "`key_invalid`, `language_invalid`", body = Failure),
        (status = 429, description = "`too_many_codes`", body = Failure),
        (status = 503, description = "`no_free_code`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: LoggedIn<Operators>,
    Body(request): Body<NewSessionRequest>,
) -> Result<(StatusCode, Json<NewSessionView>), SessionError> {
    let key = read_key(&request.console_key)?;
    let language = request
        .operator_language
        .as_deref()
        .map(|code| Language::from_code(code).ok_or(SessionError::Language))
        .transpose()?;
    let now = app.clock.now();
    let actor = caller.actor;
    // Only the start is refused: what runs goes on, and so do its codes.
    if !caller.holder.contract.may_start(now) {
        return Err(SessionError::TrialOver);
    }
    let rules = permission::of_caller(&app, &actor).await?;
    if !rules.decide(Permission::OneTime).allowed {
        return Err(SessionError::Denied);
    }
    check_room(&app, &actor, now).await?;

    let id = app.random.draw(SessionId::generate);
    let statement = sign_statement(&app, id, key, &caller.holder, now)?;
    let session = NewSession {
        id,
        organisation: actor.organisation,
        operator: actor.user,
        language: language.or(caller.holder.language),
        at: now,
    };
    let events = [
        event(&actor, now, AuditKind::SessionStarted, id, ""),
        event(&actor, now, AuditKind::CodeTaken, id, ""),
    ];
    let mut drawn = 0;
    let code = loop {
        let code = draw_code(&app, 0, now);
        match app.store.open_session(&session, &code, &events).await {
            Ok(()) => break code,
            Err(StoreError::RoutingTaken) if drawn < DRAWS => drawn += 1,
            Err(StoreError::RoutingTaken) => return Err(SessionError::NoFreeCode),
            Err(error) => return Err(error.into()),
        }
    };
    app.attachments.refresh(id).await?;

    let ticket = app.tickets.sign(&Ticket {
        id: app.random.draw(TicketId::generate),
        session: id,
        participant: 0,
        user: actor.user,
        login: caller.login,
        expires_at: now.plus(ticket::LIFE),
    });
    let view = NewSessionView {
        session: id.to_string(),
        participant: 0,
        ticket: URL_SAFE_NO_PAD.encode(ticket),
        code: code.into(),
        server_time_ms: now.as_millis(),
        statement,
        hosts: app.site.hosts(),
        join_url: app.site.url("/join"),
    };
    Ok((StatusCode::CREATED, Json(view)))
}
