//! Which models can be run: every range that the engine relies on.

mod data;
mod defences;
mod guards;

use crate::model::{
    Arrivals, Backoff, Budget, Call, Dist, FaultKind, Load, Model, Network, Order, Profile, Service, Step,
};
use crate::time::Span;
use std::fmt;

/// A field of a model that is out of its range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelError {
    /// Which, in the words of the model: `service gateway: workers`.
    pub field: String,
    /// What would be right.
    pub allowed: &'static str,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.field, self.allowed)
    }
}

impl std::error::Error for ModelError {}

type Checked = Result<(), ModelError>;

fn require(holds: bool, field: impl FnOnce() -> String, allowed: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(ModelError { field: field(), allowed }) }
}

impl Model {
    /// At most this many calls are written in one model: each has a histogram of its own.
    pub const MAX_SITES: usize = 1_000;
    /// Operations of all endpoints together, repeated calls counted as often as they are made.
    pub const MAX_OPS: usize = 1_000_000;
    /// Branches of one parallel step.
    pub const MAX_BRANCHES: usize = 10_000;
    /// Users of one closed tenant.
    pub const MAX_USERS: u32 = 4_000_000;

    /// Whether the model can be run.
    ///
    /// # Errors
    /// The first field that is out of range, with its range.
    pub fn check(&self) -> Result<(), ModelError> {
        require(
            self.duration > Span::ZERO && self.duration <= Self::MAX_SPAN,
            || "duration".into(),
            "over 0 and at most 100 years",
        )?;
        require(self.warmup < self.duration, || "warmup".into(), "less than the duration")?;
        require(self.effects.len() <= Self::MAX_EFFECTS, || "effects".into(), "at most 8 different ones")?;
        let replicas = self.services.iter().map(|service| u64::from(service.most_replicas())).sum::<u64>();
        require(replicas <= u64::from(Self::MAX_REPLICAS), || "replicas".into(), "at most 100000 in all")?;
        self.check_references()?;
        self.check_effects()?;
        self.check_data()?;
        self.services.iter().try_for_each(|service| check_service(service, self.tenants.len()))?;
        self.check_tenants()?;
        self.check_faults()?;
        self.deploys.iter().try_for_each(|deploy| defences::check_deploy(deploy, self.services.len()))?;
        self.check_size()?;
        self.check_depth()
    }

    fn check_references(&self) -> Checked {
        let known = |call: &Call| {
            let service = self.services.get(call.callee.service.0 as usize);
            service.is_some_and(|service| (call.callee.endpoint as usize) < service.endpoints.len())
        };
        for call in self.calls() {
            require(known(call), || "call".into(), "an endpoint of the model")?;
            check_call(call)?;
            data::check_call(call)?;
        }
        self.check_guards()
    }

    fn calls(&self) -> impl Iterator<Item = &Call> {
        let of_tenants = self.tenants.iter().flat_map(|tenant| tenant.call.with_fallback());
        of_tenants.chain(self.all_steps().flat_map(calls))
    }

    fn check_effects(&self) -> Checked {
        let known =
            |step: &Step| !matches!(step, Step::Effect { effect, .. } if effect.0 as usize >= self.effects.len());
        require(self.all_steps().all(known), || "effect".into(), "one of the model's")
    }

    fn all_steps(&self) -> impl Iterator<Item = &Step> {
        let steps = self.services.iter().flat_map(|service| &service.endpoints).flat_map(|endpoint| &endpoint.steps);
        steps.flat_map(|step| match step {
            Step::Parallel(branches) => branches.as_slice(),
            single => std::slice::from_ref(single),
        })
    }

    fn check_tenants(&self) -> Checked {
        for tenant in &self.tenants {
            let field = |what: &str| format!("tenant {}: {what}", tenant.name);
            match &tenant.load {
                Load::Open { rate, arrivals, profile } => {
                    require(*rate > 0.0 && *rate <= 1e9, || field("rate"), "over 0 and at most 10⁹ per second")?;
                    check_profile(profile, || field("shape"))?;
                    if let Arrivals::Bursty { on, off } = arrivals {
                        let holds = *on > Span::ZERO && *on <= Self::MAX_SPAN && *off <= Self::MAX_SPAN;
                        require(holds, || field("arrivals"), "bursts of some length")?;
                    }
                }
                Load::Closed { users, think } => {
                    require(*users <= Self::MAX_USERS, || field("users"), "at most 4000000")?;
                    check_dist(think, || field("think"))?;
                }
                Load::Replay { times } => {
                    require(times.is_sorted(), || field("replay"), "in ascending order")?;
                }
            }
        }
        Ok(())
    }

