//! The models that theory solves, run by the engine: what each should give, and what it gave.

use crate::formulas::{
    Mg1, Mm1, Mmc, Mmck, ServiceTime, choices_mean_sojourn, interactive, priority_waits, tandem_mean_sojourn,
};
use lab::report::Interval;
use lab::run::{Run, run};
use lab::stats::interval_of_means;
use rayon::prelude::*;
use sim::Span;
use sim::model::{Balance, Call, Dist, Load, Model, Order, Scheduling, Service, Step, Tenant};

/// A model with the values that theory gives for it.
pub struct Case {
    /// What it is called in queueing theory, with its parameters.
    pub name: String,
    model: Model,
    expectations: Vec<Expectation>,
}

struct Expectation {
    what: &'static str,
    value: f64,
    /// Largest relative error that counts as agreement.
    tolerance: f64,
    read: fn(&Run) -> f64,
}

/// One measure of a case beside its theory.
pub struct Comparison {
    /// Which case.
    pub case: String,
    /// Which measure, with its unit.
    pub what: &'static str,
    /// What theory says.
    pub theory: f64,
    /// What the engine measured over all seeds.
    pub measured: Interval,
    /// Largest relative error that counts as agreement.
    pub tolerance: f64,
}

impl Comparison {
    /// How far the measured mean is from theory, relative to it.
    pub fn error(&self) -> f64 {
        (self.measured.mean / self.theory - 1.0).abs()
    }

    /// Whether theory and engine agree.
    pub fn agrees(&self) -> bool {
        self.error() <= self.tolerance
    }
}

impl Case {
    /// Runs the case once per seed and compares the means.
    ///
    /// # Panics
    /// If a model of this file cannot be run.
    pub fn compare(&self, seeds: std::ops::Range<u64>) -> Vec<Comparison> {
        let seeds: Vec<u64> = seeds.collect();
        let runs: Vec<Run> =
            seeds.par_iter().map(|seed| run(&self.model, *seed).expect("the case can be run")).collect();
        let compared = |expected: &Expectation| {
            let values: Vec<f64> = runs.iter().map(expected.read).collect();
            Comparison {
                case: self.name.clone(),
                what: expected.what,
                theory: expected.value,
                measured: interval_of_means(&values),
                tolerance: expected.tolerance,
            }
        };
        self.expectations.iter().map(compared).collect()
    }

    fn expect(mut self, what: &'static str, value: f64, tolerance: f64, read: fn(&Run) -> f64) -> Self {
        self.expectations.push(Expectation { what, value, tolerance, read });
        self
    }

    fn mean_ms(self, seconds: f64) -> Self {
        self.expect("mean, ms", seconds * 1e3, MEAN_TOLERANCE, |run| mean_ms(run, 0))
    }

    fn p99_ms(self, seconds: f64) -> Self {
        self.expect("p99, ms", seconds * 1e3, TAIL_TOLERANCE, |run| {
            run.measures.tenants[0].latencies.quantile(0.99).map_or(f64::NAN, Span::as_millis)
        })
    }
}

const MEAN_TOLERANCE: f64 = 0.01;
const TAIL_TOLERANCE: f64 = 0.02;

fn mean_ms(run: &Run, tenant: usize) -> f64 {
    run.measures.tenants[tenant].latencies.mean().map_or(f64::NAN, |nanos| nanos / 1e6)
}

/// Mean service of every single station: one millisecond.
const SERVICE: Span = Span::millis(1);
const RATE: f64 = 1_000.0;

fn exponential() -> Dist {
    Dist::Exp { mean: SERVICE }
}

/// As long as it takes to send so many requests; a twentieth of it warms up.
fn lasting(rate: f64, customers: f64) -> Model {
    let duration = Span::from_secs_f64(customers / rate);
    Model { duration, warmup: duration.scaled(0.05), ..Model::default() }
}

fn single(name: String, arrival_rate: f64, customers: f64, service: Service) -> Case {
    let tenants = vec![Tenant::new("clients", Call::to(0, 0), Load::poisson(arrival_rate))];
    let model = Model { tenants, services: vec![service], ..lasting(arrival_rate, customers) };
    Case { name, model, expectations: Vec::new() }
}

fn with_workers(workers: u32, dist: Dist) -> Service {
    Service { workers: Some(workers), ..Service::new("station", vec![Step::Work(dist)]) }
}

fn with_cores(cores: u32, scheduling: Scheduling, dist: Dist) -> Service {
    Service { cores: Some(cores), scheduling, ..Service::new("station", vec![Step::Work(dist)]) }
}

