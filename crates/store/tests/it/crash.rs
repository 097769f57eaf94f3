//! SIGKILL at any moment: whatever was acknowledged is there afterwards.

use crate::{NOTE, add, append, folder, open};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use store::{Place, Store};

/// Names the folder that the child writes into.
const SCRIBE: &str = "BROWNOUT_TEST_SCRIBE";

const ROUNDS: u64 = 200;

/// The test starts itself again as the process that is killed.
#[test]
fn killed_two_hundred_times_it_keeps_every_acknowledged_write() {
    if let Some(folder) = std::env::var_os(SCRIBE) {
        return scribble(&Place::in_folder(folder.as_ref()));
    }
    let folder = folder("killed");
    let mut acknowledged: BTreeMap<i64, i64> = BTreeMap::new();
    let mut checked: BTreeMap<i64, i64> = BTreeMap::new();
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        acknowledged.extend(killed_after(&folder, after(round)));
        // Opening checks the file's integrity.
        let store = open(&Place::in_folder(&folder));
        let mut unheard = 0;
        for found in store.documents(NOTE).expect("documents") {
            let heard = acknowledged.remove(&found.number).unwrap_or(0);
            assert!(found.version >= heard, "round {round}: note {} lost version {heard}", found.number);
            unheard += found.version - heard;
            if found.version != checked.insert(found.number, found.version).unwrap_or(0) {
                check_whole(&store, found.number, found.version);
            }
            acknowledged.insert(found.number, found.version);
        }
        in_the_middle += i64::from(unheard > 0);
        assert_eq!(
            acknowledged.keys().copied().collect::<Vec<_>>(),
            (1..=acknowledged.len() as i64).collect::<Vec<_>>()
        );
    }
    assert!(!acknowledged.is_empty(), "nothing was ever written");
    eprintln!(
        "{} notes; {in_the_middle} of {ROUNDS} kills fell between a write and its acknowledgement",
        acknowledged.len()
    );
}

/// Checks that all versions of a note are there, each with the bytes that were written.
fn check_whole(store: &Store, note: i64, versions: i64) {
    let history = store.history(NOTE, note).expect("history");
    assert_eq!(history.len() as i64, versions, "note {note}");
    for version in history {
        assert!(version.body == body(note, version.version), "note {note}, version {}", version.version);
    }
}

/// How long the child lives after its first acknowledgement: 0 to 5 ms, spread evenly in an order without pattern.
fn after(round: u64) -> Duration {
    Duration::from_micros(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 5_000)
}

/// Starts a child, kills it, and gives what it said was written: the newest version by note.
fn killed_after(folder: &std::path::Path, life: Duration) -> Vec<(i64, i64)> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "crash::killed_two_hundred_times_it_keeps_every_acknowledged_write", "--nocapture"])
        .env(SCRIBE, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let mut said: Vec<(i64, i64)> = lines.by_ref().find_map(|line| acknowledgement(&line)).into_iter().collect();
    assert!(!said.is_empty(), "the child ended without a write");
    std::thread::sleep(life);
    child.kill().expect("SIGKILL");
    child.wait().expect("an end");
    said.extend(lines.filter_map(|line| acknowledgement(&line)));
    said
}

fn acknowledgement(line: &str) -> Option<(i64, i64)> {
    let (note, version) = line.split_once("written ")?.1.split_once(' ')?;
    Some((note.parse().ok()?, version.parse().ok()?))
}

fn body(note: i64, version: i64) -> String {
    format!("{note}.{version} ").repeat(usize::try_from(version % 7).unwrap_or(0) * 300 + 1)
}

/// Writes until it is killed: a note, its second version, and so on.
fn scribble(place: &Place) {
    let store = open(place);
    let acknowledge = |note: i64, version: i64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "written {note} {version}").and_then(|()| out.flush()).expect("an acknowledgement");
    };
    loop {
        let note = i64::try_from(store.documents(NOTE).expect("documents").len()).expect("few") + 1;
        assert_eq!(add(&store, &body(note, 1)), note);
        acknowledge(note, 1);
        for version in 1..4 {
            append(&store, note, version, &body(note, version + 1)).expect("written");
            acknowledge(note, version + 1);
        }
    }
}
