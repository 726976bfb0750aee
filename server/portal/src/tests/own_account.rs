//! What people do with their own account: devices, password, profile, address; and never with another's.

use std::time::Duration;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use temoto_model::Role;

use crate::testing::{Asked, HOME, PASSWORD, TestPortal, token_in};

const EMAIL: &str = "hanako@ours.example";
const NEW: &str = "velvet-otter-17";

async fn portal() -> TestPortal {
    let portal = TestPortal::new().await;
    let ours = portal.organisation("Ours").await;
    portal.user(ours, EMAIL, Role::Operator).await;
    portal.user(ours, "jiro@ours.example", Role::Operator).await;
    portal
}

async fn logins(portal: &TestPortal, cookie: &str) -> Vec<Value> {
    let list = portal.get("/api/v1/me/logins", cookie).await;
    list.json().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_device_is_signed_out_by_its_owner_and_by_nobody_else() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let away = portal.log_in(EMAIL).await;
    let jiro = portal.log_in("jiro@ours.example").await;
    let mine = logins(&portal, &desk).await;
    assert_eq!(mine.len(), 2);
    assert_eq!(mine.iter().filter(|login| login["current"] == true).count(), 1);
    let other = mine.iter().find(|login| login["current"] == false).unwrap();
    let path = format!("/api/v1/me/logins/{}/end", other["id"].as_str().unwrap());

    let stranger = portal.post(&path, &jiro, &Value::Null).await;
    assert_eq!(
        (stranger.status, stranger.code().as_str()),
        (StatusCode::NOT_FOUND, "not_found")
    );
    assert_eq!(portal.get("/api/v1/me", &away).await.status, StatusCode::OK);
    portal.relay.take();
    assert_eq!(
        portal.post(&path, &desk, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(portal.relay.take(), [Asked::DetachLogin]);
    assert_eq!(
        portal.get("/api/v1/me", &away).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        portal.post(&path, &desk, &Value::Null).await.status,
        StatusCode::NOT_FOUND
    );

    for _ in 0..3 {
        portal.log_in(EMAIL).await;
    }
    let all = "/api/v1/me/logins/end-others";
    assert_eq!(
        portal.post(all, &desk, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(logins(&portal, &desk).await.len(), 1);
    assert_eq!(portal.get("/api/v1/me", &jiro).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_device_is_told_by_mail_and_a_known_one_is_not() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    assert_eq!(portal.mails().await, []);
    portal.login(EMAIL, PASSWORD, &desk).await;
    assert_eq!(portal.mails().await, []);

    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let mut request = portal.request(axum::http::Method::POST, "/api/v1/login", "", Some(&body));
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
    request
        .headers_mut()
        .insert(header::USER_AGENT, agent.parse().unwrap());
    request
        .headers_mut()
        .insert(header::ACCEPT_LANGUAGE, "fr, en-US;q=0.8".parse().unwrap());
    portal.send(request).await;
    let mails = portal.mails().await;
    let [letter] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert_eq!(letter.to, EMAIL);
    assert!(letter.subject.contains("new device"), "{}", letter.subject);
    assert!(letter.text.contains("Firefox (Linux)") && letter.text.contains("127.0.0.1"));
    assert!(letter.text.contains(&format!("{HOME}/account/security")));
}

#[tokio::test]
async fn another_password_signs_the_other_devices_out() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let away = portal.log_in(EMAIL).await;
    portal.mails().await;
    let change = |current: &str, password: &str| json!({ "current": current, "password": password });
    let path = "/api/v1/me/password";
    assert_eq!(
        portal.post(path, &desk, &change("wrong", NEW)).await.code(),
        "wrong_password"
    );
    assert_eq!(
        portal
            .post(path, &desk, &change(PASSWORD, "hanako99"))
            .await
            .code(),
        "password_too_common"
    );
    let done = portal.post(path, &desk, &change(PASSWORD, NEW)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get("/api/v1/me", &desk).await.status, StatusCode::OK);
    assert_eq!(
        portal.get("/api/v1/me", &away).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(portal.login(EMAIL, PASSWORD, "").await.code(), "wrong_login");
    assert_eq!(portal.login(EMAIL, NEW, "").await.status, StatusCode::OK);
    assert!(
        portal.mails().await[0]
            .subject
            .contains("パスワードが変更されました")
    );
}

#[tokio::test]
async fn guesses_from_an_open_browser_are_delayed() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let wrong = json!({ "current": "wrong", "password": NEW });
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(portal.post("/api/v1/me/password", &desk, &wrong).await.code());
    }
    assert_eq!(codes.first().unwrap(), "wrong_password");
    assert_eq!(codes.last().unwrap(), "try_later");
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_mail() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let forgot = |email: &str| json!({ "email": email, "language": "en" });
    let known = portal.post("/api/v1/forgot", "", &forgot(EMAIL)).await;
    let unknown = portal
        .post("/api/v1/forgot", "", &forgot("nobody@ours.example"))
        .await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    let mut mails = Vec::new();
    while mails.is_empty() {
        // The mail is queued after the answer.
        tokio::task::yield_now().await;
        mails = portal.mails().await;
    }
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains(&format!("{HOME}/reset?lang=en#")));
    let reset = json!({ "token": token_in(&mails[0]), "password": NEW });
    let done = portal.post("/api/v1/reset", "", &reset).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    assert_eq!(
        portal.get("/api/v1/me", &desk).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        portal.post("/api/v1/reset", "", &reset).await.code(),
        "link_unusable"
    );

    // Strangers who guess do not keep the owner from the device on which it was chosen.
    let device = done.cookies().join("; ");
    for _ in 0..8 {
        portal.login(EMAIL, "wrong", "").await;
    }
    assert_eq!(portal.login(EMAIL, NEW, "").await.code(), "try_later");
    assert_eq!(portal.login(EMAIL, NEW, &device).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_for_a_new_password_is_good_for_an_hour() {
    let portal = portal().await;
    let forgot = json!({ "email": EMAIL, "language": "ja" });
    portal.post("/api/v1/forgot", "", &forgot).await;
    let mut mails = Vec::new();
    while mails.is_empty() {
        tokio::task::yield_now().await;
        mails = portal.mails().await;
    }
    portal.clock.advance(Duration::from_secs(3_600));
    let reset = json!({ "token": token_in(&mails[0]), "password": NEW });
    assert_eq!(
        portal.post("/api/v1/reset", "", &reset).await.code(),
        "link_unusable"
    );
}

#[tokio::test]
async fn a_profile_is_changed_as_far_as_it_is_given() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let path = "/api/v1/me/profile";
    let change =
        json!({ "name": "佐藤 はな", "language": "en", "theme": "dark", "telephone": "03-1234-5678" });
    let changed = portal.post(path, &desk, &change).await.json();
    assert_eq!(changed["name"], "佐藤 はな");
    let cleared = portal
        .post(path, &desk, &json!({ "theme": "", "telephone": "" }))
        .await
        .json();
    assert_eq!(
        (&cleared["theme"], &cleared["telephone"]),
        (&Value::Null, &json!(""))
    );
    assert_eq!(
        (&cleared["name"], &cleared["language"]),
        (&json!("佐藤 はな"), &json!("en"))
    );
    let me = portal.get("/api/v1/me", &desk).await.json();
    assert_eq!(me["user"]["name"], "佐藤 はな");
    for (wrong, code) in [
        (json!({ "name": "" }), "name_invalid"),
        (json!({ "nickname": "a\u{202e}b" }), "line_invalid"),
        (json!({ "language": "fr" }), "language_invalid"),
        (json!({ "theme": "pink" }), "theme_invalid"),
        (json!({ "telephone": "x" }), "telephone_invalid"),
        (json!({ "role": "administrator" }), "malformed"),
    ] {
        assert_eq!(portal.post(path, &desk, &wrong).await.code(), code);
    }
    let jiro = portal.log_in("jiro@ours.example").await;
    assert_eq!(portal.get(path, &jiro).await.json()["name"], "佐藤 花子");
}

#[tokio::test]
async fn an_address_changes_when_both_have_agreed() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let change = json!({ "email": "hanako@new.example", "password": PASSWORD });
    for newest_first in [false, true] {
        let begun = portal.post("/api/v1/me/email", &desk, &change).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text());
        let mut mails = portal.mails().await;
        mails.sort_by_key(|letter| (letter.to == EMAIL) == newest_first);
        assert_eq!(mails.len(), 2);
        if !newest_first {
            // Taken back: neither link is good.
            portal.post("/api/v1/me/email/cancel", &desk, &Value::Null).await;
            for letter in &mails {
                let link = json!({ "token": token_in(letter) });
                assert_eq!(
                    portal.post("/api/v1/email/agree", "", &link).await.code(),
                    "link_unusable"
                );
            }
            continue;
        }
        for (index, letter) in mails.iter().enumerate() {
            let link = json!({ "token": token_in(letter) });
            let view = portal.post("/api/v1/email/link", "", &link).await.json();
            assert_eq!(view["email"], "hanako@new.example");
            let agreed = portal.post("/api/v1/email/agree", "", &link).await.json();
            assert_eq!(agreed["changed"], index == 1, "{index}");
            assert_eq!(
                portal.post("/api/v1/email/agree", "", &link).await.code(),
                "link_unusable"
            );
        }
    }
    assert_eq!(portal.login(EMAIL, PASSWORD, "").await.code(), "wrong_login");
    assert_eq!(
        portal.login("hanako@new.example", PASSWORD, "").await.status,
        StatusCode::OK
    );
    let told = portal.mails().await;
    assert!(
        told.iter()
            .any(|letter| letter.to == EMAIL && letter.text.contains("hanako@new.example"))
    );
}

#[tokio::test]
async fn the_address_of_another_account_is_neither_told_nor_taken() {
    let portal = portal().await;
    let desk = portal.log_in(EMAIL).await;
    let change = |email: &str, password: &str| json!({ "email": email, "password": password });
    let path = "/api/v1/me/email";
    let taken = portal
        .post(path, &desk, &change("jiro@ours.example", PASSWORD))
        .await;
    let free = portal
        .post(path, &desk, &change("free@ours.example", PASSWORD))
        .await;
    assert_eq!((taken.status, taken.text()), (free.status, free.text()));
    let mails = portal.mails().await;
    let to_jiro: Vec<_> = mails
        .iter()
        .filter(|letter| letter.to == "jiro@ours.example")
        .collect();
    assert!(
        to_jiro.iter().all(|letter| !letter.text.contains('#')),
        "{to_jiro:?}"
    );
    assert_eq!(
        portal.post(path, &desk, &change(EMAIL, PASSWORD)).await.code(),
        "email_same"
    );
    assert_eq!(
        portal
            .post(path, &desk, &change("x@y.example", "wrong"))
            .await
            .code(),
        "wrong_password"
    );
    assert_eq!(
        portal
            .post(path, &desk, &change("nothing", PASSWORD))
            .await
            .code(),
        "email_invalid"
    );
}
