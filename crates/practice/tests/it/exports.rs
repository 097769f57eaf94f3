//! Exports under hostile text: the same bytes again, and nothing that is more than text.

use practice::answer::Answer;
use practice::bundle::{self, BundleError};
use practice::example::{Example, Part};
use practice::figure::Figure;
use practice::kit::Kit;
use practice::tradeoff::Tradeoff;
use practice::{html, markdown};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

/// Text that tries to be more than text.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[ -~\n\t]{0,20}",
        Just("<script>alert(1)</script>".to_owned()),
        Just("</style><img src=x onerror=alert(1)>".to_owned()),
        Just("\n# heading\n> quote\n- item\n1. one\n    code\n```\nfence\n~~~\n".to_owned()),
        Just(
            "[link](javascript:alert(1)) ![i](x) <https://a.b> &lt; &#60; **b** __u__ `c` ~~s~~ $x$ | a | b |"
                .to_owned()
        ),
        Just("\n---\n===\n***\n+ plus\n2) two\n: def\n".to_owned()),
        Just("\u{0}\u{1b}[31m\u{7f}\u{202e}\u{2028}\r\n\rend\\".to_owned()),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn said() -> impl Strategy<Value = String> {
    hostile().prop_filter("says something", |text| !text.trim().is_empty())
}

fn figure() -> impl Strategy<Value = Figure> {
    let sources = proptest::sample::select(practice::figure::names());
    (0_u32..1_000_000, sources, hostile())
        .prop_filter_map("no lab", |(value, source, detail)| Figure::new(&format!("{value} ms"), source, &detail).ok())
}

fn example() -> impl Strategy<Value = Example> {
    (hostile(), vec(hostile(), Part::ALL.len()), vec(figure(), 0..4)).prop_map(|(title, texts, numbers)| {
        let mut example = Example { title, numbers, ..Example::default() };
        for (part, text) in Part::ALL.into_iter().zip(texts) {
            *example.part_mut(part) = text;
        }
        example
    })
}

fn tradeoff() -> impl Strategy<Value = Tradeoff> {
    (hostile(), hostile(), hostile(), hostile()).prop_map(|(first, gives_up, because, unless)| Tradeoff {
        first,
        gives_up,
        because,
        unless,
    })
}

