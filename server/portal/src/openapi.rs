//! The description of the interface: `/api/v1/openapi.json` for programs; the pages make `/docs/api` of it for people.
//!
//! What holds for many operations is written into it from the route table: who may call, with which keys, and the
//! failures that come from the gate and from reading a request.

use axum::Router;
use axum::http::header;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::{Value, json};
use temoto_model::Standing;
use utoipa::OpenApi;

use crate::route::{self, BASE, Route};
use crate::{
    App, account, api_key, group, history, licence, organisation, permission, registration, server, session,
    user,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Temoto",
        description = "The server's interface for its own pages and for other programs. A person is known by the cookie of \
            a login, and then every request that changes something needs an `Origin` of this server. A program sends \
            `Authorization: Bearer temoto_key_…` and needs neither; what its key may stands at each operation, and \
            a request with a key is judged by the key alone. A failure has a body \
            `{ \"code\", \"message\"?, \"retry_after_ms\"? }`. Times are milliseconds since 1970."
    ),
    paths(
        server::info::handler,
        account::login::handler,
        account::setup::handler,
        account::link::handler,
        account::logout::handler,
        account::forgot::handler,
        account::reset::handler,
        registration::begin::handler,
        registration::link::handler,
        registration::complete::handler,
        account::email::link::handler,
        account::email::agree::handler,
        account::me::handler,
        permission::own::handler,
        account::profile::read::handler,
        account::profile::change::handler,
        account::password::handler,
        account::email::change::handler,
        account::email::cancel::handler,
        account::logins::list::handler,
        account::logins::end::handler,
        account::logins::end_others::handler,
        account::factor::read::handler,
        account::factor::begin::handler,
        account::factor::confirm::handler,
        account::factor::recovery::handler,
        account::factor::remove::handler,
        organisation::second_factor::handler,
        organisation::embed::read,
        organisation::embed::decide,
        user::list::handler,
        user::create::handler,
        user::import::handler,
        user::invite::handler,
        user::suspend::handler,
        user::resume::handler,
        user::role::handler,
        user::delete::handler,
        group::list::handler,
        group::create::handler,
        group::rename::handler,
        group::delete::handler,
        group::members::read,
        group::members::change,
        permission::organisation::read,
        permission::organisation::change,
        permission::group::read,
        permission::group::change,
        permission::user::read,
        permission::user::change,
        history::list::handler,
        history::chart::handler,
        history::export::csv,
        history::export::json,
        history::files::handler,
        history::policy::read,
        history::policy::decide,
        history::erase::handler,
        history::operators::handler,
        history::one::handler,
        history::note::handler,
        history::report::handler,
        licence::list::handler,
        licence::activate::handler,
        licence::policy::handler,
        licence::usage::handler,
        licence::wait::handler,
        licence::leave::handler,
        api_key::list::handler,
        api_key::create::handler,
        api_key::revoke::handler,
        session::list::handler,
        session::create::handler,
        session::code::handler,
        session::statement::handler,
        session::live::handler,
        session::pause::pause,
        session::pause::resume,
        session::guidance::handler,
        session::end::handler,
    )
)]
struct Description;

/// The document.
pub(crate) fn document() -> Value {
    let mut document = serde_json::to_value(Description::openapi()).unwrap_or(Value::Null);
    document["components"]["securitySchemes"] = json!({
        "login": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-temoto",
            "description": "The cookie of a login; `temoto` where the server speaks without TLS.",
        },
        "key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "temoto_key_",
            "description": "A key that an administrator made.",
        },
    });
    for route in route::table() {
        let path = format!("{BASE}{}", route.path);
        let operation = &mut document["paths"][path][route.method.as_str().to_lowercase()];
        if operation.is_object() {
            complete(operation, &route);
        }
    }
    document
}

/// Writes into an operation what its row says.
fn complete(operation: &mut Value, route: &Route) {
    operation["operationId"] = json!(name(route));
    let mut ways = Vec::new();
    if let Standing::AtLeast(_) = route.who {
        ways.push(json!({ "login": [] }));
    }
    if let Some(scope) = route.key {
        ways.push(json!({ "key": [scope.as_str()] }));
        operation["x-temoto-scope"] = json!(scope.as_str());
    }
    operation["security"] = json!(ways);
    operation["x-temoto-for"] = json!(match route.who {
        Standing::Anyone => "anyone",
        Standing::AtLeast(role) => role.as_str(),
    });
    let mut asks = false;
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        asks |= parameter["in"] == "query";
        if parameter["in"] == "path" {
            parameter["schema"]["pattern"] = json!("^[0-9a-f]{32}$");
        }
    }
    let has_body = operation.get("requestBody").is_some();
    let responses = &mut operation["responses"];
    for (status, when, description) in COMMON {
        let comes = match when {
            When::Always => true,
            When::Changes => route.method != axum::http::Method::GET,
            When::Asks => asks || has_body,
            When::Body => has_body,
        };
        if comes && responses.get(status).is_none() {
            responses[status] = json!({
                "description": description,
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Failure" } } },
                "x-temoto-common": true,
            });
        }
    }
}

/// What generators of clients call an operation: `post_sessions_id_codes`. Handlers share their names, method and path are its own.
fn name(route: &Route) -> String {
    let method = route.method.as_str().to_lowercase();
    let words = route
        .path
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// Which operations fail so.
enum When {
    Always,
    /// Those that change something.
    Changes,
    /// Those with a body or something behind the `?`.
    Asks,
    /// Those with a body.
    Body,
}

/// How operations fail before they begin, or in ways of which none of them speaks; the first that fits is written down.
const COMMON: [(&str, When, &str); 12] = [
    ("400", When::Asks, "`malformed`"),
    ("400", When::Always, "`host_missing`"),
    (
        "401",
        When::Always,
        "With a key `key_unknown`, `key_expired`, `key_revoked`, `key_stopped`",
    ),
    (
        "403",
        When::Changes,
        "`origin`: without a key, and sent by no page of this server; with one `key_scope`, `key_not_allowed`",
    ),
    ("403", When::Always, "With a key `key_scope`, `key_not_allowed`"),
    ("408", When::Body, "`too_slow`"),
    ("413", When::Body, "`too_large`"),
    ("415", When::Body, "`not_json`"),
    ("421", When::Always, "`wrong_host`: sent to another name"),
    ("429", When::Always, "`try_later`: `Retry-After` says when"),
    ("500", When::Always, "`internal`"),
    (
        "507",
        When::Always,
        "`storage`: the server's disk is full or cannot be written",
    ),
];

pub(crate) fn router() -> Router<App> {
    let json = document().to_string();
    Router::new()
        .route(
            "/api/v1/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], json.clone())),
        )
        .route("/api", get(async || Redirect::temporary("/docs/api")))
}
