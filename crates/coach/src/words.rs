//! Words with their places: what every other part of the reading works on.
//!
//! Lower case, numbers as one class, contractions apart (`we've` is `we` and `'ve`), so that a pattern written for a
//! person finds what people type. Punctuation is left out except the marks that carry meaning here.

use std::ops::Range;

/// One word, number or mark of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Lower case; `#` for a number in digits, the mark itself for `?`, `%`, `;` and `:`.
    pub text: String,
    /// Bytes of the text it was read from.
    pub place: Range<usize>,
}

/// The words of `text`, with places counted from `offset`.
pub fn words(text: &str, offset: usize) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some(&(start, first)) = rest.peek() {
        let end = match first {
            c if c.is_ascii_digit() => end_while(text, start, |c| c.is_ascii_digit() || c == '.' || c == ','),
            c if c.is_alphabetic() => end_while(text, start, |c| c.is_alphanumeric() || is_apostrophe(c)),
            c => start + c.len_utf8(),
        };
        push_words(&text[start..end], offset + start, &mut found);
        while rest.peek().is_some_and(|&(at, _)| at < end) {
            rest.next();
        }
    }
    found
}

/// How many words a person would count: marks and the tails of contractions are none.
pub fn count(words: &[Word]) -> usize {
    words.iter().filter(|word| !is_mark(&word.text) && !word.text.starts_with('\'')).count()
}

fn end_while(text: &str, start: usize, inside: impl Fn(char) -> bool) -> usize {
    text[start..].char_indices().find(|&(_, c)| !inside(c)).map_or(text.len(), |(at, _)| start + at)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

fn is_mark(text: &str) -> bool {
    matches!(text, "?" | "%" | ";" | ":")
}

fn push_words(piece: &str, start: usize, found: &mut Vec<Word>) {
    if piece.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = piece.trim_end_matches(['.', ',']).len();
        found.push(Word { text: "#".to_owned(), place: start..start + digits });
    } else if piece.starts_with(char::is_alphabetic) {
        push_contraction(piece, start, found);
    } else if is_mark(piece) {
        found.push(Word { text: piece.to_owned(), place: start..start + piece.len() });
    }
}

/// `we've` as two words; `didn't` and `o'clock` stay one.
fn push_contraction(piece: &str, start: usize, found: &mut Vec<Word>) {
    let trimmed = piece.trim_end_matches(is_apostrophe);
    let lower = trimmed.to_lowercase().replace('\u{2019}', "'");
    let tail = trimmed.rfind(is_apostrophe).filter(|_| is_tail(&lower));
    let (Some(at), Some(cut)) = (tail, lower.rfind('\'')) else {
        found.push(Word { text: lower, place: start..start + trimmed.len() });
        return;
    };
    found.push(Word { text: lower[..cut].to_owned(), place: start..start + at });
    found.push(Word { text: lower[cut..].to_owned(), place: start + at..start + trimmed.len() });
}

fn is_tail(lower: &str) -> bool {
    ["'ve", "'ll", "'re", "'d", "'m", "'s"].iter().any(|tail| lower.ends_with(tail) && lower.len() > tail.len())
}

/// Whether a word counts something: digits, or a number in letters.
pub fn is_number(word: &str) -> bool {
    NUMBERS.binary_search(&word).is_ok()
}

/// Whether a word is, by its form, a verb in the past. A guess from spelling: `-ed` or a common irregular verb.
pub fn is_past(word: &str) -> bool {
    IRREGULAR.binary_search(&word).is_ok()
        || (word.ends_with("ed") && word.len() > 4 && ADJECTIVES.binary_search(&word).is_err())
}

const NUMBERS: &[&str] = &[
    "#",
    "billion",
    "dozen",
    "eight",
    "eighteen",
    "eighty",
    "eleven",
    "fifteen",
    "fifty",
    "five",
    "forty",
    "four",
    "fourteen",
    "half",
    "hundred",
    "hundreds",
    "million",
    "millions",
    "nine",
    "nineteen",
    "ninety",
    "one",
    "quarter",
    "seven",
    "seventeen",
    "seventy",
    "six",
    "sixteen",
    "sixty",
    "ten",
    "tenth",
    "third",
    "thirteen",
    "thirty",
    "thousand",
    "thousands",
    "three",
    "twelve",
    "twenty",
    "two",
];

const IRREGULAR: &[&str] = &[
    "argued",
    "ate",
    "became",
    "began",
    "bought",
    "broke",
    "brought",
    "built",
    "came",
    "caught",
    "chose",
    "cost",
    "could",
    "couldn't",
    "cut",
    "did",
    "didn't",
    "died",
    "drew",
    "drove",
    "dug",
    "fell",
    "felt",
    "flew",
    "found",
    "froze",
    "gave",
    "got",
    "grew",
    "had",
    "hadn't",
    "held",
    "hid",
    "hit",
    "hung",
    "hurt",
    "kept",
    "knew",
    "lay",
    "learnt",
    "led",
    "left",
    "let",
    "lost",
    "made",
    "meant",
    "met",
    "paid",
    "put",
    "ran",
    "rang",
    "read",
    "rose",
    "said",
    "sat",
    "saw",
    "sent",
    "set",
    "shook",
    "shut",
    "sold",
    "spent",
    "split",
    "spoke",
    "stole",
    "stood",
    "stuck",
    "taught",
    "thought",
    "threw",
    "told",
    "took",
    "understood",
    "was",
    "wasn't",
    "went",
    "were",
    "weren't",
    "woke",
    "won",
    "wrote",
];

/// Words in `-ed` that name a state or a technique rather than a deed.
const ADJECTIVES: &[&str] = &[
    "automated",
    "backed",
    "based",
    "coupled",
    "decoupled",
    "dedicated",
    "denormalised",
    "denormalized",
    "distributed",
    "indeed",
    "materialised",
    "materialized",
    "named",
    "normalised",
    "normalized",
    "related",
    "sharded",
    "shared",
    "speed",
    "structured",
    "supposed",
    "unrelated",
    "unused",
    "versioned",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = words(text, 0);
        assert_eq!(found.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_are_read_as_people_type_them() {
        check("We\u{2019}ve cut p99, 15ms!", &["we", "'ve", "cut", "p99", "#", "ms"]);
        check("didn't it cost 1,200.5 euros?", &["didn't", "it", "cost", "#", "euros", "?"]);
        check("Gdańsk: event-driven/CQRS", &["gdańsk", ":", "event", "driven", "cqrs"]);
        check("''' \0 \u{feff}", &[]);
    }

    #[test]
    fn places_are_bytes_of_the_text() {
        let text = "é: we've 12.";
        let found = words(text, 0);
        let read: Vec<_> = found.iter().map(|word| &text[word.place.clone()]).collect();
        assert_eq!(read, ["é", ":", "we", "'ve", "12"]);
    }

    #[test]
    fn the_tables_are_sorted_for_the_search() {
        for table in [NUMBERS, IRREGULAR, ADJECTIVES] {
            assert!(table.is_sorted());
        }
    }
}
