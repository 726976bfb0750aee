//! The second factor: set up, asked for, trusted away for a while, recovered, removed, wanted by the organisation; and no
//! way around it.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::second_factor::{FactorKey, code, step_at};
use temoto_model::{Role, UserId};
use temoto_store::{Accounts as _, Clock as _, SecondFactors as _, TokenPurpose};

use crate::testing::{PASSWORD, Reply, TestPortal, console_key};

const EMAIL: &str = "hanako@ours.example";
const STEP: Duration = Duration::from_secs(30);

struct World {
    portal: TestPortal,
    user: UserId,
    /// The browser in which the factor was set up.
    cookie: String,
    recovery: Vec<String>,
}

/// The code that the app shows now.
async fn app_code(portal: &TestPortal, user: UserId) -> String {
    let factor = portal.store.second_factor(user).await.unwrap().unwrap();
    let secret = FactorKey::derive(&[6; 32]).app_secret(user, &factor.seed);
    format!("{:06}", code(&secret, step_at(portal.clock.now())))
}

async fn world(role: Role) -> World {
    let portal = TestPortal::new().await;
    let ours = portal.organisation("Ours").await;
    let user = portal.user(ours, EMAIL, role).await;
    let cookie = portal.log_in(EMAIL).await;
    let again = json!({ "password": PASSWORD });
    let begun = portal.post("/api/v1/me/second-factor", &cookie, &again).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    assert!(
        begun.json()["address"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Temoto:")
    );
    // Not asked for before it was proved.
    assert_eq!(portal.login(EMAIL, PASSWORD, "").await.status, StatusCode::OK);
    let given = json!({ "code": app_code(&portal, user).await });
    let done = portal
        .post("/api/v1/me/second-factor/confirm", &cookie, &given)
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let codes = done.json()["codes"].as_array().unwrap().clone();
    let recovery = codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    World {
        portal,
        user,
        cookie,
        recovery,
    }
}

impl World {
    async fn login(&self, cookie: &str, code: &str, trust: bool) -> Reply {
        let body = json!({ "email": EMAIL, "password": PASSWORD, "code": code, "trust": trust });
        self.portal.post("/api/v1/login", cookie, &body).await
    }

    async fn fresh_code(&self) -> String {
        self.portal.clock.advance(STEP);
        app_code(&self.portal, self.user).await
    }
}

#[tokio::test]
async fn a_password_alone_opens_nothing_any_more() {
    let world = world(Role::Operator).await;
    let alone = world.portal.login(EMAIL, PASSWORD, "").await;
    assert_eq!(
        (alone.status, alone.code().as_str()),
        (StatusCode::UNAUTHORIZED, "second_factor_needed")
    );
    assert!(alone.cookies().is_empty());
    for wrong in ["000000", "12345", "", "AAAA-AAAA-AAAA"] {
        let reply = world.login("", wrong, false).await;
        assert_eq!(reply.code(), "second_factor_wrong", "{wrong}");
    }
    // A wrong password is told as such, whatever the code.
    world.portal.clock.advance(Duration::from_secs(48 * 3_600));
    let code = app_code(&world.portal, world.user).await;
    let body = json!({ "email": EMAIL, "password": "wrong", "code": code });
    assert_eq!(
        world.portal.post("/api/v1/login", "", &body).await.code(),
        "wrong_login"
    );
    assert_eq!(world.login("", &code, false).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_is_good_once_even_for_many_at_the_same_time() {
    let world = world(Role::Operator).await;
    let code = world.fresh_code().await;
    let (a, b, c) = tokio::join!(
        world.login("", &code, false),
        world.login("", &code, false),
        world.login("", &code, false)
    );
    let good = [&a, &b, &c]
        .iter()
        .filter(|reply| reply.status == StatusCode::OK)
        .count();
    assert_eq!(good, 1);
    assert_eq!(world.login("", &code, false).await.code(), "second_factor_wrong");
}

#[tokio::test]
async fn guessed_codes_are_delayed_like_guessed_passwords() {
    let world = world(Role::Operator).await;
    let mut codes = Vec::new();
    for n in 0..8 {
        codes.push(world.login("", &format!("{n:06}"), false).await.code());
        // Asking without a code takes nothing back.
        codes.push(world.portal.login(EMAIL, PASSWORD, "").await.code());
    }
    assert!(codes.contains(&"try_later".to_owned()), "{codes:?}");
    // Not so on the device that the owner used before.
    let code = world.fresh_code().await;
    assert_eq!(
        world.login(&world.cookie, &code, false).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn each_recovery_code_is_good_once() {
    let world = world(Role::Operator).await;
    assert_eq!(world.recovery.len(), 10);
    let (one, other) = (&world.recovery[0], &world.recovery[1]);
    let (a, b) = tokio::join!(world.login("", one, false), world.login("", one, false));
    let good = [&a, &b]
        .iter()
        .filter(|reply| reply.status == StatusCode::OK)
        .count();
    assert_eq!(good, 1);
    assert_eq!(
        world.login("", &other.to_lowercase(), false).await.status,
        StatusCode::OK
    );
    let security = world
        .portal
        .get("/api/v1/me/second-factor", &world.cookie)
        .await
        .json();
    assert_eq!(security["recovery_codes"], 8);

    let again = json!({ "password": PASSWORD });
    let path = "/api/v1/me/second-factor/recovery";
    let new = world.portal.post(path, &world.cookie, &again).await.json();
    assert_eq!(
        world.login("", &world.recovery[2], false).await.code(),
        "second_factor_wrong"
    );
    let new = new["codes"][0].as_str().unwrap();
    assert_eq!(world.login("", new, false).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_trusted_device_is_asked_again_after_thirty_days_or_when_it_was_signed_out() {
    let world = world(Role::Operator).await;
    let code = world.fresh_code().await;
    let trusted = world.login("", &code, true).await.cookies().join("; ");
    assert_eq!(
        world.portal.login(EMAIL, PASSWORD, &trusted).await.status,
        StatusCode::OK
    );
    // Another device is not meant.
    assert_eq!(
        world.portal.login(EMAIL, PASSWORD, &world.cookie).await.code(),
        "second_factor_needed"
    );
    let list = world.portal.get("/api/v1/me/logins", &world.cookie).await.json();
    let id = list
        .as_array()
        .unwrap()
        .iter()
        .find(|login| login["trusted_until_ms"].is_i64())
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/me/logins/{id}/end");
    assert_eq!(
        world.portal.post(&path, &world.cookie, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.portal.login(EMAIL, PASSWORD, &trusted).await.code(),
        "second_factor_needed"
    );

    let code = world.fresh_code().await;
    let trusted = world.login("", &code, true).await.cookies().join("; ");
    world.portal.clock.advance(Duration::from_secs(30 * 86_400));
    assert_eq!(
        world.portal.login(EMAIL, PASSWORD, &trusted).await.code(),
        "second_factor_needed"
    );
}

#[tokio::test]
async fn a_new_password_by_a_link_does_not_go_around_it() {
    let world = world(Role::Operator).await;
    for path in ["/api/v1/setup", "/api/v1/reset"] {
        let link = world.portal.link(TokenPurpose::Password(world.user)).await;
        let body = json!({ "token": link.expose(), "password": "velvet-otter-17" });
        let reply = world.portal.post(path, &world.cookie, &body).await;
        assert!(
            !reply.cookies().iter().any(|cookie| cookie.starts_with("temoto=")),
            "{path}"
        );
        let cookie = reply.cookies().join("; ");
        let alone = world.portal.login(EMAIL, "velvet-otter-17", &cookie).await;
        assert_eq!(alone.code(), "second_factor_needed", "{path}");
    }
}

#[tokio::test]
async fn changes_want_the_password_and_are_told_by_mail() {
    let world = world(Role::Operator).await;
    let subjects = |mails: Vec<temoto_mail::Letter>| -> Vec<String> {
        mails.into_iter().map(|letter| letter.subject).collect()
    };
    let told = subjects(world.portal.mails().await);
    assert!(
        told.iter().any(|subject| subject.contains("有効になりました")),
        "{told:?}"
    );
    for path in ["", "/recovery", "/remove"] {
        let path = format!("/api/v1/me/second-factor{path}");
        let wrong = json!({ "password": "wrong" });
        let reply = world.portal.post(&path, &world.cookie, &wrong).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::FORBIDDEN, "wrong_password")
        );
    }
    let again = json!({ "password": PASSWORD });
    let begun = world
        .portal
        .post("/api/v1/me/second-factor", &world.cookie, &again)
        .await;
    assert_eq!(begun.code(), "second_factor_exists");
    let removed = world
        .portal
        .post("/api/v1/me/second-factor/remove", &world.cookie, &again)
        .await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let told = subjects(world.portal.mails().await);
    assert!(
        told.iter().any(|subject| subject.contains("無効になりました")),
        "{told:?}"
    );
    assert_eq!(
        world.portal.login(EMAIL, PASSWORD, "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn where_the_organisation_wants_one_nothing_else_comes_first() {
    let world = world(Role::Administrator).await;
    let ours = world
        .portal
        .store
        .user(world.user)
        .await
        .unwrap()
        .unwrap()
        .organisation;
    world.portal.user(ours, "jiro@ours.example", Role::Operator).await;
    let jiro = world.portal.log_in("jiro@ours.example").await;
    let path = "/api/v1/organisation/second-factor";
    let want = json!({ "required": true });
    assert_eq!(
        world.portal.post(path, &world.cookie, &want).await.status,
        StatusCode::NO_CONTENT
    );

    let refused = world.portal.post("/api/v1/sessions", &jiro, &console_key()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "second_factor_missing")
    );
    let me = world.portal.get("/api/v1/me", &jiro).await.json();
    assert_eq!(me["organisation"]["second_factor_required"], true);
    assert_eq!(me["user"]["second_factor"], false);
    let again = json!({ "password": PASSWORD });
    let begun = world.portal.post("/api/v1/me/second-factor", &jiro, &again).await;
    assert_eq!(begun.status, StatusCode::OK);
    // Who has one keeps it.
    let kept = world
        .portal
        .post("/api/v1/me/second-factor/remove", &world.cookie, &again)
        .await;
    assert_eq!(kept.code(), "second_factor_kept");
    // Who has none cannot want it of others.
    let other = world.portal.organisation("Other").await;
    world
        .portal
        .user(other, "admin@b.example", Role::Administrator)
        .await;
    let admin = world.portal.log_in("admin@b.example").await;
    assert_eq!(
        world.portal.post(path, &admin, &want).await.code(),
        "second_factor_own_first"
    );
    // And the other organisation is free.
    let me = world.portal.get("/api/v1/me", &admin).await.json();
    assert_eq!(me["organisation"]["second_factor_required"], false);
}
