//! Objectives: `p99(gateway.checkout) < 500ms`, read once and judged against any run's report.

use super::keys;
use super::names::no_tenant;
use super::problem::{Problem, either, nearest, quoted};
use super::reader::Reader;
use super::terms::Piece;
use super::units::{self, Wrong};
use super::yaml::Node;
use crate::measure::{Measure, Of, Quantity};
use crate::report::{self, RunReport};
use sim::model::{EndpointId, Service};

/// A promise about a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Objective {
    /// As written.
    pub text: String,
    /// What it is about.
    pub measure: Measure,
    relation: Relation,
    /// In `unit`.
    bound: f64,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Relation {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
}

/// The unit of the bound: `scale` of it make one of the report's.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Unit {
    scale: f64,
}

/// What a measure can be taken of, and in which unit its bound is written.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    /// Of an endpoint, tenant or call; a duration.
    Latency,
    /// Of an endpoint or tenant; percent of the offered requests.
    Share,
    /// Of a service; percent.
    Utilization,
    /// Of a service; a number.
    Queue,
    /// Of a service; a factor.
    Factor,
    /// Of an effect; a number.
    Effect,
    /// Of a cache; percent.
    Hits,
    /// Of a queue of messages; a number.
    Messages,
    /// Of a projection or a database with replicas; a duration.
    Staleness,
}

/// A measure's name, what it is, and what it means.
pub(super) struct Named {
    pub(super) name: &'static str,
    measure: Quantity,
    sort: Sort,
    pub(super) doc: &'static str,
    pub(super) example: &'static str,
}

const fn named(name: &'static str, measure: Quantity, sort: Sort, doc: &'static str, example: &'static str) -> Named {
    Named { name, measure, sort, doc, example }
}

/// All measures.
pub(super) static MEASURES: [Named; 22] = [
    named("mean", Quantity::Mean, Sort::Latency, "Mean latency of answered requests.", "mean(gateway.checkout) < 50ms"),
    named("p50", Quantity::P50, Sort::Latency, "Median latency.", "p50(shoppers) < 30ms"),
    named("p90", Quantity::P90, Sort::Latency, "90th percentile.", "p90(gateway.checkout) < 100ms"),
    named(
        "p99",
        Quantity::P99,
        Sort::Latency,
        "99th percentile.",
        "p99(gateway.checkout -> inventory.reserve) < 200ms",
    ),
    named("p999", Quantity::P999, Sort::Latency, "99.9th percentile.", "p999(gateway.checkout) < 1s"),
    named("max", Quantity::Max, Sort::Latency, "Largest latency.", "max(gateway.checkout) < 5s"),
    named(
        "goodput",
        Quantity::Goodput,
        Sort::Share,
        "Requests answered in time, whole or degraded, of those offered.",
        "goodput(gateway.checkout) >= 99.9%",
    ),
    named("late", Quantity::Late, Sort::Share, "Requests answered after the tenant's patience.", "late(shoppers) < 1%"),
    named(
        "degraded",
        Quantity::Degraded,
        Sort::Share,
        "Requests answered with a part missing.",
        "degraded(shoppers) < 5%",
    ),
    named(
        "failed",
        Quantity::Failed,
        Sort::Share,
        "Requests that failed, of whatever kind.",
        "failed(shoppers) < 0.1%",
    ),
    named(
        "utilization",
        Quantity::Utilization,
        Sort::Utilization,
        "Busy share of a service's cores, or of its workers where cores are not counted.",
        "utilization(inventory) < 80%",
    ),
    named(
        "queue_mean",
        Quantity::QueueMean,
        Sort::Queue,
        "Mean number of waiting requests.",
        "queue_mean(inventory) < 10",
    ),
    named(
        "queue_max",
        Quantity::QueueMax,
        Sort::Queue,
        "Most requests waiting at once.",
        "queue_max(inventory) <= 512",
    ),
    named(
        "amplification",
        Quantity::Amplification,
        Sort::Factor,
        "Attempts that reached a service, over those without retries.",
        "amplification(inventory) < 1.1x",
    ),
    named(
        "lost",
        Quantity::Lost,
        Sort::Effect,
        "Requests whose effect was promised and never applied.",
        "lost(charge) == 0",
    ),
    named(
        "duplicated",
        Quantity::Duplicated,
        Sort::Effect,
        "Requests whose effect was applied more than once.",
        "duplicated(charge) == 0",
    ),
    named(
        "hit_ratio",
        Quantity::HitRatio,
        Sort::Hits,
        "Lookups that a cache answered, of all.",
        "hit_ratio(products) >= 90%",
    ),
    named(
        "lag_mean",
        Quantity::LagMean,
        Sort::Messages,
        "Mean number of messages published and not yet worked on.",
        "lag_mean(orders) < 100",
    ),
    named("lag_max", Quantity::LagMax, Sort::Messages, "Most such messages at once.", "lag_max(orders) < 10000"),
    named(
        "dead",
        Quantity::Dead,
        Sort::Messages,
        "Messages that failed too often, kept or dropped.",
        "dead(orders) == 0",
    ),
    named(
        "staleness_p50",
        Quantity::StalenessP50,
        Sort::Staleness,
        "Median of how far reads of a projection, or of a database's replicas, were behind.",
        "staleness_p50(orders) < 100ms",
    ),
    named(
        "staleness_p99",
        Quantity::StalenessP99,
        Sort::Staleness,
        "99th percentile of that.",
        "staleness_p99(order_view) < 2s",
    ),
];

