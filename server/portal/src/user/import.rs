//! `POST /users/import`: takes people in from a table. A dry run says what would happen and names each bad row; the real
//! one adds those who are good and invites them by mail.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use temoto_model::account::Email;
use temoto_model::audit::{AuditEvent, AuditKind};
use temoto_model::people::{self, Person, read_table};
use temoto_model::{Role, UserId};
use temoto_store::{NewUser, StoreError};
use utoipa::ToSchema;

use super::{UserError, event, invite};
use crate::App;
use crate::answer::Failure;
use crate::extract::{Accepts, Administrators, Authorized, LargeBody};

/// A table of people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// CSV with the columns `email`, `name` and, if wanted, `role`; at most 1 MiB and 5,000 rows.
    #[schema(example = "email,name,role\njiro@example.com,鈴木 次郎,operator\n")]
    table: String,
    /// Only say what would happen.
    dry_run: bool,
}

/// What happened, or would.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    /// How many people were added, or would be.
    added: usize,
    /// Rows that were left out, or would be.
    problems: Vec<RowProblemView>,
    /// Whether those who were added are invited by mail. Without mail, their links are made one by one.
    by_mail: bool,
}

/// A row that was left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowProblemView {
    /// The line that it begins in; the first one is 1.
    line: u32,
    /// The address as it was written.
    email: String,
    /// `email_invalid`, `name_invalid`, `role_invalid`, `email_twice`, `email_taken`, or for a key that would add an
    /// administrator `key_not_allowed`.
    #[schema(example = "email_taken")]
    code: &'static str,
}

/// Takes people in from a table.
#[utoipa::path(
    post,
    path = "/api/v1/users/import",
    tag = "users",
    request_body = Table,
    responses(
        (status = 200, description = "What happened, or would.", body = Imported),
        (status = 401, description = "`login_needed`", body = Failure),
        (status = 403, description = "`not_allowed`", body = Failure),
        (status = 422, description = "`table_too_large`, `table_header`, `table_quote`", body = Failure),
    )
)]
pub(crate) async fn handler(
    State(app): State<App>,
    Accepts(language): Accepts,
    caller: Authorized<Administrators>,
    LargeBody(table): LargeBody<Table, { 2 * people::TABLE_BYTES }>,
) -> Result<Json<Imported>, UserError> {
    let (mut good, mut problems) = (Vec::new(), Vec::new());
    for row in read_table(&table.table)? {
        match row.person {
            Ok(person) if caller.actor.is_key() && person.role == Role::Administrator => {
                problems.push(RowProblemView {
                    line: row.line,
                    email: row.email,
                    code: "key_not_allowed",
                });
            }
            Ok(person) => good.push((row.line, row.email, person)),
            Err(problem) => problems.push(RowProblemView {
                line: row.line,
                email: row.email,
                code: problem.as_str(),
            }),
        }
    }
    let emails: Vec<Email> = good.iter().map(|(.., person)| person.email.clone()).collect();
    let taken = app.store.taken(&emails).await?;
    let mut people = Vec::with_capacity(good.len());
    for ((line, email, person), taken) in good.into_iter().zip(taken) {
        if taken {
            let code = "email_taken";
            problems.push(RowProblemView { line, email, code });
        } else {
            people.push(new_user(&app, &caller, person));
        }
    }
    problems.sort_by_key(|problem| problem.line);
    let mut added = people.len();
    if !table.dry_run {
        let ids = app.store.add_people(&people).await?;
        added = ids.len();
        if app.mail {
            for id in ids {
                let user = app.store.user(id).await?.ok_or(StoreError::Corrupt("user"))?;
                invite(&app, &caller, &user, language).await?;
            }
        }
    }
    Ok(Json(Imported {
        added,
        problems,
        by_mail: app.mail,
    }))
}

fn new_user(app: &App, caller: &Authorized<Administrators>, person: Person) -> (NewUser, AuditEvent) {
    let id = app.random.draw(UserId::generate);
    let user = NewUser {
        id,
        organisation: caller.actor.organisation,
        email: person.email,
        name: person.name,
        role: person.role,
        password_hash: None,
    };
    let event = event(app, &caller.actor, AuditKind::UserAdded, id, "table");
    (user, event)
}
