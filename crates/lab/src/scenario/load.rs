//! Whether a scenario can be run at all: how many events it takes, and whether its time moves.
//!
//! Both are judged from the description alone, before anything is simulated. The number of events is what the tenants
//! send times the steps that one request takes along its calls, and what recurs whoever sends: health checks and decisions
//! of autoscalers, each as often as there are replicas to look at. Retries are not counted, so it is a lower bound in
//! spirit and good to a small factor.

use super::dist::mean_s;
use super::problem::{Place, Problem, Problems};
use super::shape::integral_s;
use sim::model::{
    Call, EndpointId, Fallback, Fault, FaultKind, Follower, Follows, Load, Model, Network, ServiceId, Step, Tenant,
};
use sim::{Limits, Time};
use std::collections::HashMap;

/// What one request of an endpoint amounts to.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// Steps along all calls.
    steps: f64,
    /// Mean time that they take one after the other, without any waiting for workers or cores.
    seconds: f64,
    /// Whether it can end well without any time passing.
    passes_at_once: bool,
    /// Whether it can fail without any time passing.
    fails_at_once: bool,
}

/// Costs of the endpoints of a model whose calls do not go in a circle.
struct Costs<'m> {
    model: &'m Model,
    known: HashMap<EndpointId, Cost>,
}

/// Where things that take events are written.
pub(super) struct Places<'r> {
    /// The load of each tenant.
    pub(super) loads: &'r [Place],
    /// What services do again and again.
    pub(super) recurring: &'r [Recurring],
}

/// A policy of a service that acts after each interval, for as long as the run lasts.
pub(super) struct Recurring {
    pub(super) service: ServiceId,
    pub(super) place: Place,
    pub(super) duty: Duty,
}

/// What recurs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    Check,
    Scale,
}

/// A part of a run, and the events that it takes.
struct Share {
    events: f64,
    place: Place,
    account: String,
    hint: &'static str,
}

/// Reports what no machine finishes.
pub(super) fn check(model: &Model, places: &Places<'_>, problems: &mut Problems) {
    let mut costs = Costs { model, known: HashMap::new() };
    let mut shares = Vec::new();
    for (index, tenant) in model.tenants.iter().enumerate() {
        let cost = costs.call(&tenant.call);
        let place = places.loads[index];
        if stands_still(tenant, &cost) {
            let problem =
                Problem::new(place, "time would stand still: users who do not think can get an answer at once");
            problems.push(problem.expected("a `think` over zero, or a network that takes time"));
            return;
        }
        shares.push(sent(model, index, tenant, &cost, place));
    }
    shares.extend(places.recurring.iter().filter_map(|recurring| recurs(model, recurring)));
    // What the engine would stop at in the end is better refused at the start: it is always a mistake in a rate or a duration.
    let most = Limits::default().events as f64;
    let total: f64 = shares.iter().map(|share| share.events).sum();
    let largest = shares.into_iter().reduce(|a, b| if b.events > a.events { b } else { a });
    if let Some(Share { events, place, account, hint }) = largest.filter(|_| total > most) {
        let message = format!("this is too much to simulate: {account}, which is {} events", short(events));
        problems.push(Problem::new(place, message).expected(format!("at most {} in all", short(most))).hint(hint));
    }
}

fn sent(model: &Model, index: usize, tenant: &Tenant, cost: &Cost, place: Place) -> Share {
    let requests = requests(model, index, tenant, cost);
    Share {
        events: requests * cost.steps.max(1.0),
        place,
        account: format!("`{}` sends {} requests of {} steps each", tenant.name, short(requests), short(cost.steps)),
        hint: "lower the rate or the users, the duration, or the `times` of a call",
    }
}

/// A round is one event of the engine, and looks at every replica.
fn recurs(model: &Model, recurring: &Recurring) -> Option<Share> {
    let service = &model.services[recurring.service.0 as usize];
    let (interval, what) = match recurring.duty {
        Duty::Check => (service.defences.health?.interval, "health checks"),
        Duty::Scale => (service.defences.autoscale?.every, "autoscaling decisions"),
    };
    let rounds = model.duration.as_secs() / interval.as_secs();
    let replicas = service.most_replicas();
    let name = &service.name;
    Some(Share {
        events: rounds * f64::from(replicas),
        place: recurring.place,
        account: format!("`{name}` has {} {what} over {replicas} replicas each", short(rounds)),
        hint: "lower the duration or the number of replicas, or leave more time in between",
    })
}

fn stands_still(tenant: &Tenant, cost: &Cost) -> bool {
    match &tenant.load {
        Load::Closed { think, .. } => mean_s(think) == 0.0 && (cost.passes_at_once || cost.fails_at_once),
        _ => false,
    }
}

/// How many requests a tenant sends.
fn requests(model: &Model, index: usize, tenant: &Tenant, cost: &Cost) -> f64 {
    let duration = model.duration.as_secs();
    let end = Time(model.duration.0);
    match &tenant.load {
        Load::Open { rate, profile, .. } => {
            let spikes = model.faults.iter().filter_map(|fault| spike(fault, index));
            let extra: f64 =
                spikes.map(|(by, from, to)| (by - 1.0) * integral_s(profile, from.min(end), to.min(end))).sum();
            rate * (integral_s(profile, Time::ZERO, end) + extra)
        }
        Load::Closed { users, think } => {
            let answer = match cost.fails_at_once {
                true if tenant.call.guards.can_refuse() => 0.0,
                true => network_s(&tenant.call.network),
                false => cost.seconds,
            };
            f64::from(*users) * (1.0 + duration / (mean_s(think) + answer))
        }
        Load::Replay { times } => times.partition_point(|at| *at < end) as f64,
    }
}

