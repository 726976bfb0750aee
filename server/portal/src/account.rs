//! People at the door and what they do with their own account: log in and out, choose a password by a one-time link, ask
//! who one is; second factor, logins, password, profile, address.

pub(crate) mod email;
pub(crate) mod factor;
pub(crate) mod forgot;
pub(crate) mod link;
pub(crate) mod login;
pub(crate) mod logins;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod open_login;
pub(crate) mod password;
pub(crate) mod profile;
pub(crate) mod reset;
pub(crate) mod setup;

pub(crate) mod proof;

use serde::Serialize;
use temoto_model::account::Language;
use temoto_model::details::Theme;
use temoto_model::permission::{Permission, Rules};
use temoto_model::{Actor, Timestamp};
use temoto_store::LoginHolder;
use utoipa::ToSchema;

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person.
    pub user: MeUser,
    /// The organisation.
    pub organisation: MeOrganisation,
    /// The functions that the person may use; `/me/permissions` says who decided it.
    #[schema(example = json!(["one_time", "control", "chat"]))]
    pub permitted: Vec<&'static str>,
}

/// The person who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeUser {
    /// Identifier, 32 hexadecimal digits.
    #[schema(example = "5f0c1d2e3a4b5c6d7e8f90a1b2c3d4e5")]
    pub id: String,
    /// Address.
    #[schema(example = "hanako@example.com")]
    pub email: String,
    /// Name as customers read it.
    #[schema(example = "佐藤 花子")]
    pub name: String,
    /// `operator` or `administrator`.
    #[schema(example = "operator")]
    pub role: &'static str,
    /// `ja`, `en`, or nothing when the browser decides.
    pub language: Option<&'static str>,
    /// `light`, `dark`, or nothing when the system decides.
    pub theme: Option<&'static str>,
    /// Whether the account has a second factor.
    pub second_factor: bool,
}

/// The organisation of the person who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeOrganisation {
    /// Its name as customers read it.
    #[schema(example = "Example Support")]
    pub name: String,
    /// On what terms it works: `own`, `trial` or `trial_over`.
    #[schema(example = "own")]
    pub contract: &'static str,
    /// When the trial ends, milliseconds since 1970.
    pub trial_ends_at_ms: Option<i64>,
    /// Whether everybody must have a second factor. Who has none sets one up before anything else.
    pub second_factor_required: bool,
}

impl Me {
    fn new(actor: &Actor, holder: LoginHolder, rules: &Rules, now: Timestamp) -> Self {
        Self {
            user: MeUser {
                id: actor.user.to_string(),
                email: holder.email,
                name: holder.name,
                role: actor.role.as_str(),
                language: holder.language.map(Language::as_str),
                theme: holder.theme.map(Theme::as_str),
                second_factor: holder.second_factor,
            },
            organisation: MeOrganisation {
                name: holder.organisation,
                contract: holder.contract.status(now),
                trial_ends_at_ms: holder.contract.trial_ends_at().map(Timestamp::as_millis),
                second_factor_required: holder.second_factor_required,
            },
            permitted: rules.allowed().map(Permission::as_str).collect(),
        }
    }
}
