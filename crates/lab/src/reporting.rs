//! From what the engine measured to the report that a person or a program reads: names instead of numbers, milliseconds
//! instead of nanoseconds, objectives judged.

use crate::report::{
    Calls, Effects, Evidence, Failures, Kind, Latency, Mark, Named, Objective, Requests, RunReport, ServiceLoad,
    Timeline,
};
use crate::run::Run;
use crate::scenario::Scenario;
use sim::model::{Capacity, EndpointId, Fault, FaultKind, Model, Party, Service, ServiceId};
use sim::{EntryStep, Failure, Latencies, Measures, Occupancy, ServiceStep, SiteTally, Sites, Span, Tally};

/// Brownout's version, part of every piece of evidence.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The report of one run of a scenario.
pub fn report(scenario: &Scenario, run: &Run) -> RunReport {
    let (model, measures) = (&scenario.model, &run.measures);
    let mut report = RunReport {
        kind: Kind::Lab,
        scenario: scenario.name.clone(),
        digest: scenario.digest.clone(),
        version: VERSION.to_owned(),
        seed: run.seed,
        simulated_s: model.duration.as_secs(),
        warmup_s: model.warmup.as_secs(),
        events: run.events,
        endpoints: endpoints(model, measures),
        tenants: tenants(model, measures),
        services: model.services.iter().zip(&measures.services).map(service).collect(),
        calls: calls(model, measures),
        effects: effects(model, measures),
        telemetry: crate::telemetry::told(scenario, measures),
        objectives: Vec::new(),
        timeline: timeline(model, measures),
    };
    let judged: Vec<Objective> = scenario.objectives.iter().map(|objective| objective.evaluate(&report)).collect();
    report.objectives = judged;
    report
}

/// Where the numbers of a scenario's runs with these seeds come from.
pub fn evidence(scenario: &Scenario, seeds: Vec<u64>) -> Evidence {
    let (name, digest) = (scenario.name.clone(), scenario.digest.clone());
    Evidence { kind: Kind::Lab, scenario: name, digest, version: VERSION.to_owned(), seeds }
}

pub(crate) fn endpoint_name(model: &Model, id: EndpointId) -> String {
    let service = &model.services[id.service.0 as usize];
    format!("{}.{}", service.name, service.endpoints[id.endpoint as usize].name)
}

fn tenants(model: &Model, measures: &Measures) -> Named<Requests> {
    let named = model.tenants.iter().zip(&measures.tenants);
    named.map(|(tenant, tally)| (tenant.name.clone(), requests(tally, measures.window))).collect()
}

fn endpoints(model: &Model, measures: &Measures) -> Named<Requests> {
    let sum_of = |entry: &EndpointId| {
        let mut sum = Tally::default();
        for (tenant, tally) in model.tenants.iter().zip(&measures.tenants) {
            if tenant.call.callee == *entry {
                sum.merge(tally);
            }
        }
        (endpoint_name(model, *entry), requests(&sum, measures.window))
    };
    measures.entries.iter().map(sum_of).collect()
}

fn requests(tally: &Tally, window: Span) -> Requests {
    let good = tally.ok + tally.degraded;
    let failed = |failure: Failure| tally.failed[failure as usize];
    Requests {
        offered: tally.offered,
        ok: tally.ok,
        degraded: tally.degraded,
        late: tally.late,
        failed: Failures {
            timeout: failed(Failure::Timeout),
            rejected: failed(Failure::Rejected),
            error: failed(Failure::Error),
            breaker: failed(Failure::Breaker),
            unreachable: failed(Failure::Unreachable),
        },
        goodput: (tally.offered > 0).then(|| good as f64 / tally.offered as f64),
        goodput_rps: good as f64 / window.as_secs(),
        latency_ms: latency(&tally.latencies),
    }
}

fn latency(latencies: &Latencies) -> Latency {
    let quantile = |q| latencies.quantile(q).map(Span::as_millis);
    Latency {
        mean: latencies.mean().map(|nanos| nanos / 1e6),
        p50: quantile(0.5),
        p90: quantile(0.9),
        p99: quantile(0.99),
        p999: quantile(0.999),
        max: latencies.max().map(Span::as_millis),
    }
}

/// What of a service's capacity is counted: cores where there are any, otherwise workers.
fn capacity(service: &Service) -> Option<f64> {
    let each = service.cores.or(service.workers)?;
    Some(f64::from(each) * f64::from(service.replicas))
}

fn utilization(service: &Service, serving: f64, computing: f64) -> Option<f64> {
    let busy = if service.cores.is_some() { computing } else { serving };
    capacity(service).map(|capacity| busy / capacity)
}

fn service((service, occupancy): (&Service, &Occupancy)) -> (String, ServiceLoad) {
    let load = ServiceLoad {
        utilization: utilization(service, occupancy.serving, occupancy.computing),
        queue_mean: occupancy.waiting,
        queue_max: occupancy.waiting_max,
        in_service_mean: occupancy.serving,
        amplification: (occupancy.originals > 0).then(|| occupancy.reached as f64 / occupancy.originals as f64),
    };
    (service.name.clone(), load)
}

