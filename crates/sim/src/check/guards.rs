//! Ranges of a caller's guards.

use super::{Checked, require};
use crate::model::{Breaker, BreakerScope, Bulkhead, Call, Fallback, Guards, Hedge, HedgeDelay, Model, Throttle, Trip};
use crate::plan::{CallerId, Sites};
use crate::time::Span;

impl Model {
    /// What the guards of all calls remember: a record for each replica of a caller, and where a breaker is per replica one
    /// for each pair of replicas.
    pub const MAX_GUARDED: u64 = 1_000_000;

    pub(super) fn check_guards(&self) -> Checked {
        for tenant in &self.tenants {
            let nowhere = tenant.call.guards.fallback.is_none();
            require(nowhere, || format!("tenant {}: fallback", tenant.name), "left to services")?;
        }
        for (_, call) in Sites::calls(self) {
            check(&call.guards)?;
        }
        let allowed = "of at most a million replicas, or pairs of replicas, in all";
        require(self.guarded() <= Self::MAX_GUARDED, || "guards".into(), allowed)
    }

    /// The records that guards may come to need.
    pub fn guarded(&self) -> u64 {
        Sites::calls(self)
            .map(|(caller, call)| {
                let replicas = |service: crate::model::ServiceId| u64::from(self.services[service.0 as usize].replicas);
                let callers = match caller {
                    CallerId::Endpoint(endpoint) => replicas(endpoint.service),
                    _ => 1,
                };
                callers * records(call, replicas(call.callee.service))
            })
            .sum()
    }
}

/// Records for each replica of the caller.
fn records(call: &Call, callees: u64) -> u64 {
    match call.guards.breaker {
        Some(Breaker { scope: BreakerScope::Replica, .. }) => callees,
        _ => u64::from(!call.guards.is_empty()),
    }
}

fn check(guards: &Guards) -> Checked {
    let Guards { hedge, breaker, bulkhead, throttle, fallback } = guards;
    hedge.as_ref().map_or(Ok(()), check_hedge)?;
    breaker.as_ref().map_or(Ok(()), check_breaker)?;
    bulkhead.as_ref().map_or(Ok(()), check_bulkhead)?;
    throttle.as_ref().map_or(Ok(()), check_throttle)?;
    fallback.as_ref().map_or(Ok(()), check_fallback)
}

fn sane(span: Span) -> bool {
    span <= Model::MAX_SPAN
}

fn check_hedge(hedge: &Hedge) -> Checked {
    let after = match hedge.after {
        HedgeDelay::Fixed(span) => sane(span),
        HedgeDelay::Percentile(share) => (0.0..=1.0).contains(&share),
    };
    require(after, || "hedge: after".into(), "at most 100 years, or a percentile")?;
    require((0.0..=1.0).contains(&hedge.cap), || "hedge: cap".into(), "from 0 to 1")
}

fn check_breaker(breaker: &Breaker) -> Checked {
    let trip = match breaker.trip {
        Trip::InARow(failures) => failures >= 1,
        Trip::Rate { share, window, least } => share > 0.0 && share <= 1.0 && sane(window) && least >= 1,
    };
    require(trip, || "breaker".into(), "tripped by at least one failure, or a share over 0 of at least one attempt")?;
    require(sane(breaker.open), || "breaker: open".into(), "at most 100 years")?;
    require(breaker.probes >= 1, || "breaker: probes".into(), "at least 1")
}

fn check_bulkhead(bulkhead: &Bulkhead) -> Checked {
    require(bulkhead.limit >= 1 && sane(bulkhead.wait), || "bulkhead".into(), "of at least 1, and 100 years of waiting")
}

fn check_throttle(throttle: &Throttle) -> Checked {
    require((1.0..=100.0).contains(&throttle.k), || "throttle: k".into(), "from 1 to 100")?;
    require(sane(throttle.window), || "throttle: window".into(), "at most 100 years")
}

fn check_fallback(fallback: &Fallback) -> Checked {
    let holds = match fallback {
        Fallback::Static => true,
        Fallback::Stale { most } => sane(*most),
        // One that stands in is made once, and has nobody who stands in for it.
        Fallback::Call(other) => other.guards.fallback.is_none() && other.times == 1,
    };
    require(holds, || "fallback".into(), "an age of at most 100 years, or a single call without a fallback")
}
