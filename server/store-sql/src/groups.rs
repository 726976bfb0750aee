//! Groups and their people in SQL, for [`crate::permissions`].

use temoto_model::account::Name;
use temoto_model::audit::AuditEvent;
use temoto_model::permission::{GROUPS, MEMBERS};
use temoto_model::{GroupId, OrganisationId};
use temoto_store::{GroupChanged, GroupRow, MemberChange, MemberRow, StoreError};

use crate::database::{Conn, On, query};
use crate::error::failed;
use crate::{SqlStore, audit, row};

pub(crate) async fn list(
    store: &SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<GroupRow>, StoreError> {
    let rows = query(
        "SELECT g.id, g.name, (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id) AS members
         FROM user_groups g WHERE g.organisation_id = $1 ORDER BY g.name, g.id",
    )
    .bind(&organisation.as_bytes()[..])
    .fetch_all(store.read())
    .await
    .map_err(failed)?;
    let group = |row| {
        Ok(GroupRow {
            id: row::id(row, "id")?,
            name: row::get(row, "name")?,
            members: row::count(row, "members")?,
        })
    };
    rows.iter().map(group).collect()
}

pub(crate) async fn members(
    store: &SqlStore,
    organisation: OrganisationId,
    group: GroupId,
) -> Result<Option<Vec<MemberRow>>, StoreError> {
    if !exists(store.read(), organisation, group).await? {
        return Ok(None);
    }
    let rows = query(
        "SELECT u.id, u.name, u.email FROM group_members m JOIN users u ON u.id = m.user_id
         WHERE m.group_id = $1 ORDER BY u.name, u.id",
    )
    .bind(&group.as_bytes()[..])
    .fetch_all(store.read())
    .await
    .map_err(failed)?;
    let member = |row| {
        Ok(MemberRow {
            id: row::id(row, "id")?,
            name: row::get(row, "name")?,
            email: row::get(row, "email")?,
        })
    };
    rows.iter().map(member).collect::<Result<_, _>>().map(Some)
}

pub(crate) async fn add(
    store: &SqlStore,
    organisation: OrganisationId,
    group: GroupId,
    name: &Name,
    event: &AuditEvent,
) -> Result<GroupChanged, StoreError> {
    let mut tx = store.begin().await?;
    if is_taken(&mut tx, organisation, group, name).await? {
        return Ok(GroupChanged::NameTaken);
    }
    let many = query("SELECT COUNT(*) AS many FROM user_groups WHERE organisation_id = $1")
        .bind(&organisation.as_bytes()[..])
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    if row::count(&many, "many")? >= GROUPS {
        return Ok(GroupChanged::TooMany);
    }
    query("INSERT INTO user_groups (id, organisation_id, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&group.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .bind(name.as_str())
        .bind(event.at.as_millis())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    audit::append(&mut tx, event).await?;
    tx.commit().await.map_err(failed)?;
    Ok(GroupChanged::Done)
}

pub(crate) async fn rename(
    store: &SqlStore,
    organisation: OrganisationId,
    group: GroupId,
    name: &Name,
    event: &AuditEvent,
) -> Result<GroupChanged, StoreError> {
    let mut tx = store.begin().await?;
    if !exists(&mut *tx, organisation, group).await? {
        return Ok(GroupChanged::NotFound);
    }
    if is_taken(&mut tx, organisation, group, name).await? {
        return Ok(GroupChanged::NameTaken);
    }
    let done = query("UPDATE user_groups SET name = $2 WHERE id = $1 AND name <> $2")
        .bind(&group.as_bytes()[..])
        .bind(name.as_str())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    if done.rows_affected() > 0 {
        audit::append(&mut tx, event).await?;
    }
    tx.commit().await.map_err(failed)?;
    Ok(GroupChanged::Done)
}

pub(crate) async fn delete(
    store: &SqlStore,
    organisation: OrganisationId,
    group: GroupId,
    event: &AuditEvent,
) -> Result<GroupChanged, StoreError> {
    let mut tx = store.begin().await?;
    let done = query("DELETE FROM user_groups WHERE id = $1 AND organisation_id = $2")
        .bind(&group.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    if done.rows_affected() == 0 {
        return Ok(GroupChanged::NotFound);
    }
    audit::append(&mut tx, event).await?;
    tx.commit().await.map_err(failed)?;
    Ok(GroupChanged::Done)
}

pub(crate) async fn change_members(
    store: &SqlStore,
    organisation: OrganisationId,
    group: GroupId,
    changes: &[MemberChange],
) -> Result<GroupChanged, StoreError> {
    let mut tx = store.begin().await?;
    if !exists(&mut *tx, organisation, group).await? {
        return Ok(GroupChanged::NotFound);
    }
    for change in changes {
        // Who is of another organisation, or deleted, is not found.
        let known =
            query("SELECT 1 FROM users WHERE id = $1 AND organisation_id = $2 AND deleted_at IS NULL")
                .bind(&change.user.as_bytes()[..])
                .bind(&organisation.as_bytes()[..])
                .fetch_optional(&mut *tx)
                .await
                .map_err(failed)?;
        if known.is_none() {
            return Ok(GroupChanged::NotFound);
        }
        let sql = if change.joins {
            "INSERT INTO group_members (group_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2"
        };
        let done = query(sql)
            .bind(&group.as_bytes()[..])
            .bind(&change.user.as_bytes()[..])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        if done.rows_affected() > 0 {
            audit::append(&mut tx, &change.audit).await?;
        }
    }
    let many = query("SELECT COUNT(*) AS many FROM group_members WHERE group_id = $1")
        .bind(&group.as_bytes()[..])
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    if row::count(&many, "many")? > MEMBERS {
        return Ok(GroupChanged::TooMany);
    }
    tx.commit().await.map_err(failed)?;
    Ok(GroupChanged::Done)
}

/// Whether there is such a group in this organisation.
pub(crate) async fn exists(
    on: impl Into<On<'_>>,
    organisation: OrganisationId,
    group: GroupId,
) -> Result<bool, StoreError> {
    let found = query("SELECT 1 FROM user_groups WHERE id = $1 AND organisation_id = $2")
        .bind(&group.as_bytes()[..])
        .bind(&organisation.as_bytes()[..])
        .fetch_optional(on)
        .await
        .map_err(failed)?;
    Ok(found.is_some())
}

/// Whether another group is called so.
async fn is_taken(
    tx: &mut Conn,
    organisation: OrganisationId,
    group: GroupId,
    name: &Name,
) -> Result<bool, StoreError> {
    let other = query("SELECT 1 FROM user_groups WHERE organisation_id = $1 AND name = $2 AND id <> $3")
        .bind(&organisation.as_bytes()[..])
        .bind(name.as_str())
        .bind(&group.as_bytes()[..])
        .fetch_optional(tx)
        .await
        .map_err(failed)?;
    Ok(other.is_some())
}
