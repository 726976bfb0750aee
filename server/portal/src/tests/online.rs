//! The dashboard, pausing, and the code field on other sites, as pages meet them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::{OrganisationId, Role, SessionId};
use temoto_store::{Audits as _, Clock as _, RelayChange, RelayStore as _};

use crate::testing::{Asked, TestPortal, console_key};
use crate::{Pages, Programs};

struct World {
    portal: TestPortal,
    organisation: OrganisationId,
    admin: String,
    operator: String,
    colleague: String,
    group: String,
}

async fn world() -> World {
    let portal = TestPortal::new().await;
    let organisation = portal.organisation("Ours").await;
    portal
        .user(organisation, "admin@a.example", Role::Administrator)
        .await;
    let operator = portal
        .user(organisation, "operator@a.example", Role::Operator)
        .await;
    let colleague = portal
        .user(organisation, "colleague@a.example", Role::Operator)
        .await;
    let admin = portal.log_in("admin@a.example").await;
    let made = portal
        .post("/api/v1/groups", &admin, &json!({ "name": "夜間" }))
        .await;
    let group = made.json()["id"].as_str().unwrap().to_owned();
    let members = json!({ "add": [operator.to_string(), colleague.to_string()] });
    let path = format!("/api/v1/groups/{group}/members");
    let put = portal.post(&path, &admin, &members).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT);
    World {
        operator: portal.log_in("operator@a.example").await,
        colleague: portal.log_in("colleague@a.example").await,
        admin,
        organisation,
        group,
        portal,
    }
}

impl World {
    async fn start(&self, cookie: &str) -> String {
        let opened = self.portal.post("/api/v1/sessions", cookie, &console_key()).await;
        opened.json()["session"].as_str().unwrap().to_owned()
    }

    async fn join(&self, session: &str) -> SessionId {
        let id: SessionId = session.parse().unwrap();
        let at = self.portal.clock.now();
        let joined = RelayChange::Joined { session: id, at };
        self.portal.store.apply(&joined).await.unwrap();
        id
    }

    /// Status and sessions of a look at the dashboard: whose, and how they are.
    async fn look(&self, cookie: &str, query: &str) -> (StatusCode, Vec<(String, bool)>) {
        let path = format!("/api/v1/sessions/live?{query}");
        let reply = self.portal.get(&path, cookie).await;
        let view = reply.json();
        let rows = view["sessions"].as_array().cloned().unwrap_or_default();
        let told = |row: &Value| {
            (
                row["state"].as_str().unwrap().to_owned(),
                row["own"].as_bool().unwrap(),
            )
        };
        (reply.status, rows.iter().map(told).collect())
    }

    async fn act(&self, cookie: &str, session: &str, what: &str) -> (StatusCode, String) {
        let path = format!("/api/v1/sessions/{session}/{what}");
        let reply = self.portal.post(&path, cookie, &json!({})).await;
        (reply.status, reply.code())
    }

    async fn told(&self, kind: &str) -> usize {
        let rows = self.portal.store.audit_rows(self.organisation, 0, 500).await;
        rows.unwrap().iter().filter(|row| row.kind == kind).count()
    }
}

#[tokio::test]
async fn everybody_sees_own_sessions_groups_each_others_and_administrators_all() {
    let world = world().await;
    let own = |state: &str| (state.to_owned(), true);
    let other = |state: &str| (state.to_owned(), false);
    let session = world.start(&world.operator).await;
    let id = world.join(&session).await;
    world.portal.relay.customers.lock().unwrap().push(id);
    world.start(&world.admin).await;
    let see = async |cookie: &str, scope: &str| world.look(cookie, &format!("scope={scope}")).await;
    let ok = StatusCode::OK;
    assert_eq!(see(&world.operator, "own").await, (ok, vec![own("connected")]));
    assert_eq!(see(&world.operator, "groups").await, (ok, vec![own("connected")]));
    assert_eq!(see(&world.colleague, "own").await, (ok, vec![]));
    assert_eq!(
        see(&world.colleague, "groups").await,
        (ok, vec![other("connected")])
    );
    // In no group.
    assert_eq!(see(&world.admin, "groups").await, (ok, vec![]));
    let (status, mut all) = see(&world.admin, "organisation").await;
    all.sort();
    assert_eq!((status, all), (ok, vec![other("connected"), own("waiting")]));
    for cookie in [&world.operator, &world.colleague] {
        assert_eq!(see(cookie, "organisation").await.0, StatusCode::FORBIDDEN);
    }
    world.portal.relay.customers.lock().unwrap().clear();
    assert_eq!(see(&world.colleague, "groups").await.1, [other("customer_away")]);
    // Seeing is all: nothing of it can be touched.
    for what in ["pause", "resume", "codes", "end"] {
        assert_eq!(
            world.act(&world.colleague, &session, what).await.0,
            StatusCode::NOT_FOUND
        );
    }

    // An administrator may keep people from it, the whole group or one of them.
    let path = format!("/api/v1/groups/{}/permissions", world.group);
    let denied = json!({ "function": "group_sessions", "setting": "deny" });
    world.portal.post(&path, &world.admin, &denied).await;
    let refused = world
        .portal
        .get("/api/v1/sessions/live?scope=groups", &world.colleague)
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "scope_denied")
    );
    assert_eq!(see(&world.operator, "own").await.0, ok);
}

