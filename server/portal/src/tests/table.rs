//! Every row of the route table is what it says, for everybody.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use temoto_model::{Role, Standing};

use crate::route::{self, BASE, Route};
use crate::testing::{Installed, PASSWORD, TestPortal, console_key};
use crate::{Pages, Programs};

/// Who calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Who {
    Nobody,
    /// Runs the session that is called about.
    Operator,
    /// Of the same organisation, but it is not their session.
    Colleague,
    Administrator,
    /// An administrator elsewhere.
    OtherOrganisation,
    ExpiredLogin,
    LoggedOut,
    Disabled,
}

const EVERYBODY: [Who; 8] = [
    Who::Nobody,
    Who::Operator,
    Who::Colleague,
    Who::Administrator,
    Who::OtherOrganisation,
    Who::ExpiredLogin,
    Who::LoggedOut,
    Who::Disabled,
];

fn role(who: Who) -> Option<Role> {
    match who {
        Who::Operator | Who::Colleague => Some(Role::Operator),
        Who::Administrator | Who::OtherOrganisation => Some(Role::Administrator),
        Who::Nobody | Who::ExpiredLogin | Who::LoggedOut | Who::Disabled => None,
    }
}

/// The body that each operation takes.
pub(super) fn body(path: &str) -> Option<Value> {
    match path {
        "/login" => Some(json!({ "email": "operator@a.example", "password": PASSWORD })),
        "/setup" => Some(json!({ "token": "00", "password": PASSWORD })),
        "/setup/link" => Some(json!({ "token": "00" })),
        "/reset" => Some(json!({ "token": "00", "password": PASSWORD })),
        "/forgot" => Some(json!({ "email": "operator@a.example", "language": "en" })),
        "/register" => Some(json!({ "email": "new@a.example", "password": PASSWORD, "language": "en" })),
        "/register/link" | "/email/link" | "/email/agree" => Some(json!({ "token": "00" })),
        "/register/complete" => {
            Some(json!({ "token": "00", "company": "A", "name": "B", "telephone": "03-1234-5678" }))
        }
        "/me/profile" => Some(json!({ "nickname": "はな" })),
        "/me/password" => Some(json!({ "current": PASSWORD, "password": "velvet-otter-17" })),
        "/me/email" => Some(json!({ "email": "new@a.example", "password": PASSWORD })),
        "/me/second-factor" | "/me/second-factor/recovery" | "/me/second-factor/remove" => {
            Some(json!({ "password": PASSWORD }))
        }
        "/me/second-factor/confirm" => Some(json!({ "code": "123456" })),
        "/users" => Some(json!({ "email": "jiro@a.example", "name": "鈴木 次郎", "role": "operator" })),
        "/users/import" => Some(json!({ "table": "email,name\nx@a.example,X\n", "dry_run": true })),
        "/users/{id}/role" => Some(json!({ "role": "administrator" })),
        "/groups" | "/groups/{id}" => Some(json!({ "name": "夜間" })),
        "/groups/{id}/members" => Some(json!({ "add": [], "remove": [] })),
        "/permissions" | "/groups/{id}/permissions" | "/users/{id}/permissions" => {
            Some(json!({ "function": "files", "setting": "deny" }))
        }
        "/organisation/embed" => Some(json!({ "origins": ["https://www.example.com"] })),
        "/organisation/second-factor" => Some(json!({ "required": false })),
        "/history/policy" => Some(json!({ "keep_days": 90 })),
        "/history/erase" => Some(json!({ "customer": "nobody" })),
        "/history/{id}" => Some(json!({ "note": "n", "ticket": "t" })),
        "/sessions/{id}/report" => Some(json!({ "system": "Windows 11" })),
        "/licences" => Some(json!({ "licence": crate::tests::licences::key(5) })),
        "/keys" => {
            Some(json!({ "name": "会計", "scopes": ["users:read"], "days": 30, "password": PASSWORD }))
        }
        "/licences/policy" => Some(json!({ "take_at": "code" })),
        "/sessions/{id}/guidance" => {
            Some(json!({ "address": "c@c.example", "language": "ja", "subject": "S", "text": "T" }))
        }
        "/sessions" | "/sessions/{id}/statement" => Some(console_key()),
        _ => None,
    }
}

