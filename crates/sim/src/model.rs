//! What is simulated: a plain description of tenants, services, calls and faults, without behaviour.
//!
//! The reader of scenario files builds a [`Model`]; the engine compiles it. References are indices into the model's
//! own tables, names are kept because each component draws its luck from a stream named after it. Everything here is
//! data that [`Model::check`] can refuse; after it passes, a simulation cannot fail.

mod data;
mod defences;
mod guards;

pub use data::{Cache, CacheId, CacheUse, Fill, Follower, FollowerId, Follows, Keys, MessageQueue, QueueId};

use crate::event::Failure;
use crate::time::{Span, Time};
pub use defences::*;
pub use guards::{Breaker, BreakerScope, Bulkhead, Fallback, Guards, Hedge, HedgeDelay, Throttle, Trip};
use std::sync::Arc;

/// Index of a tenant in [`Model::tenants`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TenantId(pub u32);

/// Index of a service in [`Model::services`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ServiceId(pub u32);

/// Index of an effect in [`Model::effects`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EffectId(pub u32);

/// An endpoint: the service and the index in [`Service::endpoints`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EndpointId {
    /// The service that has the endpoint.
    pub service: ServiceId,
    /// Its index among the service's endpoints.
    pub endpoint: u32,
}

/// Everything one run simulates.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Tenants send requests during this time; what is under way then is run to its end.
    pub duration: Span,
    /// Requests sent before this are simulated and not measured.
    pub warmup: Span,
    /// The sources of requests.
    pub tenants: Vec<Tenant>,
    /// The services.
    pub services: Vec<Service>,
    /// Names of the side effects that steps apply; at most [`Model::MAX_EFFECTS`].
    pub effects: Vec<String>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// The caches.
    pub caches: Vec<Cache>,
    /// Copies of what services hold.
    pub followers: Vec<Follower>,
    /// Queues of messages.
    pub queues: Vec<MessageQueue>,
    /// New versions, and when they are rolled out.
    pub deploys: Vec<Deploy>,
}

impl Model {
    /// One request counts the applications of this many effects.
    pub const MAX_EFFECTS: usize = 8;
    /// Calls nest at most this deep.
    pub const MAX_DEPTH: usize = 64;
    /// Replicas of all services together.
    pub const MAX_REPLICAS: u32 = 100_000;
    /// One call is tried at most this often, the first try included.
    pub const MAX_ATTEMPTS: u32 = 30;
    /// The longest time that any field may hold: a hundred years.
    pub const MAX_SPAN: Span = Span(100 * 366 * 86_400 * 1_000_000_000);
}

/// A named source of requests.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Unique among tenants.
    pub name: String,
    /// What each request asks for, and how the tenant behaves as a caller.
    pub call: Call,
    /// When requests are sent.
    pub load: Load,
    /// An answer later than this is late. Absent: no answer is.
    pub patience: Option<Span>,
    /// Higher goes first where a queue orders by priority.
    pub priority: u8,
}

impl Tenant {
    /// A tenant with boundless patience and the lowest priority.
    pub fn new(name: &str, call: Call, load: Load) -> Self {
        Tenant { name: name.to_owned(), call, load, patience: None, priority: 0 }
    }
}

impl Load {
    /// Independent arrivals at a steady rate, in requests per second.
    pub fn poisson(rate: f64) -> Self {
        Load::Open { rate, arrivals: Arrivals::Poisson, profile: Profile::default() }
    }
}

/// When a tenant sends.
#[derive(Clone, Debug)]
pub enum Load {
    /// Sends at a rate, whatever the answers do.
    Open {
        /// Mean requests per second where the profile is 1.
        rate: f64,
        /// How the requests are spread around that rate.
        arrivals: Arrivals,
        /// How the rate moves over time.
        profile: Profile,
    },
    /// So many users; each thinks, sends, and waits for the answer.
    Closed {
        /// Number of users.
        users: u32,
        /// Time between an answer and the user's next request; also before the first.
        think: Dist,
    },
    /// Sends at these instants, ascending.
    Replay {
        /// The instants.
        times: Arc<[Time]>,
    },
}

/// How open arrivals are spread.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Arrivals {
    /// Independent of each other: exponential gaps.
    Poisson,
    /// Evenly spaced.
    Constant,
    /// Poisson while on, silent while off; both phases are exponential. The mean rate over both is the tenant's rate.
    Bursty {
        /// Mean length of an on phase.
        on: Span,
        /// Mean length of an off phase.
        off: Span,
    },
}

/// A multiplier over time: straight lines between points, level before the first and after the last; 1 where empty.
/// Two points at the same instant make a step.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Profile {
    /// Points in order of time; multipliers are finite and not negative.
    pub points: Vec<(Time, f64)>,
}

