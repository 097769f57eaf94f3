//! A model made ready to run: names resolved to numbers, handlers flattened to one list of operations, every draw with its
//! own stream.

mod data;

pub(crate) use data::{DataSite, FollowerPlan, Publication, Way};

use crate::agenda::{Agenda, Lane};
use crate::balance::Balancer;
use crate::ejection::Ejector;
use crate::guards::{Fallback, SiteGuards};
use crate::hedge::Hedging;
use crate::model::{
    self, Call, Concurrency, Deadlines, Dist, EndpointId, FollowerId, Follows, HedgeDelay, Load, Model, Network, Party,
    Queue, QueueId, Scheduling, ServiceId, Step, Telemetry, TenantId,
};
use crate::random::Stream;
use crate::retry::Retries;
use crate::sampler::Sampler;
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// What a handler does next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Work {
        draw: u32,
    },
    Wait {
        draw: u32,
    },
    Call {
        site: u32,
    },
    /// A call that asks for a key.
    Ask {
        site: u32,
    },
    /// The next `branches` operations begin at once.
    Fork {
        branches: u32,
    },
    Effect {
        effect: u8,
        idempotent: bool,
    },
    /// Applied again where its key has been kept for this one of the retentions.
    KeptEffect {
        effect: u8,
        retention: u32,
    },
    /// Takes a row's lock.
    Lock,
    /// Copies learn of a write.
    Commit,
    Read {
        follower: u32,
    },
    Publish {
        publication: u32,
    },
    /// The handler is done.
    End,
}

/// A distribution with the stream it draws from.
#[derive(Debug)]
pub(crate) struct Draw {
    sampler: Sampler,
    stream: Stream,
}

impl Draw {
    /// The CPU time that telling about a request takes.
    fn of_telling(telemetry: &Telemetry, seed: u64, endpoint: &str) -> Self {
        let Telemetry { always, traced, span } = *telemetry;
        let sampler = Sampler::Sometimes { always, chance: traced, extra: span };
        Draw { sampler, stream: Stream::new(seed, "telemetry", endpoint) }
    }

    fn new(dist: &Dist, seed: u64, purpose: &str, name: &str) -> Self {
        Draw { sampler: Sampler::new(dist), stream: Stream::new(seed, purpose, name) }
    }

    #[inline]
    pub(crate) fn sample(&mut self) -> Span {
        self.sampler.sample(&mut self.stream)
    }
}

/// A tenant's fixed properties.
#[derive(Debug)]
pub(crate) struct TenantPlan {
    pub(crate) site: u32,
    pub(crate) patience: Span,
    pub(crate) priority: u8,
    pub(crate) think: Option<Draw>,
    pub(crate) users: u32,
    /// Tells the keys of this tenant's requests from those of others.
    key: u64,
    /// Requests so far.
    sent: u64,
}

impl TenantPlan {
    /// A closed tenant's users keep their key, an open tenant's requests have one each.
    #[inline]
    pub(crate) fn next_key(&mut self, user: u32) -> u64 {
        self.sent += 1;
        self.key ^ if self.think.is_some() { u64::from(user) } else { self.sent }
    }
}

/// A service's fixed properties.
#[derive(Debug)]
pub(crate) struct ServicePlan {
    pub(crate) first_replica: u32,
    /// Places for replicas, whether in service or not.
    pub(crate) replicas: u32,
    /// How many are in service at the start.
    pub(crate) started: u32,
    /// `u32::MAX` where unlimited.
    pub(crate) workers: u32,
    /// `u32::MAX` where work never contends.
    pub(crate) cores: u32,
    pub(crate) scheduling: Scheduling,
    pub(crate) queue: Queue,
    pub(crate) concurrency: Option<Concurrency>,
    pub(crate) startup: Span,
    pub(crate) propagates_deadlines: bool,
    pub(crate) speeds: Vec<f64>,
    /// Sizes of the pools of connections of each replica.
    pub(crate) pools: Vec<u32>,
    /// Whether its handlers lock rows.
    pub(crate) locks: bool,
}

