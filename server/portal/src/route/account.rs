//! The rows about the door and the own account; `{id}` is a login. No key opens any of them.

use axum::http::Method as M;
use axum::routing::{get, post};

use super::{ANYONE, NO_KEY, OPERATORS, Route, row};
use crate::{account, permission, registration};

/// The part of the table that is about logging in and the own account.
pub(super) fn rows() -> Vec<Route> {
    vec![
        row(M::POST, "/login", ANYONE, NO_KEY, post(account::login::handler)),
        row(M::POST, "/setup", ANYONE, NO_KEY, post(account::setup::handler)),
        row(
            M::POST,
            "/setup/link",
            ANYONE,
            NO_KEY,
            post(account::link::handler),
        ),
        row(M::POST, "/logout", ANYONE, NO_KEY, post(account::logout::handler)),
        row(M::POST, "/forgot", ANYONE, NO_KEY, post(account::forgot::handler)),
        row(M::POST, "/reset", ANYONE, NO_KEY, post(account::reset::handler)),
        row(
            M::POST,
            "/register",
            ANYONE,
            NO_KEY,
            post(registration::begin::handler),
        ),
        row(
            M::POST,
            "/register/link",
            ANYONE,
            NO_KEY,
            post(registration::link::handler),
        ),
        row(
            M::POST,
            "/register/complete",
            ANYONE,
            NO_KEY,
            post(registration::complete::handler),
        ),
        row(
            M::POST,
            "/email/link",
            ANYONE,
            NO_KEY,
            post(account::email::link::handler),
        ),
        row(
            M::POST,
            "/email/agree",
            ANYONE,
            NO_KEY,
            post(account::email::agree::handler),
        ),
        row(M::GET, "/me", OPERATORS, NO_KEY, get(account::me::handler)),
        row(
            M::GET,
            "/me/permissions",
            OPERATORS,
            NO_KEY,
            get(permission::own::handler),
        ),
        row(
            M::GET,
            "/me/profile",
            OPERATORS,
            NO_KEY,
            get(account::profile::read::handler),
        ),
        row(
            M::POST,
            "/me/profile",
            OPERATORS,
            NO_KEY,
            post(account::profile::change::handler),
        ),
        row(
            M::POST,
            "/me/password",
            OPERATORS,
            NO_KEY,
            post(account::password::handler),
        ),
        row(
            M::POST,
            "/me/email",
            OPERATORS,
            NO_KEY,
            post(account::email::change::handler),
        ),
        row(
            M::POST,
            "/me/email/cancel",
            OPERATORS,
            NO_KEY,
            post(account::email::cancel::handler),
        ),
        row(
            M::GET,
            "/me/logins",
            OPERATORS,
            NO_KEY,
            get(account::logins::list::handler),
        ),
        row(
            M::POST,
            "/me/logins/{id}/end",
            OPERATORS,
            NO_KEY,
            post(account::logins::end::handler),
        ),
        row(
            M::POST,
            "/me/logins/end-others",
            OPERATORS,
            NO_KEY,
            post(account::logins::end_others::handler),
        ),
        row(
            M::GET,
            "/me/second-factor",
            OPERATORS,
            NO_KEY,
            get(account::factor::read::handler),
        ),
        row(
            M::POST,
            "/me/second-factor",
            OPERATORS,
            NO_KEY,
            post(account::factor::begin::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/confirm",
            OPERATORS,
            NO_KEY,
            post(account::factor::confirm::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/recovery",
            OPERATORS,
            NO_KEY,
            post(account::factor::recovery::handler),
        ),
        row(
            M::POST,
            "/me/second-factor/remove",
            OPERATORS,
            NO_KEY,
            post(account::factor::remove::handler),
        ),
    ]
}
