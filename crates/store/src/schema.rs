//! The tables, and how they come about: numbered migrations that are part of the program.

use crate::connect::Backend;
use crate::error::Error;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, Connection, SqlSafeStr};

/// Each format's change over the one before. A migration that has been released is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "records", include_str!("../migrations/0001_records.sql"))];

/// The newest format.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |(format, ..)| *format)
}

/// Brings the tables to the newest format, or says why that cannot be.
pub(crate) async fn migrate(connection: &mut AnyConnection, backend: Backend) -> Result<(), Error> {
    let migrator = Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect());
    let migrated = match backend {
        // The driver takes a lock of its own.
        Backend::Server => migrator.run_direct(None, connection, false).await,
        // It takes none here, and two processes may make the same new file.
        Backend::File => {
            let mut turn = connection.begin_with("BEGIN IMMEDIATE").await?;
            let migrated = migrator.run_direct(None, &mut *turn, false).await;
            match migrated {
                Ok(()) => turn.commit().await.map_err(Into::into),
                Err(error) => Err(error),
            }
        }
    };
    migrated.map_err(|error| Error::of_migration(error, known()))
}

fn migration((format, name, sql): &(i64, &'static str, &'static str)) -> Migration {
    Migration::new(*format, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
}
