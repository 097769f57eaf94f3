//! The measures of a run: a fold over its facts.
//!
//! Requests count by when they were sent, levels by when they held. Time is cut at the ends of the timeline's steps, at the
//! warm-up and at the end of the sending; within a piece the mean of a level is an integral over exact nanoseconds.

use crate::event::{Answer, Failure};
use crate::fact::{Applied, Fact, Observer, Outcome};
use crate::latencies::{self, Latencies};
use crate::model::{EndpointId, Model};
use crate::plan::Sites;
use crate::time::{Span, Time};
use hdrhistogram::Histogram;

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
}

/// What happened at one site, to calls of measured requests.
#[derive(Clone, Debug, Default)]
pub struct SiteTally {
    /// Attempts made.
    pub attempts: u64,
    /// Attempts after the first.
    pub retries: u64,
    /// Attempts given up.
    pub timeouts: u64,
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
    /// Length of a step of the timelines.
    pub step: Span,
    /// By entry, then by step.
    pub entry_steps: Vec<Vec<EntryStep>>,
    /// By service, then by step.
    pub service_steps: Vec<Vec<ServiceStep>>,
}

/// Measures one run.
#[derive(Debug)]
pub struct Meter {
    measures: Measures,
    levels: Vec<Level>,
    /// By entry, the step under way.
    current: Vec<(EntryStep, Histogram<u64>)>,
    /// By tenant: its entry.
    entry_of: Vec<usize>,
    warmup: Time,
    closes: Time,
    /// Where the piece of time under way began and will end.
    piece_began: Time,
    piece_ends: Time,
    step_ends: Time,
}

/// The numbers at a service at this moment, and their integrals in request-nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    at: Time,
    now: [u64; 3],
    waiting_max: u64,
    /// Over the piece of time under way.
    piece: [u128; 3],
    /// Over the step so far.
    step: [u128; 3],
    /// Over the measured window so far.
    window: [u128; 3],
    /// Over the whole run: waiting and serving, which by Little's law is the sum of all sojourns.
    all: u128,
    sojourns: u128,
}

const WAITING: usize = 0;
const SERVING: usize = 1;
const COMPUTING: usize = 2;

impl Level {
    #[inline]
    fn advance(&mut self, at: Time) {
        let span = u128::from(at.since(self.at).0);
        for (area, level) in self.piece.iter_mut().zip(self.now) {
            *area += span * u128::from(level);
        }
        self.at = at;
    }

    #[inline]
    fn change(&mut self, at: Time, which: usize, change: i32) {
        self.advance(at);
        self.now[which] = self.now[which].checked_add_signed(i64::from(change)).expect("a level is never negative");
        self.waiting_max = self.waiting_max.max(self.now[WAITING]);
    }

    fn end_piece(&mut self, at: Time, measured: bool) {
        self.advance(at);
        let piece = std::mem::take(&mut self.piece);
        self.all += piece[WAITING] + piece[SERVING];
        for (which, area) in piece.into_iter().enumerate() {
            self.step[which] += area;
            self.window[which] += if measured { area } else { 0 };
        }
    }

    fn end_step(&mut self, step: Span) -> ServiceStep {
        let [waiting, serving, computing] = std::mem::take(&mut self.step).map(|area| area as f64 / step.0 as f64);
        ServiceStep { waiting, serving, computing }
    }
}

impl Meter {
    /// Ready to watch a run of this model.
    pub fn new(model: &Model) -> Self {
        let (entries, entry_of) = entries(model);
        let step = timeline_step(model.duration);
        let sites = Sites::of(model).callees.len();
        let mut meter = Meter {
            levels: vec![Level::default(); model.services.len()],
            current: entries.iter().map(|_| (EntryStep::default(), latencies::histogram(2))).collect(),
            entry_of,
            warmup: Time::ZERO + model.warmup,
            closes: Time::ZERO + model.duration,
            piece_began: Time::ZERO,
            piece_ends: Time::ZERO,
            step_ends: Time::ZERO + step,
            measures: Measures {
                tenants: model.tenants.iter().map(|_| Tally::default()).collect(),
                services: vec![Occupancy::default(); model.services.len()],
                sites: (0..sites).map(|_| SiteTally::default()).collect(),
                effects: vec![EffectTally::default(); model.effects.len()],
                entry_steps: vec![Vec::new(); entries.len()],
                service_steps: vec![Vec::new(); model.services.len()],
                entries,
                step,
            },
        };
        meter.plan_piece();
        meter
    }

    /// The next instant at which something is summed up.
    fn plan_piece(&mut self) {
        let boundaries = [self.warmup, self.closes, self.step_ends.min(self.closes)];
        let next = boundaries.into_iter().filter(|at| *at > self.piece_began).min();
        self.piece_ends = next.unwrap_or(Time::NEVER);
    }

