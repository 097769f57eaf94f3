//! `brownout example`: production examples, told part by part, as a form, or from notes.

use super::{open, print};
use crate::cli::kit::{self, ExampleAction, Parts, Place};
use crate::commands::Done;
use crate::failure::Failure;
use crate::input::{Writing, read_text, write};
use crate::summary::kit as view;
use crate::terminal::Terminal;
use app::kit::{
    Base, Example, Figure, Gap, KitFailure, Part, Records, ShownExample, examples, import_notes, new_example,
    save_example, show_example,
};
use std::io::{self, BufRead, IsTerminal};

pub(crate) fn example(wanted: &kit::Example, place: Place, terminal: &Terminal) -> Done {
    let (page, json) = (view::Page::of(terminal), wanted.json);
    let stored = match &wanted.action {
        ExampleAction::List => {
            return print(&examples(&open(place)?)?, json, terminal, |all| view::examples(all, &page));
        }
        ExampleAction::Import { file, dry_run } => {
            let text = read_text(file)?;
            let records = if *dry_run { None } else { Some(open(place)?) };
            let imported = import_notes(records.as_ref(), &text)?;
            return print(&imported, json, terminal, |imported| view::imported_notes(imported, file, &page));
        }
        ExampleAction::Show { id } => {
            let shown = show_example(&open(place)?, id)?;
            return print(&shown, json, terminal, |shown| view::example(shown, &page));
        }
        ExampleAction::New { parts } => new(parts, &open(place)?, terminal)?,
        ExampleAction::Edit { id, ask, parts } => {
            let records = open(place)?;
            let earlier = show_example(&records, id)?;
            match (ask, parts.is_empty()) {
                (true, _) => asked(earlier, &records, terminal)?,
                (_, true) => rewritten(&earlier, &records, terminal)?,
                _ => retyped(&earlier, parts, &records)?,
            }
        }
    };
    print(&stored, json, terminal, |stored| view::stored_example(stored, &page))
}

fn retyped(earlier: &ShownExample, parts: &Parts, records: &Records) -> Result<ShownExample, Failure> {
    let changed = with_parts(earlier.example.clone(), parts)?;
    Ok(save_example(records, &earlier.id, &changed, Base::Version(earlier.version))?)
}

fn new(parts: &Parts, records: &Records, terminal: &Terminal) -> Result<ShownExample, Failure> {
    let begun = with_parts(Example::default(), parts)?;
    if !parts.set.is_empty() || !parts.number.is_empty() {
        return Ok(new_example(records, &begun)?);
    }
    if io::stdin().is_terminal() {
        return asked(new_example(records, &begun)?, records, terminal);
    }
    let writing = Writing { name: "example-new", after: 0, text: "" };
    write(&writing, records, terminal, |text| {
        if text.trim().is_empty() {
            return Err(KitFailure::Empty.into());
        }
        let told = Example::read(text, &begun).map_err(KitFailure::from)?;
        Ok(new_example(records, &told)?)
    })
}

/// In an editor, or as a form from standard input.
fn rewritten(earlier: &ShownExample, records: &Records, terminal: &Terminal) -> Result<ShownExample, Failure> {
    let form = earlier.example.form();
    let writing = Writing { name: &format!("example-{}", earlier.id), after: earlier.version, text: &form };
    write(&writing, records, terminal, |text| {
        if text.trim().is_empty() {
            return Err(KitFailure::Empty.into());
        }
        let told = Example::read(text, &earlier.example).map_err(KitFailure::from)?;
        Ok(save_example(records, &earlier.id, &told, Base::Version(earlier.version))?)
    })
}

fn with_parts(mut example: Example, parts: &Parts) -> Result<Example, Failure> {
    if let Some(title) = &parts.title {
        example.title.clone_from(title);
    }
    for set in &parts.set {
        let (name, text) = set.split_once('=').ok_or_else(|| unclear(set))?;
        let part = Part::named(name).ok_or_else(|| KitFailure::NoSuch {
            kind: "part of an example",
            wanted: name.trim().to_owned(),
            known: Part::ALL.iter().map(|part| part.field().name.to_owned()).collect(),
        })?;
        text.trim().clone_into(example.part_mut(part));
    }
    for number in &parts.number {
        example.set_figure(Figure::read(number).map_err(KitFailure::from)?);
    }
    Ok(example)
}

fn unclear(set: &str) -> Failure {
    Failure::Argument {
        name: "--set",
        message: format!("`{set}` has no `=`"),
        expected: "a part and what it says: `problem=Releases blocked checkouts.`".to_owned(),
    }
}

/// Asks for what is missing, one question at a time, and stores after each answer. An answer that is refused is asked for
/// again; if the input ends on one, that is the result.
fn asked(mut shown: ShownExample, records: &Records, terminal: &Terminal) -> Result<ShownExample, Failure> {
    let mut skipped: Vec<String> = Vec::new();
    let mut refused = None;
    let mut lines = io::stdin().lock().lines();
    while let Some(gap) = shown.gaps().into_iter().find(|gap| !skipped.contains(&gap.of)) {
        terminal.remark(&view::asked(&gap));
        let Some(line) = lines.next() else { break };
        let line = line.map_err(Failure::Input)?;
        if line.trim().is_empty() {
            (refused, skipped) = (None, [skipped, vec![gap.of]].concat());
            continue;
        }
        match filled(&shown.example, &gap, line.trim()) {
            Ok(example) => {
                refused = None;
                shown = save_example(records, &shown.id, &example, Base::Version(shown.version))?;
            }
            Err(failure) => {
                failure.report(terminal);
                refused = Some(failure);
            }
        }
    }
    refused.map_or(Ok(shown), Err)
}

/// The example with an answer to the question of a gap. A part that says something already gets another line.
fn filled(example: &Example, gap: &Gap, line: &str) -> Result<Example, Failure> {
    let mut example = example.clone();
    match Part::named(&gap.of) {
        Some(part) => {
            let text = example.part_mut(part);
            let glue = if text.trim().is_empty() { "" } else { "\n" };
            *text = format!("{}{glue}{line}", text.trim_end());
        }
        None => {
            let figure = Figure::read(&format!("{}={line}", gap.of)).map_err(KitFailure::from)?;
            example.set_figure(figure);
        }
    }
    Ok(example)
}
