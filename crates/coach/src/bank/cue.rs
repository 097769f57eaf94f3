//! Where a cue is found in an answer.

use std::ops::Range;

/// Cues of so few letters stand for themselves: `log` is found in "logs", not in "logistics".
const WHOLE_WORD: usize = 3;

/// The bytes of `text` where a cue is first found, whatever its case: where a word begins with it, so that `idempot` is
/// found in "idempotency". A cue of three letters is found as a word, or its plural. A space in a cue stands for any
/// white space, an apostrophe for a curly one too.
pub fn cue_at(text: &str, cue: &str) -> Option<Range<usize>> {
    let whole = cue.chars().count() <= WHOLE_WORD;
    word_starts(text).find_map(|start| {
        let end = start + begun(&text[start..], cue)?;
        (!whole || ends_word(&text[end..])).then_some(start..end)
    })
}

/// Where something begins that no letter or digit precedes.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let starts = !before.is_alphanumeric();
        before = c;
        starts.then_some(at)
    })
}

/// How many bytes of `text` the cue takes, if it is there.
fn begun(text: &str, cue: &str) -> Option<usize> {
    let mut rest = text;
    for wanted in cue.chars() {
        rest = match wanted {
            ' ' => Some(rest.trim_start()).filter(|after| after.len() < rest.len())?,
            _ => rest.strip_prefix(|c| same(c, wanted))?,
        };
    }
    Some(text.len() - rest.len())
}

fn same(c: char, wanted: char) -> bool {
    c.to_lowercase().eq(wanted.to_lowercase()) || (c == '\u{2019}' && wanted == '\'')
}

fn ends_word(rest: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(char::is_alphanumeric);
    !goes_on(rest) || rest.strip_prefix(['s', 'S']).is_some_and(|after| !goes_on(after))
}

#[cfg(test)]
mod tests {
    use super::cue_at;

    #[test]
    fn cues_are_found_where_words_begin() {
        let check = |text: &str, cue: &str, found: Option<&str>| {
            assert_eq!(cue_at(text, cue).map(|range| &text[range]), found, "{cue:?} in {text:?}");
        };
        check("Idempotency keys", "idempot", Some("Idempot"));
        check("an un-idempotent call", "idempot", Some("idempot"));
        check("we nonidempotently tried", "idempot", None);
        check("logistics, then the logs", "log", Some("log"));
        check("slow, and the SLO", "slo", Some("SLO"));
        check("cataloging logistics", "log", None);
        check("a circuit\n  breaker", "circuit breaker", Some("circuit\n  breaker"));
        check("a circuitbreaker", "circuit breaker", None);
        check("they didn\u{2019}t ask", "didn't ask", Some("didn\u{2019}t ask"));
        check("GET /v1/orders", "/v1", Some("/v1"));
        check("İstanbul, über", "über", Some("über"));
        check("", "retry", None);
    }
}
