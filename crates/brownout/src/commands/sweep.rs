//! `brownout sweep`: a scenario at every combination of some values, as a table.

use super::Done;
use super::answer::{Question, give};
use crate::cli::Sweep;
use crate::failure::Failure;
use crate::terminal::{Runs, Terminal};
use app::evidence::Asked;
use app::experiment::sweep::Shard;
use app::experiment::vary::Axis;
use app::{Outcome, Replicate};
use std::process::ExitCode;

pub(crate) fn sweep(sweep: Sweep, terminal: &Terminal) -> Done {
    let request = request(&sweep)?;
    if let Some(file) = &sweep.plot {
        app::PictureKind::of(file)?;
        check_drawable(&request.axes)?;
    }
    let plan = app::plan_sweep(&request)?;
    let measures = app::choose_measures(&plan.measures, &sweep.measures)?;
    let watch = Watch { runs: terminal.progress_of(plan.cells()), terminal };
    let found = app::run_sweep(&plan, &request.out, request.replicate.threads, &watch)?;
    drop(watch);
    let rows = plan.cells();
    terminal.remark(&format!("{rows} rows written to {}", request.out.display()));
    if let Some(file) = &sweep.plot {
        app::save_sweep(&found, &measures, file)?;
        terminal.remark(&format!("picture written to {}", file.display()));
    }
    let scenario = app::open_scenario(&request.selection)?;
    let Replicate { seed, count, .. } = request.replicate;
    let (axes, shard, shown) = (request.axes.clone(), request.shard, sweep.measures.clone());
    let asked = Asked::Sweep { axes, shard, measures: shown, seed, count };
    let question = Question { selection: &request.selection, scenario: &scenario, asked, keep: &sweep.keep };
    give(question, &Outcome::Sweep(found, measures), sweep.json, terminal)?;
    Ok(ExitCode::SUCCESS)
}

fn request(sweep: &Sweep) -> Result<app::SweepRequest, Failure> {
    let axes: Result<Vec<Axis>, _> = sweep.vary.iter().map(|text| Axis::parse(text)).collect();
    Ok(app::SweepRequest {
        selection: sweep.scenario.clone().selection().hold()?,
        axes: axes.map_err(Failure::vary)?,
        shard: sweep.shard.as_deref().map(shard).transpose()?,
        replicate: sweep.replicate.wanted(),
        out: sweep.out.clone(),
    })
}

fn shard(text: &str) -> Result<Shard, Failure> {
    Shard::parse(text).ok_or_else(|| Failure::Argument {
        name: "--shard",
        message: format!("`{text}` is no part of a whole"),
        expected: "i/n with i from 1 to n, such as 1/4".to_owned(),
    })
}

fn check_drawable(axes: &[Axis]) -> Result<(), Failure> {
    if axes.len() <= 2 {
        return Ok(());
    }
    Err(Failure::Argument {
        name: "--plot",
        message: format!("{} paths vary, and a picture has two dimensions", axes.len()),
        expected: "one --vary or two, or leave --plot out and draw the table".to_owned(),
    })
}

struct Watch<'t> {
    runs: Runs,
    terminal: &'t Terminal,
}

impl app::SweepWatch for Watch<'_> {
    fn resumed(&self, cells: usize) {
        if cells > 0 {
            self.terminal.remark(&format!("going on after {cells} runs that were finished before"));
        }
        self.runs.more(cells);
    }

    fn done(&self) {
        self.runs.one_more();
    }
}