/// A place where somebody calls.
#[derive(Debug)]
pub(crate) struct Site {
    callee: EndpointId,
    pub(crate) callee_service: u32,
    pub(crate) first_replica: u32,
    pub(crate) callee_replicas: u32,
    /// Where the callee's operations begin.
    pub(crate) first_op: u32,
    /// The effects among its steps, a bit each.
    pub(crate) effects: u8,
    pub(crate) timeout: Option<Span>,
    pub(crate) timeout_lane: Option<Lane>,
    pub(crate) optional: bool,
    pub(crate) retries: Option<Retries>,
    pub(crate) guards: Option<Box<SiteGuards>>,
    pub(crate) balancer: Balancer,
    /// Keeps from replicas that fail, where the callee's policy says so.
    pub(crate) ejector: Option<Box<Ejector>>,
    pub(crate) path: Path,
    /// Index among the caller's pools.
    pub(crate) pool: Option<u32>,
    /// What it has to do with data.
    pub(crate) data: Option<Box<DataSite>>,
}

/// The way between a caller and its callee.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) ends: [Party; 2],
    hop: Hop,
    jitter: Span,
    base_loss: f64,
    /// Chance that a packet is lost, faults included.
    loss: f64,
    /// A partition lies between.
    cut: bool,
    /// What becomes of every message, where luck has no part in it.
    certain: Option<Transit>,
    stream: Stream,
}

#[derive(Debug)]
enum Hop {
    None,
    Lane(Span, Lane),
    Drawn(Sampler),
}

/// When a message arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transit {
    /// In the same instant.
    Now,
    /// After the lane's constant delay.
    InLane(Span, Lane),
    /// After this.
    After(Span),
    /// Never.
    Lost,
}

impl Path {
    fn new(network: &Network, ends: [Party; 2], agenda: &mut Agenda, stream: Stream) -> Self {
        let sampler = Sampler::new(&network.latency);
        let hop = match sampler.constant() {
            Some(Span::ZERO) => Hop::None,
            Some(span) => agenda.lane(span).map_or(Hop::Drawn(sampler), |lane| Hop::Lane(span, lane)),
            None => Hop::Drawn(sampler),
        };
        let (jitter, base_loss) = (network.jitter, network.loss);
        let mut path = Path { ends, hop, jitter, base_loss, loss: base_loss, cut: false, certain: None, stream };
        path.set_faults(false, 0.0);
        path
    }

    /// Sends one message.
    #[inline(always)]
    pub(crate) fn transit(&mut self) -> Transit {
        match self.certain {
            Some(transit) => transit,
            None => self.travel(),
        }
    }

    #[inline(never)]
    fn travel(&mut self) -> Transit {
        match &self.hop {
            Hop::Drawn(sampler) if self.is_smooth() => Transit::After(sampler.sample(&mut self.stream)),
            _ => self.rough_transit(),
        }
    }

    fn is_smooth(&self) -> bool {
        self.jitter == Span::ZERO && self.loss == 0.0
    }

    /// With jitter, and with retransmissions after losses: each waits twice as long as the one before.
    fn rough_transit(&mut self) -> Transit {
        let hop = match &self.hop {
            Hop::None => Span::ZERO,
            Hop::Lane(span, _) => *span,
            Hop::Drawn(sampler) => sampler.sample(&mut self.stream),
        };
        let mut delay = hop + self.jitter.scaled(self.stream.unit());
        let mut patience = Network::RETRANSMIT;
        for _ in 0..Network::TRANSMISSIONS {
            if !self.stream.chance(self.loss) {
                return Transit::After(delay);
            }
            delay += patience;
            patience += patience;
        }
        Transit::Lost
    }

    /// What faults do to the path. Two independent causes of loss: a packet survives if it survives both.
    pub(crate) fn set_faults(&mut self, cut: bool, extra_loss: f64) {
        self.cut = cut;
        self.loss = 1.0 - (1.0 - self.base_loss) * (1.0 - extra_loss);
        self.certain = match self.hop {
            _ if cut => Some(Transit::Lost),
            Hop::None if self.is_smooth() => Some(Transit::Now),
            Hop::Lane(span, lane) if self.is_smooth() => Some(Transit::InLane(span, lane)),
            _ => None,
        };
    }
}

