//! One error for everything that can go wrong between a function here and the database.

use sqlx::error::ErrorKind;
use sqlx::postgres::PgDatabaseError;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row in this workspace.
    #[error("not found")]
    NotFound,
    /// The row changed since the caller read it.
    #[error("the version does not match")]
    Stale,
    /// A unique constraint refused the value of `field`.
    #[error("{field} is already taken")]
    Taken { field: String },
    /// A foreign key refused: something named does not exist in this workspace, or is still in use.
    #[error("a referenced object does not exist in this workspace, or is still in use")]
    Reference,
    /// The database cannot be reached or has no room; worth another try later.
    #[error("the database is unavailable: {0}")]
    Unavailable(sqlx::Error),
    /// There is no connection to begin with; `place` has no password in it.
    #[error("cannot connect to PostgreSQL at {place}: {cause}")]
    Connect { place: String, cause: sqlx::Error },
    #[error("the database refused the statement: {0}")]
    Statement(sqlx::Error),
    #[error("migration failed: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    #[error("stored value could not be read: {0}")]
    Corrupt(String),
}

impl Error {
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound)
    }

    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(error)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(ref refused) => match refused.kind() {
                ErrorKind::UniqueViolation => {
                    let detail =
                        refused.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail);
                    Self::Taken { field: taken_field(refused.message(), detail) }
                }
                ErrorKind::ForeignKeyViolation => Self::Reference,
                _ if is_passing(refused.code().as_deref(), refused.message()) => Self::Unavailable(error),
                _ => Self::Statement(error),
            },
            other => Self::Statement(other),
        }
    }
}

/// The last column of the violated constraint: SQLite names columns in its message,
/// PostgreSQL in a detail such as `Key (workspace_id, name)=(w, a) already exists.`
fn taken_field(message: &str, detail: Option<&str>) -> String {
    let columns = match message.strip_prefix("UNIQUE constraint failed: ") {
        Some(columns) => columns,
        None => detail.and_then(key_columns).unwrap_or_default(),
    };
    let last = columns.rsplit(", ").next().unwrap_or(columns);
    last.rsplit('.').next().unwrap_or(last).to_owned()
}

fn key_columns(detail: &str) -> Option<&str> {
    detail.strip_prefix("Key (")?.split_once(")=(").map(|(columns, _)| columns)
}

/// Whether the engine refused for want of room or because it comes or goes, and not because of what was asked.
/// PostgreSQL says so in the class of its code: connections, resources, an operator; SQLite in words.
fn is_passing(code: Option<&str>, message: &str) -> bool {
    let of_postgres = code.is_some_and(|code| {
        code.len() == 5 && ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class))
    });
    let of_sqlite = ["disk is full", "database is locked", "disk I/O error"];
    of_postgres || of_sqlite.iter().any(|part| message.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{is_passing, taken_field};

    #[test]
    fn want_of_room_and_restarts_pass() {
        let check = |code: Option<&str>, message: &str, expect: bool| {
            assert_eq!(is_passing(code, message), expect, "{code:?} {message}");
        };
        check(Some("57P01"), "terminating connection due to administrator command", true);
        check(Some("53100"), "could not extend file: No space left on device", true);
        check(Some("13"), "database or disk is full", true);
        check(Some("42601"), "syntax error", false);
        check(Some("1"), "no such table: signals", false);
    }

    #[test]
    fn names_the_last_column_on_both_engines() {
        let check = |message: &str, detail: Option<&str>, field: &str| {
            assert_eq!(taken_field(message, detail), field);
        };
        check("UNIQUE constraint failed: codes.workspace_id, codes.name", None, "name");
        check("duplicate key", Some("Key (workspace_id, name)=(w, a) already exists."), "name");
        check(
            "duplicate key",
            Some("Key (workspace_id, page, owner_id)=(w, p, o) already exists."),
            "owner_id",
        );
        check("duplicate key", Some("Key (email)=(a@b.c)=(x)) already exists."), "email");
    }
}
