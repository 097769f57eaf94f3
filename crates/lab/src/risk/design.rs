//! A model seen as a design: who calls whom, how often, for how long, and what protects the caller.
//!
//! Everything here is what one can work out on paper: expected visits along the call graph, mean times without any
//! waiting, the longest that timeouts and retries allow. What no tenant reaches is left out, and so is whatever only a run
//! can show: queues, luck, and how the parts act on each other.

use super::commands::Commands;
use super::means::{mean_s, round_trip_s};
use crate::reporting::endpoint_name;
use crate::scenario::Scenario;
use sim::model::{
    Balance, Budget, Call, Deadlines, Endpoint, EndpointId, Jitter, Load, Model, Retry, Service, ServiceId, Step,
};
use std::collections::{BTreeMap, BTreeSet};

/// Who makes a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Caller {
    /// The tenant of this index.
    Tenant(usize),
    /// A handler.
    Endpoint(EndpointId),
}

/// A call as it is written: a tenant's, or a step of a handler.
#[derive(Clone, Debug)]
pub(super) struct Site<'s> {
    pub(super) caller: Caller,
    pub(super) call: &'s Call,
    /// Where it is written, as a path of the scenario file.
    pub(super) path: String,
    /// Whether its repetitions, and its neighbours, are under way at once.
    pub(super) at_once: bool,
}

impl Site<'_> {
    /// The caller, unless it is a tenant.
    pub(super) fn handler(&self) -> Option<EndpointId> {
        match self.caller {
            Caller::Endpoint(id) => Some(id),
            Caller::Tenant(_) => None,
        }
    }

    /// Attempts of one call at worst, in the mean over many: a budget allows its share of retries and no more.
    pub(super) fn attempts(&self) -> f64 {
        self.call.retry.as_ref().map_or(1.0, |retry| {
            let most = f64::from(retry.attempts);
            match retry.budget {
                None => most,
                Some(Budget::Share(share)) => most.min(1.0 + share),
                // Tokens fill with time, not with tries: what they allow depends on the rate, and a burst may use them all.
                Some(Budget::Tokens { .. }) => most,
            }
        })
    }

    /// The caller can answer without it.
    pub(super) fn is_spared(&self) -> bool {
        is_spared(self.call)
    }

    /// How often the handler makes it, one after the other.
    fn in_turn(&self) -> f64 {
        if self.at_once { 1.0 } else { f64::from(self.call.times) }
    }
}

/// The facts that rules share.
pub(super) struct Design<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) model: &'s Model,
    pub(super) commands: &'s Commands,
    /// What some tenant reaches: tenants' own calls first, then those of handlers, callers before callees.
    pub(super) sites: Vec<Site<'s>>,
    /// Endpoints that some tenant reaches, callers before callees.
    pub(super) endpoints: Vec<EndpointId>,
    /// Mean time of one execution in seconds, without any waiting; see [`Design::held_s`].
    held_s: BTreeMap<EndpointId, f64>,
    /// Calls of an endpoint per request of each tenant, without retries.
    visits: BTreeMap<EndpointId, Vec<f64>>,
    /// The longest that any caller of an endpoint gives it, in seconds, where its service keeps deadlines.
    deadlines_s: BTreeMap<EndpointId, f64>,
}

