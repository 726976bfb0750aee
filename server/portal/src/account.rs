//! People at the door: log in, log out, choose a password by a one-time link, ask who one is.

pub(crate) mod link;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod setup;

mod open_login;

use serde::Serialize;
use temoto_model::account::Language;
use temoto_store::LoginHolder;
use utoipa::ToSchema;

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person.
    pub user: MeUser,
    /// The organisation.
    pub organisation: MeOrganisation,
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
}

/// The organisation of the person who is logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeOrganisation {
    /// Its name as customers read it.
    #[schema(example = "Example Support")]
    pub name: String,
}

impl Me {
    fn new(actor: &temoto_model::Actor, holder: LoginHolder) -> Self {
        Self {
            user: MeUser {
                id: actor.user.to_string(),
                email: holder.email,
                name: holder.name,
                role: actor.role.as_str(),
                language: holder.language.map(Language::as_str),
            },
            organisation: MeOrganisation {
                name: holder.organisation,
            },
        }
    }
}
