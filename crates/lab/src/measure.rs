//! The numbers that runs are judged by: each names one value of a report, its unit, and which way is better.
//!
//! Objectives, replications, comparisons and sweeps all speak of measures. A measure has two names: `p99(gateway.checkout)`
//! in what a person reads and writes, `gateway.checkout.p99_ms` where a program reads columns and keys.

use crate::readable;
use crate::report::{CopyUse, Interval, Latency, QueueUse, Requests, RunReport, ServiceLoad};
use crate::reporting::endpoint_name;
use crate::scenario::Scenario;
use serde::{Serialize, Serializer};
use sim::model::{Follower, Follows, Model};

/// One number of a report.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Measure {
    /// What is measured.
    pub quantity: Quantity,
    /// Of what.
    pub of: Of,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Quantity {
    /// Mean latency.
    Mean,
    /// Median latency.
    P50,
    /// 90th percentile of latency.
    P90,
    /// 99th percentile of latency.
    P99,
    /// 99.9th percentile of latency.
    P999,
    /// Largest latency.
    Max,
    /// Share of offered requests that were answered in time.
    Goodput,
    /// Share of offered requests that were answered too late.
    Late,
    /// Share of offered requests that were answered with a part missing.
    Degraded,
    /// Share of offered requests that failed.
    Failed,
    /// Busy share of a service.
    Utilization,
    /// Mean number of waiting requests.
    QueueMean,
    /// Most requests waiting at once.
    QueueMax,
    /// Mean number of requests being worked on.
    InServiceMean,
    /// Attempts that reached a service, over those without retries.
    Amplification,
    /// Requests whose effect was promised and never applied.
    Lost,
    /// Requests whose effect was applied more than once.
    Duplicated,
    /// Lookups that a cache answered, of all.
    HitRatio,
    /// Mean number of messages that a queue has not settled.
    LagMean,
    /// The largest such number.
    LagMax,
    /// Messages that failed too often.
    Dead,
    /// Median staleness of the reads of a copy.
    StalenessP50,
    /// 99th percentile of that staleness.
    StalenessP99,
    /// What the measured window cost, in the scenario's currency.
    Cost,
    /// The same over the good requests, times a million.
    CostPerMillion,
}

/// What a measure is taken of, named as the report names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Of {
    /// An endpoint that tenants call: `service.endpoint`.
    Endpoint(String),
    /// A tenant.
    Tenant(String),
    /// A call between services: `service.endpoint -> service.endpoint`.
    Call(String),
    /// A service.
    Service(String),
    /// A side effect.
    Effect(String),
    /// A cache.
    Cache(String),
    /// A queue of messages.
    Queue(String),
    /// A projection, or a database's replicas by the database's name.
    Copy(String),
    /// The whole scenario.
    Scenario,
}

/// How a measure's values are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Of latency.
    Milliseconds,
    /// Of one: 0.5 is half.
    Share,
    /// A multiple.
    Factor,
    /// A number of something.
    Number,
}

/// Which way a measure gets better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

impl Quantity {
    const OF_REQUESTS: [Quantity; 8] = [
        Quantity::Goodput,
        Quantity::Late,
        Quantity::Failed,
        Quantity::Mean,
        Quantity::P50,
        Quantity::P90,
        Quantity::P99,
        Quantity::P999,
    ];
    const OF_SERVICES: [Quantity; 4] =
        [Quantity::Utilization, Quantity::QueueMean, Quantity::InServiceMean, Quantity::Amplification];
    const OF_EFFECTS: [Quantity; 2] = [Quantity::Duplicated, Quantity::Lost];
    const OF_QUEUES: [Quantity; 3] = [Quantity::LagMean, Quantity::LagMax, Quantity::Dead];
    const OF_COPIES: [Quantity; 2] = [Quantity::StalenessP50, Quantity::StalenessP99];
    const OF_COST: [Quantity; 2] = [Quantity::Cost, Quantity::CostPerMillion];