    fn check_faults(&self) -> Checked {
        for fault in &self.faults {
            let service = |id: &crate::model::ServiceId| (id.0 as usize) < self.services.len();
            let share = |share: &f64| *share > 0.0 && *share <= 1.0;
            let chance = |rate: &f64| (0.0..=1.0).contains(rate);
            let factor = |by: &f64| *by > 0.0 && *by <= 1e6;
            let holds = match &fault.kind {
                FaultKind::Slow { service: s, by, share: part } => service(s) && factor(by) && share(part),
                FaultKind::Errors { service: s, rate, share: part } => service(s) && chance(rate) && share(part),
                FaultKind::Crash { service: s, share: part } | FaultKind::Pause { service: s, share: part } => {
                    service(s) && share(part)
                }
                FaultKind::Shrink { service: s, share: part, .. } => service(s) && share(part),
                FaultKind::Partition { .. } => true,
                FaultKind::Loss { rate, .. } => chance(rate),
                FaultKind::Spike { tenant, by } => (tenant.0 as usize) < self.tenants.len() && factor(by),
                FaultKind::Flush { cache } => (cache.0 as usize) < self.caches.len(),
            };
            require(
                holds,
                || "fault".into(),
                "on something that exists, with a share over 0 and up to 1, a chance from 0 to 1, a factor over 0 and up to 10⁶",
            )?;
        }
        Ok(())
    }

    fn check_size(&self) -> Checked {
        let mut sites = self.tenants.len() + self.queues.len() + self.followers.len();
        let mut ops = 0;
        for step in self.all_steps() {
            let times = step.as_call().map_or(1, |call| call.times as usize);
            sites += calls(step).count();
            ops += times;
        }
        require(sites <= Self::MAX_SITES, || "calls".into(), "at most 1000, those of tenants and queues included")?;
        require(
            ops <= Self::MAX_OPS,
            || "steps".into(),
            "at most a million, repeated calls counted as often as they are made",
        )
    }

    /// Calls must not come back to where they are, and not nest too deep.
    fn check_depth(&self) -> Checked {
        let mut depths: Vec<Vec<Option<usize>>> =
            self.services.iter().map(|service| vec![None; service.endpoints.len()]).collect();
        for (s, service) in self.services.iter().enumerate() {
            for e in 0..service.endpoints.len() {
                self.depth(s, e, 0, &mut depths)?;
            }
        }
        Ok(())
    }

    fn depth(&self, s: usize, e: usize, above: usize, depths: &mut [Vec<Option<usize>>]) -> Result<usize, ModelError> {
        // A cycle nests without end, so it is found as a depth that is too great.
        require(
            above < Self::MAX_DEPTH,
            || format!("calls from {}", self.services[s].endpoints[e].name),
            "free of cycles and at most 64 deep",
        )?;
        if let Some(known) = depths[s][e] {
            require(above + known <= Self::MAX_DEPTH, || "calls".into(), "at most 64 deep")?;
            return Ok(known);
        }
        let mut deepest = 0;
        for step in self.services[s].endpoints[e].steps.iter().flat_map(branches) {
            for callee in self.callees(s, step) {
                let (service, endpoint) = (callee.service.0 as usize, callee.endpoint as usize);
                deepest = deepest.max(self.depth(service, endpoint, above + 1, depths)?);
            }
        }
        depths[s][e] = Some(deepest + 1);
        Ok(deepest + 1)
    }
}

fn branches(step: &Step) -> &[Step] {
    match step {
        Step::Parallel(branches) => branches,
        single => std::slice::from_ref(single),
    }
}

/// The call that a step is, and the one that takes its place.
fn calls(step: &Step) -> impl Iterator<Item = &Call> {
    step.as_call().into_iter().flat_map(Call::with_fallback)
}

fn check_service(service: &Service, tenants: usize) -> Checked {
    let field = |what: &str| format!("service {}: {what}", service.name);
    require(service.replicas >= 1, || field("replicas"), "at least 1")?;
    require(service.workers != Some(0), || field("workers"), "at least 1")?;
    require(service.cores != Some(0), || field("cores"), "at least 1")?;
    require(service.pools.iter().all(|pool| pool.size > 0), || field("pools"), "at least 1 connection each")?;
    require(service.startup <= Model::MAX_SPAN, || field("startup"), "at most 100 years")?;
    let telemetry = &service.telemetry;
    let told = telemetry.always <= Model::MAX_SPAN && telemetry.span <= Model::MAX_SPAN;
    require(told && (0.0..=1.0).contains(&telemetry.traced), || field("telemetry"), "times up to 100 years, a chance")?;
    let speeds = service.speeds.iter().all(|speed| *speed >= 1e-6 && *speed <= 1e6);
    require(speeds, || field("speed"), "from 10⁻⁶ to 10⁶")?;
    if let Order::AdaptiveLifo { interval } = service.queue.order {
        require(interval <= Model::MAX_SPAN, || field("queue.interval"), "at most 100 years")?;
    }
    defences::check_defences(service, tenants, &field)?;
    for step in service.endpoints.iter().flat_map(|endpoint| &endpoint.steps) {
        check_step(step, &field)?;
    }
    Ok(())
}

