//! Retries of what must happen once.

use super::commands::fault;
use super::design::{Caller, Design, Site};
use super::{Draft, Rule, Severity};
use sim::model::{EndpointId, Step};
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    id: "retry-not-idempotent",
    severity: Severity::Warning,
    about: "An effect that is applied on every execution lies behind a call that is repeated",
    why: "A timeout is no \"no\" but a \"don't know\": the first try may have charged the card before the second charges \
          it again.",
    reads: "For each `effect` without `idempotent: true`, the product of the attempts along the worst chain of calls to \
            it. Silent where a try cannot fail once the effect is applied: no timeout above it, and no calls below.",
    cure: "Give the effect an identity that a repeated request shares (`idempotent: true`), or do not repeat the call.",
    source: "P. Helland, \"Idempotence Is Not a Medical Condition\", ACM Queue 10(4), 2012.",
    find,
};

/// At worst, how many executions of an endpoint one request causes, and whether one may fail after its effects.
#[derive(Clone, Copy, Default)]
struct Repeated {
    times: u32,
    unsure: bool,
}

fn find(design: &Design<'_>) -> Vec<Draft> {
    let mut repeated: BTreeMap<EndpointId, Repeated> = BTreeMap::new();
    for site in &design.sites {
        let next = next(design, site, &repeated);
        let known = repeated.entry(site.call.callee).or_default();
        known.times = known.times.max(next.times);
        known.unsure |= next.unsure;
    }
    let risky = design.endpoints.iter().filter(|id| repeated.get(id).is_some_and(|r| r.times > 1 && r.unsure));
    risky.flat_map(|id| effects(design, *id).map(|effect| draft(design, *id, effect, repeated[id].times))).collect()
}

fn next(design: &Design<'_>, site: &Site<'_>, above: &BTreeMap<EndpointId, Repeated>) -> Repeated {
    let above = match site.caller {
        Caller::Tenant(_) => Repeated { times: 1, unsure: false },
        Caller::Endpoint(id) => above.get(&id).copied().unwrap_or(Repeated { times: 1, unsure: false }),
    };
    let attempts = site.call.retry.as_ref().map_or(1, |retry| retry.attempts);
    let fails_late = design.timeout_s(site).is_some() || design.calls_of(site.call.callee).next().is_some();
    Repeated { times: above.times.saturating_mul(attempts), unsure: above.unsure || attempts > 1 && fails_late }
}

/// Index and name of the effects of an endpoint that are applied on every execution.
fn effects<'d>(design: &'d Design<'_>, id: EndpointId) -> impl Iterator<Item = (usize, &'d str)> {
    design.endpoint(id).steps.iter().enumerate().filter_map(|(index, step)| match step {
        Step::Effect { effect, idempotent: None } => Some((index, design.model.effects[effect.0 as usize].as_str())),
        _ => None,
    })
}

fn draft(design: &Design<'_>, id: EndpointId, (step, effect): (usize, &str), times: u32) -> Draft {
    let (service, endpoint) = (&design.service(id.service).name, &design.endpoint(id).name);
    Draft {
        severity: Severity::Warning,
        path: format!("services.{service}.endpoints.{endpoint}[{step}]"),
        title: format!("`{effect}` may be applied {times} times for one request"),
        arithmetic: format!(
            "{} = {times} executions of {} for one request, each of which applies `{effect}`",
            tries(design, id, times),
            design.name(id)
        ),
        look_closer: design.commands.run(&[fault(&format!("pause: {service}"), design.model)]),
    }
}

/// The attempts of the callers that repeat, the nearest last: `shoppers 3 x gateway.checkout 4`.
fn tries(design: &Design<'_>, id: EndpointId, times: u32) -> String {
    let mut words = Vec::new();
    let (mut at, mut left) = (Some(id), times);
    while let Some(callee) = at {
        let most = |site: &&Site<'_>| site.call.retry.as_ref().map_or(1, |retry| retry.attempts);
        let Some(site) = design.calls_to(callee).filter(|site| left % most(site) == 0).max_by_key(most) else { break };
        if most(&site) > 1 {
            words.push(format!("{} attempts of {}", most(&site), design.caller_name(site.caller)));
            left /= most(&site);
        }
        at = site.handler();
    }
    words.reverse();
    words.join(" x ")
}
