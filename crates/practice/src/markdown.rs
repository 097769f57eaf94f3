//! A kit as Markdown.
//!
//! Whatever a person wrote is text: a character that would make it something else is escaped, and the rest is left alone, so
//! that the source can still be read. Line breaks stay line breaks.

use crate::example::Part;
use crate::kit::Kit;
use crate::tradeoff::Side;

/// The kit; `asked` gives a question's text by its id.
pub fn write(kit: &Kit, asked: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::from("# Interview kit\n\n## Answers\n");
    for (index, answer) in kit.answers.iter().enumerate() {
        let Some(answer) = answer else {
            out += &format!("\n### {}. \u{2013}\n\nnot answered yet\n", index + 1);
            continue;
        };
        let question = asked(&answer.question).unwrap_or_else(|| answer.question.clone());
        out += &format!("\n### {}. {}\n\n{}\n", index + 1, heading(&question), text(&answer.text));
    }
    out += "\n## Production examples\n";
    for (index, example) in kit.examples.iter().enumerate() {
        let title = example.as_ref().map_or("\u{2013}", |example| example.title.as_str());
        out += &format!("\n### {}. {}\n", index + 1, heading(title));
        let Some(example) = example else {
            out += "\nnot told yet\n";
            continue;
        };
        for part in Part::ALL {
            out += &section(part.field().heading, example.part(part));
        }
        if !example.numbers.is_empty() {
            out += "\n#### Where the numbers come from\n\n";
            out.extend(example.numbers.iter().map(|figure| format!("- {}\n", text(&figure.to_string()))));
        }
    }
    out += "\n## The tradeoff I would optimise for first\n";
    match &kit.tradeoff {
        Some(tradeoff) => out.extend(Side::ALL.map(|side| section(side.field().heading, tradeoff.side(side)))),
        None => out += "\nnot said yet\n",
    }
    out
}

fn section(name: &str, said: &str) -> String {
    let said = if said.trim().is_empty() { "not said yet".to_owned() } else { text(said) };
    format!("\n#### {name}\n\n{said}\n")
}

/// A text on one line, for a heading, which may end in `#` that are no part of it.
fn heading(text: &str) -> String {
    let line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    escaped(&line, "#{}")
}

/// A text of several lines and paragraphs that is nothing but text.
pub fn text(text: &str) -> String {
    let text = visible(&text.replace("\r\n", "\n").replace('\r', "\n"));
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_matches([' ', '\t'])).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    let broken = paragraphs.map(|lines| lines.iter().map(|line| escaped(line, "")).collect::<Vec<_>>().join("\\\n"));
    broken.collect::<Vec<_>>().join("\n\n")
}

/// Control characters are shown as what they are: nothing that can be read.
pub(crate) fn visible(text: &str) -> String {
    let hidden = |character: char| character.is_control() && character != '\n' && character != '\t';
    text.chars().map(|character| if hidden(character) { '\u{fffd}' } else { character }).collect()
}

/// One line, with the characters `also` escaped wherever they stand; by the rules of CommonMark 0.31 (<https://spec.commonmark.org/0.31.2/>) and the extensions in common use:
/// tables, strikethrough, mathematics between dollars.
fn escaped(line: &str, also: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let marker = list_marker(line);
    for (index, character) in line.char_indices() {
        let at_start = index == 0 && "#>+-=:".contains(character);
        let entity =
            character == '&' && line[index + 1..].starts_with(|next: char| next == '#' || next.is_ascii_alphabetic());
        let anywhere = "\\`*_[]<|~$^".contains(character) || also.contains(character);
        if at_start || entity || anywhere || marker == Some(index) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Where the `.` or `)` of a numbered list's marker stands.
fn list_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marked = (1..=9).contains(&digits) && line[digits..].starts_with(['.', ')']);
    marked.then_some(digits)
}
