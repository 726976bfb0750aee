//! The one table of operations: method, path, who may, for which keys. To add one: write `<resource>/<operation>.rs`,
//! give it a row here and in [`crate::openapi`]. The tests take every row and hold it to what it says.

mod account;
mod keys;
mod people;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use temoto_model::api_key::Scope::{self, HistoryRead, HistoryWrite, LicencesRead, SessionsEnd};
use temoto_model::{Role, Standing};

use crate::{App, history, licence, organisation, server, session};

/// Where the interface begins.
pub(crate) const BASE: &str = "/api/v1";

/// One operation.
pub(crate) struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path below [`BASE`]; `{id}` is a session.
    pub path: &'static str,
    /// Who may call it. Whose things it touches is up to the operation.
    pub who: Standing,
    /// Whether a program may call it with a key, and what the key must be for.
    pub key: Option<Scope>,
    handler: MethodRouter<App>,
}

const ANYONE: Standing = Standing::Anyone;
const OPERATORS: Standing = Standing::AtLeast(Role::Operator);
const ADMINISTRATORS: Standing = Standing::AtLeast(Role::Administrator);

/// Every operation.
pub(crate) fn table() -> Vec<Route> {
    use Method as M;
    let mut table = vec![
        row(M::GET, "/server", ANYONE, NO_KEY, get(server::info::handler)),
        row(
            M::POST,
            "/organisation/second-factor",
            ADMINISTRATORS,
            NO_KEY,
            post(organisation::second_factor::handler),
        ),
        row(
            M::GET,
            "/organisation/embed",
            ADMINISTRATORS,
            NO_KEY,
            get(organisation::embed::read),
        ),
        row(
            M::POST,
            "/organisation/embed",
            ADMINISTRATORS,
            NO_KEY,
            post(organisation::embed::decide),
        ),
        row(
            M::GET,
            "/history",
            OPERATORS,
            key(HistoryRead),
            get(history::list::handler),
        ),
        row(
            M::GET,
            "/history/chart",
            OPERATORS,
            key(HistoryRead),
            get(history::chart::handler),
        ),
        row(
            M::GET,
            "/history/csv",
            OPERATORS,
            key(HistoryRead),
            get(history::export::csv),
        ),
        row(
            M::GET,
            "/history/json",
            OPERATORS,
            key(HistoryRead),
            get(history::export::json),
        ),
        row(
            M::GET,
            "/history/files/csv",
            OPERATORS,
            key(HistoryRead),
            get(history::files::handler),
        ),
        row(
            M::GET,
            "/history/policy",
            ADMINISTRATORS,
            key(HistoryRead),
            get(history::policy::read),
        ),
        row(
            M::POST,
            "/history/policy",
            ADMINISTRATORS,
            NO_KEY,
            post(history::policy::decide),
        ),
        row(
            M::POST,
            "/history/erase",
            ADMINISTRATORS,
            NO_KEY,
            post(history::erase::handler),
        ),
        row(
            M::GET,
            "/history/{id}",
            OPERATORS,
            key(HistoryRead),
            get(history::one::handler),
        ),
        row(
            M::POST,
            "/history/{id}",
            OPERATORS,
            key(HistoryWrite),
            post(history::note::handler),
        ),
        row(
            M::GET,
            "/history/operators",
            ADMINISTRATORS,
            NO_KEY,
            get(history::operators::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/report",
            OPERATORS,
            NO_KEY,
            post(history::report::handler),
        ),
        row(
            M::GET,
            "/licences",
            ADMINISTRATORS,
            key(LicencesRead),
            get(licence::list::handler),
        ),
        row(
            M::POST,
            "/licences",
            ADMINISTRATORS,
            NO_KEY,
            post(licence::activate::handler),
        ),
        row(
            M::POST,
            "/licences/policy",
            ADMINISTRATORS,
            NO_KEY,
            post(licence::policy::handler),
        ),
        row(
            M::GET,
            "/licences/usage",
            OPERATORS,
            key(LicencesRead),
            get(licence::usage::handler),
        ),
        row(
            M::POST,
            "/licences/line",
            OPERATORS,
            NO_KEY,
            post(licence::wait::handler),
        ),
        row(
            M::POST,
            "/licences/line/leave",
            OPERATORS,
            NO_KEY,
            post(licence::leave::handler),
        ),
        row(
            M::GET,
            "/sessions",
            OPERATORS,
            NO_KEY,
            get(session::list::handler),
        ),
        row(
            M::POST,
            "/sessions",
            OPERATORS,
            NO_KEY,
            post(session::create::handler),
        ),
        row(
            M::GET,
            "/sessions/live",
            OPERATORS,
            NO_KEY,
            get(session::live::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/codes",
            OPERATORS,
            NO_KEY,
            post(session::code::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/statement",
            OPERATORS,
            NO_KEY,
            post(session::statement::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/pause",
            OPERATORS,
            NO_KEY,
            post(session::pause::pause),
        ),
        row(
            M::POST,
            "/sessions/{id}/resume",
            OPERATORS,
            NO_KEY,
            post(session::pause::resume),
        ),
        row(
            M::POST,
            "/sessions/{id}/guidance",
            OPERATORS,
            NO_KEY,
            post(session::guidance::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/end",
            OPERATORS,
            key(SessionsEnd),
            post(session::end::handler),
        ),
    ];
    table.extend(account::rows());
    table.extend(people::rows());
    table.extend(keys::rows());
    table
}

const NO_KEY: Option<Scope> = None;

const fn key(scope: Scope) -> Option<Scope> {
    Some(scope)
}

const fn row(
    method: Method,
    path: &'static str,
    who: Standing,
    key: Option<Scope>,
    handler: MethodRouter<App>,
) -> Route {
    Route {
        method,
        path,
        who,
        key,
        handler,
    }
}

/// The operations as routes.
pub(crate) fn router() -> Router<App> {
    table().into_iter().fold(Router::new(), |router, route| {
        router.route(&format!("{BASE}{}", route.path), route.handler)
    })
}

/// What the row of a request says about keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Keys {
    /// None, or those for this.
    For(Option<Scope>),
    /// There is no such method here.
    NoMethod,
}

/// What the table says about keys where this request goes; nothing if that is not in the table.
pub(crate) fn keys(request: &Request) -> Option<Keys> {
    static ROWS: LazyLock<Vec<(Method, String, Option<Scope>)>> = LazyLock::new(|| {
        let rows = table().into_iter();
        rows.map(|row| (row.method, format!("{BASE}{}", row.path), row.key))
            .collect()
    });
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    // What answers GET answers HEAD.
    let method = match request.method() {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let mut here = ROWS.iter().filter(|(_, row, _)| row == path).peekable();
    here.peek()?;
    let row = here.find(|(row, ..)| row == method);
    Some(row.map_or(Keys::NoMethod, |(.., key)| Keys::For(*key)))
}
