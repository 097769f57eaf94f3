//! One run of one model with one seed: drives the engine step by step, so that its caller can show progress or stop it.

use sim::model::Model;
use sim::{Excess, Limits, Measures, Meter, ModelError, Progress, Simulation, Span, Time, Trace, Tracer};
use std::ops::ControlFlow;

/// What a run found.
#[derive(Clone, Debug)]
pub struct Run {
    /// The seed of all luck.
    pub seed: u64,
    /// Everything measured.
    pub measures: Measures,
    /// Sampled traces, where some were asked for.
    pub traces: Vec<Trace>,
    /// Events that the engine handled.
    pub events: u64,
    /// A hash over all of them: equal for equal runs.
    pub digest: u64,
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The model has a field out of range.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The run would have exhausted the machine.
    #[error("{} at {at_s:.1} s of simulated time", excess_text(.excess, .limits))]
    Excess {
        /// What became too much.
        excess: Excess,
        /// When, in simulated seconds.
        at_s: f64,
        /// How much was allowed.
        limits: Limits,
    },
    /// Whoever watched the run stopped it.
    #[error("stopped before its end")]
    Stopped,
}

fn excess_text(excess: &Excess, limits: &Limits) -> String {
    match excess {
        Excess::InFlight => format!("more than {} attempts, calls or messages were in flight", limits.in_flight),
        Excess::Events => format!("more than {} events were handled", limits.events),
        Excess::Standstill => "events went on without time moving on".to_owned(),
    }
}

/// What a run is asked for beside its measures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// How many requests to trace.
    pub traces: usize,
    /// How much of the machine to take at most.
    pub limits: Limits,
}

/// Runs a model to its end.
///
/// # Errors
/// If the model cannot be run, or running it would exhaust the machine.
pub fn run(model: &Model, seed: u64) -> Result<Run, RunError> {
    run_watched(model, seed, Wishes::default(), &mut |_| ControlFlow::Continue(()))
}

/// Runs a model and tells `watch` again and again which share of it is done, from 0 to 1; it may break off.
///
/// # Errors
/// As [`run`], and if `watch` broke off.
pub fn run_watched(
    model: &Model,
    seed: u64,
    wishes: Wishes,
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Run, RunError> {
    let mut simulation = Simulation::new(model, seed, wishes.limits)?;
    let mut meter = Meter::new(model);
    if wishes.traces == 0 {
        drive(&mut simulation, model.duration, wishes.limits, watch, |simulation, until| {
            simulation.run_until(until, &mut meter)
        })?;
        let end = simulation.end();
        let (events, digest) = simulation.finish(&mut meter);
        return Ok(Run { seed, measures: meter.finish(end), traces: Vec::new(), events, digest });
    }
    let mut observers = (meter, Tracer::new(model, wishes.traces, seed));
    drive(&mut simulation, model.duration, wishes.limits, watch, |simulation, until| {
        simulation.run_until(until, &mut observers)
    })?;
    let end = simulation.end();
    let (events, digest) = simulation.finish(&mut observers);
    let (meter, tracer) = observers;
    Ok(Run { seed, measures: meter.finish(end), traces: tracer.finish(), events, digest })
}

/// Advances in steps of a two-hundredth of the duration, then until everything under way has ended.
fn drive(
    simulation: &mut Simulation,
    duration: Span,
    limits: Limits,
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
    mut advance: impl FnMut(&mut Simulation, Time) -> Progress,
) -> Result<(), RunError> {
    const STEPS: u64 = 200;
    let mut step = 0;
    loop {
        step += 1;
        let until = Time::ZERO + duration.scaled(step as f64 / STEPS as f64);
        match advance(simulation, until) {
            Progress::Done => return Ok(()),
            Progress::Stopped(excess) => {
                return Err(RunError::Excess { excess, at_s: simulation.now().as_secs(), limits });
            }
            Progress::Running => {}
        }
        if watch((step as f64 / STEPS as f64).min(1.0)).is_break() {
            return Err(RunError::Stopped);
        }
    }
}
