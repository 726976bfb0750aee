//! From an address and a password to an organisation that tries, and the end of its trial.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::{Role, trial};

use crate::testing::{HOME, Installed, PASSWORD, Reply, TestPortal, console_key, token_in};
use crate::{Pages, Programs};

const EMAIL: &str = "taro@new.example";

async fn register(portal: &TestPortal, email: &str, language: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "language": language });
    portal.post("/api/v1/register", "", &body).await
}

fn form(token: &str) -> Value {
    json!({
        "token": token, "company": "株式会社サンプル", "name": "山田 太郎", "telephone": "０３−１２３４−５６７８",
        "nickname": "たろう", "title": "課長", "department": "情報システム部",
    })
}

async fn complete(portal: &TestPortal, token: &str, cookie: &str) -> Reply {
    portal
        .post("/api/v1/register/complete", cookie, &form(token))
        .await
}

/// A registered administrator's cookies.
async fn registered(portal: &TestPortal, email: &str) -> String {
    let begun = register(portal, email, "ja").await;
    let token = token_in(&portal.mails().await[0]);
    let done = complete(portal, &token, &begun.cookies().join("; ")).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    done.cookies().join("; ")
}

#[tokio::test]
async fn a_mail_a_click_and_a_form_make_an_organisation_that_tries() {
    let portal = TestPortal::new().await;
    for (language, subject) in [("ja", "アカウントの認証"), ("en", "Verify your account")] {
        let email = format!("{language}@new.example");
        let begun = register(&portal, &email, language).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED);
        let browser = begun.cookies().join("; ");
        let mails = portal.mails().await;
        let letter = mails.iter().find(|letter| letter.to == email).unwrap();
        assert!(letter.subject.contains(subject), "{letter:?}");
        assert!(letter.text.contains(&format!("{HOME}/verify?lang={language}#")));

        // Nobody is there before the form, whoever looks at the link.
        let token = token_in(letter);
        let link = json!({ "token": token });
        let view = portal.post("/api/v1/register/link", &browser, &link).await.json();
        assert_eq!(
            view,
            json!({ "email": email, "same_browser": true, "trial_days": 15 })
        );
        assert_eq!(portal.login(&email, PASSWORD, "").await.code(), "wrong_login");

        let done = complete(&portal, &token, &browser).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        let me = done.json();
        assert_eq!(me["user"]["role"], "administrator");
        assert_eq!(me["user"]["language"], language);
        assert_eq!(me["organisation"]["contract"], "trial");
        let cookie = done.cookies().join("; ");
        let profile = portal.get("/api/v1/me/profile", &cookie).await.json();
        assert_eq!(profile["telephone"], "03-1234-5678");
        assert_eq!(profile["nickname"], "たろう");
        assert_eq!(portal.login(&email, PASSWORD, "").await.status, StatusCode::OK);
        // The link is used up.
        assert_eq!(complete(&portal, &token, &browser).await.code(), "link_unusable");
    }
}