    /// As an objective names it.
    pub fn word(self) -> &'static str {
        match self {
            Quantity::Mean => "mean",
            Quantity::P50 => "p50",
            Quantity::P90 => "p90",
            Quantity::P99 => "p99",
            Quantity::P999 => "p999",
            Quantity::Max => "max",
            Quantity::Goodput => "goodput",
            Quantity::Late => "late",
            Quantity::Degraded => "degraded",
            Quantity::Failed => "failed",
            Quantity::Utilization => "utilization",
            Quantity::QueueMean => "queue_mean",
            Quantity::QueueMax => "queue_max",
            Quantity::InServiceMean => "in_service_mean",
            Quantity::Amplification => "amplification",
            Quantity::Lost => "lost",
            Quantity::Duplicated => "duplicated",
            Quantity::HitRatio => "hit_ratio",
            Quantity::LagMean => "lag_mean",
            Quantity::LagMax => "lag_max",
            Quantity::Dead => "dead",
            Quantity::StalenessP50 => "staleness_p50",
            Quantity::StalenessP99 => "staleness_p99",
            Quantity::Cost => "cost",
            Quantity::CostPerMillion => "cost_per_million",
        }
    }

    /// How it is counted.
    pub fn unit(self) -> Unit {
        match self {
            Quantity::Goodput
            | Quantity::Late
            | Quantity::Degraded
            | Quantity::Failed
            | Quantity::Utilization
            | Quantity::HitRatio => Unit::Share,
            Quantity::Amplification => Unit::Factor,
            Quantity::QueueMean
            | Quantity::QueueMax
            | Quantity::InServiceMean
            | Quantity::Lost
            | Quantity::Duplicated
            | Quantity::LagMean
            | Quantity::LagMax
            | Quantity::Dead
            | Quantity::Cost
            | Quantity::CostPerMillion => Unit::Number,
            _ => Unit::Milliseconds,
        }
    }

    /// Which way it gets better: only of goodput and of hits is more better.
    pub fn better(self) -> Better {
        if matches!(self, Quantity::Goodput | Quantity::HitRatio) { Better::Higher } else { Better::Lower }
    }
}

impl Of {
    /// The name in the report.
    pub fn name(&self) -> &str {
        match self {
            Of::Endpoint(name)
            | Of::Tenant(name)
            | Of::Call(name)
            | Of::Service(name)
            | Of::Effect(name)
            | Of::Cache(name)
            | Of::Queue(name)
            | Of::Copy(name) => name,
            Of::Scenario => "scenario",
        }
    }
}

impl Measure {
    /// The measures that a scenario's runs are compared by, in the order of the file: of each endpoint that tenants
    /// call, each service and each effect; of the whole where it is priced.
    pub fn all(scenario: &Scenario) -> Vec<Measure> {
        let model = &scenario.model;
        let mut entries: Vec<String> = Vec::new();
        for tenant in &model.tenants {
            let name = endpoint_name(model, tenant.call.callee);
            if !entries.contains(&name) {
                entries.push(name);
            }
        }
        let services = model.services.iter().map(|service| &service.name);
        let mut measures = Self::listed(entries.iter(), services, model.effects.iter(), scenario.prices.is_some());
        let caches = model.caches.iter().map(|cache| &cache.name);
        let queues = model.queues.iter().map(|queue| &queue.name);
        let copies = model.followers.iter().map(|follower| follower_name(model, follower));
        measures.extend(Self::of_data(caches, queues, copies));
        measures
    }

    /// As [`Measure::all`], of a report.
    pub fn all_of(report: &RunReport) -> Vec<Measure> {
        let mut measures =
            Self::listed(report.endpoints.keys(), report.services.keys(), report.effects.keys(), report.cost.is_some());
        let data = &report.data;
        let replicas = data.databases.iter().filter(|(_, database)| database.replicas.is_some()).map(|(name, _)| name);
        let copies = replicas.chain(data.projections.keys());
        measures.extend(Self::of_data(data.caches.keys(), data.queues.keys(), copies));
        measures
    }

