//! The rows about the people of an organisation: accounts, groups, who may use what.

use axum::http::Method as M;
use axum::routing::{get, post};

use super::{ADMINISTRATORS, Route, row};
use crate::{group, permission, user};

/// The part of the table that is about people; `{id}` is a person or a group.
pub(super) fn rows() -> Vec<Route> {
    vec![
        row(M::GET, "/users", ADMINISTRATORS, get(user::list::handler)),
        row(M::POST, "/users", ADMINISTRATORS, post(user::create::handler)),
        row(
            M::POST,
            "/users/import",
            ADMINISTRATORS,
            post(user::import::handler),
        ),
        row(
            M::POST,
            "/users/{id}/invite",
            ADMINISTRATORS,
            post(user::invite::handler),
        ),
        row(
            M::POST,
            "/users/{id}/suspend",
            ADMINISTRATORS,
            post(user::suspend::handler),
        ),
        row(
            M::POST,
            "/users/{id}/resume",
            ADMINISTRATORS,
            post(user::resume::handler),
        ),
        row(
            M::POST,
            "/users/{id}/role",
            ADMINISTRATORS,
            post(user::role::handler),
        ),
        row(
            M::POST,
            "/users/{id}/delete",
            ADMINISTRATORS,
            post(user::delete::handler),
        ),
        row(M::GET, "/groups", ADMINISTRATORS, get(group::list::handler)),
        row(M::POST, "/groups", ADMINISTRATORS, post(group::create::handler)),
        row(
            M::POST,
            "/groups/{id}",
            ADMINISTRATORS,
            post(group::rename::handler),
        ),
        row(
            M::POST,
            "/groups/{id}/delete",
            ADMINISTRATORS,
            post(group::delete::handler),
        ),
        row(
            M::GET,
            "/groups/{id}/members",
            ADMINISTRATORS,
            get(group::members::read),
        ),
        row(
            M::POST,
            "/groups/{id}/members",
            ADMINISTRATORS,
            post(group::members::change),
        ),
        row(
            M::GET,
            "/permissions",
            ADMINISTRATORS,
            get(permission::organisation::read),
        ),
        row(
            M::POST,
            "/permissions",
            ADMINISTRATORS,
            post(permission::organisation::change),
        ),
        row(
            M::GET,
            "/groups/{id}/permissions",
            ADMINISTRATORS,
            get(permission::group::read),
        ),
        row(
            M::POST,
            "/groups/{id}/permissions",
            ADMINISTRATORS,
            post(permission::group::change),
        ),
        row(
            M::GET,
            "/users/{id}/permissions",
            ADMINISTRATORS,
            get(permission::user::read),
        ),
        row(
            M::POST,
            "/users/{id}/permissions",
            ADMINISTRATORS,
            post(permission::user::change),
        ),
    ]
}
