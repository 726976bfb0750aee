//! Log in, log out, one-time links.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use temoto_model::Role;
use temoto_store::TokenPurpose;

use crate::Peer;
use crate::testing::{Asked, PASSWORD, Reply, TestPortal};

const EMAIL: &str = "hanako@example.com";

async fn portal() -> TestPortal {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Example Support").await;
    portal.user(organisation, EMAIL, Role::Operator).await;
    portal
}

/// From an address of its own, so that only the count per account is felt.
async fn try_from(portal: &TestPortal, n: u8, email: &str, password: &str, cookie: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    let mut request = portal.request(Method::POST, "/api/v1/login", cookie, Some(&body));
    let peer = format!("203.0.113.{n}:1").parse().unwrap();
    request.extensions_mut().insert(Peer(peer));
    portal.send(request).await
}

#[tokio::test]
async fn a_login_says_who_one_is_and_lasts_while_it_is_used() {
    let portal = portal().await;
    let reply = portal.login(" Hanako@Example.COM ", PASSWORD, "").await;
    assert_eq!(reply.status, StatusCode::OK);
    let me = reply.json();
    assert_eq!(me["user"]["name"], "佐藤 花子");
    assert_eq!(me["user"]["role"], "operator");
    assert_eq!(me["organisation"]["name"], "Example Support");
    let cookie = reply.cookies().join("; ");
    assert_eq!(portal.get("/api/v1/me", &cookie).await.json(), me);

    // Used every 29 minutes it lasts twelve hours and not longer.
    let mut minutes = 0;
    while portal.get("/api/v1/me", &cookie).await.status == StatusCode::OK {
        portal.clock.advance(Duration::from_secs(29 * 60));
        minutes += 29;
        assert!(minutes < 24 * 60);
    }
    assert_eq!(minutes, (12 * 60_u32).next_multiple_of(29));
}

#[tokio::test]
async fn an_unused_login_is_over_after_half_an_hour() {
    let portal = portal().await;
    let cookie = portal.log_in(EMAIL).await;
    portal.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(portal.get("/api/v1/me", &cookie).await.code(), "login_needed");
}

#[tokio::test]
async fn wrong_passwords_and_unknown_addresses_get_the_same_answer() {
    let portal = portal().await;
    let organisation = portal.organisation("Other").await;
    portal.invited(organisation, "invited@example.com").await;
    let known = portal.login(EMAIL, "wrong-password", "").await;
    for email in ["nobody@example.com", "no address", "", "invited@example.com"] {
        let other = portal.login(email, "wrong-password", "").await;
        assert_eq!(
            (other.status, &other.body),
            (known.status, &known.body),
            "{email}"
        );
        assert!(other.cookies().is_empty());
    }
    assert_eq!(known.code(), "wrong_login");
    let long = portal.login(EMAIL, &"x".repeat(2_000), "").await;
    assert_eq!(long.code(), "wrong_login");
}

