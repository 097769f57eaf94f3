//! The question bank: every file of `content/questions` is complete and fits the others, and a wrong one is told where.

use coach::bank::{Bank, BankError, COMMON_MISTAKES, HABITS, LABS, Level, Question};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const CONTENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content");

/// The questions whose answers are rated by people's guide, with its points.
const GUIDE: [(&str, &str, &[&str]); 6] = [
    (
        "reliable-api",
        "How do you design a reliable API for internal and external consumers?",
        &["contract", "versioning", "observability", "downstream-surprises"],
    ),
    ("denormalize", "When would you denormalize data?", &["performance", "consistency", "operational-cost"]),
    (
        "latency-growth",
        "How do you investigate latency growth in a service?",
        &["traffic-patterns", "dependencies", "resource-contention", "measure-before-fix"],
    ),
    (
        "shared-dependency",
        "How would you scale a backend that becomes a shared dependency across teams?",
        &["architecture", "failure-modes", "organizational-impact"],
    ),
    (
        "resilient-design",
        "What makes a backend design resilient rather than just functional?",
        &["retries", "idempotency", "observability", "degradation", "service-behaviour"],
    ),
    (
        "improve-without-rewrite",
        "Tell me about a time you improved a backend system without rewriting everything.",
        &["sequencing", "risk-control", "impact"],
    ),
];

fn questions() -> &'static [Question] {
    Bank::embedded().questions()
}

#[test]
fn a_person_meets_the_guide_s_questions_first() {
    let first: Vec<_> = questions().iter().take(GUIDE.len()).map(|question| question.id.as_str()).collect();
    assert_eq!(first, GUIDE.map(|(id, ..)| id));
    for (id, asked, points) in GUIDE {
        let question = Bank::embedded().get(id).expect("it is there");
        let ids: Vec<_> = question.points.iter().map(|point| point.id.as_str()).collect();
        assert_eq!((question.question.as_str(), ids.as_slice()), (asked, points));
    }
}

#[test]
fn there_are_questions_for_everybody() {
    assert!(questions().len() >= 40, "{}", questions().len());
    for level in [Level::Basic, Level::Harder] {
        let count = questions().iter().filter(|question| question.level == level).count();
        assert!(count >= 10, "{count} {}", level.name());
    }
}

#[test]
fn what_is_embedded_is_what_the_folder_has() {
    let read = Bank::read(&Path::new(CONTENT).join("questions")).expect("every file reads");
    assert_eq!(read.questions(), questions());
    let ids: BTreeSet<_> = questions().iter().map(|question| &question.id).collect();
    assert_eq!(ids.len(), questions().len());
}

/// Each text of a question, with what it is called.
fn texts(question: &Question) -> Vec<(&'static str, &str)> {
    let mut texts = vec![
        ("topic", question.topic.as_str()),
        ("question", &question.question),
        ("tests", &question.tests),
        ("failure_mode", &question.failure_mode),
        ("metric", &question.metric),
        ("cost", &question.cost),
        ("team", &question.team),
    ];
    for point in &question.points {
        texts.extend([("point", point.name.as_str()), ("touched", &point.touched), ("covered", &point.covered)]);
    }
    for mistake in &question.mistakes {
        texts.extend([("mistake", mistake.what.as_str()), ("why", &mistake.why)]);
    }
    texts.extend(question.probes.iter().map(|probe| ("probe", probe.ask.as_str())));
    texts.extend(question.anchors.iter().map(|anchor| ("anchor", anchor.shows.as_str())));
    texts
}

#[test]
fn no_part_is_blank() {
    for question in questions() {
        for (part, text) in texts(question) {
            assert!(text.chars().filter(|c| c.is_alphabetic()).count() >= 3, "{}: {part}: {text:?}", question.id);
        }
        assert!((3..=5).contains(&question.points.len()), "{}", question.id);
        assert!((2..=4).contains(&question.mistakes.len()), "{}", question.id);
        let ratings: Vec<_> = question.anchors.iter().map(|anchor| anchor.rating).collect();
        assert_eq!((question.probes.len(), ratings), (5, vec![1, 2, 3, 4, 5]), "{}", question.id);
    }
}

#[test]
fn questions_end_as_questions_or_requests_do() {
    for question in questions() {
        let end = question.question.chars().last();
        assert!(matches!(end, Some('?' | '.')), "{}: {}", question.id, question.question);
        for probe in &question.probes {
            assert!(probe.ask.ends_with('?'), "{}: {}", question.id, probe.ask);
        }
    }
}

#[test]
fn each_probe_is_for_a_gap_of_its_own() {
    for question in questions() {
        let points = question.points.iter().map(|point| point.id.as_str());
        let mistakes = question.mistakes.iter().map(|mistake| mistake.id.as_str());
        let known: BTreeSet<_> = points.chain(mistakes).chain(HABITS).chain(COMMON_MISTAKES).collect();
        let gaps: BTreeSet<_> = question.probes.iter().map(|probe| probe.gap.as_str()).collect();
        assert!(gaps.is_subset(&known), "{}: {gaps:?}", question.id);
        assert_eq!(gaps.len(), question.probes.len(), "{}: {gaps:?}", question.id);
    }
}