/// A service: replicas that run handlers.
#[derive(Clone, Debug)]
pub struct Service {
    /// Unique among services.
    pub name: String,
    /// Identical copies, at least one; at the start, where their number follows the load.
    pub replicas: u32,
    /// Handlers at once per replica, held while a handler waits on a call. Absent: unlimited.
    pub workers: Option<u32>,
    /// CPUs per replica that `work` needs. Absent: work never contends.
    pub cores: Option<u32>,
    /// How work shares the cores.
    pub scheduling: Scheduling,
    /// The waiting room before the workers.
    pub queue: Queue,
    /// How callers pick one of the replicas.
    pub balance: Balance,
    /// Speed of each replica, relative to 1; the last value holds for all further replicas. Empty: all 1.
    pub speeds: Vec<f64>,
    /// How long a replica takes from its restart until it accepts requests.
    pub startup: Span,
    /// Whether work is dropped, and calls are cut short, once the caller's deadline has passed.
    pub deadlines: Deadlines,
    /// Connections that each replica may have open to another service.
    pub pools: Vec<Pool>,
    /// What telling about itself takes of its CPU.
    pub telemetry: Telemetry,
    /// What it does on its own side against too much.
    pub defences: Defences,
    /// What it answers.
    pub endpoints: Vec<Endpoint>,
}

impl Service {
    /// Replicas that there can ever be: a place is kept for each.
    pub fn most_replicas(&self) -> u32 {
        self.defences.autoscale.map_or(self.replicas, |autoscale| autoscale.most.max(self.replicas))
    }

    /// One replica without limits that has one endpoint, called `run`, with these steps.
    pub fn new(name: &str, steps: Vec<Step>) -> Self {
        Service {
            name: name.to_owned(),
            replicas: 1,
            workers: None,
            cores: None,
            scheduling: Scheduling::default(),
            queue: Queue::default(),
            balance: Balance::default(),
            speeds: Vec::new(),
            startup: Span::ZERO,
            deadlines: Deadlines::default(),
            pools: Vec::new(),
            telemetry: Telemetry::default(),
            defences: Defences::default(),
            endpoints: vec![Endpoint { name: "run".to_owned(), steps }],
        }
    }
}

/// How work shares a replica's cores.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scheduling {
    /// One after the other, each to its end.
    #[default]
    Fifo,
    /// Processor sharing: all at once, each at an equal share of the cores and at most one core.
    Ps,
}

/// The waiting room before a replica's workers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Queue {
    /// Requests that may wait per replica; one more is rejected. Absent: unlimited.
    pub limit: Option<u32>,
    /// Who is next.
    pub order: Order,
    /// Shares of tenants with [`Order::Fair`], from 1 to 1000; who is not here has 1. Empty: everybody's is the same.
    pub weights: Vec<(TenantId, u32)>,
    /// How a waiting request may lose its place. Absent: never.
    pub shed: Option<Shed>,
}

/// Which waiting request is served next.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Fifo,
    /// Newest first.
    Lifo,
    /// Oldest first until the queue has not been empty for `interval`, then newest first until it is.
    /// As described for Facebook's servers by B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015.
    AdaptiveLifo {
        /// How long a queue may stand before it counts as overloaded.
        interval: Span,
    },
    /// Highest tenant priority first, oldest first among equals.
    Priority,
    /// Tenants in turn, oldest first within a tenant; where [`Queue::weights`] are given, in proportion to them.
    Fair,
}

/// How a caller picks a replica.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Balance {
    /// Each in turn.
    #[default]
    RoundRobin,
    /// Any, with equal chance.
    Random,
    /// The one with the fewest unanswered attempts.
    LeastOutstanding,
    /// The less loaded of two different ones drawn at random.
    PowerOfTwo,
    /// By the request's key, always the same one.
    Hash,
}

/// What a service does with the deadline that a caller sends along.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Deadlines {
    /// Nothing: it works on, whoever still waits.
    #[default]
    Ignore,
    /// Drops a request whose deadline has passed before a step begins, and sends the deadline on with its own calls.
    Propagate,
}

/// What telling about itself takes of a service's CPU: work at the start of each handler.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Telemetry {
    /// For every request, such as its lines of log.
    pub always: Span,
    /// Chance that a request is traced.
    pub traced: f64,
    /// For every request that is traced.
    pub span: Span,
}

/// A bound on the connections from each replica of one service to another service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pool {
    /// The service that is called through the pool.
    pub callee: ServiceId,
    /// Calls that may be under way at once per replica of the caller; further ones wait, oldest first.
    pub size: u32,
}

/// A named handler.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Unique within its service.
    pub name: String,
    /// Run in order; a step that fails fails the handler, unless it is optional.
    pub steps: Vec<Step>,
}

