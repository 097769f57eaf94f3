//! Where sentences begin and end, in bytes of the text as it was given.
//!
//! Written answers end sentences with marks; transcripts often have none and are then cut where a speaker takes breath.
//! Nothing of the text is changed or lost between the first and the last sentence but white space.

use crate::words::{Word, words};
use std::ops::Range;

/// A stretch without a mark that is longer than this many words is cut at a cue of speech.
const LONGEST_BREATH: usize = 60;
/// No piece of such a stretch is shorter than this many words.
const SHORTEST_BREATH: usize = 12;

/// Characters, with some room.
const LONGEST_ABBREVIATION: usize = 24;

/// The sentences of `text` in order: non-empty, on character boundaries, without white space around them.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for end in ends(text) {
        push_trimmed(text, start..end, &mut found);
        start = end;
    }
    push_trimmed(text, start..text.len(), &mut found);
    found.into_iter().flat_map(|sentence| breaths(text, sentence)).collect()
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start_matches(is_blank).len());
    let end = range.end - (inside.len() - inside.trim_end_matches(is_blank).len());
    if start < end && text[start..end].contains(char::is_alphanumeric) {
        found.push(start..end);
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Every place where one sentence ends and another may begin.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut start, mut seen) = (0, 0);
    for (at, c) in text.char_indices() {
        if at < seen {
            continue;
        }
        let closed = match c {
            '.' | '!' | '?' | '…' => {
                seen = end_of_marks(text, at);
                closes_sentence(&text[start..at], &text[at..seen], &text[seen..]).then_some(seen)
            }
            '\n' => end_of_line(text, at),
            _ => None,
        };
        if let Some(end) = closed {
            ends.push(end);
            start = end;
        }
    }
    ends
}

/// Behind the marks at `at` and any quotes and brackets that close with them.
fn end_of_marks(text: &str, at: usize) -> usize {
    let marks = ['"', '\'', ')', ']', '\u{201d}', '\u{2019}', '.', '!', '?', '…'];
    text[at..].find(|c| !marks.contains(&c)).map_or(text.len(), |length| at + length)
}

/// Whether `marks` between `before` and `after` close a sentence.
fn closes_sentence(before: &str, marks: &str, after: &str) -> bool {
    if !after.chars().next().is_none_or(char::is_whitespace) {
        return false;
    }
    let goes_on = after.trim_start().starts_with(char::is_lowercase);
    let before = last_of(before);
    match marks {
        "." => !(is_abbreviation(before) || is_item(before) || (goes_on && is_hour(before))),
        "!" | "?" | "…" => true,
        _ => !goes_on,
    }
}

/// As much of a sentence's end as an abbreviation or a number can take, however long the sentence is.
fn last_of(before: &str) -> &str {
    before.char_indices().rev().nth(LONGEST_ABBREVIATION).map_or(before, |(at, _)| &before[at..])
}

/// `e.g`, `vs` and their like, and initials: their point ends no sentence.
fn is_abbreviation(before: &str) -> bool {
    const ABBREVIATIONS: &[&str] =
        &["e.g", "i.e", "eg", "ie", "vs", "mr", "mrs", "ms", "dr", "prof", "st", "approx", "cf", "no", "incl", "resp"];
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or(before);
    let initial = word.len() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    let sentence_is_one_word = before.trim().len() == word.len();
    let ambiguous = matches!(word.to_lowercase().as_str(), "no" | "ms" | "st");
    initial || (ABBREVIATIONS.contains(&word.to_lowercase().as_str()) && !ambiguous && !sentence_is_one_word)
}

/// `2 a.m` with more of the sentence behind it, or `etc`.
fn is_hour(before: &str) -> bool {
    [" a.m", " p.m", " etc"].iter().any(|hour| before.ends_with(hour))
}

/// `1` of `1. Rare writes.`: the number of an item, not a sentence of its own.
fn is_item(before: &str) -> bool {
    let number = before.trim();
    !number.is_empty() && number.len() <= 2 && number.chars().all(|c| c.is_ascii_digit())
}

/// A line's end closes a sentence before an empty line or an item of a list, or when it is all that closes lines.
fn end_of_line(text: &str, at: usize) -> Option<usize> {
    let next = text[at + 1..].lines().next().unwrap_or("");
    let item = next.trim_start();
    let numbered = item.find(['.', ')']).is_some_and(|mark| is_item(&item[..mark]));
    (item.is_empty() || item.starts_with(['-', '*', '•', '#', '>']) || numbered).then_some(at + 1)
}

/// A sentence as it is, or, where it runs on without end, cut before words with which speakers go on.
fn breaths(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let spoken = words(&text[sentence.clone()], sentence.start);
    if spoken.len() <= LONGEST_BREATH {
        return vec![sentence];
    }
    let mut pieces = Vec::new();
    let (mut start, mut since) = (sentence.start, 0);
    for (index, word) in spoken.iter().enumerate() {
        let left = spoken.len() - index;
        let cut =
            since >= SHORTEST_BREATH && left >= SHORTEST_BREATH && (takes_breath(word) || since >= LONGEST_BREATH);
        if cut {
            push_trimmed(text, start..word.place.start, &mut pieces);
            (start, since) = (word.place.start, 0);
        }
        since += 1;
    }
    push_trimmed(text, start..sentence.end, &mut pieces);
    pieces
}

fn takes_breath(word: &Word) -> bool {
    matches!(word.text.as_str(), "so" | "and" | "but" | "then" | "because" | "um" | "uh" | "okay" | ";" | "which")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn marks_end_sentences_and_abbreviations_do_not() {
        check("It hung. We saw 0.4 s!  Why?", &["It hung.", "We saw 0.4 s!", "Why?"]);
        check("A tool, e.g. Redis. \"No.\" he said.", &["A tool, e.g. Redis.", "\"No.\" he said."]);
        check("retries, max 3. health checks.", &["retries, max 3.", "health checks."]);
        check("It died at 2 a.m. on a Sunday.", &["It died at 2 a.m. on a Sunday."]);
        check("1. Rare writes. 2. One owner.", &["1. Rare writes.", "2. One owner."]);
    }

    #[test]
    fn lines_are_wrapped_text_unless_they_are_items() {
        check("one line\r\nof text.\r\n\r\nNext", &["one line\r\nof text.", "Next"]);
        check("First:\n- a queue\n- a cache\n", &["First:", "- a queue", "- a cache"]);
        check(" \n\t\0 ... ", &[]);
    }

    #[test]
    fn speech_without_marks_is_cut_where_breath_is_taken() {
        let text = "we had a service that was slow and nobody knew why ".repeat(12);
        let found = sentences(&text);
        assert!(found.len() > 3);
        assert!(found.iter().all(|range| words(&text[range.clone()], 0).len() <= LONGEST_BREATH));
    }
}
