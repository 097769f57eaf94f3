//! From what the engine measured to the report that a person or a program reads: names instead of numbers, milliseconds
//! instead of nanoseconds, objectives judged.

mod data;

use crate::cost::bill;
use crate::report::{
    Calls, Defended, Effects, Evidence, Failures, Kind, Latency, Mark, Named, Objective, Requests, RunReport,
    ServiceLoad, Timeline,
};
use crate::run::Run;
use crate::scenario::Scenario;
use sim::model::{
    Call, Capacity, Deploy, EndpointId, Fallback, Fault, FaultKind, Guards, Model, Party, Service, ServiceId, TenantId,
};
use sim::{
    CallerId, Deployed, EntryStep, Failure, Latencies, Measures, Occupancy, Refusal, Removal, ServiceStep, SiteTally,
    Sites, Span, Tally,
};

/// Brownout's version, part of every piece of evidence.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The report of one run of a scenario.
pub fn report(scenario: &Scenario, run: &Run) -> RunReport {
    let (model, measures) = (&scenario.model, &run.measures);
    let mut report = RunReport {
        kind: Kind::Lab,
        scenario: scenario.name.clone(),
        variant: scenario.variant.clone(),
        digest: scenario.digest.clone(),
        version: VERSION.to_owned(),
        seed: run.seed,
        simulated_s: model.duration.as_secs(),
        warmup_s: model.warmup.as_secs(),
        events: run.events,
        endpoints: endpoints(model, measures),
        tenants: tenants(model, measures),
        services: services(model, measures),
        calls: calls(model, measures),
        effects: effects(model, measures),
        telemetry: crate::telemetry::told(scenario, measures),
        data: data::data(model, measures),
        cost: None,
        objectives: Vec::new(),
        timeline: timeline(model, measures),
    };
    report.cost = scenario.prices.as_ref().map(|prices| bill(prices, model, measures, &report));
    let judged: Vec<Objective> = scenario.objectives.iter().map(|objective| objective.evaluate(&report)).collect();
    report.objectives = judged;
    report
}

