//! The written reference of the rules, made from their table.

use super::{RULES, Rule, Severity};
use std::fmt::Write as _;

const OPENING: &str = "\
# Risks

<!-- Written by `UPDATE_DOCS=1 cargo test -p lab` from the rules in `crates/lab/src/risk`. -->

`brownout check FILE` reads a design without running it. A *warning* breaks under conditions that the file itself
describes, or that every service meets; a *note* is worth knowing. Each finding has its place in the file, the arithmetic
with the actual numbers, and a command that shows the point in a run. It is an argument, not a measurement: means stand for
distributions, nothing waits for anything unless the rule says so, retries count only where a rule multiplies them, and
silence proves nothing.

`--deny RULE` exits with status 1 when that rule finds something (`--deny all`: when any does), `--json` gives the findings
to a program, `--sarif` to a code host. Each rule below is held against the engine by a pair of scenarios in
`crates/lab/tests/it/risk`: one that it finds and that misbehaves in a run, and the same mended, which does neither.
";

/// The reference of the rules, in Markdown.
pub fn reference() -> String {
    let mut text = OPENING.to_owned();
    text += "\n| rule | at most | finds |\n|---|---|---|\n";
    for rule in RULES {
        let _ = writeln!(text, "| [`{id}`](#{id}) | {} | {} |", severity(rule), rule.about, id = rule.id);
    }
    for Rule { id, about, why, reads, cure, source, .. } in RULES {
        let _ =
            write!(text, "\n## {id}\n\n{about}. {why}\n\n*Reads*: {reads}\n\n*Helps*: {cure}\n\n*Source*: {source}\n");
    }
    text
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
