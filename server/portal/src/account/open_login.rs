//! Opens a login for somebody who proved who they are, and says so in cookies.

use std::net::IpAddr;

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::login::{DEVICE_LIFE, device_description};
use temoto_model::secret::{Token, generate_token};
use temoto_model::{Actor, LoginId, TokenHash, UserId};
use temoto_store::{LoginHolder, NewLogin, StoreError, User};

use super::Me;
use crate::App;
use crate::cookie::Cookie;

/// Opens a login for `user` in place of the one that the request came with; forgives these counts of wrong passwords.
pub(super) async fn open(
    app: &App,
    user: User,
    headers: &HeaderMap,
    from: IpAddr,
    forgives: Vec<[u8; 32]>,
) -> Result<Response, StoreError> {
    let now = app.clock.now();
    let organisation = app
        .store
        .organisation(user.organisation)
        .await?
        .ok_or(StoreError::Corrupt("organisation"))?;
    let (fresh, token, device) = app
        .random
        .draw(|rng| (LoginId::generate(rng), generate_token(rng), generate_token(rng)));
    // A device keeps its mark; a mark of somebody else's is not taken over but replaced.
    let known = Cookie::Device.read(&app.site, headers);
    let device = match known {
        Some(mark) if owner(app, &mark).await? == Some(user.id) => mark,
        Some(_) | None => device,
    };
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let login = app
        .store
        .add_login(
            &NewLogin {
                id: fresh,
                token: TokenHash::of(token.expose()),
                user: user.id,
                device: device_description(agent.unwrap_or_default()),
                address: from.to_string(),
                at: now,
                known_device: TokenHash::of(device.expose()),
                replaces: Cookie::Login.read_hash(&app.site, headers),
                forgives,
            },
            &AuditEvent {
                organisation: user.organisation,
                at: now,
                actor: Some(user.id),
                kind: AuditKind::LoggedIn,
                subject: user.id.to_string(),
                detail: from.to_string(),
            },
        )
        .await?;
    let actor = Actor {
        user: user.id,
        organisation: user.organisation,
        role: user.role,
        login,
    };
    let holder = LoginHolder {
        email: user.email,
        name: user.name,
        language: user.language,
        organisation: organisation.name,
    };
    let mut response = Json(Me::new(&actor, holder)).into_response();
    for cookie in [
        Cookie::Login.set(&app.site, &token),
        Cookie::Device.set(&app.site, &device),
    ] {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whose device this mark is of.
pub(super) async fn owner(app: &App, mark: &Token) -> Result<Option<UserId>, StoreError> {
    let since = app.clock.now().minus(DEVICE_LIFE);
    app.store.device_owner(TokenHash::of(mark.expose()), since).await
}
