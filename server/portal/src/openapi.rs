//! The description of the interface: `/api/v1/openapi.json` for programs, `/api` for people.

use std::fmt::Write as _;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use temoto_model::Standing;
use utoipa::OpenApi;

use crate::route::{self, BASE};
use crate::{
    App, account, group, history, licence, organisation, permission, registration, server, session, user,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Temoto",
        description = "The server's interface for its own pages and for other programs. Every request that changes \
            something needs an `Origin` of this server; who is logged in is known by a cookie. A failure has a body \
            `{ \"code\", \"retry_after_ms\"? }`; 403 `origin`, 400 `malformed`, 413 `too_large`, 415 `not_json`, \
            408 `too_slow`, 429 `try_later`, 421 `wrong_host`, 500 `internal` and 507 `storage` may come from every \
            operation."
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
    serde_json::to_value(Description::openapi()).unwrap_or(Value::Null)
}

pub(crate) fn router() -> Router<App> {
    let json = document().to_string();
    let page = page(&document());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    Router::new()
        .route(
            "/api/v1/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], json.clone())),
        )
        .route("/api", get(async move || readable(&page, &policy)))
}

fn readable(page: &str, policy: &str) -> Response {
    let mut response = Html(page.to_owned()).into_response();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}h2{font-size:1.1rem;margin-top:2rem}code{font-family:ui-monospace,monospace}\
    dt{float:left;clear:left;width:4rem}dd{margin-left:4rem}";

/// The document as a page without scripts.
fn page(document: &Value) -> String {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Temoto API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style>\
         <h1>Temoto API</h1><p>{}</p><p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>",
        text(&document["info"]["description"])
    );
    for route in route::table() {
        let method = route.method.as_str();
        let operation = &document["paths"][format!("{BASE}{}", route.path)][method.to_lowercase()];
        let who = match route.who {
            Standing::Anyone => "anyone",
            Standing::AtLeast(role) => role.as_str(),
        };
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "<h2><code>{method} {BASE}{}</code></h2><p>{} For: {who}.</p>",
            escape(route.path),
            text(&operation["summary"])
        );
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        if let Some(schema) = body.as_str().and_then(|path| path.strip_prefix('#')) {
            out.push_str(&fields(document.pointer(schema).unwrap_or(&Value::Null)));
        }
        out.push_str("<dl>");
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let _ = write!(
                out,
                "<dt>{}</dt><dd>{}</dd>",
                escape(status),
                text(&response["description"])
            );
        }
        out.push_str("</dl>");
    }
    out
}

fn fields(schema: &Value) -> String {
    let mut out = String::from("<ul>");
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let _ = write!(
            out,
            "<li><code>{}</code> {}</li>",
            escape(name),
            escape(field["description"].as_str().unwrap_or_default())
        );
    }
    out.push_str("</ul>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
