//! Records on both databases, and what is left of them when they are hurt.

mod crash;
mod hurt;
mod postgres;
mod suite;

use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Error, Kind, Place, Settings, Store};

const NOTE: Kind = Kind("note");

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // What an earlier run of the test left.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Does not wait long for others.
fn impatient() -> Settings {
    Settings { busy: Duration::from_millis(200), ..Settings::default() }
}

#[track_caller]
fn open(place: &Place) -> Store {
    Store::open(place, &impatient()).expect("the records open")
}

/// Adds a document without subject and gives its number.
#[track_caller]
fn add(store: &Store, body: &str) -> i64 {
    store.write(|writer| writer.add(NOTE, None, body)).expect("it is written").number
}

fn append(store: &Store, number: i64, after: i64, body: &str) -> Result<i64, Error> {
    store.write(|writer| writer.append(NOTE, number, after, body)).map(|version| version.version)
}

/// The newest bodies, by number.
#[track_caller]
fn bodies(store: &Store) -> Vec<String> {
    store.documents(NOTE).expect("documents").into_iter().map(|version| version.body).collect()
}
