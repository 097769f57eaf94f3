//! What holds on both databases: each function here runs once on SQLite and once on PostgreSQL.

use crate::postgres::Postgres;
use crate::{NOTE, add, append, bodies, folder, impatient, open};
use std::sync::Barrier;
use store::{Backup, Error, Kind, Place, Restore, Store};

/// Makes a test on SQLite of each function, and one test that runs all of them on one server.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                let folder = crate::folder(concat!("suite-", stringify!($name)));
                super::$name(&store::Place::in_folder(&folder));
            })*
        }

        #[test]
        fn on_postgresql() {
            let Some(server) = Postgres::start() else { return };
            $(eprintln!("on PostgreSQL: {}", stringify!($name));
            $name(&Place::server(&server.database()).expect("a URL"));)*
        }
    };
}

on_both!(
    versions_are_added_and_never_changed,
    numbers_count_within_a_kind,
    a_subject_has_one_document,
    two_editors_never_overwrite_each_other,
    a_turn_writes_all_or_nothing,
    who_waits_too_long_is_told,
    writers_on_many_threads_lose_nothing,
    readings_belong_to_versions,
    text_comes_back_as_it_was,
    records_outlive_the_process,
    opened_at_once_by_many,
    a_newer_format_is_refused,
    backups_go_there_and_back,
);

fn versions_are_added_and_never_changed(place: &Place) {
    let store = open(place);
    let number = add(&store, "first");
    assert_eq!(append(&store, number, 1, "second").expect("written"), 2);
    let history = store.history(NOTE, number).expect("history");
    let seen: Vec<(i64, &str)> = history.iter().map(|version| (version.version, version.body.as_str())).collect();
    assert_eq!(seen, [(1, "first"), (2, "second")]);
    assert!(history[0].written_ms <= history[1].written_ms && history[0].written_ms > 1_700_000_000_000);
    assert_eq!(store.newest(NOTE, number).expect("a read").map(|version| version.body), Some("second".to_owned()));
    assert_eq!(store.newest(NOTE, number + 1).expect("a read"), None);
    assert!(store.history(NOTE, number + 1).expect("a read").is_empty());
}

fn numbers_count_within_a_kind(place: &Place) {
    let store = open(place);
    assert_eq!((add(&store, "a"), add(&store, "b")), (1, 2));
    let other = store.write(|writer| writer.add(Kind("other"), None, "c")).expect("written");
    assert_eq!(other.number, 1);
    assert_eq!(bodies(&store), ["a", "b"]);
}

fn a_subject_has_one_document(place: &Place) {
    let store = open(place);
    let write = |kind, subject| store.write(|writer| writer.add(kind, Some(subject), "text"));
    assert_eq!(write(NOTE, "caching").expect("the first").number, 1);
    let refused = write(NOTE, "caching").expect_err("a second one");
    assert!(matches!(&refused, Error::Taken { number: 1, subject, .. } if subject == "caching"), "{refused:?}");
    write(Kind("other"), "caching").expect("another kind");
    let found = store.write(|writer| writer.about(NOTE, "caching")).expect("a look");
    assert_eq!(found.and_then(|version| version.subject), Some("caching".to_owned()));
    assert_eq!(store.write(|writer| writer.about(NOTE, "queues")).expect("a look"), None);
}

fn two_editors_never_overwrite_each_other(place: &Place) {
    let (one, other) = (open(place), open(place));
    let number = add(&one, "both have read this");
    append(&one, number, 1, "one was first").expect("written");
    let refused = append(&other, number, 1, "the other has not seen it").expect_err("a conflict");
    assert!(matches!(refused, Error::Conflict { expected: 1, found: 2, .. }), "{refused:?}");
    append(&other, number, 2, "now it has").expect("written");
    assert_eq!(bodies(&one), ["now it has"]);
    let missing = append(&one, number + 1, 1, "nobody").expect_err("no such document");
    assert!(matches!(missing, Error::Missing { .. }), "{missing:?}");
}

fn a_turn_writes_all_or_nothing(place: &Place) {
    let store = open(place);
    let number = add(&store, "before");
    let failed = store.write(|writer| {
        writer.add(NOTE, None, "half")?;
        writer.append(NOTE, number, 1, "changed")?;
        writer.append(NOTE, number, 1, "a conflict")
    });
    assert!(matches!(failed, Err(Error::Conflict { expected: 1, found: 2, .. })), "{failed:?}");
    assert_eq!(bodies(&store), ["before"]);
}

fn who_waits_too_long_is_told(place: &Place) {
    let (one, other) = (open(place), open(place));
    one.write(|writer| {
        writer.add(NOTE, None, "one")?;
        let refused = other.write(|writer| writer.add(NOTE, None, "other")).expect_err("it is not its turn");
        assert!(matches!(refused, Error::Busy), "{refused:?}");
        // Whoever only reads need not wait.
        assert!(other.documents(NOTE)?.is_empty());
        Ok::<_, Error>(())
    })
    .expect("one is written");
    other.write(|writer| writer.add(NOTE, None, "other")).expect("now it is its turn");
    assert_eq!(bodies(&one), ["one", "other"]);
}

