//! The measures of a run: a fold over its facts.
//!
//! Requests count by when they were sent, levels by when they held. Time is cut at the ends of the timeline's steps, at the
//! warm-up and at the end of the sending; within a piece the mean of a level is an integral over exact nanoseconds.

mod data;

pub use data::{CacheStep, CacheTally, DataMeasures, FollowerTally, LockTally, QueueStep, QueueTally};

use crate::event::{Answer, Failure};
use crate::fact::{Applied, Fact, Observer, Outcome, Refusal, Removal, RolloutStep, Stage};
use crate::histogram::Histogram;
use crate::latencies::Latencies;
use crate::model::{EndpointId, Model, Service};
use crate::plan::Sites;
use crate::time::{Span, Time};
use data::DataMeter;

/// Where the measured requests of one tenant ended.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Requests sent.
    pub offered: u64,
    /// Answered whole, in time.
    pub ok: u64,
    /// Answered in time with an optional part missing.
    pub degraded: u64,
    /// Answered too late.
    pub late: u64,
    /// Not answered, in the order of [`Failure::ALL`].
    pub failed: [u64; Failure::ALL.len()],
    /// Of all that were answered.
    pub latencies: Latencies,
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Degraded => self.degraded += 1,
            Outcome::Late => self.late += 1,
            Outcome::Failed(failure) => self.failed[failure as usize] += 1,
        }
    }

    /// Requests that ended, one way or another.
    pub fn ended(&self) -> u64 {
        self.ok + self.degraded + self.late + self.failed.iter().sum::<u64>()
    }

    /// Adds another tenant's.
    pub fn merge(&mut self, other: &Tally) {
        self.offered += other.offered;
        self.ok += other.ok;
        self.degraded += other.degraded;
        self.late += other.late;
        self.failed.iter_mut().zip(other.failed).for_each(|(mine, theirs)| *mine += theirs);
        self.latencies.merge(&other.latencies);
    }
}

/// How busy a service was in the measured window, over all replicas.
#[derive(Clone, Copy, Debug, Default)]
pub struct Occupancy {
    /// Mean number that waited for a worker or a core.
    pub waiting: f64,
    /// Largest number that waited at one instant.
    pub waiting_max: u64,
    /// Mean number that was worked on.
    pub serving: f64,
    /// Mean number of cores that computed.
    pub computing: f64,
    /// Attempts of measured requests that reached a replica.
    pub reached: u64,
    /// Those among them that no retry led to.
    pub originals: u64,
    /// Attempts of measured requests that a policy of the service turned away, in the order of [`Refusal::ALL`].
    pub turned_away: [u64; Refusal::ALL.len()],
    /// How often a replica went out of rotation, in the order of [`Removal::ALL`].
    pub taken_out: [u64; Removal::ALL.len()],
    /// Mean sum of the concurrency limits of its replicas; 0 where it has none.
    pub limits: f64,
    /// Mean number of replicas that ran, those that started or drained included: what is paid for.
    pub replicas: f64,
    /// Largest number of them at one instant.
    pub replicas_max: u64,
}

/// What happened at one site, to calls of measured requests.
#[derive(Clone, Debug, Default)]
pub struct SiteTally {
    /// Attempts made.
    pub attempts: u64,
    /// Attempts after the first, hedges left out.
    pub retries: u64,
    /// Attempts given up.
    pub timeouts: u64,
    /// Attempts made while an earlier one was under way.
    pub hedges: u64,
    /// Attempts that the caller's breaker, bulkhead or throttle refused; they are none of those made.
    pub shed: u64,
    /// How often a breaker opened, a failed probe included.
    pub breaker_opened: u64,
    /// Calls in which something took the place of the answer.
    pub fallbacks: u64,
    /// How old the answers were that did so, where these were earlier ones.
    pub staleness: Latencies,
    /// Of calls that were answered, retries included.
    pub latencies: Latencies,
}

/// How often an effect was applied for measured requests whose attempts got as far as its endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffectTally {
    /// Such requests.
    pub requests: u64,
    /// Applied once.
    pub once: u64,
    /// Never applied, although the answer said otherwise.
    pub lost: u64,
    /// Applied more than once.
    pub duplicated: u64,
    /// Applied, although the request failed.
    pub after_failure: u64,
}

