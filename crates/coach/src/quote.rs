//! A person's own words, cut short enough to be read at a glance.

use crate::passage::Sentence;

/// Sentences of at most so many words are quoted whole.
const SHORT: usize = 14;
/// So many words of a longer one are quoted, around what matters.
const WINDOW: usize = 11;
/// So many of them stand before it.
const BEFORE: usize = 3;

/// A short span of `sentence`, word for word, that has the first phrase of one of `groups` in it.
pub(crate) fn around<'a>(text: &'a str, sentence: &Sentence, groups: &[&str]) -> &'a str {
    let words = &sentence.words;
    let hit = groups.iter().find_map(|group| sentence.hits_of(group).first()).map_or(0, |&(start, _)| start);
    let from = if words.len() <= SHORT { 0 } else { hit.saturating_sub(BEFORE).min(words.len() - WINDOW) };
    let to = if words.len() <= SHORT { words.len() } else { from + WINDOW };
    let span = &text[words[from].place.start..words[to - 1].place.end];
    span.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':'))
}

/// `span` in quotation marks, on one line, with three points where the sentence goes on.
pub(crate) fn marked(span: &str, sentence: &str) -> String {
    let line = on_one_line(span);
    let whole = on_one_line(sentence);
    let before = if whole.starts_with(&line) { "" } else { "… " };
    let after = if whole.trim_end_matches(['.', '!', '?', '"', ')']).ends_with(line.trim_end_matches('?')) {
        ""
    } else {
        " …"
    };
    format!("“{before}{line}{after}”")
}

fn on_one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
