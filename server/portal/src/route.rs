//! The one table of operations: method, path, who may. To add one: write `<resource>/<operation>.rs`, give it a row
//! here and in [`crate::openapi`]. The tests take every row and hold it to what it says.

mod people;

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use temoto_model::{Role, Standing};

use crate::{App, account, history, licence, organisation, permission, registration, server, session};

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
    handler: MethodRouter<App>,
}

const ANYONE: Standing = Standing::Anyone;
const OPERATORS: Standing = Standing::AtLeast(Role::Operator);
const ADMINISTRATORS: Standing = Standing::AtLeast(Role::Administrator);

/// Every operation.
pub(crate) fn table() -> Vec<Route> {
    use Method as M;
    let mut table = vec![
        row(M::GET, "/server", ANYONE, get(server::info::handler)),
        row(M::POST, "/login", ANYONE, post(account::login::handler)),
        row(M::POST, "/setup", ANYONE, post(account::setup::handler)),
        row(M::POST, "/setup/link", ANYONE, post(account::link::handler)),
        row(M::POST, "/logout", ANYONE, post(account::logout::handler)),
        row(M::POST, "/forgot", ANYONE, post(account::forgot::handler)),
        row(M::POST, "/reset", ANYONE, post(account::reset::handler)),
        row(M::POST, "/register", ANYONE, post(registration::begin::handler)),
        row(
            M::POST,
            "/register/link",
            ANYONE,
            post(registration::link::handler),
        ),
        row(
            M::POST,
            "/register/complete",
            ANYONE,
            post(registration::complete::handler),
        ),
        row(
            M::POST,
            "/email/link",
            ANYONE,
            post(account::email::link::handler),
        ),
        row(
            M::POST,
            "/email/agree",
            ANYONE,
            post(account::email::agree::handler),
        ),
        row(M::GET, "/me", OPERATORS, get(account::me::handler)),
        row(
            M::GET,
            "/me/permissions",
            OPERATORS,
            get(permission::own::handler),
        ),
        row(
            M::GET,
            "/me/profile",
            OPERATORS,
            get(account::profile::read::handler),
        ),
        row(
            M::POST,
            "/me/profile",
            OPERATORS,
            post(account::profile::change::handler),
        ),
        row(
            M::POST,
            "/me/password",
            OPERATORS,
            post(account::password::handler),
        ),
        row(
            M::POST,
            "/me/email",
            OPERATORS,
            post(account::email::change::handler),
        ),
        row(
            M::POST,
            "/me/email/cancel",
            OPERATORS,
            post(account::email::cancel::handler),
        ),
        row(
            M::GET,
            "/me/logins",
            OPERATORS,
            get(account::logins::list::handler),
        ),
        row(
            M::POST,
            "/me/logins/{id}/end",
            OPERATORS,
            post(account::logins::end::handler),
        ),
        row(
            M::POST,
            "/me/logins/end-others",
            OPERATORS,
            post(account::logins::end_others::handler),
        ),
        row(
            M::GET,
            "/me/second-factor",
            OPERATORS,
            get(account::factor::read::handler),
        ),
        row(
            M::POST,
            "/me/second-factor",
            OPERATORS,
            post(account::factor::begin::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/confirm",
            OPERATORS,
            post(account::factor::confirm::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/recovery",
            OPERATORS,
            post(account::factor::recovery::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/remove",
            OPERATORS,
            post(account::factor::remove::handler),
        ),
        row(
            M::POST,
            "/organisation/second-factor",
            ADMINISTRATORS,
            post(organisation::second_factor::handler),
        ),
        row(
            M::GET,
            "/organisation/embed",
            ADMINISTRATORS,
            get(organisation::embed::read),
        ),
        row(
            M::POST,
            "/organisation/embed",
            ADMINISTRATORS,
            post(organisation::embed::decide),
        ),
        row(M::GET, "/history", OPERATORS, get(history::list::handler)),
        row(M::GET, "/history/chart", OPERATORS, get(history::chart::handler)),
        row(M::GET, "/history/csv", OPERATORS, get(history::export::csv)),
        row(M::GET, "/history/json", OPERATORS, get(history::export::json)),
        row(
            M::GET,
            "/history/policy",
            ADMINISTRATORS,
            get(history::policy::read),
        ),
        row(
            M::POST,
            "/history/policy",
            ADMINISTRATORS,
            post(history::policy::decide),
        ),
        row(
            M::POST,
            "/history/erase",
            ADMINISTRATORS,
            post(history::erase::handler),
        ),
        row(
            M::GET,
            "/history/operators",
            ADMINISTRATORS,
            get(history::operators::handler),
        ),
        row(M::GET, "/history/{id}", OPERATORS, get(history::one::handler)),
        row(M::POST, "/history/{id}", OPERATORS, post(history::note::handler)),
        row(
            M::POST,
            "/sessions/{id}/report",
            OPERATORS,
            post(history::report::handler),
        ),
        row(M::GET, "/licences", ADMINISTRATORS, get(licence::list::handler)),
        row(
            M::POST,
            "/licences",
            ADMINISTRATORS,
            post(licence::activate::handler),
        ),
        row(
            M::POST,
            "/licences/policy",
            ADMINISTRATORS,
            post(licence::policy::handler),
        ),
        row(M::GET, "/licences/usage", OPERATORS, get(licence::usage::handler)),
        row(M::POST, "/licences/line", OPERATORS, post(licence::wait::handler)),
        row(
            M::POST,
            "/licences/line/leave",
            OPERATORS,
            post(licence::leave::handler),
        ),
        row(M::GET, "/sessions", OPERATORS, get(session::list::handler)),
        row(M::GET, "/sessions/live", OPERATORS, get(session::live::handler)),
        row(M::POST, "/sessions", OPERATORS, post(session::create::handler)),
        row(
            M::POST,
            "/sessions/{id}/codes",
            OPERATORS,
            post(session::code::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/statement",
            OPERATORS,
            post(session::statement::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/pause",
            OPERATORS,
            post(session::pause::pause),
        ),
        row(
            M::POST,
            "/sessions/{id}/resume",
            OPERATORS,
            post(session::pause::resume),
        ),
        row(
            M::POST,
            "/sessions/{id}/guidance",
            OPERATORS,
            post(session::guidance::handler),
        ),
        row(
            M::POST,
            "/sessions/{id}/end",
            OPERATORS,
            post(session::end::handler),
        ),
    ];
    table.extend(people::rows());
    table
}

const fn row(method: Method, path: &'static str, who: Standing, handler: MethodRouter<App>) -> Route {
    Route {
        method,
        path,
        who,
        handler,
    }
}

/// The operations as routes.
pub(crate) fn router() -> Router<App> {
    table().into_iter().fold(Router::new(), |router, route| {
        router.route(&format!("{BASE}{}", route.path), route.handler)
    })
}