/// Longer ones first, since `<` starts `<=`.
const RELATIONS: [(&str, Relation); 5] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("==", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

impl Objective {
    /// What a run says about this objective.
    pub fn evaluate(&self, run: &RunReport) -> report::Objective {
        let value = self.value(run);
        report::Objective { text: self.text.clone(), value, met: value.is_some_and(|value| self.holds(value)) }
    }

    /// What a run measured, in the unit of the text.
    pub fn value(&self, run: &RunReport) -> Option<f64> {
        self.measure.value(run).map(|value| value * self.unit.scale)
    }

    /// Whether a value in the unit of the text keeps the promise.
    pub fn holds(&self, value: f64) -> bool {
        match self.relation {
            Relation::Less => value < self.bound,
            Relation::AtMost => value <= self.bound,
            Relation::Greater => value > self.bound,
            Relation::AtLeast => value >= self.bound,
            Relation::Equal => value == self.bound,
        }
    }

    /// What the value is compared with, in the unit of the text.
    pub fn bound(&self) -> f64 {
        self.bound
    }
}

/// `measure(of) relation bound`, split and each part with its place in the text.
struct Parts<'t> {
    measure: &'static Named,
    of: Piece<'t>,
    relation: Relation,
    bound: Piece<'t>,
}

/// Objectives of one scenario.
const MOST: usize = 1_000;

const EXPECTED: &str = "an objective such as p99(gateway.checkout) < 500ms";

fn split(text: &str) -> Result<Parts<'_>, Wrong> {
    let shape = || Wrong::new(0..text.len(), format!("{} is no objective", quoted(text))).expected(EXPECTED);
    let (Some(open), Some(close)) = (text.find('('), text.find(')')) else { return Err(shape()) };
    if close < open {
        return Err(shape());
    }
    let name = Piece::trimmed(&text[..open], 0);
    let of = Piece::trimmed(&text[open + 1..close], open + 1);
    let tail = Piece::trimmed(&text[close + 1..], close + 1);
    let measure = MEASURES.iter().find(|measure| measure.name == name.text).ok_or_else(|| no_measure(name))?;
    let found = RELATIONS.iter().find(|(symbol, _)| tail.text.starts_with(symbol));
    let (symbol, relation) = found.ok_or_else(|| {
        let span = if tail.text.is_empty() { 0..text.len() } else { tail.span() };
        Wrong::new(span, "there is no relation after the measure").expected("<, <=, >, >= or ==, and a value")
    })?;
    let bound = Piece::trimmed(&tail.text[symbol.len()..], tail.at + symbol.len());
    if bound.text.is_empty() {
        return Err(Wrong::new(tail.span(), "there is no value to compare with").expected(measure.example));
    }
    Ok(Parts { measure, of, relation: *relation, bound })
}

