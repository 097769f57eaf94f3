//! Queues without a limit, where something can fill them.

use super::commands::fault;
use super::design::Design;
use super::loads::Loads;
use super::resources::{Kind, Resource, rate_words};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::{Balance, EndpointId, FaultKind, ServiceId};

pub(super) static RULE: Rule = Rule {
    id: "unbounded-queue",
    severity: Severity::Warning,
    about: "A service queues without a limit, and something in the file can fill the queue",
    why: "A queue without a limit turns overload into latency for everybody: soon each request that is served has been \
          given up already, and the service is busy with answers that nobody reads.",
    reads: "Services with `workers` and no `queue`, or with `cores` alone, where one of these asks for at least 90% of the \
            places: the load at its peak; calls that hold workers for as long as timeouts allow; a `slow` fault that the \
            file itself describes. Silent where nothing does.",
    cure: "`workers` and a `queue` of patience x throughput: whoever gets in is served in time, whoever does not hears so \
           at once.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22, on queue management; B. Maurer, \"Fail \
             at Scale\", ACM Queue 13(8), 2015.",
    find,
};

/// From this utilization on, waiting is most of a request's time.
const NEARLY_FULL: f64 = 0.9;

/// Why a queue would grow, and a command that makes it grow.
struct Growth {
    words: String,
    look_closer: String,
}

fn find(design: &Design<'_>) -> Vec<Draft> {
    let (resources, loads) = (Resource::all(design), Loads::of(design));
    let endless = |id: &ServiceId| {
        let service = design.service(*id);
        service.workers.is_none() && service.cores.is_some()
            || service.workers.is_some() && service.queue.limit.is_none()
    };
    let grown = |id: ServiceId| {
        let of_service = || resources.iter().filter(move |resource| resource.service == id);
        let growth = of_service()
            .filter(|resource| !matches!(resource.kind, Kind::Pool(_)))
            .find_map(|resource| by_load(design, resource, &loads).or_else(|| by_fault(design, resource)))
            .or_else(|| by_calls(design, id))?;
        Some(draft(design, id, growth))
    };
    design.services().into_iter().filter(endless).filter_map(grown).collect()
}

fn draft(design: &Design<'_>, id: ServiceId, growth: Growth) -> Draft {
    let service = design.service(id);
    let key = if service.workers.is_some() { "workers" } else { "cores" };
    Draft {
        severity: Severity::Warning,
        path: format!("services.{}.{key}", service.name),
        title: format!("the queue before the {key} of {} has no limit", service.name),
        arithmetic: growth.words,
        look_closer: growth.look_closer,
    }
}

fn by_load(design: &Design<'_>, resource: &Resource, loads: &Loads) -> Option<Growth> {
    let peak = loads.peak(|rates| resource.utilization(design, rates));
    (peak.value >= NEARLY_FULL && peak.value.is_finite()).then(|| Growth {
        words: format!("at the peak {}", resource.arithmetic(design, peak.rates)),
        look_closer: design.commands.run(&[]),
    })
}

/// A slow fault stretches work, so only cores know how much more that asks for.
fn by_fault(design: &Design<'_>, resource: &Resource) -> Option<Growth> {
    let service = design.service(resource.service);
    let blind = !matches!(service.balance, Balance::LeastOutstanding | Balance::PowerOfTwo);
    let factors = design.model.faults.iter().filter_map(|fault| match fault.kind {
        FaultKind::Slow { service, by, share } if service == resource.service && (share >= 1.0 || blind) => Some(by),
        _ => None,
    });
    let by = factors.fold(1.0, f64::max);
    let rates = design.mean_rates();
    let slowed = resource.utilization(design, &rates) * by;
    (resource.kind == Kind::Cores && by > 1.0 && slowed >= NEARLY_FULL && slowed.is_finite()).then(|| Growth {
        words: format!(
            "{}; {by} times slower, as the file has it, that is {}",
            resource.arithmetic(design, &rates),
            readable::share(slowed)
        ),
        look_closer: design.commands.run(&[]),
    })
}

/// A service's workers, and the handlers that hold them.
struct Workers {
    count: f64,
    handlers: Vec<Handler>,
}

struct Handler {
    id: EndpointId,
    rate: f64,
}

/// Workers that wait for calls: for ever, or for longer than there are workers for.
fn by_calls(design: &Design<'_>, id: ServiceId) -> Option<Growth> {
    let service = design.service(id);
    let rates = design.mean_rates();
    let handlers = design.endpoints.iter().filter(|endpoint| endpoint.service == id);
    let handlers = handlers.map(|id| Handler { id: *id, rate: design.rate(*id, &rates) }).filter(|h| h.rate > 0.0);
    let workers =
        Workers { count: f64::from(service.workers?) * f64::from(service.replicas), handlers: handlers.collect() };
    workers.held_for_ever(design).or_else(|| workers.held_too_long(design))
}

impl Workers {
    fn held_for_ever(&self, design: &Design<'_>) -> Option<Growth> {
        let endless = |handler: &Handler| design.calls_of(handler.id).find(|site| design.longest_s(site).is_none());
        let (handler, site) = self.handlers.iter().find_map(|handler| Some((handler, endless(handler)?)))?;
        let all: f64 = self.handlers.iter().map(|handler| handler.rate).sum();
        Some(Growth {
            words: format!(
                "{} may hold a worker for ever; {} workers / {} = {} until all are held, and from then on {} queue up",
                design.name(site.call.callee),
                readable::count(self.count),
                rate_words(handler.rate),
                readable::duration(self.count / handler.rate * 1e3),
                rate_words(all)
            ),
            look_closer: hang(design, site.call.callee.service),
        })
    }

    fn held_too_long(&self, design: &Design<'_>) -> Option<Growth> {
        let longest = |handler: &Handler| Some((handler.id, handler.rate, design.longest_held_s(handler.id)?));
        let held: Vec<(EndpointId, f64, f64)> = self.handlers.iter().filter_map(longest).collect();
        let demand: f64 = held.iter().map(|(_, rate, longest)| rate * longest).sum();
        let (id, rate, longest) = held.iter().max_by(|a, b| (a.1 * a.2).total_cmp(&(b.1 * b.2)))?;
        let callee = design.calls_of(*id).next()?.call.callee.service;
        (demand >= NEARLY_FULL * self.count && demand.is_finite()).then(|| Growth {
            words: format!(
                "{} x {} as timeouts allow at {} = {} of {} workers",
                rate_words(*rate),
                readable::duration(longest * 1e3),
                design.name(*id),
                readable::digits(demand),
                readable::count(self.count)
            ),
            look_closer: hang(design, callee),
        })
    }
}

fn hang(design: &Design<'_>, callee: ServiceId) -> String {
    design.commands.run(&[fault(&format!("pause: {}", design.service(callee).name), design.model)])
}