/// Everything that stays as it is, and the streams and policies that belong to it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) tenants: Vec<TenantPlan>,
    pub(crate) services: Vec<ServicePlan>,
    pub(crate) ops: Vec<Op>,
    pub(crate) draws: Vec<Draw>,
    pub(crate) sites: Vec<Site>,
    /// How long the keys of effects are kept, where that is not for ever.
    pub(crate) retentions: Vec<Span>,
    pub(crate) replicas: u32,
    pub(crate) publications: Vec<Publication>,
    /// The site of each queue's deliveries.
    pub(crate) deliveries: Vec<u32>,
    pub(crate) followers: Vec<FollowerPlan>,
}

/// Who makes a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallerId {
    /// A tenant.
    Tenant(TenantId),
    /// A handler.
    Endpoint(EndpointId),
    /// A queue, to deliver a message.
    Queue(QueueId),
    /// A copy, to see a write.
    Follower(FollowerId),
}

/// The calls of a model in the order in which the engine numbers them: each tenant's, then each step's as it is read, with
/// its fallback behind it, each queue's, and those of copies that are refreshed by calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sites {
    /// Who calls.
    pub callers: Vec<CallerId>,
    /// What is called.
    pub callees: Vec<EndpointId>,
}

impl Sites {
    /// Numbers the calls of a model.
    pub fn of(model: &Model) -> Self {
        let mut sites = Sites::default();
        for (caller, call) in Self::calls(model) {
            sites.add(caller, call.callee);
        }
        for (index, queue) in model.queues.iter().enumerate() {
            sites.add(CallerId::Queue(QueueId(index as u32)), queue.consumer);
        }
        for (index, follower) in model.followers.iter().enumerate() {
            if let Follows::Refresh { by, .. } = follower.follows {
                sites.add(CallerId::Follower(FollowerId(index as u32)), by);
            }
        }
        sites
    }

    /// Each call of a tenant or a handler with its caller, in the order of their numbers; they come before all others.
    pub fn calls(model: &Model) -> impl Iterator<Item = (CallerId, &Call)> {
        let tenants = model.tenants.iter().enumerate();
        let tenants = tenants.map(|(index, tenant)| (CallerId::Tenant(TenantId(index as u32)), &tenant.call));
        let services = (0..).map(ServiceId).zip(&model.services);
        let endpoints = services.flat_map(|(service, held)| {
            (0..).zip(&held.endpoints).map(move |(endpoint, held)| (EndpointId { service, endpoint }, held))
        });
        let steps = endpoints.flat_map(|(caller, endpoint)| {
            let calls = endpoint.steps.iter().flat_map(leaves).filter_map(Step::as_call);
            calls.flat_map(Call::with_fallback).map(move |call| (CallerId::Endpoint(caller), call))
        });
        tenants.chain(steps)
    }

    fn add(&mut self, caller: CallerId, callee: EndpointId) {
        self.callers.push(caller);
        self.callees.push(callee);
    }
}

/// A step without the fork around it.
fn leaves(step: &Step) -> &[Step] {
    match step {
        Step::Parallel(branches) => branches,
        other => std::slice::from_ref(other),
    }
}

/// Compiles a model; it has passed [`Model::check`].
pub(crate) fn compile(model: &Model, seed: u64, agenda: &mut Agenda) -> Plan {
    let mut compiler = Compiler::new(model, seed, agenda);
    let tenants = model.tenants.iter().enumerate().map(|(index, _)| compiler.tenant(index)).collect();
    for (s, service) in model.services.iter().enumerate() {
        for e in 0..service.endpoints.len() {
            compiler.endpoint(EndpointId { service: ServiceId(s as u32), endpoint: e as u32 });
        }
    }
    let (deliveries, followers) = compiler.errands();
    compiler.link();
    Plan {
        tenants,
        services: compiler.services,
        ops: compiler.ops,
        draws: compiler.draws,
        sites: compiler.sites,
        retentions: compiler.retentions,
        replicas: compiler.replicas,
        publications: compiler.publications,
        deliveries,
        followers,
    }
}

