//! Builds small models, runs them, and reads the answers.

use sim::model::{
    Call, Capacity, Dist, EffectId, Fault, FaultKind, Load, Model, Party, Service, ServiceId, Step, Tenant, TenantId,
};
use sim::{Fact, Failure, Limits, Measures, Meter, Observer, Outcome, Progress, Ref, Simulation, Span, Time};
use std::collections::BTreeMap;

pub(crate) const SEED: u64 = 7;

pub(crate) fn ms(n: u64) -> Span {
    Span::millis(n)
}

pub(crate) fn at(n: u64) -> Time {
    Time::ZERO + ms(n)
}

pub(crate) fn constant(n: u64) -> Dist {
    Dist::Constant(ms(n))
}

pub(crate) fn work(n: u64) -> Step {
    Step::Work(constant(n))
}

pub(crate) fn wait(n: u64) -> Step {
    Step::Wait(constant(n))
}

pub(crate) fn effect(n: u32) -> Step {
    Step::Effect { effect: EffectId(n), idempotent: None }
}

/// A call of the only endpoint of the service with this number.
pub(crate) fn to(service: u32) -> Call {
    Call::to(service, 0)
}

/// Such a call that is given up after so many milliseconds.
pub(crate) fn within(service: u32, timeout: u64) -> Call {
    Call { timeout: Some(ms(timeout)), ..to(service) }
}

pub(crate) fn replay(times: &[u64]) -> Load {
    Load::Replay { times: times.iter().map(|n| at(*n)).collect() }
}

/// Asks service 0 at these milliseconds.
pub(crate) fn asks(times: &[u64]) -> Tenant {
    Tenant::new("shoppers", to(0), replay(times))
}

pub(crate) fn service(n: u32) -> Party {
    Party::Service(ServiceId(n))
}

pub(crate) fn slow(n: u32, by: f64) -> FaultKind {
    FaultKind::Slow { service: ServiceId(n), by, share: 1.0 }
}

pub(crate) fn errors(n: u32, rate: f64) -> FaultKind {
    FaultKind::Errors { service: ServiceId(n), rate, share: 1.0 }
}

pub(crate) fn crash(n: u32) -> FaultKind {
    FaultKind::Crash { service: ServiceId(n), share: 1.0 }
}

pub(crate) fn pause(n: u32) -> FaultKind {
    FaultKind::Pause { service: ServiceId(n), share: 1.0 }
}

pub(crate) fn partition(a: u32, b: u32) -> FaultKind {
    FaultKind::Partition { between: [service(a), service(b)] }
}

pub(crate) fn shrink(n: u32, what: Capacity, to: u32) -> FaultKind {
    FaultKind::Shrink { service: ServiceId(n), what, to, share: 1.0 }
}

pub(crate) fn spike(tenant: u32, by: f64) -> FaultKind {
    FaultKind::Spike { tenant: TenantId(tenant), by }
}

/// A model under construction.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) model: Model,
}

impl World {
    /// Ten seconds of these services, numbered in this order.
    pub(crate) fn of(services: impl IntoIterator<Item = Service>) -> Self {
        let services = services.into_iter().collect();
        World { model: Model { duration: Span::secs(10), services, ..Model::default() } }
    }

    pub(crate) fn tenant(mut self, tenant: Tenant) -> Self {
        self.model.tenants.push(tenant);
        self
    }

    /// Goes wrong at a millisecond, for so many.
    pub(crate) fn fault(mut self, kind: FaultKind, from: u64, lasts: u64) -> Self {
        self.model.faults.push(Fault { kind, at: at(from), lasts: ms(lasts) });
        self
    }

    pub(crate) fn effects(mut self, names: &[&str]) -> Self {
        self.model.effects = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    pub(crate) fn run(&self) -> Ran {
        run(&self.model, SEED)
    }

    /// Runs it and compares the answers.
    #[track_caller]
    pub(crate) fn check(&self, expected: &str) -> Ran {
        let ran = self.run();
        assert_eq!(ran.answers(), expected);
        ran
    }
}

/// How one request was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Answered {
    pub(crate) tenant: u32,
    pub(crate) sent: Time,
    /// Nothing where the run was over before there was an answer.
    pub(crate) latency: Option<Span>,
    pub(crate) outcome: Outcome,
}

/// A finished run.
pub(crate) struct Ran {
    pub(crate) measures: Measures,
    pub(crate) events: u64,
    pub(crate) digest: u64,
    /// In the order of sending.
    pub(crate) requests: Vec<Answered>,
    pub(crate) facts: Vec<(Time, Fact)>,
}