impl<'s> Design<'s> {
    pub(super) fn new(scenario: &'s Scenario, commands: &'s Commands) -> Design<'s> {
        let model = &scenario.model;
        let endpoints = callers_first(model);
        let sites = sites(model, &endpoints);
        let (held_s, visits, deadlines_s) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut design = Design { scenario, model, commands, sites, endpoints, held_s, visits, deadlines_s };
        for id in design.endpoints.clone() {
            let deadline = design.given_s(id);
            design.deadlines_s.extend(deadline.map(|deadline| (id, deadline)));
        }
        for id in design.endpoints.clone().into_iter().rev() {
            let held = design.steps_s(id);
            design.held_s.insert(id, held);
        }
        design.visits = design.count_visits();
        design
    }

    pub(super) fn service(&self, id: ServiceId) -> &'s Service {
        &self.model.services[id.0 as usize]
    }

    pub(super) fn endpoint(&self, id: EndpointId) -> &'s Endpoint {
        &self.service(id.service).endpoints[id.endpoint as usize]
    }

    /// `service.endpoint`.
    pub(super) fn name(&self, id: EndpointId) -> String {
        endpoint_name(self.model, id)
    }

    /// A tenant's name, or an endpoint's.
    pub(super) fn caller_name(&self, caller: Caller) -> String {
        match caller {
            Caller::Tenant(index) => self.model.tenants[index].name.clone(),
            Caller::Endpoint(id) => self.name(id),
        }
    }

    /// Services that some tenant reaches, in the order of the file.
    pub(super) fn services(&self) -> BTreeSet<ServiceId> {
        self.endpoints.iter().map(|id| id.service).collect()
    }

    /// The calls that a handler makes.
    pub(super) fn calls_of(&self, id: EndpointId) -> impl Iterator<Item = &Site<'s>> {
        self.sites.iter().filter(move |site| site.caller == Caller::Endpoint(id))
    }

    /// The calls of an endpoint, whoever makes them.
    pub(super) fn calls_to(&self, id: EndpointId) -> impl Iterator<Item = &Site<'s>> {
        self.sites.iter().filter(move |site| site.call.callee == id)
    }

    /// How many times as long work takes on the replica that decides: the slowest where callers do not look at load.
    pub(super) fn slowness(&self, id: ServiceId) -> f64 {
        let service = self.service(id);
        let speed = |replica: u32| {
            let last = service.speeds.len().saturating_sub(1);
            service.speeds.get((replica as usize).min(last)).copied().unwrap_or(1.0)
        };
        // All replicas beyond the listed speeds have the last one.
        let listed = (service.speeds.len() as u32).clamp(1, service.replicas);
        match service.balance {
            Balance::LeastOutstanding | Balance::PowerOfTwo => {
                let rest = f64::from(service.replicas - listed) * speed(listed - 1);
                f64::from(service.replicas) / ((0..listed).map(speed).sum::<f64>() + rest)
            }
            Balance::RoundRobin | Balance::Random | Balance::Hash => {
                1.0 / (0..listed).map(speed).fold(f64::INFINITY, f64::min)
            }
        }
    }

    /// Whether callers deal as much load to a slow replica as to a fast one.
    pub(super) fn slowest_decides(&self, id: ServiceId) -> bool {
        let service = self.service(id);
        let mean = service.speeds.iter().sum::<f64>() / service.speeds.len().max(1) as f64;
        service.replicas > 1 && service.speeds.len() > 1 && self.slowness(id) > 1.0 / mean + 1e-9
    }

    /// Mean core time of one execution, in seconds.
    pub(super) fn work_s(&self, id: EndpointId) -> f64 {
        let work = self.endpoint(id).steps.iter().flat_map(branches).filter_map(|step| match step {
            Step::Work(dist) => Some(mean_s(dist)),
            _ => None,
        });
        (self.telling_s(id.service) + work.sum::<f64>()) * self.slowness(id.service)
    }

    /// Mean core time that a handler takes to tell about itself, on a replica of speed 1, in seconds.
    fn telling_s(&self, id: ServiceId) -> f64 {
        let telemetry = &self.service(id).telemetry;
        telemetry.always.as_secs() + telemetry.traced * telemetry.span.as_secs()
    }

    /// Mean time of one execution in seconds, without any waiting for workers, cores or connections; calls end at what
    /// their timeouts and retries allow, if not before.
    pub(super) fn held_s(&self, id: EndpointId) -> f64 {
        self.held_s.get(&id).copied().unwrap_or(0.0)
    }

    /// Mean time until a call has its answer, in seconds, if nothing goes wrong.
    pub(super) fn answer_s(&self, site: &Site<'_>) -> f64 {
        let answer = round_trip_s(&site.call.network) + self.held_s(site.call.callee);
        self.longest_s(site).map_or(answer, |longest| answer.min(longest))
    }

    fn steps_s(&self, id: EndpointId) -> f64 {
        let slowness = self.slowness(id.service);
        let one = |step: &Step, calls: &mut dyn Iterator<Item = f64>| match step {
            Step::Work(dist) => mean_s(dist) * slowness,
            Step::Wait(dist) => mean_s(dist),
            Step::Call(_) => calls.next().unwrap_or(0.0),
            _ => 0.0,
        };
        // Sites stand in the order of the steps.
        let mut calls = self.calls_of(id).map(|site| site.in_turn() * self.answer_s(site));
        let steps = self.endpoint(id).steps.iter();
        let steps = steps.map(|step| branches(step).iter().map(|step| one(step, &mut calls)).fold(0.0, f64::max));
        self.telling_s(id.service) * slowness + steps.sum::<f64>()
    }

    fn count_visits(&self) -> BTreeMap<EndpointId, Vec<f64>> {
        let none = vec![0.0; self.model.tenants.len()];
        let mut visits: BTreeMap<EndpointId, Vec<f64>> = BTreeMap::new();
        for site in &self.sites {
            let of_caller = match site.caller {
                Caller::Tenant(index) => {
                    let mut own = none.clone();
                    own[index] = 1.0;
                    own
                }
                Caller::Endpoint(id) => visits.get(&id).cloned().unwrap_or_else(|| none.clone()),
            };
            let sum = visits.entry(site.call.callee).or_insert_with(|| none.clone());
            sum.iter_mut().zip(of_caller).for_each(|(sum, calls)| *sum += calls * f64::from(site.call.times));
        }
        visits
    }

    /// Executions of an endpoint per second, without retries, where the tenants send at these rates.
    pub(super) fn rate(&self, id: EndpointId, rates: &[f64]) -> f64 {
        self.visits.get(&id).map_or(0.0, |visits| visits.iter().zip(rates).map(|(visits, rate)| visits * rate).sum())
    }

    /// When a caller gives an attempt up, in seconds: its timeout, or an earlier deadline that it has to keep itself.
    pub(super) fn timeout_s(&self, site: &Site<'_>) -> Option<f64> {
        let own = site.call.timeout.map(|timeout| timeout.as_secs());
        let inherited = site.handler().and_then(|id| self.deadline_s(id));
        [own, inherited].into_iter().flatten().reduce(f64::min)
    }

    fn deadline_s(&self, id: EndpointId) -> Option<f64> {
        self.deadlines_s.get(&id).copied()
    }

    /// The longest that any caller gives an endpoint whose service keeps deadlines; none where one gives it for ever. A
    /// tenant's patience is its deadline.
    fn given_s(&self, id: EndpointId) -> Option<f64> {
        if self.service(id.service).deadlines != Deadlines::Propagate {
            return None;
        }
        let given = self.calls_to(id).map(|site| {
            let patience = match site.caller {
                Caller::Tenant(index) => self.model.tenants[index].patience.map(|patience| patience.as_secs()),
                Caller::Endpoint(_) => None,
            };
            [self.timeout_s(site), patience].into_iter().flatten().reduce(f64::min)
        });
        given.collect::<Option<Vec<f64>>>().map(|given| given.into_iter().fold(0.0, f64::max))
    }

    /// The longest that a call may take with all its tries and the waits between them, in seconds; none where nothing
    /// ends it.
    pub(super) fn longest_s(&self, site: &Site<'_>) -> Option<f64> {
        let inherited = site.handler().and_then(|id| self.deadline_s(id));
        let own = site.call.timeout.map(|timeout| match &site.call.retry {
            Some(retry) => f64::from(retry.attempts) * timeout.as_secs() + longest_waits_s(retry),
            None => timeout.as_secs(),
        });
        [own, inherited].into_iter().flatten().reduce(f64::min)
    }

    /// The longest that calls may keep a handler, in seconds, its own steps at their means; none where nothing ends one.
    pub(super) fn longest_held_s(&self, id: EndpointId) -> Option<f64> {
        let bounds: Option<Vec<f64>> =
            self.calls_of(id).map(|site| Some(site.in_turn() * self.longest_s(site)?)).collect();
        let mut bounds = bounds?.into_iter();
        let slowness = self.slowness(id.service);
        let steps = self.endpoint(id).steps.iter().map(|step| {
            let longest = branches(step).iter().map(|step| match step {
                Step::Work(dist) => mean_s(dist) * slowness,
                Step::Wait(dist) => mean_s(dist),
                Step::Call(_) => bounds.next().unwrap_or(0.0),
                _ => 0.0,
            });
            longest.fold(0.0, f64::max)
        });
        Some(steps.sum())
    }

    /// Requests per second of each tenant in the mean over the run: of users at most, if nobody ever waits.
    pub(super) fn mean_rates(&self) -> Vec<f64> {
        let own = self.sites.iter().filter(|site| site.handler().is_none());
        self.model.tenants.iter().zip(own).map(|(tenant, site)| self.mean_rate(&tenant.load, site)).collect()
    }

    fn mean_rate(&self, load: &Load, site: &Site<'_>) -> f64 {
        let duration = self.model.duration;
        let end = sim::Time(duration.0);
        match load {
            Load::Open { rate, profile, .. } => {
                rate * crate::scenario::integral_s(profile, sim::Time::ZERO, end) / duration.as_secs()
            }
            Load::Closed { users, think } => {
                let round = mean_s(think) + self.answer_s(site);
                if round > 0.0 { f64::from(*users) / round } else { 0.0 }
            }
            Load::Replay { times } => times.partition_point(|at| *at < end) as f64 / duration.as_secs(),
        }
    }

    /// Services that a request of a tenant cannot do without: those on calls none of which is optional or has a fallback.
    pub(super) fn needed_by(&self, tenant: usize) -> BTreeSet<ServiceId> {
        let mut endpoints: BTreeSet<EndpointId> = BTreeSet::new();
        // Callers stand before callees, so that one pass is enough.
        for site in self.sites.iter().filter(|site| !site.is_spared()) {
            let reached = match site.caller {
                Caller::Tenant(index) => index == tenant,
                Caller::Endpoint(id) => endpoints.contains(&id),
            };
            if reached {
                endpoints.insert(site.call.callee);
            }
        }
        endpoints.iter().map(|id| id.service).collect()
    }
}

