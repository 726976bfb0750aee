//! What a person says about the own account: read it, change it.

pub(crate) mod change;
pub(crate) mod read;

use axum::http::StatusCode;
use serde::Serialize;
use temoto_model::account::{AccountError, Language};
use temoto_model::details::Theme;
use temoto_store::{EmailChange, StoreError, User};
use utoipa::ToSchema;

use crate::Answer;
use crate::answer::answers;

/// How operations on the profile fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error("the language is not ja or en")]
    Language,
    #[error("the theme is not light or dark")]
    Theme,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<&ProfileError> for Answer {
    fn from(error: &ProfileError) -> Self {
        match error {
            ProfileError::Language => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "language_invalid"),
            ProfileError::Theme => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "theme_invalid"),
            ProfileError::Account(error) => Self::account(*error),
            ProfileError::Store(error) => Self::store(error),
        }
    }
}
answers!(ProfileError);

/// The own profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProfileView {
    /// Address.
    #[schema(example = "hanako@example.com")]
    email: String,
    /// The address that the account is to have, while its change waits for mails to be answered.
    email_change: Option<EmailChangeView>,
    /// Full name, as customers read it.
    #[schema(example = "佐藤 花子")]
    name: String,
    /// What colleagues call the person.
    nickname: String,
    /// What the person is there.
    title: String,
    /// Where in the company.
    department: String,
    /// Telephone number.
    telephone: String,
    /// `ja`, `en`, or nothing when the browser decides.
    language: Option<&'static str>,
    /// `light`, `dark`, or nothing when the system decides.
    theme: Option<&'static str>,
}

/// A change of the address that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailChangeView {
    /// The new address.
    email: String,
    /// Whether the old address has agreed.
    old_agreed: bool,
    /// Whether the new one has.
    new_agreed: bool,
}

impl ProfileView {
    fn new(user: User, change: Option<EmailChange>) -> Self {
        Self {
            email: user.email,
            email_change: change.map(|change| EmailChangeView {
                email: change.email,
                old_agreed: change.old_agreed,
                new_agreed: change.new_agreed,
            }),
            name: user.name,
            nickname: user.details.nickname,
            title: user.details.title,
            department: user.details.department,
            telephone: user.details.telephone,
            language: user.language.map(Language::as_str),
            theme: user.theme.map(Theme::as_str),
        }
    }
}
