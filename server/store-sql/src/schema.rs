//! The schema and how a database gets it. The steps in `migrations/` are written for SQLite in the words that
//! PostgreSQL shares; what it says otherwise is put into its words here, so that there is one text of every table.
//!
//! A step that was released is never changed, and neither is what becomes of it: PostgreSQL remembers the text that
//! it was given.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

/// Number, name and text of each step that a database takes to become of this version.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "portal", include_str!("../migrations/0001_portal.sql")),
    (2, "relay", include_str!("../migrations/0002_relay.sql")),
    (3, "accounts", include_str!("../migrations/0003_accounts.sql")),
    (4, "licences", include_str!("../migrations/0004_licences.sql")),
    (
        5,
        "permissions",
        include_str!("../migrations/0005_permissions.sql"),
    ),
    (6, "api keys", include_str!("../migrations/0006_api_keys.sql")),
    (7, "online", include_str!("../migrations/0007_online.sql")),
    (8, "files", include_str!("../migrations/0008_files.sql")),
    (9, "moments", include_str!("../migrations/0009_moments.sql")),
];

/// Brings a SQLite database to this version.
pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), MigrateError> {
    migrator(str::to_owned).run(pool).await
}

/// Brings a PostgreSQL database to this version; several servers that start at once wait for each other.
pub(crate) async fn migrate_postgres(pool: &PgPool) -> Result<(), MigrateError> {
    migrator(for_postgres).run(pool).await
}

fn migrator(text: impl Fn(&str) -> String) -> Migrator {
    let steps = STEPS.iter().map(|&(number, name, sql)| {
        let sql = AssertSqlSafe(text(sql)).into_sql_str();
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}

/// A step in PostgreSQL's words.
fn for_postgres(sql: &str) -> String {
    let code: String = sql
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .fold(String::new(), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        });
    let mut out = String::new();
    for statement in statements(&code) {
        out.push_str(&trigger(statement).unwrap_or_else(|| table(statement)));
        out.push_str(";\n");
    }
    out
}

/// Cuts a step into statements; one that makes a trigger has more of them inside.
fn statements(code: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = code.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with("CREATE TRIGGER") {
            rest.find("END;").map(|at| at + "END".len())
        } else {
            rest.find(';')
        };
        let (statement, after) = rest.split_at(end.unwrap_or(rest.len()));
        out.push(statement.trim());
        rest = after.trim_start_matches(';').trim_start();
    }
    out
}

/// `CREATE TRIGGER name BEFORE event ON table BEGIN SELECT RAISE(ABORT, 'why'); END` as a function and its trigger.
fn trigger(statement: &str) -> Option<String> {
    let (head, body) = statement.strip_prefix("CREATE TRIGGER ")?.split_once("BEGIN")?;
    let (name, event) = head.trim().split_once(' ')?;
    let why = body.split('\'').nth(1)?;
    Some(format!(
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{why}'; END $$;\n\
         CREATE TRIGGER {name} {} FOR EACH ROW EXECUTE FUNCTION {name}()",
        event.trim()
    ))
}

/// Types that have another name, and no word for what PostgreSQL always is: strict.
fn table(statement: &str) -> String {
    let words = statement.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .map(|piece| {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let tail = &piece[word.len()..];
            let word = match word {
                "BLOB" => "BYTEA",
                "INTEGER" => "BIGINT",
                "STRICT" => "",
                other => other,
            };
            format!("{word}{tail}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_a_trigger_are_said_in_the_words_of_postgresql() {
        let sql = "-- One; two.\nCREATE TABLE t (id BLOB PRIMARY KEY, at INTEGER) STRICT;\n\
                   CREATE TRIGGER t_stays BEFORE DELETE ON t\nBEGIN\n    SELECT RAISE(ABORT, 'no');\nEND;\n\
                   CREATE INDEX i ON t (at);";
        let said = for_postgres(sql);
        assert!(
            said.contains("CREATE TABLE t (id BYTEA PRIMARY KEY, at BIGINT) ;"),
            "{said}"
        );
        assert!(said.contains("RAISE EXCEPTION 'no'; END $$;"), "{said}");
        assert!(
            said.contains(
                "CREATE TRIGGER t_stays BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION t_stays();"
            ),
            "{said}"
        );
        assert!(said.ends_with("CREATE INDEX i ON t (at);\n"), "{said}");
    }
}
