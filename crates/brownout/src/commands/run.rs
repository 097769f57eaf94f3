//! `brownout run`: simulates a scenario and says what happened.

use super::answer::{Question, give};
use super::{Done, NO};
use crate::cli::Run;
use crate::failure::Failure;
use crate::terminal::Terminal;
use app::Outcome;
use app::evidence::Asked;
use app::report::{Replications, RunReport};
use app::scenario::Scenario;
use std::ops::ControlFlow;
use std::process::ExitCode;

pub(crate) fn run(run: Run, terminal: &Terminal) -> Done {
    let selection = run.scenario.clone().selection().hold()?;
    let scenario = app::open_scenario(&selection)?;
    scenario.remarks.iter().for_each(|remark| terminal.remark(&format!("remark: {}", remark.message)));
    let question = |asked| Question { selection: &selection, scenario: &scenario, asked, keep: &run.keep };
    if let Some(count) = run.replications {
        let outcome = Outcome::Replications(replicate(&scenario, &run, count, terminal)?);
        give(question(Asked::Replications { seed: run.seed, count }), &outcome, run.json, terminal)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = simulate(&scenario, &run, terminal)?;
    if run.as_emitted {
        report = app::as_emitted(&report, &scenario);
    }
    if let Some(file) = &run.plot {
        app::save_picture(&report, file)?;
        terminal.remark(&format!("picture written to {}", file.display()));
    }
    let unmet = report.objectives.iter().any(|objective| !objective.met);
    let asked = Asked::Run { seed: run.seed, as_emitted: run.as_emitted };
    give(question(asked), &Outcome::Run(Box::new(report)), run.json, terminal)?;
    Ok(ExitCode::from(if run.enforce && unmet { NO } else { 0 }))
}

fn simulate(scenario: &Scenario, run: &Run, terminal: &Terminal) -> Result<RunReport, Failure> {
    let mut progress = terminal.progress();
    let mut watch = |share: f64| {
        progress.reach(share);
        ControlFlow::Continue(())
    };
    let Some(traces) = run.traces else { return Ok(app::run_scenario(scenario, run.seed, &mut watch)?) };
    let (report, exported) = app::trace_scenario(scenario, run.seed, traces as usize, &mut watch)?;
    let file = &run.traces_to;
    std::fs::write(file, exported + "\n").map_err(|error| Failure::File(file.clone(), error))?;
    drop(progress);
    terminal.remark(&format!("traces written to {}", file.display()));
    Ok(report)
}

fn replicate(scenario: &Scenario, run: &Run, count: u32, terminal: &Terminal) -> Result<Replications, Failure> {
    let progress = terminal.progress_of(count as usize);
    Ok(app::replicate_scenario(scenario, run.seed, count, run.threads, &|| progress.one_more())?)
}
