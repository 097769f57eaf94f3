//! Overrides: `services.gateway.endpoints.checkout[1].retry.budget=10%`.
//!
//! A path names keys with dots between them and items of lists with `[n]`; a key that holds a dot itself is quoted. What
//! stands there is replaced; `null` takes it away. Maps that are missing on the way are made, so that a retry policy can
//! be added to a call that has none; whatever is wrong with the result is found by the same checks as in a file.

use super::problem::{Origin, Place, Problem, Problems, quoted};
use super::yaml::{self, Kind, Node};

/// One change to a scenario, as written: `path=value`, where the value is YAML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Override {
    text: String,
    argument: &'static str,
}

impl Override {
    /// From `path=value`. What is wrong with it shows when a scenario is read with it.
    pub fn new(text: impl Into<String>) -> Override {
        Override::of("--set", text)
    }

    /// As [`Override::new`], made from another argument than `--set`, which problems then name.
    pub fn of(argument: &'static str, text: impl Into<String>) -> Override {
        Override { text: text.into(), argument }
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The argument that it was written in.
    pub fn argument(&self) -> &'static str {
        self.argument
    }

    /// The path and the value.
    pub(super) fn parse(&self, index: usize, problems: &mut Problems) -> Option<Change> {
        let origin = Origin::Override(index);
        let Some(equals) = self.text.find('=') else {
            let place = Place { origin, start: 0, end: self.text.len() };
            let problem = Problem::new(place, "there is no `=` between a path and a value");
            problems.push(problem.expected("an override such as services.gateway.workers=64"));
            return None;
        };
        let mut found = Problems::default();
        let value = yaml::parse(&self.text[equals + 1..], origin, equals + 1, &mut found);
        if !found.is_empty() {
            problems.extend(found.sorted());
            return None;
        }
        let end = Place { origin, start: self.text.len(), end: self.text.len() };
        let path = Node::scalar(&self.text[..equals], Place { origin, start: 0, end: equals });
        Some(Change { path, value: value.unwrap_or_else(|| Node::scalar("", end)) })
    }
}

/// A path and what shall stand there, both with their places.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) path: Node,
    pub(super) value: Node,
}

/// A key or an index, and where in the path it stands.
#[derive(Debug, PartialEq)]
enum Step {
    Key(String, usize, usize),
    Item(usize, usize, usize),
}

/// Paths longer than this lead nowhere.
const MAX_STEPS: usize = 32;

/// Maps of names: what is missing there is a misspelt name, not a policy to be added.
const NAMED: [&str; 7] = ["workload", "services", "endpoints", "caches", "databases", "projections", "queues"];

impl Change {
    /// Makes the change in a tree.
    pub(super) fn apply(&self, root: &mut Node) -> Result<(), Problem> {
        let steps = self.steps()?;
        if matches!(steps.first(), Some(Step::Key(name, ..)) if name == "variants") {
            let problem = Problem::new(self.path.place, "an override cannot change the variants");
            return Err(problem.hint("override what the variant overrides"));
        }
        let mut node = root;
        let mut above = "";
        for (index, step) in steps.iter().enumerate() {
            let last = index + 1 == steps.len();
            if last && self.value.is_null() {
                return self.remove(node, step);
            }
            node = match step {
                Step::Key(name, start, end) => {
                    let parent = self.path.text()[..*start].trim_end_matches('.');
                    let within = Within { name, place: self.path.part(*start, *end), parent, above, last };
                    within.enter(node)?
                }
                Step::Item(item, start, end) => self.item(node, *item, self.path.part(*start, *end))?,
            };
            above = if let Step::Key(name, ..) = step { name } else { "" };
        }
        *node = self.value.clone();
        Ok(())
    }

