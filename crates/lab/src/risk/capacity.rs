//! Capacity by Little's law: for the mean load, and for the load at its peak.

use super::design::Design;
use super::loads::Loads;
use super::resources::{Kind, Resource};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::Load;

pub(super) static UNDER_CAPACITY: Rule = Rule {
    id: "under-capacity",
    severity: Severity::Warning,
    about: "Cores, workers or connections are too few for the declared rates",
    why: "What asks for more than there is waits without end, and well before that waiting is most of what a caller sees.",
    reads: "Rate x mean time held, along the call graph: core time for `cores`, a handler's whole time with its calls for \
            `workers`, a call's time for `pools`; the slowest replica decides where callers do not look at load. A warning \
            from 100% on, a note from 90% on; a note, too, where only users who wait for their answers ask for more.",
    cure: "More places, less time held, or a load that is turned away; `brownout find` gives the number.",
    source: "J. D. C. Little, \"A Proof for the Queuing Formula: L = λW\", Operations Research 9(3), 1961.",
    find: under_capacity,
};

pub(super) static NO_HEADROOM: Rule = Rule {
    id: "no-headroom",
    severity: Severity::Warning,
    about: "A spike, ramp or daily peak asks for more than there is, though the mean fits",
    why: "What comes in above the capacity stays in the queue and is felt long after the peak has gone.",
    reads: "The same arithmetic at the instant at which shapes and `spike` faults together ask for most. A warning where \
            more than a tenth of a second of work piles up, a note where the peak takes at least 90%.",
    cure: "Capacity for the peak, a queue that turns away what cannot be served in time, or work moved to a quiet hour.",
    source: "J. D. C. Little, \"A Proof for the Queuing Formula: L = λW\", Operations Research 9(3), 1961.",
    find: no_headroom,
};

const FULL: f64 = 1.0;
const NEARLY_FULL: f64 = 0.9;
/// Less work than this in a queue is a burst that no caller notices.
const NOTICEABLE_S: f64 = 0.1;

fn under_capacity(design: &Design<'_>) -> Vec<Draft> {
    let rates = design.mean_rates();
    let utilization = |resource: &Resource| resource.utilization(design, &rates);
    let tight = scarcest(design, utilization).into_iter().filter(|resource| utilization(resource) >= NEARLY_FULL);
    tight.map(|resource| tight_draft(design, &resource, &rates)).collect()
}

fn tight_draft(design: &Design<'_>, resource: &Resource, rates: &[f64]) -> Draft {
    let utilization = resource.utilization(design, rates);
    let service = &design.service(resource.service).name;
    let place = if design.slowest_decides(resource.service) { "the slowest replica of " } else { "" };
    let (words, share) = (resource.words(design), readable::share(utilization));
    let severity = if open_demand(design, resource, rates) >= FULL { Severity::Warning } else { Severity::Note };
    let title = match utilization {
        u if u >= FULL => format!("{place}{service} is asked for {share} of {words}"),
        _ => format!("{place}{service} needs {share} of {words}"),
    };
    let of_slowest = if place.is_empty() { "" } else { "; it gets as much as each of the others" };
    let path = resource.path(design);
    Draft {
        severity,
        title,
        arithmetic: resource.arithmetic(design, rates) + of_slowest,
        look_closer: enough(design, resource, rates, &path),
        path,
    }
}

/// The utilization that tenants ask for who send whatever the answers do; users wait for theirs.
fn open_demand(design: &Design<'_>, resource: &Resource, rates: &[f64]) -> f64 {
    let open = |tenant: &usize| !matches!(design.model.tenants[*tenant].load, Load::Closed { .. });
    (0..rates.len()).filter(open).map(|tenant| resource.utilization_by(design, tenant, rates)).sum()
}

/// A command that finds the smallest size that is enough, or tries one where a run does not measure the resource.
fn enough(design: &Design<'_>, resource: &Resource, rates: &[f64], path: &str) -> String {
    const TARGET: f64 = 0.7;
    let service = design.service(resource.service);
    if design.slowest_decides(resource.service) {
        return design.commands.run(&[format!("services.{}.balance=least-outstanding", service.name)]);
    }
    let replicas = f64::from(service.most_replicas());
    let each = (resource.demand(design, rates) / replicas / TARGET).ceil() as u64;
    let now = (resource.size / replicas) as u64;
    let measured = match resource.kind {
        Kind::Cores => true,
        Kind::Workers => service.cores.is_none(),
        Kind::Pool(_) => false,
    };
    let until = format!("utilization({}) < 80%", service.name);
    if measured {
        design.commands.find(path, now, 2 * each, &until)
    } else {
        design.commands.run(&[format!("{path}={each}")])
    }
}

/// The pools, and of each service's cores and workers those that `utilization` says are shorter; what has no mean is
/// another rule's.
fn scarcest(design: &Design<'_>, utilization: impl Fn(&Resource) -> f64) -> Vec<Resource> {
    let mut scarcest: Vec<Resource> = Vec::new();
    for resource in Resource::all(design).into_iter().filter(|resource| utilization(resource).is_finite()) {
        let rival = scarcest.iter_mut().find(|known| {
            let pool = |kind| matches!(kind, Kind::Pool(_));
            known.service == resource.service && !pool(known.kind) && !pool(resource.kind)
        });
        match rival {
            Some(rival) if utilization(&resource) > utilization(rival) => *rival = resource,
            Some(_) => {}
            None => scarcest.push(resource),
        }
    }
    scarcest
}

fn no_headroom(design: &Design<'_>) -> Vec<Draft> {
    let (loads, means) = (Loads::of(design), design.mean_rates());
    let at_peak = |resource: &Resource| loads.peak(|rates| resource.utilization(design, rates)).value;
    let fits = |resource: &Resource| resource.utilization(design, &means) < NEARLY_FULL;
    let peaky = scarcest(design, at_peak).into_iter().filter(|resource| fits(resource));
    peaky.filter_map(|resource| peak_draft(design, &resource, &loads)).collect()
}

fn peak_draft(design: &Design<'_>, resource: &Resource, loads: &Loads) -> Option<Draft> {
    let utilization = |rates: &[f64]| resource.utilization(design, rates);
    let peak = loads.peak(utilization);
    let excess = loads.above(FULL, utilization);
    let piles_up = excess.area >= NOTICEABLE_S;
    if !piles_up && peak.value < NEARLY_FULL {
        return None;
    }
    let (service, share) = (&design.service(resource.service).name, readable::share(peak.value));
    let above = match piles_up {
        true => format!(
            "; for {} more comes in than can be done, and {} of work piles up",
            readable::duration(excess.lasts_s * 1e3),
            readable::duration(excess.area * 1e3)
        ),
        false => String::new(),
    };
    let at = readable::clock(peak.at_s, design.model.duration.as_secs());
    Some(Draft {
        severity: if piles_up { Severity::Warning } else { Severity::Note },
        path: resource.path(design),
        title: format!("at its peak {service} is asked for {share} of {}", resource.words(design)),
        arithmetic: format!("at {at}: {}{above}", resource.arithmetic(design, peak.rates)),
        look_closer: design.commands.run(&[]),
    })
}
