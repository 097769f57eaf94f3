//! Tenants that share a service without anything between them.

use super::commands::fault;
use super::design::Design;
use super::loads::Loads;
use super::resources::{Kind, Resource};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::{LimitPer, Load, Order, ServiceId};

pub(super) static RULE: Rule = Rule {
    id: "shared-without-quota",
    severity: Severity::Warning,
    about: "Several tenants wait in one queue, and one of them can fill it",
    why: "Whoever sends most decides how long everybody waits, and the team that is paged is not the one that sent.",
    reads: "Services with `workers` or `cores` that two tenants or more reach, that serve in order of arrival and limit no tenant. A warning \
            where the peak of one tenant alone asks for all there is, a note where all together ask for at least 80%.",
    cure: "`queue: {order: fair}` or priorities, a limit for each tenant, or workers of their own.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 21, on per-customer limits.",
    find,
};

const CROWDED: f64 = 0.8;

fn find(design: &Design<'_>) -> Vec<Draft> {
    let (resources, loads) = (Resource::all(design), Loads::of(design));
    let shared = |id: ServiceId| {
        let service = design.service(id);
        let limited = service
            .defences
            .limit
            .as_ref()
            .is_some_and(|limit| limit.per == LimitPer::Tenant || !limit.quotas.is_empty());
        let fair = matches!(service.queue.order, Order::Fair | Order::Priority) || limited;
        let places =
            resources.iter().filter(|resource| resource.service == id && !matches!(resource.kind, Kind::Pool(_)));
        let at_peak = |resource: &&Resource| loads.peak(|rates| resource.utilization(design, rates)).value;
        // Of two that are as scarce the first.
        let scarcest = places.reduce(|a, b| if at_peak(&b) > at_peak(&a) { b } else { a })?;
        if fair { None } else { crowded(design, scarcest, &loads) }
    };
    design.services().into_iter().filter_map(shared).collect()
}

/// What each tenant asks for at its own peak.
struct Share {
    tenant: usize,
    utilization: f64,
}

fn crowded(design: &Design<'_>, resource: &Resource, loads: &Loads) -> Option<Draft> {
    let own = |tenant: usize| Share {
        tenant,
        utilization: loads.peak(|rates| resource.utilization_by(design, tenant, rates)).value,
    };
    let shares: Vec<Share> = (0..design.model.tenants.len()).map(own).filter(|share| share.utilization > 0.0).collect();
    let all = loads.peak(|rates| resource.utilization(design, rates)).value;
    let largest = shares.iter().max_by(|a, b| a.utilization.total_cmp(&b.utilization))?;
    if shares.len() < 2 || !all.is_finite() || all < CROWDED {
        return None;
    }
    let name = |share: &Share| design.model.tenants[share.tenant].name.as_str();
    let words: Vec<String> =
        shares.iter().map(|share| format!("{} {}", name(share), readable::share(share.utilization))).collect();
    let service = &design.service(resource.service).name;
    let alone = largest.utilization >= 1.0;
    let title = match alone {
        true => format!("{} alone can fill {service}, which others share", name(largest)),
        false => format!("{} tenants share {service}, and nothing keeps them apart", shares.len()),
    };
    Some(Draft {
        severity: if alone { Severity::Warning } else { Severity::Note },
        path: format!("services.{service}.queue"),
        title,
        arithmetic: format!("each at its peak, of {}: {}", resource.words(design), words.join(", ")),
        look_closer: look_closer(design, largest.tenant, alone),
    })
}

/// The run itself where it shows the point, or a run in which the largest tenant sends three times as much.
fn look_closer(design: &Design<'_>, tenant: usize, alone: bool) -> String {
    let tenant = &design.model.tenants[tenant];
    match tenant.load {
        Load::Open { .. } if !alone => {
            design.commands.run(&[fault(&format!("spike: {}, by: 3x", tenant.name), design.model)])
        }
        _ => design.commands.run(&[]),
    }
}