/// Calls between services, those between the same two endpoints together.
fn calls(model: &Model, measures: &Measures) -> Named<Calls> {
    let sites = Sites::of(model);
    let mut sums: Named<SiteTally> = Named::new();
    for ((caller, callee), tally) in sites.callers.iter().zip(&sites.callees).zip(&measures.sites) {
        if let Ok(caller) = caller {
            let name = format!("{} -> {}", endpoint_name(model, *caller), endpoint_name(model, *callee));
            let sum = sums.entry(name).or_default();
            sum.attempts += tally.attempts;
            sum.retries += tally.retries;
            sum.timeouts += tally.timeouts;
            sum.latencies.merge(&tally.latencies);
        }
    }
    let call = |(name, sum): (String, SiteTally)| {
        let SiteTally { attempts, retries, timeouts, latencies } = sum;
        (name, Calls { attempts, retries, timeouts, latency_ms: latency(&latencies) })
    };
    sums.into_iter().map(call).collect()
}

fn effects(model: &Model, measures: &Measures) -> Named<Effects> {
    let named = model.effects.iter().zip(&measures.effects);
    let effect = |tally: &sim::EffectTally| Effects {
        requests: tally.requests,
        once: tally.once,
        lost: tally.lost,
        duplicated: tally.duplicated,
    };
    named.map(|(name, tally)| (name.clone(), effect(tally))).collect()
}

fn timeline(model: &Model, measures: &Measures) -> Timeline {
    let mut series = Named::new();
    for (entry, steps) in measures.entries.iter().zip(&measures.entry_steps) {
        add_entry(&mut series, &endpoint_name(model, *entry), steps, measures.step);
    }
    for (service, steps) in model.services.iter().zip(&measures.service_steps) {
        add_service(&mut series, service, steps);
    }
    let marks = model.faults.iter().map(|fault| mark(model, fault)).collect();
    Timeline { step_s: measures.step.as_secs(), series, marks }
}

type Series = Named<Vec<Option<f64>>>;

fn add_entry(series: &mut Series, name: &str, steps: &[EntryStep], step: Span) {
    let mut add = |what: &str, read: &dyn Fn(&EntryStep) -> Option<f64>| {
        series.insert(format!("{name}.{what}"), steps.iter().map(read).collect());
    };
    let rate = |count: u64| Some(count as f64 / step.as_secs());
    add("offered_rps", &|step| rate(step.offered));
    add("goodput_rps", &|step| rate(step.good));
    add("late_rps", &|step| rate(step.late));
    add("failed_rps", &|step| rate(step.failed));
    add("p50_ms", &|step| step.p50.map(Span::as_millis));
    add("p99_ms", &|step| step.p99.map(Span::as_millis));
}

fn add_service(series: &mut Series, service: &Service, steps: &[ServiceStep]) {
    let mut add = |what: &str, read: &dyn Fn(&ServiceStep) -> Option<f64>| {
        series.insert(format!("{}.{what}", service.name), steps.iter().map(read).collect());
    };
    add("queue", &|step| Some(step.waiting));
    add("in_service", &|step| Some(step.serving));
    add("utilization", &|step| utilization(service, step.serving, step.computing));
}

fn mark(model: &Model, fault: &Fault) -> Mark {
    let end = (fault.at + fault.lasts).as_secs().min(model.duration.as_secs());
    Mark { text: fault_text(model, &fault.kind), from_s: fault.at.as_secs(), to_s: end }
}

fn fault_text(model: &Model, kind: &FaultKind) -> String {
    let name = |id: &ServiceId| model.services[id.0 as usize].name.as_str();
    let party = |party: &Party| match party {
        Party::Service(id) => model.services[id.0 as usize].name.as_str(),
        Party::Tenant(id) => model.tenants[id.0 as usize].name.as_str(),
    };
    match kind {
        FaultKind::Slow { service, by, .. } => format!("{} {by}x slower", name(service)),
        FaultKind::Errors { service, rate, .. } => format!("{} errors {}%", name(service), rate * 100.0),
        FaultKind::Crash { service, .. } => format!("{} crashed", name(service)),
        FaultKind::Pause { service, .. } => format!("{} paused", name(service)),
        FaultKind::Partition { between: [a, b] } => format!("{} and {} partitioned", party(a), party(b)),
        FaultKind::Loss { between: [a, b], rate } => {
            format!("{}% loss between {} and {}", rate * 100.0, party(a), party(b))
        }
        FaultKind::Shrink { service, what: Capacity::Workers, to, .. } => format!("{} at {to} workers", name(service)),
        FaultKind::Shrink { service, what: Capacity::Pool, to, .. } => {
            format!("{} at {to} connections", name(service))
        }
        FaultKind::Spike { tenant, by } => format!("{by}x {}", model.tenants[tenant.0 as usize].name),
    }
}
