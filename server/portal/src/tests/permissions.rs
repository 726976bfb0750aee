//! Groups, what is said about functions, and what comes of it for a person.

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::{Role, UserId};

use crate::testing::{Reply, TestPortal, console_key};

struct World {
    portal: TestPortal,
    admin: String,
    operator: String,
    hanako: UserId,
    /// An administrator of another organisation.
    stranger: String,
}

async fn world() -> World {
    let portal = TestPortal::new().await;
    let ours = portal.organisation("Ours").await;
    let theirs = portal.organisation("Theirs").await;
    portal.user(ours, "admin@ours.example", Role::Administrator).await;
    let hanako = portal.user(ours, "hanako@ours.example", Role::Operator).await;
    portal
        .user(theirs, "admin@theirs.example", Role::Administrator)
        .await;
    World {
        admin: portal.log_in("admin@ours.example").await,
        operator: portal.log_in("hanako@ours.example").await,
        stranger: portal.log_in("admin@theirs.example").await,
        portal,
        hanako,
    }
}

impl World {
    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.portal
            .post(&format!("/api/v1{path}"), &self.admin, body)
            .await
    }

    async fn get(&self, path: &str) -> Value {
        self.portal
            .get(&format!("/api/v1{path}"), &self.admin)
            .await
            .json()
    }

    async fn group(&self, name: &str) -> String {
        let made = self.post("/groups", &json!({ "name": name })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        made.json()["id"].as_str().unwrap().to_owned()
    }

    async fn set(&self, level: &str, function: &str, setting: Value) {
        let body = json!({ "function": function, "setting": setting });
        let said = self.post(&format!("{level}/permissions"), &body).await;
        assert_eq!(said.status, StatusCode::NO_CONTENT, "{}", said.text());
    }

    async fn join(&self, group: &str) {
        let body = json!({ "add": [self.hanako.to_string()] });
        let joined = self.post(&format!("/groups/{group}/members"), &body).await;
        assert_eq!(joined.status, StatusCode::NO_CONTENT, "{}", joined.text());
    }

    fn person(&self) -> String {
        format!("/users/{}", self.hanako)
    }

    /// Setting, answer, who decided it and the group's name.
    async fn answer(&self, level: &str, function: &str) -> Value {
        let view = self.get(&format!("{level}/permissions")).await;
        let functions = view["functions"].as_array().unwrap();
        let found = functions.iter().find(|one| one["function"] == function);
        let one = found.unwrap();
        json!([one["setting"], one["allowed"], one["decided_by"], one["group"]])
    }
}

#[tokio::test]
async fn each_level_says_what_it_says_and_the_answer_names_who_decided() {
    let world = world().await;
    let (group, person) = (world.group("夜間").await, world.person());
    world.join(&group).await;
    let level = format!("/groups/{group}");
    let null = Value::Null;

    assert_eq!(
        world.answer(&person, "files").await,
        json!([null, true, "default", null])
    );
    world.set("", "files", json!("deny")).await;
    assert_eq!(
        world.answer("", "files").await,
        json!(["deny", false, "organisation", null])
    );
    assert_eq!(
        world.answer(&level, "files").await,
        json!([null, false, "organisation", null])
    );
    world.set(&level, "files", json!("allow")).await;
    assert_eq!(
        world.answer(&level, "files").await,
        json!(["allow", true, "group", "夜間"])
    );
    assert_eq!(
        world.answer(&person, "files").await,
        json!([null, true, "group", "夜間"])
    );
    world.set(&person, "files", json!("deny")).await;
    assert_eq!(
        world.answer(&person, "files").await,
        json!(["deny", false, "user", null])
    );
    world.set(&person, "files", null.clone()).await;
    assert_eq!(
        world.answer(&person, "files").await,
        json!([null, true, "group", "夜間"])
    );

    let view = world.get(&format!("{person}/permissions")).await;
    assert_eq!(view["groups"], json!([{ "id": group, "name": "夜間" }]));
    assert_eq!(
        view["functions"].as_array().unwrap().len(),
        temoto_model::permission::Permission::ALL.len()
    );
}