#[tokio::test]
async fn what_makes_no_sense_is_not_looked_for() {
    let world = world().await;
    for query in [
        "scope=all",
        "scope=own&text=%00",
        "scope=own&before=x&before_ms=1",
        "scope=own&before_ms=1",
        &format!("scope=own&text={}", "x".repeat(201)),
    ] {
        let path = format!("/api/v1/sessions/live?{query}");
        let reply = world.portal.get(&path, &world.operator).await;
        assert_eq!(reply.code(), "filter_invalid", "{query}");
    }
    let reply = world.portal.get("/api/v1/sessions/live", &world.operator).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_pause_frees_the_licence_detaches_the_console_and_is_told() {
    let world = world().await;
    let key = json!({ "licence": super::licences::key(1) });
    world.portal.post("/api/v1/licences", &world.admin, &key).await;
    let session = world.start(&world.operator).await;
    assert_eq!(
        world.act(&world.operator, &session, "pause").await,
        (StatusCode::CONFLICT, "session_waits".to_owned())
    );
    let id = world.join(&session).await;
    world.portal.relay.take();
    let done = (StatusCode::NO_CONTENT, String::new());
    assert_eq!(world.act(&world.operator, &session, "pause").await, done);
    assert_eq!(world.portal.relay.take(), [Asked::Pause(id)]);
    let (_, rows) = world.look(&world.operator, "scope=own").await;
    assert_eq!(rows, [("paused".to_owned(), true)]);
    let listed = world.portal.get("/api/v1/sessions", &world.operator).await.json();
    assert_eq!(listed[0]["state"], "paused");

    // A colleague takes the licence; then it is the operator who waits.
    let theirs = world.start(&world.colleague).await;
    let hold = [world.join(&theirs).await];
    let now = world.portal.clock.now();
    temoto_store::Licences::hold_leases(&world.portal.store, &hold, now)
        .await
        .unwrap();
    assert_eq!(
        world.act(&world.operator, &session, "resume").await,
        (StatusCode::CONFLICT, "no_licence_free".to_owned())
    );
    assert_eq!(world.portal.relay.take(), [Asked::Refresh(hold[0])]);
    world.act(&world.colleague, &theirs, "end").await;
    world.portal.relay.take();
    assert_eq!(world.act(&world.operator, &session, "resume").await, done);
    assert_eq!(world.portal.relay.take(), [Asked::Resume(id)]);
    assert_eq!(
        (
            world.told("session_paused").await,
            world.told("session_resumed").await
        ),
        (1, 1)
    );
    let story = format!("/api/v1/history/{session}");
    let story = world.portal.get(&story, &world.operator).await.json();
    let kinds = story["events"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds.map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(
        kinds.ends_with(&["session_paused", "session_resumed"]),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn only_the_code_field_is_framed_and_only_by_the_sites_that_were_named() {
    let world = world().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "<p>page</p>").unwrap();
    let pages = Pages::folder(folder.path()).unwrap();
    let with_pages =
        TestPortal::installed(crate::testing::Installed::Plain, pages, Programs::default()).await;
    let ours = with_pages.organisation("Ours").await;
    let theirs = with_pages.organisation("Theirs").await;
    with_pages
        .user(ours, "admin@a.example", Role::Administrator)
        .await;
    let admin = with_pages.log_in("admin@a.example").await;
    let sites =
        json!({ "origins": ["https://www.example.com", "http://localhost:8099", "https://b.example:8443"] });
    let set = with_pages
        .post("/api/v1/organisation/embed", &admin, &sites)
        .await;
    assert_eq!(set.status, StatusCode::NO_CONTENT);
    let kept = with_pages.get("/api/v1/organisation/embed", &admin).await.json();
    assert_eq!(kept["address"], format!("http://localhost:8080/embed/{ours}"));
    assert_eq!(kept["origins"].as_array().unwrap().len(), 3);

    let framed = with_pages.get(&format!("/embed/{ours}"), "").await;
    assert_eq!(framed.status, StatusCode::OK);
    let policy = framed.header("content-security-policy");
    let ancestors = "frame-ancestors http://localhost:8099 https://b.example:8443 https://www.example.com";
    assert!(policy.ends_with(ancestors), "{policy}");
    let rest = policy.strip_suffix(ancestors).unwrap();
    assert_eq!(framed.header("x-frame-options"), "");

    let nowhere = format!("/embed/{}", "ab".repeat(16));
    for path in [
        "/",
        "/join",
        "/login",
        "/console",
        "/domain/embed",
        "/embed/x",
        "/embed",
        &format!("/embed/{ours}/x"),
        &format!("/embed/{theirs}"),
        &nowhere,
        "/api/v1/server",
        "/index.html",
    ] {
        let reply = with_pages.get(path, &admin).await;
        let policy = reply.header("content-security-policy");
        assert_eq!(policy, format!("{rest}frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
    }
    assert_eq!(world.told("embed_origins_set").await, 0);
}

#[tokio::test]
async fn what_is_no_site_gets_into_no_header() {
    let world = world().await;
    for bad in [
        "*",
        "https://*.example.com",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
        "https://a.example/path",
        "http://a.example",
        "javascript:x",
        "'self'",
        "https://a.example\r\nX: y",
        "null",
        "",
    ] {
        let body = json!({ "origins": ["https://good.example", bad] });
        let reply = world
            .portal
            .post("/api/v1/organisation/embed", &world.admin, &body)
            .await;
        assert_eq!(reply.code(), "origin_invalid", "{bad:?}");
    }
    let many: Vec<String> = (0..21).map(|n| format!("https://s{n}.example")).collect();
    let reply = world
        .portal
        .post(
            "/api/v1/organisation/embed",
            &world.admin,
            &json!({ "origins": many }),
        )
        .await;
    assert_eq!(reply.code(), "too_many_origins");
    let kept = world
        .portal
        .get("/api/v1/organisation/embed", &world.admin)
        .await
        .json();
    assert_eq!(kept["origins"], json!([]));
}

#[tokio::test]
async fn an_operator_is_taken_out_of_the_history_and_the_trail_stays_in_order() {
    let world = world().await;
    let session = world.start(&world.operator).await;
    world.join(&session).await;
    world.act(&world.operator, &session, "end").await;
    let runs = world.start(&world.operator).await;
    let known = world
        .portal
        .get("/api/v1/history/operators", &world.admin)
        .await
        .json();
    assert_eq!(known.as_array().unwrap().len(), 1);
    assert_eq!(known[0]["sessions"], 1);
    let denied = world
        .portal
        .get("/api/v1/history/operators", &world.operator)
        .await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let before = world
        .portal
        .store
        .audit_rows(world.organisation, 0, 500)
        .await
        .unwrap();
    let erased = world
        .portal
        .post(
            "/api/v1/history/erase",
            &world.admin,
            &json!({ "operator": known[0]["id"] }),
        )
        .await;
    assert_eq!(erased.json()["sessions"], 1);
    let listed = world.portal.get("/api/v1/history", &world.admin).await.json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(listed["sessions"][0]["session"], runs);
    let after = world
        .portal
        .store
        .audit_rows(world.organisation, 0, 500)
        .await
        .unwrap();
    assert_eq!(after[..before.len()], before[..]);
    let last = after.last().unwrap();
    assert_eq!(
        (last.kind.as_str(), last.subject.as_str(), last.detail.as_str()),
        ("history_erased", "", "1")
    );
}
