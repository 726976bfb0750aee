//! `GET` and `POST /organisation/embed`: which sites may show the code field in a frame. Everything else of this server is
//! framed by nobody (`crate::gate`).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_store::StoreError;
use utoipa::ToSchema;

use crate::answer::{Failure, answers};
use crate::extract::{Administrators, Authorized, Body};
use crate::{Answer, App, Site};

/// Most sites of an organisation: all of them stand in one header.
const ORIGINS: usize = 20;

/// Where the code field may be shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmbedView {
    /// The address of the field, to stand in a frame.
    #[schema(example = "https://support.example.com/embed/5f0c1d2e3a4b5c6d7e8f90a1b2c3d4e5")]
    address: String,
    /// The sites that may show it.
    #[schema(example = "https://www.example.com")]
    origins: Vec<String>,
}

/// The sites from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbedRequest {
    /// At most 20, each `https://name` or `https://name:port`; without TLS only this machine itself.
    origins: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum EmbedError {
    #[error("not an origin")]
    Origin,
    #[error("too many origins")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&EmbedError> for Answer {
    fn from(error: &EmbedError) -> Self {
        match error {
            EmbedError::Origin => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "origin_invalid"),
            EmbedError::TooMany => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_origins"),
            EmbedError::Store(error) => Self::store(error),
        }
    }
}
answers!(EmbedError);

/// Says which sites may show the code field.
#[utoipa::path(
    get,
    path = "/api/v1/organisation/embed",
    tag = "organisation",
    responses(
        (status = 200, description = "They.", body = EmbedView),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Authorized<Administrators>,
) -> Result<Json<EmbedView>, EmbedError> {
    let organisation = caller.actor.organisation;
    Ok(Json(EmbedView {
        address: app.site.url(&format!("/embed/{organisation}")),
        origins: app.store.embed_origins(organisation).await?,
    }))
}

/// Decides which sites may show the code field.
#[utoipa::path(
    post,
    path = "/api/v1/organisation/embed",
    tag = "organisation",
    request_body = EmbedRequest,
    responses(
        (status = 204, description = "Decided."),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`origin_invalid`, `too_many_origins`", body = Failure),
    )
)]
pub(crate) async fn decide(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Body(request): Body<EmbedRequest>,
) -> Result<StatusCode, EmbedError> {
    if request.origins.len() > ORIGINS {
        return Err(EmbedError::TooMany);
    }
    let origins = request.origins.iter().map(|text| origin(text));
    let origins = origins.collect::<Result<Vec<_>, _>>()?;
    let actor = caller.actor;
    let event = AuditEvent {
        organisation: actor.organisation,
        at: app.clock.now(),
        actor: Some(actor.id()),
        kind: AuditKind::EmbedOriginsSet,
        subject: actor.organisation.to_string(),
        detail: origins.join(" "),
    };
    app.store
        .set_embed_origins(actor.organisation, &origins, &event)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// As browsers write it, and nothing that could be more than one word of a header.
fn origin(text: &str) -> Result<String, EmbedError> {
    let site = Site::new(text.trim(), &[]).map_err(|_| EmbedError::Origin)?;
    // On a line without TLS anybody could put a field of their own there.
    if !site.is_secure() && !site.is_loopback() {
        return Err(EmbedError::Origin);
    }
    Ok(site.origin())
}