#[tokio::test]
async fn a_person_reads_the_own_answers_and_changes_none() {
    let world = world().await;
    world.set(&world.person(), "screenshot", json!("deny")).await;
    let own = world.portal.get("/api/v1/me/permissions", &world.operator).await;
    let as_admin = world.get(&format!("{}/permissions", world.person())).await;
    assert_eq!(own.json(), as_admin);
    let me = world.portal.get("/api/v1/me", &world.operator).await.json();
    let permitted = me["permitted"].as_array().unwrap();
    assert!(permitted.contains(&json!("files")) && !permitted.contains(&json!("screenshot")));
    for path in [world.person(), String::new()] {
        let path = format!("/api/v1{path}/permissions");
        let body = json!({ "function": "screenshot", "setting": "allow" });
        let refused = world.portal.post(&path, &world.operator, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::FORBIDDEN, "not_allowed")
        );
        let refused = world.portal.get(&path, &world.operator).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn who_may_not_start_sessions_is_refused_at_the_start_only() {
    let world = world().await;
    let group = world.group("見習い").await;
    let start = async || {
        world
            .portal
            .post("/api/v1/sessions", &world.operator, &console_key())
            .await
    };
    let running = start().await;
    assert_eq!(running.status, StatusCode::CREATED);
    world
        .set(&format!("/groups/{group}"), "one_time", json!("deny"))
        .await;
    assert_eq!(start().await.status, StatusCode::CREATED);
    world.join(&group).await;
    let refused = start().await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "one_time_denied")
    );
    let codes = format!(
        "/api/v1/sessions/{}/codes",
        running.json()["session"].as_str().unwrap()
    );
    let code = world.portal.post(&codes, &world.operator, &Value::Null).await;
    assert_eq!(code.status, StatusCode::CREATED, "{}", code.text());
    world.set(&world.person(), "one_time", json!("allow")).await;
    assert_eq!(start().await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn groups_are_made_renamed_filled_and_deleted() {
    let world = world().await;
    let (a, b) = (world.group("A").await, world.group("B").await);
    world.join(&a).await;
    world.join(&a).await;
    let listed = json!([{ "id": a, "name": "A", "members": 1 }, { "id": b, "name": "B", "members": 0 }]);
    assert_eq!(world.get("/groups").await, listed);
    let members = world.get(&format!("/groups/{a}/members")).await;
    assert_eq!(members[0]["email"], "hanako@ours.example");

    let name = |name: &str| json!({ "name": name });
    for (path, body, code) in [
        ("/groups".to_owned(), name("A"), "group_name_taken"),
        ("/groups".to_owned(), name("  "), "group_name_invalid"),
        (format!("/groups/{b}"), name("A"), "group_name_taken"),
        (format!("/groups/{b}"), name("a\u{202e}b"), "group_name_invalid"),
        (
            format!("/groups/{b}/members"),
            json!({ "add": ["nobody"] }),
            "not_found",
        ),
        (
            format!("/groups/{b}/permissions"),
            json!({ "function": "fly" }),
            "function_unknown",
        ),
        (
            "/permissions".to_owned(),
            json!({ "function": "chat", "setting": "no" }),
            "setting_invalid",
        ),
    ] {
        assert_eq!(world.post(&path, &body).await.code(), code, "{path}");
    }
    assert_eq!(
        world.post(&format!("/groups/{b}"), &name("C")).await.status,
        StatusCode::NO_CONTENT
    );
    let leave = json!({ "remove": [world.hanako.to_string()] });
    world.post(&format!("/groups/{a}/members"), &leave).await;
    world.post(&format!("/groups/{a}/delete"), &Value::Null).await;
    assert_eq!(
        world.get("/groups").await,
        json!([{ "id": b, "name": "C", "members": 0 }])
    );
}

#[tokio::test]
async fn another_organisations_groups_and_people_are_not_found() {
    let world = world().await;
    let group = world.group("Ours").await;
    world.join(&group).await;
    let setting = json!({ "function": "chat", "setting": "deny" });
    let stranger = world.portal.get("/api/v1/me", &world.stranger).await.json();
    let theirs = stranger["user"]["id"].as_str().unwrap();
    for (path, body) in [
        (format!("/groups/{group}"), Some(json!({ "name": "Theirs" }))),
        (format!("/groups/{group}/delete"), Some(Value::Null)),
        (
            format!("/groups/{group}/members"),
            Some(json!({ "add": [theirs] })),
        ),
        (format!("/groups/{group}/members"), None),
        (format!("/groups/{group}/permissions"), Some(setting.clone())),
        (format!("/groups/{group}/permissions"), None),
        (format!("{}/permissions", world.person()), Some(setting)),
        (format!("{}/permissions", world.person()), None),
    ] {
        let path = format!("/api/v1{path}");
        let reply = match &body {
            Some(body) => world.portal.post(&path, &world.stranger, body).await,
            None => world.portal.get(&path, &world.stranger).await,
        };
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{path}"
        );
    }
    // Nor is somebody else's person put into our group.
    let foreign = world
        .post(&format!("/groups/{group}/members"), &json!({ "add": [theirs] }))
        .await;
    assert_eq!(foreign.code(), "not_found");
    assert_eq!(
        world.get("/groups").await,
        json!([{ "id": group, "name": "Ours", "members": 1 }])
    );
    let elsewhere = world.portal.get("/api/v1/groups", &world.stranger).await;
    assert_eq!(elsewhere.json(), json!([]));
}