impl Ran {
    /// When each request was sent, how long it took, and how it ended.
    pub(crate) fn answers(&self) -> String {
        self.requests.iter().map(described).collect::<Vec<_>>().join(", ")
    }

    /// Of one tenant's requests.
    pub(crate) fn of_tenant(&self, tenant: u32) -> Vec<Answered> {
        self.requests.iter().copied().filter(|request| request.tenant == tenant).collect()
    }

    /// When attempts were made at a site, in milliseconds.
    pub(crate) fn attempts(&self, wanted: u32) -> Vec<f64> {
        let made = |fact: &Fact| matches!(fact, Fact::AttemptMade { site, .. } if *site == wanted);
        self.facts.iter().filter(|(_, fact)| made(fact)).map(|(at, _)| at.as_secs() * 1e3).collect()
    }

    /// The replicas that attempts of one tenant's requests reached, counted over all services, in order of time.
    pub(crate) fn replicas(&self, wanted: u32) -> Vec<u32> {
        let mut tenants = BTreeMap::new();
        let mut callers = BTreeMap::new();
        let mut reached = Vec::new();
        for (_, fact) in &self.facts {
            match *fact {
                Fact::RequestSent { request, tenant } => drop(tenants.insert(request.id(), tenant)),
                Fact::CallBegan { call, request, .. } => drop(callers.insert(call.id(), tenants[&request.id()])),
                Fact::Reached { call, replica, .. } if callers[&call.id()] == wanted => reached.push(replica),
                _ => {}
            }
        }
        reached
    }
}

fn described(request: &Answered) -> String {
    let sent = request.sent.as_secs() * 1e3;
    let outcome = match request.outcome {
        Outcome::Ok => "ok",
        Outcome::Degraded => "degraded",
        Outcome::Late => "late",
        Outcome::Failed(Failure::Timeout) => "timeout",
        Outcome::Failed(Failure::Rejected) => "rejected",
        Outcome::Failed(Failure::Error) => "error",
        Outcome::Failed(Failure::Breaker) => "breaker",
        Outcome::Failed(Failure::Unreachable) => "unreachable",
    };
    match request.latency {
        Some(latency) => format!("{sent}+{} {outcome}", latency.as_millis()),
        None => format!("{sent}+never {outcome}"),
    }
}

/// Runs a model to its end at once.
///
/// # Panics
/// If it cannot be run, or exceeds the default limits.
pub(crate) fn run(model: &Model, seed: u64) -> Ran {
    let mut simulation = Simulation::new(model, seed, Limits::default()).expect("the model can be run");
    let mut seen = (Meter::new(model), (Answers::default(), Facts::default()));
    assert_eq!(simulation.run_until(Time::NEVER, &mut seen), Progress::Done);
    let end = simulation.end();
    seen.1.0.over = true;
    let (events, digest) = simulation.finish(&mut seen);
    let (meter, (answers, Facts(facts))) = seen;
    Ran { measures: meter.finish(end), events, digest, requests: answers.requests, facts }
}

/// Collects how requests were answered, and insists that time never goes back.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) requests: Vec<Answered>,
    /// The run is over; what ends now never got an answer.
    pub(crate) over: bool,
    open: BTreeMap<u64, usize>,
    now: Time,
}

impl Answers {
    fn sent(&mut self, at: Time, request: Ref, tenant: u32) {
        self.open.insert(request.id(), self.requests.len());
        let outcome = Outcome::Failed(Failure::Timeout);
        self.requests.push(Answered { tenant, sent: at, latency: None, outcome });
    }

    fn ended(&mut self, at: Time, request: Ref, outcome: Outcome) {
        let place = self.open.remove(&request.id()).expect("a request ends once, after it was sent");
        let latency = (!self.over).then(|| at.since(self.requests[place].sent));
        self.requests[place] = Answered { latency, outcome, ..self.requests[place] };
    }
}

impl Observer for Answers {
    fn reach(&mut self, at: Time) {
        assert!(at >= self.now, "time went back from {:?} to {at:?}", self.now);
        self.now = at;
    }

    fn see(&mut self, at: Time, fact: Fact) {
        assert_eq!(at, self.now, "{fact:?}");
        match fact {
            Fact::RequestSent { request, tenant } => self.sent(at, request, tenant),
            Fact::RequestEnded { request, outcome, .. } => self.ended(at, request, outcome),
            _ => {}
        }
    }
}

/// Keeps everything.
#[derive(Default)]
pub(crate) struct Facts(pub(crate) Vec<(Time, Fact)>);

impl Observer for Facts {
    fn reach(&mut self, _: Time) {}

    fn see(&mut self, at: Time, fact: Fact) {
        self.0.push((at, fact));
    }
}
