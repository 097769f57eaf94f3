//! Trains the coach and measures it.
//!
//! `coach-training` writes the model that `crates/coach` embeds, from the rated answers in `bench/coach/data`;
//! `coach-training measure` prints how well a model reads answers from a file it was not trained on.

mod agreement;
mod corpus;
mod evaluation;
mod logistic;
mod training;

use coach::features::Feature;
use coach::passage::LEXICON;
use coach::{HABITS, MISTAKES};
use corpus::{Example, FILES};
use evaluation::Measured;
use std::path::Path;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/coach/model/coach.model");

fn main() {
    let examples = corpus::load(Path::new(DATA));
    match std::env::args().nth(1).as_deref() {
        None => write_model(&examples),
        Some("measure") => measure(&examples),
        Some(other) => panic!("`{other}` is no command: give none to train, or `measure`"),
    }
}

fn write_model(examples: &[Example]) {
    let model = training::train(&examples.iter().collect::<Vec<_>>()).write();
    std::fs::write(MODEL, &model).unwrap_or_else(|error| panic!("{MODEL}: {error}"));
    println!("{} answers, {} bytes of weights", examples.len(), model.len());
}

fn measure(examples: &[Example]) {
    print(&evaluation::leave_one_file_out(examples));
    let unseen = evaluation::leave_one_question_out(examples);
    println!("\ncoverage of questions without training: kappa {:.3}", agreement::kappa(&unseen));
    print_baseline("length only", &evaluation::baseline(examples, length));
    print_baseline("keywords only", &evaluation::baseline(examples, keywords));
}

fn length(example: &Example) -> Vec<Feature> {
    let words: usize = example.passage.sentences.iter().map(|sentence| sentence.words.len()).sum();
    vec![("words".to_owned(), words as f64), ("log words".to_owned(), libm::log(words as f64 + 1.0))]
}

/// How often each group of phrases comes up, and how often each point's cues do.
fn keywords(example: &Example) -> Vec<Feature> {
    let groups = LEXICON.groups().iter().enumerate();
    let count = |group| example.passage.sentences.iter().map(|sentence| sentence.count(group)).sum::<usize>();
    groups.map(|(group, name)| (name.clone(), (count(group).min(10)) as f64)).collect()
}

fn print_baseline(name: &str, measured: &Measured) {
    let subjects = HABITS.iter().chain(&MISTAKES).copied().chain(["coverage"]);
    let figures: Vec<String> = subjects.map(|subject| format!("{:.2}", measured.agreement(subject, None))).collect();
    println!("\n| {name} | {} |", figures.join(" | "));
}

fn print(measured: &Measured) {
    println!("| subject | all files | a | b | d | e | evidence F1 |\n|---|---|---|---|---|---|---|");
    let subjects: Vec<&str> = HABITS.iter().chain(&MISTAKES).copied().chain(["coverage"]).collect();
    for subject in &subjects {
        let files: Vec<String> =
            FILES.iter().map(|&file| format!("{:.2}", measured.agreement(subject, Some(file)))).collect();
        let (all, quotes) = (measured.agreement(subject, None), measured.evidence_f1(&[subject]));
        println!("| {subject} | {all:.3} | {} | {quotes:.2} |", files.join(" | "));
    }
    println!(
        "\nevidence, all subjects: F1 {:.3}; habits {:.3}",
        measured.evidence_f1(&subjects),
        measured.evidence_f1(&HABITS)
    );
    println!("kinds of outcome: F1 {:.3}\n", agreement::f1(&measured.outcomes));
    for point in measured.scores.keys().filter(|subject| subject.contains(' ')) {
        println!("| {point} | {:.2} |", measured.agreement(point, None));
    }
    for group in ["habits", "mistakes", "coverage"] {
        println!("\n| {group}: verdicts | mean confidence | right |\n|---|---|---|");
        for (count, confidence, right) in measured.reliability(group) {
            println!("| {count} | {confidence:.2} | {right:.2} |");
        }
    }
}