fn writers_on_many_threads_lose_nothing(place: &Place) {
    const WRITERS: usize = 4;
    const EACH: usize = 8;
    let patient = store::Settings { busy: std::time::Duration::from_secs(20), ..impatient() };
    let start = Barrier::new(WRITERS);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (start, patient) = (&start, &patient);
            scope.spawn(move || {
                let store = Store::open(place, patient).expect("the records open");
                start.wait();
                for note in 0..EACH {
                    add(&store, &format!("{writer}.{note}"));
                }
            });
        }
    });
    let mut written = bodies(&open(place));
    written.sort();
    let all: Vec<String> = (0..WRITERS).flat_map(|w| (0..EACH).map(move |n| format!("{w}.{n}"))).collect();
    assert_eq!(written, all);
}

fn readings_belong_to_versions(place: &Place) {
    let store = open(place);
    let number = add(&store, "text");
    let read = |version, reader: &str, body: &str| {
        store.write(|writer| writer.keep_reading(NOTE, (number, version), reader, body))
    };
    read(1, "coach 1", "{}").expect("kept");
    read(1, "coach 1", "another word").expect("not heard again");
    read(1, "coach 2", "{\"enough\": true}").expect("a better reader");
    let refused = read(2, "coach 2", "{}").expect_err("no such version");
    assert!(matches!(refused, Error::Missing { .. }), "{refused:?}");
    let kept = store.readings(NOTE).expect("readings");
    let kept: Vec<(&str, &str)> = kept.iter().map(|r| (r.reader.as_str(), r.body.as_str())).collect();
    assert_eq!(kept, [("coach 1", "{}"), ("coach 2", "{\"enough\": true}")]);
}

fn text_comes_back_as_it_was(place: &Place) {
    let store = open(place);
    let hostile = [
        "",
        "'; DROP TABLE versions; --",
        "$1 ? :a \\ %",
        "line\r\nbreaks\n",
        "\u{202e}\u{feff}🦀 ä",
        "\u{1}\u{1b}[31m",
    ];
    for text in hostile {
        add(&store, text);
    }
    let long = "x".repeat(1 << 20);
    add(&store, &long);
    let back = bodies(&store);
    assert_eq!((&back[..hostile.len()], &back[hostile.len()]), (&hostile.map(str::to_owned)[..], &long));
}

fn records_outlive_the_process(place: &Place) {
    add(&open(place), "kept");
    assert_eq!(bodies(&open(place)), ["kept"]);
}

fn opened_at_once_by_many(place: &Place) {
    let start = Barrier::new(6);
    let patient = store::Settings { busy: std::time::Duration::from_secs(20), ..impatient() };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                start.wait();
                add(&Store::open(place, &patient).expect("it opens for each of them"), "here");
            });
        }
    });
    assert_eq!(bodies(&open(place)), ["here"; 6]);
}

fn a_newer_format_is_refused(place: &Place) {
    add(&open(place), "kept");
    crate::hurt::execute(
        place,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9000, 'from the future', TRUE, '', 0)",
    );
    let refused = Store::open(place, &impatient()).expect_err("a newer format");
    assert!(matches!(refused, Error::Newer { found: 9000, known: 1 }), "{refused:?}");
    crate::hurt::execute(place, "DELETE FROM _sqlx_migrations WHERE version = 9000");
    assert_eq!(bodies(&open(place)), ["kept"]);
}

fn backups_go_there_and_back(place: &Place) {
    let store = open(place);
    let number = add(&store, "first");
    append(&store, number, 1, "second").expect("written");
    store.write(|writer| writer.add(Kind("other"), Some("caching"), "text")).expect("written");
    store.write(|writer| writer.keep_reading(NOTE, (number, 2), "coach 1", "{}")).expect("kept");
    let folder = folder(&format!("backups-{}", if matches!(place, Place::File(_)) { "file" } else { "server" }));
    let file = folder.join("backup.db");
    let all = Backup { documents: 2, versions: 3, readings: 1 };
    assert_eq!(store.backup(&file).expect("a backup"), all);
    let again = store.backup(&file).expect_err("a backup is never overwritten");
    assert!(matches!(again, Error::File { .. }), "{again:?}");
    let before = std::fs::read(&file).expect("the backup");
    let elsewhere = open(&Place::File(folder.join("elsewhere.db")));
    assert_eq!(elsewhere.restore(&file, &Restore::IntoEmpty).expect("restored"), all);
    assert_eq!(elsewhere.history(NOTE, number).expect("history"), store.history(NOTE, number).expect("history"));
    assert_eq!(elsewhere.readings(NOTE).expect("readings"), store.readings(NOTE).expect("readings"));
    append(&store, number, 2, "after the backup").expect("written");
    let refused = store.restore(&file, &Restore::IntoEmpty).expect_err("there are records");
    assert!(matches!(refused, Error::NotEmpty(4)), "{refused:?}");
    let keep = folder.join("earlier.db");
    store.restore(&file, &Restore::Replacing { keep: keep.clone() }).expect("restored");
    assert_eq!(bodies(&store), ["second"]);
    let earlier = open(&Place::File(folder.join("third.db")));
    earlier.restore(&keep, &Restore::IntoEmpty).expect("what was there is kept");
    assert_eq!(bodies(&earlier), ["after the backup"]);
    assert_eq!(std::fs::read(&file).expect("the backup"), before, "a backup is only read");
    let mut left: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|f| f.expect("a file").file_name()).collect();
    left.retain(|name| !name.to_string_lossy().contains("-wal") && !name.to_string_lossy().contains("-shm"));
    assert_eq!(left.len(), 4, "nothing else is left lying: {left:?}");
}
