//! What one run found, in the shape that `brownout run --json` prints and every other reader starts from.
//!
//! Nothing here knows the machine, the thread count or the time of day: the same file, seed and version give the same
//! bytes. Names carry their unit. Maps keep the order of the scenario file. A number that has no meaning (a percentile
//! of nothing, the utilization of a service without limits) is `null`.

mod data;

pub use data::{CacheUse, CopyUse, Data, DatabaseUse, LockUse, ProjectionUse, QueueUse};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A map that keeps the order in which the scenario file names things.
pub type Named<T> = indexmap::IndexMap<String, T>;

/// Where a number comes from. A lab number never passes for production experience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EvidenceKind))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Simulated.
    #[default]
    Lab,
}

/// The origin of measured numbers: with the file and this, anybody can measure them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// Where the numbers come from.
    pub kind: Kind,
    /// The scenario's name.
    pub scenario: String,
    /// The variant of it, unless it was taken as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Identifies what was simulated: a hash of the scenario with its overrides applied.
    pub digest: String,
    /// Brownout's version.
    pub version: String,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
}

impl Evidence {
    /// What was simulated, for a headline: the scenario's name, and the variant's.
    pub fn title(&self) -> String {
        title(&self.scenario, self.variant.as_deref())
    }
}

fn title(scenario: &str, variant: Option<&str>) -> String {
    variant.map_or_else(|| scenario.to_owned(), |variant| format!("{scenario} · variant {variant}"))
}

/// One run of one scenario with one seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunReport {
    /// Where the numbers come from.
    #[serde(default)]
    pub kind: Kind,
    /// The scenario's name.
    pub scenario: String,
    /// The variant of it, unless it was taken as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Identifies what was simulated: a hash of the scenario with its overrides applied.
    pub digest: String,
    /// Brownout's version.
    pub version: String,
    /// The seed of all luck.
    pub seed: u64,
    /// How long tenants sent, in simulated seconds.
    pub simulated_s: f64,
    /// Requests sent before this many seconds are not counted.
    pub warmup_s: f64,
    /// Events the engine handled.
    pub events: u64,
    /// By endpoint that tenants call: `service.endpoint`.
    pub endpoints: Named<Requests>,
    /// By tenant.
    pub tenants: Named<Requests>,
    /// By service.
    pub services: Named<ServiceLoad>,
    /// By call: `service.endpoint -> service.endpoint`, and `tenant -> service.endpoint` where a tenant has guards.
    pub calls: Named<Calls>,
    /// By effect.
    pub effects: Named<Effects>,
    /// What services told about themselves, by service; only of those that say what they tell.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub telemetry: Named<Told>,
    /// Sections about caches, databases, projections and queues, where the scenario has some.
    #[serde(flatten)]
    pub data: Data,
    /// What the measured window cost; only where the scenario says what things cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// In the scenario's order.
    pub objectives: Vec<Objective>,
    /// How it went over time.
    pub timeline: Timeline,
}

impl RunReport {
    /// What ran, for a headline: the scenario's name, and the variant's.
    pub fn title(&self) -> String {
        title(&self.scenario, self.variant.as_deref())
    }
}

/// Where requests ended. Each of `offered` ended in exactly one of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Requests {
    /// Sent in the measured window.
    pub offered: u64,
    /// Answered whole and within the tenant's patience.
    pub ok: u64,
    /// Answered in time, with an optional part missing.
    pub degraded: u64,
    /// Answered after the tenant's patience.
    pub late: u64,
    /// Not answered, by what the tenant saw last.
    pub failed: Failures,
    /// (ok + degraded) / offered; null where nothing was offered.
    pub goodput: Option<f64>,
    /// ok + degraded, per second of the measured window.
    pub goodput_rps: f64,
    /// Over requests that got an answer, measured at the caller, retries included.
    pub latency_ms: Latency,
}

/// Requests that failed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failures {
    /// The caller gave up waiting, or no answer had come by the end of the run.
    pub timeout: u64,
    /// Refused: a queue was full, a limit reached.
    pub rejected: u64,
    /// The service answered with an error.
    pub error: u64,
    /// The caller's circuit breaker was open.
    pub breaker: u64,
    /// No replica took the connection.
    pub unreachable: u64,
}

impl Failures {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.timeout + self.rejected + self.error + self.breaker + self.unreachable
    }
}

/// A distribution of latencies, in milliseconds; null where there were none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Latency {
    /// Arithmetic mean, exact.
    pub mean: Option<f64>,
    /// Median; this and all percentiles to three significant digits.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 99.9th percentile.
    pub p999: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

/// How busy a service was, over the measured window and all replicas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceLoad {
    /// Busy share of the cores, or of the workers where cores are not counted; null where neither is limited.
    pub utilization: Option<f64>,
    /// Mean number of requests waiting for a worker or a core.
    pub queue_mean: f64,
    /// Largest number of requests waiting at one instant.
    pub queue_max: u64,
    /// Mean number of requests being worked on, those that wait for a call included.
    pub in_service_mean: f64,
    /// Attempts that reached the service, over those that would have without retries; null where none did.
    pub amplification: Option<f64>,
    /// What its policies did, where it has any.
    #[serde(flatten)]
    pub defended: Defended,
}

