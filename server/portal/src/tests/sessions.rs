//! Sessions and codes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use temoto_crypto::statement::{Statement, server_key};
use temoto_model::session::EndReason;
use temoto_model::{Role, SessionId};
use temoto_store::Clock as _;

use crate::testing::{Asked, TestPortal, console_key};

const EMAIL: &str = "hanako@example.com";

async fn logged_in() -> (TestPortal, String) {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Example Support").await;
    portal.user(organisation, EMAIL, Role::Operator).await;
    let cookie = portal.log_in(EMAIL).await;
    (portal, cookie)
}

async fn open(portal: &TestPortal, cookie: &str) -> Value {
    let reply = portal.post("/api/v1/sessions", cookie, &console_key()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    reply.json()
}

fn id(session: &Value) -> SessionId {
    session["session"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_new_session_has_what_a_console_needs() {
    let (portal, cookie) = logged_in().await;
    let session = open(&portal, &cookie).await;
    let now = portal.clock.now();
    assert_eq!(session["participant"], 0);
    assert_eq!(session["secret_digits"], 4);
    assert_eq!(session["server_time_ms"], now.as_millis());
    assert_eq!(session["expires_at_ms"], now.as_millis() + 600_000);
    assert_eq!(session["hosts"], json!(["localhost:8080", "other.example:8080"]));
    assert_eq!(session["join_url"], "http://localhost:8080/join");
    assert_eq!(session["routing"].as_str().unwrap().len(), 4);

    let ticket = URL_SAFE_NO_PAD
        .decode(session["ticket"].as_str().unwrap())
        .unwrap();
    let ticket = portal.tickets.verify(&ticket, now).unwrap();
    assert_eq!((ticket.session, ticket.participant), (id(&session), 0));

    let signed = STANDARD.decode(session["statement"].as_str().unwrap()).unwrap();
    let key = server_key(&portal.signing);
    let now_ms = u64::try_from(now.as_millis()).unwrap();
    let said = Statement::verify(&signed, &key, &[7; 32], id(&session).as_bytes(), now_ms).unwrap();
    assert_eq!(
        (said.operator.as_str(), said.organization.as_str()),
        ("佐藤 花子", "Example Support")
    );
    assert_eq!(portal.relay.take(), [Asked::Refresh(id(&session))]);

    let listed = portal.get("/api/v1/sessions", &cookie).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["state"], "waiting");
    assert_eq!(listed[0]["code"]["routing"], session["routing"]);
}

#[tokio::test]
async fn nonsense_for_a_key_or_a_language_opens_nothing() {
    let (portal, cookie) = logged_in().await;
    for (body, code) in [
        (json!({ "console_key": "AAAA" }), "key_invalid"),
        (json!({ "console_key": STANDARD.encode([1; 33]) }), "key_invalid"),
        (
            json!({ "console_key": STANDARD.encode([1; 32]), "operator_language": "fr" }),
            "language_invalid",
        ),
        (json!({}), "malformed"),
    ] {
        assert_eq!(portal.post("/api/v1/sessions", &cookie, &body).await.code(), code);
    }
    assert_eq!(portal.get("/api/v1/sessions", &cookie).await.json(), json!([]));
}

#[tokio::test]
async fn a_new_code_takes_the_place_of_the_last() {
    let (portal, cookie) = logged_in().await;
    let session = open(&portal, &cookie).await;
    let path = format!("/api/v1/sessions/{}/codes", id(&session));
    portal.clock.advance(Duration::from_secs(60));
    let reply = portal.post(&path, &cookie, &json!({})).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let code = reply.json();
    assert_ne!(code["routing"], session["routing"]);
    assert_eq!(code["expires_at_ms"], portal.clock.now().as_millis() + 600_000);
    let listed = portal.get("/api/v1/sessions", &cookie).await.json();
    assert_eq!(listed[0]["code"]["routing"], code["routing"]);
    assert_eq!(portal.relay.take().len(), 2);
}

#[tokio::test]
async fn under_attack_and_after_two_burnt_codes_codes_are_longer() {
    use temoto_model::code::CodeState;
    use temoto_store::{RelayChange, RelayStore as _};
    let (portal, cookie) = logged_in().await;
    portal.relay.under_attack.store(true, Ordering::SeqCst);
    assert_eq!(open(&portal, &cookie).await["secret_digits"], 6);
    portal.relay.under_attack.store(false, Ordering::SeqCst);

    let session = open(&portal, &cookie).await;
    let path = format!("/api/v1/sessions/{}/codes", id(&session));
    let mut digits = Vec::new();
    for _ in 0..3 {
        let (_, code) = portal
            .store
            .waiting(id(&session), portal.clock.now())
            .await
            .unwrap()
            .unwrap();
        let burnt = RelayChange::CloseCode {
            code: code.unwrap().code,
            state: CodeState::Burnt,
            at: portal.clock.now(),
        };
        portal.store.apply(&burnt).await.unwrap();
        digits.push(portal.post(&path, &cookie, &json!({})).await.json()["secret_digits"].clone());
    }
    assert_eq!(digits, [4, 6, 6]);
}

#[tokio::test]
async fn a_code_that_is_too_old_is_not_shown_as_waiting() {
    let (portal, cookie) = logged_in().await;
    open(&portal, &cookie).await;
    portal.clock.advance(Duration::from_secs(600));
    let listed = portal.get("/api/v1/sessions", &cookie).await.json();
    assert_eq!(listed[0]["code"], Value::Null);
}

#[tokio::test]
async fn one_operator_cannot_take_all_numbers() {
    let (portal, cookie) = logged_in().await;
    let mut routings = std::collections::BTreeSet::new();
    for _ in 0..20 {
        routings.insert(
            open(&portal, &cookie).await["routing"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(routings.len(), 20);
    let reply = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_codes")
    );
    // When they are too old there is room again, whether they were cleared away or not.
    portal.clock.advance(Duration::from_secs(600));
    open(&portal, &cookie).await;
}

#[tokio::test]
async fn a_session_ends_once_for_everybody() {
    let (portal, cookie) = logged_in().await;
    let session = open(&portal, &cookie).await;
    portal.relay.take();
    let end = format!("/api/v1/sessions/{}/end", id(&session));
    for _ in 0..2 {
        let reply = portal.post(&end, &cookie, &json!({})).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(
        portal.relay.take(),
        [Asked::End(id(&session), EndReason::Console)]
    );
    assert_eq!(portal.get("/api/v1/sessions", &cookie).await.json(), json!([]));
    for (operation, body) in [("codes", json!({})), ("statement", console_key())] {
        let path = format!("/api/v1/sessions/{}/{operation}", id(&session));
        let reply = portal.post(&path, &cookie, &body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::CONFLICT, "session_over")
        );
    }
}

#[tokio::test]
async fn an_administrator_ends_the_session_of_a_colleague_and_it_says_so() {
    let (portal, cookie) = logged_in().await;
    let session = open(&portal, &cookie).await;
    let organisation = temoto_store::Accounts::organisations(&portal.store)
        .await
        .unwrap()[0]
        .id;
    portal
        .user(organisation, "admin@example.com", Role::Administrator)
        .await;
    let admin = portal.log_in("admin@example.com").await;
    portal.relay.take();
    let end = format!("/api/v1/sessions/{}/end", id(&session));
    assert_eq!(
        portal.post(&end, &admin, &json!({})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        portal.relay.take(),
        [Asked::End(id(&session), EndReason::Administrator)]
    );
}

#[tokio::test]
async fn a_statement_is_about_the_key_that_asked() {
    let (portal, cookie) = logged_in().await;
    let session = open(&portal, &cookie).await;
    let path = format!("/api/v1/sessions/{}/statement", id(&session));
    let body = json!({ "console_key": STANDARD.encode([9; 32]) });
    let reply = portal.post(&path, &cookie, &body).await.json();
    let signed = STANDARD.decode(reply["statement"].as_str().unwrap()).unwrap();
    let now = u64::try_from(portal.clock.now().as_millis()).unwrap();
    let key = server_key(&portal.signing);
    let about = |console: [u8; 32]| Statement::verify(&signed, &key, &console, id(&session).as_bytes(), now);
    assert!(about([9; 32]).is_ok());
    assert!(about([7; 32]).is_err());
}

#[tokio::test]
async fn nonsense_for_a_session_is_not_found() {
    let (portal, cookie) = logged_in().await;
    for session in [
        "x",
        "..%2Fme",
        &"A".repeat(32),
        &"0".repeat(32),
        &"0".repeat(4_000),
    ] {
        let reply = portal
            .post(&format!("/api/v1/sessions/{session}/end"), &cookie, &json!({}))
            .await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{session}"
        );
    }
}
