//! `POST /register/complete`: uses the link of the mail up; organisation and administrator are made, the trial begins,
//! and the person is logged in.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;
use temoto_model::account::{Email, Name};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::details::{Line, Telephone};
use temoto_model::trial::{self, Trial};
use temoto_model::{LicenceId, OrganisationId, Role, Secret, TokenHash, UserId};
use temoto_store::{Details, NewTenant, NewUser, StoreError};
use utoipa::ToSchema;

use super::{RegistrationError, check_open};
use crate::App;
use crate::account::{Me, open_login};
use crate::answer::Failure;
use crate::cookie::Cookie;
use crate::extract::{Address, Body};
use crate::limiter::Limit;

/// What the form says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complete {
    /// What stands behind the `#` of the link.
    #[schema(max_length = 64)]
    token: String,
    /// Name of the company, as customers read it.
    #[schema(max_length = 256)]
    company: String,
    /// Full name.
    #[schema(max_length = 256)]
    name: String,
    /// Telephone number.
    #[schema(max_length = 128)]
    telephone: String,
    /// What colleagues call the person.
    #[serde(default)]
    #[schema(max_length = 256)]
    nickname: String,
    /// What the person is there.
    #[serde(default)]
    #[schema(max_length = 256)]
    title: String,
    /// Where in the company.
    #[serde(default)]
    #[schema(max_length = 256)]
    department: String,
    /// Needed in another browser than the one that the registration began in.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 1024)]
    password: Option<String>,
}

/// Finishes a registration: the trial begins, the person is logged in.
#[utoipa::path(
    post,
    path = "/api/v1/register/complete",
    tag = "registration",
    request_body = Complete,
    responses(
        (status = 200, description = "Registered and logged in; the cookie is set.", body = Me),
        (status = 404, description = "`registration_off`", body = Failure),
        (status = 409, description = "`email_taken`", body = Failure),
        (status = 410, description = "`link_unusable`: unknown, used or too old", body = Failure),
        (status = 422, description = "`company_invalid`, `name_invalid`, `line_invalid`, `telephone_invalid`, `password_needed`, `password_too_short`, `password_too_long`, `password_too_common`", body = Failure),
        (status = 429, description = "`try_later`", body = Failure),
        (status = 503, description = "`busy`, `mail_not_set_up`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Body(form): Body<Complete>,
) -> Result<Response, RegistrationError> {
    let given = form.password.map(Secret::new);
    let token = TokenHash::of(Secret::new(form.token).expose());
    check_open(&app)?;
    app.limiter
        .take(Limit::Secrets, from)
        .map_err(RegistrationError::TryLater)?;
    let now = app.clock.now();
    let registration = app
        .store
        .registration(token, now)
        .await?
        .ok_or(RegistrationError::Unusable)?;

    let company = Name::parse(&form.company).map_err(|_| RegistrationError::Company)?;
    let name = Name::parse(&form.name)?;
    let email = Email::parse(&registration.email)?;
    let line = |text: &str| Line::parse(text).map(|line| line.as_str().to_owned());
    let details = Details {
        nickname: line(&form.nickname)?,
        title: line(&form.title)?,
        department: line(&form.department)?,
        telephone: Telephone::parse(&form.telephone)?.as_str().to_owned(),
    };
    // Who began may have been a stranger who knew the address: only the own browser vouches for the password.
    let same_browser = Cookie::Registration.read_hash(&app.site, &headers) == Some(registration.browser);
    let password_hash = match given {
        Some(given) => {
            let about = [email.as_str(), name.as_str(), company.as_str()];
            app.hash_password::<RegistrationError>(given, &about).await?
        }
        None if same_browser => registration.password_hash,
        None => return Err(RegistrationError::PasswordNeeded),
    };

    let (organisation, id, licence) = app.random.draw(|rng| {
        (
            OrganisationId::generate(rng),
            UserId::generate(rng),
            LicenceId::generate(rng),
        )
    });
    let tenant = NewTenant {
        organisation,
        name: company,
        trial: Trial::begin(now),
        licence,
        administrator: NewUser {
            id,
            organisation,
            email,
            name,
            role: Role::Administrator,
            password_hash: Some(password_hash),
        },
        details,
        language: registration.language,
    };
    let event = |kind, subject: String, detail: String| AuditEvent {
        organisation,
        at: now,
        actor: Some(id.into()),
        kind,
        subject,
        detail,
    };
    let how = || "registration".to_owned();
    let events = [
        event(AuditKind::Installed, organisation.to_string(), how()),
        event(AuditKind::UserAdded, id.to_string(), how()),
        event(
            AuditKind::LicenceActivated,
            licence.to_string(),
            format!("trial {}", trial::SESSIONS),
        ),
    ];
    if !app.store.complete_registration(token, &tenant, &events).await? {
        return Err(RegistrationError::Unusable);
    }
    let user = app.store.user(id).await?.ok_or(StoreError::Corrupt("user"))?;
    let mut response = open_login::open(&app, user, &headers, from, open_login::Proof::default()).await?;
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Registration.remove(&app.site));
    Ok(response)
}
