//! What can go wrong with records, by situation, and the databases' codes that mean it.

use sqlx::error::ErrorKind;
use sqlx::migrate::MigrateError;
use std::io;
use std::path::PathBuf;

/// Why records could not be read or written. What was written before is kept in every case.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody else has written a version since this one was read.
    #[error(
        "{kind} {number} has been changed: version {found} was written after version {expected}, which you started from"
    )]
    Conflict {
        /// The kind of document.
        kind: &'static str,
        /// Its number.
        number: i64,
        /// The version that the change started from.
        expected: i64,
        /// The newest version there is.
        found: i64,
    },
    /// Another process writes, and did not end in time.
    #[error("another process is writing, and did not end in time: nothing was written")]
    Busy,
    /// No room is left.
    #[error("there is no room left: nothing was written, and what was there before is kept")]
    Full,
    /// The file is damaged, or no database.
    #[error("{} is damaged: {said}", file.display())]
    Damaged {
        /// The file, which is left as it is.
        file: PathBuf,
        /// A copy of it, beside it.
        copy: Option<PathBuf>,
        /// What the database says.
        said: String,
    },
    /// The records were written by a newer version of the program.
    #[error("the records have format {found}, and this version of Brownout knows formats up to {known}")]
    Newer {
        /// The format found.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The database has tables of that format, but not as this program makes them.
    #[error("the tables of format {0} are not as Brownout makes them")]
    Altered(i64),
    /// The database cannot be reached or opened.
    #[error("cannot open {place}: {said}")]
    Unreachable {
        /// Where, without a password.
        place: String,
        /// What stands in the way.
        obstacle: Obstacle,
        /// What the driver says.
        said: String,
    },
    /// The server has gone since the records were opened, or has no connection left.
    #[error("no connection to the database could be had in time: nothing was written")]
    NoConnection,
    /// The server has gone while it was at work.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// A URL that names no PostgreSQL database.
    #[error("`{0}` names no database that is known here")]
    NoUrl(String),
    /// A file that was to hold records holds none.
    #[error("{} is no backup: {said}", file.display())]
    NoBackup {
        /// Which.
        file: PathBuf,
        /// Why not.
        said: String,
    },
    /// Restoring would replace records.
    #[error("there are records already: {0} versions of documents")]
    NotEmpty(i64),
    /// There is no such document.
    #[error("there is no {kind} {number}")]
    Missing {
        /// The kind of document.
        kind: &'static str,
        /// Its number.
        number: i64,
    },
    /// There is a document on that subject already.
    #[error("there is {kind} {number} on {subject} already")]
    Taken {
        /// The kind of document.
        kind: &'static str,
        /// The number of the one there is.
        number: i64,
        /// Its subject.
        subject: String,
    },
    /// A file or folder could not be made, read or written.
    #[error("cannot {doing} {}: {source}", file.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// Which.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What the database says where nothing above is meant.
    #[error("the database says: {0}")]
    Database(String),
}

/// What stands between here and a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// The server lets nobody in with that user and password.
    Login,
    /// The server has no such database.
    NoDatabase,
    /// No server answers there.
    NoServer,
    /// Encryption is asked for, and this program has none.
    Encryption,
    /// The URL makes no sense.
    Url,
    /// Something else.
    Other,
}

impl Obstacle {
    /// What an attempt to connect ran into, and what is said about it.
    pub(crate) fn of(error: &sqlx::Error) -> (Obstacle, String) {
        match error {
            sqlx::Error::Database(database) => {
                let obstacle = match database.code().as_deref() {
                    Some("28000" | "28P01") => Obstacle::Login,
                    Some("3D000") => Obstacle::NoDatabase,
                    _ => Obstacle::Other,
                };
                (obstacle, database.message().to_owned())
            }
            sqlx::Error::Io(source) => (Obstacle::NoServer, source.to_string()),
            sqlx::Error::Tls(_) => (Obstacle::Encryption, "an encrypted connection is asked for".to_owned()),
            sqlx::Error::Configuration(source) => (Obstacle::Url, source.to_string()),
            other => (Obstacle::Other, other.to_string()),
        }
    }
}

/// A damaged file, before it is known which; [`crate::store::Store`] fills in the file.
pub(crate) const DAMAGED_SQLITE: [&str; 2] = ["11", "26"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                by_code(&code, || database.message().to_owned())
            }
            sqlx::Error::PoolTimedOut => Error::NoConnection,
            sqlx::Error::Io(source) if source.kind() == io::ErrorKind::StorageFull => Error::Full,
            sqlx::Error::Io(source) => Error::Lost(source.to_string()),
            other => Error::Database(other.to_string()),
        }
    }
}

/// By SQLite's result codes (<https://www.sqlite.org/rescode.html>; extended codes end in the primary one's eight bits) and
/// PostgreSQL's (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), which have five characters.
fn by_code(code: &str, said: impl FnOnce() -> String) -> Error {
    match primary(code).as_str() {
        "5" | "6" | "55P03" | "40001" | "40P01" => Error::Busy,
        "13" | "53100" => Error::Full,
        code if DAMAGED_SQLITE.contains(&code) => Error::Damaged { file: PathBuf::new(), copy: None, said: said() },
        _ => Error::Database(said()),
    }
}

fn primary(code: &str) -> String {
    match code.parse::<u32>() {
        Ok(extended) if code.len() < 5 => (extended & 0xff).to_string(),
        _ => code.to_owned(),
    }
}

impl Error {
    /// What a migration's failure means; `known` is the newest format of this program.
    pub(crate) fn of_migration(error: MigrateError, known: i64) -> Error {
        match error {
            MigrateError::VersionMissing(found) => Error::Newer { found, known },
            MigrateError::VersionMismatch(format) | MigrateError::Dirty(format) => Error::Altered(format),
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Error::Database(other.to_string()),
        }
    }
}

/// Whether a row was refused since one with its key is there.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.kind() == ErrorKind::UniqueViolation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_mean_the_same_situations() {
        for (code, situation) in [
            ("5", "Busy"),
            // SQLITE_BUSY_SNAPSHOT.
            ("517", "Busy"),
            ("55P03", "Busy"),
            ("13", "Full"),
            ("53100", "Full"),
            ("26", "Damaged"),
            // SQLITE_CORRUPT_INDEX.
            ("779", "Damaged"),
            ("1", "Database"),
            ("23505", "Database"),
        ] {
            let meant = format!("{:?}", by_code(code, || "something".to_owned()));
            assert!(meant.starts_with(situation), "{code}: {meant}");
        }
    }
}
