//! The scenarios that come along: those of `content/scenarios`, built into the binary, for whoever has no file at hand.

use rust_embed::RustEmbed;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "../../content/scenarios"]
struct Embedded;

/// The names of all scenarios, in the order of the alphabet.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Embedded::iter().filter_map(|file| file.strip_suffix(".yaml").map(str::to_owned)).collect();
    names.sort();
    names
}

/// The text of the scenario with this name, if there is one.
pub fn text(name: &str) -> Option<String> {
    read(&format!("{name}.yaml"))
}

/// Everything that the scenarios refer to, by name.
pub(crate) fn files() -> BTreeMap<String, String> {
    let data = Embedded::iter().filter(|file| file.ends_with(".csv"));
    data.filter_map(|file| read(&file).map(|text| (file.into_owned(), text))).collect()
}

fn read(file: &str) -> Option<String> {
    let file = Embedded::get(file)?;
    String::from_utf8(file.data.into_owned()).ok()
}
