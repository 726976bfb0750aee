//! The people of an organisation as its administrators see and change them. Another organisation's are never found.

use async_trait::async_trait;
use temoto_model::account::{Email, UserStatus};
use temoto_model::audit::AuditEvent;
use temoto_model::{OrganisationId, Role, Timestamp, UserId};

use crate::{NewUser, StoreError};

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PeopleOrder {
    /// By name.
    #[default]
    Name,
    /// By address.
    Email,
    /// By role, administrators first.
    Role,
    /// By the last login, the newest first.
    LastLogin,
}

/// Which people, in which order, and which part of them.
#[derive(Clone, Debug, Default)]
pub struct PeopleQuery {
    /// A part of name or address.
    pub search: String,
    /// Only these.
    pub role: Option<Role>,
    /// Only these.
    pub status: Option<UserStatus>,
    /// In which order.
    pub order: PeopleOrder,
    /// The other way around.
    pub reversed: bool,
    /// So many are left out.
    pub skip: u32,
    /// So many at most.
    pub most: u32,
}

/// A person in a list.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// Its identifier.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person may log in.
    pub status: UserStatus,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// The last login.
    pub last_login_at: Option<Timestamp>,
    /// What a mail server said to the last invitation that it did not take.
    pub mail_problem: Option<String>,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The people.
    pub people: Vec<PersonRow>,
    /// How many there are in all parts.
    pub total: u32,
}

/// What is to be different about a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PersonChange {
    /// May not log in, and every login ends.
    Suspend,
    /// May log in again.
    Resume,
    /// Another role.
    Role(Role),
    /// Is no more: the address is free again, the name stays in what the person did.
    Delete,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PersonChanged {
    /// It is so now, or was so already.
    Done,
    /// There is nobody like it in this organisation.
    NotFound,
    /// Nobody would be left to administrate.
    LastAdministrator,
}

/// Keeps people. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// A part of the people of an organisation.
    async fn people(
        &self,
        organisation: OrganisationId,
        query: &PeopleQuery,
    ) -> Result<PeoplePage, StoreError>;

    /// Which of these addresses have an account, anywhere.
    async fn taken(&self, emails: &[Email]) -> Result<Vec<bool>, StoreError>;

    /// Adds people, each with its entry in the trail; who has an account already is left out. Which ones were added.
    async fn add_people(&self, people: &[(NewUser, AuditEvent)]) -> Result<Vec<UserId>, StoreError>;

    /// Changes a person of this organisation.
    async fn change_person(
        &self,
        organisation: OrganisationId,
        user: UserId,
        change: PersonChange,
        audit: &AuditEvent,
    ) -> Result<PersonChanged, StoreError>;
}
