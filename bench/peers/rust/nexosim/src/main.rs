//! The models on nexosim, each as one model that schedules its own events: no messages between models, which cost more.
//! One thread: what happens at one instant is too little to share.

mod stations;
mod web;

use harness::{Model, Recorder, Run, measure, mm1, tandem, unsupported};
use nexosim::time::MonotonicTime;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
use serde::{Deserialize, Serialize};
use std::time::Duration;

fn main() {
    measure("nexosim", |run: Run| -> Box<dyn FnOnce() -> (u64, Recorder)> {
        match run.model {
            Model::Mm1 => Box::new(stations::prepare(run, mm1::GAP_NS, mm1::SERVICE_NS, 1, 1)),
            Model::Tandem => {
                Box::new(stations::prepare(run, tandem::GAP_NS, tandem::SERVICE_NS, tandem::STATIONS, tandem::SERVERS))
            }
            Model::Web => Box::new(web::prepare(run)),
            model => unsupported("nexosim", model),
        }
    });
}

/// A seeded source of exponential times of one mean.
#[derive(Serialize, Deserialize)]
struct Exponential {
    luck: Xoshiro256PlusPlus,
    mean_ns: f64,
}

impl Exponential {
    /// Streams of one seed do not overlap.
    fn new(mean_ns: f64, seed: u64, stream: u32) -> Self {
        let mut luck = Xoshiro256PlusPlus::seed_from_u64(seed);
        (0..stream).for_each(|_| luck.jump());
        Exponential { luck, mean_ns }
    }

    /// A time, never zero: nexosim schedules in the future only.
    fn sample(&mut self) -> Duration {
        let unit: f64 = Exp1.sample(&mut self.luck);
        Duration::from_nanos(((unit * self.mean_ns) as u64).max(1))
    }
}

/// Simulated time since the start.
fn nanoseconds(time: MonotonicTime) -> u64 {
    time.duration_since(MonotonicTime::EPOCH).as_nanos() as u64
}
