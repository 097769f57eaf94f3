//! What a person can do with the kit, on both databases, and what a model may add to a reading.

mod endpoint;
mod kit;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
mod second_reading;
