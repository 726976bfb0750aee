//! Host, address, headers, bodies.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use temoto_model::Role;

use crate::testing::{HOME, Installed, TestPortal};
use crate::{Pages, Peer, Programs};

#[tokio::test]
async fn pages_under_another_name_lead_to_the_public_address_and_operations_are_refused() {
    let portal = TestPortal::new().await;
    for host in [
        "127.0.0.1:8080",
        "other.example:8080",
        "evil.example",
        "localhost",
    ] {
        let get = |path: &str| {
            Request::builder()
                .uri(path)
                .header(header::HOST, host)
                .body(Body::empty())
                .unwrap()
        };
        let page = portal.send(get("/join?lang=ja")).await;
        assert_eq!(page.status, StatusCode::TEMPORARY_REDIRECT, "{host}");
        assert_eq!(page.header("location"), format!("{HOME}/join?lang=ja"));
        let operation = portal.send(get("/api/v1/server")).await;
        assert_eq!(operation.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert_eq!(operation.code(), "wrong_host");
    }
}

#[tokio::test]
async fn a_redirect_never_leads_elsewhere() {
    let portal = TestPortal::new().await;
    for path in [
        "//evil.example/",
        "/\\evil.example",
        "/.evil.example/",
        "/@evil.example/",
    ] {
        let request = Request::builder()
            .uri(path.replace('\\', "%5C"))
            .header(header::HOST, "other.example")
            .body(Body::empty())
            .unwrap();
        let location = portal.send(request).await.header("location");
        assert!(
            location.starts_with("http://localhost:8080/"),
            "{path}: {location}"
        );
    }
}

#[tokio::test]
async fn a_request_without_a_clear_host_is_refused() {
    let portal = TestPortal::new().await;
    let none = Request::builder().uri("/").body(Body::empty()).unwrap();
    let mut two = portal.request(Method::GET, "/", "", None);
    two.headers_mut()
        .append(header::HOST, "evil.example".parse().unwrap());
    let torn = Request::builder()
        .uri("http://evil.example/")
        .header(header::HOST, "localhost:8080")
        .body(Body::empty())
        .unwrap();
    for request in [none, two, torn] {
        assert_eq!(portal.send(request).await.code(), "host_missing");
    }
}

#[tokio::test]
async fn every_answer_carries_the_same_policy() {
    let portal = TestPortal::new().await;
    for path in [
        "/",
        "/api/v1/server",
        "/api/v1/me",
        "/nothing",
        "/download/linux-x86_64",
    ] {
        let reply = portal.get(path, "").await;
        let policy = reply.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            reply.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(reply.header("strict-transport-security"), "", "{path}");
        let cache = if path.starts_with("/api") {
            "no-store"
        } else {
            "no-cache"
        };
        assert_eq!(reply.header("cache-control"), cache, "{path}");
    }
}

#[tokio::test]
async fn browsers_insist_on_tls_where_somebody_vouches_for_the_certificate() {
    for (installed, insists) in [(Installed::SelfSigned, false), (Installed::Proxied, true)] {
        let portal = TestPortal::installed(installed, Pages::none(), Programs::default()).await;
        let header = portal.get("/", "").await.header("strict-transport-security");
        assert_eq!(!header.is_empty(), insists, "{installed:?}");
    }
}

#[tokio::test]
async fn a_body_must_be_small_json_of_the_right_form() {
    let portal = TestPortal::new().await;
    let path = "/api/v1/login";
    let with = |kind: &str, body: String| {
        let mut request = portal.request(Method::POST, path, "", Some(&Value::Null));
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.parse().unwrap());
        *request.body_mut() = Body::from(body);
        portal.send(request)
    };
    let good = json!({ "email": "a@b", "password": "x" }).to_string();
    assert_eq!(
        with("application/json; charset=utf-8", good.clone()).await.code(),
        "wrong_login"
    );
    assert_eq!(with("text/plain", good.clone()).await.code(), "not_json");
    assert_eq!(
        with("application/x-www-form-urlencoded", good.clone())
            .await
            .code(),
        "not_json"
    );
    for body in ["", "{", "[]", "{\"email\":1}", "{\"email\":\"a\"}"] {
        assert_eq!(
            with("application/json", body.to_owned()).await.code(),
            "malformed",
            "{body}"
        );
    }
    let unknown = json!({ "email": "a@b", "password": "x", "role": "administrator" }).to_string();
    assert_eq!(with("application/json", unknown).await.code(), "malformed");
    let long = json!({ "email": "a".repeat(17_000), "password": "x" }).to_string();
    assert_eq!(with("application/json", long).await.code(), "too_large");
}

#[tokio::test]
async fn behind_a_proxy_limits_and_records_are_for_the_client_and_not_for_what_it_claims() {
    let portal = TestPortal::installed(Installed::Proxied, Pages::none(), Programs::default()).await;
    let organisation = portal.organisation("Ours").await;
    portal.user(organisation, "a@b.example", Role::Operator).await;
    let wrong = json!({ "token": "00" });
    let ask = |peer: &str, forwarded: String| {
        let mut request = portal.request(Method::POST, "/api/v1/setup/link", "", Some(&wrong));
        request
            .headers_mut()
            .append("x-forwarded-for", forwarded.parse().unwrap());
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        portal.send(request)
    };
    // One client, who writes a new address in front each time.
    let mut codes = Vec::new();
    for n in 0..30 {
        codes.push(
            ask("127.0.0.1:1", format!("198.51.100.{n}, 203.0.113.9"))
                .await
                .code(),
        );
    }
    assert_eq!(codes.first().unwrap(), "link_unusable");
    assert_eq!(codes.last().unwrap(), "try_later");
    // Another client of the same proxy has its own.
    assert_eq!(
        ask("127.0.0.1:1", "203.0.113.10".to_owned()).await.code(),
        "link_unusable"
    );
    // Who is no proxy is not believed.
    let mut codes = Vec::new();
    for n in 0..30 {
        codes.push(ask("198.51.100.77:1", format!("203.0.113.{n}")).await.code());
    }
    assert_eq!(codes.last().unwrap(), "try_later");
}
