//! Programs that call with a key: whether a request has one, whether it is good, whether it may call this.
//!
//! Drives nothing but the gate. What a key may stands in the route table; what became of it in `temoto-model`.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use temoto_model::TokenHash;
use temoto_model::api_key::{self, KeyState, Scope};
use temoto_store::ApiKey;

use crate::gate::Client;
use crate::limiter::Limit;
use crate::{Answer, App};

/// A program that may call where it calls; found in the extensions of its request.
#[derive(Clone, Debug)]
pub(crate) struct KeyCaller(pub ApiKey);

/// How a request with a key failed.
pub(crate) enum KeyError {
    /// The key is not good: 401.
    Key(Answer),
    /// Something else.
    Other(Answer),
}

impl From<Answer> for KeyError {
    fn from(answer: Answer) -> Self {
        Self::Other(answer)
    }
}

impl IntoResponse for KeyError {
    fn into_response(self) -> Response {
        match self {
            Self::Other(answer) => answer.into_response(),
            Self::Key(answer) => {
                let mut response = answer.into_response();
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
        }
    }
}

/// Whether a request says that it comes with a key. Other kinds of `Authorization` are a proxy's business.
pub(crate) fn is_given(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    lines.any(|line| credentials(line).is_some())
}

/// What stands behind `Bearer`.
fn credentials(line: &HeaderValue) -> Option<&[u8]> {
    const SCHEME: &[u8] = b"bearer";
    let (scheme, rest) = line.as_bytes().split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    rest.first().is_none_or(|b| *b == b' ').then(|| rest.trim_ascii())
}

/// The hash of the key, if there is exactly one and it is written like one of ours.
fn read(headers: &HeaderMap) -> Option<TokenHash> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let given = credentials(lines.next()?)?;
    if lines.next().is_some() {
        return None;
    }
    api_key::read(std::str::from_utf8(given).ok()?)
}

/// The program that sent this, if its key may call where the table says this.
pub(crate) async fn admit(
    app: &App,
    headers: &HeaderMap,
    client: Option<Client>,
    scope: Option<Scope>,
) -> Result<KeyCaller, KeyError> {
    if let Some(Err(wait)) = client.map(|Client(address)| app.limiter.take(Limit::Public, address)) {
        return Err(Answer::try_later(wait).into());
    }
    let store = |error| Answer::store(&error);
    let found = match read(headers) {
        Some(hash) => app.store.api_key(hash).await.map_err(store)?,
        None => None,
    };
    let now = app.clock.now();
    let refused = |code, sentence: &str| {
        let answer = Answer::new(StatusCode::UNAUTHORIZED, code).saying(sentence);
        Err(KeyError::Key(answer))
    };
    let Some(key) = found else {
        return refused(
            "key_unknown",
            "This is no key of this server. It may be mistyped or cut off.",
        );
    };
    match key.times.state(key.maker_administrates, now) {
        KeyState::Good => {}
        KeyState::Revoked => return refused("key_revoked", "An administrator revoked this key."),
        KeyState::Expired => {
            return refused(
                "key_expired",
                "This key has expired. An administrator can make a new one.",
            );
        }
        KeyState::Stopped => {
            return refused(
                "key_stopped",
                "Who made this key is no administrator who can log in.",
            );
        }
    }
    match scope {
        Some(scope) if key.scopes.allow(scope) => {}
        Some(scope) => {
            let sentence = format!("This needs a key for {}.", scope.as_str());
            let answer = Answer::new(StatusCode::FORBIDDEN, "key_scope").saying(sentence);
            return Err(answer.into());
        }
        None => return Err(no_key().into()),
    }
    if key.times.is_to_be_touched(now) {
        app.store.touch_api_key(key.id, now).await.map_err(store)?;
    }
    Ok(KeyCaller(key))
}

/// No key may do this, whatever it is for.
pub(crate) fn no_key() -> Answer {
    Answer::new(StatusCode::FORBIDDEN, "key_not_allowed")
        .saying("No key may do this; a person who is logged in has to.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    #[test]
    fn only_what_says_bearer_is_taken_for_a_key() {
        for line in ["Bearer x", "bearer x", "BEARER", "Bearer "] {
            assert!(is_given(&headers(&[line])), "{line}");
        }
        for line in ["", "Basic eDp5", "Bearerx", "Bear"] {
            assert!(!is_given(&headers(&[line])), "{line}");
        }
    }

    #[test]
    fn a_key_stands_alone() {
        use rand_core::SeedableRng as _;
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
        let key = api_key::generate(&mut rng);
        let line = format!("Bearer {}", key.expose());
        assert_eq!(read(&headers(&[&line])), Some(TokenHash::of(key.expose())));
        assert_eq!(read(&headers(&[&line, &line])), None);
        assert_eq!(read(&headers(&["Basic eDp5", &line])), None);
        assert_eq!(read(&headers(&["Bearer x"])), None);
    }
}
