//! A turn at writing: documents get versions, and versions get readings.

use crate::connect::{Backend, Opened};
use crate::error::{Error, is_taken};
use crate::record::{Kind, Version};
use crate::store::NEWEST;
use sqlx::{Any, Transaction};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::runtime::Runtime;

/// Writes within one transaction; dropped without [`Writer::commit`], it has written nothing.
pub struct Writer<'s> {
    runtime: &'s Runtime,
    turn: Option<Transaction<'static, Any>>,
}

/// Names the lock by which writers on a server take turns; the number is nobody else's, which is all that matters.
const TURN: i64 = 0x6272_6f77_6e6f_7574;

impl<'s> Writer<'s> {
    pub(crate) fn begin(runtime: &'s Runtime, opened: &Opened) -> Result<Writer<'s>, Error> {
        let turn = runtime.block_on(async {
            let mut turn = opened.pool.begin_with(opened.begin_writing()).await?;
            if opened.backend == Backend::Server {
                sqlx::query("SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS turn")
                    .bind(TURN)
                    .execute(&mut *turn)
                    .await?;
            }
            Ok::<_, sqlx::Error>(turn)
        })?;
        Ok(Writer { runtime, turn: Some(turn) })
    }

    /// The runtime, and the transaction to run on it.
    pub(crate) fn parts(&mut self) -> (&'s Runtime, &mut Transaction<'static, Any>) {
        (self.runtime, self.turn.as_mut().expect("it is there until the end"))
    }

    pub(crate) fn commit(mut self) -> Result<(), Error> {
        let turn = self.turn.take().expect("it is there until the end");
        Ok(self.runtime.block_on(turn.commit())?)
    }

    /// Makes a document with its first version, numbered after the last one of its kind.
    ///
    /// # Errors
    /// [`Error::Taken`] if its kind has a document on the subject.
    pub fn add(&mut self, kind: Kind, subject: Option<&str>, body: &str) -> Result<Version, Error> {
        self.refuse_taken(kind, subject)?;
        let (runtime, turn) = self.parts();
        let number = runtime.block_on(async {
            let (number,): (i64,) =
                sqlx::query_as("SELECT CAST(COALESCE(MAX(number), 0) + 1 AS BIGINT) FROM documents WHERE kind = $1")
                    .bind(kind.0)
                    .fetch_one(&mut **turn)
                    .await?;
            sqlx::query("INSERT INTO documents (kind, number, subject) VALUES ($1, $2, $3)")
                .bind(kind.0)
                .bind(number)
                .bind(subject.map(str::to_owned))
                .execute(&mut **turn)
                .await?;
            Ok::<i64, sqlx::Error>(number)
        })?;
        self.insert(kind, number, 1, body)?;
        self.newest(kind, number)?.ok_or(Error::Missing { kind: kind.0, number })
    }

    fn refuse_taken(&mut self, kind: Kind, subject: Option<&str>) -> Result<(), Error> {
        let Some(subject) = subject else { return Ok(()) };
        match self.about(kind, subject)? {
            Some(Version { number, .. }) => Err(Error::Taken { kind: kind.0, number, subject: subject.to_owned() }),
            None => Ok(()),
        }
    }

    /// Adds the version after `after` to a document.
    ///
    /// # Errors
    /// [`Error::Conflict`] if there is a newer version than `after`, [`Error::Missing`] if there is no such document.
    pub fn append(&mut self, kind: Kind, number: i64, after: i64, body: &str) -> Result<Version, Error> {
        let newest = self.newest(kind, number)?.ok_or(Error::Missing { kind: kind.0, number })?;
        let conflict = |found| Error::Conflict { kind: kind.0, number, expected: after, found };
        if newest.version != after {
            return Err(conflict(newest.version));
        }
        self.insert(kind, number, after + 1, body)?;
        self.newest(kind, number)?.ok_or_else(|| conflict(after))
    }

    /// The newest version of one document, as this turn sees it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest(&mut self, kind: Kind, number: i64) -> Result<Option<Version>, Error> {
        let query = sqlx::query_as(NEWEST).bind(kind.0).bind(number);
        let (runtime, turn) = self.parts();
        Ok(runtime.block_on(query.fetch_optional(&mut **turn))?)
    }

    /// The newest version of the document on a subject, as this turn sees it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn about(&mut self, kind: Kind, subject: &str) -> Result<Option<Version>, Error> {
        let (runtime, turn) = self.parts();
        let found: Option<(i64,)> = runtime.block_on(
            sqlx::query_as("SELECT number FROM documents WHERE kind = $1 AND subject = $2")
                .bind(kind.0)
                .bind(subject.to_owned())
                .fetch_optional(&mut **turn),
        )?;
        found.map_or(Ok(None), |(number,)| self.newest(kind, number))
    }

    /// Keeps what a reader found in a version; a reader that has read it before is not heard again.
    ///
    /// # Errors
    /// If there is no such version.
    pub fn keep_reading(&mut self, kind: Kind, read: (i64, i64), reader: &str, body: &str) -> Result<(), Error> {
        let (number, version) = read;
        let (runtime, turn) = self.parts();
        let kept = runtime.block_on(
            sqlx::query(
                "INSERT INTO readings (kind, number, version, reader, body, read_ms) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(kind.0)
            .bind(number)
            .bind(version)
            .bind(reader.to_owned())
            .bind(body.to_owned())
            .bind(now_ms())
            .execute(&mut **turn),
        );
        kept.map(|_| ()).map_err(|error| {
            let absent = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
            if absent { Error::Missing { kind: kind.0, number } } else { error.into() }
        })
    }

    /// A key that is there already is a conflict even though writers take turns: the database has the last word.
    fn insert(&mut self, kind: Kind, number: i64, version: i64, body: &str) -> Result<(), Error> {
        let (runtime, turn) = self.parts();
        let inserted = runtime.block_on(
            sqlx::query("INSERT INTO versions (kind, number, version, body, written_ms) VALUES ($1, $2, $3, $4, $5)")
                .bind(kind.0)
                .bind(number)
                .bind(version)
                .bind(body.to_owned())
                .bind(now_ms())
                .execute(&mut **turn),
        );
        inserted.map(|_| ()).map_err(|error| match is_taken(&error) {
            true => Error::Conflict { kind: kind.0, number, expected: version - 1, found: version },
            false => error.into(),
        })
    }
}

impl Drop for Writer<'_> {
    /// Ends the turn at once: left to the pool, it would last until somebody uses the store again.
    fn drop(&mut self) {
        if let Some(turn) = self.turn.take() {
            // It ends with the connection where the database cannot be told.
            let _ = self.runtime.block_on(turn.rollback());
        }
    }
}

/// Milliseconds since 1970; 0 on a machine whose clock is before that.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
