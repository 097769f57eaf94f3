//! Policies at a service's side: rate limits, adaptive concurrency, what a queue sheds, and what keeps replicas in order.

use super::keys::{self, Object};
use super::problem::Problem;
use super::reader::{Fields, Reader};
use super::units;
use super::yaml::{Kind, Node};
use sim::Span;
use sim::model::{
    Autoscale, Concurrency, ConcurrencyRule, Defences, Ejection, Health, LimitPer, Order, RateLimit, ScaleBy, Shed,
    TenantId, burst_of,
};

impl Reader<'_> {
    /// The policies of a service.
    pub(super) fn defences(&mut self, fields: &Fields<'_>) -> Defences {
        Defences {
            limit: self.rate_limit(fields),
            concurrency: self.concurrency(fields),
            ejection: self.ejection(fields),
            health: self.health(fields),
            autoscale: self.autoscale(fields),
        }
    }

    fn rate_limit(&mut self, fields: &Fields<'_>) -> Option<RateLimit> {
        let node = fields.get("limit")?;
        if let Kind::Scalar(_) = node.kind {
            let rate = self.parsed(node, units::A_RATE, units::rate)?;
            return Some(RateLimit { rate: Some(rate), burst: burst_of(rate), ..RateLimit::default() });
        }
        let fields = self.fields(fields.key_place("limit"), node, &keys::LIMIT)?;
        let rate = self.rate(&fields, "rate");
        let burst = self.count(&fields, "burst").map(f64::from);
        let per = match self.word(&fields, "per") {
            Some("replica") => LimitPer::Replica,
            Some("tenant") => LimitPer::Tenant,
            _ => LimitPer::Service,
        };
        let quotas = self.quotas(&fields);
        if fields.get("rate").is_none() && fields.get("quotas").is_none() {
            let problem = Problem::new(fields.owner, "this limit bounds nobody");
            self.report(problem.expected("a `rate`, or `quotas` of tenants, or both"));
        }
        Some(RateLimit { rate, burst: burst.unwrap_or_else(|| rate.map_or(1.0, burst_of)), per, quotas })
    }

    fn quotas(&mut self, fields: &Fields<'_>) -> Vec<(TenantId, f64)> {
        let Some(node) = fields.get("quotas") else { return Vec::new() };
        let quotas = self.map(node, "a map from tenant to its rate").unwrap_or_default();
        let quota = |(name, node): &(Node, Node)| {
            let tenant = self.tenant_named(name.text(), name.place);
            let rate = self.parsed(node, units::A_RATE, units::rate);
            Some((tenant?, rate?))
        };
        quotas.iter().filter_map(quota).collect()
    }

    fn concurrency(&mut self, fields: &Fields<'_>) -> Option<Concurrency> {
        let node = fields.get("concurrency")?;
        let (tag, fields) = match &node.kind {
            Kind::Scalar(_) => {
                let tag = self.short_word(fields, "concurrency")?;
                (tag, Fields::none(concurrency_rule(tag), node.place))
            }
            _ => {
                let case = self.case(node, &keys::CONCURRENCY)?;
                let (key, node) = case.entry(case.tag())?;
                (case.tag(), self.fields(key.place, node, concurrency_rule(case.tag()))?)
            }
        };
        let (start, least, most) =
            (self.count(&fields, "start"), self.count(&fields, "least"), self.count(&fields, "most"));
        let rule = if tag == "aimd" { self.aimd(&fields) } else { self.gradient(&fields) };
        let (least, most) = (least?, most?);
        // A limit that leaves no choice needs no start of its own.
        let start = if fields.get("start").is_some() { start? } else { start?.clamp(least.min(most), most) };
        if !(least <= start && start <= most) {
            let problem = Problem::new(fields.owner, format!("the limit cannot start at {start}"));
            self.report(problem.expected("`least` ≤ `start` ≤ `most`"));
        }
        Some(Concurrency { rule: rule?, start, least, most })
    }

    fn aimd(&mut self, fields: &Fields<'_>) -> Option<ConcurrencyRule> {
        let (backoff, timeout) = (self.percent(fields, "backoff"), self.duration(fields, "timeout"));
        let backoff = backoff?;
        if !(0.5..1.0).contains(&backoff) {
            let problem = Problem::new(fields.place("backoff"), "this is no possible backoff");
            self.report(problem.expected("at least 50% and less than 100%"));
        }
        Some(ConcurrencyRule::Aimd { backoff, timeout: timeout? })
    }

    fn gradient(&mut self, fields: &Fields<'_>) -> Option<ConcurrencyRule> {
        let (queue, smoothing) = (self.count(fields, "queue"), self.percent(fields, "smoothing"));
        let (tolerance, window) = (self.factor(fields, "tolerance"), self.duration(fields, "window"));
        let tolerance = tolerance?;
        if tolerance < 1.0 {
            let problem = Problem::new(fields.place("tolerance"), "no latency would be good enough");
            self.report(problem.expected("at least 1x"));
        }
        let queue = f64::from(queue?);
        Some(ConcurrencyRule::Gradient { queue, smoothing: smoothing?, tolerance, window: window? })
    }

    fn ejection(&mut self, fields: &Fields<'_>) -> Option<Ejection> {
        let (key, node) = fields.entry("ejection")?;
        let fields = self.fields(key.place, node, &keys::EJECTION)?;
        let (failures, interval) = (self.count(&fields, "failures"), self.recurring(&fields, "interval"));
        let (base, most) = (self.duration(&fields, "base"), self.percent(&fields, "most"));
        Some(Ejection { failures: failures?, interval: interval?, base: base?, most: most? })
    }

    fn health(&mut self, fields: &Fields<'_>) -> Option<Health> {
        let (key, node) = fields.entry("health")?;
        let fields = self.fields(key.place, node, &keys::HEALTH)?;
        let (interval, timeout) = (self.recurring(&fields, "interval"), self.duration(&fields, "timeout"));
        let (unhealthy, healthy) = (self.count(&fields, "unhealthy"), self.count(&fields, "healthy"));
        let interval = interval?;
        let timeout = timeout.unwrap_or(Span::secs(1).min(interval));
        if timeout > interval {
            let problem = Problem::new(fields.place("timeout"), "a check would last longer than the time to the next");
            self.report(problem.expected(format!("at most {interval}")));
        }
        Some(Health { interval, timeout, unhealthy: unhealthy?, healthy: healthy? })
    }

    /// The number of replicas at the start must lie within the bounds.
    fn autoscale(&mut self, service: &Fields<'_>) -> Option<Autoscale> {
        let (key, node) = service.entry("autoscale")?;
        let fields = self.fields(key.place, node, &keys::AUTOSCALE)?;
        let by = match fields.get("delay") {
            Some(_) => self.duration(&fields, "delay").map(ScaleBy::Delay),
            None => self.percent(&fields, "target").map(ScaleBy::Utilization),
        };
        let (least, most) = (self.count(&fields, "least"), self.count(&fields, "most"));
        let (every, cooldown) = (self.recurring(&fields, "every"), self.duration(&fields, "cooldown"));
        self.check_observable(service, &fields);
        let (least, most) = (least?, most?);
        let replicas = if service.get("replicas").is_some() { self.count(service, "replicas")? } else { least };
        if !(least..=most).contains(&replicas) {
            let message = format!("a service that starts with {replicas} does not have {least} to {most} replicas");
            let problem = Problem::new(fields.place(if replicas > most { "most" } else { "least" }), message);
            self.report(problem.expected("`least` ≤ `replicas` ≤ `most`"));
        }
        Some(Autoscale { by: by?, least, most, every: every?, cooldown: cooldown? })
    }

    /// What is to be kept near a target must be there.
    fn check_observable(&mut self, service: &Fields<'_>, fields: &Fields<'_>) {
        let has = |key: &str| service.get(key).is_some();
        let missing = match fields.get("delay") {
            Some(_) if !has("workers") => "without `workers` no request ever waits for one",
            None if !has("workers") && !has("cores") => "without `workers` or `cores` nothing is ever busy",
            _ => return,
        };
        let key = if fields.get("delay").is_some() { "delay" } else { "target" };
        self.report(Problem::new(fields.key_place(key), missing).hint("give the service `workers`"));
    }

    /// Something that recurs; not so often that a run is about nothing else.
    pub(super) fn recurring(&mut self, fields: &Fields<'_>, key: &str) -> Option<Span> {
        const LEAST: Span = Span::millis(1);
        let every = self.duration(fields, key)?;
        if every < LEAST {
            self.report(Problem::new(fields.place(key), "this is too often").expected(format!("at least {LEAST}")));
        }
        Some(every)
    }

    /// What a queue sheds.
    pub(super) fn shed(&mut self, fields: &Fields<'_>) -> Option<Shed> {
        let node = fields.get("shed")?;
        if let Kind::Scalar(_) = node.kind {
            return match self.short_word(fields, "shed")? {
                "codel" => self.codel(&Fields::none(&keys::CODEL, node.place)),
                "deadline" => Some(Shed::Deadline),
                _ => Some(Shed::Priority),
            };
        }
        let fields = self.fields(fields.key_place("shed"), node, &keys::SHED)?;
        let node = fields.get("codel")?;
        let fields = self.fields(fields.key_place("codel"), node, &keys::CODEL)?;
        self.codel(&fields)
    }

    fn codel(&mut self, fields: &Fields<'_>) -> Option<Shed> {
        let (target, interval) = (self.duration(fields, "target"), self.duration(fields, "interval"));
        let (target, interval) = (target?, interval?);
        if target > interval {
            let problem = Problem::new(fields.place("target"), "the target is longer than the interval");
            self.report(problem.expected(format!("at most {interval}")));
        }
        Some(Shed::Codel { target, interval })
    }

    /// Shares of tenants in a fair queue.
    pub(super) fn weights(&mut self, fields: &Fields<'_>, order: Option<Order>) -> Vec<(TenantId, u32)> {
        let Some((key, node)) = fields.entry("weights") else { return Vec::new() };
        if fields.get("order").is_some() && order.is_some_and(|order| order != Order::Fair) {
            self.report(Problem::new(key.place, "`weights` mean something only with `order: fair`"));
        }
        let entries = self.map(node, "a map from tenant to its weight").unwrap_or_default();
        let weight = |(name, node): &(Node, Node)| {
            let tenant = self.tenant_named(name.text(), name.place);
            let weight = self.named_count(fields, "weights", node);
            Some((tenant?, weight?))
        };
        entries.iter().filter_map(weight).collect()
    }
}

/// The keys of a rule for concurrency limits.
fn concurrency_rule(tag: &str) -> &'static Object {
    if tag == "aimd" { &keys::AIMD } else { &keys::GRADIENT }
}
