//! `POST /setup/link`: what a one-time link is for, so that the page can ask for the right things. The token comes in
//! the body: in an address it would be in logs.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use temoto_model::{Secret, TokenHash};
use temoto_store::{StoreError, TokenPurpose};
use utoipa::ToSchema;

use crate::answer::{Failure, answers};
use crate::extract::{Address, Body};
use crate::limiter::Limit;
use crate::{Answer, App};

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// What stands behind the `#`.
    #[schema(max_length = 64)]
    token: String,
}

/// What a link is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkPurpose {
    /// `setup`: make the first administrator, asks for everything; `password`: choose a password.
    #[schema(example = "password")]
    purpose: &'static str,
    /// Name of the organisation.
    organisation: String,
    /// Address of the person, for `password`.
    email: Option<String>,
    /// Name of the person, for `password`.
    name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the link is not good any more")]
    Unusable,
    #[error("too many tries")]
    TryLater(Duration),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&LinkError> for Answer {
    fn from(error: &LinkError) -> Self {
        match error {
            LinkError::Unusable => Self::new(StatusCode::GONE, "link_unusable"),
            LinkError::TryLater(after) => Self::try_later(*after),
            LinkError::Store(error) => Self::store(error),
        }
    }
}
answers!(LinkError);

/// Says what a one-time link is for; does not use it up.
#[utoipa::path(
    post,
    path = "/api/v1/setup/link",
    tag = "account",
    request_body = Link,
    responses(
        (status = 200, description = "What the link is for.", body = LinkPurpose),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    Body(link): Body<Link>,
) -> Result<Json<LinkPurpose>, LinkError> {
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(LinkError::TryLater)?;
    let token = Secret::new(link.token);
    let purpose = app
        .store
        .token(TokenHash::of(token.expose()), app.clock.now())
        .await?
        .ok_or(LinkError::Unusable)?;
    let (name, organisation, person) = match purpose {
        TokenPurpose::Setup(organisation) => ("setup", organisation, None),
        TokenPurpose::Password(user) => {
            let user = app.store.user(user).await?.ok_or(LinkError::Unusable)?;
            ("password", user.organisation, Some(user))
        }
    };
    let organisation = app
        .store
        .organisation(organisation)
        .await?
        .ok_or(LinkError::Unusable)?;
    let (email, person) = person.map_or((None, None), |user| (Some(user.email), Some(user.name)));
    Ok(Json(LinkPurpose {
        purpose: name,
        organisation: organisation.name,
        email,
        name: person,
    }))
}