    fn of_data<'n>(
        caches: impl Iterator<Item = &'n String>,
        queues: impl Iterator<Item = &'n String>,
        copies: impl Iterator<Item = &'n String>,
    ) -> Vec<Measure> {
        let each = |quantities: &[Quantity], of: Of| -> Vec<Measure> {
            quantities.iter().map(|quantity| Measure { quantity: *quantity, of: of.clone() }).collect()
        };
        let caches = caches.flat_map(|name| each(&[Quantity::HitRatio], Of::Cache(name.clone())));
        let queues = queues.flat_map(|name| each(&Quantity::OF_QUEUES, Of::Queue(name.clone())));
        let copies = copies.flat_map(|name| each(&Quantity::OF_COPIES, Of::Copy(name.clone())));
        caches.chain(queues).chain(copies).collect()
    }

    fn listed<'n>(
        endpoints: impl Iterator<Item = &'n String>,
        services: impl Iterator<Item = &'n String>,
        effects: impl Iterator<Item = &'n String>,
        priced: bool,
    ) -> Vec<Measure> {
        let mut measures = Vec::new();
        let mut add = |of: Of, quantities: &[Quantity]| {
            measures.extend(quantities.iter().map(|quantity| Measure { quantity: *quantity, of: of.clone() }));
        };
        endpoints.for_each(|name| add(Of::Endpoint(name.clone()), &Quantity::OF_REQUESTS));
        services.for_each(|name| add(Of::Service(name.clone()), &Quantity::OF_SERVICES));
        effects.for_each(|name| add(Of::Effect(name.clone()), &Quantity::OF_EFFECTS));
        if priced {
            add(Of::Scenario, &Quantity::OF_COST);
        }
        measures
    }

    /// As a person writes it: `p99(gateway.checkout)`.
    pub fn text(&self) -> String {
        format!("{}({})", self.quantity.word(), self.of.name())
    }

    /// As a column or key is called: `gateway.checkout.p99_ms`.
    pub fn name(&self) -> String {
        let unit = if self.unit() == Unit::Milliseconds { "_ms" } else { "" };
        format!("{}.{}{unit}", self.of.name(), self.quantity.word())
    }

    /// How its values are counted.
    pub fn unit(&self) -> Unit {
        self.quantity.unit()
    }

    /// The value in a report, in the report's unit; none where nothing was measured.
    pub fn value(&self, report: &RunReport) -> Option<f64> {
        match &self.of {
            Of::Endpoint(name) => self.of_requests(report.endpoints.get(name)?),
            Of::Tenant(name) => self.of_requests(report.tenants.get(name)?),
            Of::Call(name) => self.of_latency(&report.calls.get(name)?.latency_ms),
            Of::Service(name) => self.of_service(report.services.get(name)?),
            Of::Effect(name) => {
                let effect = report.effects.get(name)?;
                Some(if self.quantity == Quantity::Lost { effect.lost } else { effect.duplicated } as f64)
            }
            Of::Cache(name) => report.data.caches.get(name)?.hit_ratio,
            Of::Queue(name) => Some(self.of_queue(report.data.queues.get(name)?)),
            Of::Copy(name) => self.of_copy(copy_of(report, name)?),
            Of::Scenario => {
                let cost = report.cost.as_ref()?;
                if self.quantity == Quantity::Cost { Some(cost.total) } else { cost.per_million_good }
            }
        }
    }

    fn of_requests(&self, requests: &Requests) -> Option<f64> {
        let share = |count: u64| (requests.offered > 0).then(|| count as f64 / requests.offered as f64);
        match self.quantity {
            Quantity::Goodput => requests.goodput,
            Quantity::Late => share(requests.late),
            Quantity::Degraded => share(requests.degraded),
            Quantity::Failed => share(requests.failed.total()),
            _ => self.of_latency(&requests.latency_ms),
        }
    }

    fn of_latency(&self, latency: &Latency) -> Option<f64> {
        match self.quantity {
            Quantity::Mean => latency.mean,
            Quantity::P50 => latency.p50,
            Quantity::P90 => latency.p90,
            Quantity::P99 => latency.p99,
            Quantity::P999 => latency.p999,
            _ => latency.max,
        }
    }

    fn of_queue(&self, queue: &QueueUse) -> f64 {
        match self.quantity {
            Quantity::LagMean => queue.lag_mean,
            Quantity::LagMax => queue.lag_max as f64,
            _ => (queue.dead_letters + queue.dropped) as f64,
        }
    }

    fn of_copy(&self, copy: &CopyUse) -> Option<f64> {
        let staleness = &copy.staleness_ms;
        if self.quantity == Quantity::StalenessP50 { staleness.p50 } else { staleness.p99 }
    }

    fn of_service(&self, load: &ServiceLoad) -> Option<f64> {
        match self.quantity {
            Quantity::Utilization => load.utilization,
            Quantity::QueueMean => Some(load.queue_mean),
            Quantity::QueueMax => Some(load.queue_max as f64),
            Quantity::InServiceMean => Some(load.in_service_mean),
            _ => load.amplification,
        }
    }
}

/// A projection, or the replicas of the database of this name.
fn copy_of<'r>(report: &'r RunReport, name: &str) -> Option<&'r CopyUse> {
    let projection = report.data.projections.get(name).map(|projection| &projection.read);
    projection.or_else(|| report.data.databases.get(name)?.replicas.as_ref())
}

/// What a person calls a copy: replicas by their database.
fn follower_name<'m>(model: &'m Model, follower: &'m Follower) -> &'m String {
    match follower.follows {
        Follows::Log { .. } => &model.services[follower.of.0 as usize].name,
        Follows::Sync | Follows::Refresh { .. } => &follower.name,
    }
}