/// All cases, each run with about so many customers.
pub fn all(customers: f64) -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend([0.5, 0.8, 0.9].map(|load| mm1(load, customers)));
    cases.extend([(4, 0.8), (16, 0.9)].map(|(servers, load)| mmc(servers, load, customers)));
    cases.extend([(1, 5, 0.9), (4, 8, 1.2)].map(|(servers, room, load)| mmck(servers, room, load, customers)));
    cases.push(erlang_loss(10, 8.0, customers));
    cases.extend(variabilities().map(|(name, dist)| mg1(name, dist, 0.7, customers)));
    cases.extend(variabilities().map(|(name, dist)| mg1_ps(name, dist, 0.7, customers)));
    cases.push(lifo(0.8, customers));
    cases.push(priorities(customers));
    cases.push(tandem(0.8, customers));
    cases.push(closed(20, customers));
    cases.extend([0.7, 0.9].map(|load| supermarket(load, customers)));
    cases
}

fn mm1(load: f64, customers: f64) -> Case {
    let theory = Mm1 { arrival_rate: load * RATE, service_rate: RATE };
    single(format!("M/M/1, load {load}"), theory.arrival_rate, customers, with_workers(1, exponential()))
        .mean_ms(theory.mean_sojourn())
        .p99_ms(theory.sojourn_quantile(0.99))
        .expect("utilization", load, MEAN_TOLERANCE, |run| run.measures.services[0].serving)
}

fn mmc(servers: u32, load: f64, customers: f64) -> Case {
    let arrival_rate = load * RATE * f64::from(servers);
    let theory = Mmc { arrival_rate, service_rate: RATE, servers };
    let service = with_cores(servers, Scheduling::Fifo, exponential());
    single(format!("M/M/{servers}, load {load}"), arrival_rate, customers, service)
        .mean_ms(theory.mean_sojourn())
        .p99_ms(theory.sojourn_quantile(0.99))
}

fn mmck(servers: u32, room: u32, load: f64, customers: f64) -> Case {
    let arrival_rate = load * RATE * f64::from(servers);
    let capacity = servers + room;
    let theory = Mmck { arrival_rate, service_rate: RATE, servers, capacity };
    let mut service = with_workers(servers, exponential());
    service.queue.limit = Some(room);
    single(format!("M/M/{servers}/{capacity}, load {load}"), arrival_rate, customers, service)
        .mean_ms(theory.mean_sojourn())
        .expect("rejected share", theory.blocking(), MEAN_TOLERANCE, rejected_share)
}

fn rejected_share(run: &Run) -> f64 {
    let tally = &run.measures.tenants[0];
    tally.failed[sim::Failure::Rejected as usize] as f64 / tally.offered as f64
}

/// Lost calls cleared: the loss depends on the mean service time alone.
fn erlang_loss(servers: u32, offered: f64, customers: f64) -> Case {
    let mut service = with_workers(servers, Dist::LogNormal { p50: Span::micros(500), p99: Span::millis(5) });
    service.queue.limit = Some(0);
    let mean = ServiceTime::of(&Dist::LogNormal { p50: Span::micros(500), p99: Span::millis(5) }).mean;
    let loss = crate::formulas::erlang_b(servers, offered);
    single(format!("M/G/{servers}/{servers}, {offered} erlangs"), offered / mean, customers, service).expect(
        "rejected share",
        loss,
        MEAN_TOLERANCE,
        rejected_share,
    )
}

