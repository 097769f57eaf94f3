//! What observers are told: facts about the run, in the order in which they happen.
//!
//! The engine states facts and keeps no statistics; whoever wants to know something folds over them. An observer cannot
//! answer back, so adding one changes nothing. Identities ([`Ref`]) are unique among records of a kind.

mod data;

pub use data::DataFact;

use crate::event::Answer;
use crate::event::Failure;
use crate::model::Model;
use crate::slab::Ref;
use crate::time::{Span, Time};

/// How a tenant's request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Answered whole, in time.
    Ok,
    /// Answered in time, with an optional part missing.
    Degraded,
    /// Answered after the tenant's patience.
    Late,
    /// Not answered.
    Failed(Failure),
}

/// How often each effect was applied for one request; counts stop at 255.
pub type Applied = [u8; Model::MAX_EFFECTS];

/// How far a request had come at a replica.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Not even into the queue.
    Refused,
    /// Waiting for a worker or a core.
    Waiting,
    /// Being worked on.
    Serving,
}

/// Which policy of a service turned an attempt away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The rate limit, at the door.
    Limited,
    /// The concurrency limit, at the door.
    Crowded,
    /// The queue, out of which it was dropped.
    Shed,
}

impl Refusal {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Refusal; 3] = [Refusal::Limited, Refusal::Crowded, Refusal::Shed];
}

/// Why callers are not told of a replica any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Removal {
    /// Its health checks failed.
    Unhealthy,
    /// One of its callers saw too many failures in a row.
    Ejected,
}

impl Removal {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Removal; 2] = [Removal::Unhealthy, Removal::Ejected];
}

/// How far a deploy has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RolloutStep {
    /// The first replica drains.
    Began,
    /// The new version fails too often; the old one is rolled out again.
    RolledBack,
    /// All replicas have the version that they should have.
    Ended,
}

/// Something that happened. Numbers index the model's tables; `site` counts calls in the order of [`Sites`](crate::Sites).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the sentence on each fact names its fields")]
pub enum Fact {
    /// A tenant sent a request.
    RequestSent { request: Ref, tenant: u32 },
    /// The request's tenant knows how it ended.
    RequestEnded { request: Ref, tenant: u32, sent_at: Time, outcome: Outcome },
    /// Nothing works for the request any more. `reached` has a bit for each effect whose endpoint was attempted.
    RequestSettled { request: Ref, sent_at: Time, outcome: Outcome, reached: u8, applied: Applied },
    /// A caller begins a call; `parent` is the calling handler, or nothing for a tenant.
    CallBegan { call: Ref, parent: Ref, request: Ref, site: u32 },
    /// A caller sends an attempt, the first being 1; `hedge` where an earlier one is under way and goes on. `sent_at` is
    /// when the tenant sent the request behind it.
    AttemptMade { call: Ref, site: u32, attempt: u8, hedge: bool, sent_at: Time },
    /// A caller's breaker, bulkhead or throttle refuses an attempt, which ends in the same instant and is never sent.
    AttemptShed { call: Ref, site: u32, attempt: u8, sent_at: Time },
    /// A caller's breaker opens, or opens again after a probe.
    BreakerOpened { site: u32 },
    /// Something takes the place of an answer that did not come: one of this age, where it is an earlier answer.
    FellBack { call: Ref, site: u32, age: Option<Span>, sent_at: Time },
    /// An answer reached a caller that waited for it.
    AttemptEnded { call: Ref, attempt: u8, answer: Answer },
    /// A caller gives up an attempt.
    AttemptTimedOut { call: Ref, site: u32, attempt: u8, sent_at: Time },
    /// A call is over.
    CallEnded { call: Ref, site: u32, began: Time, answer: Answer, sent_at: Time },
    /// An attempt arrived at a live replica. `original` means that no retry led to it, neither its own nor a caller's.
    Reached { job: Ref, call: Ref, attempt: u8, service: u32, replica: u32, original: bool, sent_at: Time },
    /// It waits for a worker.
    Queued { job: Ref, service: u32 },
    /// A worker took it, out of the queue or at once.
    HandlerBegan { job: Ref, service: u32, queued: bool },
    /// Its handler can go on only with a core, and none is free; or it has got one.
    CoreAwaited { service: u32, waits: bool },
    /// So many more, or fewer, cores compute.
    Computing { service: u32, change: i32 },
    /// It leaves the replica that it entered, having come this far.
    HandlerEnded { job: Ref, service: u32, entered: Time, stage: Stage, answer: Answer },
    /// The run is over and a request is still at the service.
    StillThere { service: u32, entered: Time },
    /// Something happened to data.
    Data(DataFact),
    /// A policy turns an attempt away; its handler ends with that. `sent_at` is when the tenant sent the request behind it.
    TurnedAway { service: u32, by: Refusal, sent_at: Time },
    /// A replica of a service goes out of rotation, at one of its callers or all.
    TakenOut { service: u32, by: Removal },
    /// So many more, or fewer, replicas of a service run, those that start or drain included.
    Scaled { service: u32, change: i32 },
    /// So many more, or fewer, replicas of a service are ready: up, started, not draining, not taken for unhealthy.
    ReadyMoved { service: u32, change: i32 },
    /// So many more, or fewer, of a caller's breakers are open or half-open.
    BreakersMoved { site: u32, change: i32 },
    /// A deploy, by its index in the model, comes so far.
    Deploying { deploy: u32, step: RolloutStep },
    /// The concurrency limits of a service's replicas are so much higher, or lower, in sum.
    LimitMoved { service: u32, change: i32 },
}

/// Is told every fact.
pub trait Observer {
    /// Time moves on: whatever is seen until the next call happens at `at`. Times never go back.
    fn reach(&mut self, at: Time);

    /// A fact, at the time last reached.
    fn see(&mut self, at: Time, fact: Fact);
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline]
    fn reach(&mut self, at: Time) {
        self.0.reach(at);
        self.1.reach(at);
    }

    #[inline]
    fn see(&mut self, at: Time, fact: Fact) {
        self.0.see(at, fact);
        self.1.see(at, fact);
    }
}

impl<T: Observer> Observer for &mut T {
    #[inline]
    fn reach(&mut self, at: Time) {
        (**self).reach(at);
    }

    #[inline(always)]
    fn see(&mut self, at: Time, fact: Fact) {
        (**self).see(at, fact);
    }
}

/// Sees nothing.
impl Observer for () {
    #[inline]
    fn reach(&mut self, _: Time) {}

    #[inline]
    fn see(&mut self, _: Time, _: Fact) {}
}