struct Compiler<'a> {
    model: &'a Model,
    seed: u64,
    agenda: &'a mut Agenda,
    services: Vec<ServicePlan>,
    /// Where each endpoint's operations begin, and its effects, a bit each.
    endpoints: BTreeMap<EndpointId, (u32, u8)>,
    ops: Vec<Op>,
    draws: Vec<Draw>,
    sites: Vec<Site>,
    retentions: Vec<Span>,
    publications: Vec<Publication>,
    replicas: u32,
    /// How many steps of a kind an endpoint has had so far.
    seen: BTreeMap<String, u32>,
}

impl<'a> Compiler<'a> {
    fn new(model: &'a Model, seed: u64, agenda: &'a mut Agenda) -> Self {
        let mut replicas = 0;
        let mut services = Vec::new();
        for service in &model.services {
            services.push(service_plan(service, replicas));
            replicas += service.most_replicas();
        }
        Compiler {
            model,
            seed,
            agenda,
            services,
            endpoints: BTreeMap::new(),
            ops: Vec::new(),
            draws: Vec::new(),
            sites: Vec::new(),
            retentions: Vec::new(),
            publications: Vec::new(),
            replicas,
            seen: BTreeMap::new(),
        }
    }

    fn tenant(&mut self, index: usize) -> TenantPlan {
        let tenant = &self.model.tenants[index];
        let caller = Party::Tenant(TenantId(index as u32));
        let site = self.site(&tenant.call, caller, tenant.name.clone());
        let (think, users) = match &tenant.load {
            Load::Closed { users, think } => (Some(Draw::new(think, self.seed, "think", &tenant.name)), *users),
            _ => (None, 0),
        };
        TenantPlan {
            site,
            patience: tenant.patience.unwrap_or(Span::MAX),
            priority: tenant.priority,
            think,
            users,
            key: Stream::new(self.seed, "key", &tenant.name).bits(),
            sent: 0,
        }
    }

    fn endpoint(&mut self, id: EndpointId) {
        let service = &self.model.services[id.service.0 as usize];
        let endpoint = &service.endpoints[id.endpoint as usize];
        let name = format!("{}.{}", service.name, endpoint.name);
        let (first_op, mut effects) = (self.ops.len() as u32, 0);
        if service.telemetry != Telemetry::default() {
            self.draws.push(Draw::of_telling(&service.telemetry, self.seed, &name));
            self.ops.push(Op::Work { draw: self.draws.len() as u32 - 1 });
        }
        for step in &endpoint.steps {
            if let Step::Effect { effect, .. } = step {
                effects |= 1 << effect.0;
            }
            self.step(step, id.service, &name);
        }
        self.ops.push(Op::End);
        self.endpoints.insert(id, (first_op, effects));
    }

    /// Tells each site where its callee's operations are, now that all have their place.
    fn link(&mut self) {
        for site in &mut self.sites {
            (site.first_op, site.effects) = self.endpoints[&site.callee];
        }
    }

    fn step(&mut self, step: &Step, service: ServiceId, name: &str) {
        match step {
            Step::Work(dist) => {
                let draw = self.draw(dist, "work", name);
                self.ops.push(Op::Work { draw });
            }
            Step::Wait(dist) => {
                let draw = self.draw(dist, "wait", name);
                self.ops.push(Op::Wait { draw });
            }
            Step::Call(call) => {
                let site = self.site(call, Party::Service(service), name.to_owned());
                let asks = self.sites[site as usize].data.is_some();
                let op = if asks { Op::Ask { site } } else { Op::Call { site } };
                self.ops.extend(std::iter::repeat_n(op, call.times as usize));
            }
            Step::Lock => self.ops.push(Op::Lock),
            Step::Commit => self.ops.push(Op::Commit),
            Step::Read(follower) => self.ops.push(Op::Read { follower: follower.0 }),
            Step::Publish { queue, keys } => {
                let publication = self.publication(*queue, keys.as_ref(), name);
                self.ops.push(Op::Publish { publication });
            }
            Step::Parallel(branches) => self.fork(branches, service, name),
            Step::Effect { effect, idempotent } => self.effect(effect.0 as u8, *idempotent),
        }
    }

