//! `POST /licences`: activates a licence that was pasted as a key or read from a file.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::licence::Licence;
use temoto_store::Activation;
use utoipa::ToSchema;

use super::{LicenceError, LicenceView};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Authorized, Body};

/// A licence to activate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivationRequest {
    /// The key, or all of the file.
    #[schema(max_length = 4096)]
    licence: String,
}

/// Activates a licence for the own organisation.
#[utoipa::path(
    post,
    path = "/api/v1/licences",
    tag = "licences",
    request_body = ActivationRequest,
    responses(
        (status = 201, description = "It counts from now on, or from its beginning.", body = LicenceView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 409, description = "`licence_known`: active already; `licence_taken`: by another organisation", body = Failure),
        (status = 422, description = "`licence_malformed`, `licence_signature`, `licence_elsewhere`, `licence_expired`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(request): Body<ActivationRequest>,
) -> Result<(StatusCode, Json<LicenceView>), LicenceError> {
    let now = app.clock.now();
    let organisation = caller.actor.organisation;
    let licence = Licence::read(&request.licence, &app.issuers)?;
    licence.check(organisation, now)?;
    let event = AuditEvent {
        organisation,
        at: now,
        actor: Some(caller.actor.id()),
        kind: AuditKind::LicenceActivated,
        subject: licence.id.to_string(),
        detail: format!("{} {}", licence.kind.as_str(), licence.sessions),
    };
    let activated = app
        .store
        .activate_licence(organisation, &licence, request.licence.trim(), &event)
        .await?;
    match activated {
        Activation::Done => {}
        Activation::Known => return Err(LicenceError::Known),
        Activation::Taken => return Err(LicenceError::Taken),
    }
    tracing::info!(licence = %licence.id, sessions = licence.sessions, "a licence was activated");
    let row = temoto_store::LicenceRow {
        id: licence.id,
        kind: Some(licence.kind),
        sessions: licence.sessions,
        functions: licence.functions,
        starts_at: licence.starts_at,
        ends_at: licence.ends_at,
        holder: licence.holder.as_str().to_owned(),
        activated_at: now,
        replaced_at: None,
    };
    Ok((StatusCode::CREATED, Json(LicenceView::new(row, now))))
}
