//! Where things are written: from the path of a value to its place in the file, for whoever speaks about a scenario that
//! has nothing wrong with it.
//!
//! The model that the engine runs knows no places. An [`Outline`] is the tree that the model was decoded from, kept for as
//! long as somebody asks; paths are those of overrides, and what is absent is found at the nearest thing that is there.

use super::path::{self, Change, Override};
use super::problem::{Origin, Place, Problems};
use super::yaml::{self, Kind, Node};

/// A scenario's tree with its overrides made, and those of a variant.
#[derive(Clone, Debug)]
pub struct Outline {
    root: Node,
}

impl Default for Outline {
    /// Of nothing: everything stands at the start of the file.
    fn default() -> Outline {
        Outline { root: Node::map(Vec::new(), Place { origin: Origin::File, start: 0, end: 0 }) }
    }
}

impl Outline {
    /// Of a text that reads without a problem with these overrides; none where it is no YAML.
    pub fn of(source: &str, sets: &[Override], variant: Option<&str>) -> Option<Outline> {
        let mut problems = Problems::default();
        let mut root = yaml::parse(source, Origin::File, 0, &mut problems)?;
        let mut changes: Vec<Change> =
            sets.iter().enumerate().filter_map(|(index, set)| set.parse(index, &mut problems)).collect();
        changes.extend(variant.into_iter().flat_map(|name| changes_of(&root, name)));
        path::apply_all(&mut root, &changes, &mut problems);
        Some(Outline { root })
    }

    /// Where the value at a path is written, its key included; where it is absent, the nearest thing above it.
    pub fn place(&self, path: &str) -> Place {
        path::follow(&self.root, path)
    }
}

fn changes_of(root: &Node, variant: &str) -> Vec<Change> {
    let set = root.get("variants").and_then(|variants| variants.get(variant)).and_then(|variant| variant.get("set"));
    match set.map(|set| &set.kind) {
        Some(Kind::Map(entries)) => {
            entries.iter().map(|(path, value)| Change { path: path.clone(), value: value.clone() }).collect()
        }
        _ => Vec::new(),
    }
}
