//! The history as pages meet it.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::{Role, SessionId};
use temoto_store::{Audits as _, Clock as _, RelayChange, RelayStore as _};

use crate::testing::{TestPortal, console_key};

struct World {
    portal: TestPortal,
    organisation: temoto_model::OrganisationId,
    operator: String,
    admin: String,
    elsewhere: String,
    session: String,
}

async fn world() -> World {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Ours").await;
    let theirs = portal.organisation("Theirs").await;
    portal
        .user(organisation, "operator@a.example", Role::Operator)
        .await;
    portal
        .user(organisation, "admin@a.example", Role::Administrator)
        .await;
    portal.user(theirs, "admin@b.example", Role::Administrator).await;
    let operator = portal.log_in("operator@a.example").await;
    let admin = portal.log_in("admin@a.example").await;
    let elsewhere = portal.log_in("admin@b.example").await;
    let opened = portal
        .post("/api/v1/sessions", &operator, &console_key())
        .await
        .json();
    let session = opened["session"].as_str().unwrap().to_owned();
    let id: SessionId = session.parse().unwrap();
    let at = portal.clock.now();
    portal
        .store
        .apply(&RelayChange::Joined { session: id, at })
        .await
        .unwrap();
    World {
        portal,
        organisation,
        operator,
        admin,
        elsewhere,
        session,
    }
}

impl World {
    async fn report(&self, body: &Value) -> StatusCode {
        let path = format!("/api/v1/sessions/{}/report", self.session);
        self.portal.post(&path, &self.operator, body).await.status
    }

