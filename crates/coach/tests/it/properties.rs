//! What holds for any text at all.

use crate::{BUZZWORDS, GOOD};
use coach::{Assessment, Span, assess};
use proptest::prelude::*;

fn evidence(assessment: &Assessment) -> Vec<(bool, &[Span])> {
    let habits = assessment.habits.iter().map(|(_, habit)| (habit.score > 0, habit.evidence.as_slice()));
    let mistakes = assessment.mistakes.iter().map(|(_, mistake)| (mistake.is, mistake.evidence.as_slice()));
    let coverage = assessment.coverage.iter().map(|(_, coverage)| (coverage.score > 0, coverage.evidence.as_slice()));
    habits.chain(mistakes).chain(coverage).collect()
}

fn confidences(assessment: &Assessment) -> Vec<f64> {
    let habits = assessment.habits.iter().map(|(_, habit)| habit.confidence);
    let mistakes = assessment.mistakes.iter().map(|(_, mistake)| mistake.confidence);
    habits.chain(mistakes).chain(assessment.coverage.iter().map(|(_, coverage)| coverage.confidence)).collect()
}

fn check(text: &str) {
    let assessment = assess("resilient-design", text).expect("the question exists");
    for (scored, spans) in evidence(&assessment) {
        assert_eq!(scored, !spans.is_empty());
        for span in spans {
            assert!(span.start < span.end && text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
        }
    }
    assert!(confidences(&assessment).iter().all(|confidence| (0.0..=1.0).contains(confidence)));
    assert!(assessment.enough || evidence(&assessment).iter().all(|(scored, _)| !scored));
    let json = |assessment: &Assessment| serde_json::to_string(assessment).expect("JSON");
    assert_eq!(json(&assessment), json(&assess("resilient-design", text).expect("as before")));
}

/// Pieces of answers in any order, with what keyboards and microphones add.
fn shuffled() -> impl Strategy<Value = String> {
    let sentences: Vec<String> = [GOOD, BUZZWORDS].join(" ").split(". ").map(str::to_owned).collect();
    let noise =
        prop::sample::select(vec!["\r\n", " ", "... ", "\0", "\u{202e}", "1. ", "- ", "é", "🙂 ", "\"", "’", "?!"]);
    let piece = (prop::sample::select(sentences), noise).prop_map(|(sentence, noise)| sentence + noise);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_mixture_of_answers_can_be_read(text in shuffled()) {
        check(&text);
    }
}