/// What an operation answers to somebody whom it lets in, calling about the operator's session.
fn welcome(route: &Route, who: Who) -> StatusCode {
    let own = who == Who::Operator;
    match (&route.method, route.path) {
        (&Method::POST, "/setup" | "/setup/link" | "/reset" | "/register/link" | "/register/complete") => {
            StatusCode::GONE
        }
        (&Method::POST, "/email/link" | "/email/agree") => StatusCode::GONE,
        (&Method::POST, "/forgot" | "/register" | "/me/email") => StatusCode::ACCEPTED,
        (
            &Method::POST,
            "/logout"
            | "/licences/policy"
            | "/licences/line/leave"
            | "/history/policy"
            | "/me/password"
            | "/me/email/cancel"
            | "/me/logins/end-others",
        ) => StatusCode::NO_CONTENT,
        (&Method::POST, "/permissions" | "/organisation/second-factor" | "/organisation/embed") => {
            StatusCode::NO_CONTENT
        }
        // There is none to confirm, renew or remove.
        (&Method::POST, path) if path.starts_with("/me/second-factor/") => StatusCode::CONFLICT,
        (&Method::POST, "/sessions" | "/users" | "/groups" | "/licences" | "/keys") => StatusCode::CREATED,
        (&Method::POST, "/sessions/{id}/report") if own => StatusCode::NO_CONTENT,
        (&Method::GET, "/history/{id}") if own || who == Who::Administrator => StatusCode::OK,
        (&Method::GET, "/history/{id}") => StatusCode::NOT_FOUND,
        (&Method::POST, "/history/{id}") if own || who == Who::Administrator => StatusCode::NO_CONTENT,
        // Without its parameters.
        (&Method::GET, "/history/chart" | "/sessions/live") => StatusCode::BAD_REQUEST,
        (&Method::POST, "/sessions/{id}/codes") if own => StatusCode::CREATED,
        // No customer joined yet; and what is not paused goes on.
        (&Method::POST, "/sessions/{id}/pause") if own => StatusCode::CONFLICT,
        (&Method::POST, "/sessions/{id}/resume") if own => StatusCode::NO_CONTENT,
        (&Method::POST, "/sessions/{id}/guidance") if own => StatusCode::ACCEPTED,
        (&Method::POST, "/sessions/{id}/statement") if own => StatusCode::OK,
        (&Method::POST, "/sessions/{id}/end") if own || who == Who::Administrator => StatusCode::NO_CONTENT,
        (_, path) if path.contains("{id}") => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

struct World {
    portal: TestPortal,
    cookies: Vec<(Who, String)>,
    session: String,
}

async fn world() -> World {
    let portal = TestPortal::new().await;
    let ours = portal.organisation("Ours").await;
    let theirs = portal.organisation("Theirs").await;
    let mut cookies = vec![(Who::Nobody, String::new())];

    portal.user(ours, "expired@a.example", Role::Administrator).await;
    cookies.push((Who::ExpiredLogin, portal.log_in("expired@a.example").await));
    portal.clock.advance(Duration::from_secs(31 * 60));

    for (who, email, organisation, role) in [
        (Who::Operator, "operator@a.example", ours, Role::Operator),
        (Who::Colleague, "colleague@a.example", ours, Role::Operator),
        (
            Who::Administrator,
            "administrator@a.example",
            ours,
            Role::Administrator,
        ),
        (
            Who::OtherOrganisation,
            "administrator@b.example",
            theirs,
            Role::Administrator,
        ),
        (Who::LoggedOut, "out@a.example", ours, Role::Administrator),
        (Who::Disabled, "disabled@a.example", ours, Role::Administrator),
    ] {
        let user = portal.user(organisation, email, role).await;
        let cookie = portal.log_in(email).await;
        if who == Who::LoggedOut {
            portal.post("/api/v1/logout", &cookie, &Value::Null).await;
        }
        if who == Who::Disabled {
            disable(&portal, user, organisation).await;
        }
        cookies.push((who, cookie));
    }
    let operator = &cookies.iter().find(|(who, _)| *who == Who::Operator).unwrap().1;
    let opened = portal.post("/api/v1/sessions", operator, &console_key()).await;
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    World {
        portal,
        cookies,
        session,
    }
}

async fn disable(
    portal: &TestPortal,
    user: temoto_model::UserId,
    organisation: temoto_model::OrganisationId,
) {
    use temoto_model::audit::{AuditEvent, AuditKind};
    use temoto_store::{Accounts as _, Clock as _};
    let event = AuditEvent {
        organisation,
        at: portal.clock.now(),
        actor: None,
        kind: AuditKind::UserDisabled,
        subject: user.to_string(),
        detail: String::new(),
    };
    assert!(portal.store.set_disabled(user, true, &event).await.unwrap());
}

#[tokio::test]
async fn every_route_lets_in_exactly_those_that_the_table_names() {
    for (row, route) in route::table().iter().enumerate() {
        for who in EVERYBODY {
            // A world of its own: many calls change it.
            let world = world().await;
            let cookie = &world.cookies.iter().find(|(other, _)| *other == who).unwrap().1;
            let path = format!("{BASE}{}", route.path.replace("{id}", &world.session));
            let body = body(route.path);
            let request = world
                .portal
                .request(route.method.clone(), &path, cookie, body.as_ref());
            let reply = world.portal.send(request).await;

            let expected = match (route.who, role(who)) {
                (Standing::AtLeast(_), None) => StatusCode::UNAUTHORIZED,
                (standing, role) if !standing.admits(role) => StatusCode::FORBIDDEN,
                _ => welcome(route, who),
            };
            assert_eq!(
                reply.status,
                expected,
                "row {row} {} {path} for {who:?}: {}",
                route.method,
                reply.text()
            );
            match expected {
                StatusCode::UNAUTHORIZED => assert_eq!(reply.code(), "login_needed"),
                StatusCode::FORBIDDEN => assert_eq!(reply.code(), "not_allowed"),
                StatusCode::NOT_FOUND => assert_eq!(reply.code(), "not_found"),
                _ => {}
            }
        }
    }
}

/// Eight ways in which a request does not come from a page of ours.
fn bad_origins(home: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let (scheme, host) = home.split_once("://").unwrap();
    let other = if scheme == "http" { "https" } else { "http" };
    let origin = |value: String| ("origin", value);
    vec![
        ("none", vec![]),
        ("null", vec![origin("null".to_owned())]),
        ("another host", vec![origin(format!("{scheme}://evil.example"))]),
        ("another scheme", vec![origin(format!("{other}://{host}"))]),
        (
            "another port",
            vec![origin(format!(
                "{scheme}://{}:9",
                host.split(':').next().unwrap()
            ))],
        ),
        (
            "a host that begins like ours",
            vec![origin(format!("{home}.evil.example"))],
        ),
        (
            "two of them",
            vec![origin(home.to_owned()), origin("https://evil.example".to_owned())],
        ),
        (
            "ours, but the browser says otherwise",
            vec![
                origin(home.to_owned()),
                ("sec-fetch-site", "cross-site".to_owned()),
            ],
        ),
    ]
}

#[tokio::test]
async fn no_foreign_page_changes_anything_in_any_kind_of_installation() {
    for installed in [Installed::Plain, Installed::SelfSigned, Installed::Proxied] {
        let portal = TestPortal::installed(installed, Pages::none(), Programs::default()).await;
        let organisation = portal.organisation("Ours").await;
        portal
            .user(organisation, "operator@a.example", Role::Operator)
            .await;
        let cookie = portal.log_in("operator@a.example").await;
        let opened = portal.post("/api/v1/sessions", &cookie, &console_key()).await;
        let session = opened.json()["session"].as_str().unwrap().to_owned();
        portal.relay.take();

        let home = portal.site.origin();
        for route in route::table().iter().filter(|route| route.method != Method::GET) {
            let path = format!("{BASE}{}", route.path.replace("{id}", &session));
            for (kind, headers) in bad_origins(&home) {
                let body = body(route.path);
                let mut request = portal.request(route.method.clone(), &path, &cookie, body.as_ref());
                request.headers_mut().remove("origin");
                request.headers_mut().remove("sec-fetch-site");
                for (name, value) in headers {
                    request.headers_mut().append(name, value.parse().unwrap());
                }
                let reply = portal.send(request).await;
                let what = format!("{installed:?} {path} with origin {kind}");
                assert_eq!(
                    (reply.status, reply.code().as_str()),
                    (StatusCode::FORBIDDEN, "origin"),
                    "{what}"
                );
                assert!(reply.cookies().is_empty(), "{what}");
            }
        }
        assert_eq!(portal.relay.take(), Vec::new(), "{installed:?}");
        let alive = portal.get("/api/v1/sessions", &cookie).await.json();
        assert_eq!(alive.as_array().unwrap().len(), 1, "{installed:?}");
        assert_eq!(alive[0]["code"]["routing"], opened.json()["routing"]);
    }
}

#[tokio::test]
async fn the_description_has_exactly_the_operations_of_the_table() {
    let document = crate::openapi::document();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table: BTreeSet<_> = route::table()
        .iter()
        .map(|route| (route.method.to_string(), format!("{BASE}{}", route.path)))
        .collect();
    assert_eq!(described, table);
    let portal = TestPortal::new().await;
    assert_eq!(portal.get("/api/v1/openapi.json", "").await.json(), document);
    let people = portal.get("/api", "").await;
    assert_eq!(
        (people.status, people.header("location").as_str()),
        (StatusCode::TEMPORARY_REDIRECT, "/docs/api")
    );
}

#[test]
fn each_operation_of_the_description_has_a_name_of_its_own() {
    let document = crate::openapi::document();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            assert!(name.chars().all(word), "{method} {path}: {name}");
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} is taken");
        }
    }
    assert!(names.contains("post_sessions_id_codes"), "{names:?}");
}