    fn effect(&mut self, effect: u8, kept: Option<Span>) {
        match kept {
            None | Some(Span::MAX) => self.ops.push(Op::Effect { effect, idempotent: kept.is_some() }),
            Some(kept) => {
                let retention = self.retentions.len() as u32;
                self.retentions.push(kept);
                self.ops.push(Op::KeptEffect { effect, retention });
            }
        }
    }

    fn fork(&mut self, branches: &[Step], service: ServiceId, name: &str) {
        let fork = self.ops.len();
        self.ops.push(Op::Fork { branches: 0 });
        for branch in branches {
            self.step(branch, service, name);
        }
        self.ops[fork] = Op::Fork { branches: (self.ops.len() - fork - 1) as u32 };
    }

    fn draw(&mut self, dist: &Dist, purpose: &str, endpoint: &str) -> u32 {
        let name = self.numbered(format!("{endpoint} {purpose}"));
        self.draws.push(Draw::new(dist, self.seed, purpose, &name));
        self.draws.len() as u32 - 1
    }

    /// Tells steps of the same kind apart without counting the others, so that a new step moves nobody's luck.
    fn numbered(&mut self, kind: String) -> String {
        let seen = self.seen.entry(kind.clone()).or_insert(0);
        *seen += 1;
        format!("{kind} {seen}")
    }

    fn site(&mut self, call: &Call, caller: Party, name: String) -> u32 {
        let service = call.callee.service.0 as usize;
        let target = &self.model.services[service];
        let endpoint = &target.endpoints[call.callee.endpoint as usize];
        let name = self.numbered(format!("{name} -> {}.{}", target.name, endpoint.name));
        let seed = self.seed;
        let stream = |purpose| Stream::new(seed, purpose, &name);
        let (started, callee_replicas) = (self.services[service].started, self.services[service].replicas);
        let index = self.sites.len() as u32;
        let pool = match caller {
            Party::Service(from) => {
                let pools = &self.model.services[from.0 as usize].pools;
                pools.iter().position(|pool| pool.callee == call.callee.service).map(|pool| pool as u32)
            }
            Party::Tenant(_) => None,
        };
        let ends = [caller, Party::Service(call.callee.service)];
        let site = Site {
            callee_service: call.callee.service.0,
            callee: call.callee,
            first_replica: self.services[service].first_replica,
            callee_replicas,
            first_op: 0,
            effects: 0,
            timeout: call.timeout,
            timeout_lane: call.timeout.and_then(|timeout| self.agenda.lane(timeout)),
            optional: call.optional,
            retries: call.retry.as_ref().map(|retry| Retries::new(retry, stream("retry"))),
            guards: self.guards(&call.guards, caller, stream("throttle")),
            balancer: Balancer::new(target.balance, started, callee_replicas, stream("balance")),
            ejector: target.defences.ejection.map(|ejection| Box::new(Ejector::new(ejection, callee_replicas))),
            path: Path::new(&call.network, ends, self.agenda, stream("network")),
            pool,
            data: self.asks(call, &name),
        };
        self.sites.push(site);
        if let Some(model::Fallback::Call(other)) = &call.guards.fallback {
            self.stand_in(index, other, caller, &name);
        }
        index
    }

    /// What is asked and remembered at a site; none where it has no guard.
    fn guards(&mut self, rules: &model::Guards, caller: Party, stream: Stream) -> Option<Box<SiteGuards>> {
        (!rules.is_empty()).then(|| Box::new(self.site_guards(rules, caller, stream)))
    }

    fn site_guards(&mut self, rules: &model::Guards, caller: Party, stream: Stream) -> SiteGuards {
        let first_caller = match caller {
            Party::Service(service) => self.services[service.0 as usize].first_replica,
            Party::Tenant(_) => NO_REPLICA,
        };
        let hedging = rules.hedge.map(|hedge| {
            let lane = if let HedgeDelay::Fixed(delay) = hedge.after { self.agenda.lane(delay) } else { None };
            Hedging::new(&hedge, lane)
        });
        let mut guards = SiteGuards::new(rules, hedging, first_caller, stream);
        guards.fallback = match rules.fallback {
            Some(model::Fallback::Static) => Some(Fallback::Static),
            Some(model::Fallback::Stale { most }) => Some(Fallback::Stale(most)),
            // It has a site of its own, which comes next.
            Some(model::Fallback::Call(_)) | None => None,
        };
        guards
    }

