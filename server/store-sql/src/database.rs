//! One way to speak to both databases: a statement with its values goes to SQLite or to PostgreSQL, a row comes back
//! as either. No SQL of its own; which statement to send is up to the repositories.
//!
//! A value carries its type even when it is `NULL`: PostgreSQL wants to know what is missing.

use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Postgres, Row as _, Sqlite, Transaction, Type};

/// Where reads go: connections that cannot write.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A connection within a change.
#[derive(Debug)]
pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A change: all of it or, if it is dropped before [`Change::commit`], nothing.
#[derive(Debug)]
pub(crate) struct Change(pub(crate) Conn);

impl Change {
    /// Makes the change last.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self.0 {
            Conn::Sqlite(tx) => tx.commit().await,
            Conn::Postgres(tx) => tx.commit().await,
        }
    }
}

impl std::ops::Deref for Change {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl std::ops::DerefMut for Change {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// Where a statement is sent.
pub(crate) enum On<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
    SqlitePool(&'a SqlitePool),
    PostgresPool(&'a PgPool),
}

impl<'a> From<&'a mut Conn> for On<'a> {
    fn from(conn: &'a mut Conn) -> Self {
        match conn {
            Conn::Sqlite(tx) => On::Sqlite(&mut *tx),
            Conn::Postgres(tx) => On::Postgres(&mut *tx),
        }
    }
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        match pool {
            Pool::Sqlite(pool) => On::SqlitePool(pool),
            Pool::Postgres(pool) => On::PostgresPool(pool),
        }
    }
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! values {
    ($($from:ty => $value:ident, $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                let convert: fn($from) -> _ = $convert;
                Self::$value(Some(convert(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                let convert: fn($from) -> _ = $convert;
                Self::$value(value.map(convert))
            }
        }
    )*};
}

values! {
    i64 => Integer, |value| value;
    String => Text, |value| value;
    &str => Text, str::to_owned;
    &String => Text, String::clone;
    &[u8] => Bytes, <[u8]>::to_vec;
    Vec<u8> => Bytes, |value| value;
}

impl From<&i64> for Value {
    fn from(value: &i64) -> Self {
        Self::Integer(Some(*value))
    }
}

/// A statement and its values, in the order of `$1`, `$2` and so on.
#[derive(Debug)]
pub(crate) struct Query {
    sql: String,
    values: Vec<Value>,
}

/// A statement of this program's own text; what comes from outside is bound, never written into it.
pub(crate) fn query(sql: impl Into<String>) -> Query {
    Query {
        sql: sql.into(),
        values: Vec::new(),
    }
}

/// What a statement changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done(u64);

impl Done {
    pub(crate) const fn rows_affected(self) -> u64 {
        self.0
    }
}

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column as it is.
    pub(crate) fn get<'r, T>(&'r self, column: &str) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

impl Query {
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub(crate) async fn execute(self, on: impl Into<On<'_>>) -> Result<Done, sqlx::Error> {
        let done = match on.into() {
            On::Sqlite(conn) => self.sqlite().execute(conn).await?.rows_affected(),
            On::SqlitePool(pool) => self.sqlite().execute(pool).await?.rows_affected(),
            On::Postgres(conn) => self.postgres().execute(conn).await?.rows_affected(),
            On::PostgresPool(pool) => self.postgres().execute(pool).await?.rows_affected(),
        };
        Ok(Done(done))
    }

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        let sqlite = |rows: Vec<SqliteRow>| rows.into_iter().map(Row::Sqlite).collect();
        let postgres = |rows: Vec<PgRow>| rows.into_iter().map(Row::Postgres).collect();
        Ok(match on.into() {
            On::Sqlite(conn) => sqlite(self.sqlite().fetch_all(conn).await?),
            On::SqlitePool(pool) => sqlite(self.sqlite().fetch_all(pool).await?),
            On::Postgres(conn) => postgres(self.postgres().fetch_all(conn).await?),
            On::PostgresPool(pool) => postgres(self.postgres().fetch_all(pool).await?),
        })
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<On<'_>>) -> Result<Option<Row>, sqlx::Error> {
        Ok(match on.into() {
            On::Sqlite(conn) => self.sqlite().fetch_optional(conn).await?.map(Row::Sqlite),
            On::SqlitePool(pool) => self.sqlite().fetch_optional(pool).await?.map(Row::Sqlite),
            On::Postgres(conn) => self.postgres().fetch_optional(conn).await?.map(Row::Postgres),
            On::PostgresPool(pool) => self.postgres().fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    fn sqlite(self) -> SqlxQuery<'static, Sqlite, SqliteArguments> {
        let query = sqlx::query::<Sqlite>(AssertSqlSafe(self.sql));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
    }

    fn postgres(self) -> SqlxQuery<'static, Postgres, PgArguments> {
        let query = sqlx::query::<Postgres>(AssertSqlSafe(self.sql));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
    }
}