/// One step of the timeline for an endpoint that tenants call.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryStep {
    /// Requests sent.
    pub offered: u64,
    /// Requests answered in time, by when the answer came.
    pub good: u64,
    /// Requests answered too late.
    pub late: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Median latency of the answers.
    pub p50: Option<Span>,
    /// 99th percentile.
    pub p99: Option<Span>,
}

/// One step of the timeline for a service: mean levels.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceStep {
    /// Waiting for a worker or a core.
    pub waiting: f64,
    /// Worked on.
    pub serving: f64,
    /// Cores that computed.
    pub computing: f64,
    /// Replicas that ran, those that started or drained included.
    pub replicas: f64,
    /// Replicas that were ready: up, started, not draining, not taken for unhealthy.
    pub ready: f64,
}

/// When a deploy came how far; nothing where it never did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deployed {
    /// It began.
    pub began: Option<Time>,
    /// The new version was given up.
    pub rolled_back: Option<Time>,
    /// All replicas had the version that they should have.
    pub ended: Option<Time>,
}

/// Everything measured.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// By tenant.
    pub tenants: Vec<Tally>,
    /// By service.
    pub services: Vec<Occupancy>,
    /// By site, numbered as in [`Sites`].
    pub sites: Vec<SiteTally>,
    /// By effect.
    pub effects: Vec<EffectTally>,
    /// Endpoints that tenants call, in order of their first tenant.
    pub entries: Vec<EndpointId>,
    /// By deploy.
    pub deploys: Vec<Deployed>,
    /// From the end of the warm-up to the end of the sending.
    pub window: Span,
    /// Length of a step of the timelines.
    pub step: Span,
    /// By entry, then by step.
    pub entry_steps: Vec<Vec<EntryStep>>,
    /// By service, then by step.
    pub service_steps: Vec<Vec<ServiceStep>>,
    /// By site, then by step: the mean number of breakers that were open or half-open. No steps where there are none.
    pub breaker_steps: Vec<Vec<f64>>,
    /// Of caches, locks, copies and queues.
    pub data: DataMeasures,
}

/// Measures one run.
#[derive(Clone, Debug)]
pub struct Meter {
    measures: Measures,
    levels: Vec<Levels>,
    /// By site: breakers that are not closed, where there are any.
    breakers: Vec<Option<Level>>,
    tenants: Vec<TenantMeter>,
    data: DataMeter,
    warmup: Time,
    closes: Time,
    /// Where the piece of time under way began and will end.
    piece_began: Time,
    piece_ends: Time,
    step_ends: Time,
}

/// What is known of a tenant's requests.
#[derive(Clone, Debug, Default)]
struct TenantMeter {
    /// Which of the entries it calls.
    entry: usize,
    tally: Tally,
    /// The step of the timeline under way.
    step: EntryStep,
    latencies: Histogram<7>,
}

impl TenantMeter {
    #[inline]
    fn ended(&mut self, latency: Span, outcome: Outcome, measured: bool) {
        match outcome {
            Outcome::Ok | Outcome::Degraded => self.step.good += 1,
            Outcome::Late => self.step.late += 1,
            Outcome::Failed(_) => self.step.failed += 1,
        }
        let answered = !matches!(outcome, Outcome::Failed(_));
        if answered {
            self.latencies.record(latency);
        }
        if measured {
            self.tally.count(outcome);
            if answered {
                self.tally.latencies.record(latency);
            }
        }
    }
}

/// Ends the step of an entry, which one or more tenants call: the first of them takes what the others have.
fn end_entry_step(tenants: &mut [TenantMeter], entry: usize) -> EntryStep {
    let mut callers = tenants.iter_mut().filter(|tenant| tenant.entry == entry);
    let Some(first) = callers.next() else { return EntryStep::default() };
    for other in callers {
        let step = std::mem::take(&mut other.step);
        first.step.offered += step.offered;
        first.step.good += step.good;
        first.step.late += step.late;
        first.step.failed += step.failed;
        first.latencies.merge(&other.latencies);
        other.latencies.clear();
    }
    let (p50, p99) = (first.latencies.quantile(0.5), first.latencies.quantile(0.99));
    first.latencies.clear();
    EntryStep { p50, p99, ..std::mem::take(&mut first.step) }
}

