//! What a person can do with the kit, on both databases.

mod kit;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
