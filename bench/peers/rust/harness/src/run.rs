//! A program's frame: read what to run, check the outcome against theory, print one line of JSON.

use crate::{MODEL_NAMES, Model, Recorder};
use std::{fs, process, time::Instant};

/// What a peer's program was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Which model.
    pub model: Model,
    /// Customers that arrive; the simulation ends when all have left.
    pub customers: u64,
    /// Seed of the peer's generator.
    pub seed: u64,
}

/// A mean that is further from theory than this is a different model.
const TOLERANCE: f64 = 0.03;

/// Runs a peer's program: `simulate` sets its model up and returns a closure that is timed from its call to its return
/// and yields the events handled and the latencies recorded. Ends the process with status 2 on a wrong command line and
/// with status 1 where the outcome contradicts theory.
pub fn measure<Ready>(peer: &str, prepare: impl FnOnce(Run) -> Ready)
where
    Ready: FnOnce() -> (u64, Recorder),
{
    let run = Run::from_command_line().unwrap_or_else(|problem| fail(2, &problem));
    let simulate = prepare(run);
    let started = Instant::now();
    let (events, latencies) = simulate();
    let seconds = started.elapsed().as_secs_f64();
    println!(
        r#"{{"peer":"{peer}","model":"{}","customers":{},"events":{events},"seconds":{seconds:.6},"mean_ms":{:.4},"p99_ms":{:.4},"peak_rss_kb":{}}}"#,
        run.model.name(),
        latencies.count(),
        latencies.mean_ms(),
        latencies.p99_ms(),
        peak_rss_kb(),
    );
    check(run, &latencies).unwrap_or_else(|problem| fail(1, &format!("{peer}: {problem}")));
}

/// Ends the process: the peer has no such model.
pub fn unsupported(peer: &str, model: Model) -> ! {
    fail(2, &format!("{peer} has no model {}", model.name()))
}

impl Run {
    /// Reads `MODEL --customers N --seed S`.
    fn from_command_line() -> Result<Run, String> {
        let usage = || "usage: PEER mm1|tandem|web|graph5 --customers N --seed S".to_owned();
        let words: Vec<String> = std::env::args().skip(1).collect();
        let [name, customers_flag, customers, seed_flag, seed] = words.as_slice() else { return Err(usage()) };
        if customers_flag != "--customers" || seed_flag != "--seed" {
            return Err(usage());
        }
        let (_, model) = *MODEL_NAMES.iter().find(|(known, _)| known == name).ok_or_else(usage)?;
        let number = |text: &String| text.parse().map_err(|_| format!("not a whole number: {text}"));
        Ok(Run { model, customers: number(customers)?, seed: number(seed)? })
    }
}

fn check(run: Run, latencies: &Recorder) -> Result<(), String> {
    if latencies.count() != run.customers {
        return Err(format!("{} customers came, {} left", run.customers, latencies.count()));
    }
    let Some(expected) = run.model.expected_mean_ms() else { return Ok(()) };
    let mean = latencies.mean_ms();
    if (mean / expected - 1.0).abs() > TOLERANCE {
        return Err(format!("the mean of {} is {mean:.4} ms, theory says {expected:.4} ms", run.model.name()));
    }
    Ok(())
}

/// The process's largest resident set, from Linux's procfs; 0 where there is none.
fn peak_rss_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn fail(status: i32, problem: &str) -> ! {
    eprintln!("error: {problem}");
    process::exit(status)
}
