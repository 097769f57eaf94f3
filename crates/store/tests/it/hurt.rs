//! Damage: a file that is full, corrupt, somebody else's or readable by others.

use crate::postgres::Postgres;
use crate::{NOTE, add, append, bodies, folder, impatient, open};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::fs;
use std::path::Path;
use store::{Error, Obstacle, Place, Restore, Settings, Store};

/// Runs a statement behind the store's back.
pub(crate) fn execute(place: &Place, statement: &str) {
    let url = match place {
        Place::File(file) => format!("sqlite://{}", file.display()),
        Place::Server(url) => url.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&url).await.expect("a connection");
        connection.execute(AssertSqlSafe(statement.to_owned())).await.expect("it is done");
        connection.close().await.expect("an end");
    });
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

#[test]
fn no_room_is_an_error_and_what_was_there_stays() {
    let place = Place::in_folder(&folder("full"));
    let small = Settings { most_pages: Some(40), ..impatient() };
    let store = Store::open(&place, &small).expect("the records open");
    let number = add(&store, "small");
    let mut version = 1;
    let refused = loop {
        match append(&store, number, version, &"x".repeat(10_000)) {
            Ok(written) => version = written,
            Err(refused) => break refused,
        }
        assert!(version < 100, "there is no end to the room");
    };
    assert!(matches!(refused, Error::Full), "{refused:?}");
    assert!(version > 1, "some of it had room");
    assert_eq!(store.history(NOTE, number).expect("history").len() as i64, version);
    drop(store);
    // With room again, it goes on.
    let store = open(&place);
    assert_eq!(append(&store, number, version, "more").expect("written"), version + 1);
}

#[test]
fn a_file_that_is_no_database_is_kept_and_copied_once() {
    let folder = folder("garbage");
    let place = Place::in_folder(&folder);
    let garbage = "this was a database once, before something else wrote over it. ".repeat(100);
    fs::write(folder.join(Place::FILE_NAME), &garbage).expect("a file");
    for _ in 0..2 {
        let refused = Store::open(&place, &impatient()).expect_err("it is damaged");
        let Error::Damaged { file, copy: Some(copy), .. } = &refused else { panic!("{refused:?}") };
        assert_eq!(fs::read_to_string(file).expect("the file"), garbage);
        assert_eq!(fs::read_to_string(copy).expect("the copy"), garbage);
    }
    assert_eq!(names(&folder).len(), 2, "{:?}", names(&folder));
}

#[test]
fn pages_that_were_overwritten_are_noticed() {
    let folder = folder("corrupt");
    let place = Place::in_folder(&folder);
    let store = open(&place);
    for note in 0..50 {
        add(&store, &format!("{note}: {}", "text ".repeat(200)));
    }
    drop(store);
    let file = folder.join(Place::FILE_NAME);
    let mut bytes = fs::read(&file).expect("the file");
    for byte in &mut bytes[8_192..24_576] {
        *byte = 0x5a;
    }
    fs::write(&file, &bytes).expect("damage");
    let refused = Store::open(&place, &impatient()).expect_err("it is damaged");
    let Error::Damaged { copy: Some(copy), said, .. } = &refused else { panic!("{refused:?}") };
    assert!(!said.is_empty());
    assert_eq!(fs::read(copy).expect("the copy"), bytes);
    assert_eq!(fs::read(&file).expect("the file"), bytes, "the damaged file is left as it is");
}

#[cfg(unix)]
#[test]
fn records_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let above = folder("private");
    let folder = above.join("data").join("brownout");
    let place = Place::in_folder(&folder);
    let store = open(&place);
    add(&store, "secret");
    store.backup(&folder.join("backup.db")).expect("a backup");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&above.join("data"))), (0o700, 0o700));
    assert!(names(&folder).iter().any(|name| name.ends_with("-wal")), "{:?}", names(&folder));
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
    drop(store);
    // Somebody opened it to others.
    fs::set_permissions(folder.join(Place::FILE_NAME), fs::Permissions::from_mode(0o644)).expect("wider");
    drop(open(&place));
    assert_eq!(mode(&folder.join(Place::FILE_NAME)), 0o600);
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let folder = folder("no-backup");
    let store = open(&Place::in_folder(&folder));
    add(&store, "kept");
    let keep = folder.join("earlier.db");
    let other = folder.join("other.db");
    fs::write(folder.join("text.db"), "a text, long enough to be no header of a database").expect("a file");
    fs::write(folder.join("empty.db"), "").expect("a file");
    fs::write(&other, "").expect("a file");
    execute(&Place::File(other.clone()), "CREATE TABLE documents (something TEXT)");
    for name in ["text.db", "empty.db", "other.db"] {
        let replacing = Restore::Replacing { keep: keep.clone() };
        let refused = store.restore(&folder.join(name), &replacing).expect_err("no backup");
        assert!(matches!(&refused, Error::NoBackup { file, .. } if file.ends_with(name)), "{name}: {refused:?}");
    }
    let missing = store.restore(&folder.join("missing.db"), &Restore::IntoEmpty).expect_err("no file");
    assert!(matches!(missing, Error::File { doing: "read", .. }), "{missing:?}");
    assert_eq!(bodies(&store), ["kept"]);
    assert!(!keep.exists());
}

#[test]
fn a_path_may_have_any_characters() {
    let folder = folder("odd").join("50% off? #1 & 'quoted' ünïcode");
    let place = Place::in_folder(&folder);
    add(&open(&place), "here");
    assert_eq!(bodies(&open(&place)), ["here"]);
    assert!(folder.join(Place::FILE_NAME).exists());
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let place = Place::server("postgres://ann:s3cret@127.0.0.1:1/kit").expect("a URL");
    let refused = Store::open(&place, &impatient()).expect_err("nobody listens");
    let said = refused.to_string();
    assert!(matches!(refused, Error::Unreachable { obstacle: Obstacle::NoServer, .. }), "{refused:?}");
    assert!(said.contains("postgres://ann@127.0.0.1:1/kit") && !said.contains("s3cret"), "{said}");
}

#[test]
fn a_server_that_lets_nobody_in_or_goes_says_so() {
    let Some(server) = Postgres::start() else { return };
    let url = server.database();
    for (url, expected) in [
        (url.replace("records0", "absent"), Obstacle::NoDatabase),
        (url.replace("tester", "stranger"), Obstacle::Login),
        (format!("{url}?sslmode=require"), Obstacle::Encryption),
        (url.replace("127.0.0.1:", "127.0.0.1:no"), Obstacle::Url),
    ] {
        let refused = Store::open(&Place::server(&url).expect("a URL"), &impatient()).expect_err("an obstacle");
        assert!(matches!(&refused, Error::Unreachable { obstacle, .. } if *obstacle == expected), "{refused:?}");
    }
    let store = open(&Place::server(&url).expect("a URL"));
    add(&store, "kept");
    drop(server);
    let gone = store.documents(NOTE).expect_err("the server is gone");
    assert!(matches!(gone, Error::NoConnection | Error::Lost(_) | Error::Database(_)), "{gone:?}");
    let gone = store.write(|writer| writer.add(NOTE, None, "lost")).expect_err("the server is gone");
    assert!(matches!(gone, Error::NoConnection), "{gone:?}");
}
