//! The loop: takes the next event and lets its handler change the state, until the run is over.
//!
//! A *request* of a tenant begins a *call*; a call makes *attempts*; an attempt that reaches a replica is a *job* there,
//! which runs its endpoint's operations and may begin further calls. Each of the three is a record with an identity, and
//! whoever waits for something holds the identity: an answer to a call that has moved on finds nobody and is dropped, while
//! the work behind it has run to its end. That waste is what overload is made of.
//!
//! Messages without delay are handed over within the event that sends them; everything else is ordered by (time, order of
//! scheduling). Handlers live in `calls` and `guards` (the caller's side), `jobs` (the callee's side, whose policies are asked
//! in `defences`), `fleet` (who is in rotation), `rollouts` (who has which version) and `faults`.

mod caches;
mod calls;
mod defences;
mod effects;
mod faults;
mod fleet;
mod guards;
mod jobs;
mod messages;
mod rollouts;
mod rows;

use crate::agenda::{Agenda, Lane};
use crate::arrivals::ArrivalProcess;
use crate::backlog::Backlog;
use crate::broker::Broker;
use crate::check::ModelError;
use crate::event::{Answer, Event, Failure, Waiting};
use crate::fact::{Applied, Fact, Observer, Outcome};
use crate::guards::SiteGuards;
use crate::limit::Limiter;
use crate::locks::Locks;
use crate::model::{Deploy, Load, Model, Service, Shed};
use crate::plan::{self, Op, Plan, Transit};
use crate::queue::WaitingRoom;
use crate::random::Stream;
use crate::sharing::Sharing;
use crate::slab::{Ref, Slab};
use crate::time::{Span, Time};
use caches::CacheState;
use calls::EndedCall;
use defences::Defence;
use effects::Keys;
use faults::Faults;
use fleet::Fleet;
use guards::Guarded;
use messages::Message;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// There is more to do.
    Running,
    /// Tenants have stopped and everything under way has ended, or will never.
    Done,
    /// The run was stopped because it would exhaust the machine.
    Stopped(Excess),
}

/// Why a run was stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excess {
    /// More than [`Limits::in_flight`] attempts were on their way, waiting or worked on, or as many calls waited.
    InFlight,
    /// More than [`Limits::events`] events were handled.
    Events,
    /// More than [`Limits::at_one_instant`] events were handled without time moving on.
    Standstill,
}

/// How much one run may take of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Attempts at once, calls at once, and messages at once; each takes about 200 bytes.
    pub in_flight: usize,
    /// Events in all.
    pub events: u64,
    /// Events at one instant; beyond it time is taken to stand still.
    pub at_one_instant: u64,
}

impl Default for Limits {
    /// A gigabyte, and some minutes. A latency takes at least one event, so no histogram's 32-bit count overflows.
    fn default() -> Self {
        Limits { in_flight: 5_000_000, events: 4_000_000_000, at_one_instant: 100_000_000 }
    }
}

/// A tenant's request, until nothing works for it any more.
#[derive(Debug, Default)]
struct Request {
    sent_at: Time,
    /// Decides the replica where callers balance by hash.
    key: u64,
    tenant: u32,
    user: u32,
    /// Calls, jobs and messages that belong to it.
    refs: u32,
    outcome: Option<Outcome>,
    /// Effects whose endpoint was attempted, a bit each.
    reached: u8,
    applied: Applied,
}

/// A call under way: one or more attempts, and somebody who waits.
#[derive(Debug, Default)]
struct Call {
    /// The job that waits; none where a tenant does.
    parent: Ref,
    request: Ref,
    /// When the tenant sent the request.
    sent_at: Time,
    began: Time,
    /// When the caller's own caller stops waiting.
    deadline: Time,
    /// What it asks for, where it asks for something.
    key: u64,
    /// Attempts whose answer is awaited, those of them that hold a connection, and those in line for one: a bit each.
    awaiting: u32,
    connected: u32,
    in_line: u32,
    site: u32,
    /// The replica that the last attempt went to.
    replica: u32,
    /// The caller's replica and how often it had restarted by then.
    caller: u32,
    life: u32,
    previous_wait: Span,
    attempt: u8,
    original: bool,
}