/// Whether a handler can answer without a call's answer.
pub(super) fn is_spared(call: &Call) -> bool {
    call.optional || call.guards.fallback.is_some()
}

/// The waits between all tries of a call, each as long as its jitter allows, in seconds.
fn longest_waits_s(retry: &Retry) -> f64 {
    let (base, cap) = (retry.backoff.base.as_secs(), retry.backoff.cap.as_secs());
    let growth: f64 = if retry.backoff.jitter == Jitter::Decorrelated { 3.0 } else { 2.0 };
    let first = if retry.backoff.jitter == Jitter::Decorrelated { base * growth } else { base };
    (1..retry.attempts).map(|made| (first * libm::pow(growth, f64::from(made - 1))).min(cap)).sum()
}

/// The branches of a parallel step, or the step itself.
pub(super) fn branches(step: &Step) -> &[Step] {
    match step {
        Step::Parallel(branches) => branches,
        single => std::slice::from_ref(single),
    }
}

/// What tenants reach, callers before callees.
fn callers_first(model: &Model) -> Vec<EndpointId> {
    let mut ended = Vec::new();
    let mut seen = BTreeSet::new();
    model.tenants.iter().for_each(|tenant| visit(model, tenant.call.callee, &mut seen, &mut ended));
    ended.reverse();
    ended
}

