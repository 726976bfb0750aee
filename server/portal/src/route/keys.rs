//! The rows about keys of other programs; `{id}` is a key. No key makes or changes one.

use axum::http::Method as M;
use axum::routing::{get, post};

use super::{ADMINISTRATORS, NO_KEY, Route, row};
use crate::api_key;

/// The part of the table that is about keys.
pub(super) fn rows() -> Vec<Route> {
    vec![
        row(
            M::GET,
            "/keys",
            ADMINISTRATORS,
            NO_KEY,
            get(api_key::list::handler),
        ),
        row(
            M::POST,
            "/keys",
            ADMINISTRATORS,
            NO_KEY,
            post(api_key::create::handler),
        ),
        row(
            M::POST,
            "/keys/{id}/revoke",
            ADMINISTRATORS,
            NO_KEY,
            post(api_key::revoke::handler),
        ),
    ]
}