impl Call {
    /// Whether an attempt at this time is of use: a tenant's patience makes an answer late, and ends nothing.
    #[inline]
    fn is_in_time(&self, now: Time) -> bool {
        self.parent.is_none() || now < self.deadline
    }
}

/// An attempt at its replica.
#[derive(Debug, Default)]
struct Job {
    /// Attempts sent before it: an order that, unlike the places of records, does not depend on who else is there.
    serial: u64,
    call: Ref,
    request: Ref,
    /// When the tenant sent the request.
    sent_at: Time,
    entered: Time,
    /// When a worker took it.
    began: Time,
    /// How long it may wait, where its replica sheds by that.
    patience: Span,
    /// When the caller stops waiting.
    deadline: Time,
    /// What it asks for, where it asks for something.
    key: u64,
    replica: u32,
    service: u32,
    /// Attempts at the replica when it came, itself included; known to those that limit them.
    inside: u32,
    /// Index of the next operation.
    op: u32,
    /// Operations begun and not ended, and how many of these wait for a core.
    pending: u32,
    stalled: u32,
    attempt: u8,
    original: bool,
    degraded: bool,
    phase: Phase,
    failure: Option<Failure>,
}

impl Job {
    /// The caller has stopped waiting, and the service drops such work.
    #[inline]
    fn is_too_late(&self, now: Time, plan: &Plan) -> bool {
        now >= self.deadline && plan.services[self.service as usize].propagates_deadlines
    }

    /// Everything that it could do waits for a core.
    #[inline]
    fn is_stalled(&self) -> bool {
        self.stalled > 0 && self.stalled == self.pending
    }
}

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Phase {
    #[default]
    Travelling,
    Queued,
    Running,
}

/// The changing state of one replica.
#[derive(Debug)]
struct Replica {
    service: u32,
    /// Takes whatever comes.
    up: bool,
    standing: Standing,
    /// Whether it counts as ready, as was last stated.
    ready_stated: bool,
    /// When callers were first told of it.
    entered: Time,
    /// The version that it runs, among those of its service.
    release: u32,
    /// While it drains: a process follows at the same place.
    returns: bool,
    /// Where it is not up: takes attempts all the same that were sent before so many had been, in all.
    takes_up_to: u64,
    /// Restarts so far.
    life: u32,
    workers: u32,
    busy_workers: u32,
    cores: u32,
    busy_cores: u32,
    /// Attempts on their way to it, waiting at it, or worked on.
    outstanding: u32,
    /// Work takes this many times as long: slowness over speed.
    stretch: f64,
    speed: f64,
    error_rate: f64,
    /// Nothing moves before this.
    paused_until: Time,
    /// Pauses so far, and the time lost to them after each; the first entry is before any.
    pauses: u32,
    lost: Vec<Span>,
    /// Taking the next from the queue right now; guards against recursion.
    admitting: bool,
    room: WaitingRoom,
    /// Work that waits for a core, with its size.
    ready: VecDeque<(Ref, Span)>,
    sharing: Option<Box<Sharing>>,
    /// When the next event of the sharing is due, and its version.
    share_due: Time,
    share_version: u32,
    pools: Vec<PoolState>,
    /// Where handlers lock rows.
    locks: Option<Box<Locks>>,
    /// What its service does against too much; none where it does nothing.
    defence: Option<Box<Defence>>,
}

/// Whether a replica is one of its service's, as its callers are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// Nothing runs at this place.
    Off,
    /// It runs and is not told of yet.
    Starting,
    InService,
    /// It is not told of any more and finishes what it holds.
    Draining,
}

impl Replica {
    /// Attempts that wait or are worked on.
    fn inside(&self) -> u32 {
        self.busy_workers + self.room.len() as u32
    }

    /// The workers, or the cores where they are counted, may have become busy or idle.
    #[inline(always)]
    fn note_load(&mut self, now: Time) {
        if let Some(defence) = &mut self.defence {
            let cores = self.sharing.as_ref().map_or(self.busy_cores, |sharing| sharing.busy());
            defence.note_load(now, if self.cores == u32::MAX { self.busy_workers } else { cores });
        }
    }
}