#[tokio::test]
async fn whoever_registers_a_strangers_address_does_not_know_the_password_of_what_its_owner_makes() {
    let portal = TestPortal::new().await;
    register(&portal, EMAIL, "ja").await;
    let token = token_in(&portal.mails().await[0]);
    // The owner reads the mail, in another browser.
    let link = json!({ "token": token });
    let view = portal.post("/api/v1/register/link", "", &link).await.json();
    assert_eq!(view["same_browser"], false);
    assert_eq!(complete(&portal, &token, "").await.code(), "password_needed");
    let mut own = form(&token);
    own["password"] = json!("velvet-otter-17");
    let done = portal.post("/api/v1/register/complete", "", &own).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(portal.login(EMAIL, PASSWORD, "").await.code(), "wrong_login");
    assert_eq!(
        portal.login(EMAIL, "velvet-otter-17", "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_stranger_does_not_learn_who_has_an_account() {
    let portal = TestPortal::new().await;
    let ours = portal.organisation("Ours").await;
    portal.user(ours, "hanako@ours.example", Role::Operator).await;
    let known = register(&portal, "hanako@ours.example", "en").await;
    let unknown = register(&portal, "nobody@ours.example", "en").await;
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
    assert_eq!(known.cookies().len(), unknown.cookies().len());
    let mails = portal.mails().await;
    let to = |address: &str| mails.iter().find(|letter| letter.to == address).unwrap();
    assert!(to("hanako@ours.example").subject.contains("has an account"));
    assert!(!to("hanako@ours.example").text.contains('#'));
    assert!(to("nobody@ours.example").subject.contains("Verify"));
    assert_eq!(
        portal.login("hanako@ours.example", PASSWORD, "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_the_form_says_is_looked_at_and_the_link_stays_good() {
    let portal = TestPortal::new().await;
    let begun = register(&portal, EMAIL, "ja").await;
    let browser = begun.cookies().join("; ");
    let token = token_in(&portal.mails().await[0]);
    for (field, value, code) in [
        ("company", " ", "company_invalid"),
        ("name", "a\u{202e}b", "name_invalid"),
        ("telephone", "", "telephone_invalid"),
        ("telephone", "call me", "telephone_invalid"),
        ("title", "a\nb", "line_invalid"),
    ] {
        let mut wrong = form(&token);
        wrong[field] = json!(value);
        let reply = portal.post("/api/v1/register/complete", &browser, &wrong).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, code)
        );
    }
    let weak = json!({ "email": EMAIL, "password": "password1", "language": "ja" });
    assert_eq!(
        portal.post("/api/v1/register", "", &weak).await.code(),
        "password_too_common"
    );
    assert_eq!(complete(&portal, &token, &browser).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_is_good_for_a_day_and_only_the_newest() {
    let portal = TestPortal::new().await;
    register(&portal, EMAIL, "ja").await;
    let old = token_in(&portal.mails().await[0]);
    let begun = register(&portal, EMAIL, "ja").await;
    let browser = begun.cookies().join("; ");
    let new = token_in(&portal.mails().await[0]);
    assert_eq!(complete(&portal, &old, &browser).await.code(), "link_unusable");
    portal.clock.advance(Duration::from_secs(24 * 3_600));
    assert_eq!(complete(&portal, &new, &browser).await.code(), "link_unusable");
}

#[tokio::test]
async fn of_many_who_follow_the_link_at_once_one_registers() {
    let portal = TestPortal::new().await;
    let begun = register(&portal, EMAIL, "ja").await;
    let browser = begun.cookies().join("; ");
    let token = token_in(&portal.mails().await[0]);
    let (a, b, c, d) = tokio::join!(
        complete(&portal, &token, &browser),
        complete(&portal, &token, &browser),
        complete(&portal, &token, &browser),
        complete(&portal, &token, &browser)
    );
    let statuses = [a.status, b.status, c.status, d.status];
    let good = statuses
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(good, 1, "{statuses:?}");
}

#[tokio::test]
async fn after_the_trial_only_the_start_of_sessions_is_refused() {
    let portal = TestPortal::new().await;
    let cookie = registered(&portal, EMAIL).await;
    let opened = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(opened.status, StatusCode::CREATED);
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    portal.clock.advance(trial::LENGTH);

    let cookie = portal.log_in(EMAIL).await;
    let me = portal.get("/api/v1/me", &cookie).await.json();
    assert_eq!(me["organisation"]["contract"], "trial_over");
    let refused = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "trial_over")
    );
    // What runs goes on, and another code lets the customer in again.
    for path in ["codes", "statement"] {
        let path = format!("/api/v1/sessions/{session}/{path}");
        let reply = portal.post(&path, &cookie, &console_key()).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
    }
    let alive = portal.get("/api/v1/sessions", &cookie).await.json();
    assert_eq!(alive.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_trial_has_two_sessions_at_once_and_a_licence_takes_its_place() {
    let portal = TestPortal::new().await;
    let cookie = registered(&portal, EMAIL).await;
    let usage = portal.get("/api/v1/licences/usage", &cookie).await.json();
    assert_eq!(usage["allowed"], trial::SESSIONS);
    // Counted as the code is given out, so that nobody has to join here.
    let policy = json!({ "take_at": "code" });
    let decided = portal.post("/api/v1/licences/policy", &cookie, &policy).await;
    assert_eq!(decided.status, StatusCode::NO_CONTENT);
    for _ in 0..trial::SESSIONS {
        let opened = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    }
    let refused = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "no_licence_free")
    );

    portal.clock.advance(trial::LENGTH);
    let cookie = portal.log_in(EMAIL).await;
    let refused = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(refused.code(), "trial_over");
    let body = json!({ "licence": crate::tests::licences::key(5) });
    let activated = portal.post("/api/v1/licences", &cookie, &body).await;
    assert_eq!(activated.status, StatusCode::CREATED, "{}", activated.text());
    let me = portal.get("/api/v1/me", &cookie).await.json();
    assert_eq!(me["organisation"]["contract"], "own");
    let opened = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
}

#[tokio::test]
async fn where_nobody_can_register_the_pages_are_told() {
    let portal = TestPortal::installed(Installed::Proxied, Pages::none(), Programs::default()).await;
    portal.organisation("Ours").await;
    let info = portal.get("/api/v1/server", "").await.json();
    assert_eq!(
        (&info["mail"], &info["registration"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(register(&portal, EMAIL, "ja").await.code(), "registration_off");

    let silent = TestPortal::installed(Installed::SelfSigned, Pages::none(), Programs::default()).await;
    let info = silent.get("/api/v1/server", "").await.json();
    assert_eq!(
        (&info["mail"], &info["registration"]),
        (&json!(false), &json!(false))
    );
    let forgot = json!({ "email": EMAIL, "language": "ja" });
    let reply = silent.post("/api/v1/forgot", "", &forgot).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "mail_not_set_up")
    );
}