#[tokio::test]
async fn wrong_passwords_delay_an_address_whether_it_has_an_account_or_not() {
    let portal = portal().await;
    for email in [EMAIL, "nobody@example.com"] {
        for n in 0..5 {
            assert_eq!(
                try_from(&portal, n, email, "wrong", "").await.code(),
                "wrong_login"
            );
        }
        // Even the right password waits now, from wherever.
        let reply = try_from(&portal, 99, email, PASSWORD, "").await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::TOO_MANY_REQUESTS, "try_later")
        );
        assert_eq!(reply.json()["retry_after_ms"], 1_000);
        assert_eq!(reply.header("retry-after"), "1");
    }
    portal.clock.advance(Duration::from_secs(1));
    assert_eq!(
        try_from(&portal, 99, EMAIL, PASSWORD, "").await.status,
        StatusCode::OK
    );
    // The right one starts the count anew.
    assert_eq!(
        try_from(&portal, 99, EMAIL, "wrong", "").await.code(),
        "wrong_login"
    );
    assert_eq!(
        try_from(&portal, 99, EMAIL, PASSWORD, "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn many_tries_at_once_are_not_one() {
    let portal = portal().await;
    let tries = (0..40).map(|n| try_from(&portal, n, EMAIL, "wrong", ""));
    let replies = futures_util::future::join_all(tries).await;
    let judged = replies
        .iter()
        .filter(|reply| reply.code() == "wrong_login")
        .count();
    assert_eq!(judged, 5);
    assert_eq!(
        replies.len() - judged,
        replies.iter().filter(|reply| reply.code() == "try_later").count()
    );
}

#[tokio::test]
async fn nobody_can_lock_the_owner_out_at_the_own_desk() {
    let portal = portal().await;
    let reply = portal.login(EMAIL, PASSWORD, "").await;
    let device = reply
        .cookies()
        .into_iter()
        .find(|c| c.starts_with("temoto-device="))
        .unwrap();
    for n in 0..6 {
        try_from(&portal, n, EMAIL, "wrong", "").await;
    }
    assert_eq!(
        try_from(&portal, 50, EMAIL, PASSWORD, "").await.code(),
        "try_later"
    );
    assert_eq!(
        try_from(&portal, 51, EMAIL, PASSWORD, &device).await.status,
        StatusCode::OK
    );
    // The device is no way around the delay for another account, nor without end for the own.
    portal
        .user(
            portal.organisation("Other").await,
            "other@example.com",
            Role::Operator,
        )
        .await;
    for n in 0..6 {
        try_from(&portal, 60 + n, "other@example.com", "wrong", &device).await;
    }
    assert_eq!(
        try_from(&portal, 70, "other@example.com", PASSWORD, "")
            .await
            .code(),
        "try_later"
    );
    for n in 0..6 {
        try_from(&portal, 80 + n, EMAIL, "wrong", &device).await;
    }
    assert_eq!(
        try_from(&portal, 90, EMAIL, PASSWORD, &device).await.code(),
        "try_later"
    );
}

#[tokio::test]
async fn logging_in_again_changes_the_cookie_and_the_old_one_is_worth_nothing() {
    let portal = portal().await;
    let first = portal.log_in(EMAIL).await;
    let second = portal.login(EMAIL, PASSWORD, &first).await.cookies().join("; ");
    assert_ne!(first, second);
    assert_eq!(portal.get("/api/v1/me", &first).await.code(), "login_needed");
    assert_eq!(portal.get("/api/v1/me", &second).await.status, StatusCode::OK);
    // A login on another device is another login.
    let third = portal.log_in(EMAIL).await;
    assert_eq!(portal.get("/api/v1/me", &second).await.status, StatusCode::OK);
    assert_eq!(portal.get("/api/v1/me", &third).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_that_was_planted_before_the_login_is_not_taken_over() {
    let portal = portal().await;
    let planted = format!("temoto={0}; temoto-device={0}", "a".repeat(64));
    let cookies = portal.login(EMAIL, PASSWORD, &planted).await.cookies();
    assert_eq!(cookies.len(), 2);
    assert!(cookies.iter().all(|cookie| !cookie.ends_with(&"a".repeat(64))));
    assert_eq!(portal.get("/api/v1/me", &planted).await.code(), "login_needed");
}

#[tokio::test]
async fn logging_out_ends_the_login_and_detaches_its_consoles() {
    let portal = portal().await;
    let cookie = portal.log_in(EMAIL).await;
    let reply = portal.post("/api/v1/logout", &cookie, &Value::Null).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(reply.cookies(), ["temoto="]);
    assert_eq!(portal.relay.take(), [Asked::DetachLogin]);
    assert_eq!(portal.get("/api/v1/me", &cookie).await.code(), "login_needed");
    let again = portal.post("/api/v1/logout", &cookie, &Value::Null).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
    assert_eq!(portal.relay.take(), []);
}

#[tokio::test]
async fn the_link_of_a_new_installation_makes_its_first_administrator_once() {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Temoto").await;
    let token = portal.link(TokenPurpose::Setup(organisation)).await;
    let link = json!({ "token": token.expose() });
    let purpose = portal.post("/api/v1/setup/link", "", &link).await.json();
    assert_eq!(purpose["purpose"], "setup");

    let setup = |password: &str, email: &str| {
        json!({
            "token": token.expose(), "organisation": "例 Support", "email": email, "name": "管理 太郎",
            "password": password,
        })
    };
    for (body, code) in [
        (setup("short", "admin@example.com"), "password_too_short"),
        (setup("Password2026!", "admin@example.com"), "password_too_common"),
        (
            setup(&"x".repeat(1_025), "admin@example.com"),
            "password_too_long",
        ),
        (setup(PASSWORD, "admin"), "email_invalid"),
        (
            json!({ "token": token.expose(), "password": PASSWORD }),
            "email_invalid",
        ),
        (
            json!({ "token": token.expose(), "email": "a@b.example", "password": PASSWORD }),
            "name_invalid",
        ),
    ] {
        let reply = portal.post("/api/v1/setup", "", &body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, code)
        );
    }
    let done = portal
        .post("/api/v1/setup", "", &setup(PASSWORD, "admin@example.com"))
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json()["user"]["role"], "administrator");
    assert_eq!(done.json()["organisation"]["name"], "例 Support");
    let cookie = done.cookies().join("; ");
    let people = portal.get("/api/v1/users", &cookie).await.json();
    assert_eq!(people["users"][0]["email"], "admin@example.com");

    let again = portal
        .post("/api/v1/setup", "", &setup(PASSWORD, "second@example.com"))
        .await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::GONE, "link_unusable")
    );
    let people = portal.get("/api/v1/users", &cookie).await.json();
    assert_eq!(people["total"], 1);
}