/// Service times of mean 1 ms (the log-normal's is close to it) from constant to very variable.
fn variabilities() -> [(&'static str, Dist); 6] {
    [
        ("D", Dist::Constant(SERVICE)),
        ("uniform", Dist::Uniform { low: Span::ZERO, high: Span::millis(2) }),
        ("gamma, cv 0.5", Dist::Gamma { mean: SERVICE, cv: 0.5 }),
        ("hyperexponential, cv 2", Dist::HyperExp { mean: SERVICE, cv: 2.0 }),
        ("log-normal, p99/p50 = 8", Dist::LogNormal { p50: Span::micros(700), p99: Span::micros(5_600) }),
        ("Pareto 2.5 up to 100 ms", Dist::Pareto { min: Span::micros(600), alpha: 2.5, max: Some(Span::millis(100)) }),
    ]
}

fn general(dist: &Dist, load: f64) -> Mg1 {
    let service = ServiceTime::of(dist);
    Mg1 { arrival_rate: load / service.mean, service }
}

fn mg1(name: &str, dist: Dist, load: f64, customers: f64) -> Case {
    let theory = general(&dist, load);
    single(format!("M/G/1 ({name}), load {load}"), theory.arrival_rate, customers, with_workers(1, dist))
        .mean_ms(theory.mean_sojourn())
}

fn mg1_ps(name: &str, dist: Dist, load: f64, customers: f64) -> Case {
    let theory = general(&dist, load);
    let service = with_cores(1, Scheduling::Ps, dist);
    single(format!("M/G/1-PS ({name}), load {load}"), theory.arrival_rate, customers, service)
        .mean_ms(theory.ps_mean_sojourn())
}

/// The mean does not depend on the order as long as the order does not look at the service time.
fn lifo(load: f64, customers: f64) -> Case {
    let theory = Mm1 { arrival_rate: load * RATE, service_rate: RATE };
    let mut service = with_workers(1, exponential());
    service.queue.order = Order::Lifo;
    single(format!("M/M/1-LIFO, load {load}"), theory.arrival_rate, customers, service).mean_ms(theory.mean_sojourn())
}

/// Two tenants, the first with priority.
fn priorities(customers: f64) -> Case {
    let class = |arrival_rate| Mg1 { arrival_rate, service: ServiceTime::of(&exponential()) };
    let waits = priority_waits(&[class(300.0), class(500.0)]);
    let mut service = with_workers(1, exponential());
    service.queue.order = Order::Priority;
    let tenant = |name, rate, priority| Tenant { priority, ..Tenant::new(name, Call::to(0, 0), Load::poisson(rate)) };
    let tenants = vec![tenant("urgent", 300.0, 1), tenant("patient", 500.0, 0)];
    let model = Model { tenants, services: vec![service], ..lasting(800.0, customers) };
    Case { name: "M/M/1, two priorities, load 0.8".to_owned(), model, expectations: Vec::new() }
        .expect("mean of the first, ms", (waits[0] + 1e-3) * 1e3, MEAN_TOLERANCE, |run| mean_ms(run, 0))
        .expect("mean of the second, ms", (waits[1] + 1e-3) * 1e3, MEAN_TOLERANCE, |run| mean_ms(run, 1))
}

/// Three M/M/4 stages in a row, as a caller that calls one after the other.
fn tandem(load: f64, customers: f64) -> Case {
    let arrival_rate = load * 4.0 * RATE;
    let stage = Mmc { arrival_rate, service_rate: RATE, servers: 4 };
    let calls = (1..=3).map(|service| Step::Call(Call::to(service, 0))).collect();
    let mut case =
        single(format!("three M/M/4 in tandem, load {load}"), arrival_rate, customers, Service::new("caller", calls));
    case.model
        .services
        .extend([1, 2, 3].map(|n| Service { name: format!("stage {n}"), ..with_workers(4, exponential()) }));
    case.mean_ms(tandem_mean_sojourn(&[stage, stage, stage]))
}

/// Users who think, and two stations.
fn closed(users: u32, customers: f64) -> Case {
    let (think, demands) = (10e-3, [1e-3, 0.6e-3]);
    let theory = interactive(users, think, &demands);
    let load = Load::Closed { users, think: Dist::Exp { mean: Span::from_secs_f64(think) } };
    let calls = vec![Step::Call(Call::to(1, 0)), Step::Call(Call::to(2, 0))];
    let stations = [("first", demands[0]), ("second", demands[1])].map(|(name, demand)| {
        let dist = Dist::Exp { mean: Span::from_secs_f64(demand) };
        Service { name: name.to_owned(), ..with_workers(1, dist) }
    });
    let mut services = vec![Service::new("caller", calls)];
    services.extend(stations);
    let tenants = vec![Tenant::new("users", Call::to(0, 0), load)];
    let model = Model { tenants, services, ..lasting(theory.throughput, customers) };
    Case { name: format!("closed network, {users} users"), model, expectations: Vec::new() }
        .mean_ms(theory.response)
        .expect("throughput, /s", theory.throughput, MEAN_TOLERANCE, |run| {
            run.measures.tenants[0].offered as f64 / run.measures.window.as_secs()
        })
}

/// Many servers, each with a queue of its own; callers look at two.
fn supermarket(load: f64, customers: f64) -> Case {
    const SERVERS: u32 = 500;
    let arrival_rate = load * RATE * f64::from(SERVERS);
    let service = Service { replicas: SERVERS, balance: Balance::PowerOfTwo, ..with_workers(1, exponential()) };
    single(format!("two choices among {SERVERS}, load {load}"), arrival_rate, customers, service).expect(
        "mean, services",
        choices_mean_sojourn(load, 2),
        MEAN_TOLERANCE,
        |run| mean_ms(run, 0),
    )
}
