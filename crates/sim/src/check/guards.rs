//! Ranges of the policies at a service's side.

use super::{Checked, require};
use crate::model::{Concurrency, ConcurrencyRule, Model, RateLimit, Service, Shed, TenantId};
use crate::time::Span;

/// Checks a service's policies in a model with so many tenants; `field` names one of its fields.
pub(super) fn check_guards(service: &Service, tenants: usize, field: &dyn Fn(&str) -> String) -> Checked {
    let known = |tenant: &TenantId| (tenant.0 as usize) < tenants;
    let weights = service.queue.weights.iter().all(|(tenant, weight)| known(tenant) && (1..=1_000).contains(weight));
    require(weights, || field("queue.weights"), "of tenants of the model, from 1 to 1000 each")?;
    if let Some(Shed::Codel { target, interval }) = service.queue.shed {
        let holds = target > Span::ZERO && target <= interval && interval <= Model::MAX_SPAN;
        require(holds, || field("queue.shed"), "with a target over 0, an interval no shorter, and at most 100 years")?;
    }
    if let Some(limit) = &service.guards.limit {
        let quotas = limit.quotas.iter().all(|(tenant, rate)| known(tenant) && is_rate(*rate));
        require(quotas, || field("limit.quotas"), "of tenants of the model, over 0 and at most 10⁹ per second")?;
        check_limit(limit, field)?;
    }
    service.guards.concurrency.as_ref().map_or(Ok(()), |concurrency| check_concurrency(concurrency, field))
}

fn is_rate(rate: f64) -> bool {
    rate > 0.0 && rate <= 1e9
}

fn check_limit(limit: &RateLimit, field: &dyn Fn(&str) -> String) -> Checked {
    require(limit.rate.is_some() || !limit.quotas.is_empty(), || field("limit"), "a rate or quotas")?;
    require(limit.rate.is_none_or(is_rate), || field("limit.rate"), "over 0 and at most 10⁹ per second")?;
    require((1.0..=1e9).contains(&limit.burst), || field("limit.burst"), "from 1 to 10⁹")
}

fn check_concurrency(concurrency: &Concurrency, field: &dyn Fn(&str) -> String) -> Checked {
    let Concurrency { rule, start, least, most } = *concurrency;
    let ordered = 1 <= least && least <= start && start <= most && most <= 1_000_000;
    require(ordered, || field("concurrency"), "from 1 to 1000000 with least ≤ start ≤ most")?;
    let holds = match rule {
        ConcurrencyRule::Aimd { backoff, timeout } => (0.5..1.0).contains(&backoff) && timeout <= Model::MAX_SPAN,
        ConcurrencyRule::Gradient { queue, smoothing, tolerance, window } => {
            (0.0..=1e6).contains(&queue)
                && smoothing > 0.0
                && smoothing <= 1.0
                && (1.0..=1e6).contains(&tolerance)
                && window <= Model::MAX_SPAN
        }
    };
    require(holds, || field("concurrency"), "with parameters in their ranges")
}
