//! What was learned from rated answers: tables of weights for sentences, and judges of whole answers.
//!
//! The embedded model is a text file that `make coach` writes; weights are whole ten-thousandths, so that the same bytes
//! come out wherever it is trained. Scores are sums of products in a fixed order.

use crate::features::{Feature, logistic};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::LazyLock;

/// One unit of a stored weight.
const UNIT: f64 = 1e-4;

/// The model that this version ships.
pub static SHIPPED: LazyLock<Model> =
    LazyLock::new(|| Model::parse(include_str!("../model/coach.model")).expect("the shipped model can be read"));

/// All weights.
#[derive(Default)]
pub struct Model {
    /// Linear scores of features, by the name of the table.
    pub tables: BTreeMap<String, Table>,
    /// Verdicts on whole answers, by what is judged.
    pub judges: BTreeMap<String, Judge>,
}

/// A linear score for each column: the sum of the weights of the features times their values.
#[derive(Default)]
pub struct Table {
    /// What is scored.
    pub columns: Vec<String>,
    weights: HashMap<String, Vec<i32>>,
}

/// How a whole answer is judged in one respect.
#[derive(Default)]
pub struct Judge {
    /// The log odds of reaching 1, and 2 where there is a 2.
    pub table: Table,
    /// The expected score from which on 1, and 2, is given.
    pub cuts: Vec<f64>,
    /// The score of a sentence from which on it is quoted.
    pub evidence: f64,
    /// Slope and offset that turn the log odds of the verdict into a calibrated confidence.
    pub trust: (f64, f64),
}

/// What a judge says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// 0, 1 or 2; 0 or 1 for mistakes.
    pub score: u8,
    /// Expected score, between 0 and the number of levels.
    pub expected: f64,
    /// How likely the score is right, 0 to 1.
    pub confidence: f64,
}

/// Why a model's text cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the model: {what}")]
pub struct Unreadable {
    line: usize,
    what: &'static str,
}

impl Table {
    /// A table from columns and, for each feature, a weight per column. Features without weight are left out.
    pub fn new(columns: Vec<String>, weights: impl IntoIterator<Item = (String, Vec<f64>)>) -> Table {
        let whole = |weights: Vec<f64>| weights.into_iter().map(|weight| libm::round(weight / UNIT) as i32).collect();
        let rows = weights.into_iter().map(|(name, weights)| (name, whole(weights)));
        let weights = rows.filter(|(_, weights): &(String, Vec<i32>)| weights.iter().any(|&weight| weight != 0));
        Table { columns, weights: weights.collect() }
    }

    /// One table with the columns of all of `tables`.
    pub fn beside(tables: Vec<Table>) -> Table {
        let width = tables.iter().map(|table| table.columns.len()).sum();
        let mut all = Table { columns: Vec::new(), weights: HashMap::new() };
        for table in tables {
            let first = all.columns.len();
            all.columns.extend(table.columns);
            for (name, weights) in table.weights {
                let row = all.weights.entry(name).or_insert_with(|| vec![0; width]);
                row[first..first + weights.len()].copy_from_slice(&weights);
            }
        }
        all
    }

    /// The score of each column.
    pub fn scores(&self, features: &[Feature]) -> Vec<f64> {
        let mut scores = vec![0.0; self.columns.len()];
        let one = ("bias".to_owned(), 1.0);
        for (name, value) in features.iter().chain([&one]) {
            let Some(weights) = self.weights.get(name) else { continue };
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += f64::from(*weight) * UNIT * value;
            }
        }
        scores
    }

    /// The chance of reaching each of `levels`: the columns are opinions of so many levels each, and their mean counts.
    pub fn chances(&self, levels: usize, features: &[Feature]) -> Vec<f64> {
        let scores: Vec<f64> = self.scores(features).into_iter().map(logistic).collect();
        let opinions = (scores.len() / levels.max(1)).max(1) as f64;
        let of_level = |level| scores.iter().skip(level).step_by(levels).sum::<f64>() / opinions;
        (0..levels).map(of_level).collect()
    }

    fn write(&self, text: &mut String) {
        if !self.columns.is_empty() {
            let _ = writeln!(text, "columns\t{}", self.columns.join("\t"));
        }
        let sorted: BTreeMap<_, _> = self.weights.iter().collect();
        for (name, weights) in sorted {
            let numbers: Vec<String> = weights.iter().map(i32::to_string).collect();
            let _ = writeln!(text, "{name}\t{}", numbers.join("\t"));
        }
    }
}

impl Judge {
    /// The verdict on an answer with these features.
    pub fn verdict(&self, features: &[Feature]) -> Verdict {
        let reached = self.table.chances(self.cuts.len(), features);
        let expected: f64 = reached.iter().sum();
        let score = self.cuts.iter().filter(|&&cut| expected > cut).count();
        let confidence = self.calibrated(chance(&reached, score));
        Verdict { score: score as u8, expected, confidence }
    }

