//! Administrators and the people of their organisation; never another's, never the last of them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use temoto_model::{OrganisationId, Role, UserId};

use crate::testing::{Asked, HOME, Installed, PASSWORD, Reply, TestPortal, token_in};
use crate::{Pages, Programs};

const ADMIN: &str = "admin@ours.example";

struct World {
    portal: TestPortal,
    ours: OrganisationId,
    admin: String,
    hanako: UserId,
}

async fn world() -> World {
    world_of(TestPortal::new().await).await
}

async fn world_of(portal: TestPortal) -> World {
    let ours = portal.organisation("Ours").await;
    portal.user(ours, ADMIN, Role::Administrator).await;
    let hanako = portal.user(ours, "hanako@ours.example", Role::Operator).await;
    let admin = portal.log_in(ADMIN).await;
    World {
        portal,
        ours,
        admin,
        hanako,
    }
}

impl World {
    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.portal
            .post(&format!("/api/v1/users{path}"), &self.admin, body)
            .await
    }

    async fn list(&self, query: &str) -> Value {
        self.portal
            .get(&format!("/api/v1/users{query}"), &self.admin)
            .await
            .json()
    }

    async fn emails(&self, query: &str) -> Vec<String> {
        let page = self.list(query).await;
        let users = page["users"].as_array().unwrap();
        users
            .iter()
            .map(|user| user["email"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn new(email: &str) -> Value {
    json!({ "email": email, "name": "鈴木 次郎", "role": "operator" })
}

#[tokio::test]
async fn whoever_is_added_is_invited_by_mail_and_chooses_a_password() {
    let world = world().await;
    let added = world.post("", &new("jiro@ours.example")).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(
        (&added.json()["by_mail"], &added.json()["link"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        world.post("", &new("jiro@ours.example")).await.code(),
        "email_taken"
    );
    let mails = world.portal.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("Ours") && mails[0].text.contains(&format!("{HOME}/setup?lang=ja#")));

    // Invited again: the older link is void.
    let id = added.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        world.post(&format!("/{id}/invite"), &Value::Null).await.status,
        StatusCode::OK
    );
    let again = world.portal.mails().await;
    let setup = |letter| json!({ "token": token_in(letter), "password": PASSWORD });
    let old = world.portal.post("/api/v1/setup", "", &setup(&mails[0])).await;
    assert_eq!(old.code(), "link_unusable");
    let done = world.portal.post("/api/v1/setup", "", &setup(&again[0])).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(
        world.post(&format!("/{id}/invite"), &Value::Null).await.code(),
        "not_invited"
    );
    let active = world.list("?search=jiro").await;
    assert_eq!(active["users"][0]["status"], "active");
    assert!(active["users"][0]["last_login_at_ms"].is_i64());
}

#[tokio::test]
async fn without_mail_the_administrator_passes_the_link_on() {
    let portal = TestPortal::installed(Installed::SelfSigned, Pages::none(), Programs::default()).await;
    let world = world_of(portal).await;
    let added = world.post("", &new("jiro@ours.example")).await.json();
    let link = added["link"].as_str().unwrap();
    let (page, token) = link.split_once('#').unwrap();
    assert_eq!(page, "https://support.example:8443/setup");
    let setup = json!({ "token": token, "password": PASSWORD });
    assert_eq!(
        world.portal.post("/api/v1/setup", "", &setup).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_list_is_searched_filtered_sorted_and_given_in_parts() {
    let world = world().await;
    for n in 0..60 {
        world
            .portal
            .user(world.ours, &format!("p{n:02}@ours.example"), Role::Operator)
            .await;
    }
    let page = world.list("?sort=email").await;
    assert_eq!((&page["total"], &page["part_size"]), (&json!(62), &json!(50)));
    assert_eq!(world.emails("?sort=email").await[0], ADMIN);
    assert_eq!(world.emails("?sort=email&part=1").await.len(), 12);
    let behind = world.list("?part=9").await;
    assert_eq!(
        (behind["users"].as_array().unwrap().len(), &behind["total"]),
        (0, &json!(62))
    );
    assert_eq!(world.emails("?sort=-email").await[0], "p59@ours.example");
    assert_eq!(world.emails("?search=P07").await, ["p07@ours.example"]);
    // What is searched for is no pattern.
    for nothing in ["%25", "_", "p__", "!", "%27%20OR%201=1--"] {
        assert_eq!(
            world.emails(&format!("?search={nothing}")).await,
            Vec::<String>::new(),
            "{nothing}"
        );
    }
    assert_eq!(world.emails("?role=administrator").await, [ADMIN]);
    assert_eq!(world.emails("?status=invited").await, Vec::<String>::new());
    assert_eq!(world.emails("?sort=last_login").await[0], ADMIN);
    let wrong = world.portal.get("/api/v1/users?part=x", &world.admin).await;
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (StatusCode::BAD_REQUEST, "malformed")
    );
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once_and_may_come_back() {
    let world = world().await;
    let cookie = world.portal.log_in("hanako@ours.example").await;
    world.portal.relay.take();
    let path = format!("/{}/suspend", world.hanako);
    for _ in 0..2 {
        assert_eq!(
            world.post(&path, &Value::Null).await.status,
            StatusCode::NO_CONTENT
        );
    }
    assert_eq!(world.portal.relay.take()[0], Asked::DetachUser(world.hanako));
    assert_eq!(
        world.portal.get("/api/v1/me", &cookie).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .portal
            .login("hanako@ours.example", PASSWORD, "")
            .await
            .code(),
        "wrong_login"
    );
    let path = format!("/{}/resume", world.hanako);
    assert_eq!(
        world.post(&path, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    world.portal.log_in("hanako@ours.example").await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on() {
    let world = world().await;
    let cookie = world.portal.log_in("hanako@ours.example").await;
    assert_eq!(
        world.portal.get("/api/v1/users", &cookie).await.code(),
        "not_allowed"
    );
    let path = format!("/{}/role", world.hanako);
    let role = |name: &str| json!({ "role": name });
    assert_eq!(world.post(&path, &role("king")).await.code(), "role_invalid");
    assert_eq!(
        world.post(&path, &role("administrator")).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.portal.get("/api/v1/users", &cookie).await.status,
        StatusCode::OK
    );
    assert_eq!(
        world.post(&path, &role("operator")).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.portal.get("/api/v1/users", &cookie).await.code(),
        "not_allowed"
    );
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_address_free() {
    let world = world().await;
    let path = format!("/{}/delete", world.hanako);
    assert_eq!(
        world.post(&path, &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(world.post(&path, &Value::Null).await.code(), "not_found");
    for what in ["resume", "invite"] {
        let path = format!("/{}/{what}", world.hanako);
        assert!(
            !world.post(&path, &Value::Null).await.status.is_success(),
            "{what}"
        );
    }
    assert_eq!(world.emails("").await, [ADMIN]);
    assert_eq!(
        world
            .portal
            .login("hanako@ours.example", PASSWORD, "")
            .await
            .code(),
        "wrong_login"
    );
    assert_eq!(
        world.post("", &new("hanako@ours.example")).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn somebody_is_always_left_to_administrate() {
    let world = world().await;
    let other = world
        .portal
        .user(world.ours, "second@ours.example", Role::Administrator)
        .await;
    let second = world.portal.log_in("second@ours.example").await;
    let me = world.portal.get("/api/v1/me", &world.admin).await.json();
    let me = me["user"]["id"].as_str().unwrap().to_owned();
    for what in ["suspend", "delete", "role"] {
        let body = json!({ "role": "operator" });
        let reply = world.post(&format!("/{me}/{what}"), &body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::CONFLICT, "own_account")
        );
    }
    // Both take each other's rights away at the same time: one of them is too late.
    let path = |id: &str| format!("/api/v1/users/{id}/suspend");
    let (mine, theirs) = (path(&other.to_string()), path(&me));
    let (a, b) = tokio::join!(
        world.portal.post(&mine, &world.admin, &Value::Null),
        world.portal.post(&theirs, &second, &Value::Null)
    );
    let done = [a.status, b.status]
        .iter()
        .filter(|status| status.is_success())
        .count();
    assert_eq!(done, 1, "{} {}", a.text(), b.text());
}

#[tokio::test]
async fn another_organisation_finds_nobody_of_ours() {
    let world = world().await;
    let theirs = world.portal.organisation("Theirs").await;
    world
        .portal
        .user(theirs, "admin@theirs.example", Role::Administrator)
        .await;
    let stranger = world.portal.log_in("admin@theirs.example").await;
    for what in ["suspend", "resume", "delete", "role", "invite"] {
        let path = format!("/api/v1/users/{}/{what}", world.hanako);
        let body = json!({ "role": "administrator" });
        let reply = world.portal.post(&path, &stranger, &body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{what}"
        );
    }
    let list = world
        .portal
        .get("/api/v1/users?search=hanako", &stranger)
        .await
        .json();
    assert_eq!(list["total"], 0);
    let hanako = world.list("?search=hanako").await;
    assert_eq!(
        (&hanako["users"][0]["role"], &hanako["users"][0]["status"]),
        (&json!("operator"), &json!("active"))
    );
}

#[tokio::test]
async fn a_table_is_tried_before_it_is_taken_in() {
    let world = world().await;
    let table = "email,name,role\nnew@ours.example,新田 一,\nnothing,B,\nhanako@ours.example,C,\nboss@ours.example,D,管理者\n";
    let body = |dry_run: bool| json!({ "table": table, "dry_run": dry_run });
    let problems = json!([
        { "line": 3, "email": "nothing", "code": "email_invalid" },
        { "line": 4, "email": "hanako@ours.example", "code": "email_taken" },
    ]);
    let tried = world.post("/import", &body(true)).await.json();
    assert_eq!(
        tried,
        json!({ "added": 2, "problems": problems, "by_mail": true })
    );
    assert_eq!(world.list("").await["total"], 2);
    assert_eq!(world.portal.mails().await, []);

    let done = world.post("/import", &body(false)).await.json();
    assert_eq!(done["added"], 2);
    assert_eq!(
        world.emails("?status=invited&sort=email").await,
        ["boss@ours.example", "new@ours.example"]
    );
    assert_eq!(
        world.emails("?role=administrator&status=invited").await,
        ["boss@ours.example"]
    );
    assert_eq!(world.portal.mails().await.len(), 2);

    let large = json!({ "table": "x".repeat(1_100_000), "dry_run": true });
    assert_eq!(world.post("/import", &large).await.code(), "table_too_large");
    let larger = json!({ "table": "x".repeat(2_200_000), "dry_run": true });
    assert_eq!(world.post("/import", &larger).await.code(), "too_large");
}