/// Where the numbers of a scenario's runs with these seeds come from.
pub fn evidence(scenario: &Scenario, seeds: Vec<u64>) -> Evidence {
    let (name, variant) = (scenario.name.clone(), scenario.variant.clone());
    let (digest, version) = (scenario.digest.clone(), VERSION.to_owned());
    Evidence { kind: Kind::Lab, scenario: name, variant, digest, version, seeds }
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

/// What of a service's capacity is counted at so many replicas: cores where there are any, otherwise workers.
fn capacity(service: &Service, replicas: f64) -> Option<f64> {
    let each = service.cores.or(service.workers)?;
    Some(f64::from(each) * replicas)
}

fn utilization(service: &Service, replicas: f64, serving: f64, computing: f64) -> Option<f64> {
    let busy = if service.cores.is_some() { computing } else { serving };
    capacity(service, replicas).map(|capacity| busy / capacity)
}

/// Where the number of replicas stays, it is exact.
fn replicas(service: &Service, measured: f64) -> f64 {
    if service.defences.autoscale.is_some() { measured } else { f64::from(service.replicas) }
}

fn services(model: &Model, measures: &Measures) -> Named<ServiceLoad> {
    let mut loads: Named<ServiceLoad> = model.services.iter().zip(&measures.services).map(service).collect();
    for (deploy, deployed) in model.deploys.iter().zip(&measures.deploys) {
        if let Some((_, load)) = loads.get_index_mut(deploy.service.0 as usize) {
            *load.defended.rollbacks.get_or_insert(0) += u64::from(deployed.rolled_back.is_some());
        }
    }
    loads
}

fn service((service, occupancy): (&Service, &Occupancy)) -> (String, ServiceLoad) {
    let load = ServiceLoad {
        utilization: utilization(
            service,
            replicas(service, occupancy.replicas),
            occupancy.serving,
            occupancy.computing,
        ),
        queue_mean: occupancy.waiting,
        queue_max: occupancy.waiting_max,
        in_service_mean: occupancy.serving,
        amplification: (occupancy.originals > 0).then(|| occupancy.reached as f64 / occupancy.originals as f64),
        defended: defended(service, occupancy),
    };
    (service.name.clone(), load)
}

fn defended(service: &Service, occupancy: &Occupancy) -> Defended {
    let defences = &service.defences;
    let taken_out = |by: Removal| occupancy.taken_out[by as usize];
    let turned_away = |by: Refusal| occupancy.turned_away[by as usize];
    Defended {
        limited: defences.limit.as_ref().map(|_| turned_away(Refusal::Limited)),
        crowded: defences.concurrency.map(|_| turned_away(Refusal::Crowded)),
        concurrency_limit_mean: defences.concurrency.map(|_| occupancy.limits / replicas(service, occupancy.replicas)),
        shed: service.queue.shed.map(|_| turned_away(Refusal::Shed)),
        ejections: defences.ejection.map(|_| taken_out(Removal::Ejected)),
        unhealthy: defences.health.map(|_| taken_out(Removal::Unhealthy)),
        replicas_mean: defences.autoscale.map(|_| occupancy.replicas),
        replicas_max: defences.autoscale.map(|_| occupancy.replicas_max),
        rollbacks: None,
    }
}

/// Calls between services, those between the same two endpoints together, and those of tenants with guards.
fn calls(model: &Model, measures: &Measures) -> Named<Calls> {
    let mut sums: Named<CallSum> = Named::new();
    for ((caller, call), tally) in Sites::calls(model).zip(&measures.sites) {
        let Some(name) = call_name(model, caller, call) else { continue };
        // A tenant's call is its request, whose latency is measured there.
        let latencies = match caller {
            CallerId::Tenant(TenantId(id)) => &measures.tenants[id as usize].latencies,
            _ => &tally.latencies,
        };
        sums.entry(name).or_default().add(&call.guards, tally, latencies);
    }
    sums.into_iter().map(|(name, sum)| (name, sum.calls())).collect()
}

/// How a call is named, where the report has it: between services, and those of tenants with guards.
fn call_name(model: &Model, caller: CallerId, call: &Call) -> Option<String> {
    let callee = endpoint_name(model, call.callee);
    match caller {
        CallerId::Endpoint(caller) => Some(format!("{} -> {callee}", endpoint_name(model, caller))),
        CallerId::Tenant(TenantId(id)) if !call.guards.is_empty() => {
            Some(format!("{} -> {callee}", model.tenants[id as usize].name))
        }
        _ => None,
    }
}

/// Calls under one name. What only some of them have is counted where any has it.
#[derive(Default)]
struct CallSum {
    calls: Calls,
    latencies: Latencies,
    staleness: Option<Latencies>,
}

impl CallSum {
    fn add(&mut self, guards: &Guards, tally: &SiteTally, latencies: &Latencies) {
        let calls = &mut self.calls;
        calls.attempts += tally.attempts;
        calls.retries += tally.retries;
        calls.timeouts += tally.timeouts;
        count(&mut calls.hedges, guards.hedge.is_some(), tally.hedges);
        count(&mut calls.shed_locally, guards.can_refuse(), tally.shed);
        count(&mut calls.breaker_opened, guards.breaker.is_some(), tally.breaker_opened);
        count(&mut calls.fallbacks, guards.fallback.is_some(), tally.fallbacks);
        if let Some(Fallback::Stale { .. }) = guards.fallback {
            self.staleness.get_or_insert_default().merge(&tally.staleness);
        }
        self.latencies.merge(latencies);
    }

    fn calls(self) -> Calls {
        let staleness_ms = self.staleness.as_ref().map(latency);
        Calls { latency_ms: latency(&self.latencies), staleness_ms, ..self.calls }
    }
}

fn count(sum: &mut Option<u64>, present: bool, more: u64) {
    if present {
        *sum = Some(sum.unwrap_or(0) + more);
    }
}

fn effects(model: &Model, measures: &Measures) -> Named<Effects> {
    let named = model.effects.iter().zip(&measures.effects);
    let effect = |tally: &sim::EffectTally| Effects {
        requests: tally.requests,
        once: tally.once,
        lost: tally.lost,
        duplicated: tally.duplicated,
        after_failure: (tally.after_failure > 0).then_some(tally.after_failure),
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
    add_ready(&mut series, model, measures);
    add_breakers(&mut series, model, measures);
    data::add_data(&mut series, model, measures);
    let faults = model.faults.iter().map(|fault| mark(model, fault));
    let deploys = model.deploys.iter().zip(&measures.deploys);
    let deploys = deploys.filter_map(|(deploy, deployed)| deploy_mark(model, deploy, deployed));
    Timeline { step_s: measures.step.as_secs(), series, marks: faults.chain(deploys).collect() }
}

/// A deploy while it lasted; one that never began is nothing to mark.
fn deploy_mark(model: &Model, deploy: &Deploy, deployed: &Deployed) -> Option<Mark> {
    let name = &model.services[deploy.service.0 as usize].name;
    let fate = if deployed.rolled_back.is_some() { "deployed and taken back" } else { "deployed" };
    let (began, end) = (deployed.began?.as_secs(), model.duration.as_secs());
    let ended = deployed.ended.map_or(end, |at| at.as_secs().min(end));
    Some(Mark { text: format!("{name} {fate}"), from_s: began, to_s: ended })
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
    add("utilization", &|step| utilization(service, replicas(service, step.replicas), step.serving, step.computing));
    if service.defences.autoscale.is_some() {
        add("replicas", &|step| Some(step.replicas));
    }
}

/// Replicas that are ready, of services where something in the scenario can change their number.
fn add_ready(series: &mut Series, model: &Model, measures: &Measures) {
    for (index, (service, steps)) in model.services.iter().zip(&measures.service_steps).enumerate() {
        let id = ServiceId(index as u32);
        let crashes = |fault: &Fault| matches!(fault.kind, FaultKind::Crash { service, .. } if service == id);
        let defences = &service.defences;
        let moves = defences.autoscale.is_some()
            || defences.health.is_some()
            || model.deploys.iter().any(|deploy| deploy.service == id)
            || model.faults.iter().any(crashes);
        if moves {
            let name = format!("{}.replicas_ready", service.name);
            series.insert(name, steps.iter().map(|step| Some(step.ready)).collect());
        }
    }
}

/// Breakers that are not closed, of all calls under a name together.
fn add_breakers(series: &mut Series, model: &Model, measures: &Measures) {
    for ((caller, call), steps) in Sites::calls(model).zip(&measures.breaker_steps) {
        let Some(name) = call_name(model, caller, call).filter(|_| call.guards.breaker.is_some()) else { continue };
        let sum = series.entry(format!("{name}.breakers_open")).or_insert_with(|| vec![Some(0.0); steps.len()]);
        for (sum, open) in sum.iter_mut().flatten().zip(steps) {
            *sum += open;
        }
    }
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
        FaultKind::Flush { cache } => format!("{} flushed", model.caches[cache.0 as usize].name),
        FaultKind::Spike { tenant, by } => format!("{by}x {}", model.tenants[tenant.0 as usize].name),
    }
}