fn check_step(step: &Step, field: &impl Fn(&str) -> String) -> Checked {
    match step {
        Step::Work(dist) => check_dist(dist, || field("work")),
        Step::Wait(dist) => check_dist(dist, || field("wait")),
        Step::Call(_) | Step::Effect { .. } | Step::Lock | Step::Commit | Step::Read(_) | Step::Publish { .. } => {
            Ok(())
        }
        Step::Parallel(branches) => {
            let simple = |step: &Step| matches!(step, Step::Work(_) | Step::Wait(_) | Step::Call(_));
            require(branches.iter().all(simple), || field("parallel"), "work, wait and call steps")?;
            let count: usize =
                branches.iter().map(|branch| branch.as_call().map_or(1, |call| call.times as usize)).sum();
            require(count <= Model::MAX_BRANCHES, || field("parallel"), "at most 10000 branches")?;
            branches.iter().try_for_each(|branch| check_step(branch, field))
        }
    }
}

fn check_call(call: &Call) -> Checked {
    require(call.times >= 1, || "call: times".into(), "at least 1")?;
    require(
        call.timeout.is_none_or(|timeout| timeout <= Model::MAX_SPAN),
        || "call: timeout".into(),
        "at most 100 years",
    )?;
    check_network(&call.network)?;
    let Some(retry) = &call.retry else { return Ok(()) };
    let attempts = (1..=Model::MAX_ATTEMPTS).contains(&retry.attempts);
    require(attempts, || "retry: attempts".into(), "from 1 to 30")?;
    let Backoff { base, cap, .. } = retry.backoff;
    require(base <= Model::MAX_SPAN && cap <= Model::MAX_SPAN, || "retry: backoff".into(), "at most 100 years")?;
    let affordable = match retry.budget {
        None => true,
        Some(Budget::Share(share)) => (0.0..=100.0).contains(&share),
        Some(Budget::Tokens { refill, .. }) => (0.0..=1e9).contains(&refill),
    };
    require(affordable, || "retry: budget".into(), "from 0 to 100 times, or a refill from 0 to 10⁹ per second")
}

fn check_network(network: &Network) -> Checked {
    require((0.0..=1.0).contains(&network.loss), || "network: loss".into(), "from 0 to 1")?;
    require(network.jitter <= Model::MAX_SPAN, || "network: jitter".into(), "at most 100 years")?;
    check_dist(&network.latency, || "network: latency".into())
}

fn check_profile(profile: &Profile, field: impl FnOnce() -> String) -> Checked {
    let ascending = profile.points.is_sorted_by_key(|point| point.0);
    let sane = profile.points.iter().all(|(_, multiplier)| (0.0..=1e6).contains(multiplier));
    require(ascending && sane, field, "points in order of time, each from 0 to 10⁶")
}

fn check_dist(dist: &Dist, field: impl FnOnce() -> String) -> Checked {
    let span = |span: &Span| *span <= Model::MAX_SPAN;
    let holds = match dist {
        Dist::Constant(value) => span(value),
        Dist::Exp { mean } => span(mean),
        Dist::Uniform { low, high } => low <= high && span(high),
        Dist::LogNormal { p50, p99 } => *p50 > Span::ZERO && p50 <= p99 && span(p99),
        Dist::Gamma { mean, cv } => span(mean) && *cv >= 1e-3 && *cv <= 1e3,
        Dist::HyperExp { mean, cv } => span(mean) && *cv >= 1.0 && *cv <= 1e3,
        Dist::Pareto { min, alpha, max } => {
            *min > Span::ZERO
                && span(min)
                && *alpha > 0.0
                && *alpha <= 1e3
                && max.is_none_or(|max| max > *min && span(&max))
        }
        Dist::Empirical(values) => !values.is_empty() && values.iter().all(span),
    };
    require(holds, field, "a distribution with parameters in range and times of at most 100 years")
}
