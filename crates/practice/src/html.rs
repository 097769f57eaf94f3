//! A kit as one HTML file: no script, nothing from elsewhere, two pages on paper.

use crate::example::Part;
use crate::kit::Kit;
use crate::markdown::visible;
use crate::tradeoff::Side;

const STYLE: &str = "\
@page{size:A4;margin:13mm 15mm}\
*{box-sizing:border-box}\
body{font:10pt/1.38 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#16181d;background:#fff}\
h1{font-size:1.5em;margin:0 0 .6em}\
h2{font-size:1.15em;margin:1.4em 0 .4em;border-bottom:1px solid #c9ced6;padding-bottom:.15em}\
h3{font-size:1em;margin:1em 0 .25em;break-after:avoid}\
p{margin:0;white-space:pre-line;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:7.5rem 1fr;gap:.3em 1em;margin:0}\
dt{font-weight:600;color:#3d4552}\
dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}\
.none{color:#6a7280;font-style:italic}\
@media print{\
body{margin:0;padding:0;max-width:none;font-size:9pt;line-height:1.3}\
.examples{break-before:page}\
h2{margin-top:.9em}\
article{break-inside:avoid-page}\
}";

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
    out += &list(Side::ALL.map(|side| (side.field().heading, tradeoff.side(side).to_owned())));
    out += "</section>\n<section class=\"examples\">\n<h2>Production examples</h2>\n";
    for (index, example) in kit.examples.iter().enumerate() {
        let example = example.clone().unwrap_or_default();
        let title = if example.title.trim().is_empty() { "\u{2013}" } else { &example.title };
        out += &format!("<article>\n<h3>{}. {}</h3>\n", index + 1, escaped(title));
        let figures: Vec<String> = example.numbers.iter().map(ToString::to_string).collect();
        let numbers = (!figures.is_empty()).then(|| ("Numbers", figures.join("\n")));
        let parts = Part::ALL.map(|part| (part.field().heading, example.part(part).to_owned()));
        out += &list(parts.into_iter().chain(numbers));
        out += "</article>\n";
    }
    out + "</section>\n</body>\n</html>\n"
}

fn list(entries: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let entries = entries.into_iter().map(|(name, text)| format!("<dt>{name}</dt><dd{}</dd>\n", said(&text)));
    format!("<dl>\n{}</dl>\n", entries.collect::<String>())
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
