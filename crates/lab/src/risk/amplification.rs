//! Retries multiply along a chain of callers.

use super::commands::fault;
use super::design::{Caller, Design, Site};
use super::resources::{Kind, Resource, rate_words};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::EndpointId;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    id: "retry-amplification",
    severity: Severity::Warning,
    about: "One request may become many attempts, because callers above each other all retry",
    why: "While a service fails, every layer repeats what the layer below it repeats already, and the load that results \
          keeps the service down after the cause is gone.",
    reads: "The product of the attempts along the worst chain of calls, a budget of 10% counting as 1.1 attempts. Found \
            where the product is at least 8, or where rate x attempts asks for more cores (without cores: workers) than the \
            service has while the rate alone does not.",
    cure: "Retry at one layer, the one next to what fails, and bound the retries there: `retry: {attempts: 3, budget: 10%}`.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22: three layers of four attempts are 64 \
             attempts on the database; N. Bronson et al., \"Metastable Failures in Distributed Systems\", HotOS 2021.",
    find,
};

/// So many attempts for one request are too many whatever the capacity: two layers of three are one more.
const TOO_MANY: f64 = 8.0;

/// At worst, how many attempts for one call of a tenant reach an endpoint, and by which call the last ones.
struct Worst {
    factor: f64,
    by: usize,
}

fn find(design: &Design<'_>) -> Vec<Draft> {
    let worst = worst(design);
    let storms: BTreeMap<EndpointId, Storm> = design
        .endpoints
        .iter()
        .filter(|id| worst[id].factor > 1.0)
        .filter_map(|id| {
            let storm = storm(design, *id);
            (worst[id].factor >= TOO_MANY || storm.is_some()).then_some((*id, storm.unwrap_or_default()))
        })
        .collect();
    // Of a chain, the end that is hit hardest, and of two that are hit as hard the first.
    let outdone = |id: EndpointId| {
        storms.keys().any(|other| {
            let (mine, theirs) = (worst[&id].factor, worst[other].factor);
            *other != id
                && (theirs > mine && chain(design, &worst, *other).iter().any(|site| site.call.callee == id)
                    || theirs == mine && chain(design, &worst, id).iter().any(|site| site.call.callee == *other))
        })
    };
    let kept = storms.iter().filter(|(id, _)| !outdone(**id));
    kept.map(|(id, storm)| draft(design, *id, worst[id].factor, &chain(design, &worst, *id), storm)).collect()
}

fn worst(design: &Design<'_>) -> BTreeMap<EndpointId, Worst> {
    let mut worst: BTreeMap<EndpointId, Worst> = BTreeMap::new();
    for (by, site) in design.sites.iter().enumerate() {
        let above = match site.caller {
            Caller::Tenant(_) => 1.0,
            Caller::Endpoint(id) => worst.get(&id).map_or(1.0, |worst| worst.factor),
        };
        let factor = above * site.attempts();
        let known = worst.entry(site.call.callee).or_insert(Worst { factor: 0.0, by });
        if factor > known.factor {
            *known = Worst { factor, by };
        }
    }
    worst
}

/// The calls of the worst chain to an endpoint, from the tenant on.
fn chain<'d, 's>(design: &'d Design<'s>, worst: &BTreeMap<EndpointId, Worst>, id: EndpointId) -> Vec<&'d Site<'s>> {
    let mut chain = Vec::new();
    let mut at = Some(id);
    while let Some(worst) = at.and_then(|id| worst.get(&id)) {
        let site = &design.sites[worst.by];
        chain.push(site);
        at = site.handler();
    }
    chain.reverse();
    chain
}

/// What all attempts together would ask of a service that cannot give it.
#[derive(Default)]
struct Storm {
    words: String,
}

/// Where the rate alone fits and the rate with all attempts does not.
fn storm(design: &Design<'_>, id: EndpointId) -> Option<Storm> {
    let rates = design.mean_rates();
    let resources = Resource::all(design);
    let of_service = || resources.iter().filter(|resource| resource.service == id.service);
    let limiting = of_service()
        .find(|resource| resource.kind == Kind::Cores)
        .or_else(|| of_service().find(|resource| resource.kind == Kind::Workers))?;
    let attempts = all_attempts(design, &rates);
    let demand: f64 =
        limiting.uses.iter().map(|use_| attempts.get(&use_.by).copied().unwrap_or(0.0) * use_.held_s).sum();
    let fits = limiting.utilization(design, &rates) <= 1.0;
    (fits && demand > limiting.size).then(|| Storm {
        words: format!(
            "; {} in all, {} of {}, {}",
            rate_words(attempts.get(&id).copied().unwrap_or(0.0)),
            readable::digits(demand),
            limiting.words(design),
            readable::share(demand / limiting.size)
        ),
    })
}

/// Attempts per second at each endpoint if all of them fail.
fn all_attempts(design: &Design<'_>, rates: &[f64]) -> BTreeMap<EndpointId, f64> {
    let mut all: BTreeMap<EndpointId, f64> = BTreeMap::new();
    for site in &design.sites {
        let calls = match site.caller {
            Caller::Tenant(index) => rates[index],
            Caller::Endpoint(id) => all.get(&id).copied().unwrap_or(0.0),
        };
        *all.entry(site.call.callee).or_default() += calls * f64::from(site.call.times) * site.attempts();
    }
    all
}

fn draft(design: &Design<'_>, id: EndpointId, factor: f64, chain: &[&Site<'_>], storm: &Storm) -> Draft {
    let name = design.name(id);
    let layers: Vec<&&Site<'_>> = chain.iter().filter(|site| site.attempts() > 1.0).collect();
    let attempts: Vec<String> = layers.iter().map(|site| readable::digits(site.attempts())).collect();
    let by: Vec<String> = layers.iter().map(|site| design.caller_name(site.caller)).collect();
    let product = readable::digits(factor);
    let count = match (attempts.len(), attempts.windows(2).all(|pair| pair[0] == pair[1])) {
        (1, _) => format!("{product} attempts at {name} for one call of {}", by[0]),
        (layers, true) => format!(
            "{layers} layers of {} attempts ({}): {} = {product} attempts at {name} for one request",
            attempts[0],
            by.join(", "),
            attempts.join(" x ")
        ),
        _ => format!("{} attempts ({}) = {product} at {name} for one request", attempts.join(" x "), by.join(", ")),
    };
    let path = layers.last().map_or_else(String::new, |site| format!("{}.retry", site.path));
    let all_fail = fault(&format!("errors: {}, rate: 100%", design.service(id.service).name), design.model);
    Draft {
        severity: Severity::Warning,
        path,
        title: format!("a failing {name} gets {product} times the attempts"),
        arithmetic: count + &storm.words,
        look_closer: design.commands.run(&[all_fail]),
    }
}
