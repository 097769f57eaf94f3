//! The models on simcore, each as one component that sends itself events: the fewest events, the fastest way.
//!
//! simcore keeps events of constant delay in a queue beside its heap (`emit_ordered`); the timeouts use it.

mod stations;
mod web;

use harness::{Model, Recorder, Run, measure, mm1, tandem, unsupported};
use rand_distr_for_simcore::Exp;

fn main() {
    measure("simcore", |run: Run| -> Box<dyn FnOnce() -> (u64, Recorder)> {
        match run.model {
            Model::Mm1 => Box::new(stations::prepare(run, mm1::GAP_NS, mm1::SERVICE_NS, 1, 1)),
            Model::Tandem => {
                Box::new(stations::prepare(run, tandem::GAP_NS, tandem::SERVICE_NS, tandem::STATIONS, tandem::SERVERS))
            }
            Model::Web => Box::new(web::prepare(run)),
            model => unsupported("simcore", model),
        }
    });
}

/// An exponential distribution in simcore's unit of time, the second.
fn exponential(mean_ns: f64) -> Exp<f64> {
    Exp::new(1e9 / mean_ns).expect("means are positive")
}

/// A span of simcore's time as the recorder wants it.
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}
