//! Examples as forms, and what they still lack.

use practice::example::{Example, ExampleError, Part};
use practice::tradeoff::Tradeoff;

const TOLD: &str = "# Checkout without the monolith's lock

## System
Checkout of a shop; 1,200 orders an hour.

## Problem
Every release night, checkouts waited 9 s behind a batch.

## Options
- a second database: too late for the season
- cut the batch into pieces

## Decision
Pieces, since nobody else had to change.

## Gave up
The batch now takes 3 h.

## Sequence
1. measured the waits
2. cut the batch

## Risk control
A flag, and a dry run on a replica.

## Result
Waits fell from 9 s to 200 ms.

## My part
I cut the batch; the dry run was a colleague's.

## Numbers
- 1,200 orders = report: the yearly review
- 9 s = dashboard: checkout
- 200 ms = dashboard: checkout
- 3 h =
";

fn read(text: &str) -> Example {
    Example::read(text, &Example::default()).expect("a form")
}

#[test]
fn a_form_says_what_it_says() {
    let example = read(TOLD);
    assert_eq!(example.title, "Checkout without the monolith's lock");
    assert_eq!(example.part(Part::OwnPart), "I cut the batch; the dry run was a colleague's.");
    assert_eq!(example.part(Part::Options).lines().count(), 2);
    assert_eq!(example.numbers.len(), 3);
    assert_eq!(read(&example.form()), example);
}

#[test]
fn what_is_missing_is_asked_for_one_after_the_other() {
    let mut example = Example::default();
    let asked: Vec<String> = example.gaps().into_iter().map(|gap| gap.of).collect();
    let parts: Vec<&str> = Part::ALL.iter().map(|part| part.field().name).collect();
    assert_eq!(asked, parts);
    "only one".clone_into(&mut example.options);
    "much better".clone_into(&mut example.result);
    let words = |example: &Example| example.gaps().into_iter().map(|gap| gap.words).collect::<Vec<_>>();
    assert!(words(&example).contains(&"a second option: what else was weighed".to_owned()));
    assert!(words(&example).contains(&"a number in the result: before and after".to_owned()));
    let told = read(TOLD);
    let missing: Vec<String> = told.gaps().into_iter().map(|gap| gap.of).collect();
    assert_eq!(missing, ["1,200", "3 h"], "each number without a source, as it stands in the text");
}

#[test]
fn a_form_that_makes_no_sense_is_told_where() {
    let refused = |text: &str| Example::read(text, &Example::default()).expect_err("no form").to_string();
    assert_eq!(refused(&TOLD.replace("## Gave up", "## Gave upp")), "line 16: there is no part called `Gave upp`");
    assert_eq!(refused(&TOLD.replace("## Gave up", "## System")), "line 16: `System` is there twice");
    assert_eq!(refused("just text"), "it has none of an example's headings");
    let lab = refused(&TOLD.replace("9 s = dashboard", "9 s = lab"));
    assert!(lab.starts_with("line 34: `9 s` is a lab number, and a lab number can never stand"), "{lab}");
    let hint = match Example::read("## Sistem\nx", &Example::default()) {
        Err(ExampleError::Form(problem)) => problem.hint,
        other => panic!("{other:?}"),
    };
    assert_eq!(hint.as_deref(), Some("did you mean `## System`?"));
}

#[test]
fn a_part_that_is_not_in_the_form_stays() {
    let example = Example::read("## Result\nbetter", &read(TOLD)).expect("a form");
    assert_eq!(
        (example.result.as_str(), example.system.as_str()),
        ("better", "Checkout of a shop; 1,200 orders an hour.")
    );
}

#[test]
fn a_tradeoff_without_headings_is_what_comes_first() {
    let tradeoff = Tradeoff::read("Fewer moving parts.\n", &Tradeoff::default()).expect("a text");
    assert_eq!(tradeoff.first, "Fewer moving parts.");
    let missing: Vec<String> = tradeoff.gaps().into_iter().map(|gap| gap.of).collect();
    assert_eq!(missing, ["gives-up", "because", "unless"]);
    let more =
        Tradeoff::read("## Gives up\nSome speed.\n## Why\nOn-call.\n## Unless\nPeak.", &tradeoff).expect("a form");
    assert_eq!((more.first.as_str(), more.gaps().len()), ("Fewer moving parts.", 0));
}