/// By its [`name`](Measure::name).
impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl Unit {
    /// A value as a person reads it.
    pub fn write(self, value: f64) -> String {
        match self {
            Unit::Milliseconds => readable::duration(value),
            Unit::Share => readable::share(value),
            Unit::Factor => format!("{value:.2}x"),
            Unit::Number => readable::count(value),
        }
    }

    /// Half the width of an interval, to stand behind a mean.
    pub fn write_half(self, interval: &Interval) -> String {
        let half = two_digits((interval.high - interval.low) / 2.0);
        match self {
            Unit::Share => format!("{}%", readable::digits(half * 100.0)),
            _ => self.write(half),
        }
    }

    /// A difference in words: `212 ms lower (195 to 230)`, or that none was shown.
    pub fn write_difference(self, difference: &Interval) -> String {
        let Interval { mean, low, high } = *difference;
        let (scale, unit) = self.of_difference(low.abs().max(high.abs()));
        let digits = |x: f64| readable::digits(x * scale);
        if low == 0.0 && high == 0.0 {
            return "no difference shown, every seed gave the same".to_owned();
        }
        if low <= 0.0 && high >= 0.0 {
            return format!("no difference shown ({} to {}{unit})", digits(low), digits(high));
        }
        let (way, near, far) = if mean < 0.0 { ("lower", -high, -low) } else { ("higher", low, high) };
        format!("{}{unit} {way} ({} to {})", digits(mean.abs()), digits(near), digits(far))
    }

    /// What to multiply a difference up to `largest` with, and what it then is.
    fn of_difference(self, largest: f64) -> (f64, &'static str) {
        match self {
            Unit::Milliseconds => match largest {
                x if x < 0.9995 => (1e3, " µs"),
                x if x < 999.5 => (1.0, " ms"),
                _ => (1e-3, " s"),
            },
            Unit::Share => (100.0, " percentage points"),
            Unit::Factor | Unit::Number => (1.0, ""),
        }
    }
}

/// An error has no more digits than that to offer.
fn two_digits(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let power = libm::exp10(libm::floor(libm::log10(x.abs())) - 1.0);
    (x / power).round() * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unit: Unit, (mean, low, high): (f64, f64, f64), expected: &str) {
        assert_eq!(unit.write_difference(&Interval { mean, low, high }), expected);
    }

    #[test]
    fn differences_say_what_moved_by_how_much() {
        check(Unit::Milliseconds, (-212.0, -230.0, -195.0), "212 ms lower (195 to 230)");
        check(Unit::Milliseconds, (0.5, 0.25, 0.75), "500 µs higher (250 to 750)");
        check(Unit::Milliseconds, (25_000.0, 20_000.0, 30_000.0), "25 s higher (20 to 30)");
        check(Unit::Share, (0.0123, 0.011, 0.0136), "1.23 percentage points higher (1.1 to 1.36)");
        check(Unit::Factor, (-0.31, -0.32, -0.3), "0.31 lower (0.3 to 0.32)");
        check(Unit::Number, (12.0, 10.0, 14.0), "12 higher (10 to 14)");
    }

    #[test]
    fn errors_have_two_digits() {
        let half = |unit: Unit, half: f64| unit.write_half(&Interval { mean: 1.0, low: 1.0 - half, high: 1.0 + half });
        assert_eq!(half(Unit::Milliseconds, 62.9), "63ms");
        assert_eq!(half(Unit::Share, 0.00818), "0.82%");
        assert_eq!(half(Unit::Factor, 0.034), "0.03x");
        assert_eq!((half(Unit::Number, 0.0), half(Unit::Number, 1_234.0)), ("0".to_owned(), "1,200".to_owned()));
    }

    #[test]
    fn an_interval_that_spans_zero_shows_nothing() {
        check(Unit::Milliseconds, (1.0, -3.0, 5.0), "no difference shown (-3 to 5 ms)");
        check(Unit::Number, (1.0, 0.0, 2.0), "no difference shown (0 to 2)");
        check(Unit::Factor, (0.0, 0.0, 0.0), "no difference shown, every seed gave the same");
    }

    #[test]
    fn a_report_and_its_measures_agree_on_names() {
        let report = crate::samples::Sample::default().report();
        let measures = Measure::all_of(&report);
        let p99 = measures.iter().find(|measure| measure.name() == "gateway.checkout.p99_ms").expect("a p99");
        assert_eq!(p99.text(), "p99(gateway.checkout)");
        assert_eq!(p99.value(&report), report.endpoints["gateway.checkout"].latency_ms.p99);
        assert!(measures.iter().any(|measure| measure.name() == "inventory.amplification"));
    }
}
