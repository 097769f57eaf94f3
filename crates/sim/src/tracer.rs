//! Traces of a few requests: which calls were made for them, on which replicas, and how long each took.
//!
//! A reservoir keeps a uniform sample of the measured requests without knowing their number; its luck is its own, so tracing
//! changes nothing else.

use crate::event::{Answer, Failure};
use crate::fact::{Fact, Observer, Outcome};
use crate::model::Model;
use crate::random::Stream;
use crate::slab::Ref;
use crate::time::Time;
use std::collections::BTreeMap;

/// The trace of one request.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// Counts the measured requests of the run, from 0.
    pub serial: u64,
    /// Who sent it.
    pub tenant: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Its spans; the first covers the request, and a parent comes before its children.
    pub spans: Vec<TracedSpan>,
}

/// A stretch of time within a trace.
#[derive(Clone, PartialEq, Debug)]
pub struct TracedSpan {
    /// Index of the span it belongs to; none for the first.
    pub parent: Option<usize>,
    /// What took the time.
    pub kind: SpanKind,
    /// When it began.
    pub start: Time,
    /// When it ended; for work that outlived the run, the run's end.
    pub end: Time,
    /// How it ended; none if it never did, or nobody waited for the answer.
    pub answer: Option<Answer>,
}

/// What a span covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpanKind {
    /// The whole request, as its tenant saw it.
    Request,
    /// An attempt of a call, as the caller saw it.
    Attempt {
        /// The call, numbered as in [`Sites`](crate::Sites).
        site: u32,
        /// The first is 1.
        attempt: u8,
    },
    /// Waiting for a worker, and the handler's run, at one replica.
    Handler {
        /// The site of the attempt that led here.
        site: u32,
        /// The replica, counted over all services.
        replica: u32,
    },
}

/// Where something alive stands in the traces.
#[derive(Clone, Copy, Debug)]
struct Spot {
    slot: usize,
    /// Which request had the slot when this began.
    serial: u64,
    span: usize,
    site: u32,
}

/// Samples traces.
#[derive(Debug)]
pub struct Tracer {
    wanted: usize,
    warmup: Time,
    seen: u64,
    stream: Stream,
    traces: Vec<Trace>,
    /// By identity in the engine.
    requests: BTreeMap<u64, Spot>,
    calls: BTreeMap<u64, Spot>,
    jobs: BTreeMap<u64, Spot>,
    now: Time,
}

impl Tracer {
    /// Samples `wanted` of the measured requests.
    pub fn new(model: &Model, wanted: usize, seed: u64) -> Self {
        Tracer {
            wanted,
            warmup: Time::ZERO + model.warmup,
            seen: 0,
            stream: Stream::new(seed, "traces", ""),
            traces: Vec::new(),
            requests: BTreeMap::new(),
            calls: BTreeMap::new(),
            jobs: BTreeMap::new(),
            now: Time::ZERO,
        }
    }

    /// The sampled traces, in the order in which their requests were sent.
    pub fn finish(mut self) -> Vec<Trace> {
        for span in self.traces.iter_mut().flat_map(|trace| &mut trace.spans) {
            if span.end == Time::NEVER {
                span.end = self.now;
            }
        }
        self.traces.sort_by_key(|trace| trace.serial);
        self.traces
    }

    /// Gives the request a slot if the reservoir takes it.
    fn sample(&mut self, at: Time, request: Ref, tenant: u32) {
        let serial = self.seen;
        self.seen += 1;
        let slot = if self.traces.len() < self.wanted {
            self.traces.len()
        } else {
            let draw = ((u128::from(self.stream.bits()) * u128::from(self.seen)) >> 64) as usize;
            if draw >= self.wanted {
                return;
            }
            draw
        };
        let root = TracedSpan { parent: None, kind: SpanKind::Request, start: at, end: Time::NEVER, answer: None };
        let outcome = Outcome::Failed(Failure::Timeout);
        let trace = Trace { serial, tenant, outcome, spans: vec![root] };
        if slot == self.traces.len() {
            self.traces.push(trace);
        } else {
            self.traces[slot] = trace;
        }
        self.requests.insert(request.id(), Spot { slot, serial, span: 0, site: 0 });
    }

