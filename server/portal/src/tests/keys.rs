//! Keys of other programs: made once, good only where the table says so, and only as long as somebody answers for them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use temoto_model::api_key::Scope;
use temoto_model::{ActorId, OrganisationId, Role, UserId};
use temoto_store::Audits as _;

use super::table::body;
use crate::route::{self, BASE};
use crate::testing::{Installed, PASSWORD, Reply, TestPortal, console_key};
use crate::{Pages, Peer, Programs};

struct World {
    portal: TestPortal,
    organisation: OrganisationId,
    /// Makes keys.
    maker: UserId,
    admin: String,
    /// Another one, who can change the maker.
    second: String,
    operator: UserId,
    session: String,
    calls: AtomicU32,
}

async fn world() -> World {
    world_on(TestPortal::new().await).await
}

async fn world_on(portal: TestPortal) -> World {
    let organisation = portal.organisation("Ours").await;
    let maker = portal
        .user(organisation, "admin@a.example", Role::Administrator)
        .await;
    portal
        .user(organisation, "second@a.example", Role::Administrator)
        .await;
    let operator = portal
        .user(organisation, "operator@a.example", Role::Operator)
        .await;
    let cookie = portal.log_in("operator@a.example").await;
    let opened = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
    World {
        admin: portal.log_in("admin@a.example").await,
        second: portal.log_in("second@a.example").await,
        session: opened.json()["session"].as_str().unwrap().to_owned(),
        portal,
        organisation,
        maker,
        operator,
        calls: AtomicU32::new(1),
    }
}

impl World {
    async fn ask(&self, body: &Value) -> Reply {
        self.portal.post("/api/v1/keys", &self.admin, body).await
    }

