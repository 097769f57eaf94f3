//! Outlier ejection: a caller stops sending to a replica that answers it with one failure after another.
//!
//! Envoy's detection by consecutive 5xx, simplified: any failure that the caller sees counts, its own timeouts included.
//! The n-th ejection in a row lasts n times the base, at most five minutes or the base; whoever has served it returns at the
//! next sweep, and each sweep that finds a replica in place takes one from its n.
//! (envoyproxy.io, "Outlier detection", `consecutive_5xx`, `base_ejection_time`, `max_ejection_time`,
//! `max_ejection_percent`.) Each place that calls judges for itself, its caller's replicas together.

use crate::model::Ejection;
use crate::time::{Span, Time};

/// What one caller holds against the replicas of a service.
#[derive(Debug)]
pub(crate) struct Ejector {
    fixed: Ejection,
    hosts: Vec<Host>,
    ejected: u32,
    /// A sweep is due.
    sweeping: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Host {
    /// Failures in a row.
    failures: u32,
    /// Ejections in a row.
    times: u32,
    out_until: Option<Time>,
}

/// No ejection lasts longer, unless its base does.
const LONGEST: Span = Span::secs(300);

impl Ejector {
    pub(crate) fn new(fixed: Ejection, hosts: u32) -> Self {
        Ejector { fixed, hosts: vec![Host::default(); hosts as usize], ejected: 0, sweeping: false }
    }

    pub(crate) fn is_ejected(&self, host: usize) -> bool {
        self.hosts[host].out_until.is_some()
    }

    /// An attempt at a host ended; says whether it has failed too often in a row to be kept.
    pub(crate) fn ended(&mut self, host: usize, failed: bool) -> bool {
        let state = &mut self.hosts[host];
        state.failures = if failed { state.failures + 1 } else { 0 };
        state.failures >= self.fixed.failures && state.out_until.is_none()
    }

    /// Ejects a host of so many that are in service, unless too many are out already.
    pub(crate) fn eject(&mut self, now: Time, host: usize, in_service: u32) -> bool {
        if self.ejected >= self.most(in_service) {
            return false;
        }
        let state = &mut self.hosts[host];
        state.failures = 0;
        state.times += 1;
        let longest = LONGEST.max(self.fixed.base);
        state.out_until = Some(now + self.fixed.base.scaled(f64::from(state.times)).min(longest));
        self.ejected += 1;
        true
    }

    /// Another process stands at the place of a host.
    pub(crate) fn welcome(&mut self, host: usize) {
        let old = std::mem::take(&mut self.hosts[host]);
        self.ejected -= u32::from(old.out_until.is_some());
    }

    /// How many may be out at once: a share, but one in any case.
    fn most(&self, in_service: u32) -> u32 {
        ((f64::from(in_service) * self.fixed.most + 1e-9) as u32).max(1)
    }

    /// When to sweep next, if that is not known yet and there is a reason to.
    pub(crate) fn next_sweep(&mut self, now: Time) -> Option<Time> {
        let needed = self.hosts.iter().any(|host| host.times > 0);
        if self.sweeping || !needed {
            return None;
        }
        self.sweeping = true;
        let interval = self.fixed.interval.0;
        Some(Time((now.0 / interval + 1).saturating_mul(interval)))
    }

    /// Lets those return who have been out for long enough; says whether there were any.
    pub(crate) fn sweep(&mut self, now: Time) -> bool {
        self.sweeping = false;
        let before = self.ejected;
        for host in &mut self.hosts {
            match host.out_until {
                None => host.times = host.times.saturating_sub(1),
                Some(until) if until <= now => {
                    host.out_until = None;
                    self.ejected -= 1;
                }
                Some(_) => {}
            }
        }
        self.ejected < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ejector(hosts: u32) -> Ejector {
        let fixed = Ejection { failures: 3, interval: Span::secs(10), base: Span::secs(30), most: 0.5 };
        Ejector::new(fixed, hosts)
    }

    fn at(n: u64) -> Time {
        Time::ZERO + Span::secs(n)
    }

    fn fails(ejector: &mut Ejector, now: u64, host: usize, times: usize) -> bool {
        let hosts = ejector.hosts.len() as u32;
        (0..times).any(|_| ejector.ended(host, true) && ejector.eject(at(now), host, hosts))
    }

    #[test]
    fn failures_in_a_row_eject() {
        let mut ejector = ejector(4);
        assert!(!fails(&mut ejector, 1, 0, 2));
        assert!(!ejector.ended(0, false));
        assert!(!fails(&mut ejector, 1, 0, 2));
        assert!(fails(&mut ejector, 1, 0, 1));
        assert!(ejector.is_ejected(0) && !ejector.is_ejected(1));
    }

    #[test]
    fn no_more_than_a_share_are_out_but_one_in_any_case() {
        let mut ejector = ejector(4);
        assert!(fails(&mut ejector, 1, 0, 3) && fails(&mut ejector, 1, 1, 3));
        assert!(!fails(&mut ejector, 1, 2, 9), "half of four are out");
        let mut single = self::ejector(1);
        assert!(fails(&mut single, 1, 0, 3));
    }

    #[test]
    fn an_ejection_ends_at_a_sweep_and_the_next_one_lasts_longer() {
        let mut ejector = ejector(2);
        assert_eq!(ejector.next_sweep(at(3)), None, "nobody is out");
        assert!(fails(&mut ejector, 3, 0, 3));
        assert_eq!((ejector.next_sweep(at(3)), ejector.next_sweep(at(4))), (Some(at(10)), None));
        // Out until 33 s, so until the sweep at 40 s.
        assert_eq!([10, 20, 30, 40].map(|now| ejector.sweep(at(now))), [false, false, false, true]);
        assert!(fails(&mut ejector, 41, 0, 3));
        // For a minute, until 101 s.
        assert!(!ejector.sweep(at(100)) && ejector.sweep(at(110)));
        // Two sweeps in place, and it counts as new.
        assert!(!ejector.sweep(at(120)) && !ejector.sweep(at(130)));
        assert_eq!(ejector.next_sweep(at(130)), None);
    }

    #[test]
    fn no_ejection_lasts_longer_than_five_minutes() {
        let mut ejector = ejector(2);
        ejector.hosts[0].times = 50;
        assert!(fails(&mut ejector, 0, 0, 3));
        assert!(!ejector.sweep(at(290)) && ejector.sweep(at(300)));
    }
}
