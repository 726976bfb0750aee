//! What handlers take: a caller who may, a body that is small and in time, an identifier from the path.

use std::marker::PhantomData;
use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use temoto_model::account::Language;
use temoto_model::{Actor, By, LoginId, Role, Standing};
use temoto_store::{Login, LoginHolder};

use crate::bearer::{self, KeyCaller};
use crate::cookie::Cookie;
use crate::gate::Client;
use crate::{Answer, App};

/// Longest body, in bytes.
const BODY_BYTES: usize = 16 * 1_024;
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(10);

/// What a caller must be; each is a type, so that a handler that forgets to ask does not compile with one.
pub(crate) trait Requirement: Send + Sync + 'static {
    /// The least role.
    const ROLE: Role;
    /// Whether it may be called before a second factor was set up that the organisation wants.
    const BEFORE_FACTOR: bool = false;
}

/// Anybody who is logged in.
pub(crate) struct Operators;
/// Anybody who is logged in, also one who must set up a second factor before doing anything else.
pub(crate) struct Entering;
/// Administrators of the organisation.
pub(crate) struct Administrators;

impl Requirement for Operators {
    const ROLE: Role = Role::Operator;
}

impl Requirement for Entering {
    const ROLE: Role = Role::Operator;
    const BEFORE_FACTOR: bool = true;
}

impl Requirement for Administrators {
    const ROLE: Role = Role::Administrator;
}

/// A caller who may: logged in, or with a key that the gate let through.
pub(crate) struct Authorized<R: Requirement> {
    /// Who.
    pub actor: Actor,
    /// The person, as pages show it.
    pub holder: LoginHolder,
    requirement: PhantomData<R>,
}

impl<R: Requirement> FromRequestParts<App> for Authorized<R> {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Answer> {
        // INVARIANT: with a key, no cookie counts; for that the gate asked for no page of ours.
        let (actor, holder) = match parts.extensions.get::<KeyCaller>() {
            Some(KeyCaller(key)) => (key.actor, key.holder.clone()),
            None => {
                let login = current_login(app, &parts.headers).await?;
                let login = login.ok_or_else(|| Answer::new(StatusCode::UNAUTHORIZED, "login_needed"))?;
                (login.actor, login.holder)
            }
        };
        if !Standing::AtLeast(R::ROLE).admits(Some(actor.role)) {
            return Err(Answer::new(StatusCode::FORBIDDEN, "not_allowed"));
        }
        if holder.second_factor_required && !holder.second_factor && !R::BEFORE_FACTOR {
            return Err(Answer::new(StatusCode::FORBIDDEN, "second_factor_missing"));
        }
        Ok(Self {
            actor,
            holder,
            requirement: PhantomData,
        })
    }
}

/// Somebody who is logged in and may; no program with a key.
pub(crate) struct LoggedIn<R: Requirement> {
    /// Who.
    pub actor: Actor,
    /// By which login.
    pub login: LoginId,
    /// The person, as pages show it.
    pub holder: LoginHolder,
    requirement: PhantomData<R>,
}

impl<R: Requirement> FromRequestParts<App> for LoggedIn<R> {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Answer> {
        let caller = Authorized::<R>::from_request_parts(parts, app).await?;
        match caller.actor.by {
            By::Login(login) => Ok(Self {
                actor: caller.actor,
                login,
                holder: caller.holder,
                requirement: PhantomData,
            }),
            By::Key(_) => Err(bearer::no_key()),
        }
    }
}

/// The login that a request belongs to, if it holds; notes that it was used.
async fn current_login(app: &App, headers: &HeaderMap) -> Result<Option<Login>, Answer> {
    let Some(token) = Cookie::Login.read_hash(&app.site, headers) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let found = app
        .store
        .login(token)
        .await
        .map_err(|error| Answer::store(&error))?;
    let Some(login) = found.filter(|login| login.times.is_valid(now)) else {
        return Ok(None);
    };
    if login.times.is_to_be_touched(now) {
        app.store
            .touch_logins(&[login.id], now)
            .await
            .map_err(|error| Answer::store(&error))?;
    }
    Ok(Some(login))
}

/// A JSON body.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Answer;

    async fn from_request(request: Request, _: &App) -> Result<Self, Answer> {
        read_body(request, BODY_BYTES).await.map(Self)
    }
}

/// A JSON body with room for a table: at most so many bytes.
pub(crate) struct LargeBody<T, const BYTES: usize>(pub T);

impl<T: DeserializeOwned, const BYTES: usize> FromRequest<App> for LargeBody<T, BYTES> {
    type Rejection = Answer;

    async fn from_request(request: Request, _: &App) -> Result<Self, Answer> {
        read_body(request, BYTES).await.map(Self)
    }
}

async fn read_body<T: DeserializeOwned>(request: Request, most: usize) -> Result<T, Answer> {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(Answer::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"));
    }
    let reading = axum::body::to_bytes(request.into_body(), most);
    let bytes = tokio::time::timeout(BODY_TIME, reading)
        .await
        .map_err(|_| Answer::new(StatusCode::REQUEST_TIMEOUT, "too_slow"))?
        .map_err(|_| Answer::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"))?;
    // What exactly is wrong with it is not repeated: it may hold a password.
    serde_json::from_slice(&bytes).map_err(|_| Answer::new(StatusCode::BAD_REQUEST, "malformed"))
}

/// What is asked for behind the `?` of an address.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Answer> {
        let asked = Query::<T>::from_request_parts(parts, app).await;
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|_| Answer::new(StatusCode::BAD_REQUEST, "malformed"))
    }
}

/// Something named in the path; what is no identifier names nothing.
pub(crate) struct Named<T>(pub T);

impl<T: std::str::FromStr> FromRequestParts<App> for Named<T> {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Answer> {
        let not_found = || Answer::new(StatusCode::NOT_FOUND, "not_found");
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| not_found())?;
        text.parse().map(Self).map_err(|_| not_found())
    }
}

/// The language of a mail to somebody whose account has chosen none: the browser's, if it is one of ours.
pub(crate) struct Accepts(pub Language);

impl Accepts {
    /// Of these headers.
    pub(crate) fn read(headers: &HeaderMap) -> Language {
        let wished = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let found = wished
            .split(',')
            .find_map(|wish| Language::from_code(wish.trim().get(..2)?.to_ascii_lowercase().as_str()));
        found.unwrap_or(Language::Japanese)
    }
}

impl FromRequestParts<App> for Accepts {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut RequestParts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(Self::read(&parts.headers)))
    }
}

/// Where a request came from, proxies seen through.
pub(crate) struct Address(pub IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut RequestParts, _: &App) -> Result<Self, Answer> {
        let client = parts.extensions.get::<Client>();
        client
            .map(|client| Self(client.0))
            .ok_or_else(|| Answer::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
    }
}
