//! Records on SQLite or PostgreSQL.
//!
//! One idea: a document is a list of versions, and a version, once written, is never changed. So an editor that has not
//! seen the newest version is told so instead of overwriting it, history comes for free, and a crash can only lose what
//! nobody was told had been written. A body is text that the store does not look into; a document is always read whole.
//!
//! One SQL text runs on both databases. Writers take turns on both: SQLite by `BEGIN IMMEDIATE`, PostgreSQL by an advisory
//! lock; who waits longer than [`Settings::busy`] gets an error.
//!
//! The database driver is asynchronous; nothing outside this crate is. A [`Store`] owns a current-thread runtime and each
//! of its functions blocks, since its callers are commands that do one thing and handlers that run on blocking threads.
//! Do not call it, nor drop it, from asynchronous code.

mod backup;
mod connect;
mod error;
mod file;
mod place;
mod record;
mod schema;
mod store;
mod writer;

pub use backup::{Backup, Restore};
pub use error::{Error, Obstacle};
pub use file::{create_private, private_folder, write_private};
pub use place::Place;
pub use record::{Kind, Reading, Version};
pub use store::{Settings, Store};
pub use writer::Writer;
