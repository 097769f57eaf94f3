//! The house: arrows between our crates point downward, as the table in ARCHITECTURE.md draws them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

type Names = BTreeSet<String>;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What each crate in `crates/` depends on outside its tests, and what in all.
fn crates() -> BTreeMap<String, (Names, Names)> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(ROOT)
        .output()
        .expect("cargo can be run");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages.iter().filter(|package| is_in_the_house(package)).map(dependencies).collect()
}

/// Benchmarks may look wherever they like.
fn is_in_the_house(package: &Value) -> bool {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.ancestors().nth(2).is_some_and(|parent| parent.ends_with("crates"))
}

fn dependencies(package: &Value) -> (String, (Names, Names)) {
    let all = package["dependencies"].as_array().expect("a list of dependencies");
    let named = |dependency: &Value| dependency["name"].as_str().expect("a name").to_owned();
    let shipped = all.iter().filter(|dependency| dependency["kind"] != "dev").map(named).collect();
    (package["name"].as_str().expect("a name").to_owned(), (shipped, all.iter().map(named).collect()))
}

/// The table's rows: each crate, and what it may use.
fn table() -> BTreeMap<String, Names> {
    let text = std::fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let rows = text.lines().skip_while(|line| !line.starts_with("| crate ")).skip(2);
    let cells = rows.map_while(|line| line.strip_prefix('|')).map(|row| row.split('|').collect::<Vec<_>>());
    cells.map(|cells| (quoted(cells[0]).into_iter().collect(), quoted(cells[2]))).collect()
}

/// The names in backquotes.
fn quoted(cell: &str) -> Names {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_table_lists_every_crate() {
    let (crates, table) = (crates(), table());
    assert_eq!(crates.keys().collect::<Vec<_>>(), table.keys().collect::<Vec<_>>());
}

#[test]
fn crates_use_what_the_table_allows() {
    let (crates, table) = (crates(), table());
    for (name, (_, all)) in &crates {
        let ours = all.iter().filter(|used| crates.contains_key(*used));
        let forbidden: Vec<_> = ours.filter(|used| !table[name].contains(*used)).collect();
        assert!(forbidden.is_empty(), "{name} uses {forbidden:?}, which ARCHITECTURE.md does not allow");
    }
}

#[test]
fn the_engine_uses_nothing_else_at_all() {
    assert_eq!(crates()["sim"].0, table()["sim"]);
}