/// What the policies of a service did; each number is absent where the policy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Defended {
    /// Attempts that the rate limit refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited: Option<u64>,
    /// Attempts that the concurrency limit refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crowded: Option<u64>,
    /// Mean concurrency limit of a replica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency_limit_mean: Option<f64>,
    /// Attempts dropped out of the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shed: Option<u64>,
    /// How often one of its callers ejected a replica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ejections: Option<u64>,
    /// How often health checks took a replica out of rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unhealthy: Option<u64>,
    /// Mean number of replicas that ran, starting and draining ones included: what is paid for. Times the measured
    /// hours, these are replica-hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas_mean: Option<f64>,
    /// Largest number of replicas at one instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas_max: Option<u64>,
    /// How often a new version was taken back, during the whole run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollbacks: Option<u64>,
}

/// What happened on one call between services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Calls {
    /// Attempts made, retries and hedges included.
    pub attempts: u64,
    /// Attempts after the first, hedges left out.
    pub retries: u64,
    /// Attempts that the caller gave up.
    pub timeouts: u64,
    /// Of calls that got an answer, retries included.
    pub latency_ms: Latency,
    /// Attempts made while an earlier one was under way; they are among `attempts`. Here and below: present where the call
    /// has such a guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedges: Option<u64>,
    /// Attempts that the caller's breaker, bulkhead or throttle refused; none of them is among `attempts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shed_locally: Option<u64>,
    /// How often a breaker opened, over all replicas of the caller; a failed probe opens it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker_opened: Option<u64>,
    /// Calls in which something took the place of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallbacks: Option<u64>,
    /// How old the answers were that did so, where these were earlier ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staleness_ms: Option<Latency>,
}

/// How often a side effect was applied per request that got as far as one attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Effects {
    /// Requests that got as far.
    pub requests: u64,
    /// Of these, applied once.
    pub once: u64,
    /// Of these, never applied although the answer said ok or degraded.
    pub lost: u64,
    /// Of these, applied more than once.
    pub duplicated: u64,
    /// Of these, applied although the tenant was told that the request failed; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_failure: Option<u64>,
}

/// What a service told about itself in the measured window: what somebody stores and pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Told {
    /// Values of time series, of all replicas.
    pub metric_samples: u64,
    /// Spans of traces: the number to expect, as each request is sampled on its own.
    pub spans: f64,
    /// Lines of log.
    pub log_lines: u64,
}

/// What a run cost at the scenario's prices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cost {
    /// What the numbers are in: the scenario's label.
    pub currency: Option<String>,
    /// Hours of replicas, by service that has a price.
    pub replica_hours: Named<Priced>,
    /// Attempts, by endpoint that has a price.
    pub calls: Named<Priced>,
    /// Millions of `million_samples`, `million_spans` and `million_lines`, where they have a price.
    pub telemetry: Named<Priced>,
    /// All of it.
    pub total: f64,
    /// The total over the requests answered in time, whole or degraded, times a million; null where there was none.
    pub per_million_good: Option<f64>,
}

/// So much of something at a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Priced {
    /// How much.
    pub amount: f64,
    /// Of one.
    pub price: f64,
    /// The product.
    pub cost: f64,
}

/// A promise, and whether it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JudgedObjective))]
pub struct Objective {
    /// As written.
    pub text: String,
    /// The measured value, in the unit that the text uses; null where nothing was measured.
    pub value: Option<f64>,
    /// Whether it was met. An objective on nothing measured is not met.
    pub met: bool,
}

/// Measures per step of simulated time, from the start of the run, warm-up included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// Length of a step in seconds.
    pub step_s: f64,
    /// By name: `gateway.checkout.goodput_rps`, `.offered_rps`, `.late_rps`, `.failed_rps`, `.p50_ms`, `.p99_ms` for an
    /// endpoint that tenants call; `inventory.queue`, `.in_service`, `.utilization` for a service, and `.replicas` where their
    /// number follows the load, `.replicas_ready` (up, started, not draining, not taken for unhealthy) where autoscaling,
    /// health checks, a deploy or a crash can change it; `gateway.checkout -> inventory.reserve.breakers_open` for a call
    /// with a breaker, how many are open or half-open over all of the caller's replicas; `products.hit_ratio` for a cache; `orders.lag`, `.oldest_ms` for a queue of messages. Null
    /// where undefined.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<Option<f64>>>))]
    pub series: Named<Vec<Option<f64>>>,
    /// Faults, to be marked where they held, and deploys from their beginning to their end.
    pub marks: Vec<Mark>,
}

/// A stretch of time worth marking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mark {
    /// What happened, in a few words.
    pub text: String,
    /// When it began, in seconds.
    pub from_s: f64,
    /// When it ended, in seconds; the end of the run where it never did.
    pub to_s: f64,
}

/// Several runs that differ in their seed only: per measure, the mean and a 95 % interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replications {
    /// What ran.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// Number of runs.
    pub replications: u32,
    /// By measure, named like the timeline's series: `gateway.checkout.p99_ms`.
    pub measures: BTreeMap<String, Interval>,
}

/// A mean with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// Mean over the replications.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
