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

/// Workers that wait for calls: for ever, or for longer than there are workers for.
fn by_calls(design: &Design<'_>, id: ServiceId) -> Option<Growth> {
    let service = design.service(id);
    let workers = f64::from(service.workers?) * f64::from(service.replicas);
    let rates = design.mean_rates();
    let handlers: Vec<EndpointId> =
        design.endpoints.iter().filter(|endpoint| endpoint.service == id).copied().collect();
    let look_closer = |callee: ServiceId| {
        design.commands.run(&[fault(&format!("pause: {}", design.service(callee).name), design.model)])
    };
    for handler in &handlers {
        if let Some(site) = design.calls_of(*handler).find(|site| design.longest_s(site).is_none()) {
            let rate = design.rate(*handler, &rates);
            let of_all: f64 = handlers.iter().map(|handler| design.rate(*handler, &rates)).sum();
            return Some(Growth {
                words: format!(
                    "{} may hold a worker for ever; {} workers / {} = {} until all are held, and from then on {} queue up",
                    design.name(site.call.callee),
                    readable::count(workers),
                    rate_words(rate),
                    readable::duration(workers / rate * 1e3),
                    rate_words(of_all)
                ),
                look_closer: look_closer(site.call.callee.service),
            });
        }
    }
    let longest = |handler: &EndpointId| Some((*handler, design.longest_held_s(*handler)?));
    let held: Vec<(EndpointId, f64)> = handlers.iter().filter_map(longest).collect();
    let demand: f64 = held.iter().map(|(handler, longest)| design.rate(*handler, &rates) * longest).sum();
    let (handler, longest) =
        held.iter().max_by(|a, b| (design.rate(a.0, &rates) * a.1).total_cmp(&(design.rate(b.0, &rates) * b.1)))?;
    let callee = design.calls_of(*handler).next()?.call.callee.service;
    (demand >= NEARLY_FULL * workers && demand.is_finite()).then(|| Growth {
        words: format!(
            "{} x {} as timeouts allow at {} = {} of {} workers",
            rate_words(design.rate(*handler, &rates)),
            readable::duration(longest * 1e3),
            design.name(*handler),
            readable::digits(demand),
            readable::count(workers)
        ),
        look_closer: look_closer(callee),
    })
}