    #[cold]
    fn end_pieces(&mut self, at: Time) {
        while self.piece_ends <= at && self.piece_ends != Time::NEVER {
            let (began, ends) = (self.piece_began, self.piece_ends);
            let measured = began >= self.warmup && ends <= self.closes;
            for level in &mut self.levels {
                level.end_piece(ends, measured);
                if ends == self.warmup {
                    level.waiting_max = level.now[WAITING];
                }
            }
            if ends == self.step_ends || ends == self.closes {
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
        for ((entry, histogram), steps) in self.current.iter_mut().zip(&mut self.measures.entry_steps) {
            let quantile = |q| (!histogram.is_empty()).then(|| Span(histogram.value_at_quantile(q)));
            steps.push(EntryStep { p50: quantile(0.5), p99: quantile(0.99), ..*entry });
            *entry = EntryStep::default();
            histogram.reset();
        }
        self.step_ends = self.step_ends + self.measures.step;
    }

    fn note_maxima(&mut self) {
        for (level, occupancy) in self.levels.iter().zip(&mut self.measures.services) {
            occupancy.waiting_max = level.waiting_max;
        }
    }

    /// The measures, once the run has finished.
    ///
    /// # Panics
    /// If a request was lost track of, or Little's law does not hold to the nanosecond: a defect of the engine.
    pub fn finish(mut self, at: Time) -> Measures {
        self.end_pieces(at.max(self.closes));
        let window = self.closes.since(self.warmup).0 as f64;
        for (level, occupancy) in self.levels.iter_mut().zip(&mut self.measures.services) {
            level.end_piece(at.max(self.closes), false);
            assert_eq!(
                level.all, level.sojourns,
                "Little's law: the mean number is not the rate times the mean sojourn"
            );
            let [waiting, serving, computing] = level.window.map(|area| area as f64 / window);
            *occupancy = Occupancy { waiting, serving, computing, ..*occupancy };
        }
        for tally in &self.measures.tenants {
            assert_eq!(tally.offered, tally.ended(), "every request ends exactly once");
        }
        self.measures
    }

    #[inline]
    fn request_ended(&mut self, at: Time, tenant: u32, sent_at: Time, outcome: Outcome) {
        let latency = at.since(sent_at);
        let answered = !matches!(outcome, Outcome::Failed(_));
        let (step, histogram) = &mut self.current[self.entry_of[tenant as usize]];
        match outcome {
            Outcome::Ok | Outcome::Degraded => step.good += 1,
            Outcome::Late => step.late += 1,
            Outcome::Failed(_) => step.failed += 1,
        }
        if answered {
            latencies::record(histogram, latency);
        }
        if sent_at >= self.warmup {
            let tally = &mut self.measures.tenants[tenant as usize];
            tally.count(outcome);
            if answered {
                tally.latencies.record(latency);
            }
        }
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
    fn see(&mut self, at: Time, fact: Fact) {
        if at >= self.piece_ends {
            self.end_pieces(at);
        }
        match fact {
            Fact::RequestSent { tenant, .. } => {
                self.current[self.entry_of[tenant as usize]].0.offered += 1;
                self.measures.tenants[tenant as usize].offered += u64::from(at >= self.warmup);
            }
            Fact::RequestEnded { tenant, sent_at, outcome, .. } => self.request_ended(at, tenant, sent_at, outcome),
            Fact::RequestSettled { sent_at, outcome, reached, ref applied, .. } => {
                if reached != 0 && sent_at >= self.warmup {
                    self.settled(outcome, reached, applied);
                }
            }
            Fact::AttemptMade { site, attempt, sent_at, .. } if sent_at >= self.warmup => {
                let tally = &mut self.measures.sites[site as usize];
                tally.attempts += 1;
                tally.retries += u64::from(attempt > 1);
            }
            Fact::AttemptTimedOut { site, sent_at, .. } if sent_at >= self.warmup => {
                self.measures.sites[site as usize].timeouts += 1;
            }
            // A tenant's call is its request, and measured as such.
            Fact::CallEnded { site, began, answer, sent_at, .. }
                if sent_at >= self.warmup && site as usize >= self.entry_of.len() =>
            {
                self.call_ended(at, site, began, answer);
            }
            Fact::Reached { service, original, sent_at, .. } if sent_at >= self.warmup => {
                let occupancy = &mut self.measures.services[service as usize];
                occupancy.reached += 1;
                occupancy.originals += u64::from(original);
            }
            Fact::HandlerEnded { service, entered, .. } | Fact::StillThere { service, entered } => {
                self.levels[service as usize].sojourns += u128::from(at.since(entered).0);
            }
            Fact::Waiting { service, change } => self.levels[service as usize].change(at, WAITING, change),
            Fact::Serving { service, change } => self.levels[service as usize].change(at, SERVING, change),
            Fact::Computing { service, change } => self.levels[service as usize].change(at, COMPUTING, change),
            _ => {}
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
