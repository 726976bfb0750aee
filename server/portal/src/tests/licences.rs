//! Licences as pages meet them.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::account::Name;
use temoto_model::licence::{Functions, Licence, LicenceKind, as_file};
use temoto_model::{LicenceId, OrganisationId, Role, SessionId, Timestamp, TokenHash};
use temoto_store::{Clock as _, RelayChange, RelayPlace, RelayStore as _, StoreError};

use crate::testing::{ISSUER, TestPortal, console_key};

const DAY: Duration = Duration::from_secs(86_400);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn licence(sessions: u32) -> Licence {
    Licence {
        id: LicenceId::from_bytes([u8::try_from(sessions).unwrap(); 16]),
        kind: LicenceKind::OnPremises,
        sessions,
        functions: Functions::ALL,
        issued_at: NOW,
        starts_at: NOW,
        ends_at: Some(NOW.plus(DAY * 365)),
        organisation: None,
        renews: None,
        holder: Name::parse("例 株式会社").unwrap(),
    }
}

/// A licence that the portal of tests believes.
pub(super) fn key(sessions: u32) -> String {
    licence(sessions).sign(&ISSUER)
}

struct World {
    portal: TestPortal,
    organisation: OrganisationId,
    admin: String,
    operator: String,
}

async fn world() -> World {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Ours").await;
    portal
        .user(organisation, "admin@a.example", Role::Administrator)
        .await;
    portal
        .user(organisation, "operator@a.example", Role::Operator)
        .await;
    let admin = portal.log_in("admin@a.example").await;
    let operator = portal.log_in("operator@a.example").await;
    World {
        portal,
        organisation,
        admin,
        operator,
    }
}

impl World {
    async fn activate(&self, text: &str) -> (StatusCode, String) {
        let body = json!({ "licence": text });
        let reply = self.portal.post("/api/v1/licences", &self.admin, &body).await;
        (reply.status, reply.code())
    }

    async fn usage(&self) -> Value {
        self.portal
            .get("/api/v1/licences/usage", &self.operator)
            .await
            .json()
    }

    async fn start(&self, cookie: &str) -> (StatusCode, Value) {
        let reply = self.portal.post("/api/v1/sessions", cookie, &console_key()).await;
        (reply.status, reply.json())
    }

    async fn join(&self, session: &Value) -> Result<(), StoreError> {
        let session: SessionId = session["session"].as_str().unwrap().parse().unwrap();
        let at = self.portal.clock.now();
        let place = RelayPlace {
            session,
            participant: 1,
            role: 1,
            login: None,
            resume: TokenHash::of(&session.to_string()),
        };
        let ticket = None;
        self.portal
            .store
            .apply(&RelayChange::Place { place, ticket, at })
            .await?;
        self.portal
            .store
            .apply(&RelayChange::Joined { session, at })
            .await
    }
}

#[tokio::test]
async fn a_fresh_installation_is_unlimited_and_a_licence_counts_from_its_activation_on() {
    let world = world().await;
    assert_eq!(world.usage().await["allowed"], Value::Null);
    assert_eq!(world.activate(&key(2)).await.0, StatusCode::CREATED);
    assert_eq!(world.activate(&as_file(&key(3))).await.0, StatusCode::CREATED);
    assert_eq!(world.usage().await["allowed"], 5);
    let listed = world.portal.get("/api/v1/licences", &world.admin).await.json();
    assert_eq!(listed["organisation"], world.organisation.to_string());
    assert_eq!(listed["licences"].as_array().unwrap().len(), 2);
    assert_eq!(listed["licences"][0]["state"], "active");
    assert_eq!(listed["licences"][0]["holder"], "例 株式会社");
    assert_eq!(listed["licences"][0]["ends_soon"], false);
}

#[tokio::test]
async fn what_is_no_licence_for_here_and_now_is_refused_with_its_reason() {
    let world = world().await;
    let foreign = licence(2).sign(&[1; 32]);
    let elsewhere = Licence {
        organisation: Some(OrganisationId::from_bytes([9; 16])),
        ..licence(2)
    };
    let over = Licence {
        starts_at: NOW.minus(DAY),
        ends_at: Some(NOW),
        ..licence(2)
    };
    for (text, code) in [
        ("", "licence_malformed"),
        ("hello", "licence_malformed"),
        (&foreign, "licence_signature"),
        (&elsewhere.sign(&ISSUER), "licence_elsewhere"),
        (&over.sign(&ISSUER), "licence_expired"),
    ] {
        let said = world.activate(text).await;
        assert_eq!(
            said,
            (StatusCode::UNPROCESSABLE_ENTITY, code.to_owned()),
            "{text}"
        );
    }
    world.activate(&key(2)).await;
    assert_eq!(
        world.activate(&key(2)).await,
        (StatusCode::CONFLICT, "licence_known".to_owned())
    );
    let theirs = world.portal.organisation("Theirs").await;
    world
        .portal
        .user(theirs, "admin@b.example", Role::Administrator)
        .await;
    let cookie = world.portal.log_in("admin@b.example").await;
    let body = json!({ "licence": key(2) });
    let reply = world.portal.post("/api/v1/licences", &cookie, &body).await;
    assert_eq!(reply.code(), "licence_taken");
    let listed = world.portal.get("/api/v1/licences", &cookie).await.json();
    assert_eq!(listed["licences"], json!([]), "nothing of ours is seen there");
}