    /// Identifier and key.
    async fn make(&self, scopes: &[&str]) -> (String, String) {
        let body = json!({ "name": "会計", "scopes": scopes, "days": 30, "password": PASSWORD });
        let made = self.ask(&body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        (text("id"), text("key"))
    }

    /// As a program calls: no cookie, no `Origin`.
    async fn call(&self, key: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.call_with(key, method, path, body, |_| {}).await
    }

    async fn call_with(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
        change: impl FnOnce(&mut HeaderMap),
    ) -> Reply {
        let mut request = self.portal.request(method, path, "", body);
        let headers = request.headers_mut();
        headers.remove(header::ORIGIN);
        headers.remove("sec-fetch-site");
        headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        change(headers);
        // From everywhere: so many calls at once are more than an address may.
        let next = self.calls.fetch_add(1, Ordering::SeqCst);
        let peer: SocketAddr = (Ipv4Addr::from(0x0a00_0000 + next), 50_000).into();
        request.extensions_mut().insert(Peer(peer));
        self.portal.send(request).await
    }

    async fn users(&self, key: &str) -> (StatusCode, String) {
        let reply = self.call(key, Method::GET, "/api/v1/users", None).await;
        (reply.status, reply.code())
    }

    async fn change_maker(&self, what: &str, body: Value) {
        let path = format!("/api/v1/users/{}/{what}", self.maker);
        let done = self.portal.post(&path, &self.second, &body).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{what} {}", done.text());
    }
}

fn refused(code: &str) -> (StatusCode, String) {
    (StatusCode::UNAUTHORIZED, code.to_owned())
}

const GOOD: (StatusCode, String) = (StatusCode::OK, String::new());

/// What an operation answers to a key that may call it, about the operator's session.
fn welcome(method: &Method, path: &str) -> StatusCode {
    match (method, path) {
        (&Method::POST, "/users" | "/groups") => StatusCode::CREATED,
        (&Method::POST, "/permissions" | "/sessions/{id}/end" | "/history/{id}") => StatusCode::NO_CONTENT,
        (&Method::GET, "/history/{id}") => StatusCode::OK,
        // Without its parameters.
        (&Method::GET, "/history/chart") => StatusCode::BAD_REQUEST,
        (_, path) if path.contains("{id}") => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

#[tokio::test]
async fn a_key_is_let_in_exactly_where_the_table_names_its_scope() {
    let mut allowed = 0;
    for scope in Scope::ALL {
        let world = world().await;
        let (_, key) = world.make(&[scope.as_str()]).await;
        for route in route::table() {
            let path = format!("{BASE}{}", route.path.replace("{id}", &world.session));
            let body = body(route.path);
            let reply = world.call(&key, route.method.clone(), &path, body.as_ref()).await;
            let expected = match route.key {
                None => (StatusCode::FORBIDDEN, "key_not_allowed"),
                Some(wanted) if wanted != scope => (StatusCode::FORBIDDEN, "key_scope"),
                Some(_) => {
                    allowed += 1;
                    (welcome(&route.method, route.path), "")
                }
            };
            let what = format!("{} {path} for {}: {}", route.method, scope.as_str(), reply.text());
            assert_eq!(reply.status, expected.0, "{what}");
            if !expected.1.is_empty() {
                assert_eq!(reply.code(), expected.1, "{what}");
                assert!(!reply.json()["message"].as_str().unwrap().is_empty(), "{what}");
            }
            assert!(reply.cookies().is_empty(), "{what}");
        }
    }
    let rows = route::table();
    assert_eq!(allowed, rows.iter().filter(|row| row.key.is_some()).count());
}

#[test]
fn no_key_opens_what_is_about_logins_accounts_roles_or_keys() {
    for route in route::table() {
        let kept = [
            "/login",
            "/setup",
            "/logout",
            "/forgot",
            "/reset",
            "/register",
            "/email",
            "/me",
            "/keys",
            "/organisation",
        ];
        let personal = kept.iter().any(|start| route.path.starts_with(start))
            || [
                "/users/{id}/role",
                "/users/{id}/invite",
                "/history/erase",
                "/sessions",
            ]
            .contains(&route.path);
        if personal {
            assert_eq!(route.key, None, "{} {}", route.method, route.path);
        }
        if route.method == Method::GET {
            let reads = route.key.is_none_or(|scope| scope.as_str().ends_with(":read"));
            assert!(reads, "{}", route.path);
        } else {
            let reads = route.key.is_some_and(|scope| scope.as_str().ends_with(":read"));
            assert!(!reads, "{}", route.path);
        }
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let world = world().await;
    let (id, key) = world.make(&["users:read"]).await;
    assert!(key.starts_with("temoto_key_") && key.len() == 83, "{key}");
    let listed = world.portal.get("/api/v1/keys", &world.admin).await;
    assert!(!listed.text().contains(&key[11..30]));
    let row = &listed.json()[0];
    assert_eq!(
        json!([
            row["id"],
            row["name"],
            row["scopes"],
            row["maker"],
            row["state"],
            row["last_used_at_ms"]
        ]),
        json!([id, "会計", ["users:read"], "佐藤 花子", "good", null])
    );
    assert_eq!(world.users(&key).await, GOOD);
    let used = world.portal.get("/api/v1/keys", &world.admin).await.json();
    assert!(used[0]["last_used_at_ms"].is_i64());
}

#[tokio::test]
async fn a_login_alone_makes_no_key_and_nonsense_makes_none_either() {
    let world = world().await;
    let body = |name: &str, scopes: Value, days: u32, password: &str| json!({ "name": name, "scopes": scopes, "days": days, "password": password });
    let read = json!(["users:read"]);
    for (body, code) in [
        (body("a", read.clone(), 30, "wrong"), "wrong_password"),
        (body("", read.clone(), 30, PASSWORD), "key_name_invalid"),
        (body("a\u{202e}", read.clone(), 30, PASSWORD), "key_name_invalid"),
        (body("a", json!([]), 30, PASSWORD), "key_scopes_invalid"),
        (
            body("a", json!(["users:all"]), 30, PASSWORD),
            "key_scopes_invalid",
        ),
        (body("a", read.clone(), 31, PASSWORD), "key_days_invalid"),
        (body("a", read.clone(), 100_000, PASSWORD), "key_days_invalid"),
    ] {
        assert_eq!(world.ask(&body).await.code(), code, "{body}");
        world.portal.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(
        world.portal.get("/api/v1/keys", &world.admin).await.json(),
        json!([])
    );
    for _ in 0..20 {
        world.make(&["users:read"]).await;
        world.portal.clock.advance(Duration::from_secs(1));
    }
    let one_more = world.ask(&body("a", read, 30, PASSWORD)).await;
    assert_eq!(
        (one_more.status, one_more.code().as_str()),
        (StatusCode::CONFLICT, "too_many_keys")
    );
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_a_cookie_beside_it_does_not_help() {
    let world = world().await;
    let (_, key) = world.make(&["users:read"]).await;
    let changed = format!("{}0", &key[..key.len() - 1]);
    let changed = if changed == key {
        format!("{}1", &key[..key.len() - 1])
    } else {
        changed
    };
    for wrong in ["", "x", &key[..40], &changed, &"a".repeat(64)] {
        let reply = world
            .call_with(wrong, Method::GET, "/api/v1/users", None, |headers| {
                headers.insert(header::COOKIE, world.admin.parse().unwrap());
            })
            .await;
        assert_eq!((reply.status, reply.code()), refused("key_unknown"), "{wrong}");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        assert!(!reply.json()["message"].as_str().unwrap().is_empty());
    }
    // A cookie beside a good key gives it nothing.
    let reply = world
        .call_with(
            &key,
            Method::POST,
            "/api/v1/groups",
            Some(&json!({ "name": "A" })),
            |headers| {
                headers.insert(header::COOKIE, world.admin.parse().unwrap());
            },
        )
        .await;
    assert_eq!(reply.code(), "key_scope");
    // Another kind of `Authorization` is a proxy's: the cookie counts as without it.
    let mut request = world
        .portal
        .request(Method::GET, "/api/v1/users", &world.admin, None);
    request
        .headers_mut()
        .insert(header::AUTHORIZATION, "Basic eDp5".parse().unwrap());
    assert_eq!(world.portal.send(request).await.status, StatusCode::OK);
    // Where no table says anything, a key changes nothing: the description is for everybody.
    let described = world.call(&key, Method::GET, "/api/v1/openapi.json", None).await;
    assert_eq!(described.status, StatusCode::OK);
    let no_method = world.call(&key, Method::PUT, "/api/v1/users", None).await;
    assert_eq!(no_method.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_foreign_page_gains_nothing_by_the_header() {
    let world = world().await;
    for origin in ["https://evil.example", "null"] {
        let reply = world
            .call_with(
                "x",
                Method::POST,
                "/api/v1/groups",
                Some(&json!({ "name": "A" })),
                |headers| {
                    headers.insert(header::COOKIE, world.admin.parse().unwrap());
                    headers.insert(header::ORIGIN, origin.parse().unwrap());
                },
            )
            .await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{origin}");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let request = world.portal.request(Method::OPTIONS, "/api/v1/groups", "", None);
    let preflight = world.portal.send(request).await;
    assert_eq!(preflight.header("access-control-allow-headers"), "");
    assert_eq!(
        world.portal.get("/api/v1/groups", &world.admin).await.json(),
        json!([])
    );
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_or_its_time_is_over() {
    let world = world().await;
    let (first, key) = world.make(&["users:read"]).await;
    let (_, other) = world.make(&["users:read"]).await;
    assert_eq!(world.users(&key).await, GOOD);
    let path = format!("/api/v1/keys/{first}/revoke");
    let revoke = async |cookie: &str| world.portal.post(&path, cookie, &Value::Null).await.status;
    assert_eq!(revoke(&world.admin).await, StatusCode::NO_CONTENT);
    assert_eq!(revoke(&world.admin).await, StatusCode::NOT_FOUND);
    assert_eq!(world.users(&key).await, refused("key_revoked"));
    assert_eq!(world.users(&other).await, GOOD);
    world.portal.clock.advance(Duration::from_secs(30 * 86_400 - 1));
    assert_eq!(world.users(&other).await, GOOD);
    world.portal.clock.advance(Duration::from_secs(1));
    assert_eq!(world.users(&other).await, refused("key_expired"));
}

#[tokio::test]
async fn a_key_stops_while_its_maker_is_no_administrator_who_can_log_in() {
    let world = world().await;
    let (_, key) = world.make(&["users:read"]).await;
    world.change_maker("role", json!({ "role": "operator" })).await;
    assert_eq!(world.users(&key).await, refused("key_stopped"));
    let listed = world.portal.get("/api/v1/keys", &world.second).await.json();
    assert_eq!(listed[0]["state"], "stopped");
    world
        .change_maker("role", json!({ "role": "administrator" }))
        .await;
    assert_eq!(world.users(&key).await, GOOD);
    world.change_maker("suspend", Value::Null).await;
    assert_eq!(world.users(&key).await, refused("key_stopped"));
    world.change_maker("resume", Value::Null).await;
    assert_eq!(world.users(&key).await, GOOD);
    world.change_maker("delete", Value::Null).await;
    assert_eq!(world.users(&key).await, refused("key_stopped"));
}

#[tokio::test]
async fn a_key_touches_no_administrator_and_makes_none() {
    let world = world().await;
    let (_, key) = world.make(&["users:write"]).await;
    let post = async |path: &str, body: &Value| world.call(&key, Method::POST, path, Some(body)).await;
    let second = world.portal.get("/api/v1/me", &world.second).await.json();
    let second = second["user"]["id"].as_str().unwrap().to_owned();
    for target in [second.as_str(), &world.maker.to_string()] {
        for what in ["suspend", "resume", "delete", "role", "invite"] {
            let reply = post(
                &format!("/api/v1/users/{target}/{what}"),
                &json!({ "role": "operator" }),
            )
            .await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (StatusCode::FORBIDDEN, "key_not_allowed"),
                "{what}"
            );
        }
    }
    let new = json!({ "email": "new@a.example", "name": "New", "role": "administrator" });
    assert_eq!(post("/api/v1/users", &new).await.code(), "key_not_allowed");
    let table = json!({ "table": "email,name,role\nx@a.example,X,administrator\ny@a.example,Y,operator\n", "dry_run": false });
    let imported = post("/api/v1/users/import", &table).await.json();
    assert_eq!(
        (&imported["added"], &imported["problems"][0]["code"]),
        (&json!(1), &json!("key_not_allowed"))
    );
    // Operators it may.
    let operator = format!("/api/v1/users/{}", world.operator);
    assert_eq!(
        post(&format!("{operator}/suspend"), &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        post(&format!("{operator}/resume"), &Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_key_is_given_no_link_that_chooses_a_password() {
    // A portal without mail.
    let portal = TestPortal::installed(Installed::SelfSigned, Pages::none(), Programs::default()).await;
    let world = world_on(portal).await;
    let (_, key) = world.make(&["users:write"]).await;
    let new = |email: &str| json!({ "email": email, "name": "New", "role": "operator" });
    let by_key = world
        .call(&key, Method::POST, "/api/v1/users", Some(&new("a@a.example")))
        .await;
    assert_eq!(
        (by_key.status, &by_key.json()["link"]),
        (StatusCode::CREATED, &Value::Null)
    );
    let by_person = world
        .portal
        .post("/api/v1/users", &world.admin, &new("b@a.example"))
        .await;
    assert!(by_person.json()["link"].is_string());
}

#[tokio::test]
async fn what_a_key_did_stands_in_the_trail_as_the_keys() {
    let world = world().await;
    let (id, key) = world.make(&["groups:write", "sessions:end"]).await;
    let made = world
        .call(
            &key,
            Method::POST,
            "/api/v1/groups",
            Some(&json!({ "name": "A" })),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let end = format!("/api/v1/sessions/{}/end", world.session);
    assert_eq!(
        world.call(&key, Method::POST, &end, None).await.status,
        StatusCode::NO_CONTENT
    );
    let path = format!("/api/v1/keys/{id}/revoke");
    world.portal.post(&path, &world.admin, &Value::Null).await;

    let rows = world
        .portal
        .store
        .audit_rows(world.organisation, 0, 1_000)
        .await
        .unwrap();
    let key: ActorId = id.parse().unwrap();
    let by = |kind: &str| {
        let row = rows.iter().rfind(|row| row.kind == kind).unwrap();
        (
            row.actor.clone().unwrap(),
            row.subject.clone(),
            row.detail.clone(),
        )
    };
    let maker = world.maker.as_bytes().to_vec();
    assert_eq!(by("group_made").0, key.as_bytes());
    assert_eq!(by("session_ended").0, key.as_bytes());
    let (actor, subject, detail) = by("api_key_made");
    assert_eq!((actor, subject), (maker.clone(), id.clone()));
    assert_eq!(detail, "会計: sessions:end groups:write, 30 days");
    assert_eq!(by("api_key_revoked"), (maker, id, "会計".to_owned()));
}

#[tokio::test]
async fn calls_with_keys_are_limited_by_address_good_or_not() {
    let world = world().await;
    let (_, key) = world.make(&["users:read"]).await;
    let mut answers = Vec::new();
    for key in [key.as_str(), "x"].repeat(80) {
        let mut request = world.portal.request(Method::GET, "/api/v1/users", "", None);
        let line = format!("Bearer {key}").parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, line);
        answers.push(world.portal.send(request).await.status);
    }
    assert_eq!(answers[0], StatusCode::OK);
    assert_eq!(answers[1], StatusCode::UNAUTHORIZED);
    assert!(answers.contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn keys_of_another_organisation_are_neither_listed_nor_revoked() {
    let world = world().await;
    let (id, key) = world.make(&["users:read"]).await;
    let theirs = world.portal.organisation("Theirs").await;
    world
        .portal
        .user(theirs, "admin@b.example", Role::Administrator)
        .await;
    let stranger = world.portal.log_in("admin@b.example").await;
    assert_eq!(
        world.portal.get("/api/v1/keys", &stranger).await.json(),
        json!([])
    );
    let path = format!("/api/v1/keys/{id}/revoke");
    let reply = world.portal.post(&path, &stranger, &Value::Null).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let users = world.call(&key, Method::GET, "/api/v1/users", None).await.json();
    assert_eq!(users["total"], 3);
}
