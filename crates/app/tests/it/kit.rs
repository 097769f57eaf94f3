//! The kit's actions: each function here runs once on SQLite and once on PostgreSQL.

use crate::postgres::Postgres;
use app::kit::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A coach who misses a tradeoff in whatever does not say `but`.
struct Strict;

impl Coach for Strict {
    fn questions(&self) -> Vec<Question> {
        OwnCoach.questions()
    }

    fn name(&self) -> String {
        "strict 1".to_owned()
    }

    fn read(&self, question: &str, text: &str) -> Option<Value> {
        let score = if text.contains("but") { 2 } else { 0 };
        let habits = json!({"tradeoff": {"score": score}, "example": {"score": 2}});
        Some(json!({"question": question, "habits": habits, "mistakes": {}, "coverage": {}, "enough": true,
            "follow_up": "What does it give up?"}))
    }
}

/// Records of a test, and where.
struct Here {
    records: Records,
    folder: PathBuf,
    whereabouts: Whereabouts,
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // What an earlier run of the test left.
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn here(name: &str, database: Option<String>) -> Here {
    let folder = folder(&format!("{name}-{}", if database.is_some() { "server" } else { "file" }));
    let whereabouts = Whereabouts { data: Some(folder.clone()), database };
    Here { records: Records::open(&whereabouts).expect("records"), folder, whereabouts }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                super::$name(super::here(stringify!($name), None));
            })*
        }

        #[test]
        fn on_postgresql() {
            let Some(server) = Postgres::start() else { return };
            $($name(here(stringify!($name), Some(server.database())));)*
        }
    };
}

on_both!(
    an_answer_is_stored_version_by_version,
    an_editor_who_has_not_seen_the_newest_is_told,
    the_kit_is_ready_when_nothing_is_missing,
    an_export_comes_back_as_the_same_bytes,
    an_import_keeps_what_is_there,
    a_backup_brings_everything_back,
);

/// Enough words to be judged, with a cost.
fn long(text: &str) -> String {
    format!("{text}, but it costs a day a month. {}", "We looked at it closely and kept it. ".repeat(6))
}

fn save(here: &Here, question: &str, text: &str) -> SavedAnswer {
    save_answer(&here.records, &Strict, question, text, Base::Newest).expect("it is stored")
}

fn an_answer_is_stored_version_by_version(here: Here) {
    let first = save(&here, "denormalize", "When reads outweigh writes.");
    assert_eq!((first.id.as_str(), first.version, first.stored), ("a1", 1, true));
    assert!(first.readiness.missing.contains(&"what the choice gives up against another".to_owned()), "{first:?}");
    let same = save(&here, "denormalize", "  When reads outweigh writes.\n");
    assert_eq!((same.version, same.stored), (1, false));
    let second = save(&here, "denormalize", "When reads outweigh writes, but stale.");
    assert_eq!((second.id.as_str(), second.version), ("a1", 2));
    let history = answer_history(&here.records, &Strict, "a1").expect("a history");
    let added: Vec<&str> =
        history.versions[1].changes.iter().filter(|s| s.change == Change::Added).map(|s| s.text.as_str()).collect();
    assert_eq!(added, ["writes, but stale."]);
    assert_eq!(history.versions[1].assessments[0].reader, "strict 1");
    assert_eq!(answer_history(&here.records, &Strict, "denormalize").expect("by its question"), history);
    let refused = save_answer(&here.records, &Strict, "denormalise", "text", Base::Newest).expect_err("no question");
    assert_eq!(refused.hint().as_deref(), Some("did you mean `denormalize`?"));
    let empty = save_answer(&here.records, &Strict, "denormalize", " \n", Base::Newest).expect_err("no text");
    assert!(matches!(empty, KitFailure::Empty));
    assert_eq!(answers(&here.records).expect("a list").len(), 1);
}

fn an_editor_who_has_not_seen_the_newest_is_told(here: Here) {
    save(&here, "denormalize", "one");
    save(&here, "denormalize", "two");
    let stale =
        save_answer(&here.records, &Strict, "denormalize", "from one", Base::Version(1)).expect_err("a conflict");
    assert!(matches!(stale, KitFailure::Records(_)) && stale.to_string().contains("version 2"), "{stale}");
    let first = new_example(&here.records, &Example { title: "x".to_owned(), ..Example::default() }).expect("stored");
    let changed = |title: &str| Example { title: title.to_owned(), ..Example::default() };
    save_example(&here.records, &first.id, &changed("y"), Base::Version(1)).expect("stored");
    save_example(&here.records, &first.id, &changed("z"), Base::Version(1)).expect_err("a conflict");
    assert_eq!(show_example(&here.records, "e1").expect("an example").example.title, "y");
    let said = Tradeoff { first: "x".to_owned(), ..Tradeoff::default() };
    save_tradeoff(&here.records, &said, 0).expect("stored");
    save_tradeoff(&here.records, &Tradeoff::default(), 0).expect_err("somebody has said it already");
}

