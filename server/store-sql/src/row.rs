//! From columns to the types of the model.

use sqlx::{Decode, Postgres, Sqlite, Type};
use temoto_model::Timestamp;
use temoto_store::StoreError;

use crate::database::Row;
use crate::error::failed;

/// A column as it is.
pub(crate) fn get<'r, T>(row: &'r Row, column: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
{
    row.get(column).map_err(failed)
}

/// An identifier.
pub(crate) fn id<T>(row: &Row, column: &'static str) -> Result<T, StoreError>
where
    T: for<'a> TryFrom<&'a [u8]>,
{
    let bytes: &[u8] = get(row, column)?;
    T::try_from(bytes).map_err(|_| StoreError::Corrupt(column))
}

/// A moment.
pub(crate) fn time(row: &Row, column: &'static str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_millis(get(row, column)?))
}

/// A moment or nothing.
pub(crate) fn maybe_time(row: &Row, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_millis))
}

/// A number that cannot be negative.
pub(crate) fn count(row: &Row, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(get::<i64>(row, column)?).map_err(|_| StoreError::Corrupt(column))
}

/// Yes or no, of a column that keeps it as a number.
pub(crate) fn flag(row: &Row, column: &'static str) -> Result<bool, StoreError> {
    Ok(get::<i64>(row, column)? != 0)
}

/// One of a list of names.
pub(crate) fn name<T>(
    row: &Row,
    column: &'static str,
    from_name: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    from_name(get(row, column)?).ok_or(StoreError::Corrupt(column))
}

/// One of a list of names, or nothing.
pub(crate) fn maybe_name<T>(
    row: &Row,
    column: &'static str,
    from_name: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    get::<Option<&str>>(row, column)?
        .map(|text| from_name(text).ok_or(StoreError::Corrupt(column)))
        .transpose()
}