fn kit() -> impl Strategy<Value = Kit> {
    let answers = (option::of(said()), option::of(said()), option::of(said()));
    let examples = (option::of(example()), option::of(example()));
    (answers, examples, option::of(tradeoff())).prop_map(|((a, b, c), (d, e), tradeoff)| {
        let answer =
            |question: &str, text: Option<String>| text.map(|text| Answer { question: question.to_owned(), text });
        Kit { answers: [answer("one", a), answer("two", b), answer("three-3", c)], examples: [d, e], tradeoff }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn written_and_read_a_kit_is_the_same(kit in kit()) {
        let text = bundle::write(&kit).expect("JSON");
        let read = bundle::read(&text).expect("a kit");
        prop_assert_eq!(&read, &kit);
        prop_assert_eq!(bundle::write(&read).expect("JSON"), text);
    }

    #[test]
    fn forms_give_back_what_was_written(example in example(), tradeoff in tradeoff()) {
        // An editor gives lines; blank ones around a part are nobody's.
        let plain = |text: &String| {
            let lines: Vec<&str> = text.lines().collect();
            let text = lines.join("\n");
            let first = text.split('\n').position(|line| !line.trim().is_empty());
            let last = text.split('\n').collect::<Vec<_>>().iter().rposition(|line| !line.trim().is_empty());
            first.zip(last).map_or_else(String::new, |(first, last)| {
                text.split('\n').collect::<Vec<_>>()[first..=last].join("\n")
            })
        };
        let back = Example::read(&example.form(), &Example::default()).expect("a form");
        for part in Part::ALL {
            prop_assert_eq!(plain(&back.part(part).to_owned()), plain(&example.part(part).to_owned()));
        }
        let unique: std::collections::BTreeSet<String> = example.numbers.iter().map(|figure| figure.value().to_owned()).collect();
        prop_assert_eq!(back.numbers.len(), unique.len());
        let back = Tradeoff::read(&tradeoff.form(), &Tradeoff::default()).expect("a form");
        prop_assert_eq!(plain(&back.gives_up), plain(&tradeoff.gives_up));
        prop_assert_eq!(plain(&back.unless), plain(&tradeoff.unless));
    }

    #[test]
    fn markdown_of_a_text_is_that_text(text in hostile()) {
        // Whatever a viewer may add to CommonMark, but curly quotes.
        let extensions = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
        let parsed: Vec<Event> = Parser::new_ext(&markdown::text(&text), extensions).map(Event::into_static).collect();
        let mut back = String::new();
        for event in parsed {
            match event {
                Event::Text(text) => back.push_str(&text),
                Event::HardBreak => back.push('\n'),
                Event::Start(Tag::Paragraph) if !back.is_empty() => back.push_str("\n\n"),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                other => prop_assert!(false, "{other:?} is no text"),
            }
        }
        prop_assert_eq!(back, as_text(&text));
    }

    #[test]
    fn markdown_of_a_kit_has_its_own_structure_only(kit in kit(), question in hostile()) {
        let text = markdown::write(&kit, &|_| Some(question.clone()));
        let extensions = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
        let tags: Vec<Tag> = Parser::new_ext(&text, extensions).filter_map(|event| match event {
            Event::Start(tag) => Some(tag),
            _ => None,
        }).collect();
        let count = |wanted: fn(&Tag) -> bool| tags.iter().filter(|tag| wanted(tag)).count();
        let told: Vec<&Example> = kit.examples.iter().flatten().collect();
        let with_numbers = told.iter().filter(|example| !example.numbers.is_empty()).count();
        let parts = told.len() * Part::ALL.len() + with_numbers + kit.tradeoff.iter().count() * 4;
        prop_assert_eq!(count(|tag| matches!(tag, Tag::Heading { .. })), 4 + 5 + parts);
        let numbers: usize = told.iter().map(|example| example.numbers.len()).sum();
        prop_assert_eq!(count(|tag| matches!(tag, Tag::Item)), numbers);
        let known = count(|tag| matches!(tag, Tag::Heading { .. } | Tag::Paragraph | Tag::List(None) | Tag::Item));
        prop_assert_eq!(known, tags.len(), "{:?}", tags);
    }

    #[test]
    fn html_has_no_markup_of_its_own(kit in kit()) {
        let page = html::write(&kit, &|_| None);
        let empty = html::write(&Kit::default(), &|_| None);
        let tags = |page: &str| page.matches('<').count();
        let expected = {
            // Each example with figures has a row for them.
            let rows = kit.examples.iter().flatten().filter(|example| !example.numbers.is_empty()).count();
            tags(&empty) + 4 * rows
        };
        prop_assert_eq!(tags(&page), expected);
        prop_assert!(!page.contains("<script") && !page.contains("<img") && !page.contains(" onerror=alert(1)>"));
        prop_assert!(page.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
    }
}

/// What a reader of the Markdown sees: paragraphs and lines without spaces around them.
fn as_text(text: &str) -> String {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    let text: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .map(|c| if hidden(c) { '\u{fffd}' } else { c })
        .collect();
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_matches([' ', '\t'])).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n")
}

#[track_caller]
fn refused(text: &str, words: &str) {
    let said = bundle::read(text).expect_err("no kit").to_string();
    assert!(said.contains(words), "{words:?} is missing in: {said}");
}

#[test]
fn what_is_no_kit_is_refused_with_its_place() {
    let good = bundle::write(&Kit::default()).expect("JSON");
    assert_eq!(bundle::read(&good).expect("a kit"), Kit::default());
    refused("[1, 2", "line 1, column 5");
    refused("{}", "the key `brownout_kit` is missing");
    refused(&good.replace("kit\": 1", "kit\": 2"), "it has format 2, and this version of Brownout reads format 1");
    refused(&good.replace("\"tradeoff\"", "\"tradeof\""), "unknown field `tradeof`");
    let answer = |question: &str, text: &str| format!("{{\"question\": \"{question}\", \"text\": \"{text}\"}}");
    let with = |first: String, second: String| {
        format!(
            "{{\"brownout_kit\": 1, \"answers\": [{first}, {second}, null], \"examples\": [null, null], \"tradeoff\": null}}"
        )
    };
    refused(&with(answer("../etc", "x"), "null".to_owned()), "`../etc` is no question's id");
    refused(&with(answer("a", " "), "null".to_owned()), "the answer to a is empty");
    refused(&with(answer("a", "x"), answer("a", "y")), "two answers are to a");
    assert!(matches!(bundle::read(&with("7".to_owned(), "null".to_owned())), Err(BundleError::Shape { line: 1, .. })));
}

#[test]
fn a_lab_number_does_not_get_in_by_a_file() {
    let mut kit = Kit::default();
    let numbers = vec![Figure::read("240 ms = dashboard").expect("a figure")];
    kit.examples[0] = Some(Example { result: "240 ms".to_owned(), numbers, ..Example::default() });
    let good = bundle::write(&kit).expect("JSON");
    refused(&good.replace("\"dashboard\"", "\"lab\""), "a lab number can never stand in a production example");
}