/// The numbers at a service at this moment, and their integrals in request-nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Levels {
    waiting: Level,
    serving: Level,
    computing: Level,
    /// Concurrency limits, in sum.
    limits: Level,
    replicas: Level,
    ready: Level,
    replicas_max: u64,
    waiting_max: u64,
    /// Little's law: over the whole run, the integral of waiting and serving is the sum of all sojourns.
    integral: u128,
    sojourns: u128,
}

/// One number over time.
///
/// The integral of a step function up to T is its last value times T, less each change times its instant: a change is two
/// additions. The products wrap, the integral over a piece does not: it is at most [`LONGEST_PIECE`] times the attempts in
/// flight, which fits.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    now: u64,
    /// The sum of changes times their instants in the piece of time under way, all before it taken as made at its start.
    moment: u64,
    /// Over the step so far.
    step: u128,
    /// Over the measured window so far.
    window: u128,
}

/// Pieces of time end at least this often, so that an integral over one fits 64 bits.
const LONGEST_PIECE: Span = Span::secs(1_000);

impl Level {
    #[inline(always)]
    fn change(&mut self, at: Time, change: i32) {
        let change = i64::from(change);
        self.now = self.now.checked_add_signed(change).expect("a level is never negative");
        self.moment = self.moment.wrapping_add(at.0.wrapping_mul(change as u64));
    }

    /// Sums up; gives the integral over the piece.
    fn end_piece(&mut self, at: Time, measured: bool) -> u128 {
        let start = self.now.wrapping_mul(at.0);
        let area = u128::from(start.wrapping_sub(std::mem::replace(&mut self.moment, start)));
        self.step += area;
        self.window += if measured { area } else { 0 };
        area
    }

    /// The mean over a step.
    fn end_step(&mut self, step: Span) -> f64 {
        std::mem::take(&mut self.step) as f64 / step.0 as f64
    }
}

impl Levels {
    fn at_start(service: &Service) -> Self {
        let limit = service.defences.concurrency.map_or(0, |concurrency| u64::from(concurrency.start));
        let limits = Level { now: limit * u64::from(service.replicas), ..Level::default() };
        let replicas = Level { now: u64::from(service.replicas), ..Level::default() };
        Levels { limits, replicas, ready: replicas, replicas_max: replicas.now, ..Levels::default() }
    }

    #[inline]
    fn wait(&mut self, at: Time) {
        self.waiting.change(at, 1);
        self.waiting_max = self.waiting_max.max(self.waiting.now);
    }

    fn end_piece(&mut self, at: Time, measured: bool) {
        self.integral += self.waiting.end_piece(at, measured) + self.serving.end_piece(at, measured);
        self.computing.end_piece(at, measured);
        self.limits.end_piece(at, measured);
        self.replicas.end_piece(at, measured);
        self.ready.end_piece(at, measured);
    }

    fn end_step(&mut self, step: Span) -> ServiceStep {
        ServiceStep {
            waiting: self.waiting.end_step(step),
            serving: self.serving.end_step(step),
            computing: self.computing.end_step(step),
            replicas: self.replicas.end_step(step),
            ready: self.ready.end_step(step),
        }
    }
}

