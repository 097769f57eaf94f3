//! `brownout compare`: a scenario and its variants side by side.

use super::Done;
use super::answer::{Question, give};
use crate::cli::Compare;
use crate::terminal::Terminal;
use app::evidence::Asked;
use app::measure::Measure;
use app::scenario::{Override, Scenario, Variant};
use app::{Outcome, Replicate};
use std::process::ExitCode;

pub(crate) fn compare(compare: Compare, terminal: &Terminal) -> Done {
    let sets = compare.sets.iter().map(|set| Override::new(set.as_str())).collect();
    let selection = app::Selection::new(compare.file.clone(), sets, None).hold()?;
    let scenario = app::open_scenario(&selection)?;
    let variants = app::choose_variants(&scenario, &compare.variants)?;
    let drawing = Drawing::of(&compare, &scenario, &variants)?;
    let replicate = compare.replicate.wanted();
    let progress = terminal.progress_of((variants.len() + 1) * replicate.count as usize);
    let found = app::compare_variants(&scenario, &variants, replicate, &|| progress.one_more())?;
    drop(progress);
    if let Some(file) = &compare.plot {
        app::save_comparison(&found, &drawing.measures, &drawing.against, file)?;
        terminal.remark(&format!("picture written to {}", file.display()));
    }
    let Replicate { seed, count, .. } = replicate;
    let (names, pareto) = (compare.variants.clone(), compare.pareto.clone());
    let asked = Asked::Compare { variants: names, pareto, seed, count };
    let question = Question { selection: &selection, scenario: &scenario, asked, keep: &compare.keep };
    give(question, &Outcome::Compare(found, drawing.against), compare.json, terminal)?;
    Ok(ExitCode::SUCCESS)
}

/// What to draw, checked before anything runs.
struct Drawing {
    measures: Vec<Measure>,
    against: [Measure; 2],
}

impl Drawing {
    fn of(compare: &Compare, scenario: &Scenario, variants: &[&Variant]) -> Result<Drawing, app::Failure> {
        if let Some(file) = &compare.plot {
            app::PictureKind::of(file)?;
        }
        let known = app::measures_of(scenario, variants);
        let measures = app::choose_measures(&known, &compare.measures)?;
        let against = app::choose_two(&known, compare.pareto.as_deref())?;
        Ok(Drawing { measures, against })
    }
}