    /// The trace of a spot, unless its slot has gone to another request.
    fn trace(&mut self, spot: Spot) -> Option<&mut Trace> {
        self.traces.get_mut(spot.slot).filter(|trace| trace.serial == spot.serial)
    }

    fn open(&mut self, at: Time, parent: Spot, kind: SpanKind) -> Option<usize> {
        let trace = self.trace(parent)?;
        trace.spans.push(TracedSpan { parent: Some(parent.span), kind, start: at, end: Time::NEVER, answer: None });
        Some(trace.spans.len() - 1)
    }

    fn close(&mut self, at: Time, spot: Spot, answer: Option<Answer>) {
        if let Some(trace) = self.trace(spot) {
            let span = &mut trace.spans[spot.span];
            if span.end == Time::NEVER {
                span.end = at;
                span.answer = answer;
            }
        }
    }

    /// The span of the attempt under way at a call.
    fn attempt(&mut self, call: Ref, attempt: u8) -> Option<Spot> {
        let spot = *self.calls.get(&call.id())?;
        let spans = &self.trace(spot)?.spans;
        let wanted = SpanKind::Attempt { site: spot.site, attempt };
        let span = (0..spans.len())
            .rev()
            .find(|index| spans[*index].kind == wanted && spans[*index].parent == Some(spot.span))?;
        Some(Spot { span, ..spot })
    }

    fn call_began(&mut self, call: Ref, parent: Ref, request: Ref, site: u32) {
        let above = if parent.is_none() { self.requests.get(&request.id()) } else { self.jobs.get(&parent.id()) };
        if let Some(spot) = above {
            self.calls.insert(call.id(), Spot { site, ..*spot });
        }
    }
}

impl Observer for Tracer {
    fn reach(&mut self, at: Time) {
        self.now = at;
    }

    fn see(&mut self, at: Time, fact: Fact) {
        match fact {
            Fact::RequestSent { request, tenant } if at >= self.warmup => self.sample(at, request, tenant),
            Fact::RequestEnded { request, outcome, .. } => {
                if let Some(spot) = self.requests.get(&request.id()).copied() {
                    self.close(at, spot, None);
                    if let Some(trace) = self.trace(spot) {
                        trace.outcome = outcome;
                    }
                }
            }
            Fact::RequestSettled { request, .. } => {
                if let Some(spot) = self.requests.remove(&request.id()) {
                    self.calls.retain(|_, other| other.serial != spot.serial);
                }
            }
            Fact::CallBegan { call, parent, request, site } => self.call_began(call, parent, request, site),
            Fact::AttemptMade { call, site, attempt, .. } | Fact::AttemptShed { call, site, attempt, .. } => {
                if let Some(spot) = self.calls.get(&call.id()).copied() {
                    self.open(at, spot, SpanKind::Attempt { site, attempt });
                }
            }
            Fact::AttemptEnded { call, attempt, answer } => {
                if let Some(spot) = self.attempt(call, attempt) {
                    self.close(at, spot, Some(answer));
                }
            }
            Fact::AttemptTimedOut { call, attempt, .. } => {
                if let Some(spot) = self.attempt(call, attempt) {
                    self.close(at, spot, Some(Answer::Failed(Failure::Timeout)));
                }
            }
            Fact::Reached { job, call, attempt, replica, .. } => {
                if let Some(spot) = self.attempt(call, attempt)
                    && let Some(span) = self.open(at, spot, SpanKind::Handler { site: spot.site, replica })
                {
                    self.jobs.insert(job.id(), Spot { span, ..spot });
                }
            }
            Fact::HandlerEnded { job, answer, .. } => {
                if let Some(spot) = self.jobs.remove(&job.id()) {
                    self.close(at, spot, Some(answer));
                }
            }
            _ => {}
        }
    }
}