fn told(title: &str) -> Example {
    let mut example = Example { title: title.to_owned(), ..Example::default() };
    for part in Part::ALL {
        "We did it.\nAnd not that.".clone_into(example.part_mut(part));
    }
    "From 9 s to 200 ms.".clone_into(&mut example.result);
    example.set_figure(Figure::read("9 s = dashboard").expect("a figure"));
    example.set_figure(Figure::read("200 ms = dashboard").expect("a figure"));
    example
}

fn said() -> Tradeoff {
    let text = |text: &str| text.to_owned();
    Tradeoff { first: text("a"), gives_up: text("b"), because: text("c"), unless: text("d") }
}

fn fill(here: &Here) {
    for (slot, question) in ["reliable-api", "denormalize", "latency-growth"].iter().enumerate() {
        let saved = save(here, question, &long(question));
        choose(&here.records, &(slot + 1).to_string(), &saved.id).expect("a slot");
    }
    new_example(&here.records, &told("one")).expect("stored");
    new_example(&here.records, &told("two")).expect("stored");
    save_tradeoff(&here.records, &said(), 0).expect("stored");
}

fn the_kit_is_ready_when_nothing_is_missing(here: Here) {
    let empty = kit_status(&here.records).expect("a kit");
    assert_eq!((empty.ready, empty.slots_ready, empty.slots.len()), (false, 0, 6));
    fill(&here);
    let full = kit_status(&here.records).expect("a kit");
    assert!(full.ready && full.slots_ready == 6 && full.next.is_none(), "{full:?}");
    save(&here, "denormalize", &long("again").replace("but", "and"));
    let worse = kit_status(&here.records).expect("a kit");
    assert_eq!(worse.slots[1].readiness.missing, ["what the choice gives up against another"]);
    let twice = choose(&here.records, "1", "a2").expect_err("it is in slot 2");
    assert!(twice.to_string().contains("slot answer-2 already"), "{twice}");
    let nowhere = choose(&here.records, "4", "a2").expect_err("no such slot");
    assert_eq!(nowhere.hint().as_deref(), Some("there is 1, 2, 3, example-1, example-2"));
    choose(&here.records, "example-1", "e9").expect_err("no such example");
}

fn an_export_comes_back_as_the_same_bytes(here: Here) {
    fill(&here);
    let export = |records: &Records| app::kit::export(records, &Strict, Format::Json).expect("an export");
    let first = export(&here.records);
    assert!(first.flags.is_empty(), "{:?}", first.flags);
    let other = Records::open(&Whereabouts { data: Some(here.folder.join("other")), database: None }).expect("records");
    let imported = import_kit(&other, Path::new("kit.json"), &first.text).expect("a kit");
    assert!(imported.documents.iter().all(|(_, taken)| *taken == Taken::Added) && imported.documents.len() == 6);
    assert_eq!(export(&other).text, first.text);
    let again = import_kit(&other, Path::new("kit.json"), &first.text).expect("a kit");
    assert!(again.documents.iter().all(|(_, taken)| *taken == Taken::Same), "{again:?}");
    assert_eq!(export(&other).text, first.text);
}

fn an_import_keeps_what_is_there(here: Here) {
    fill(&here);
    let text = app::kit::export(&here.records, &Strict, Format::Json).expect("an export").text;
    save(&here, "denormalize", "changed since");
    let imported = import_kit(&here.records, Path::new("kit.json"), &text).expect("a kit");
    assert!(imported.documents.contains(&("a2".to_owned(), Taken::Version)), "{imported:?}");
    let history = answer_history(&here.records, &Strict, "denormalize").expect("a history");
    assert_eq!(history.versions.len(), 3);
    assert_eq!(history.versions[1].text, "changed since");
    let broken = text.replace("\"source\": \"dashboard\"", "\"source\": \"lab\"");
    let refused = import_kit(&here.records, Path::new("kit.json"), &broken).expect_err("a lab number");
    assert!(refused.to_string().contains("lab number"), "{refused}");
    assert_eq!(app::kit::export(&here.records, &Strict, Format::Json).expect("an export").text, text);
}

fn a_backup_brings_everything_back(here: Here) {
    fill(&here);
    let file = here.folder.join("backup.db");
    let held = backup(&here.records, &file).expect("a backup");
    // Three answers, two examples, the tradeoff, and the choice with its three versions.
    assert_eq!((held.documents, held.versions, held.readings), (7, 9, 3));
    save(&here, "denormalize", "lost after the restore");
    restore(&here.records, &file, false).expect_err("there are records");
    let (_, earlier) = restore(&here.records, &file, true).expect("restored");
    assert!(earlier.is_some_and(|file| file.ends_with("before-restore-1.db") && file.exists()));
    assert!(kit_status(&Records::open(&here.whereabouts).expect("records")).expect("a kit").ready);
}
