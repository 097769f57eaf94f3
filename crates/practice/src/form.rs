//! Forms: a document as a text with a heading per part, for an editor or a pipe.
//!
//! Under each heading stands its question as a comment. Reading a form gives back what was written into it, also where a
//! part's own lines begin with `#` or look like a comment: they are written with a backslash before them.

use crate::nearest;

/// A part of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name, as it is typed and stored: `gave-up`.
    pub name: &'static str,
    /// Its heading: `Gave up`.
    pub heading: &'static str,
    /// What is asked where it is empty.
    pub asks: &'static str,
    /// Other headings by which it is known, in lower case.
    pub also: &'static [&'static str],
}

impl Field {
    /// Whether a heading means this part.
    pub(crate) fn is_called(&self, heading: &str) -> bool {
        let heading = plain(heading);
        plain(self.heading) == heading
            || plain(self.name) == heading
            || self.also.iter().any(|also| plain(also) == heading)
    }

    /// Whether a heading begins with one that means this part: `Rollback plan`.
    pub(crate) fn begins(&self, heading: &str) -> bool {
        let heading = plain(heading);
        let known = self.also.iter().chain([&self.name, &self.heading]).map(|known| plain(known));
        known
            .into_iter()
            .any(|known| heading.strip_prefix(&known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    }

    fn comment(&self) -> String {
        format!("<!-- {} -->", self.asks)
    }
}

/// Lower case, words with single spaces, without marks around them.
pub(crate) fn plain(heading: &str) -> String {
    let words = heading.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Why a text is no form.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct FormProblem {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// What a form says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Form {
    pub(crate) title: Option<String>,
    /// What stands before the first heading.
    pub(crate) preamble: String,
    /// The parts that were there, by name, each with the line of its first text.
    pub(crate) parts: Vec<(&'static str, usize, String)>,
}

/// Writes a form.
pub(crate) fn write<'a>(title: Option<&str>, parts: impl IntoIterator<Item = (&'a Field, &'a str)>) -> String {
    let mut form = title.map_or_else(String::new, |title| format!("# {}\n\n", title.replace(['\n', '\r'], " ")));
    for (field, text) in parts {
        form += &format!("## {}\n{}\n", field.heading, field.comment());
        if !text.is_empty() {
            form.extend(text.split('\n').map(|line| escaped(line) + "\n"));
        }
        form.push('\n');
    }
    form
}

/// A line of a part that would be read as a heading, a comment or an escape gets a backslash.
fn escaped(line: &str) -> String {
    let special = line.trim_start_matches('\\').starts_with(['#', '<']);
    if special { format!("\\{line}") } else { line.to_owned() }
}

fn unescaped(line: &str) -> &str {
    match line.strip_prefix('\\') {
        Some(rest) if rest.trim_start_matches('\\').starts_with(['#', '<']) => rest,
        _ => line,
    }
}

/// Reads a form whose parts may come in any order; a part that is missing is not in it.
pub(crate) fn read(text: &str, fields: &[&'static Field]) -> Result<Form, FormProblem> {
    let mut form = Form::default();
    let mut preamble = Vec::new();
    let mut parts: Vec<(&'static str, usize, Vec<&str>)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(heading) = line.strip_prefix("# ").filter(|_| parts.is_empty()) {
            form.title = Some(heading.trim().to_owned());
        } else if line.starts_with("##") && line.trim_start_matches('#').starts_with(' ') {
            let field = named(line.trim_start_matches('#').trim(), fields, number)?;
            if parts.iter().any(|(name, ..)| *name == field.name) {
                let what = format!("`{}` is there twice", field.heading);
                return Err(FormProblem {
                    line: number,
                    what,
                    hint: Some("put its text under one heading".to_owned()),
                });
            }
            parts.push((field.name, number + 1, Vec::new()));
        } else if fields.iter().all(|field| field.comment() != line.trim()) {
            parts.last_mut().map_or(&mut preamble, |(.., lines)| lines).push(unescaped(line));
        }
    }
    form.preamble = without_blank_ends(&preamble).1;
    form.parts = parts
        .into_iter()
        .map(|(name, line, lines)| {
            let (skipped, text) = without_blank_ends(&lines);
            (name, line + skipped, text)
        })
        .collect();
    Ok(form)
}

fn named(heading: &str, fields: &[&'static Field], line: usize) -> Result<&'static Field, FormProblem> {
    fields.iter().find(|field| field.is_called(heading)).copied().ok_or_else(|| {
        let headings: Vec<&str> = fields.iter().map(|field| field.heading).collect();
        let hint = match nearest(heading, &headings) {
            Some(near) => format!("did you mean `## {near}`?"),
            None => format!("there is {}; a line of text that begins with `#` is written `\\#`", headings.join(", ")),
        };
        FormProblem { line, what: format!("there is no part called `{heading}`"), hint: Some(hint) }
    })
}

/// How many blank lines were dropped before the text, and the text.
fn without_blank_ends(lines: &[&str]) -> (usize, String) {
    let is_text = |line: &&str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(is_text) else { return (0, String::new()) };
    let last = lines.iter().rposition(is_text).unwrap_or(first);
    (first, lines[first..=last].join("\n"))
}