impl Meter {
    /// Ready to watch a run of this model.
    pub fn new(model: &Model) -> Self {
        let (entries, entry_of) = entries(model);
        let step = timeline_step(model.duration);
        let breakers: Vec<Option<Level>> =
            Sites::calls(model).map(|(_, call)| call.guards.breaker.map(|_| Level::default())).collect();
        // Queues and copies call too, and have no breakers.
        let sites = Sites::of(model).callees.len();
        let mut meter = Meter {
            levels: model.services.iter().map(Levels::at_start).collect(),
            tenants: entry_of.into_iter().map(|entry| TenantMeter { entry, ..TenantMeter::default() }).collect(),
            breakers,
            data: DataMeter::new(model),
            warmup: Time::ZERO + model.warmup,
            closes: Time::ZERO + model.duration,
            piece_began: Time::ZERO,
            piece_ends: Time::ZERO,
            step_ends: Time::ZERO + step,
            measures: Measures {
                tenants: Vec::new(),
                services: vec![Occupancy::default(); model.services.len()],
                sites: (0..sites).map(|_| SiteTally::default()).collect(),
                effects: vec![EffectTally::default(); model.effects.len()],
                deploys: vec![Deployed::default(); model.deploys.len()],
                entry_steps: vec![Vec::new(); entries.len()],
                service_steps: vec![Vec::new(); model.services.len()],
                breaker_steps: vec![Vec::new(); sites],
                entries,
                window: model.duration - model.warmup,
                step,
                data: DataMeasures::default(),
            },
        };
        meter.plan_piece();
        meter
    }

    /// The next instant at which something is summed up.
    fn plan_piece(&mut self) {
        let boundaries = [self.warmup, self.closes, self.step_ends.min(self.closes)];
        let next = boundaries.into_iter().filter(|at| *at > self.piece_began).min();
        self.piece_ends = next.unwrap_or(Time::NEVER).min(self.piece_began + LONGEST_PIECE);
    }

    #[cold]
    fn end_pieces(&mut self, at: Time) {
        while self.piece_ends <= at {
            let (began, ends) = (self.piece_began, self.piece_ends);
            let measured = began >= self.warmup && ends <= self.closes;
            for level in &mut self.levels {
                level.end_piece(ends, measured);
                if ends == self.warmup {
                    level.waiting_max = level.waiting.now;
                    level.replicas_max = level.replicas.now;
                }
            }
            for breakers in self.breakers.iter_mut().flatten() {
                breakers.end_piece(ends, measured);
            }
            self.data.end_piece(ends, measured);
            if ends <= self.closes && (ends == self.step_ends || ends == self.closes) {
                self.end_step(ends);
            }
            if ends == self.closes {
                self.note_maxima();
            }
            self.piece_began = ends;
            self.plan_piece();
        }
    }

    /// The last step is shorter where the duration is no multiple of the step.
    fn end_step(&mut self, at: Time) {
        let step = self.measures.step - self.step_ends.since(at);
        for (level, steps) in self.levels.iter_mut().zip(&mut self.measures.service_steps) {
            steps.push(level.end_step(step));
        }
        for (breakers, steps) in self.breakers.iter_mut().zip(&mut self.measures.breaker_steps) {
            steps.extend(breakers.as_mut().map(|breakers| breakers.end_step(step)));
        }
        for (entry, steps) in self.measures.entry_steps.iter_mut().enumerate() {
            steps.push(end_entry_step(&mut self.tenants, entry));
        }
        self.data.end_step(at, step);
        self.step_ends = self.step_ends + self.measures.step;
    }

    fn note_maxima(&mut self) {
        for (level, occupancy) in self.levels.iter().zip(&mut self.measures.services) {
            occupancy.waiting_max = level.waiting_max;
            occupancy.replicas_max = level.replicas_max;
        }
        self.data.close();
    }

    /// The measures, once the run has finished.
    ///
    /// # Panics
    /// If a request was lost track of, or Little's law does not hold to the nanosecond: a defect of the engine.
    pub fn finish(mut self, at: Time) -> Measures {
        self.settle(at);
        for level in &self.levels {
            assert_eq!(level.integral, level.sojourns, "Little's law: mean number = rate × mean sojourn");
        }
        for tally in &self.measures.tenants {
            assert_eq!(tally.offered, tally.ended(), "every request ends exactly once");
        }
        self.measures
    }

    /// The measures of a run that is under way, as if its window closed at `at`, which no event has passed. What has
    /// been sent and has not ended is in no outcome yet.
    pub fn so_far(&self, at: Time) -> Measures {
        let mut meter = self.clone();
        meter.closes = meter.closes.min(at);
        meter.measures.window = meter.closes.since(meter.warmup).max(Span(1));
        meter.plan_piece();
        meter.settle(at);
        meter.measures
    }

