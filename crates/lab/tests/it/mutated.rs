//! Right files with random damage: reading them never panics, and every problem lies inside the text it is about.

use crate::{reading, reading_with, sample};
use lab::scenario::Origin;
use proptest::prelude::*;
use proptest::sample::Index;

/// One piece of damage.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Swap(Index, Index),
    Repeat(Index),
    Insert(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    const PIECES: &[&str] = &[
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\t",
        "&a ",
        "*a",
        "!t ",
        "\"",
        "'",
        "|\n",
        ">\n",
        "#",
        "? ",
        "%",
        "---\n",
        "ü",
        "\u{feff}",
        "\u{2028}",
        "😀",
        "\0",
        "0",
        "-1",
        "9999999999999",
        "1e999",
        "NaN",
        "%",
        "ms",
        "(",
        ")",
        ",",
        "=",
        "->",
        ".",
        "null",
        "~",
    ];
    prop_oneof![
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => any::<Index>().prop_map(Damage::Cut),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Damage::Swap(one, other)),
        2 => any::<Index>().prop_map(Damage::Repeat),
        4 => (any::<Index>(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Damage::Insert(at, piece)),
    ]
}

fn apply(text: String, damage: &Damage) -> String {
    if text.is_empty() {
        return text;
    }
    match damage {
        Damage::Flip(at, byte) => {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Damage::Cut(at) => text.chars().take(at.index(text.chars().count())).collect(),
        Damage::Insert(at, piece) => {
            let at = at.index(text.chars().count());
            text.chars().take(at).chain(piece.chars()).chain(text.chars().skip(at)).collect()
        }
        Damage::Swap(one, other) => with_tokens(&text, |tokens| {
            let length = tokens.len();
            tokens.swap(one.index(length), other.index(length));
        }),
        Damage::Repeat(at) => with_tokens(&text, |tokens| {
            let at = at.index(tokens.len());
            tokens.insert(at, tokens[at]);
        }),
    }
}

/// Tokens end after whatever is no letter or digit.
fn with_tokens(text: &str, change: impl FnOnce(&mut Vec<&str>)) -> String {
    let mut tokens: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
    change(&mut tokens);
    tokens.concat()
}

fn check_places(source: &str, set: &str) {
    for problem in reading_with(source, &[set]).problems {
        let text = match problem.place.origin {
            Origin::File => source,
            Origin::Override(_) => set,
        };
        assert!(text.get(problem.place.span()).is_some(), "{problem:?} lies outside of its text");
        // The engine's check is the last one: whatever it refuses has a better message before it, at a better place.
        assert!(!problem.message.contains("cannot be run because"), "{problem:?}");
    }
}

proptest! {
    // PROPTEST_CASES sets how many.
    #[test]
    fn damaged_files_are_answered_with_places_inside_of_them(
        name in prop::sample::select(&["minimal.yaml", "checkout.yaml", "everything.yaml", "guards.yaml"][..]),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let source = damages.iter().fold(sample(name), apply);
        let reading = reading(&source);
        prop_assert_eq!(reading.scenario.is_some(), reading.problems.is_empty());
        check_places(&source, "name=x");
    }

    #[test]
    fn damaged_overrides_are_answered_with_places_inside_of_them(damages in prop::collection::vec(damage(), 1..4)) {
        let set = "services.gateway.endpoints.checkout[1].retry={attempts: 3, backoff: 'ü'}".to_owned();
        let set = damages.iter().fold(set, apply);
        check_places(&sample("checkout.yaml"), &set);
    }

    #[test]
    fn any_text_is_answered(source in "\\PC{0,200}", set in "\\PC{0,40}") {
        check_places(&source, &set);
    }
}
