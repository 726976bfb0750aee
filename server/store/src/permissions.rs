//! Groups of people, and what an organisation, its groups and its people said about functions. Another organisation's
//! are never found.

use async_trait::async_trait;
use temoto_model::account::Name;
use temoto_model::audit::AuditEvent;
use temoto_model::permission::{Permission, Rules, Setting, Whose};
use temoto_model::{GroupId, OrganisationId, UserId};

use crate::StoreError;

/// A group in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupRow {
    /// Its identifier.
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// How many people are in it.
    pub members: u32,
}

/// Somebody in a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MemberRow {
    /// Who.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
}

/// Somebody comes into a group or leaves it.
#[derive(Clone, Debug)]
pub struct MemberChange {
    /// Who.
    pub user: UserId,
    /// Comes, or leaves.
    pub joins: bool,
    /// Its entry in the trail, written if it was not so already.
    pub audit: AuditEvent,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GroupChanged {
    /// It is so now.
    Done,
    /// There is no such group, or no such person, in this organisation.
    NotFound,
    /// Another group of the organisation is called so.
    NameTaken,
    /// As many groups, or as many people in the group, as there may be.
    TooMany,
}

/// Keeps groups and permissions. Errors of all methods: `Full`, `ReadOnly`, `Corrupt`, `Database`.
#[async_trait]
pub trait Permissions: Send + Sync + 'static {
    /// The groups of an organisation, by name.
    async fn groups(&self, organisation: OrganisationId) -> Result<Vec<GroupRow>, StoreError>;

    /// Who is in a group, by name; nothing if there is no such group.
    async fn members(
        &self,
        organisation: OrganisationId,
        group: GroupId,
    ) -> Result<Option<Vec<MemberRow>>, StoreError>;

    /// Makes a group that nobody is in.
    async fn add_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        name: &Name,
        audit: &AuditEvent,
    ) -> Result<GroupChanged, StoreError>;

    /// Gives a group another name.
    async fn rename_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        name: &Name,
        audit: &AuditEvent,
    ) -> Result<GroupChanged, StoreError>;

    /// Deletes a group and what it said; its people stay.
    async fn delete_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        audit: &AuditEvent,
    ) -> Result<GroupChanged, StoreError>;

    /// Changes who is in a group: all of it or nothing.
    async fn change_members(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        changes: &[MemberChange],
    ) -> Result<GroupChanged, StoreError>;

    /// What was said about somebody; nothing if there is nobody like it. Of a group: its own and its organisation's.
    async fn rules(&self, whose: Whose) -> Result<Option<Rules>, StoreError>;

    /// Says something about a function, or nothing any more; with its entry in the trail if it was not so already.
    /// `false`: there is nobody like it.
    async fn set_permission(
        &self,
        whose: Whose,
        permission: Permission,
        setting: Option<Setting>,
        audit: &AuditEvent,
    ) -> Result<bool, StoreError>;
}
