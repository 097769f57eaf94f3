//! The engine against theory, with few customers and honest intervals; `make theory` runs the long comparison.

use lab::run::run;
use lab::stats::{interval_of_means, student_t_quantile};
use rayon::prelude::*;
use sim::Span;
use sim::model::{Call, Dist, Load, Model, Service, Step, Tenant};
use theory::cases::{Comparison, all};

const SEEDS: u64 = 10;

/// Whether theory lies in the interval that would miss the truth once in a thousand times.
fn is_consistent(comparison: &Comparison) -> bool {
    let half = (comparison.measured.high - comparison.measured.low) / 2.0;
    let wider = student_t_quantile(0.9995, SEEDS - 1) / student_t_quantile(0.975, SEEDS - 1);
    (comparison.measured.mean - comparison.theory).abs() <= half * wider
}

#[test]
fn every_model_that_theory_solves_agrees_with_it() {
    let compared: Vec<Comparison> =
        all(150_000.0).par_iter().flat_map_iter(|case| case.compare(1..SEEDS + 1)).collect();
    assert!(compared.len() > 30);
    for comparison in &compared {
        let Comparison { case, what, theory, measured, .. } = comparison;
        assert!(is_consistent(comparison), "{case}, {what}: theory {theory}, measured {measured:?}");
        let precision = (measured.high - measured.low) / 2.0 / theory;
        assert!(precision < 0.12, "{case}, {what}: ± {precision} says nothing");
    }
}

/// An M/M/1 queue at load 0.5 for so many customers, started empty and warmed up.
fn small_model() -> Model {
    let station =
        Service { workers: Some(1), ..Service::new("station", vec![Step::Work(Dist::Exp { mean: Span::millis(1) })]) };
    Model {
        duration: Span::secs(5),
        warmup: Span::millis(500),
        tenants: vec![Tenant::new("clients", Call::to(0, 0), Load::poisson(500.0))],
        services: vec![station],
        ..Model::default()
    }
}

#[test]
fn intervals_over_replications_cover_the_truth_as_often_as_they_say() {
    let model = small_model();
    let means = |experiment: u64| -> Vec<f64> {
        let seeds = experiment * SEEDS..(experiment + 1) * SEEDS;
        let mean = |seed| run(&model, seed).expect("it can be run").measures.tenants[0].latencies.mean();
        seeds.map(|seed| mean(seed).expect("there are customers") / 1e6).collect()
    };
    let covers = |experiment: &u64| {
        let interval = interval_of_means(&means(*experiment));
        interval.low <= 2.0 && 2.0 <= interval.high
    };
    let covered = (0..400).collect::<Vec<u64>>().par_iter().filter(|experiment| covers(experiment)).count();
    let share = covered as f64 / 400.0;
    assert!((share - 0.95).abs() <= 0.02, "{share} of 400 intervals cover 2 ms");
}
