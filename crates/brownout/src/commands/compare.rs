//! `brownout compare`: a scenario and its variants side by side.

use super::Done;
use crate::cli::Compare;
use crate::summary::comparison;
use crate::terminal::Terminal;
use app::measure::Measure;
use app::scenario::{Override, Scenario, Variant};
use std::process::ExitCode;

pub(crate) fn compare(compare: Compare, terminal: &Terminal) -> Done {
    let sets = compare.sets.iter().map(|set| Override::new(set.as_str())).collect();
    let selection = app::Selection { file: compare.file.clone(), sets, variant: None };
    let scenario = app::open_scenario(&selection)?;
    let variants = app::choose_variants(&scenario, &compare.variants)?;
    let question = Question::of(&compare, &scenario, &variants)?;
    let replicate = compare.replicate.wanted();
    let progress = terminal.progress_of((variants.len() + 1) * replicate.count as usize);
    let found = app::compare_variants(&scenario, &variants, replicate, &|| progress.one_more())?;
    drop(progress);
    if let Some(file) = &compare.plot {
        app::save_comparison(&found, &question.measures, &question.against, file)?;
        terminal.remark(&format!("picture written to {}", file.display()));
    }
    if compare.json {
        terminal.print(&(serde_json::to_string_pretty(&found)? + "\n"))?;
    } else {
        terminal.print(&comparison(&found, &question.against, terminal.width(), terminal.colours_results()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What to draw, checked before anything runs.
struct Question {
    measures: Vec<Measure>,
    against: [Measure; 2],
}

impl Question {
    fn of(compare: &Compare, scenario: &Scenario, variants: &[&Variant]) -> Result<Question, app::Failure> {
        if let Some(file) = &compare.plot {
            app::PictureKind::of(file)?;
        }
        let scenarios = std::iter::once(scenario).chain(variants.iter().map(|variant| variant.scenario()));
        let known: Vec<Measure> = scenarios.flat_map(Measure::all).collect();
        let measures = app::choose_measures(&known, &compare.measures)?;
        let against = app::choose_two(&known, compare.pareto.as_deref())?;
        Ok(Question { measures, against })
    }
}