fn no_measure(name: Piece<'_>) -> Wrong {
    let names = || MEASURES.iter().map(|measure| measure.name);
    let wrong = Wrong::new(name.span(), format!("{} is no measure", quoted(name.text))).expected(either(names()));
    match nearest(name.text, names()) {
        Some(near) => wrong.hint(format!("did you mean `{near}`?")),
        None => wrong,
    }
}

/// The bound and its unit.
fn bound(sort: Sort, text: &str) -> Result<(f64, Unit), Wrong> {
    match sort {
        Sort::Latency | Sort::Staleness => {
            let span = units::duration(text)?;
            let nanos = units::unit_of(text);
            Ok((span.0 as f64 / nanos, Unit { scale: 1e6 / nanos }))
        }
        Sort::Share | Sort::Utilization | Sort::Hits => Ok((units::percent(text)? * 100.0, Unit { scale: 100.0 })),
        Sort::Queue | Sort::Messages => Ok((units::plain(text)?, Unit { scale: 1.0 })),
        Sort::Factor => Ok((units::factor(text)?, Unit { scale: 1.0 })),
        Sort::Effect => Ok((units::count(text)? as f64, Unit { scale: 1.0 })),
    }
}

impl Reader<'_> {
    pub(super) fn objectives(&mut self, node: &Node, services: &[Service]) -> Vec<Objective> {
        let items = self.list_of_at_most(MOST, node, "a list of objectives");
        items.iter().filter_map(|item| self.objective(item, services)).collect()
    }

    fn objective(&mut self, node: &Node, services: &[Service]) -> Option<Objective> {
        let text = self.text(node, EXPECTED)?;
        let parts = self.parsed(node, EXPECTED, split)?;
        let sort = parts.measure.sort;
        let read = self.parsed(node, EXPECTED, |_| parts.bound.read(|text| bound(sort, text)));
        let of = match sort {
            Sort::Latency | Sort::Share => self.requests_named(node, &parts),
            Sort::Effect => self.effect_named(node, &parts),
            Sort::Hits => self.part_named(node, &parts, keys::CACHES).map(Of::Cache),
            Sort::Messages => self.part_named(node, &parts, keys::QUEUES).map(Of::Queue),
            Sort::Staleness => self.part_named(node, &parts, keys::STORES).map(Of::Copy),
            _ => self.load_named(node, &parts, services),
        };
        let (bound, unit) = read?;
        let measure = Measure { quantity: parts.measure.measure, of: of? };
        Some(Objective { text: text.to_owned(), measure, relation: parts.relation, bound, unit })
    }

    /// An endpoint that tenants call, a tenant, or, for latencies, a call.
    fn requests_named(&mut self, node: &Node, parts: &Parts<'_>) -> Option<Of> {
        let of = parts.of;
        let place = |start: usize, end: usize| node.part(of.at + start, of.at + end);
        if let Some((caller, callee)) = of.text.split_once("->") {
            return self.call_named(node, parts, caller, callee);
        }
        if !of.text.contains('.') {
            return match self.names.tenant(of.text) {
                Some(_) => Some(Of::Tenant(of.text.to_owned())),
                // Reports that the endpoint is missing.
                None if self.names.service(of.text).is_some() => self.endpoint_named(of.text, place).and(None),
                None => {
                    let known = self.names.tenants.iter().map(String::as_str);
                    self.problems.unknown(place(0, of.text.len()), no_tenant, of.text, known);
                    None
                }
            };
        }
        let id = self.endpoint_named(of.text, place)?;
        if self.unresolved || self.sites.iter().any(|site| site.caller.is_none() && site.callee == id) {
            return Some(Of::Endpoint(of.text.to_owned()));
        }
        self.report_unoffered(node, parts, id);
        None
    }

    /// An endpoint that only services call is measured as a call.
    fn report_unoffered(&mut self, node: &Node, parts: &Parts<'_>, id: EndpointId) {
        let of = parts.of;
        let message = format!("no tenant calls `{}`", of.text);
        let problem = Problem::new(node.part(of.at, of.at + of.text.len()), message);
        let problem = problem.expected("a tenant, or an endpoint that a tenant calls");
        let caller = self.sites.iter().find(|site| site.callee == id).and_then(|site| site.caller);
        self.report(match caller.filter(|_| parts.measure.sort == Sort::Latency) {
            Some(caller) => {
                let call = format!("{} -> {}", self.names.endpoint(caller), of.text);
                problem.hint(format!("as a call it is `{}({call})`", parts.measure.name))
            }
            None => problem,
        });
    }

    fn call_named(&mut self, node: &Node, parts: &Parts<'_>, caller: &str, callee: &str) -> Option<Of> {
        let of = parts.of;
        let whole = node.part(of.at, of.at + of.text.len());
        if parts.measure.sort != Sort::Latency {
            let message = format!("`{}` is measured of requests, not of calls between services", parts.measure.name);
            self.report(Problem::new(whole, message).expected("an endpoint that a tenant calls, or a tenant"));
            return None;
        }
        let (from, to) = (Piece::trimmed(caller, of.at), Piece::trimmed(callee, of.at + caller.len() + 2));
        let caller = self.endpoint_named(from.text, |start, end| node.part(from.at + start, from.at + end));
        let callee = self.endpoint_named(to.text, |start, end| node.part(to.at + start, to.at + end));
        let (caller, callee) = (caller?, callee?);
        let made = self.sites.iter().any(|site| site.caller == Some(caller) && site.callee == callee);
        if !made && !self.unresolved {
            let message = format!("`{}` does not call `{}`", from.text, to.text);
            self.report(Problem::new(whole, message));
            return None;
        }
        Some(Of::Call(format!("{} -> {}", from.text, to.text)))
    }

    fn load_named(&mut self, node: &Node, parts: &Parts<'_>, services: &[Service]) -> Option<Of> {
        let of = parts.of;
        let place = node.part(of.at, of.at + of.text.len());
        let id = self.service_named(of.text, place)?;
        let limited = services.get(id.0 as usize).is_none_or(|service| service.workers.or(service.cores).is_some());
        if parts.measure.sort == Sort::Utilization && !limited {
            let message = format!("`{}` has neither `workers` nor `cores`, so nothing of it can be busy", of.text);
            self.report(Problem::new(place, message).hint("give it `workers` or `cores`"));
        }
        Some(Of::Service(of.text.to_owned()))
    }

    /// A cache, a queue, a database or a projection.
    fn part_named(&mut self, node: &Node, parts: &Parts<'_>, part: keys::Part) -> Option<String> {
        let of = parts.of;
        let place = node.part(of.at, of.at + of.text.len());
        self.part_index(part, of.text, place).map(|_| of.text.to_owned())
    }

    fn effect_named(&mut self, node: &Node, parts: &Parts<'_>) -> Option<Of> {
        let of = parts.of;
        if self.effects.iter().any(|effect| effect == of.text) {
            return Some(Of::Effect(of.text.to_owned()));
        }
        let place = node.part(of.at, of.at + of.text.len());
        self.problems.unknown(
            place,
            |name| format!("there is no effect {name}"),
            of.text,
            self.effects.iter().map(String::as_str),
        );
        None
    }
}