    fn item<'n>(&self, node: &'n mut Node, index: usize, place: Place) -> Result<&'n mut Node, Problem> {
        let found = node.describe();
        let Kind::List(items) = &mut node.kind else {
            return Err(Problem::new(place, format!("{found} stands there, which has no items")));
        };
        let length = items.len();
        items.get_mut(index).ok_or_else(|| {
            let problem = Problem::new(place, format!("the list has {length} items"));
            match length {
                0 => problem,
                _ => problem.expected(format!("an index from 0 to {}", length - 1)),
            }
        })
    }

    fn remove(&self, node: &mut Node, step: &Step) -> Result<(), Problem> {
        match (step, &mut node.kind) {
            (Step::Key(name, ..), Kind::Map(entries)) => entries.retain(|(key, _)| key.text() != name),
            (Step::Item(index, ..), Kind::List(items)) if *index < items.len() => drop(items.remove(*index)),
            (Step::Key(.., start, end) | Step::Item(.., start, end), _) => {
                return Err(Problem::new(self.path.part(*start, *end), "there is nothing here to take away"));
            }
        }
        Ok(())
    }

    fn steps(&self) -> Result<Vec<Step>, Problem> {
        let text = self.path.text();
        let wrong = |at: usize, message: &str| {
            let length = text[at..].chars().next().map_or(0, char::len_utf8);
            let problem = Problem::new(self.path.part(at, at + length), message);
            Err(problem.expected("a path such as services.gateway.endpoints.checkout[1].retry"))
        };
        let (mut steps, mut at) = (Vec::new(), 0);
        loop {
            let rest = &text[at..];
            let (name, length) = match rest.strip_prefix('"').map(|inner| (inner, inner.find('"'))) {
                Some((inner, Some(close))) => (&inner[..close], close + 2),
                Some((_, None)) => return wrong(at, "this quote is not closed"),
                None => {
                    let length = rest.find(['.', '[', '"']).unwrap_or(rest.len());
                    (rest[..length].trim(), length)
                }
            };
            if name.is_empty() {
                return wrong(at, "a name is missing here");
            }
            steps.push(Step::Key(name.to_owned(), at, at + length));
            at += length;
            while text[at..].starts_with('[') {
                let close = text[at..].find(']').unwrap_or(0);
                let Some(index) = text.get(at + 1..at + close).and_then(|index| index.parse().ok()) else {
                    return wrong(at, "an index is a number between brackets");
                };
                steps.push(Step::Item(index, at, at + close + 1));
                at += close + 1;
            }
            if steps.len() > MAX_STEPS {
                return wrong(0, "this path is too long");
            }
            match text[at..].chars().next() {
                None => return Ok(steps),
                Some('.') => at += 1,
                Some(_) => return wrong(at, "a `.` is missing here"),
            }
        }
    }
}

/// One key of a path on the way down.
struct Within<'p> {
    name: &'p str,
    place: Place,
    /// The path up to here, and the last key in it.
    parent: &'p str,
    above: &'p str,
    last: bool,
}

impl Within<'_> {
    /// The value under the key, made where it is missing.
    fn enter<'n>(&self, node: &'n mut Node) -> Result<&'n mut Node, Problem> {
        let (name, place) = (self.name, self.place);
        let found = node.describe();
        let Kind::Map(entries) = &mut node.kind else {
            let message = format!("{found} stands there, which has no key {}", quoted(name));
            return Err(Problem::new(place, message).hint(format!("set all of {} instead", quoted(self.parent))));
        };
        let index = match entries.iter().position(|(key, _)| key.text() == name) {
            Some(index) => index,
            None if !self.last && NAMED.contains(&self.above) => {
                let known = entries.iter().map(|(key, _)| key.text());
                let message = format!("there is no {} under `{}`", quoted(name), self.above);
                return Err(Problem::new(place, message).suggest(name, known));
            }
            None => {
                entries.push((Node::scalar(name, place), Node::map(Vec::new(), place)));
                entries.len() - 1
            }
        };
        let (key, value) = &mut entries[index];
        if self.last {
            // What is wrong with the new value is wrong here, not where the old one stood.
            key.place = place;
        }
        Ok(value)
    }
}

/// Makes all changes, and reports those that could not be made.
pub(super) fn apply_all(root: &mut Node, changes: &[Change], problems: &mut Problems) {
    for change in changes {
        if let Err(problem) = change.apply(root) {
            problems.push(problem);
        }
    }
}

/// Where the value at a path is written, or the nearest thing above it that is.
pub(super) fn follow(root: &Node, path: &str) -> Place {
    let nowhere = Place { origin: Origin::File, start: 0, end: path.len() };
    let change = Change { path: Node::scalar(path, nowhere), value: Node::scalar("", nowhere) };
    let (mut node, mut place) = (root, root.head());
    for step in change.steps().unwrap_or_default() {
        let below = match (&step, &node.kind) {
            (Step::Key(name, ..), Kind::Map(entries)) => entries
                .iter()
                .find(|(key, value)| key.text() == name && !value.is_null())
                .map(|(key, value)| (value, entry_place(key, value))),
            (Step::Item(index, ..), Kind::List(items)) => items.get(*index).map(|item| (item, item_place(item))),
            _ => None,
        };
        let Some((below, at)) = below else { break };
        (node, place) = (below, at);
    }
    place
}

/// A key with its value where that is short, and the key alone where much hangs below it.
fn entry_place(key: &Node, value: &Node) -> Place {
    let short = matches!(value.kind, Kind::Scalar(_)) && key.place.origin == value.place.origin;
    Place { end: if short { value.place.end.max(key.place.end) } else { key.place.end }, ..key.place }
}

/// A map in a list is known by its first key.
fn item_place(item: &Node) -> Place {
    match &item.kind {
        Kind::Map(entries) if !entries.is_empty() => entry_place(&entries[0].0, &entries[0].1),
        _ => item.head(),
    }
}
