//! Services: replicas, their limits, and what they answer.

use super::keys;
use super::load::{Duty, Recurring};
use super::problem::Problem;
use super::reader::{Fields, Reader, positive_factor};
use super::steps::{branches, made};
use super::yaml::{Kind, Node};
use sim::Span;
use sim::model::{
    Autoscale, Balance, Deadlines, Endpoint, EndpointId, Model, Order, Pool, Queue, Scheduling, Service, ServiceId,
    Shed,
};
use std::collections::HashSet;

impl Reader<'_> {
    pub(super) fn services(&mut self, key: &Node, node: &Node) -> Vec<Service> {
        let entries = self.map(node, "a map from service to what it is").unwrap_or_default();
        if entries.is_empty() {
            self.report(Problem::new(key.place, "there is no service").expected("at least one"));
        }
        let mut services = Vec::with_capacity(entries.len());
        for (index, (name, node)) in entries.iter().enumerate() {
            services.extend(self.service_of(ServiceId(index as u32), name, node));
        }
        self.check_totals(entries, &services);
        services
    }

    fn service_of(&mut self, id: ServiceId, name: &Node, node: &Node) -> Option<Service> {
        let fields = self.fields(name.place, node, &keys::SERVICE)?;
        let earlier = self.sites.len();
        let emission = self.emission(&fields);
        self.emissions.push(emission);
        let defences = self.defences(&fields);
        self.note_recurring(id, &fields);
        Some(Service {
            name: name.text().to_owned(),
            replicas: self.replicas(&fields, defences.autoscale),
            workers: self.limit(&fields, "workers"),
            cores: self.limit(&fields, "cores"),
            scheduling: self.scheduling(&fields),
            queue: self.queue(name.text(), &fields).unwrap_or_default(),
            balance: self.balance(&fields),
            speeds: self.speeds(&fields).unwrap_or_default(),
            startup: self.duration(&fields, "startup").unwrap_or(Span::ZERO),
            deadlines: self.deadlines(&fields),
            telemetry: emission.map(|emission| emission.cpu()).unwrap_or_default(),
            defences,
            endpoints: self.endpoints(&fields, id),
            // After the endpoints, whose calls a pool must serve.
            pools: self.pools(&fields, earlier).unwrap_or_default(),
        })
    }

    fn note_recurring(&mut self, service: ServiceId, fields: &Fields<'_>) {
        for (key, duty) in [("health", Duty::Check), ("autoscale", Duty::Scale)] {
            if fields.get(key).is_some() {
                self.recurring.push(Recurring { service, place: fields.key_place(key), duty });
            }
        }
    }

    /// Replicas at the start: where their number follows the load and nothing else is said, the fewest.
    fn replicas(&mut self, fields: &Fields<'_>, autoscale: Option<Autoscale>) -> u32 {
        match (fields.get("replicas"), autoscale) {
            (None, Some(autoscale)) => autoscale.least,
            _ => self.count(fields, "replicas").unwrap_or(1),
        }
    }

    /// A limit that is there stays a limit, if a wrong one, for those who ask whether there is any.
    fn limit(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        fields.get(key).map(|_| self.count(fields, key).unwrap_or(1))
    }

    fn scheduling(&mut self, fields: &Fields<'_>) -> Scheduling {
        match self.word(fields, "scheduling") {
            Some("ps") => Scheduling::Ps,
            _ => Scheduling::Fifo,
        }
    }

    fn balance(&mut self, fields: &Fields<'_>) -> Balance {
        match self.word(fields, "balance") {
            Some("random") => Balance::Random,
            Some("least-outstanding") => Balance::LeastOutstanding,
            Some("power-of-two") => Balance::PowerOfTwo,
            Some("hash") => Balance::Hash,
            _ => Balance::RoundRobin,
        }
    }

    fn deadlines(&mut self, fields: &Fields<'_>) -> Deadlines {
        match self.word(fields, "deadlines") {
            Some("propagate") => Deadlines::Propagate,
            _ => Deadlines::Ignore,
        }
    }

    fn queue(&mut self, service: &str, fields: &Fields<'_>) -> Option<Queue> {
        let (key, node) = fields.entry("queue")?;
        if fields.get("workers").is_none() {
            let message = format!("the queue of `{service}` has no effect: without `workers` nothing ever waits in it");
            self.remarks.push(Problem::new(key.place, message).hint("give the service `workers`"));
        }
        if let Kind::Scalar(_) = node.kind {
            return Some(Queue { limit: self.short_count(fields, "queue"), ..Queue::default() });
        }
        let fields = self.fields(fields.key_place("queue"), node, &keys::QUEUE)?;
        let (limit, order) = (self.count(&fields, "limit"), self.order(&fields));
        let (weights, shed) = (self.weights(&fields, order), self.shed(&fields));
        if shed == Some(Shed::Priority) && fields.get("limit").is_none() {
            let message = "`shed: priority` drops nobody from a queue that is never full";
            self.report(Problem::new(fields.place("shed"), message).hint("give the queue a `limit`"));
        }
        Some(Queue { limit, order: order?, weights, shed })
    }

    fn order(&mut self, fields: &Fields<'_>) -> Option<Order> {
        let interval = self.duration(fields, "interval")?;
        let order = match self.word(fields, "order")? {
            "lifo" => Order::Lifo,
            "adaptive-lifo" => return Some(Order::AdaptiveLifo { interval }),
            "priority" => Order::Priority,
            "fair" => Order::Fair,
            _ => Order::Fifo,
        };
        if fields.get("interval").is_some() && fields.get("order").is_some() {
            let place = fields.key_place("interval");
            self.report(Problem::new(place, "`interval` means something only with `order: adaptive-lifo`"));
        }
        Some(order)
    }

    fn speeds(&mut self, fields: &Fields<'_>) -> Option<Vec<f64>> {
        let node = fields.get("speed")?;
        match &node.kind {
            Kind::List(items) if items.is_empty() => {
                self.report(Problem::new(node.place, "there is no speed").expected("at least one factor"));
                None
            }
            Kind::List(items) => items.iter().map(|item| self.parsed(item, "a factor", positive_factor)).collect(),
            _ => self.factor(fields, "speed").map(|speed| vec![speed]),
        }
    }

    /// Pools to the services that this one calls: its calls are those after the `earlier` ones.
    fn pools(&mut self, fields: &Fields<'_>, earlier: usize) -> Option<Vec<Pool>> {
        let called: HashSet<ServiceId> = self.sites[earlier..].iter().map(|site| site.callee.service).collect();
        let mut pools = Vec::new();
        for (name, node) in self.map(fields.get("pools")?, "a map from called service to connections")? {
            let size = self.named_count(fields, "pools", node);
            let Some(callee) = self.service_named(name.text(), name.place) else { continue };
            if !called.contains(&callee) && !self.unresolved {
                let message = format!("this service never calls `{}`, so the pool is never used", name.text());
                self.report(Problem::new(name.place, message).hint("remove the pool, or add the call"));
            }
            pools.push(Pool { callee, size: size.unwrap_or(1) });
        }
        Some(pools)
    }

    fn endpoints(&mut self, fields: &Fields<'_>, service: ServiceId) -> Vec<Endpoint> {
        let Some(node) = fields.get("endpoints") else { return Vec::new() };
        let entries = self.map(node, "a map from endpoint to its steps").unwrap_or_default();
        if entries.is_empty() {
            self.report(Problem::new(fields.key_place("endpoints"), "there is no endpoint").expected("at least one"));
        }
        let mut endpoints = Vec::with_capacity(entries.len());
        for (index, (name, node)) in entries.iter().enumerate() {
            let steps = self.steps(node, EndpointId { service, endpoint: index as u32 });
            endpoints.push(Endpoint { name: name.text().to_owned(), steps });
        }
        endpoints
    }

    /// What all services together may have.
    fn check_totals(&mut self, entries: &[(Node, Node)], services: &[Service]) {
        let replicas = services.iter().map(|service| u64::from(service.most_replicas()));
        self.check_total(entries, replicas.collect(), u64::from(Model::MAX_REPLICAS), "replicas");
        let steps = services.iter().map(|service| {
            let steps = service.endpoints.iter().flat_map(|endpoint| &endpoint.steps);
            steps.map(|step| made(branches(step)) as u64).sum()
        });
        self.check_total(entries, steps.collect(), Model::MAX_OPS as u64, "steps, each `times` of a call one");
    }

    fn check_total(&mut self, entries: &[(Node, Node)], counts: Vec<u64>, most: u64, what: &str) {
        let total: u64 = counts.iter().sum();
        let largest = entries.iter().zip(&counts).max_by_key(|(_, count)| **count);
        let Some(((name, _), _)) = largest.filter(|_| total > most) else { return };
        let message = format!("all services together have {total} {what}, and this one the most");
        self.report(Problem::new(name.place, message).expected(format!("at most {most} in all")));
    }
}
