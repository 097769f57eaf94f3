//! Ranges of the policies at a service's side.

use super::{Checked, require};
use crate::model::{
    Autoscale, Batch, Concurrency, ConcurrencyRule, Deploy, Ejection, Health, Model, RateLimit, ScaleBy, Service, Shed,
    TenantId,
};
use crate::time::Span;

/// Checks a service's policies in a model with so many tenants; `field` names one of its fields.
pub(super) fn check_defences(service: &Service, tenants: usize, field: &dyn Fn(&str) -> String) -> Checked {
    let known = |tenant: &TenantId| (tenant.0 as usize) < tenants;
    let weights = service.queue.weights.iter().all(|(tenant, weight)| known(tenant) && (1..=1_000).contains(weight));
    require(weights, || field("queue.weights"), "of tenants of the model, from 1 to 1000 each")?;
    if let Some(Shed::Codel { target, interval }) = service.queue.shed {
        let holds = target > Span::ZERO && target <= interval && interval <= Model::MAX_SPAN;
        require(holds, || field("queue.shed"), "with a target over 0, an interval no shorter, and at most 100 years")?;
    }
    if let Some(limit) = &service.defences.limit {
        let quotas = limit.quotas.iter().all(|(tenant, rate)| known(tenant) && is_rate(*rate));
        require(quotas, || field("limit.quotas"), "of tenants of the model, over 0 and at most 10⁹ per second")?;
        check_limit(limit, field)?;
    }
    if let Some(Ejection { failures, interval, base, most }) = service.defences.ejection {
        let holds = failures >= 1 && recurs(interval) && base <= Model::MAX_SPAN && most > 0.0 && most <= 1.0;
        require(
            holds,
            || field("ejection"),
            "after a failure or more, swept each millisecond at most, of a share up to 1",
        )?;
    }
    if let Some(Health { interval, timeout, unhealthy, healthy }) = service.defences.health {
        let holds = recurs(interval) && timeout <= interval && unhealthy >= 1 && healthy >= 1;
        require(holds, || field("health"), "checked each millisecond at most, with a timeout up to the interval")?;
    }
    if let Some(autoscale) = &service.defences.autoscale {
        check_autoscale(service, autoscale, field)?;
    }
    service.defences.concurrency.as_ref().map_or(Ok(()), |concurrency| check_concurrency(concurrency, field))
}

fn check_autoscale(service: &Service, autoscale: &Autoscale, field: &dyn Fn(&str) -> String) -> Checked {
    let Autoscale { by, least, most, every, cooldown } = *autoscale;
    let ordered = 1 <= least && least <= service.replicas && service.replicas <= most && most <= Model::MAX_REPLICAS;
    require(ordered, || field("autoscale"), "with 1 ≤ least ≤ replicas ≤ most ≤ 100000")?;
    require(recurs(every) && cooldown <= Model::MAX_SPAN, || field("autoscale.every"), "a millisecond or more")?;
    match by {
        ScaleBy::Utilization(target) => {
            require(target > 0.0 && target <= 1.0, || field("autoscale.target"), "over 0 and at most 1")?;
            let limited = service.workers.is_some() || service.cores.is_some();
            require(limited, || field("autoscale.target"), "of a service that has workers or cores")
        }
        ScaleBy::Delay(target) => {
            let holds = target > Span::ZERO && target <= Model::MAX_SPAN && service.workers.is_some();
            require(holds, || field("autoscale.delay"), "over 0, of a service that has workers")
        }
    }
}

/// Checks a deploy in a model with so many services.
pub(super) fn check_deploy(deploy: &Deploy, services: usize) -> Checked {
    let share = |share: f64| share > 0.0 && share <= 1.0;
    let batch = match deploy.batch {
        Batch::Count(count) => count >= 1,
        Batch::Share(part) => share(part),
    };
    let holds = (deploy.service.0 as usize) < services && batch && deploy.canary.is_none_or(share);
    require(holds, || "deploy".into(), "of a service that exists, in batches of one replica or more")?;
    let version = deploy.slow > 0.0 && deploy.slow <= 1e6 && (0.0..=1.0).contains(&deploy.errors);
    require(version, || "deploy: bad".into(), "a factor over 0 and up to 10⁶, and a chance from 0 to 1")?;
    let rollback =
        deploy.rollback.is_none_or(|rollback| (0.0..=1.0).contains(&rollback.errors) && recurs(rollback.within));
    let holds = rollback && deploy.pause <= Model::MAX_SPAN;
    require(holds, || "deploy: rollback".into(), "at a share from 0 to 1, watched for a millisecond or more")
}

/// Nothing recurs so often that a run is about nothing else.
fn recurs(interval: Span) -> bool {
    (Span::millis(1)..=Model::MAX_SPAN).contains(&interval)
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
