//! The ceiling: each model as one loop that knows nothing but that model. Pending events are a `std` binary heap of
//! plain integers, randomness is Xoshiro256++ with a ziggurat exponential, and every customer is recorded in the
//! histogram. No engine that runs models it did not know when it was compiled can expect to be faster.

mod agenda;
mod graph5;
mod luck;
mod mm1;
mod tandem;
mod timers;
mod web;

use harness::{Model, Recorder, Run, measure};

fn main() {
    measure("handwritten", |run: Run| {
        move || -> (u64, Recorder) {
            match run.model {
                Model::Mm1 => mm1::simulate(run),
                Model::Tandem => tandem::simulate(run),
                Model::Web => web::simulate(run),
                Model::Graph5 => graph5::simulate(run),
            }
        }
    });
}
