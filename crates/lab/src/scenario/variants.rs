//! Variants: the same scenario with some values changed, all of them checked when the file is read.

use super::files::Files;
use super::keys;
use super::names::{Names, check_name};
use super::path::{Change, apply_all};
use super::problem::{Origin, Place, Problem, Problems, quoted};
use super::reader::Reader;
use super::yaml::{Kind, Node};
use super::{Scenario, decode};

/// A scenario's sibling with some values changed.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What it is called.
    pub name: String,
    /// What the change is for.
    pub about: Option<String>,
    /// The changes as written: path and value.
    pub set: Vec<(String, String)>,
    scenario: Box<Scenario>,
}

impl Variant {
    /// The scenario with the changes made.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }
}

/// Variants of one scenario.
const MOST: usize = 32;
/// Values that are read for all variants together: a file with many variants must not be large as well.
const MOST_WORK: usize = 4_000_000;

/// Reads the variants that `root` lists, each a change of `root`. What is wrong without them is `known` already.
pub(super) fn read(
    root: &Node,
    known: &[Problem],
    files: &Files<'_>,
    source: &str,
    problems: &mut Problems,
) -> Vec<Variant> {
    let Some(Kind::Map(entries)) = root.get("variants").map(|node| &node.kind) else {
        return match root.get("variants") {
            Some(other) if !other.is_null() => {
                let message = format!("{} does not belong here", other.describe());
                problems.push(Problem::new(other.head(), message).expected("a map from variant to its changes"));
                Vec::new()
            }
            _ => Vec::new(),
        };
    };
    if too_much(entries, root, problems) {
        return Vec::new();
    }
    let mut variants = Vec::new();
    for (name, node) in entries {
        let mut found = Problems::default();
        check_name(name, "variant", &mut found);
        let variant = parse(name, node, files, &mut found).and_then(|parsed| {
            let mut tree = root.clone();
            apply_all(&mut tree, &parsed.changes, &mut found);
            let scenario = decode(&tree, files, &mut found)?;
            let scenario = Scenario { variant: Some(name.text().to_owned()), ..scenario };
            let set = parsed.changes.iter().map(|change| written(change, source)).collect();
            Some(Variant { name: name.text().to_owned(), about: parsed.about, set, scenario: Box::new(scenario) })
        });
        let whole = Place { end: node.place.end.max(name.place.end), ..name.place };
        let new = found.sorted().into_iter().filter(|problem| !known.contains(problem));
        problems.extend(new.map(|problem| blame(problem, name, whole)));
        variants.extend(variant);
    }
    variants
}

fn too_much(entries: &[(Node, Node)], root: &Node, problems: &mut Problems) -> bool {
    let changes: usize = entries.iter().map(|(_, node)| node.get("set").map_or(0, length)).sum();
    let work = (entries.len() + changes).saturating_mul(root.size());
    let Some((last, _)) = entries.last().filter(|_| entries.len() > MOST || work > MOST_WORK) else { return false };
    let problem = Problem::new(last.place, "there are too many variants for a file of this size");
    problems.push(problem.expected(format!("at most {MOST}, fewer in a very large file")));
    true
}

fn length(node: &Node) -> usize {
    match &node.kind {
        Kind::Map(entries) => entries.len(),
        _ => 0,
    }
}

struct Parsed {
    about: Option<String>,
    changes: Vec<Change>,
}

fn parse(name: &Node, node: &Node, files: &Files<'_>, problems: &mut Problems) -> Option<Parsed> {
    let mut reader = Reader::new(Names::default(), files, Problems::default());
    let parsed = reader.fields(name.place, node, &keys::VARIANT).and_then(|fields| {
        let about = fields.get("about").and_then(|node| reader.text(node, "text")).map(|about| about.trim().to_owned());
        let set = reader.map(fields.get("set")?, "a map from path to value")?;
        let change = |(path, value): &(Node, Node)| Change { path: path.clone(), value: value.clone() };
        Some(Parsed { about, changes: set.iter().map(change).collect() })
    });
    problems.extend(reader.problems.sorted());
    parsed
}

/// A problem that a variant brings about is its problem, wherever it shows.
fn blame(problem: Problem, name: &Node, whole: Place) -> Problem {
    if whole.contains(&problem.place) {
        return problem;
    }
    let message = format!("with the variant {}: {}", quoted(name.text()), problem.message);
    let elsewhere = problem.place.origin != Origin::File;
    Problem { place: if elsewhere { problem.place } else { name.place }, message, ..problem }
}

fn written(change: &Change, source: &str) -> (String, String) {
    let value = match change.value.place.origin {
        Origin::File => source.get(change.value.place.span()).unwrap_or_default().trim().to_owned(),
        Origin::Override(_) => change.value.text().to_owned(),
    };
    (change.path.text().to_owned(), value)
}
