//! Calls that nothing ends.

use super::commands::fault;
use super::design::{Design, Site};
use super::resources::rate_words;
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::EndpointId;

pub(super) static NO_TIMEOUT: Rule = Rule {
    id: "no-timeout",
    severity: Severity::Warning,
    about: "A call between services may wait for ever",
    why: "A dependency that is slow and alive never fails, so its latency becomes the caller's capacity, down to nothing.",
    reads: "Calls of handlers without `timeout`, unless a deadline from above bounds them. A warning where each waiting \
            call holds one of a limited number of workers or connections: with all of them divided by the rate, how long \
            the silence may be before none is left. A note elsewhere.",
    cure: "A timeout a little above the healthy 99th percentile, and below workers / rate.",
    source: "M. Nygard, Release It!, 2nd edition, 2018, on integration points and blocked threads.",
    find: |design| unended(design).filter(|site| !site.is_spared()).map(|site| waits(design, site)).collect(),
};

pub(super) static OPTIONAL_WITHOUT_TIMEOUT: Rule = Rule {
    id: "optional-without-timeout",
    severity: Severity::Warning,
    about: "An optional call may wait for ever, so that it never counts as failed",
    why: "`optional` says what happens when a call fails; without a timeout a slow one does not fail, and the part that \
          nobody would miss holds up the whole.",
    reads: "Calls of handlers with `optional: true` or a fallback and without `timeout`, unless a deadline from above bounds them.",
    cure: "A timeout above the healthy 99th percentile of the call, and below workers / rate.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22, on graceful degradation.",
    find: |design| unended(design).filter(|site| site.is_spared()).map(|site| never_fails(design, site)).collect(),
};

/// Calls of handlers that neither a timeout nor a deadline ends.
fn unended<'d, 's>(design: &'d Design<'s>) -> impl Iterator<Item = &'d Site<'s>> {
    design.sites.iter().filter(|site| site.handler().is_some() && design.timeout_s(site).is_none())
}

fn waits(design: &Design<'_>, site: &Site<'_>) -> Draft {
    let (held, severity) = held(design, site);
    Draft {
        severity,
        path: site.path.clone(),
        title: format!(
            "{} waits for {} for as long as it takes",
            design.caller_name(site.caller),
            callee(design, site)
        ),
        arithmetic: held,
        look_closer: hang(design, site),
    }
}

fn never_fails(design: &Design<'_>, site: &Site<'_>) -> Draft {
    let (held, _) = held(design, site);
    Draft {
        severity: Severity::Warning,
        path: site.path.clone(),
        title: format!("{} is optional for {} and cannot fail", callee(design, site), design.caller_name(site.caller)),
        arithmetic: held,
        look_closer: hang(design, site),
    }
}

fn callee(design: &Design<'_>, site: &Site<'_>) -> String {
    design.name(site.call.callee)
}

fn hang(design: &Design<'_>, site: &Site<'_>) -> String {
    let callee = &design.service(site.call.callee.service).name;
    design.commands.run(&[fault(&format!("pause: {callee}"), design.model)])
}

/// What a silent callee takes from its caller, and how much that should worry.
fn held(design: &Design<'_>, site: &Site<'_>) -> (String, Severity) {
    let Some(handler) = site.handler() else { return (String::new(), Severity::Note) };
    let service = design.service(handler.service);
    let silent = callee(design, site);
    let rate = design.rate(handler, &design.mean_rates());
    if rate == 0.0 {
        return (format!("{} gets no requests as it is", design.name(handler)), Severity::Note);
    }
    let replicas = f64::from(service.replicas);
    let pool = service.pools.iter().find(|pool| pool.callee == site.call.callee.service);
    let (places, noun) = match (service.workers, pool) {
        (Some(workers), _) => (f64::from(workers) * replicas, "workers"),
        (None, Some(pool)) => (f64::from(pool.size) * replicas, "connections"),
        (None, None) => {
            let words = format!(
                "each second in which {silent} is silent leaves {} calls waiting",
                readable::count(rate * f64::from(site.call.times))
            );
            return (words, Severity::Note);
        }
    };
    let words = format!(
        "{} {noun} / {} = {}: once {silent} is silent for that long, all of them wait{}",
        readable::count(places),
        rate_words(rate),
        readable::duration(places / rate * 1e3),
        neighbours(design, handler)
    );
    (words, Severity::Warning)
}

/// Endpoints of the same service that do not make the call and lose their workers to it.
fn neighbours(design: &Design<'_>, handler: EndpointId) -> String {
    let same = |id: &&EndpointId| id.service == handler.service && **id != handler;
    let others: Vec<String> = design.endpoints.iter().filter(same).map(|id| design.name(*id)).collect();
    if others.is_empty() || design.service(handler.service).workers.is_none() {
        return String::new();
    }
    format!(", those that {} needs too", others.join(" and "))
}
