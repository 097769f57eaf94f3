//! The tail of many calls at once.

use super::design::{Design, branches, is_spared};
use super::means::varies;
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::{Call, EndpointId, Step};

pub(super) static RULE: Rule = Rule {
    id: "fan-out-tail",
    severity: Severity::Warning,
    about: "An answer waits for the slowest of many calls at once",
    why: "With n calls at once the answer is as slow as the slowest of n: what each part calls its 99th percentile is soon \
          the median of the whole.",
    reads: "1 - 0.99^n, the share of answers that wait for at least one call beyond its 99th percentile, from 10 calls in a \
            `parallel` step on; a warning from 69 on, where it is every second answer. Calls that are asked again after a \
            timeout, or left out, are not counted, nor are those that always take the same time.",
    cure: "Ask again after the 95th percentile (`timeout` and `retry`), answer without the stragglers (`timeout` and \
           `optional`), or shorten the tail of the part.",
    source: "J. Dean and L. A. Barroso, \"The Tail at Scale\", Communications of the ACM 56(2), 2013.",
    find,
};

const MANY: u32 = 10;
/// 1 − 0.99^69 is one half.
const EVERY_SECOND: u32 = 69;

fn find(design: &Design<'_>) -> Vec<Draft> {
    let of_endpoint = |id: &EndpointId| {
        let (id, steps) = (*id, design.endpoint(*id).steps.iter().enumerate());
        steps.filter_map(move |(index, step)| wide(design, id, index, step)).collect::<Vec<_>>()
    };
    design.endpoints.iter().flat_map(of_endpoint).collect()
}

fn wide(design: &Design<'_>, id: EndpointId, index: usize, step: &Step) -> Option<Draft> {
    let Step::Parallel(_) = step else { return None };
    let exposed: Vec<(usize, &Call)> = branches(step)
        .iter()
        .enumerate()
        .filter_map(|(branch, step)| if let Step::Call(call) = step { Some((branch, call)) } else { None })
        .filter(|(_, call)| !is_guarded(call) && has_tail(design, call.callee))
        .collect();
    let count: u32 = exposed.iter().map(|(_, call)| call.times).sum();
    if count < MANY {
        return None;
    }
    let (service, endpoint) = (&design.service(id.service).name, &design.endpoint(id).name);
    let path = format!("services.{service}.endpoints.{endpoint}[{index}].parallel");
    let slow = readable::share(1.0 - libm::pow(0.99, f64::from(count)));
    let alone =
        exposed.iter().filter(|(_, call)| call.times > 1).map(|(branch, _)| format!("{path}[{branch}].times=1"));
    let alone: Vec<String> = alone.collect();
    Some(Draft {
        severity: if count >= EVERY_SECOND { Severity::Warning } else { Severity::Note },
        title: format!("{} waits for the slowest of {count} calls", design.name(id)),
        arithmetic: format!("1 - 0.99^{count} = {slow} of its answers wait for a call beyond its 99th percentile"),
        look_closer: design.commands.run(&alone),
        path,
    })
}

/// A straggler is asked again, or done without.
fn is_guarded(call: &Call) -> bool {
    let again = call.retry.as_ref().is_some_and(|retry| retry.attempts > 1);
    call.guards.hedge.is_some() || call.timeout.is_some() && (again || is_spared(call))
}

/// Whether an endpoint takes longer at one time than at another.
fn has_tail(design: &Design<'_>, id: EndpointId) -> bool {
    let varies = |step: &Step| match step {
        Step::Work(dist) => varies(dist) || design.service(id.service).cores.is_some(),
        Step::Wait(dist) => varies(dist),
        Step::Call(_) => true,
        Step::Lock => true,
        _ => false,
    };
    design.service(id.service).workers.is_some() || design.endpoint(id).steps.iter().flat_map(branches).any(varies)
}
