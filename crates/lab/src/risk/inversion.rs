//! A caller gives up before its callee has stopped trying.

use super::commands::fault;
use super::design::{Caller, Design, Site};
use super::{Draft, Rule, Severity};
use crate::readable;
use sim::model::Deadlines;

pub(super) static RULE: Rule = Rule {
    id: "timeout-inversion",
    severity: Severity::Warning,
    about: "A caller gives up before the timeouts and retries below it can end",
    why: "The work below goes on for somebody who has left: its tries cannot help any more, and they load the service that \
          is slow already.",
    reads: "For each call, attempts x timeout plus the longest backoffs of each call that its callee makes, against the \
            caller's timeout, or a tenant's patience where that is shorter. Silent where the callee keeps \
            `deadlines: propagate`.",
    cure: "Let timeouts shrink on the way down, `caller > attempts x callee + backoff`, or send deadlines along with \
           `deadlines: propagate`.",
    source: "B. Beyer et al. (eds.), Site Reliability Engineering, 2016, chapter 22, on deadline propagation.",
    find,
};

fn find(design: &Design<'_>) -> Vec<Draft> {
    let guarded =
        design.sites.iter().filter(|site| design.service(site.call.callee.service).deadlines != Deadlines::Propagate);
    guarded.filter_map(|site| inverted(design, site, Limit::of(design, site)?)).collect()
}

/// When whoever waits for a call has enough.
struct Limit {
    seconds: f64,
    key: &'static str,
    verb: &'static str,
}

impl Limit {
    fn of(design: &Design<'_>, site: &Site<'_>) -> Option<Limit> {
        let timeout =
            site.call.timeout.map(|timeout| Limit { seconds: timeout.as_secs(), key: "timeout", verb: "gives up" });
        let patience = match site.caller {
            Caller::Tenant(index) => design.model.tenants[index].patience,
            Caller::Endpoint(_) => None,
        };
        let patience =
            patience.map(|patience| Limit { seconds: patience.as_secs(), key: "patience", verb: "loses patience" });
        [timeout, patience].into_iter().flatten().min_by(|a, b| a.seconds.total_cmp(&b.seconds))
    }
}

fn inverted(design: &Design<'_>, site: &Site<'_>, limit: Limit) -> Option<Draft> {
    let callee = site.call.callee;
    let below = design.calls_of(callee).filter_map(|below| Some((below, design.longest_s(below)?)));
    let (below, longest) = below.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, longest)| *longest > limit.seconds)?;
    let (caller, name) = (design.caller_name(site.caller), design.name(callee));
    let (gives_up, longest_words) = (readable::duration(limit.seconds * 1e3), readable::duration(longest * 1e3));
    let hang = fault(&format!("pause: {}", design.service(below.call.callee.service).name), design.model);
    Some(Draft {
        severity: Severity::Warning,
        path: format!("{}.{}", site.path, limit.key),
        title: format!("{caller} {} on {name} while it is still trying", limit.verb),
        arithmetic: format!(
            "{} = {longest_words} for {name} -> {}; {caller} {} after {gives_up}",
            tries(below, longest),
            design.name(below.call.callee),
            limit.verb
        ),
        look_closer: design.commands.run(&[hang]),
    })
}

/// `3 attempts x 200ms + 150ms of backoff`.
fn tries(site: &Site<'_>, longest_s: f64) -> String {
    let timeout_s = site.call.timeout.map_or(longest_s, |timeout| timeout.as_secs());
    let attempts = site.call.retry.as_ref().map_or(1, |retry| retry.attempts);
    let waits_s = longest_s - f64::from(attempts) * timeout_s;
    let plural = if attempts == 1 { "" } else { "s" };
    let tries = format!("{attempts} attempt{plural} x {}", readable::duration(timeout_s * 1e3));
    if waits_s > 1e-9 { format!("{tries} + {} of backoff", readable::duration(waits_s * 1e3)) } else { tries }
}
