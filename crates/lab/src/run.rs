//! One run of one model with one seed: drives the engine step by step, so that its caller can show progress or stop it.

pub use sim::Limits;
use sim::model::Model;
use sim::{Excess, Measures, Meter, ModelError, Observer, Progress, Simulation, Span, Time, Trace, Tracer};
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
    if wishes.traces == 0 {
        let run = run_shown(model, seed, wishes.limits, &mut |moment| watch(moment.done))?;
        return Ok(run);
    }
    let mut observers = (Meter::new(model), Tracer::new(model, wishes.traces, seed));
    let mut simulation = Simulation::new(model, seed, wishes.limits)?;
    drive(&mut simulation, &mut observers, model.duration, wishes.limits, &mut |done, _, _| watch(done))?;
    let end = simulation.end();
    let (events, digest) = simulation.finish(&mut observers);
    let (meter, tracer) = observers;
    Ok(Run { seed, measures: meter.finish(end), traces: tracer.finish(), events, digest })
}

/// A run under way.
pub struct Moment<'a> {
    /// Which share of it is done, from 0 to 1.
    pub done: f64,
    seed: u64,
    meter: &'a Meter,
    simulation: &'a Simulation,
}

impl Moment<'_> {
    /// What was found so far, as if the run ended here; see [`Meter::so_far`]. It takes about as long as a copy of all
    /// measures, so it is not for every moment.
    pub fn so_far(&self) -> Run {
        let (events, digest) = (self.simulation.events(), self.simulation.digest());
        let measures = self.meter.so_far(self.simulation.now());
        Run { seed: self.seed, measures, traces: Vec::new(), events, digest }
    }
}

/// Runs a model and shows it to `show` again and again; it may break off.
///
/// # Errors
/// As [`run`], and if `show` broke off.
pub fn run_shown(
    model: &Model,
    seed: u64,
    limits: Limits,
    show: &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
) -> Result<Run, RunError> {
    let mut simulation = Simulation::new(model, seed, limits)?;
    let mut meter = Meter::new(model);
    drive(&mut simulation, &mut meter, model.duration, limits, &mut |done, simulation, meter| {
        show(&Moment { done, seed, meter, simulation })
    })?;
    let end = simulation.end();
    let (events, digest) = simulation.finish(&mut meter);
    Ok(Run { seed, measures: meter.finish(end), traces: Vec::new(), events, digest })
}

/// Is shown which share is done, and who ran and who observed.
type Shown<'s, O> = &'s mut dyn FnMut(f64, &Simulation, &O) -> ControlFlow<()>;

/// Advances in steps of a two-hundredth of the duration, then until everything under way has ended.
fn drive<O: Observer>(
    simulation: &mut Simulation,
    observer: &mut O,
    duration: Span,
    limits: Limits,
    watch: Shown<'_, O>,
) -> Result<(), RunError> {
    const STEPS: u64 = 200;
    let mut step = 0;
    loop {
        step += 1;
        let done = step as f64 / STEPS as f64;
        match simulation.run_until(Time::ZERO + duration.scaled(done), observer) {
            Progress::Done => return Ok(()),
            Progress::Stopped(excess) => {
                return Err(RunError::Excess { excess, at_s: simulation.now().as_secs(), limits });
            }
            Progress::Running => {}
        }
        if watch(done.min(1.0), simulation, observer).is_break() {
            return Err(RunError::Stopped);
        }
    }
}
