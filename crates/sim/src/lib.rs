//! A deterministic discrete-event engine for backend services under load.
//!
//! A [`model::Model`] goes in, facts come out: [`Simulation`] runs it with one seed and tells an [`Observer`] what happens,
//! [`Meter`] folds the facts into [`Measures`], [`Tracer`] into a few traces. The same model, seed and version give the same
//! facts on every machine: time is integer nanoseconds, order is total, luck is drawn from named streams, and nothing here
//! reads a clock, a file or a thread.
//!
//! Left out on purpose: reading scenarios, replications, statistics and pictures, which are the business of `lab`.

mod agenda;
mod arrivals;
mod autoscale;
mod backlog;
mod balance;
mod breaker;
mod broker;
mod budget;
mod bulkhead;
mod cache;
mod check;
mod concurrency;
mod ejection;
mod engine;
mod event;
mod fact;
mod guards;
mod health;
mod hedge;
mod histogram;
mod latencies;
mod limit;
mod locks;
mod lru;
mod meter;
pub mod model;
mod plan;
mod queue;
mod random;
mod retry;
mod rolling;
mod rollout;
mod sampler;
mod sharing;
mod shed;
mod slab;
mod throttle;
mod time;
mod tracer;
mod zipf;

pub use autoscale::{Autoscaler, Observed};
pub use cache::Found;
pub use check::ModelError;
pub use engine::{Excess, Limits, Progress, Simulation};
pub use event::{Answer, Failure};
pub use fact::{Applied, DataFact, Fact, Observer, Outcome, Refusal, Removal, RolloutStep, Stage};
pub use latencies::Latencies;
pub use meter::{
    CacheStep, CacheTally, DataMeasures, Deployed, EffectTally, EntryStep, FollowerTally, LockTally, Measures, Meter,
    Occupancy, QueueStep, QueueTally, ServiceStep, SiteTally, Tally,
};
pub use plan::{CallerId, Sites};
pub use random::Stream;
pub use slab::Ref;
pub use time::{Span, Time};
pub use tracer::{SpanKind, Trace, TracedSpan, Tracer};