/// Appends what an endpoint calls, then the endpoint. Calls nest at most [`Model::MAX_DEPTH`] deep.
fn visit(model: &Model, id: EndpointId, seen: &mut BTreeSet<EndpointId>, ended: &mut Vec<EndpointId>) {
    if !seen.insert(id) {
        return;
    }
    let steps = &model.services[id.service.0 as usize].endpoints[id.endpoint as usize].steps;
    for step in steps.iter().flat_map(branches) {
        if let Step::Call(call) = step {
            visit(model, call.callee, seen, ended);
        }
    }
    ended.push(id);
}

fn sites<'s>(model: &'s Model, endpoints: &[EndpointId]) -> Vec<Site<'s>> {
    let of_tenants = model.tenants.iter().enumerate().map(|(index, tenant)| Site {
        caller: Caller::Tenant(index),
        call: &tenant.call,
        path: format!("workload.{}", tenant.name),
        at_once: false,
    });
    of_tenants.chain(endpoints.iter().flat_map(|id| sites_of(model, *id))).collect()
}

fn sites_of(model: &Model, id: EndpointId) -> Vec<Site<'_>> {
    let service = &model.services[id.service.0 as usize];
    let endpoint = &service.endpoints[id.endpoint as usize];
    let mut sites = Vec::new();
    for (index, step) in endpoint.steps.iter().enumerate() {
        let at_once = matches!(step, Step::Parallel(_));
        for (branch, step) in branches(step).iter().enumerate() {
            let within = if at_once { format!(".parallel[{branch}]") } else { String::new() };
            let path = format!("services.{}.endpoints.{}[{index}]{within}", service.name, endpoint.name);
            if let Step::Call(call) = step {
                sites.push(Site { caller: Caller::Endpoint(id), call, path, at_once });
            }
        }
    }
    sites
}
