//! Problems of a scenario drawn for a terminal: the place, the line with what is wrong underlined, what was expected,
//! and a hint.
//!
//! Only looks are decided here; what is wrong, and where, is [`app::scenario`]'s.

use crate::summary::flowed;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use app::risk::{Finding, Severity};
use app::scenario::{Origin, Override, Problem};

/// Whether to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Colour {
    Plain,
    Ansi,
}

/// The texts that problems point into.
pub(crate) struct Sources<'a> {
    /// The file's name as the user gave it, and its text.
    pub(crate) file: (&'a str, &'a str),
    /// The overrides, in the order in which the scenario was read with them.
    pub(crate) sets: &'a [Override],
}

/// All problems, one after the other, each ending with an empty line.
pub(crate) fn render(problems: &[Problem], sources: &Sources<'_>, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    problems.iter().map(|problem| renderer.render(&report(problem, sources)) + "\n\n").collect()
}

fn report<'a>(problem: &'a Problem, sources: &Sources<'a>) -> Vec<Group<'a>> {
    let (name, text) = sources.of(problem);
    let underlined = AnnotationKind::Primary.span(problem.place.span());
    let snippet = Snippet::source(text).path(name).annotation(underlined);
    let mut group = Level::ERROR.primary_title(&problem.message).element(snippet);
    if let Some(expected) = &problem.expected {
        group = group.element(Level::NOTE.with_name("expected").message(expected));
    }
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint));
    }
    vec![group]
}

/// All findings, one after the other, each ending with an empty line. Sentences are broken at `width` columns; a command
/// is not, since it is there to be pasted.
pub(crate) fn render_findings(findings: &[Finding], sources: &Sources<'_>, width: usize, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    findings.iter().map(|finding| renderer.render(&concern(finding, sources, width)) + "\n\n").collect()
}

fn concern<'a>(finding: &'a Finding, sources: &Sources<'a>, width: usize) -> Vec<Group<'a>> {
    /// What stands before a sentence: the sign and its name.
    const MARGIN: usize = 22;
    let broken = |text: &str| flowed(text.split(' '), " ", width.saturating_sub(MARGIN).max(MARGIN), 0).join("\n");
    let level = match finding.severity {
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let place = finding.place.place;
    let (name, text) = sources.at(place.origin);
    let snippet = Snippet::source(text).path(name).annotation(AnnotationKind::Primary.span(place.span()));
    let title = level.primary_title(&finding.title).id(finding.rule);
    vec![
        title
            .element(snippet)
            .element(Level::NOTE.with_name("arithmetic").message(broken(&finding.arithmetic)))
            .element(Level::NOTE.with_name("why").message(broken(finding.why)))
            .element(Level::HELP.with_name("look closer").message(&finding.look_closer)),
    ]
}

impl<'a> Sources<'a> {
    /// The name and text that a problem's place is about.
    fn of(&self, problem: &Problem) -> (&'a str, &'a str) {
        self.at(problem.place.origin)
    }

    fn at(&self, origin: Origin) -> (&'a str, &'a str) {
        match origin {
            Origin::File => self.file,
            Origin::Override(index) => self.sets.get(index).map_or(("--set", ""), |set| (set.argument(), set.text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::scenario::read;

    const WRONG: &str = "brownout: 1
name: Größe
duration: 10
workload:
  shoppers: {call: gateway.chekout, rate: 400/s}
services:
  gateway:
    endpoints:
      checkout:
        - work: lognormal(p50=2ms, p99=1ms)
";

    fn check(source: &str, sets: &[&str], colour: Colour) -> String {
        let sets: Vec<Override> = sets.iter().map(|set| Override::new(*set)).collect();
        let reading = read(source, &sets, &|_| Err(std::io::ErrorKind::NotFound.into()));
        assert!(!reading.problems.is_empty());
        render(&reading.problems, &Sources { file: ("checkout.yaml", source), sets: &sets }, colour)
    }

    #[test]
    fn each_problem_shows_its_line_what_was_expected_and_a_hint() {
        insta::assert_snapshot!(check(WRONG, &["services.gateway.wrokers=3"], Colour::Plain));
    }

    #[test]
    fn columns_count_characters_whatever_the_file_begins_and_ends_its_lines_with() {
        let source = WRONG.replace("Größe", "\"Größe\": ü");
        let plain = check(&source, &[], Colour::Plain);
        assert!(plain.contains("checkout.yaml:2:14"), "{plain}");
        for other in [source.replace('\n', "\r\n"), format!("\u{feff}{source}")] {
            assert_eq!(check(&other, &[], Colour::Plain), plain);
        }
    }

    #[test]
    fn colours_are_escape_codes_around_the_same_text() {
        let coloured = check(WRONG, &[], Colour::Ansi);
        assert!(coloured.contains("\u{1b}["));
        let mut plain = String::new();
        let mut parts = coloured.split("\u{1b}[");
        plain += parts.next().unwrap_or_default();
        plain.extend(parts.filter_map(|part| part.split_once('m').map(|(_, text)| text)));
        assert_eq!(plain, check(WRONG, &[], Colour::Plain));
    }

    #[test]
    fn an_empty_file_and_a_long_line_can_be_drawn() {
        assert!(check("", &[], Colour::Plain).contains("nothing in this file"));
        let long = format!("brownout: 1\nname: {}\nduration: 5 {}\n", "x".repeat(10_000), "y".repeat(10_000));
        assert!(check(&long, &[], Colour::Plain).contains("error"));
    }
}