/// Factor, start and end of a spike of this tenant.
fn spike(fault: &Fault, index: usize) -> Option<(f64, Time, Time)> {
    match fault.kind {
        FaultKind::Spike { tenant, by } if tenant.0 as usize == index => Some((by, fault.at, fault.at + fault.lasts)),
        _ => None,
    }
}

impl Costs<'_> {
    fn call(&mut self, call: &Call) -> Cost {
        let below = self.endpoint(call.callee);
        let times = f64::from(call.times);
        let way = network_s(&call.network);
        let at_once = way == 0.0;
        let cost = Cost {
            steps: times * (1.0 + below.steps),
            seconds: times * (way + below.seconds),
            passes_at_once: at_once && below.passes_at_once || self.hits_at_once(call),
            fails_at_once: at_once && below.fails_at_once || call.guards.can_refuse(),
        };
        self.with_fallback(call, cost)
    }

    /// What becomes of a call that fails at once; slower failures take time already.
    fn with_fallback(&mut self, call: &Call, cost: Cost) -> Cost {
        let instead = match &call.guards.fallback {
            Some(Fallback::Call(other)) => self.call(other),
            Some(Fallback::Static) => Cost { passes_at_once: true, ..Cost::default() },
            Some(Fallback::Stale { .. }) => Cost { passes_at_once: true, fails_at_once: true, ..Cost::default() },
            None => Cost { fails_at_once: true, ..Cost::default() },
        };
        Cost {
            passes_at_once: cost.passes_at_once || cost.fails_at_once && instead.passes_at_once,
            fails_at_once: cost.fails_at_once && instead.fails_at_once,
            ..cost
        }
    }

    /// Whether a cache may answer without any time passing.
    fn hits_at_once(&self, call: &Call) -> bool {
        call.cache.as_ref().is_some_and(|used| {
            let hit = used.hit.as_ref().unwrap_or(&self.model.caches[used.cache.0 as usize].hit);
            mean_s(hit) == 0.0
        })
    }

    fn endpoint(&mut self, id: EndpointId) -> Cost {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let model = self.model;
        let mut cost = Cost { passes_at_once: true, fails_at_once: self.refuses(id.service), ..Cost::default() };
        for step in &model.services[id.service.0 as usize].endpoints[id.endpoint as usize].steps {
            let next = self.step(step);
            cost.steps += next.steps;
            cost.seconds += next.seconds;
            cost.fails_at_once |= cost.passes_at_once && next.fails_at_once;
            cost.passes_at_once &= next.passes_at_once;
        }
        self.known.insert(id, cost);
        cost
    }

    fn step(&mut self, step: &Step) -> Cost {
        match step {
            Step::Work(dist) | Step::Wait(dist) => {
                let seconds = mean_s(dist);
                Cost { steps: 1.0, seconds, passes_at_once: seconds == 0.0, fails_at_once: false }
            }
            Step::Call(call) => {
                let cost = self.call(call);
                // An optional call that fails is passed.
                let passes_at_once = cost.passes_at_once || (call.optional && cost.fails_at_once);
                Cost { passes_at_once, fails_at_once: cost.fails_at_once && !call.optional, ..cost }
            }
            Step::Parallel(branches) => branches.iter().map(|branch| self.step(branch)).fold(
                Cost { steps: 1.0, passes_at_once: true, ..Cost::default() },
                |all, branch| Cost {
                    steps: all.steps + branch.steps,
                    seconds: all.seconds.max(branch.seconds),
                    passes_at_once: all.passes_at_once && branch.passes_at_once,
                    fails_at_once: all.fails_at_once || branch.fails_at_once,
                },
            ),
            Step::Effect { .. } | Step::Lock | Step::Read(_) => {
                Cost { steps: 1.0, passes_at_once: true, ..Cost::default() }
            }
            Step::Commit => {
                let refreshes: f64 =
                    self.model.followers.iter().filter_map(refreshed_by).map(|by| self.endpoint(by).steps).sum();
                Cost { steps: 1.0 + refreshes, passes_at_once: true, ..Cost::default() }
            }
            Step::Publish { queue, .. } => {
                let queue = &self.model.queues[queue.0 as usize];
                let seconds = mean_s(&queue.write);
                let steps = 1.0 + self.endpoint(queue.consumer).steps;
                let fails_at_once = queue.limit.is_some();
                Cost { steps, seconds, passes_at_once: seconds == 0.0, fails_at_once }
            }
        }
    }

    /// Whether a service may refuse a request as soon as it arrives.
    fn refuses(&self, id: ServiceId) -> bool {
        let service = &self.model.services[id.0 as usize];
        let full = service.workers.is_some() && service.queue.limit.is_some();
        let hit = |fault: &Fault| match fault.kind {
            FaultKind::Errors { service, .. } | FaultKind::Crash { service, .. } => service == id,
            _ => false,
        };
        let defences = &service.defences;
        let defended = defences.limit.is_some() || defences.concurrency.is_some() || service.queue.shed.is_some();
        let deployed = self.model.deploys.iter().any(|deploy| deploy.service == id);
        full || defended || deployed || self.model.faults.iter().any(hit)
    }
}

/// The endpoint that writes a copy, where one does.
fn refreshed_by(follower: &Follower) -> Option<EndpointId> {
    if let Follows::Refresh { by, .. } = follower.follows { Some(by) } else { None }
}

/// Mean time of a message and its answer.
fn network_s(network: &Network) -> f64 {
    2.0 * mean_s(&network.latency) + network.jitter.as_secs()
}

/// Two significant digits: `1.4e12`, `350`.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e5 => {
            let text = format!("{value:.1e}");
            text.replace(".0e", "e")
        }
        value => format!("{}", value.round()),
    }
}
