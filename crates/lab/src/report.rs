//! What one run found, in the shape that `brownout run --json` prints and every other reader starts from.
//!
//! Nothing here knows the machine, the thread count or the time of day: the same file, seed and version give the same
//! bytes. Names carry their unit. Maps keep the order of the scenario file. A number that has no meaning (a percentile
//! of nothing, the utilization of a service without limits) is `null`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A map that keeps the order in which the scenario file names things.
pub type Named<T> = indexmap::IndexMap<String, T>;

/// Where a number comes from. A lab number never passes for production experience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Simulated.
    #[default]
    Lab,
}

/// The origin of measured numbers: with the file and this, anybody can measure them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the numbers come from.
    pub kind: Kind,
    /// The scenario's name.
    pub scenario: String,
    /// Identifies what was simulated: a hash of the scenario with its overrides applied.
    pub digest: String,
    /// Brownout's version.
    pub version: String,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
}

/// One run of one scenario with one seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Where the numbers come from.
    #[serde(default)]
    pub kind: Kind,
    /// The scenario's name.
    pub scenario: String,
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
    /// By call: `service.endpoint -> service.endpoint`.
    pub calls: Named<Calls>,
    /// By effect.
    pub effects: Named<Effects>,
    /// What services told about themselves, by service; only of those that say what they tell.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub telemetry: Named<Told>,
    /// In the scenario's order.
    pub objectives: Vec<Objective>,
    /// How it went over time.
    pub timeline: Timeline,
}

/// Where requests ended. Each of `offered` ended in exactly one of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
}

/// What happened on one call between services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// Attempts made, retries included.
    pub attempts: u64,
    /// Attempts after the first.
    pub retries: u64,
    /// Attempts that the caller gave up.
    pub timeouts: u64,
    /// Of calls that got an answer, retries included.
    pub latency_ms: Latency,
}

/// How often a side effect was applied per request that got as far as one attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// Requests that got as far.
    pub requests: u64,
    /// Of these, applied once.
    pub once: u64,
    /// Of these, never applied although the answer said ok or degraded.
    pub lost: u64,
    /// Of these, applied more than once.
    pub duplicated: u64,
}

/// What a service told about itself in the measured window: what somebody stores and pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Values of time series, of all replicas.
    pub metric_samples: u64,
    /// Spans of traces: the number to expect, as each request is sampled on its own.
    pub spans: f64,
    /// Lines of log.
    pub log_lines: u64,
}

/// A promise, and whether it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
pub struct Timeline {
    /// Length of a step in seconds.
    pub step_s: f64,
    /// By name: `gateway.checkout.goodput_rps`, `.offered_rps`, `.late_rps`, `.failed_rps`, `.p50_ms`, `.p99_ms` for an
    /// endpoint that tenants call; `inventory.queue`, `.in_service`, `.utilization` for a service. Null where undefined.
    pub series: Named<Vec<Option<f64>>>,
    /// Faults, to be marked where they held.
    pub marks: Vec<Mark>,
}

/// A stretch of time worth marking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
pub struct Interval {
    /// Mean over the replications.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