/// One step of a handler.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a model has few steps, most of them calls, and the plan holds none")]
pub enum Step {
    /// Computes: needs a core where the service counts them.
    Work(Dist),
    /// Waits without a core: a disk, a sleep.
    Wait(Dist),
    /// Asks another endpoint and waits for its answer.
    Call(Call),
    /// All at once; done when all have ended. Branches are `Work`, `Wait` and `Call` steps.
    Parallel(Vec<Step>),
    /// Applies a side effect.
    Effect {
        /// Which.
        effect: EffectId,
        /// Applied once per request, as long as its key is kept since it was applied: [`Span::MAX`] for ever. Absent:
        /// once per execution.
        idempotent: Option<Span>,
    },
    /// Takes the lock of the row that the call asks for, or waits for it, and keeps it until the handler ends. A handler
    /// takes at most one.
    Lock,
    /// The service's data has been written: its followers learn of it.
    Commit,
    /// Reads a copy, as stale as it is.
    Read(FollowerId),
    /// Hands a message to a queue and goes on; it fails where the queue is full.
    Publish {
        /// Which queue.
        queue: QueueId,
        /// The key that decides the partition. Absent: partitions take turns.
        keys: Option<Keys>,
    },
}

impl Step {
    /// The call that the step is, if it is one.
    pub fn as_call(&self) -> Option<&Call> {
        if let Step::Call(call) = self { Some(call) } else { None }
    }
}

/// A call of an endpoint and how the caller protects itself.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: EndpointId,
    /// The caller gives an attempt up after this, waiting for a connection included. Absent: never.
    pub timeout: Option<Span>,
    /// A failure degrades the caller's answer instead of failing it.
    pub optional: bool,
    /// Made this often: in turn, or at once inside a parallel step.
    pub times: u32,
    /// What happens after a failed attempt. Absent: the call fails.
    pub retry: Option<Retry>,
    /// Hedge, breaker, bulkhead, throttle, fallback.
    pub guards: Guards,
    /// What lies between caller and callee.
    pub network: Network,
    /// Where the answer is looked up first. Absent: nowhere. A tenant has none.
    pub cache: Option<CacheUse>,
    /// Which key it asks for, where no cache says so: each call draws one, and its retries keep it. Absent: none.
    pub keys: Option<Keys>,
}

impl Call {
    /// The call, and the one that takes its place where it fails.
    pub fn with_fallback(&self) -> impl Iterator<Item = &Call> {
        let other = match &self.guards.fallback {
            Some(Fallback::Call(other)) => Some(&**other),
            _ => None,
        };
        std::iter::once(self).chain(other)
    }

    /// A plain call of a service's endpoint, over no distance and without protection.
    pub fn to(service: u32, endpoint: u32) -> Self {
        Self::of(EndpointId { service: ServiceId(service), endpoint })
    }

    /// The same of an endpoint that is known by its id.
    pub fn of(callee: EndpointId) -> Self {
        Call {
            callee,
            timeout: None,
            optional: false,
            times: 1,
            retry: None,
            guards: Guards::default(),
            network: Network::default(),
            cache: None,
            keys: None,
        }
    }
}

/// Whether, when and how often a failed attempt is repeated.
#[derive(Clone, Debug)]
pub struct Retry {
    /// The first try included, from 1 to [`Model::MAX_ATTEMPTS`].
    pub attempts: u32,
    /// Which failures are retried.
    pub on: RetryOn,
    /// How long to wait before each retry.
    pub backoff: Backoff,
    /// What retries may cost. Absent: unbounded.
    pub budget: Option<Budget>,
}

/// A set of failures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetryOn(u8);

impl RetryOn {
    /// Every kind.
    pub const ALL: RetryOn = RetryOn((1 << Failure::ALL.len()) - 1);

    /// These kinds.
    pub fn these(failures: impl IntoIterator<Item = Failure>) -> Self {
        RetryOn(failures.into_iter().fold(0, |set, failure| set | 1 << failure as u8))
    }

    /// Whether a kind is among them.
    pub fn covers(self, failure: Failure) -> bool {
        self.0 & 1 << failure as u8 != 0
    }
}

/// A bound on retries, over all replicas of the caller.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Budget {
    /// Retries as a share of first tries, from 0 to 100 times.
    Share(f64),
    /// A token bucket, full at the start; each retry takes a token.
    Tokens {
        /// As many as it holds.
        most: u32,
        /// Tokens that come in per second, from 0 to 10⁹.
        refill: f64,
    },
}

/// The wait before a retry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Backoff {
    /// Wait before the first retry; it doubles with each further one.
    pub base: Span,
    /// The wait never exceeds this.
    pub cap: Span,
    /// How the wait is spread.
    pub jitter: Jitter,
}

