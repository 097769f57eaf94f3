//! The lab, from outside.

mod content;
mod cost;
mod data;
mod defences;
mod digest;
mod drawing;
mod experiments;
mod good;
mod guards;
mod hostile;
mod mutated;
mod objectives;
mod overrides;
mod risk;
mod runs;
mod schema;
mod telemetry;
mod wrong;

/// A snapshot of what a person reads, without the expression that made it.
macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}
pub(crate) use snapshot;

use lab::scenario::{Override, Reading, read};
use std::io;
use std::path::Path;

/// Where the sample scenarios and their files lie.
fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(data(name)).expect("the sample lies beside the tests")
}

/// Reads a text whose files lie among the samples.
fn reading(source: &str) -> Reading {
    reading_with(source, &[])
}

fn reading_with(source: &str, sets: &[&str]) -> Reading {
    let sets: Vec<Override> = sets.iter().map(|set| Override::new(*set)).collect();
    read(source, &sets, &|name: &str| -> io::Result<Vec<u8>> { std::fs::read(data(name)) })
}

/// The scenario of a text that has no problem.
fn scenario(source: &str, sets: &[&str]) -> lab::scenario::Scenario {
    let reading = reading_with(source, sets);
    assert_eq!(reading.problems, [], "{}", drawing::draw(source, sets, &reading.problems));
    reading.scenario.expect("a scenario without problems is there")
}