/// The connections of one replica to one service.
#[derive(Debug)]
struct PoolState {
    size: u32,
    used: u32,
    waiting: VecDeque<Attempt>,
}

/// An attempt on its way out.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    call: Ref,
    number: u8,
    /// When its caller gives it up, or that one's own caller does.
    gives_up: Time,
    /// Index among the callee's replicas, where that is decided already.
    to: Option<u32>,
}

/// What drives a tenant.
#[derive(Debug)]
enum Source {
    Open(Box<ArrivalProcess>, Option<Lane>),
    Closed,
    Replay { times: Arc<[Time]>, next: usize, lane: Option<Lane> },
}

/// One run of one model with one seed, advanced as far as its owner likes.
pub struct Simulation {
    now: Time,
    /// Tenants stop sending here.
    closes: Time,
    /// What has not ended by here never does.
    ends: Time,
    agenda: Agenda,
    at_once: VecDeque<Waiting>,
    plan: Plan,
    sources: Vec<Source>,
    requests: Slab<Request>,
    calls: Slab<Call>,
    jobs: Slab<Job>,
    replicas: Vec<Replica>,
    faults: Faults,
    caches: Vec<CacheState>,
    /// What each copy has not seen.
    backlogs: Vec<Backlog>,
    brokers: Vec<Broker>,
    messages: Slab<Message>,
    /// The messages that calls carry out.
    errands: BTreeMap<u64, Ref>,
    error_streams: Vec<Stream>,
    /// What guards remember of the call in each place of the slab.
    guarded: Vec<Guarded>,
    /// When effects with a key that is not kept for ever were applied, by place of the request in the slab.
    keys: Vec<Keys>,
    /// By service, where it has a rate limit.
    limiters: Vec<Option<Limiter>>,
    /// By service, where anything keeps its replicas in order.
    fleets: Vec<Option<Box<Fleet>>>,
    deploys: Vec<Deploy>,
    /// Attempts sent so far.
    sent: u64,
    events: u64,
    digest: u64,
    limits: Limits,
    excess: Option<Excess>,
    /// Events before this instant.
    events_before: u64,
}

