//! Queues that hold more than their callers wait for.

use super::commands::fault;
use super::design::{Caller, Design};
use super::resources::{Kind, Resource, rate_words};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::{Order, ServiceId};

pub(super) static RULE: Rule = Rule {
    id: "queue-outlives-callers",
    severity: Severity::Warning,
    about: "A full queue takes longer to serve than any caller waits",
    why: "Once such a queue is full, everything in it is given up before it is served: the queue stores failures, and \
          retries keep it full.",
    reads: "The queue's limit divided by the service's throughput, against the longest timeout or patience among its \
            callers. Silent where somebody waits for ever and where the newest goes first.",
    cure: "A limit of at most throughput x timeout, or `order: adaptive-lifo`.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22, on queue management; B. Maurer, \"Fail \
             at Scale\", ACM Queue 13(8), 2015.",
    find,
};

fn find(design: &Design<'_>) -> Vec<Draft> {
    let resources = Resource::all(design);
    design.services().into_iter().filter_map(|id| stored(design, id, &resources)).collect()
}

fn stored(design: &Design<'_>, id: ServiceId, resources: &[Resource]) -> Option<Draft> {
    let service = design.service(id);
    let limit = service.queue.limit.filter(|_| service.workers.is_some() && oldest_first(service.queue.order))?;
    let rates = design.mean_rates();
    let offered: f64 = design.endpoints.iter().filter(|e| e.service == id).map(|e| design.rate(*e, &rates)).sum();
    let limiting =
        resources.iter().filter(|resource| resource.service == id && !matches!(resource.kind, Kind::Pool(_)));
    let utilization = limiting.map(|resource| resource.utilization(design, &rates)).fold(0.0, f64::max);
    let throughput = offered / utilization;
    let drain_s = f64::from(limit) * f64::from(service.replicas) / throughput;
    let longest_s = longest_wait_s(design, id)?;
    (drain_s.is_finite() && drain_s > longest_s).then(|| Draft {
        severity: Severity::Warning,
        path: format!("services.{}.queue", service.name),
        title: format!("whoever is last in the queue of {} has left before it is served", service.name),
        arithmetic: format!(
            "{} waiting / {} = {}, and no caller waits for longer than {}",
            readable::count(f64::from(limit) * f64::from(service.replicas)),
            rate_words(throughput),
            readable::duration(drain_s * 1e3),
            readable::duration(longest_s * 1e3)
        ),
        look_closer: design.commands.run(&[fault(&format!("pause: {}", service.name), design.model)]),
    })
}

fn oldest_first(order: Order) -> bool {
    match order {
        Order::Fifo | Order::Priority | Order::Fair => true,
        Order::Lifo | Order::AdaptiveLifo { .. } => false,
    }
}

/// The longest that any caller waits for one attempt; none where one waits for ever.
fn longest_wait_s(design: &Design<'_>, id: ServiceId) -> Option<f64> {
    let calls = design.sites.iter().filter(|site| site.call.callee.service == id);
    let waits = calls.map(|site| {
        let patience = match site.caller {
            Caller::Tenant(index) => design.model.tenants[index].patience.map(|patience| patience.as_secs()),
            Caller::Endpoint(_) => None,
        };
        [design.timeout_s(site), patience].into_iter().flatten().reduce(f64::min)
    });
    waits.collect::<Option<Vec<f64>>>().map(|waits| waits.into_iter().fold(0.0, f64::max))
}
