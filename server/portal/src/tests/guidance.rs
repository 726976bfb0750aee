//! Mails of operators to customers.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::guidance::PER_USER;
use temoto_model::{OrganisationId, Role};
use temoto_store::Audits as _;

use crate::testing::{Installed, Reply, TestPortal, console_key};
use crate::{Pages, Programs};

struct World {
    portal: TestPortal,
    organisation: OrganisationId,
    cookie: String,
    session: String,
}

async fn world(how: Installed) -> World {
    let portal = TestPortal::installed(how, Pages::none(), Programs::default()).await;
    let organisation = portal.organisation("Example Support").await;
    portal
        .user(organisation, "hanako@a.example", Role::Operator)
        .await;
    let cookie = portal.log_in("hanako@a.example").await;
    let session = start(&portal, &cookie).await;
    World {
        portal,
        organisation,
        cookie,
        session,
    }
}

async fn start(portal: &TestPortal, cookie: &str) -> String {
    let opened = portal.post("/api/v1/sessions", cookie, &console_key()).await;
    opened.json()["session"].as_str().unwrap().to_owned()
}

fn words(change: &Value) -> Value {
    let mut body = json!({
        "address": "taro@c.example",
        "language": "ja",
        "subject": "画面共有のご案内",
        "text": "こんにちは。\n\nページを開いてお待ちください。",
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

impl World {
    async fn send(&self, change: Value) -> Reply {
        let path = format!("/api/v1/sessions/{}/guidance", self.session);
        self.portal.post(&path, &self.cookie, &words(&change)).await
    }

    async fn told(&self) -> Vec<(String, String)> {
        let rows = self.portal.store.audit_rows(self.organisation, 0, 2_000).await;
        let rows = rows.unwrap().into_iter();
        rows.filter(|row| row.kind == "guidance_sent")
            .map(|row| (row.subject, row.detail))
            .collect()
    }
}

#[tokio::test]
async fn a_customer_reads_the_operators_words_and_the_address_of_the_join_page() {
    let world = world(Installed::Plain).await;
    assert_eq!(world.send(json!({})).await.status, StatusCode::ACCEPTED);
    let english = json!({ "language": "en", "subject": "Your screen", "text": "Please open this page." });
    assert_eq!(world.send(english).await.status, StatusCode::ACCEPTED);
    let letters = world.portal.mails().await;
    let [ja, en] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert_eq!(
        (ja.to.as_str(), ja.subject.as_str()),
        ("taro@c.example", "画面共有のご案内")
    );
    assert!(
        ja.text
            .starts_with("こんにちは。\n\nページを開いてお待ちください。\n\n"),
        "{}",
        ja.text
    );
    for (letter, language) in [(ja, "ja"), (en, "en")] {
        let link = format!("http://localhost:8080/join?lang={language}");
        assert!(letter.text.lines().any(|line| line == link), "{}", letter.text);
        assert!(letter.html.contains(&format!("href=\"{link}\"")));
        assert!(letter.text.contains("佐藤 花子") && letter.text.contains("Example Support"));
        // Neither a secret nor the half of the code that the server knows.
        assert!(!letter.text.contains('#'));
    }
    // The trail says that, not to whom: what is in it stays for ever.
    let both = vec![(world.session.clone(), String::new()); 2];
    assert_eq!(world.told().await, both);
}

#[tokio::test]
async fn nothing_an_operator_types_becomes_a_header_another_receiver_or_markup() {
    let world = world(Installed::Plain).await;
    for (change, code) in [
        (
            json!({ "address": "a@c.example\r\nBcc: x@y.example" }),
            "email_invalid",
        ),
        (json!({ "address": "a@c.example, b@c.example" }), "email_invalid"),
        (json!({ "address": "a@c.example b@c.example" }), "email_invalid"),
        (json!({ "address": "A <a@c.example>" }), "email_invalid"),
        (json!({ "address": "" }), "email_invalid"),
        (
            json!({ "subject": "a\r\nBcc: x@y.example" }),
            "guidance_words_invalid",
        ),
        (json!({ "subject": "" }), "guidance_words_invalid"),
        (json!({ "subject": "x".repeat(101) }), "guidance_words_invalid"),
        (json!({ "text": "" }), "guidance_words_invalid"),
        (json!({ "text": "x".repeat(2_001) }), "guidance_words_invalid"),
        (json!({ "text": "a\u{1f}link\u{1e}b" }), "guidance_words_invalid"),
        (json!({ "language": "de" }), "language_invalid"),
    ] {
        let reply = world.send(change.clone()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, code),
            "{change}"
        );
    }
    assert!(world.portal.mails().await.is_empty());
    assert!(world.told().await.is_empty());

    let text = "<script>x</script>\n\n[press]({link})\n\n{site}";
    assert_eq!(
        world.send(json!({ "text": text })).await.status,
        StatusCode::ACCEPTED
    );
    let letters = world.portal.mails().await;
    assert!(letters[0].text.contains(text), "{}", letters[0].text);
    assert!(letters[0].html.contains("&lt;script&gt;"));
    assert_eq!(letters[0].html.matches("href=").count(), 1);
}

#[tokio::test]
async fn one_operator_and_one_address_have_their_limits() {
    let world = world(Installed::Plain).await;
    let to = |n: u32| json!({ "address": format!("c{n}@c.example") });
    for n in 0..5 {
        assert_eq!(world.send(json!({})).await.status, StatusCode::ACCEPTED, "{n}");
    }
    assert_eq!(
        world.send(json!({})).await.code(),
        "too_many_guidances",
        "to one address"
    );
    for n in 5..PER_USER {
        assert_eq!(world.send(to(n)).await.status, StatusCode::ACCEPTED, "{n}");
    }
    let reply = world.send(to(99)).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_guidances")
    );
    assert_eq!(world.told().await.len(), usize::try_from(PER_USER).unwrap());
    // In an hour it begins anew.
    world.portal.clock.advance(Duration::from_secs(3_601));
    let cookie = world.portal.log_in("hanako@a.example").await;
    let path = format!("/api/v1/sessions/{}/guidance", world.session);
    let sent = world.portal.post(&path, &cookie, &words(&to(99))).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn without_a_mail_server_and_for_a_session_of_somebody_else_nothing_is_sent() {
    let world = world(Installed::SelfSigned).await;
    let reply = world.send(json!({})).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "mail_not_set_up")
    );
    assert!(world.told().await.is_empty());

    let world = self::world(Installed::Plain).await;
    world
        .portal
        .user(world.organisation, "admin@a.example", Role::Administrator)
        .await;
    let admin = world.portal.log_in("admin@a.example").await;
    let path = format!("/api/v1/sessions/{}/guidance", world.session);
    let reply = world.portal.post(&path, &admin, &words(&json!({}))).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    world
        .portal
        .post(
            &format!("/api/v1/sessions/{}/end", world.session),
            &world.cookie,
            &json!({}),
        )
        .await;
    assert_eq!(world.send(json!({})).await.code(), "session_over");
}