impl Simulation {
    /// Prepares a run.
    ///
    /// # Errors
    /// Names the field of the model that is out of range.
    pub fn new(model: &Model, seed: u64, limits: Limits) -> Result<Self, ModelError> {
        model.check()?;
        let mut agenda = Agenda::new();
        let sources: Vec<Source> = (0..model.tenants.len()).map(|t| source(model, t, seed, &mut agenda)).collect();
        let plan = plan::compile(model, seed, &mut agenda);
        let error_streams = model.services.iter().map(|service| Stream::new(seed, "errors", &service.name)).collect();
        let closes = Time::ZERO + model.duration;
        let mut simulation = Simulation {
            now: Time::ZERO,
            closes,
            ends: closes + model.duration.max(MINIMAL_DRAIN),
            agenda,
            at_once: VecDeque::new(),
            sources,
            requests: Slab::new(),
            calls: Slab::new(),
            jobs: Slab::new(),
            replicas: replicas(model, &plan),
            faults: Faults::new(model),
            caches: CacheState::all(model, plan.replicas),
            backlogs: model.followers.iter().map(|_| Backlog::default()).collect(),
            brokers: model.queues.iter().map(Broker::new).collect(),
            messages: Slab::new(),
            errands: BTreeMap::new(),
            error_streams,
            guarded: Vec::new(),
            keys: Vec::new(),
            limiters: limiters(model, &plan),
            fleets: fleets(model, &plan),
            deploys: model.deploys.clone(),
            plan,
            sent: 0,
            events: 0,
            digest: 0,
            limits,
            excess: None,
            events_before: 0,
        };
        simulation.schedule_start();
        Ok(simulation)
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A hash over every event so far: equal runs have equal digests.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The time of the last event.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The time up to which a finished run must be measured: its last event, but no earlier than the end of sending.
    pub fn end(&self) -> Time {
        self.now.max(self.closes)
    }

    /// Handles all events up to and including `until`.
    pub fn run_until<O: Observer>(&mut self, until: Time, observer: &mut O) -> Progress {
        let until = until.min(self.ends);
        while self.excess.is_none() {
            if self.events > self.limits.events {
                return Progress::Stopped(Excess::Events);
            }
            // With nothing under way, what is due after the end of sending is of no use.
            let due = if self.requests.len() == 0 { until.min(self.closes) } else { until };
            let Some((at, number, event)) = self.agenda.pop(due) else { return self.progress_at(until) };
            self.move_to(at);
            // Equal runs schedule the same events in the same order, so time and number identify an event.
            self.digest = (self.digest.rotate_left(5) ^ at.0 ^ number << 32).wrapping_mul(0x517c_c1b7_2722_0a95);
            observer.reach(at);
            self.handle(event, observer);
            while let Some(event) = self.at_once.pop_front() {
                self.handle(event, observer);
                self.notice_standstill();
                if self.excess.is_some() {
                    break;
                }
            }
        }
        self.excess.map_or(Progress::Running, Progress::Stopped)
    }

    /// Nothing more is due by `until`.
    fn progress_at(&self, until: Time) -> Progress {
        let idle = until >= self.closes && self.requests.len() == 0;
        if until == self.ends || idle { Progress::Done } else { Progress::Running }
    }

    #[inline(always)]
    fn move_to(&mut self, at: Time) {
        if at == self.now {
            self.notice_standstill();
        } else {
            self.events_before = self.events;
            self.now = at;
        }
    }

    /// Handlers that take no time can call each other more often than a machine can follow.
    #[inline]
    fn notice_standstill(&mut self) {
        if self.events - self.events_before > self.limits.at_one_instant {
            self.excess = Some(Excess::Standstill);
        }
    }

    #[inline(always)]
    fn handle<O: Observer>(&mut self, waiting: Waiting, observer: &mut O) {
        self.events += 1;
        match waiting.event() {
            Event::Arrive { tenant } => self.on_arrive(tenant, observer),
            Event::Send { tenant, user } => self.on_send(tenant, user, observer),
            Event::Deliver { job } => self.on_deliver(job, observer),
            Event::Finish { job, pauses, core } => self.on_finish(job, pauses, core, observer),
            Event::Share { replica, version } => self.on_share(replica, version, observer),
            Event::Reply { call, attempt, answer } => self.on_reply(call, attempt, answer, observer),
            Event::Timeout { call, site, attempt } => self.on_timeout(call, site, attempt, observer),
            Event::Retry { call } => self.on_retry(call, observer),
            Event::Begin { fault } => self.on_fault_begin(fault, observer),
            Event::End { fault } => self.on_fault_end(fault, observer),
            Event::Ready { replica, life } => self.on_ready(replica, life, observer),
            Event::Hedge { call, attempt } => self.on_hedge(call, attempt, observer),
            Event::LeaveLine { call, attempt } => self.on_leave_line(call, attempt, observer),
            Event::Dispatch { queue, consumer } => self.on_dispatch(queue, consumer, observer),
            Event::Due { message } => self.on_due(message, observer),
            Event::Resume { job, answer, optional } => self.on_resume(job, answer, optional, observer),
            Event::Tend { whom, duty, number } => self.on_tend(whom, duty, number, observer),
        }
    }

    /// States how everything that is still under way ends: unanswered requests have timed out.
    ///
    /// # Panics
    /// If a request, a call or a job was lost track of: a defect of the engine.
    pub fn finish<O: Observer>(mut self, observer: &mut O) -> (u64, u64) {
        let at = self.end();
        observer.reach(at);
        for (_, job) in self.jobs.iter().filter(|(_, job)| job.phase != Phase::Travelling) {
            observer.see(at, Fact::StillThere { service: job.service, entered: job.entered });
        }
        self.assert_conservation();
        for (request, state) in self.requests.iter() {
            let timed_out = Outcome::Failed(Failure::Timeout);
            let outcome = state.outcome.unwrap_or(timed_out);
            if state.outcome.is_none() {
                observer.see(at, Fact::RequestEnded { request, tenant: state.tenant, sent_at: state.sent_at, outcome });
            }
            observer.see(at, settled(request, state, outcome));
        }
        self.requests = Slab::new();
        (self.events, self.digest)
    }

    /// Every call, job and message belongs to a live request, which counts them all; every busy worker has a job, and every used
    /// connection a call.
    fn assert_conservation(&self) {
        let refs: u64 = self.requests.iter().map(|(_, request)| u64::from(request.refs)).sum();
        let held = self.calls.len() + self.jobs.len() + self.messages.len();
        assert_eq!(refs, held as u64, "requests lost track of their calls, jobs or messages");
        let outstanding: u64 = self.replicas.iter().map(|replica| u64::from(replica.outstanding)).sum();
        assert_eq!(outstanding, self.jobs.len() as u64, "replicas lost track of their jobs");
        let mut running = vec![0; self.replicas.len()];
        for (_, job) in self.jobs.iter().filter(|(_, job)| job.phase == Phase::Running) {
            running[job.replica as usize] += 1;
        }
        let busy = self.replicas.iter().map(|replica| replica.busy_workers);
        assert!(busy.eq(running), "replicas lost track of their workers");
        let used: u32 = self.replicas.iter().flat_map(|replica| &replica.pools).map(|pool| pool.used).sum();
        assert_eq!(used, self.held_connections(), "pools lost track of their connections");
        self.assert_places();
    }

    /// Connections that calls hold; those of a process that died went with it.
    fn held_connections(&self) -> u32 {
        let alive =
            |call: &Call| self.replicas.get(call.caller as usize).is_some_and(|caller| caller.life == call.life);
        self.calls.iter().filter(|(_, call)| alive(call)).map(|(_, call)| call.connected.count_ones()).sum()
    }

    fn schedule_start(&mut self) {
        // First, so that a fault already holds for what happens at the instant at which it begins.
        self.schedule_faults();
        self.schedule_fleets();
        for tenant in 0..self.sources.len() as u32 {
            match &self.sources[tenant as usize] {
                Source::Closed => self.seat_users(tenant),
                Source::Open(..) | Source::Replay { .. } => self.schedule_arrival(tenant),
            }
        }
    }

    fn seat_users(&mut self, tenant: u32) {
        for user in 0..self.plan.tenants[tenant as usize].users {
            self.schedule_think(tenant, user);
        }
    }

    #[inline]
    fn schedule_think(&mut self, tenant: u32, user: u32) {
        let Some(think) = &mut self.plan.tenants[tenant as usize].think else { return };
        let at = self.now + think.sample();
        if at < self.closes {
            self.agenda.push(at, Event::Send { tenant, user });
        }
    }

    #[inline(always)]
    fn schedule_arrival(&mut self, tenant: u32) {
        let (at, lane) = match &mut self.sources[tenant as usize] {
            Source::Open(process, lane) => (process.next(), *lane),
            Source::Replay { times, next, lane } => {
                *next += 1;
                (times.get(*next - 1).copied().unwrap_or(Time::NEVER), *lane)
            }
            Source::Closed => return,
        };
        if at < self.closes {
            match lane {
                Some(lane) => self.agenda.push_lane(lane, at, Event::Arrive { tenant }),
                None => self.agenda.push(at, Event::Arrive { tenant }),
            }
        }
    }

    /// Hands an event over after what the path between caller and callee makes of it.
    #[inline(always)]
    fn post(&mut self, transit: Transit, event: Event) {
        match transit {
            Transit::Now => self.at_once.push_back(event.wait()),
            Transit::InLane(span, lane) => self.agenda.push_lane(lane, self.now + span, event),
            Transit::After(span) => self.agenda.push(self.now + span, event),
            Transit::Lost => {}
        }
    }

    /// One call, job or message less works for the request.
    #[inline(always)]
    fn release<O: Observer>(&mut self, request: Ref, observer: &mut O) {
        let state = &mut self.requests[request];
        state.refs -= 1;
        if state.refs == 0 {
            // The root call is the last to let go unless work was abandoned; either way the request has ended.
            let outcome = state.outcome.unwrap_or(Outcome::Failed(Failure::Timeout));
            let fact = settled(request, state, outcome);
            self.requests.free(request);
            observer.see(self.now, fact);
        }
    }
}

/// A short run still gives what is under way a minute to end.
const MINIMAL_DRAIN: Span = Span::secs(60);

fn settled(request: Ref, state: &Request, outcome: Outcome) -> Fact {
    let (sent_at, reached, applied) = (state.sent_at, state.reached, state.applied);
    Fact::RequestSettled { request, sent_at, outcome, reached, applied }
}

fn source(model: &Model, index: usize, seed: u64, agenda: &mut Agenda) -> Source {
    let tenant = &model.tenants[index];
    match &tenant.load {
        Load::Open { rate, arrivals, profile } => {
            let profile = plan::spiked_profile(model, index, profile);
            let process = ArrivalProcess::new(*rate, *arrivals, &profile, &tenant.name, seed);
            Source::Open(Box::new(process), agenda.ordered_lane())
        }
        Load::Closed { .. } => Source::Closed,
        Load::Replay { times } => Source::Replay { times: times.clone(), next: 0, lane: agenda.ordered_lane() },
    }
}

fn limiters(model: &Model, plan: &Plan) -> Vec<Option<Limiter>> {
    let tenants = model.tenants.len();
    let limited = model.services.iter().zip(&plan.services);
    let limiter = |(service, plan): (&Service, &plan::ServicePlan)| {
        service.defences.limit.as_ref().map(|limit| Limiter::new(limit, tenants, plan.replicas))
    };
    limited.map(limiter).collect()
}

fn fleets(model: &Model, plan: &Plan) -> Vec<Option<Box<Fleet>>> {
    let services = model.services.iter().zip(&plan.services).enumerate();
    let fleet = |(index, (service, plan)): (usize, (&Service, &plan::ServicePlan))| {
        Fleet::of(service, plan.replicas, is_deployed(model, index))
    };
    services.map(fleet).collect()
}

/// Whether a service gets a new version some time.
fn is_deployed(model: &Model, service: usize) -> bool {
    model.deploys.iter().any(|deploy| deploy.service.0 as usize == service)
}

fn replicas(model: &Model, plan: &Plan) -> Vec<Replica> {
    let mut replicas = Vec::with_capacity(plan.replicas as usize);
    for (index, (service, fixed)) in model.services.iter().zip(&plan.services).enumerate() {
        let deployed = is_deployed(model, index);
        let replica =
            |number| Replica { defence: Defence::of(service, deployed), ..replica(index as u32, fixed, number) };
        replicas.extend((0..fixed.replicas).map(replica));
    }
    replicas
}

fn replica(service: u32, plan: &plan::ServicePlan, index: u32) -> Replica {
    let speed = plan.speeds.get(index as usize).or(plan.speeds.last()).copied().unwrap_or(1.0);
    let shares = plan.scheduling == crate::model::Scheduling::Ps && plan.cores != u32::MAX;
    Replica {
        service,
        up: index < plan.started,
        standing: if index < plan.started { Standing::InService } else { Standing::Off },
        ready_stated: index < plan.started,
        entered: Time::ZERO,
        release: 0,
        returns: false,
        takes_up_to: 0,
        life: 0,
        workers: plan.workers,
        busy_workers: 0,
        cores: plan.cores,
        busy_cores: 0,
        outstanding: 0,
        stretch: 1.0 / speed,
        speed,
        error_rate: 0.0,
        paused_until: Time::ZERO,
        pauses: 0,
        lost: vec![Span::ZERO],
        admitting: false,
        room: WaitingRoom::new(&plan.queue),
        ready: VecDeque::new(),
        sharing: shares.then(|| Box::new(Sharing::new(plan.cores))),
        share_due: Time::NEVER,
        share_version: 0,
        pools: plan.pools.iter().map(|size| PoolState { size: *size, used: 0, waiting: VecDeque::new() }).collect(),
        locks: plan.locks.then(Box::default),
        defence: None,
    }
}
