//! What is kept: versions of documents, and what readers found in them.

/// Reads a row by its columns' names. The driver's own derive would need its macros, which need one database's features.
macro_rules! from_row {
    ($row:ident { $($column:ident),* $(,)? }) => {
        impl sqlx::FromRow<'_, sqlx::any::AnyRow> for $row {
            fn from_row(row: &sqlx::any::AnyRow) -> sqlx::Result<Self> {
                Ok($row { $($column: sqlx::Row::try_get(row, stringify!($column))?),* })
            }
        }
    };
}
pub(crate) use from_row;

/// A kind of document, such as `answer`. Documents are numbered from 1 within their kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Kind(pub &'static str);

/// One version of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The document's number within its kind, from 1.
    pub number: i64,
    /// What the document is about, where its kind has at most one document on it.
    pub subject: Option<String>,
    /// Which version, from 1.
    pub version: i64,
    /// The text that was given.
    pub body: String,
    /// When it was written, in milliseconds since 1970 in UTC.
    pub written_ms: i64,
}

/// What a reader found in one version of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The document's number within its kind.
    pub number: i64,
    /// Which version was read.
    pub version: i64,
    /// Who read it: a name with a version.
    pub reader: String,
    /// The text that the reader gave.
    pub body: String,
    /// When, in milliseconds since 1970 in UTC.
    pub read_ms: i64,
}

from_row!(Version { number, subject, version, body, written_ms });
from_row!(Reading { number, version, reader, body, read_ms });