    /// Sums up everything until `at`.
    fn settle(&mut self, at: Time) {
        self.end_pieces(at.max(self.closes));
        let window = self.measures.window.0 as f64;
        for (level, occupancy) in self.levels.iter_mut().zip(&mut self.measures.services) {
            level.end_piece(at.max(self.closes), false);
            occupancy.waiting = level.waiting.window as f64 / window;
            occupancy.serving = level.serving.window as f64 / window;
            occupancy.computing = level.computing.window as f64 / window;
            occupancy.limits = level.limits.window as f64 / window;
            occupancy.replicas = level.replicas.window as f64 / window;
        }
        self.measures.data = std::mem::take(&mut self.data).finish(self.measures.window);
        self.measures.tenants = std::mem::take(&mut self.tenants).into_iter().map(|tenant| tenant.tally).collect();
    }

    fn call_ended(&mut self, at: Time, site: u32, began: Time, answer: Answer) {
        if !matches!(answer, Answer::Failed(_)) {
            self.measures.sites[site as usize].latencies.record(at.since(began));
        }
    }

    fn settled(&mut self, outcome: Outcome, reached: u8, applied: &Applied) {
        let promised = matches!(outcome, Outcome::Ok | Outcome::Degraded);
        for (effect, tally) in self.measures.effects.iter_mut().enumerate() {
            if reached & 1 << effect == 0 {
                continue;
            }
            tally.requests += 1;
            let failed = matches!(outcome, Outcome::Failed(_));
            tally.after_failure += u64::from(failed && applied[effect] > 0);
            match applied[effect] {
                0 if promised => tally.lost += 1,
                0 => {}
                1 => tally.once += 1,
                _ => tally.duplicated += 1,
            }
        }
    }
}

impl Observer for Meter {
    #[inline]
    fn reach(&mut self, at: Time) {
        if at >= self.piece_ends {
            self.end_pieces(at);
        }
    }