    /// Adds the call that takes the place of the answer at a site.
    fn stand_in(&mut self, of: u32, call: &Call, caller: Party, name: &str) {
        // A name of its own kind, so that it moves nobody's number.
        let name = format!("fallback of {name}");
        let index = self.site(call, caller, name.clone());
        let stream = Stream::new(self.seed, "throttle", &name);
        let guards = self.sites[index as usize].guards.take();
        let mut guards = guards.unwrap_or_else(|| Box::new(self.site_guards(&call.guards, caller, stream)));
        guards.stands_in = true;
        let optional = self.sites[of as usize].optional;
        let cache = self.sites[of as usize].data.as_ref().and_then(|data| data.cache());
        let site = &mut self.sites[index as usize];
        (site.guards, site.optional) = (Some(guards), optional);
        if let Some(cache) = cache {
            site.data = Some(Box::new(DataSite::StandsIn { cache }));
        }
        if let Some(guards) = &mut self.sites[of as usize].guards {
            guards.fallback = Some(Fallback::Call(index));
        }
    }
}

/// A tenant calls from nowhere in particular.
pub(crate) const NO_REPLICA: u32 = u32::MAX;

fn service_plan(service: &crate::model::Service, first_replica: u32) -> ServicePlan {
    ServicePlan {
        first_replica,
        replicas: service.most_replicas(),
        started: service.replicas,
        workers: service.workers.unwrap_or(u32::MAX),
        cores: service.cores.unwrap_or(u32::MAX),
        scheduling: service.scheduling,
        queue: service.queue.clone(),
        concurrency: service.defences.concurrency,
        startup: service.startup,
        propagates_deadlines: service.deadlines == Deadlines::Propagate,
        speeds: service.speeds.clone(),
        pools: service.pools.iter().map(|pool| pool.size).collect(),
        locks: service.endpoints.iter().flat_map(|endpoint| &endpoint.steps).any(|step| matches!(step, Step::Lock)),
    }
}

/// The profile of an open tenant with the spikes that faults lay on it.
pub(crate) fn spiked_profile(model: &Model, tenant: usize, base: &crate::model::Profile) -> crate::model::Profile {
    use crate::model::FaultKind;
    let mut profile = base.clone();
    for fault in &model.faults {
        if let FaultKind::Spike { tenant: hit, by } = fault.kind
            && hit.0 as usize == tenant
        {
            profile = profile.multiplied(fault.at, fault.at + fault.lasts, by);
        }
    }
    profile
}

impl crate::model::Profile {
    /// This profile, `by` times as high from `from` to `to`.
    fn multiplied(&self, from: Time, to: Time, by: f64) -> Self {
        let before = self.points.iter().filter(|(at, _)| *at <= from).copied();
        let within = self.points.iter().filter(|(at, _)| *at > from && *at < to).map(|(at, x)| (*at, x * by));
        let after = self.points.iter().filter(|(at, _)| *at >= to).copied();
        let mut points: Vec<(Time, f64)> = before.collect();
        points.extend([(from, self.at(from)), (from, self.at(from) * by)]);
        points.extend(within);
        points.extend([(to, self.just_before(to) * by), (to, self.just_before(to))]);
        points.extend(after);
        crate::model::Profile { points }
    }

    /// The multiplier at an instant; at a step, the value after it.
    fn at(&self, time: Time) -> f64 {
        self.between(self.points.partition_point(|(at, _)| *at <= time), time)
    }

    /// The multiplier up to an instant; at a step, the value before it.
    fn just_before(&self, time: Time) -> f64 {
        self.between(self.points.partition_point(|(at, _)| *at < time), time)
    }

    /// The multiplier at an instant on the way to the point of this index.
    fn between(&self, next: usize, time: Time) -> f64 {
        let Some((from, start)) = next.checked_sub(1).map(|index| self.points[index]) else {
            return self.points.first().map_or(1.0, |point| point.1);
        };
        match self.points.get(next) {
            Some((to, end)) => start + (end - start) * (time.since(from).0 as f64 / to.since(from).0 as f64),
            None => start,
        }
    }
}
