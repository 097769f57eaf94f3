//! Measures the engine itself: time per event from a hundred to a million pending events, and memory over fifty million
//! requests. Prints Markdown. Each figure is the median of five runs in one process, pinned by whoever starts it.

use lab::run::run;
use sim::Span;
use sim::model::{Call, Dist, Load, Model, Service, Step, Tenant};
use std::time::Instant;

fn main() {
    // First, as the peak of a process never falls again.
    long_run();
    println!("\n| pending events | events | ns per event | to the first |\n|---|---|---|---|");
    let mut first = None;
    for users in [100, 1_000, 10_000, 100_000, 1_000_000] {
        let (events, nanos) = measure(&thinking(users));
        let first = *first.get_or_insert(nanos);
        println!("| {users} | {events} | {nanos:.1} | {:.2} |", nanos / first);
    }
}

fn long_run() {
    let began = Instant::now();
    let found = run(&queue(Span::secs(62_500)), 1).expect("the model can be run");
    let requests = found.measures.tenants[0].offered;
    let seconds = began.elapsed().as_secs_f64();
    println!("{requests} requests through an M/M/1 queue in {seconds:.1} s; peak memory {} kB", peak_kb());
}

/// Events, and nanoseconds for each: the median of five runs.
fn measure(model: &Model) -> (u64, f64) {
    let one = || {
        let began = Instant::now();
        let events = run(model, 1).expect("the model can be run").events;
        (events, began.elapsed().as_secs_f64() * 1e9 / events as f64)
    };
    let mut runs = [(); 5].map(|()| one());
    runs.sort_by(|a, b| a.1.total_cmp(&b.1));
    runs[2]
}

/// So many users who mostly think, whatever their number at 20,000 requests per second: as many events are pending.
fn thinking(users: u32) -> Model {
    let think = Dist::Exp { mean: Span::from_secs_f64(f64::from(users) / 20_000.0) };
    let work = Step::Work(Dist::Exp { mean: Span::micros(100) });
    Model {
        duration: Span::secs(100),
        tenants: vec![Tenant::new("users", Call::to(0, 0), Load::Closed { users, think })],
        services: vec![Service::new("service", vec![work])],
        ..Model::default()
    }
}

fn queue(duration: Span) -> Model {
    let work = Step::Work(Dist::Exp { mean: Span::millis(1) });
    Model {
        duration,
        tenants: vec![Tenant::new("clients", Call::to(0, 0), Load::poisson(800.0))],
        services: vec![Service { workers: Some(1), ..Service::new("station", vec![work]) }],
        ..Model::default()
    }
}

/// Peak resident memory so far, in kilobytes; 0 where the system does not tell.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}
