//! Names of people and organisations: by given name, by title, by legal form, and by the word before them.

use super::{Found, Kind};
use regex_lite::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A capitalised word: two letters at least, in any script that has capitals.
#[derive(Clone, Debug)]
struct Word {
    at: Range<usize>,
}

static TITLED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? [A-Z][^\s,.;:!?()]+").expect("a pattern"));

/// Given names that are common somewhere and no ordinary English words.
const GIVEN: &str = "aaron adam ahmed aisha alejandro alex alexander alexandra alexei ali alice amir amit ana anastasia \
    andrea andreas andrei andrew anna anne antonio arjun ashok barbara beatriz ben benjamin bob boris brian bruno camila carlos \
    carmen caroline catherine charlotte chen chiara chloe chris christian christina christopher claudia daniel daniela david \
    deepak diana diego dmitri dmitry eduardo elena elizabeth emily emma eric erik ethan eva fatima felix fernanda fernando \
    francesca francesco gabriel giovanni giulia greg gustavo hannah hans harry hassan helen henrik hiroshi hugo ibrahim igor \
    ines ingrid irina isabel isabella ivan jacob james jan jane javier jean jennifer jessica johan john jonas jorge jose joseph \
    juan julia julian julie karen karl katarina kate katherine kenji kevin khalid klaus kumar laura lars leila lena leon liam \
    linda lisa lucas lucia luis lukas magnus manuel marco marcus margaret maria marie marina mario markus marta martin mary \
    mateo matteo matthew mehmet mei michael michelle miguel mikhail mohamed mohammed monika nadia natalia nathan nicolas nicole \
    nikhil nikita nina nora oleg olga oliver olivia omar oscar pablo patricia patrick paul paula pavel pedro peter philip pierre \
    piotr priya rachel rafael rahul raj rajesh ravi rebecca ricardo richard robert roberto ryan samuel sandra sanjay sara sarah \
    sebastian sergei sergey simon sofia sophia sophie stefan stephanie stephen steven sunil susan sven takeshi tatiana thomas tim \
    timothy tom tomas tomasz tyler ursula vanessa victor victoria vijay vikram vincent vladimir wei wilhelm william wojciech \
    xavier yan yasmin yuki yusuf zara zoe";

/// Whom one speaks to or of: a given name after one of these is a person even without a surname.
const TO_SOMEBODY: [&str; 14] = [
    "asked",
    "told",
    "and",
    "with",
    "from",
    "by",
    "to",
    "for",
    "when",
    "that",
    "called",
    "paged",
    "convinced",
    "thanks",
];

/// A capitalised word after one of these is a name.
const ROLES: [&str; 16] = [
    "manager",
    "boss",
    "colleague",
    "teammate",
    "lead",
    "director",
    "cto",
    "ceo",
    "vp",
    "customer",
    "client",
    "vendor",
    "supplier",
    "employer",
    "recruiter",
    "founder",
];

/// Words that follow a role with a capital and name nobody.
const NOBODY: [&str; 22] = [
    "Service",
    "Services",
    "Impact",
    "Timeouts",
    "Timeout",
    "Support",
    "Success",
    "Team",
    "Data",
    "Portal",
    "App",
    "Side",
    "Experience",
    "Journey",
    "Id",
    "Management",
    "Relations",
    "The",
    "We",
    "It",
    "They",
    "Engineering",
];

const LEGAL: [&str; 13] = ["GmbH", "AG", "Inc", "Ltd", "LLC", "Corp", "SE", "BV", "Oy", "AB", "SARL", "Plc", "PLC"];

pub(super) fn find(text: &str) -> Vec<Found> {
    let words = capitalised(text);
    let titled = TITLED.find_iter(text).map(|found| (found.range(), "a title with a name"));
    let organisations = organisations(text, &words).map(|at| (at, "a company's name, by its legal form"));
    let by_role = words
        .iter()
        .filter(|word| follows_a_role(text, word))
        .map(|word| (extended(text, &words, word), "a word for a person or a customer stands before it"));
    let given =
        words.iter().filter_map(|word| person(text, &words, word)).map(|at| (at, "it looks like a person's name"));
    let all = titled.chain(organisations).chain(by_role).chain(given);
    all.map(|(at, why)| Found { kind: Kind::Name, at, why }).collect()
}

fn capitalised(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (index, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match start {
            None if character.is_alphabetic() => start = Some(index),
            Some(begun) if !(character.is_alphanumeric() || character == '-' || character == '_') => {
                words.push(begun..index);
                start = None;
            }
            _ => {}
        }
    }
    let is_name = |at: &Range<usize>| {
        let mut letters = text[at.clone()].chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    };
    words.into_iter().filter(is_name).map(|at| Word { at }).collect()
}

/// A given name with a surname, or with a word before it that speaks to somebody.
fn person(text: &str, words: &[Word], word: &Word) -> Option<Range<usize>> {
    let given = text[word.at.clone()].to_lowercase();
    if !GIVEN.split_whitespace().any(|name| name == given) {
        return None;
    }
    let whole = extended(text, words, word);
    if whole.len() > word.at.len() {
        return Some(whole);
    }
    let before = last_word(&text[..word.at.start]).to_lowercase();
    TO_SOMEBODY.contains(&before.as_str()).then_some(whole)
}

/// `my manager Tomasz`, `our customer Zebra`.
fn follows_a_role(text: &str, word: &Word) -> bool {
    let before = &text[..word.at.start];
    let role = last_word(before).to_lowercase();
    let says_whose = before.split_whitespace().rev().nth(1).is_some_and(|whose| {
        ["my", "our", "the", "their", "a", "former", "largest", "biggest"].contains(&whose.to_lowercase().as_str())
    });
    before.ends_with(' ') && says_whose && ROLES.contains(&role.as_str()) && !NOBODY.contains(&&text[word.at.clone()])
}

/// With the capitalised words that follow after one space, up to three in all.
fn extended(text: &str, words: &[Word], first: &Word) -> Range<usize> {
    let mut whole = first.at.clone();
    for _ in 0..2 {
        let next = words.iter().find(|word| word.at.start == whole.end + 1 && text[whole.end..].starts_with(' '));
        let Some(next) = next else { break };
        whole.end = next.at.end;
    }
    let legal = text[whole.end..].strip_prefix(' ').and_then(|rest| LEGAL.iter().find(|form| is_word(rest, form)));
    legal.map_or(whole.clone(), |form| whole.start..whole.end + 1 + form.len())
}

fn is_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Capitalised words before a legal form.
fn organisations<'w>(text: &'w str, words: &'w [Word]) -> impl Iterator<Item = Range<usize>> + 'w {
    const NO_NAME: [&str; 16] =
        ["At", "In", "For", "With", "From", "The", "Our", "By", "On", "To", "And", "We", "My", "When", "After", "Then"];
    words.iter().filter(|word| !NO_NAME.contains(&&text[word.at.clone()])).filter_map(move |word| {
        let whole = extended(text, words, word);
        LEGAL.iter().any(|form| text[whole.clone()].ends_with(&format!(" {form}"))).then_some(whole)
    })
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}
