//! Opens a login for somebody who proved who they are, and says so in cookies. The second factor is asked for here, so
//! that no way in goes around it.

use std::net::IpAddr;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::login::{DEVICE_LIFE, device_description, device_name};
use temoto_model::mail::MailKind;
use temoto_model::second_factor::TRUST_LIFE;
use temoto_model::secret::{Token, generate_token};
use temoto_model::{Actor, By, LoginId, TokenHash, UserId};
use temoto_store::{LoginHolder, NewLogin, StoreError, User};

use super::{Me, factor};
use crate::cookie::Cookie;
use crate::extract::Accepts;
use crate::{Answer, App, mail, permission};

/// What somebody proved beside the password or the link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof<'a> {
    /// Counts of wrong passwords that the login proves harmless.
    pub forgives: Vec<[u8; 32]>,
    /// A code of the app, or a recovery code.
    pub code: Option<&'a str>,
    /// Whether this device is to be asked for no second factor for a while.
    pub trust: bool,
}

/// Why no login was opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("a second factor is needed")]
    FactorNeeded,
    #[error("the second factor is wrong")]
    FactorWrong,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&OpenError> for Answer {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::FactorNeeded => Self::new(StatusCode::UNAUTHORIZED, "second_factor_needed"),
            OpenError::FactorWrong => Self::new(StatusCode::UNAUTHORIZED, "second_factor_wrong"),
            OpenError::Store(error) => Self::store(error),
        }
    }
}

/// Opens a login for `user` in place of the one that the request came with.
pub(crate) async fn open(
    app: &App,
    user: User,
    headers: &HeaderMap,
    from: IpAddr,
    proof: Proof<'_>,
) -> Result<Response, OpenError> {
    let now = app.clock.now();
    let known = Cookie::Device.read(&app.site, headers);
    let organisation = app
        .store
        .organisation(user.organisation)
        .await?
        .ok_or(StoreError::Corrupt("organisation"))?;
    let has_factor = check_factor(app, &user, known.as_ref(), proof.code).await?;

    let (fresh, token, device) = app
        .random
        .draw(|rng| (LoginId::generate(rng), generate_token(rng), generate_token(rng)));
    // A device keeps its mark; a mark of somebody else's is not taken over but replaced.
    let (device, is_new) = match known {
        Some(mark) if owner(app, &mark).await? == Some(user.id) => (mark, false),
        Some(_) | None => (device, true),
    };
    let warn = is_new && app.store.known_devices(user.id).await? > 0;
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let description = device_description(agent.unwrap_or_default());
    let trusted_until = (has_factor && proof.trust).then(|| now.plus(TRUST_LIFE));
    let login = app
        .store
        .add_login(
            &NewLogin {
                id: fresh,
                token: TokenHash::of(token.expose()),
                user: user.id,
                device: description.clone(),
                address: from.to_string(),
                at: now,
                known_device: TokenHash::of(device.expose()),
                trusted_until,
                replaces: Cookie::Login.read_hash(&app.site, headers),
                forgives: proof.forgives,
            },
            &AuditEvent {
                organisation: user.organisation,
                at: now,
                actor: Some(user.id.into()),
                kind: AuditKind::LoggedIn,
                subject: user.id.to_string(),
                detail: from.to_string(),
            },
        )
        .await?;
    if warn {
        let facts = vec![
            ("device", device_name(&description)),
            ("address", from.to_string()),
        ];
        mail::to_user(app, MailKind::NewDevice, &user, Accepts::read(headers), facts).await?;
    }
    let actor = Actor {
        user: user.id,
        organisation: user.organisation,
        role: user.role,
        by: By::Login(login),
    };
    let holder = LoginHolder {
        email: user.email,
        name: user.name,
        language: user.language,
        theme: user.theme,
        organisation: organisation.name,
        contract: organisation.contract,
        second_factor: has_factor,
        second_factor_required: organisation.second_factor_required,
    };
    let rules = permission::of_caller(app, &actor).await?;
    let mut response = Json(Me::new(&actor, holder, &rules, now)).into_response();
    for cookie in [
        Cookie::Login.set(&app.site, &token),
        Cookie::Device.set(&app.site, &device),
    ] {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether the person has a second factor, which then was given or is not asked for on this device.
async fn check_factor(
    app: &App,
    user: &User,
    device: Option<&Token>,
    code: Option<&str>,
) -> Result<bool, OpenError> {
    let factor = app.store.second_factor(user.id).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed) else {
        return Ok(false);
    };
    if let Some(code) = code {
        return match factor::check(app, user, &factor, code).await? {
            true => Ok(true),
            false => Err(OpenError::FactorWrong),
        };
    }
    let trusted = match device {
        Some(mark) => {
            let mark = TokenHash::of(mark.expose());
            app.store.is_trusted(mark, user.id, app.clock.now()).await?
        }
        None => false,
    };
    if trusted {
        Ok(true)
    } else {
        Err(OpenError::FactorNeeded)
    }
}

/// Whose device this mark is of.
pub(super) async fn owner(app: &App, mark: &Token) -> Result<Option<UserId>, StoreError> {
    let since = app.clock.now().minus(DEVICE_LIFE);
    app.store.device_owner(TokenHash::of(mark.expose()), since).await
}
