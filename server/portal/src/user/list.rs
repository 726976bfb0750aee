//! `GET /users`: the people of the own organisation, a part at a time, as far as they fit.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::account::UserStatus;
use temoto_model::{Role, Timestamp};
use temoto_store::{PeopleOrder, PeopleQuery, PersonRow};
use utoipa::{IntoParams, ToSchema};

use super::UserError;
use crate::App;
use crate::answer::Failure;
use crate::extract::{Administrators, Asked, Authorized};

/// People in one part of the list.
const PART: u32 = 50;
/// The last part that is counted to.
const PARTS: u32 = 10_000;
/// Longest text that is searched for, in characters.
const SEARCH_CHARS: usize = 100;

/// Which people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// A part of name or address.
    #[serde(default)]
    search: String,
    /// Only `operator` or `administrator`.
    #[serde(default)]
    role: String,
    /// Only `invited`, `active` or `disabled`.
    #[serde(default)]
    status: String,
    /// `name`, `email`, `role` or `last_login`; with `-` in front the other way around.
    #[serde(default)]
    sort: String,
    /// Which part, from 0.
    #[serde(default)]
    part: u32,
}

/// A person of the organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserRow {
    /// Identifier, 32 hexadecimal digits.
    id: String,
    /// Address.
    email: String,
    /// Name.
    name: String,
    /// `operator` or `administrator`.
    role: &'static str,
    /// `invited`, `active` or `disabled`.
    status: &'static str,
    /// Whether the person has a second factor.
    second_factor: bool,
    /// The last login, milliseconds since 1970.
    last_login_at_ms: Option<i64>,
    /// What a mail server said to the last invitation that it did not take.
    mail_problem: Option<String>,
}

/// A part of the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserPage {
    /// The people in it.
    users: Vec<UserRow>,
    /// How many fit in all parts.
    total: u32,
    /// How many a part has at most.
    part_size: u32,
}

impl From<PersonRow> for UserRow {
    fn from(person: PersonRow) -> Self {
        Self {
            id: person.id.to_string(),
            email: person.email,
            name: person.name,
            role: person.role.as_str(),
            status: person.status.as_str(),
            second_factor: person.second_factor,
            last_login_at_ms: person.last_login_at.map(Timestamp::as_millis),
            mail_problem: person.mail_problem,
        }
    }
}

/// Lists people of the own organisation.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "users",
    params(Which),
    responses(
        (status = 200, description = "A part of those who fit.", body = UserPage),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Authorized<Administrators>,
    Asked(which): Asked<Which>,
) -> Result<Json<UserPage>, UserError> {
    let (order, reversed) = match which.sort.strip_prefix('-') {
        Some(order) => (order, true),
        None => (which.sort.as_str(), false),
    };
    let query = PeopleQuery {
        search: which.search.chars().take(SEARCH_CHARS).collect(),
        role: Role::from_name(&which.role),
        status: UserStatus::from_name(&which.status),
        order: match order {
            "email" => PeopleOrder::Email,
            "role" => PeopleOrder::Role,
            "last_login" => PeopleOrder::LastLogin,
            _ => PeopleOrder::Name,
        },
        reversed,
        skip: which.part.min(PARTS) * PART,
        most: PART,
    };
    let page = app.store.people(caller.actor.organisation, &query).await?;
    Ok(Json(UserPage {
        users: page.people.into_iter().map(UserRow::from).collect(),
        total: page.total,
        part_size: PART,
    }))
}
