//! A kit as one HTML file: no script, nothing from elsewhere, two pages on paper.

use crate::example::{Example, Part};
use crate::kit::Kit;
use crate::markdown::visible;
use crate::tradeoff::Side;

const STYLE: &str = "\
@page{size:A4;margin:12mm 14mm}\
*{box-sizing:border-box}\
body{font:10pt/1.38 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#16181d;background:#fff}\
h1{font-size:1.5em;margin:0 0 .6em}\
h2{font-size:1.15em;margin:1.4em 0 .4em;border-bottom:1px solid #c9ced6;padding-bottom:.15em;break-after:avoid}\
h3{font-size:1em;margin:1em 0 .25em;break-after:avoid}\
p{margin:0;white-space:pre-line;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:7.5em 1fr;gap:.3em 1em;margin:0}\
dt{font-weight:600;color:#3d4552}\
dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}\
.numbers{columns:2}\
.none{color:#6a7280;font-style:italic}\
@media print{\
body{margin:0;padding:0;max-width:none;font-size:9pt;line-height:1.3}\
h1{font-size:1.3em;margin-bottom:.2em}\
h2,h3{margin-top:.8em}\
dl{grid-template-columns:7.2em 1fr;gap:.2em .8em}\
dd,article{break-inside:avoid}\
.page{break-before:page}\
.page h2{margin-top:0}\
.flow{font-size:.94em}\
.flow article{break-inside:auto}\
}";

/// As many characters of an example as are sure to fit on a printed line: fewer than most fonts have.
const LINE: usize = 85;
/// As many printed lines of examples as are sure to fit on a page.
const PAGE: usize = 56;

/// The kit; `asked` gives a question's text by its id.
pub fn write(kit: &Kit, asked: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Interview kit</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<h1>Interview kit</h1>\n<section>\n<h2>Answers</h2>\n"
    );
    for (index, answer) in kit.answers.iter().enumerate() {
        let (question, said) = match answer {
            Some(answer) => (asked(&answer.question).unwrap_or_else(|| answer.question.clone()), said(&answer.text)),
            None => ("\u{2013}".to_owned(), said("")),
        };
        out += &format!("<article>\n<h3>{}. {}</h3>\n<p{said}</p>\n</article>\n", index + 1, escaped(&question));
    }
    out += "<h2>The tradeoff I would optimise for first</h2>\n";
    let tradeoff = kit.tradeoff.clone().unwrap_or_default();
    out += &list(Side::ALL.map(|side| row(side.field().heading, tradeoff.side(side))));
    out += &format!("</section>\n<section class=\"{}\">\n<h2>Production examples</h2>\n", printed(kit));
    for (index, example) in kit.examples.iter().enumerate() {
        let example = example.clone().unwrap_or_default();
        let title = if example.title.trim().is_empty() { "\u{2013}" } else { &example.title };
        out += &format!("<article>\n<h3>{}. {}</h3>\n", index + 1, escaped(title));
        let parts = Part::ALL.map(|part| row(part.field().heading, example.part(part)));
        out += &list(parts.into_iter().chain(numbers(&example)));
        out += "</article>\n";
    }
    out + "</section>\n</body>\n</html>\n"
}

/// How examples are printed: on a page of their own while they fit on one; else they flow, so that two pages still do.
fn printed(kit: &Kit) -> &'static str {
    let lines: usize = kit.examples.iter().flatten().map(lines).sum();
    if lines <= PAGE { "page" } else { "flow" }
}

/// How many lines an example takes on paper, at most.
fn lines(example: &Example) -> usize {
    let broken = |text: &str| -> usize { text.lines().map(|line| line.chars().count().div_ceil(LINE).max(1)).sum() };
    let parts: usize = Part::ALL.map(|part| broken(example.part(part)).max(1)).into_iter().sum();
    parts + example.numbers.len().div_ceil(2)
}

fn list(rows: impl IntoIterator<Item = String>) -> String {
    format!("<dl>\n{}</dl>\n", rows.into_iter().collect::<String>())
}

fn row(name: &str, text: &str) -> String {
    format!("<dt>{name}</dt><dd{}</dd>\n", said(text))
}

fn numbers(example: &Example) -> Option<String> {
    let figures: Vec<String> = example.numbers.iter().map(ToString::to_string).collect();
    let row = || format!("<dt>Numbers</dt><dd class=\"numbers\">{}</dd>\n", escaped(&figures.join("\n")));
    (!figures.is_empty()).then(row)
}

/// The rest of an element's start, and its text.
fn said(text: &str) -> String {
    match text.trim() {
        "" => " class=\"none\">not said yet".to_owned(),
        text => format!(">{}", escaped(text)),
    }
}

/// Text that is nothing but text.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(&text.replace("\r\n", "\n")).chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_have_a_page_of_their_own_while_they_fit_on_one() {
        let told = |words: usize| {
            let mut example = Example::default();
            for part in Part::ALL {
                *example.part_mut(part) = "word ".repeat(words);
            }
            Kit { examples: [Some(example.clone()), Some(example)], ..Kit::default() }
        };
        for (kit, class) in [(Kit::default(), "page"), (told(40), "page"), (told(70), "flow")] {
            assert!(write(&kit, &|_| None).contains(&format!("<section class=\"{class}\">")), "{class}");
        }
    }
}