    /// The confidence that stands for a raw chance.
    pub fn calibrated(&self, chance: f64) -> f64 {
        let chance = chance.clamp(1e-6, 1.0 - 1e-6);
        logistic(self.trust.0 * libm::log(chance / (1.0 - chance)) + self.trust.1)
    }
}

/// The chance of exactly `score`, from the chances of reaching each level.
pub fn chance(reached: &[f64], score: usize) -> f64 {
    let at_least = if score == 0 { 1.0 } else { reached[score - 1] };
    (at_least - reached.get(score).copied().unwrap_or(0.0)).max(0.0)
}

impl Model {
    /// Reads what [`Model::write`] wrote.
    ///
    /// # Errors
    /// Names the first line that is no part of a model.
    pub fn parse(text: &str) -> Result<Model, Unreadable> {
        let mut model = Model::default();
        let mut section = None;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
            let unreadable = |what| Unreadable { line: index + 1, what };
            match line.strip_prefix("== ") {
                Some(head) => section = Some(head),
                None => model.read_line(section.unwrap_or(""), line).map_err(unreadable)?,
            }
        }
        Ok(model)
    }

    fn read_line(&mut self, section: &str, line: &str) -> Result<(), &'static str> {
        let (name, rest) = line.split_once('\t').ok_or("a name and a tab are expected")?;
        let (kind, subject) = section.split_once(' ').ok_or("a section is expected first")?;
        if kind != "judge" {
            return self.tables.entry(subject.to_owned()).or_default().read_line(name, rest);
        }
        let judge = self.judges.entry(subject.to_owned()).or_default();
        match name {
            "cuts" => judge.cuts = numbers(rest)?,
            "evidence" => judge.evidence = numbers(rest)?[0],
            "trust" => {
                judge.trust = <[f64; 2]>::try_from(numbers(rest)?).map_err(|_| "two numbers are expected")?.into()
            }
            _ => judge.table.read_line(name, rest)?,
        }
        Ok(())
    }

    /// The model as text, the same for the same weights.
    pub fn write(&self) -> String {
        let mut text = String::from("# Written by `make coach`; do not edit. Weights are ten-thousandths.\n");
        for (name, table) in &self.tables {
            let _ = writeln!(text, "== table {name}");
            table.write(&mut text);
        }
        for (name, judge) in &self.judges {
            let cuts: Vec<String> = judge.cuts.iter().map(|cut| format!("{cut:.4}")).collect();
            let _ = writeln!(text, "== judge {name}");
            if !cuts.is_empty() {
                let _ = writeln!(text, "cuts\t{}", cuts.join("\t"));
            }
            let _ =
                writeln!(text, "evidence\t{:.4}\ntrust\t{:.4}\t{:.4}", judge.evidence, judge.trust.0, judge.trust.1);
            judge.table.write(&mut text);
        }
        text
    }

    /// The table called `name`; its scores are none where it is missing.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The judge of `subject`.
    ///
    /// # Panics
    /// If the model has none, which no trained model lacks.
    pub fn judge(&self, subject: &str) -> &Judge {
        self.judges.get(subject).unwrap_or_else(|| panic!("the model has no judge of {subject}"))
    }
}

impl Table {
    fn read_line(&mut self, name: &str, rest: &str) -> Result<(), &'static str> {
        if name == "columns" {
            self.columns = rest.split('\t').map(str::to_owned).collect();
            return Ok(());
        }
        let weights = rest.split('\t').map(|number| number.parse().map_err(|_| "a whole number is expected"));
        self.weights.insert(name.to_owned(), weights.collect::<Result<_, _>>()?);
        Ok(())
    }
}

fn numbers(rest: &str) -> Result<Vec<f64>, &'static str> {
    rest.split('\t').map(|number| number.parse().map_err(|_| "a number is expected")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_reads_back_what_it_wrote() {
        let table = || {
            Table::new(
                vec!["a".into(), "b".into()],
                [("w:x y".to_owned(), vec![0.25, -1.5]), ("bias".to_owned(), vec![0.0, 0.1])],
            )
        };
        let judge = Judge { table: table(), cuts: vec![0.5, 1.25], evidence: -0.5, trust: (1.0, 0.25) };
        let model = Model { tables: [("t".to_owned(), table())].into(), judges: [("j".to_owned(), judge)].into() };
        let text = model.write();
        let back = Model::parse(&text).expect("readable");
        assert_eq!(back.write(), text);
        assert_eq!(back.tables["t"].scores(&[("w:x y".to_owned(), 2.0)]), [0.5, -2.9]);
    }

    #[test]
    fn what_is_no_model_is_named_by_line() {
        let error = Model::parse("== table t\ncolumns\ta\nx\tone\n").err().expect("unreadable");
        assert_eq!(error.to_string(), "line 3 of the model: a whole number is expected");
    }
}
