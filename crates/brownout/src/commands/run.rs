//! `brownout run`: simulates a scenario and says what happened.

use super::{Done, NO};
use crate::cli::Run;
use crate::failure::Failure;
use crate::summary::{replications, summary};
use crate::terminal::Terminal;
use app::report::RunReport;
use app::scenario::Scenario;
use std::ops::ControlFlow;
use std::process::ExitCode;

pub(crate) fn run(run: Run, terminal: &Terminal) -> Done {
    let Run { scenario, seed, json, .. } = &run;
    let scenario = app::open_scenario(&scenario.clone().selection())?;
    if let Some(count) = run.replications {
        return replicate(&scenario, *seed, count, run.threads, *json, terminal);
    }
    let mut report = simulate(&scenario, &run, terminal)?;
    if run.as_emitted {
        report = app::as_emitted(&report, &scenario);
    }
    if let Some(file) = &run.plot {
        app::save_picture(&report, file)?;
        terminal.remark(&format!("picture written to {}", file.display()));
    }
    if *json {
        terminal.print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        terminal.print(&summary(&report, terminal.width(), terminal.colours_results()))?;
    }
    let unmet = report.objectives.iter().any(|objective| !objective.met);
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

fn replicate(
    scenario: &Scenario,
    seed: u64,
    count: u32,
    threads: Option<u32>,
    json: bool,
    terminal: &Terminal,
) -> Done {
    let progress = terminal.progress_of(count as usize);
    let found = app::replicate_scenario(scenario, seed, count, threads, &|| progress.one_more())?;
    drop(progress);
    if json {
        terminal.print(&(serde_json::to_string_pretty(&found)? + "\n"))?;
    } else {
        terminal.print(&replications(&found, terminal.width(), terminal.colours_results()))?;
    }
    Ok(ExitCode::SUCCESS)
}