#[tokio::test]
async fn the_description_says_of_each_operation_who_may_call_it_and_with_which_key() {
    let document = crate::openapi::document();
    for route in route::table() {
        let path = format!("{BASE}{}", route.path);
        let operation = &document["paths"][&path][route.method.as_str().to_lowercase()];
        let login = route.who != Standing::Anyone;
        let ways = operation["security"].as_array().unwrap();
        assert_eq!(ways.contains(&json!({ "login": [] })), login, "{path}");
        let scope = route.key.map(temoto_model::api_key::Scope::as_str);
        assert_eq!(operation["x-temoto-scope"].as_str(), scope, "{path}");
        assert_eq!(
            ways.len(),
            usize::from(login) + usize::from(scope.is_some()),
            "{path}"
        );
        for status in ["400", "421", "500", "507"] {
            assert!(operation["responses"][status].is_object(), "{path} {status}");
        }
    }
}

#[tokio::test]
async fn a_method_that_the_table_does_not_have_is_not_allowed() {
    let portal = TestPortal::new().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let request = portal.request(method.clone(), "/api/v1/sessions", "", None);
        assert_eq!(
            portal.send(request).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method}"
        );
    }
    assert_eq!(
        portal.get("/api/v1/nothing", "").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        portal.get("/api/v1/login", "").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

/// The pages are typed by a saved copy. With `TEMOTO_SAVE_OPENAPI` set it is written anew;
/// then `npm run generate -w @temoto/api` and `npm run format`.
#[test]
fn the_copy_that_the_pages_are_typed_by_is_the_description() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/api/openapi.json");
    let document = format!("{:#}\n", crate::openapi::document());
    if std::env::var_os("TEMOTO_SAVE_OPENAPI").is_some() {
        std::fs::write(file, &document).unwrap();
    }
    let saved: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(saved, crate::openapi::document());
}
