//! What organisation, groups and people said about functions, in SQL.

use async_trait::async_trait;
use temoto_model::account::Name;
use temoto_model::audit::AuditEvent;
use temoto_model::permission::{GroupSettings, Permission, Rules, Setting, Settings, Whose};
use temoto_model::{GroupId, OrganisationId, UserId};
use temoto_store::{GroupChanged, GroupRow, MemberChange, MemberRow, Permissions, StoreError};

use crate::database::{On, Row, query};
use crate::error::failed;
use crate::{SqlStore, audit, groups, row};

#[async_trait]
impl Permissions for SqlStore {
    async fn groups(&self, organisation: OrganisationId) -> Result<Vec<GroupRow>, StoreError> {
        groups::list(self, organisation).await
    }

    async fn members(
        &self,
        organisation: OrganisationId,
        group: GroupId,
    ) -> Result<Option<Vec<MemberRow>>, StoreError> {
        groups::members(self, organisation, group).await
    }

    async fn add_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        name: &Name,
        event: &AuditEvent,
    ) -> Result<GroupChanged, StoreError> {
        groups::add(self, organisation, group, name, event).await
    }

    async fn rename_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        name: &Name,
        event: &AuditEvent,
    ) -> Result<GroupChanged, StoreError> {
        groups::rename(self, organisation, group, name, event).await
    }

    async fn delete_group(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        event: &AuditEvent,
    ) -> Result<GroupChanged, StoreError> {
        groups::delete(self, organisation, group, event).await
    }

    async fn change_members(
        &self,
        organisation: OrganisationId,
        group: GroupId,
        changes: &[MemberChange],
    ) -> Result<GroupChanged, StoreError> {
        groups::change_members(self, organisation, group, changes).await
    }

    async fn rules(&self, whose: Whose) -> Result<Option<Rules>, StoreError> {
        if !is_known(self.read(), whose).await? {
            return Ok(None);
        }
        let (organisation, group, user) = match whose {
            Whose::Organisation(organisation) => (organisation, None, None),
            Whose::Group(organisation, group) => (organisation, Some(group), None),
            Whose::User(organisation, user) => (organisation, None, Some(user)),
        };
        // One statement, so that nothing changes between its parts.
        let rows = query(
            "SELECT 'group' AS level, g.id AS group_id, g.name, p.permission, p.setting
             FROM user_groups g LEFT JOIN group_permissions p ON p.owner_id = g.id
             WHERE g.organisation_id = $1 AND (g.id = $3
                 OR EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = g.id AND m.user_id = $2))
             UNION ALL
             SELECT 'user', NULL, NULL, permission, setting FROM user_permissions WHERE owner_id = $2
             UNION ALL
             SELECT 'organisation', NULL, NULL, permission, setting
             FROM organisation_permissions WHERE owner_id = $1
             ORDER BY 1, 3, 2",
        )
        .bind(&organisation.as_bytes()[..])
        .bind(user.as_ref().map(|id| &id.as_bytes()[..]))
        .bind(group.as_ref().map(|id| &id.as_bytes()[..]))
        .fetch_all(self.read())
        .await
        .map_err(failed)?;
        collect(&rows).map(Some)
    }

    async fn set_permission(
        &self,
        whose: Whose,
        permission: Permission,
        setting: Option<Setting>,
        event: &AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        if !is_known(&mut *tx, whose).await? {
            return Ok(false);
        }
        let (table, owner) = match &whose {
            Whose::Organisation(id) => ("organisation_permissions", id.as_bytes()),
            Whose::Group(_, id) => ("group_permissions", id.as_bytes()),
            Whose::User(_, id) => ("user_permissions", id.as_bytes()),
        };
        // Only words of this file are put together.
        let sql = match setting {
            Some(_) => format!(
                "INSERT INTO {table} (owner_id, permission, setting) VALUES ($1, $2, $3)
                 ON CONFLICT (owner_id, permission) DO UPDATE SET setting = excluded.setting
                     WHERE {table}.setting <> excluded.setting"
            ),
            None => format!("DELETE FROM {table} WHERE owner_id = $1 AND permission = $2"),
        };
        let change = query(sql).bind(&owner[..]).bind(permission.as_str());
        let change = match setting {
            Some(setting) => change.bind(setting.as_str()),
            None => change,
        };
        let done = change.execute(&mut *tx).await.map_err(failed)?;
        if done.rows_affected() > 0 {
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await.map_err(failed)?;
        Ok(true)
    }
}

async fn is_known(on: impl Into<On<'_>>, whose: Whose) -> Result<bool, StoreError> {
    match whose {
        Whose::Organisation(id) => {
            let found = query("SELECT 1 FROM organisations WHERE id = $1")
                .bind(&id.as_bytes()[..])
                .fetch_optional(on);
            Ok(found.await.map_err(failed)?.is_some())
        }
        Whose::Group(organisation, group) => groups::exists(on, organisation, group).await,
        Whose::User(organisation, user) => is_person(on, organisation, user).await,
    }
}

async fn is_person(
    on: impl Into<On<'_>>,
    organisation: OrganisationId,
    user: UserId,
) -> Result<bool, StoreError> {
    let found = query("SELECT 1 FROM users WHERE id = $1 AND organisation_id = $2 AND deleted_at IS NULL")
        .bind(&user.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .fetch_optional(on)
        .await
        .map_err(failed)?;
    Ok(found.is_some())
}

fn collect(rows: &[Row]) -> Result<Rules, StoreError> {
    let mut rules = Rules::default();
    for row in rows {
        let permission = row::maybe_name(row, "permission", Permission::from_name)?;
        let setting = row::maybe_name(row, "setting", Setting::from_name)?;
        let settings: &mut Settings = match row::get(row, "level")? {
            "organisation" => &mut rules.organisation,
            "user" => &mut rules.own,
            _ => {
                let id: GroupId = row::id(row, "group_id")?;
                if rules.groups.last().is_none_or(|group| group.id != id) {
                    rules.groups.push(GroupSettings {
                        id,
                        name: row::get(row, "name")?,
                        settings: Settings::new(),
                    });
                }
                let Some(group) = rules.groups.last_mut() else {
                    continue;
                };
                &mut group.settings
            }
        };
        if let (Some(permission), Some(setting)) = (permission, setting) {
            settings.insert(permission, setting);
        }
    }
    Ok(rules)
}