#[tokio::test]
async fn the_next_session_is_refused_politely_and_waits_in_line() {
    let world = world().await;
    world.activate(&key(1)).await;
    let (status, first) = world.start(&world.operator).await;
    assert_eq!(status, StatusCode::CREATED);
    world.join(&first).await.unwrap();
    let usage = world.usage().await;
    assert_eq!(
        (&usage["held"], &usage["leases"][0]["own"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(usage["leases"][0]["operator"], "佐藤 花子");

    let (status, refused) = world.start(&world.admin).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::CONFLICT, &json!("no_licence_free"))
    );
    let line = async || {
        world
            .portal
            .post("/api/v1/licences/line", &world.admin, &json!({}))
            .await
            .json()
    };
    assert_eq!(line().await, json!({ "turn": false, "before": 0 }));
    assert_eq!(world.usage().await["waiting"], 1);
    let end = format!("/api/v1/sessions/{}/end", first["session"].as_str().unwrap());
    world.portal.post(&end, &world.operator, &json!({})).await;
    assert_eq!(line().await, json!({ "turn": true, "before": 0 }));
    // The one who did not wait does not pass.
    assert_eq!(world.start(&world.operator).await.0, StatusCode::CONFLICT);
    assert_eq!(world.start(&world.admin).await.0, StatusCode::CREATED);
    world
        .portal
        .post("/api/v1/licences/line/leave", &world.admin, &json!({}))
        .await;
    assert_eq!(world.usage().await["waiting"], 0);
}

#[tokio::test]
async fn a_customer_who_finds_no_licence_is_seen_at_the_session() {
    let world = world().await;
    world.activate(&key(1)).await;
    let (_, first) = world.start(&world.operator).await;
    let (_, second) = world.start(&world.operator).await;
    world.join(&first).await.unwrap();
    assert!(matches!(world.join(&second).await, Err(StoreError::NoLease)));
    let listed = world.portal.get("/api/v1/sessions", &world.operator).await.json();
    let row = |session: &Value| {
        let rows = listed.as_array().unwrap();
        rows.iter()
            .find(|row| row["session"] == session["session"])
            .unwrap()
            .clone()
    };
    assert_eq!(row(&first)["unlicensed_at_ms"], Value::Null);
    assert_eq!(
        row(&second)["unlicensed_at_ms"],
        world.portal.clock.now().as_millis()
    );
}

#[tokio::test]
async fn an_end_that_is_near_and_one_that_came_are_said() {
    let world = world().await;
    world.activate(&key(2)).await;
    let state = async || {
        let cookie = world.portal.log_in("admin@a.example").await;
        let listed = world.portal.get("/api/v1/licences", &cookie).await.json();
        let one = &listed["licences"][0];
        (
            one["state"].as_str().unwrap().to_owned(),
            one["ends_soon"].as_bool().unwrap(),
        )
    };
    world.portal.clock.advance(DAY * 334);
    assert_eq!(state().await, ("active".to_owned(), false));
    world.portal.clock.advance(DAY * 2);
    assert_eq!(state().await, ("active".to_owned(), true));
    world.portal.clock.advance(DAY * 29);
    assert_eq!(state().await, ("expired".to_owned(), false));
    let cookie = world.portal.log_in("operator@a.example").await;
    assert_eq!(world.start(&cookie).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn administrators_are_told_three_times_by_mail_that_a_licence_ends() {
    let world = world().await;
    world.activate(&key(2)).await;
    let mut told = Vec::new();
    for day in 1..370 {
        world.portal.clock.advance(DAY);
        for letter in world.portal.mails().await {
            assert_eq!(letter.to, "admin@a.example");
            assert!(letter.text.contains("Ours"), "{}", letter.text);
            assert!(letter.text.contains("2028-01-15"), "{}", letter.text);
            assert!(letter.text.contains("/console/licences"), "{}", letter.text);
            told.push(day);
        }
    }
    assert_eq!(told, [335, 358, 364]);
}

#[tokio::test]
async fn who_renewed_is_told_nothing() {
    let world = world().await;
    world.activate(&key(2)).await;
    let renewal = Licence {
        starts_at: NOW.plus(DAY * 300),
        ends_at: Some(NOW.plus(DAY * 900)),
        renews: Some(licence(2).id),
        ..licence(3)
    };
    world.activate(&renewal.sign(&ISSUER)).await;
    world.portal.clock.advance(DAY * 360);
    assert!(world.portal.mails().await.is_empty());
}

#[tokio::test]
async fn nonsense_for_a_policy_is_refused() {
    let world = world().await;
    let reply = world
        .portal
        .post(
            "/api/v1/licences/policy",
            &world.admin,
            &json!({ "take_at": "never" }),
        )
        .await;
    assert_eq!(reply.code(), "take_at_invalid");
    assert_eq!(world.usage().await["take_at"], "join");
}