/// How a backoff is spread, as named by M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Jitter {
    /// Exactly the wait.
    #[default]
    None,
    /// Uniform from zero to the wait.
    Full,
    /// Half the wait and a uniform share of the other half.
    Equal,
    /// Uniform from the base to three times the previous wait.
    Decorrelated,
}

/// What a message between two parties goes through, each way.
#[derive(Clone, Debug)]
pub struct Network {
    /// Time from sender to receiver.
    pub latency: Dist,
    /// Uniform extra time from zero to this.
    pub jitter: Span,
    /// Chance that a packet is lost. The sender's transport sends it again after [`Network::RETRANSMIT`], then after
    /// twice that, and so on; after [`Network::TRANSMISSIONS`] the message is gone.
    pub loss: f64,
}

impl Network {
    /// The first wait for an acknowledgement: Linux's minimal TCP retransmission timeout (RFC 6298 allows a second).
    pub const RETRANSMIT: Span = Span::millis(200);
    /// Linux gives up a connection attempt after six retransmissions.
    pub const TRANSMISSIONS: u32 = 7;
}

impl Default for Network {
    fn default() -> Self {
        Network { latency: Dist::Constant(Span::ZERO), jitter: Span::ZERO, loss: 0.0 }
    }
}

/// Something that goes wrong for a while.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// When it starts.
    pub at: Time,
    /// How long it lasts; [`Span::MAX`] for the rest of the run.
    pub lasts: Span,
}

/// What goes wrong. `share` is the part of the replicas that is hit, rounded up: the first ones. Where their number
/// changes, it is a part of those at the start, and all of it is whatever there will be.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// Work takes `by` times as long.
    Slow {
        /// The slow service.
        service: ServiceId,
        /// Factor, over zero.
        by: f64,
        /// Part of the replicas, over 0 and up to 1.
        share: f64,
    },
    /// Requests fail with an error, when a worker takes them and before any step.
    Errors {
        /// The failing service.
        service: ServiceId,
        /// Chance for each request, from 0 to 1.
        rate: f64,
        /// Part of the replicas.
        share: f64,
    },
    /// Replicas die with all they hold, refuse connections, and start up again at the end.
    Crash {
        /// The crashing service.
        service: ServiceId,
        /// Part of the replicas.
        share: f64,
    },
    /// Replicas stand still, as in a garbage collector's pause: nothing is lost, nothing moves.
    Pause {
        /// The pausing service.
        service: ServiceId,
        /// Part of the replicas.
        share: f64,
    },
    /// No message passes between the two.
    Partition {
        /// The two sides.
        between: [Party; 2],
    },
    /// Packets between the two are lost.
    Loss {
        /// The two sides.
        between: [Party; 2],
        /// Chance for each packet, added to the network's own.
        rate: f64,
    },
    /// The service has fewer workers or connections.
    Shrink {
        /// The service.
        service: ServiceId,
        /// Which capacity.
        what: Capacity,
        /// The size while it lasts.
        to: u32,
        /// Part of the replicas.
        share: f64,
    },
    /// A tenant sends more.
    Spike {
        /// The tenant; its load is open.
        tenant: TenantId,
        /// Factor on its rate.
        by: f64,
    },
    /// A cache forgets everything, once; how long the fault lasts means nothing.
    Flush {
        /// The cache.
        cache: CacheId,
    },
}

/// An end of a network path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Party {
    /// A tenant.
    Tenant(TenantId),
    /// A service, all replicas.
    Service(ServiceId),
}

/// A capacity that can shrink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capacity {
    /// The service's workers.
    Workers,
    /// The service's pools of connections, to whichever service.
    Pool,
}

/// A distribution of times.
#[derive(Clone, PartialEq, Debug)]
pub enum Dist {
    /// Always the same.
    Constant(Span),
    /// Exponential.
    Exp {
        /// Mean.
        mean: Span,
    },
    /// Uniform.
    Uniform {
        /// Least value.
        low: Span,
        /// Greatest value.
        high: Span,
    },
    /// Log-normal, by two of its quantiles.
    LogNormal {
        /// Median.
        p50: Span,
        /// 99th percentile, at least the median.
        p99: Span,
    },
    /// Gamma.
    Gamma {
        /// Mean.
        mean: Span,
        /// Standard deviation over mean, over zero.
        cv: f64,
    },
    /// Two exponentials with balanced means: more variable than one.
    HyperExp {
        /// Mean.
        mean: Span,
        /// Standard deviation over mean, at least 1.
        cv: f64,
    },
    /// Pareto, bounded where `max` is given.
    Pareto {
        /// Least value, over zero.
        min: Span,
        /// Tail index, over zero.
        alpha: f64,
        /// Greatest value.
        max: Option<Span>,
    },
    /// One of these, each equally likely.
    Empirical(Arc<[Span]>),
}