/// A point that is missing altogether is the likeliest gap, so each has its probe.
#[test]
fn each_point_has_its_probe() {
    for question in questions() {
        for point in &question.points {
            assert!(question.probes.iter().any(|probe| probe.gap == point.id), "{}: {}", question.id, point.id);
        }
    }
}

#[test]
fn what_shows_it_exists() {
    for question in questions() {
        assert!(!question.see.is_empty(), "{}", question.id);
        for name in &question.see {
            let scenario = Path::new(CONTENT).join(format!("scenarios/{name}.yaml"));
            assert!(LABS.iter().any(|(id, _)| id == name) || scenario.is_file(), "{}: {name}", question.id);
        }
    }
}

#[test]
fn nothing_is_said_twice() {
    /// Short parts, which are alike by nature.
    const MAY_RECUR: [&str; 3] = ["topic", "point", "question"];
    let mut seen = BTreeMap::new();
    for question in questions() {
        for (part, text) in texts(question).into_iter().filter(|(part, _)| !MAY_RECUR.contains(part)) {
            for sentence in text.split_inclusive(['.', '?', '!']).map(|sentence| sentence.trim().to_lowercase()) {
                let place = format!("{} {part}", question.id);
                if let Some(before) = seen.insert(sentence.clone(), place.clone()) {
                    panic!("{before} and {place} both say {sentence:?}");
                }
            }
        }
    }
}

#[test]
fn cues_are_what_answers_are_searched_for() {
    for point in questions().iter().flat_map(|question| &question.points) {
        assert!((6..=15).contains(&point.cues.len()), "{}", point.id);
        for cue in &point.cues {
            assert!(cue.chars().count() >= 3 && *cue == cue.to_lowercase(), "{}: {cue:?}", point.id);
        }
    }
}

#[test]
fn a_misspelt_id_finds_its_question() {
    let bank = Bank::embedded();
    let check = |typed, near| assert_eq!(bank.nearest(typed), near, "{typed}");
    check("reliable-api", Some("reliable-api"));
    check("relaible-api", Some("reliable-api"));
    check("Denormalise", Some("denormalize"));
    check("improve", Some("improve-without-rewrite"));
    check("xyzzy-plugh", None);
    assert!(bank.get("relaible-api").is_none());
}

/// Puts `wrong` in place of `right` in a good file and checks what is said, and at which line.
#[track_caller]
fn check_wrong(right: &str, wrong: &str, says: &str) {
    let good = std::fs::read_to_string(format!("{CONTENT}/questions/reliable-api.yaml")).expect("it is there");
    let (before, _) = good.split_once(right).unwrap_or_else(|| panic!("{right:?} is not in the file"));
    let line = before.matches('\n').count() as u64 + 1;
    let problems = Question::parse("reliable-api.yaml", &good.replacen(right, wrong, 1)).expect_err(wrong);
    let problem = problems.first().expect("at least one");
    assert!(problem.message.contains(says), "{problem}");
    assert_eq!((problem.file.as_str(), problem.line), ("reliable-api.yaml", line), "{problem}");
}

#[test]
fn a_wrong_file_is_told_where_and_what_was_expected() {
    check_wrong("topic: APIs", "topic: ' '", "blank, expected text");
    check_wrong("topic: APIs", "topics: APIs", "topics");
    check_wrong("level: basic", "level: easy", "expected one of basic, harder");
    check_wrong("id: reliable-api", "id: reliable_api", "lower-case words joined by hyphens");
    check_wrong("id: reliable-api", "id: unreliable-api", "expected the file's name");
    check_wrong("id: versioning", "id: contract", "`contract` is a name already");
    check_wrong("id: versioning", "id: tradeoff", "`tradeoff` is a name already");
    check_wrong("gap: contract", "gap: contrast", "did you mean `contract`?");
    check_wrong("gap: contract", "gap: weather", "expected one of contract");
    check_wrong("  5: >-", "  6: >-", "`6` is no rating, expected 1 to 5");
    check_wrong("monitor, metric,", "monitor, Metric,", "`Metric` is no cue");
    check_wrong("monitor, metric,", "monitor, p9,", "3 lower-case letters");
    check_wrong("monitor, metric,", "monitor, deprecat,", "`deprecat` is a cue already");
    check_wrong("see: [M4, slow-optional, retry-storm]", "see: []", "0 in this list, expected 1 to 8");
    check_wrong("see: [M4", "see: [M4]]", "");
}

#[test]
fn a_folder_of_one_s_own_is_read_in_the_same_way() {
    let folder = std::env::temp_dir().join(format!("brownout-questions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let missing = Bank::read(&folder.join("missing"));
    assert!(matches!(missing, Err(BankError::Unreadable { .. })), "{missing:?}");
    std::fs::write(folder.join("notes.md"), "not a question").expect("a file");
    std::fs::copy(format!("{CONTENT}/questions/denormalize.yaml"), folder.join("denormalize.yaml")).expect("a copy");
    let ids = |bank: Bank| bank.questions().iter().map(|question| question.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(Bank::read(&folder).expect("one question")), ["denormalize"]);
    std::fs::write(folder.join("broken.yaml"), "id: broken\nlevel: basic\n").expect("a file");
    let wrong = Bank::read(&folder).expect_err("one is broken").to_string();
    assert!(wrong.starts_with("broken.yaml:") && wrong.contains("topic"), "{wrong}");
    std::fs::remove_dir_all(&folder).expect("it can be removed");
}
