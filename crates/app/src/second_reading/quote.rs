//! Where words stand in an answer.

use coach::Span;

/// Fewer words than this stand in any answer.
const FEWEST_WORDS: usize = 3;

/// Where `quote` stands in `answer`, word for word: spaces and line breaks are the same, nothing else is. Nothing where it
/// does not, begins or ends within a word, or is too short to show anything.
pub(super) fn place_of(quote: &str, answer: &str) -> Option<Span> {
    let words: Vec<&str> = quote.split_whitespace().collect();
    let first = words.first().filter(|_| words.len() >= FEWEST_WORDS)?;
    let starts = answer.match_indices(first).map(|(start, _)| start);
    let spans = starts.filter_map(|start| Some(Span { start, end: start + end_of(&words, &answer[start..])? }));
    spans.into_iter().find(|span| is_whole(*span, answer))
}

/// The byte behind `words` at the start of `text`.
fn end_of(words: &[&str], text: &str) -> Option<usize> {
    let mut rest = text;
    for (index, word) in words.iter().enumerate() {
        let next = rest.trim_start();
        // Between two words there is a space in the answer too.
        if index > 0 && next.len() == rest.len() {
            return None;
        }
        rest = next.strip_prefix(word)?;
    }
    Some(text.len() - rest.len())
}

/// Whether no word is cut in two at its ends.
fn is_whole(span: Span, answer: &str) -> bool {
    let cut = |before: Option<char>, after: Option<char>| {
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    let quoted = span.of(answer);
    let starts_within = cut(answer[..span.start].chars().next_back(), quoted.chars().next());
    let ends_within = cut(quoted.chars().next_back(), answer[span.end..].chars().next());
    !starts_within && !ends_within
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "This fast path is fast.\r\nIt costs  us a day, über alles: it costs us a week.";

    #[track_caller]
    fn check(quote: &str, found: Option<&str>) {
        assert_eq!(place_of(quote, ANSWER).map(|span| span.of(ANSWER)), found, "{quote:?}");
    }

    #[test]
    fn a_quote_stands_in_the_answer_or_does_not() {
        check("fast path is", Some("fast path is"));
        check("path is fast. It costs us", Some("path is fast.\r\nIt costs  us"));
        check("it costs us a", Some("it costs us a"));
        check("über alles: it costs", Some("über alles: it costs"));
        check(" us a week.\n", Some("us a week."));
        for invented in [
            "it costs us a month",
            "It Costs us a day",
            "costsus a day",
            "is fast path",
            "fast. it costs",
            "day, uber alles",
        ] {
            check(invented, None);
        }
    }

    #[test]
    fn a_quote_has_words_enough_and_cuts_none() {
        for too_little in ["", "  ", "fast", "is fast", "his fast path", "path is fas", "us a wee"] {
            check(too_little, None);
        }
    }
}
