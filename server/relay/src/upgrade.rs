//! Who may open a WebSocket here: `GET /relay`, sub-protocol `temoto.v1`, and an allowed origin if one is named.

use axum::http::header::{
    CONNECTION, HeaderMap, HeaderName, ORIGIN, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{Method, StatusCode, Version};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::event::Origin;

/// The one sub-protocol.
pub(crate) const SUB_PROTOCOL: &str = "temoto.v1";

/// An upgrade that is allowed.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Upgrade {
    pub(crate) origin: Origin,
    /// The value of `Sec-WebSocket-Accept`.
    pub(crate) accept: String,
}

/// Checks a request. The answer to one that is not allowed says nothing but its status.
pub(crate) fn check(
    method: &Method,
    version: Version,
    headers: &HeaderMap,
    origins: &[String],
) -> Result<Upgrade, StatusCode> {
    if method != Method::GET || version != Version::HTTP_11 {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    // First of all, and for every way of running the server: pages of others get no further.
    let origin = origin(headers, origins).ok_or(StatusCode::FORBIDDEN)?;
    if !names(headers, &CONNECTION, "upgrade") || !names(headers, &UPGRADE, "websocket") {
        return Err(StatusCode::UPGRADE_REQUIRED);
    }
    if one(headers, &SEC_WEBSOCKET_VERSION) != Some("13") {
        return Err(StatusCode::UPGRADE_REQUIRED);
    }
    if !names(headers, &SEC_WEBSOCKET_PROTOCOL, SUB_PROTOCOL) {
        return Err(StatusCode::BAD_REQUEST);
    }
    // 16 bytes in base64.
    let key = one(headers, &SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24 && key.ends_with("=="));
    let key = key.ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Upgrade {
        origin,
        accept: derive_accept_key(key.as_bytes()),
    })
}

/// `None`: an origin that is not allowed, or more than one.
fn origin(headers: &HeaderMap, origins: &[String]) -> Option<Origin> {
    if headers.get(ORIGIN).is_none() {
        return Some(Origin::None);
    }
    let named = one(headers, &ORIGIN)?;
    origins
        .iter()
        .any(|allowed| allowed == named)
        .then_some(Origin::Allowed)
}

/// The value of a header that is there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(value)
}

/// Whether a header's list has this word. Sub-protocols are compared exactly, the others are in lower case here.
fn names(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let lists = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let item = item.trim();
        item == word || (*name != SEC_WEBSOCKET_PROTOCOL && item.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const HOME: &str = "https://support.example.jp";

    fn headers(origins: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(
            SEC_WEBSOCKET_KEY,
            HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="),
        );
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("temoto.v1"));
        for origin in origins {
            headers.append(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        headers
    }

    fn checked(headers: &HeaderMap) -> Result<Upgrade, StatusCode> {
        check(&Method::GET, Version::HTTP_11, headers, &[HOME.to_owned()])
    }

    #[test]
    fn an_upgrade_as_the_standard_shows_it_is_accepted() {
        let upgrade = checked(&headers(&[HOME])).unwrap();
        assert_eq!(upgrade.origin, Origin::Allowed);
        assert_eq!(upgrade.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(checked(&headers(&[])).unwrap().origin, Origin::None);
    }

    #[test]
    fn every_other_origin_is_refused() {
        let bad: &[&[&str]] = &[
            &[""],
            &["null"],
            &["https://evil.example"],
            &["http://support.example.jp"],
            &["https://support.example.jp:8443"],
            &["https://support.example.jp.evil.example"],
            &["https://evil.support.example.jp"],
            &["https://support.example.jp/"],
            &["https://support.example.jp@evil.example"],
            &["https://SUPPORT.example.jp"],
            &[" https://support.example.jp, https://evil.example"],
            &[HOME, "https://evil.example"],
            &[HOME, HOME],
        ];
        for origins in bad {
            assert_eq!(
                checked(&headers(origins)),
                Err(StatusCode::FORBIDDEN),
                "{origins:?}"
            );
        }
    }

    #[test]
    fn what_is_no_upgrade_to_our_protocol_is_refused() {
        let with = |name: HeaderName, value: &'static str| {
            let mut headers = headers(&[HOME]);
            headers.insert(name, HeaderValue::from_static(value));
            checked(&headers).unwrap_err().as_u16()
        };
        assert_eq!(with(SEC_WEBSOCKET_PROTOCOL, "temoto.v2, TEMOTO.V1, chat"), 400);
        assert_eq!(with(SEC_WEBSOCKET_KEY, "short"), 400);
        assert_eq!(with(SEC_WEBSOCKET_VERSION, "8"), 426);
        assert_eq!(with(UPGRADE, "h2c"), 426);
        assert_eq!(with(CONNECTION, "close"), 426);
        let post = check(
            &Method::POST,
            Version::HTTP_11,
            &headers(&[HOME]),
            &[HOME.to_owned()],
        );
        assert_eq!(post, Err(StatusCode::METHOD_NOT_ALLOWED));
    }
}
