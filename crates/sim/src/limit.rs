//! Rate limits: token buckets at a service's door, for all, for each replica, or for each tenant, and quotas of tenants.
//!
//! A token bucket lets through at most `size + rate × time` attempts in any time, and every attempt that finds a token
//! (J. Turner, "New Directions in Communications", IEEE Communications Magazine 24(10), 1986). Refusing costs nothing here:
//! no worker takes part in it.

use crate::model::{LimitPer, RateLimit, burst_of};
use crate::time::Time;

/// Tokens that come at a rate and are saved up to a size.
#[derive(Clone, Debug)]
struct TokenBucket {
    /// Tokens per nanosecond.
    rate: f64,
    size: f64,
    tokens: f64,
    at: Time,
}

impl TokenBucket {
    /// A full one.
    fn new(rate: f64, size: f64) -> Self {
        TokenBucket { rate: rate / 1e9, size, tokens: size, at: Time::ZERO }
    }

    fn has_token(&mut self, now: Time) -> bool {
        self.tokens = self.size.min(self.tokens + self.rate * now.since(self.at).0 as f64);
        self.at = now;
        // Tokens come in fractions, whose sums are off by some last digits.
        self.tokens >= 1.0 - 1e-9
    }

    fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

/// The rate limit of one service.
#[derive(Debug)]
pub(crate) struct Limiter {
    per: LimitPer,
    /// None where only quotas bound anybody; otherwise one, or one per replica or tenant.
    shared: Vec<TokenBucket>,
    /// By tenant.
    quotas: Vec<Option<TokenBucket>>,
}

impl Limiter {
    pub(crate) fn new(limit: &RateLimit, tenants: usize, replicas: u32) -> Self {
        let buckets = match limit.per {
            LimitPer::Service => 1,
            LimitPer::Replica => replicas as usize,
            LimitPer::Tenant => tenants,
        };
        let shared = limit.rate.map(|rate| vec![TokenBucket::new(rate, limit.burst); buckets]);
        let mut quotas = vec![None; tenants];
        for (tenant, rate) in &limit.quotas {
            quotas[tenant.0 as usize] = Some(TokenBucket::new(*rate, burst_of(*rate)));
        }
        Limiter { per: limit.per, shared: shared.unwrap_or_default(), quotas }
    }

    /// Whether an attempt of a tenant's request may enter a replica, counted within the service. It takes its tokens only
    /// if it finds all that it needs.
    pub(crate) fn admit(&mut self, now: Time, tenant: u32, replica: u32) -> bool {
        let quota = self.quotas[tenant as usize].as_mut();
        let shared = match self.per {
            LimitPer::Service => self.shared.first_mut(),
            LimitPer::Replica => self.shared.get_mut(replica as usize),
            // A quota stands in for the rate that each tenant has.
            LimitPer::Tenant if quota.is_some() => None,
            LimitPer::Tenant => self.shared.get_mut(tenant as usize),
        };
        let mut needed = [quota, shared];
        let mut found = needed.iter_mut().flatten();
        let admits = found.all(|bucket| bucket.has_token(now));
        if admits {
            needed.into_iter().flatten().for_each(TokenBucket::take);
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TenantId;
    use crate::time::Span;

    /// Which of these (millisecond, tenant, replica) are let through, as a string of `+` and `-`.
    fn admitted(limit: &RateLimit, arrivals: &[(u64, u32, u32)]) -> String {
        let mut limiter = Limiter::new(limit, 3, 2);
        let admit = |(at, tenant, replica): &(u64, u32, u32)| {
            if limiter.admit(Time::ZERO + Span::millis(*at), *tenant, *replica) { '+' } else { '-' }
        };
        arrivals.iter().map(admit).collect()
    }

    fn limit(rate: f64, burst: f64, per: LimitPer) -> RateLimit {
        RateLimit { rate: Some(rate), burst, per, quotas: Vec::new() }
    }

    #[test]
    fn a_bucket_lets_its_size_through_at_once_and_its_rate_after() {
        let by_ten = limit(10.0, 2.0, LimitPer::Service);
        assert_eq!(
            admitted(&by_ten, &[(0, 0, 0), (0, 1, 1), (0, 0, 0), (99, 0, 0), (100, 0, 0), (100, 0, 0)]),
            "++--+-"
        );
        // Saved up to its size and no further.
        assert_eq!(admitted(&by_ten, &[(9_000, 0, 0), (9_000, 0, 0), (9_000, 0, 0)]), "++-");
    }

    #[test]
    fn whoever_comes_at_the_rate_gets_through_for_ever() {
        let third = limit(3.0, 1.0, LimitPer::Service);
        let mut limiter = Limiter::new(&third, 1, 1);
        let at = |n: u64| Time(n * 1_000_000_000_u64.div_ceil(3));
        assert!((0..100_000).all(|n| limiter.admit(at(n), 0, 0)));
    }

    #[test]
    fn buckets_belong_to_whom_they_should() {
        let arrivals = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)];
        assert_eq!(admitted(&limit(1.0, 1.0, LimitPer::Service), &arrivals), "+---");
        assert_eq!(admitted(&limit(1.0, 1.0, LimitPer::Replica), &arrivals), "++--");
        assert_eq!(admitted(&limit(1.0, 1.0, LimitPer::Tenant), &arrivals), "+-+-");
    }

    #[test]
    fn a_quota_bounds_one_tenant_and_costs_no_shared_token_when_it_refuses() {
        let quotas = vec![(TenantId(1), 1.0)];
        let both = RateLimit { quotas: quotas.clone(), ..limit(1.0, 2.0, LimitPer::Service) };
        assert_eq!(admitted(&both, &[(0, 1, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]), "+-+-");
        let alone = RateLimit { rate: None, burst: 1.0, per: LimitPer::Service, quotas };
        assert_eq!(admitted(&alone, &[(0, 1, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]), "+-++");
        let generous = RateLimit { quotas: vec![(TenantId(1), 3.0)], ..limit(1.0, 1.0, LimitPer::Tenant) };
        assert_eq!(admitted(&generous, &[(0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]), "+++-+-");
    }
}
