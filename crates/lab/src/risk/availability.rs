//! What a promise about the whole demands of its parts.

use super::commands::fault;
use super::design::Design;
use super::replicas::Promise;
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::Time;
use sim::model::{FaultKind, Party, ServiceId};
use std::collections::BTreeSet;

pub(super) static RULE: Rule = Rule {
    id: "serial-availability",
    severity: Severity::Warning,
    about: "An objective demands more of the services in a row than they are likely to give, or than the file lets them",
    why: "An answer needs every service on its path, so that their failures add up: the whole is less available than any \
          of its parts.",
    reads: "A warning where `errors`, `crash` and `partition` faults of the file take more of the measured time than an \
            objective on goodput allows: chance^attempts x time, on services that no optional call guards. A note where an \
            objective of at least 99% lies on three or more services in a row: with n of them each needs target^(1/n).",
    cure: "Make a call optional, retry what fails by chance, or promise less.",
    source: "B. Treynor et al., \"The Calculus of Service Availability\", ACM Queue 15(2), 2017.",
    find,
};

fn find(design: &Design<'_>) -> Vec<Draft> {
    let promises = Promise::all(design);
    promises.iter().enumerate().filter_map(|(index, promise)| judged(design, index, promise)).collect()
}

fn judged(design: &Design<'_>, index: usize, promise: &Promise<'_>) -> Option<Draft> {
    let needs = promise.tenants.iter().map(|tenant| design.needed_by(*tenant));
    let needed = needs.max_by_key(BTreeSet::len)?;
    let allowed = 1.0 - promise.target;
    let losses = losses(design, &needed);
    let lost: f64 = losses.iter().map(|loss| loss.share).sum();
    let path = format!("objectives[{}]", place_of(design, promise).unwrap_or(index));
    if lost > allowed {
        return Some(spent(design, promise, path, &losses, lost));
    }
    (needed.len() >= IN_A_ROW && promise.target >= HIGH && promise.target < 1.0)
        .then(|| in_a_row(design, promise, path, &needed))
}

const IN_A_ROW: usize = 3;
const HIGH: f64 = 0.99;

/// The objective's place in the file's list: promises are only some of the objectives.
fn place_of(design: &Design<'_>, promise: &Promise<'_>) -> Option<usize> {
    design.scenario.objectives.iter().position(|objective| objective == promise.objective)
}

/// What a fault takes from the requests of the measured part.
struct Loss {
    share: f64,
    words: String,
}

fn losses(design: &Design<'_>, needed: &BTreeSet<ServiceId>) -> Vec<Loss> {
    let model = design.model;
    let (start, end) = (Time(model.warmup.0), Time(model.duration.0));
    let mut losses = Vec::new();
    for fault in &model.faults {
        let Some((id, chance)) = chance(design, &fault.kind).filter(|(id, _)| needed.contains(id)) else { continue };
        let within = (fault.at + fault.lasts).min(end).since(fault.at.max(start)).as_secs();
        let attempts = attempts_at(design, id);
        let share = chance.powi(attempts as i32) * within / Promise::measured_s(design);
        if share <= 0.0 {
            continue;
        }
        let tries = if attempts > 1 { format!("^{attempts} attempts") } else { String::new() };
        losses.push(Loss {
            share,
            words: format!(
                "{} fails {}{tries} for {} of {}",
                design.service(id).name,
                readable::share(chance),
                readable::length(within),
                readable::length(Promise::measured_s(design))
            ),
        });
    }
    losses
}

/// The service that a fault lets fail, and with which chance for one attempt.
fn chance(design: &Design<'_>, kind: &FaultKind) -> Option<(ServiceId, f64)> {
    let hit = |id: ServiceId, share: f64| {
        let replicas = f64::from(design.service(id).replicas);
        (share * replicas).ceil() / replicas
    };
    match *kind {
        FaultKind::Errors { service, rate, share } => Some((service, rate * hit(service, share))),
        FaultKind::Crash { service, share } => Some((service, hit(service, share))),
        FaultKind::Partition { between } => callee_of(design, between).map(|id| (id, 1.0)),
        _ => None,
    }
}

/// The side of a partition that the other side calls.
fn callee_of(design: &Design<'_>, between: [Party; 2]) -> Option<ServiceId> {
    use super::design::Caller;
    let calls = |from: Party, to: Party| {
        design.sites.iter().any(|site| {
            let caller = match site.caller {
                Caller::Tenant(index) => Party::Tenant(sim::model::TenantId(index as u32)),
                Caller::Endpoint(id) => Party::Service(id.service),
            };
            caller == from && Party::Service(site.call.callee.service) == to
        })
    };
    let [a, b] = between;
    [(a, b), (b, a)].into_iter().find_map(|(from, to)| match to {
        Party::Service(id) if calls(from, to) => Some(id),
        _ => None,
    })
}

/// The least tries that any caller makes.
fn attempts_at(design: &Design<'_>, id: ServiceId) -> u32 {
    let calls = design.sites.iter().filter(|site| site.call.callee.service == id);
    calls.map(|site| site.call.retry.as_ref().map_or(1, |retry| retry.attempts)).min().unwrap_or(1)
}

fn spent(design: &Design<'_>, promise: &Promise<'_>, path: String, losses: &[Loss], lost: f64) -> Draft {
    let words: Vec<&str> = losses.iter().map(|loss| loss.words.as_str()).collect();
    Draft {
        severity: Severity::Warning,
        path,
        title: format!("the faults of this file already cost more than `{}` allows", promise.objective.text),
        arithmetic: format!(
            "{}: {} lost, {} allowed",
            words.join(", "),
            readable::share(lost),
            readable::share(1.0 - promise.target)
        ),
        look_closer: design.commands.run(&[]),
    }
}

fn in_a_row(design: &Design<'_>, promise: &Promise<'_>, path: String, needed: &BTreeSet<ServiceId>) -> Draft {
    let names: Vec<&str> = needed.iter().map(|id| design.service(*id).name.as_str()).collect();
    let count = names.len();
    let each = libm::pow(promise.target, 1.0 / count as f64);
    let target = readable::share(promise.target);
    Draft {
        severity: Severity::Note,
        path,
        title: format!("`{}` needs {count} services at once", promise.objective.text),
        arithmetic: format!(
            "{}^(1/{count}) = {}: so often must each of {} be there; at {target} each they are all there {} of the time",
            target,
            readable::share(each),
            names.join(", "),
            readable::share(libm::pow(promise.target, count as f64))
        ),
        look_closer: design.commands.run(&[errors_everywhere(design, &names, promise.target)]),
    }
}

/// Each service fails as often as the whole may.
fn errors_everywhere(design: &Design<'_>, names: &[&str], target: f64) -> String {
    let rate = readable::digits((1.0 - target) * 100.0);
    let faults: Vec<String> = names.iter().map(|name| format!("{{errors: {name}, rate: {rate}%}}")).collect();
    // One fault is written as everywhere else; several last for the whole run.
    match names {
        [one] => fault(&format!("errors: {one}, rate: {rate}%"), design.model),
        _ => format!("faults=[{}]", faults.join(", ")),
    }
}
