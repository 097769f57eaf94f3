//! Replicas: one that everything depends on, and none to spare.

use super::commands::fault;
use super::design::Design;
use super::resources::{Kind, Resource};
use super::{Draft, Rule, Severity};
use crate::readable;
use crate::scenario::Objective;
use sim::model::ServiceId;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    id: "single-replica",
    severity: Severity::Note,
    about: "A service that every answer needs has one replica",
    why: "A restart, a deployment or a lost host of the only replica is an outage of everything that needs it.",
    reads: "Services with `workers` or `cores` and one replica that a tenant reaches by calls none of which is optional, \
            where an objective promises a goodput of at least 99%: how long all outages together may last.",
    cure: "A second replica, or a call that can do without.",
    source: "B. Treynor et al., \"The Calculus of Service Availability\", ACM Queue 15(2), 2017.",
    find: single,
};

pub(super) static NO_SPARE: Rule = Rule {
    id: "no-spare-replica",
    severity: Severity::Note,
    about: "The load fits, and without one replica it would not",
    why: "Replicas that are all needed cannot be deployed one by one, and the loss of one takes the others down with it.",
    reads: "Utilization x replicas / (replicas - 1) of cores and workers, where there are two to ten replicas and the load \
            fits as it is.",
    cure: "One replica more than the load needs.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22, on the cascade after a lost server.",
    find: no_spare,
};

/// A share of requests that a goodput objective promises, with the objective.
pub(super) struct Promise<'s> {
    pub(super) objective: &'s Objective,
    pub(super) target: f64,
    pub(super) tenants: Vec<usize>,
}

impl Promise<'_> {
    /// The goodput objectives that set a lower bound, with the tenants that they are about.
    pub(super) fn all<'s>(design: &Design<'s>) -> Vec<Promise<'s>> {
        let scenario = design.scenario;
        scenario.objectives.iter().filter_map(|objective| promise(design, objective)).collect()
    }

    /// The measured part of the run, in seconds.
    pub(super) fn measured_s(design: &Design<'_>) -> f64 {
        (design.model.duration - design.model.warmup).as_secs()
    }
}

fn promise<'s>(design: &Design<'_>, objective: &'s Objective) -> Option<Promise<'s>> {
    use crate::measure::{Of, Quantity};
    let bounds_below = objective.holds(100.0) && !objective.holds(0.0);
    if objective.measure.quantity != Quantity::Goodput || !bounds_below {
        return None;
    }
    let concerned = |index: &usize| {
        let tenant = &design.model.tenants[*index];
        match &objective.measure.of {
            Of::Tenant(name) => tenant.name == *name,
            Of::Endpoint(name) => design.name(tenant.call.callee) == *name,
            _ => false,
        }
    };
    let tenants = (0..design.model.tenants.len()).filter(concerned).collect();
    Some(Promise { objective, target: objective.bound() / 100.0, tenants })
}

fn single(design: &Design<'_>) -> Vec<Draft> {
    const HIGH: f64 = 0.99;
    let mut strictest: BTreeMap<ServiceId, Promise<'_>> = BTreeMap::new();
    for promise in Promise::all(design).into_iter().filter(|promise| promise.target >= HIGH) {
        let needed = promise.tenants.iter().flat_map(|tenant| design.needed_by(*tenant));
        let alone: Vec<ServiceId> = needed.filter(|id| is_alone(design, *id)).collect();
        for id in alone {
            let stricter = strictest.get(&id).is_none_or(|known| known.target < promise.target);
            if stricter {
                let Promise { objective, target, ref tenants } = promise;
                strictest.insert(id, Promise { objective, target, tenants: tenants.clone() });
            }
        }
    }
    strictest.into_iter().map(|(id, promise)| single_draft(design, id, &promise)).collect()
}

fn is_alone(design: &Design<'_>, id: ServiceId) -> bool {
    let service = design.service(id);
    service.replicas == 1 && (service.workers.is_some() || service.cores.is_some())
}

fn single_draft(design: &Design<'_>, id: ServiceId, promise: &Promise<'_>) -> Draft {
    let service = design.service(id);
    let allowed = 1.0 - promise.target;
    let measured_s = Promise::measured_s(design);
    let startup = match service.startup.as_secs() {
        0.0 => String::new(),
        startup => format!("; one start alone takes {}", readable::duration(startup * 1e3)),
    };
    Draft {
        severity: Severity::Note,
        path: format!("services.{}.replicas", service.name),
        title: format!("everything needs the one replica of {}", service.name),
        arithmetic: format!(
            "{} leaves {} of {}, {} for all outages together{startup}",
            promise.objective.text,
            readable::share(allowed),
            readable::length(measured_s),
            readable::duration(allowed * measured_s * 1e3)
        ),
        look_closer: design.commands.run(&[fault(&format!("crash: {}", service.name), design.model)]),
    }
}

fn no_spare(design: &Design<'_>) -> Vec<Draft> {
    let rates = design.mean_rates();
    let mut drafts: Vec<Draft> = Vec::new();
    for resource in Resource::all(design).iter().filter(|resource| !matches!(resource.kind, Kind::Pool(_))) {
        let draft = spare_draft(design, resource, &rates);
        let known = |draft: &Draft| drafts.iter().any(|known| known.path == draft.path);
        drafts.extend(draft.filter(|draft| !known(draft)));
    }
    drafts
}

fn spare_draft(design: &Design<'_>, resource: &Resource, rates: &[f64]) -> Option<Draft> {
    /// In a larger fleet the loss of one is a small part.
    const FLEET: u32 = 10;
    let service = design.service(resource.service);
    let utilization = resource.utilization(design, rates);
    if !(2..=FLEET).contains(&service.replicas) || utilization >= 1.0 {
        return None;
    }
    let left = f64::from(service.replicas - 1);
    let without = utilization * f64::from(service.replicas) / left;
    (without >= 1.0).then(|| Draft {
        severity: Severity::Note,
        path: format!("services.{}.replicas", service.name),
        title: format!("{} cannot spare one of its {} replicas", service.name, service.replicas),
        arithmetic: format!(
            "{}; x {} / {left} = {} without one",
            resource.arithmetic(design, rates),
            service.replicas,
            readable::share(without)
        ),
        look_closer: design.commands.run(&[format!("services.{}.replicas={left}", service.name)]),
    })
}