    async fn listed(&self, cookie: &str, query: &str) -> Vec<Value> {
        let reply = self.portal.get(&format!("/api/v1/history{query}"), cookie).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()["sessions"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_session_is_found_by_those_who_may_with_what_was_reported_and_noted() {
    let world = world().await;
    let report = json!({
        "customer": "山田商店", "system": "Windows 11", "functions": ["screen", "control"],
        "events": [{ "kind": "granted", "what": "control" }, { "kind": "withdrawn", "what": "control" }],
    });
    assert_eq!(world.report(&report).await, StatusCode::NO_CONTENT);
    let path = format!("/api/v1/history/{}", world.session);
    let note = json!({ "note": "印刷できない\n直した", "ticket": "#20418" });
    assert_eq!(
        world.portal.post(&path, &world.operator, &note).await.status,
        StatusCode::NO_CONTENT
    );
    for cookie in [&world.operator, &world.admin] {
        let listed = world.listed(cookie, "?text=%E5%B1%B1%E7%94%B0").await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["customer"], "山田商店");
        assert_eq!(listed[0]["functions"], json!(["screen", "control"]));
        assert_eq!(
            (&listed[0]["ticket"], &listed[0]["ended_at_ms"]),
            (&json!("#20418"), &Value::Null)
        );
    }
    assert!(world.listed(&world.elsewhere, "").await.is_empty());
    for cookie in [&world.operator, &world.admin] {
        let story = world.portal.get(&path, cookie).await.json();
        assert_eq!(story["session"]["note"], "印刷できない\n直した");
        let events = story["events"].as_array().unwrap();
        let told: Vec<_> = events
            .iter()
            .map(|event| event["kind"].as_str().unwrap())
            .collect();
        assert_eq!(
            told,
            [
                "session_started",
                "code_taken",
                "customer_joined",
                "grant_given",
                "grant_withdrawn",
                "history_noted"
            ]
        );
        assert_eq!(events[3]["detail"], "control");
    }
    let trail = world
        .portal
        .store
        .audit_rows(world.organisation, 0, 100)
        .await
        .unwrap();
    let told = |kind: &str| trail.iter().filter(|row| row.kind == kind).count();
    assert_eq!(
        (
            told("grant_given"),
            told("grant_withdrawn"),
            told("history_noted")
        ),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn an_operator_sees_no_colleague_and_nobody_sees_another_organisation() {
    let world = world().await;
    world
        .portal
        .user(world.organisation, "colleague@a.example", Role::Operator)
        .await;
    let colleague = world.portal.log_in("colleague@a.example").await;
    let operator = world.listed(&world.admin, "").await[0]["operator"]
        .as_str()
        .unwrap()
        .to_owned();
    // Not even by asking for that person.
    assert!(
        world
            .listed(&colleague, &format!("?operator={operator}"))
            .await
            .is_empty()
    );
    assert!(
        world
            .listed(&world.elsewhere, &format!("?operator={operator}"))
            .await
            .is_empty()
    );
    let note = json!({ "note": "x", "ticket": "" });
    let path = format!("/api/v1/history/{}", world.session);
    for cookie in [&colleague, &world.elsewhere] {
        assert_eq!(
            world.portal.post(&path, cookie, &note).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            world.portal.get(&path, cookie).await.status,
            StatusCode::NOT_FOUND
        );
        let chart = "/api/v1/history/chart?from_ms=1700000000000&to_ms=1720000000000&points=4";
        assert_eq!(world.portal.get(chart, cookie).await.json()["most"], 0);
        for form in ["csv", "json", "files/csv"] {
            let file = world
                .portal
                .get(&format!("/api/v1/history/{form}"), cookie)
                .await
                .text();
            assert!(!file.contains(&world.session), "{form}");
        }
    }
    let erase = json!({ "operator": operator });
    let reply = world
        .portal
        .post("/api/v1/history/erase", &world.elsewhere, &erase)
        .await;
    assert_eq!(reply.json()["sessions"], 0);
}

#[tokio::test]
async fn a_file_of_the_history_is_no_program_for_a_spreadsheet() {
    let world = world().await;
    let customer = "=HYPERLINK(\"http://evil.example\")";
    world
        .report(&json!({ "customer": customer, "system": "@SUM(1)" }))
        .await;
    let reply = world.portal.get("/api/v1/history/csv", &world.admin).await;
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert!(reply.header("content-disposition").contains("history.csv"));
    let text = reply.text();
    let line = text.lines().nth(1).unwrap();
    assert!(
        line.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\",\"'@SUM(1)\""),
        "{line}"
    );
    assert_eq!(text.lines().next().unwrap().split(',').count(), 14);
    let json = world
        .portal
        .get("/api/v1/history/json", &world.admin)
        .await
        .json();
    assert_eq!(json[0]["customer"], customer);
}

#[tokio::test]
async fn a_chart_has_a_number_for_each_part() {
    let world = world().await;
    let now = world.portal.clock.now().as_millis();
    let query = |from: i64, to: i64, points: u32| {
        format!("/api/v1/history/chart?from_ms={from}&to_ms={to}&points={points}")
    };
    let chart = world
        .portal
        .get(&query(now - 1_000, now + 1_000, 2), &world.operator)
        .await
        .json();
    assert_eq!((&chart["peaks"], &chart["most"]), (&json!([0, 1]), &json!(1)));
    for bad in [
        query(now, now, 2),
        query(now, now - 1, 2),
        query(now, now + 1_000, 0),
        query(now, now + 1_000, 401),
        query(i64::MIN, i64::MAX, 4),
    ] {
        assert_eq!(
            world.portal.get(&bad, &world.operator).await.code(),
            "filter_invalid",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn nonsense_is_neither_noted_nor_looked_for() {
    let world = world().await;
    for body in [
        json!({ "customer": "a\u{0}b" }),
        json!({ "system": "x".repeat(101) }),
        json!({ "functions": ["magic"] }),
        json!({ "events": [{ "kind": "granted", "what": "Control\u{202e}" }] }),
        json!({ "events": [{ "kind": "granted" }] }),
        json!({ "events": [{ "kind": "logged_in", "what": "x" }] }),
        json!({ "events": [{ "kind": "happened", "what": "file_sent" }] }),
        json!({ "events": [{ "kind": "happened" }] }),
        json!({ "events": vec![json!({ "kind": "proofs_differ" }); 21] }),
    ] {
        assert_eq!(
            world.report(&body).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
    }
    let path = format!("/api/v1/history/{}", world.session);
    let long = json!({ "note": "x".repeat(2_001), "ticket": "" });
    assert_eq!(
        world.portal.post(&path, &world.operator, &long).await.code(),
        "words_invalid"
    );
    for query in [
        "?operator=x",
        "?before=x&before_ms=1",
        "?before_ms=1",
        "?text=%00",
    ] {
        let reply = world
            .portal
            .get(&format!("/api/v1/history{query}"), &world.admin)
            .await;
        assert_eq!(reply.code(), "filter_invalid", "{query}");
    }
    for body in [
        json!({}),
        json!({ "customer": "a", "operator": "b" }),
        json!({ "customer": " " }),
    ] {
        let reply = world
            .portal
            .post("/api/v1/history/erase", &world.admin, &body)
            .await;
        assert_eq!(reply.code(), "words_invalid", "{body}");
    }
    for days in [0, 36_501] {
        let body = json!({ "keep_days": days });
        let reply = world
            .portal
            .post("/api/v1/history/policy", &world.admin, &body)
            .await;
        assert_eq!(reply.code(), "days_invalid");
    }
}

#[tokio::test]
async fn an_administrator_decides_how_long_and_takes_a_customer_out() {
    let world = world().await;
    world.report(&json!({ "customer": "山田" })).await;
    let body = json!({ "keep_days": 90 });
    world
        .portal
        .post("/api/v1/history/policy", &world.admin, &body)
        .await;
    let policy = world
        .portal
        .get("/api/v1/history/policy", &world.admin)
        .await
        .json();
    assert_eq!(policy, body);
    let erase = json!({ "customer": "山田" });
    let reply = world
        .portal
        .post("/api/v1/history/erase", &world.admin, &erase)
        .await;
    assert_eq!(reply.json()["sessions"], 1);
    assert_eq!(world.listed(&world.admin, "").await[0]["customer"], "");
}

#[tokio::test]
async fn receipts_of_files_are_told_to_those_who_may_see_the_session() {
    let world = world().await;
    let hash = "0123456789abcdef".repeat(4);
    let file = |way: &str, name: &str| json!({ "way": way, "name": name, "size": 12_800, "hash": hash });
    let files = [
        file("send", "見積書.pdf"),
        file("fetch", "/letters/秘密/evil\u{202e}fdp.exe"),
        file("fetch", "<img src=x onerror=alert(1)>\n"),
    ];
    assert_eq!(
        world.report(&json!({ "files": files })).await,
        StatusCode::NO_CONTENT
    );
    let path = format!("/api/v1/history/{}", world.session);
    for cookie in [&world.operator, &world.admin] {
        let told = world.portal.get(&path, cookie).await.json()["files"].clone();
        let expected = json!({ "at_ms": world.portal.clock.now().as_millis(), "way": "send", "name": "見積書.pdf",
            "size": 12_800, "hash": hash });
        assert_eq!(told[0], expected);
        assert_eq!(
            (&told[1]["way"], &told[1]["name"]),
            (&json!("fetch"), &json!("evil_fdp.exe"))
        );
        assert_eq!(told[2]["name"], "<img src=x onerror=alert(1)>_");
    }
    assert_eq!(
        world.portal.get(&path, &world.elsewhere).await.status,
        StatusCode::NOT_FOUND
    );
    let report = format!("/api/v1/sessions/{}/report", world.session);
    let others = world
        .portal
        .post(&report, &world.elsewhere, &json!({ "files": files }))
        .await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_console_saw_is_told_in_order_with_what_the_trail_has() {
    let world = world().await;
    let happened = |what: &str| json!({ "kind": "happened", "what": what });
    let granted = json!({ "kind": "granted", "what": "view" });
    let first = json!({ "events": [granted, happened("screenshot")] });
    assert_eq!(world.report(&first).await, StatusCode::NO_CONTENT);
    world.portal.clock.advance(Duration::from_secs(60));
    let second = json!({ "events": [happened("paused"), happened("resumed")] });
    assert_eq!(world.report(&second).await, StatusCode::NO_CONTENT);
    world.portal.clock.advance(Duration::from_secs(60));
    let third = json!({ "events": [{ "kind": "withdrawn", "what": "view" }] });
    assert_eq!(world.report(&third).await, StatusCode::NO_CONTENT);
    let path = format!("/api/v1/history/{}", world.session);
    let story = world.portal.get(&path, &world.admin).await.json();
    let events = story["events"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["kind"].as_str().unwrap(), event["detail"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told[told.len() - 5..],
        [
            ("grant_given", "view"),
            ("happened", "screenshot"),
            ("happened", "paused"),
            ("happened", "resumed"),
            ("grant_withdrawn", "view"),
        ]
    );
    let times: Vec<_> = events.iter().map(|event| event["at_ms"].as_i64()).collect();
    assert!(times.is_sorted());
}

#[tokio::test]
async fn a_receipt_that_cannot_be_is_refused_as_a_whole() {
    let world = world().await;
    let hash = "0".repeat(64);
    let good = json!({ "way": "send", "name": "a.txt", "size": 1, "hash": hash });
    let with = |key: &str, value: Value| {
        let mut bad = good.clone();
        bad[key] = value;
        json!({ "files": [good.clone(), bad] })
    };
    for wrong in [
        with("way", json!("sideways")),
        with("name", json!("")),
        with("name", json!("folder/")),
        with("name", json!("x".repeat(256))),
        with("size", json!(u64::MAX)),
        with("hash", json!("0".repeat(63))),
        with("hash", json!("g".repeat(64))),
        json!({ "files": vec![good.clone(); 51] }),
    ] {
        assert_eq!(
            world.report(&wrong).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
    let path = format!("/api/v1/history/{}", world.session);
    let story = world.portal.get(&path, &world.operator).await.json();
    assert_eq!(story["files"], json!([]));
    assert_eq!(
        world.report(&json!({ "files": vec![good; 50] })).await,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn files_that_arrived_are_in_what_is_exported() {
    let world = world().await;
    let hash = "0123456789abcdef".repeat(4);
    let file = |way: &str, name: &str| json!({ "way": way, "name": name, "size": 12_800, "hash": hash });
    let files = [file("send", "見積書,\"改\".pdf"), file("fetch", "=cmd|'calc'!A0")];
    let report = json!({ "customer": "@山田", "files": files });
    assert_eq!(world.report(&report).await, StatusCode::NO_CONTENT);
    let get = async |form: &str, cookie: &str| {
        let path = format!("/api/v1/history/{form}");
        world.portal.get(&path, cookie).await
    };
    let at = world.portal.clock.now();
    for cookie in [&world.operator, &world.admin] {
        let sessions = get("json", cookie).await.json();
        let expected = json!([
            { "at_ms": at.as_millis(), "way": "send", "name": "見積書,\"改\".pdf", "size": 12_800, "hash": hash },
            { "at_ms": at.as_millis(), "way": "fetch", "name": "=cmd|'calc'!A0", "size": 12_800, "hash": hash },
        ]);
        assert_eq!(sessions[0]["session"], world.session);
        assert_eq!(
            (&sessions[0]["files"], &sessions[0]["file_count"]),
            (&expected, &json!(2))
        );

        let table = get("csv", cookie).await.text();
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].ends_with(",\"ticket\",\"files\""), "{table}");
        assert!(lines[1].ends_with(",\"\",2"), "{table}");

        let reply = get("files/csv", cookie).await;
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
        assert!(reply.header("content-disposition").contains("history-files.csv"));
        let table = reply.text();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[0].trim_start_matches('\u{feff}'),
            "\"session\",\"operator\",\"operator_name\",\"started\",\"customer\",\"ticket\",\"told\",\"way\",\
             \"name\",\"bytes\",\"blake3\""
        );
        let told = at.to_rfc3339();
        let row = |way: &str, name: &str| {
            format!(",\"'@山田\",\"\",\"{told}\",\"{way}\",\"{name}\",12800,\"{hash}\"")
        };
        assert_eq!(lines.len(), 3);
        for (line, end) in [
            (lines[1], row("send", "見積書,\"\"改\"\".pdf")),
            (lines[2], row("fetch", "'=cmd|'calc'!A0")),
        ] {
            assert!(line.starts_with(&format!("\"{}\"", world.session)), "{line}");
            assert!(line.ends_with(&end), "{line}");
        }
    }
    assert_eq!(get("json", &world.elsewhere).await.json(), json!([]));
    assert_eq!(get("files/csv", &world.elsewhere).await.text().lines().count(), 1);
    // A search finds files by their session.
    let found = get("files/csv?text=%E5%B1%B1%E7%94%B0", &world.admin)
        .await
        .text();
    assert_eq!(found.lines().count(), 3);
    let nothing = get("files/csv?text=%E9%88%B4%E6%9C%A8", &world.admin)
        .await
        .text();
    assert_eq!(nothing.lines().count(), 1);
    let trail = world
        .portal
        .store
        .audit_rows(world.organisation, 0, 100)
        .await
        .unwrap();
    let told: Vec<&str> = trail
        .iter()
        .filter(|row| row.kind == "history_exported")
        .map(|row| row.detail.as_str())
        .collect();
    assert_eq!(told[..3], ["json 1", "csv 1", "files 2"]);
}