#[tokio::test]
async fn a_taken_address_leaves_the_link_good() {
    let portal = portal().await;
    let organisation = portal.organisation("Second").await;
    let token = portal.link(TokenPurpose::Setup(organisation)).await;
    let mut body = json!({
        "token": token.expose(), "email": EMAIL, "name": "A", "password": PASSWORD,
    });
    assert_eq!(
        portal.post("/api/v1/setup", "", &body).await.code(),
        "email_taken"
    );
    body["email"] = json!("new@example.com");
    assert_eq!(
        portal.post("/api/v1/setup", "", &body).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_password_link_ends_what_was_open_under_the_old_password() {
    let portal = portal().await;
    let organisation = portal.organisation("Third").await;
    let user = portal
        .user(organisation, "taro@example.com", Role::Operator)
        .await;
    let old = portal.log_in("taro@example.com").await;
    let token = portal.link(TokenPurpose::Password(user)).await;
    let purpose = portal
        .post("/api/v1/setup/link", "", &json!({ "token": token.expose() }))
        .await
        .json();
    assert_eq!(
        (&purpose["purpose"], &purpose["email"]),
        (&json!("password"), &json!("taro@example.com"))
    );

    let body = json!({ "token": token.expose(), "password": "another-good-one-5" });
    let reply = portal.post("/api/v1/setup", "", &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(portal.relay.take().contains(&Asked::DetachUser(user)));
    assert_eq!(portal.get("/api/v1/me", &old).await.code(), "login_needed");
    assert_eq!(
        portal.login("taro@example.com", PASSWORD, "").await.code(),
        "wrong_login"
    );
    assert_eq!(
        portal
            .login("taro@example.com", "another-good-one-5", "")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_link_is_not_good_for_ever() {
    let portal = portal().await;
    let organisation = portal.organisation("Fourth").await;
    let user = portal.invited(organisation, "late@example.com").await;
    let token = portal.link(TokenPurpose::Password(user)).await;
    portal.clock.advance(Duration::from_secs(24 * 3_600));
    let body = json!({ "token": token.expose(), "password": PASSWORD });
    assert_eq!(
        portal.post("/api/v1/setup", "", &body).await.code(),
        "link_unusable"
    );
}
