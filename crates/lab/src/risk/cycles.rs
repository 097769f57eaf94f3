//! Services that call each other in a circle.

use super::commands::fault;
use super::design::{Design, Site};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::ServiceId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) static RULE: Rule = Rule {
    id: "call-cycle",
    severity: Severity::Warning,
    about: "A request comes back to a service that it already keeps busy",
    why: "A handler that waits keeps its worker while the request needs another one of the same service: with all workers \
          at the outer end, none is left for the inner one and everybody waits for everybody.",
    reads: "Circles of calls between services (calls of endpoints in a circle are refused when the file is read). A \
            warning where a service of the circle has `workers`, a note elsewhere.",
    cure: "Move what both need into a third service, answer the inner call from elsewhere, or bound the wait with a timeout.",
    source: "E. G. Coffman et al., \"System Deadlocks\", ACM Computing Surveys 3(2), 1971: hold and wait, and a circle.",
    find,
};

fn find(design: &Design<'_>) -> Vec<Draft> {
    let mut known: BTreeSet<BTreeSet<ServiceId>> = BTreeSet::new();
    let mut drafts = Vec::new();
    for id in design.services() {
        let Some(circle) = shortest_circle(design, id) else { continue };
        let members: BTreeSet<ServiceId> = circle.iter().map(|site| site.call.callee.service).collect();
        if known.insert(members) {
            drafts.push(draft(design, &circle));
        }
    }
    drafts
}

/// The fewest calls that lead from a service back to it.
fn shortest_circle<'d, 's>(design: &'d Design<'s>, start: ServiceId) -> Option<Vec<&'d Site<'s>>> {
    let mut by: BTreeMap<ServiceId, &Site<'s>> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(at) = next.pop_front() {
        for site in design.sites.iter().filter(|site| site.handler().is_some_and(|id| id.service == at)) {
            let callee = site.call.callee.service;
            if callee == start {
                return Some(circle(start, at, site, &by));
            }
            if let Entry::Vacant(unseen) = by.entry(callee) {
                unseen.insert(site);
                next.push_back(callee);
            }
        }
    }
    None
}

fn circle<'d, 's>(
    start: ServiceId,
    from: ServiceId,
    closing: &'d Site<'s>,
    by: &BTreeMap<ServiceId, &'d Site<'s>>,
) -> Vec<&'d Site<'s>> {
    let mut calls = vec![closing];
    let mut at = from;
    while at != start {
        let Some(site) = by.get(&at) else { break };
        calls.push(site);
        at = site.handler().map_or(start, |id| id.service);
    }
    calls.reverse();
    calls
}

fn draft(design: &Design<'_>, circle: &[&Site<'_>]) -> Draft {
    let caller = |site: &Site<'_>| site.handler().map(|id| id.service);
    let start = caller(circle[0]).map_or(circle[0].call.callee.service, |id| id);
    let names: Vec<&str> = std::iter::once(start)
        .chain(circle.iter().map(|site| site.call.callee.service))
        .map(|id| design.service(id).name.as_str())
        .collect();
    let tightest = circle
        .iter()
        .map(|site| design.service(site.call.callee.service))
        .filter_map(|service| Some((service, service.workers? * service.replicas)))
        .min_by_key(|(_, workers)| *workers);
    let closing = circle[circle.len() - 1];
    let arithmetic = match tightest {
        Some((service, workers)) => format!(
            "{} workers of {}: as soon as {} requests are under way around the circle, each holds one and waits for one more",
            readable::whole(u64::from(workers)),
            service.name,
            readable::whole(u64::from(workers))
        ),
        None => "no service of the circle has a limit on workers, so that only their latencies add up".to_owned(),
    };
    let inner = design.service(closing.call.callee.service);
    Draft {
        severity: if tightest.is_some() { Severity::Warning } else { Severity::Note },
        path: closing.path.clone(),
        title: format!("calls go in a circle: {}", names.join(" -> ")),
        arithmetic,
        look_closer: design.commands.run(&[fault(&format!("pause: {}", inner.name), design.model)]),
    }
}