    // The engine names the fact where it states it, so that inlined only the matching arm is left.
    #[inline(always)]
    fn see(&mut self, at: Time, fact: Fact) {
        match fact {
            Fact::RequestSent { tenant, .. } => {
                let tenant = &mut self.tenants[tenant as usize];
                tenant.step.offered += 1;
                tenant.tally.offered += u64::from(at >= self.warmup);
            }
            Fact::RequestEnded { tenant, sent_at, outcome, .. } => {
                self.tenants[tenant as usize].ended(at.since(sent_at), outcome, sent_at >= self.warmup);
            }
            Fact::RequestSettled { sent_at, outcome, reached, ref applied, .. } => {
                if reached != 0 && sent_at >= self.warmup {
                    self.settled(outcome, reached, applied);
                }
            }
            // A tenant's call is its request, and measured as such; the first sites are the tenants'.
            Fact::AttemptMade { site, attempt, hedge, sent_at, .. } => {
                if sent_at >= self.warmup {
                    let tally = &mut self.measures.sites[site as usize];
                    tally.attempts += 1;
                    tally.retries += u64::from(attempt > 1 && !hedge);
                    tally.hedges += u64::from(hedge);
                }
            }
            Fact::AttemptShed { site, sent_at, .. } => {
                self.measures.sites[site as usize].shed += u64::from(sent_at >= self.warmup);
            }
            Fact::BreakerOpened { site } => {
                self.measures.sites[site as usize].breaker_opened += u64::from(at >= self.warmup);
            }
            Fact::FellBack { site, age, sent_at, .. } => {
                if sent_at >= self.warmup {
                    let tally = &mut self.measures.sites[site as usize];
                    tally.fallbacks += 1;
                    age.into_iter().for_each(|age| tally.staleness.record(age));
                }
            }
            Fact::AttemptTimedOut { site, sent_at, .. } => {
                self.measures.sites[site as usize].timeouts += u64::from(sent_at >= self.warmup);
            }
            Fact::CallEnded { site, began, answer, sent_at, .. } => {
                if sent_at >= self.warmup && site as usize >= self.tenants.len() {
                    self.call_ended(at, site, began, answer);
                }
            }
            Fact::Reached { service, original, sent_at, .. } => {
                if sent_at >= self.warmup {
                    let occupancy = &mut self.measures.services[service as usize];
                    occupancy.reached += 1;
                    occupancy.originals += u64::from(original);
                }
            }
            Fact::Queued { service, .. } => self.levels[service as usize].wait(at),
            Fact::HandlerBegan { service, queued, .. } => {
                let levels = &mut self.levels[service as usize];
                if queued {
                    levels.waiting.change(at, -1);
                }
                levels.serving.change(at, 1);
            }
            Fact::CoreAwaited { service, waits: true } => {
                let levels = &mut self.levels[service as usize];
                levels.serving.change(at, -1);
                levels.wait(at);
            }
            Fact::CoreAwaited { service, waits: false } => {
                let levels = &mut self.levels[service as usize];
                levels.waiting.change(at, -1);
                levels.serving.change(at, 1);
            }
            Fact::Computing { service, change } => self.levels[service as usize].computing.change(at, change),
            Fact::HandlerEnded { service, entered, stage, .. } => {
                let levels = &mut self.levels[service as usize];
                levels.sojourns += u128::from(at.0 - entered.0);
                match stage {
                    Stage::Refused => {}
                    Stage::Waiting => levels.waiting.change(at, -1),
                    Stage::Serving => levels.serving.change(at, -1),
                }
            }
            Fact::TurnedAway { service, by, sent_at } => {
                let turned_away = &mut self.measures.services[service as usize].turned_away;
                turned_away[by as usize] += u64::from(sent_at >= self.warmup);
            }
            Fact::TakenOut { service, by } => {
                let taken_out = &mut self.measures.services[service as usize].taken_out;
                taken_out[by as usize] += u64::from(at >= self.warmup && at < self.closes);
            }
            Fact::Scaled { service, change } => {
                let levels = &mut self.levels[service as usize];
                levels.replicas.change(at, change);
                levels.replicas_max = levels.replicas_max.max(levels.replicas.now);
            }
            Fact::ReadyMoved { service, change } => self.levels[service as usize].ready.change(at, change),
            Fact::BreakersMoved { site, change } => {
                self.breakers[site as usize].iter_mut().for_each(|breakers| breakers.change(at, change));
            }
            Fact::Deploying { deploy, step } => {
                let deployed = &mut self.measures.deploys[deploy as usize];
                match step {
                    RolloutStep::Began => deployed.began = Some(at),
                    RolloutStep::RolledBack => deployed.rolled_back = Some(at),
                    RolloutStep::Ended => deployed.ended = Some(at),
                }
            }
            Fact::LimitMoved { service, change } => self.levels[service as usize].limits.change(at, change),
            Fact::StillThere { service, entered } => {
                self.levels[service as usize].sojourns += u128::from(at.0 - entered.0);
            }
            Fact::Data(fact) => self.data.see(at, fact),
            Fact::CallBegan { .. } | Fact::AttemptEnded { .. } => {}
        }
    }
}

/// The endpoints that tenants call, and which of them each tenant calls.
fn entries(model: &Model) -> (Vec<EndpointId>, Vec<usize>) {
    let mut entries: Vec<EndpointId> = Vec::new();
    let mut entry_of = Vec::new();
    for tenant in &model.tenants {
        let known = entries.iter().position(|entry| *entry == tenant.call.callee);
        entry_of.push(known.unwrap_or(entries.len()));
        if known.is_none() {
            entries.push(tenant.call.callee);
        }
    }
    (entries, entry_of)
}

/// The shortest of 1, 2 or 5 times a power of ten that cuts a run into at most 600 steps.
fn timeline_step(duration: Span) -> Span {
    let mut decade = 1_000_000;
    loop {
        for digit in [1, 2, 5] {
            if duration.0 <= 600 * digit * decade {
                return Span(digit * decade);
            }
        }
        decade *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        let cases = [(600, 1_000), (601, 2_000), (10, 20), (86_400, 200_000), (36_000, 100_000)];
        for (seconds, step_ms) in cases {
            assert_eq!(timeline_step(Span::secs(seconds)), Span::millis(step_ms), "{seconds} s");
        }
        assert_eq!(timeline_step(Span(5)), Span::millis(1));
    }
}
