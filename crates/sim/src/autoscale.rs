//! Autoscaling: how many replicas a service should have, by how busy they are or how long requests wait.
//!
//! The rule is that of Kubernetes' HorizontalPodAutoscaler: ⌈replicas × observed / target⌉, and nothing within a tenth of
//! the target. While replicas start, the rest is judged as if they were there and idle, so that one need is not met twice.
//! A step up at most doubles the replicas, or adds four. A step down takes the highest number that was wanted during the
//! cooldown: its stabilization window. (kubernetes.io, "Horizontal Pod Autoscaling": "Algorithm details", "Scaling
//! policies", "Stabilization window".) Requests per replica and resources are all one here: a mean over a period.

use crate::model::{Autoscale, ScaleBy};
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// What was seen of a service over a period.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// Replicas that serve.
    pub serving: u32,
    /// Replicas that start.
    pub starting: u32,
    /// Busy share of the workers or cores of those that serve.
    pub utilization: f64,
    /// Mean time that requests waited for a worker.
    pub delay: Span,
}

/// Decides for one service. The engine asks it at the end of each period; whoever reads a design can ask it, too.
#[derive(Debug)]
pub struct Autoscaler {
    pub(crate) fixed: Autoscale,
    /// How many were wanted, and when, no longer ago than the cooldown.
    wanted: VecDeque<(Time, u32)>,
}

/// Kubernetes' `--horizontal-pod-autoscaler-tolerance`, and what floats make of it.
const TOLERANCE: f64 = 0.1 + 1e-9;

impl Autoscaler {
    /// At the start there are so many, because so many were wanted.
    pub fn new(fixed: Autoscale, replicas: u32) -> Self {
        Autoscaler { fixed, wanted: VecDeque::from([(Time::ZERO, replicas)]) }
    }

    /// How many replicas there should be, starting ones included.
    pub fn replicas(&mut self, now: Time, observed: Observed) -> u32 {
        let current = observed.serving + observed.starting;
        let wanted = self.wanted(observed).clamp(self.fixed.least, self.fixed.most);
        while self.wanted.front().is_some_and(|(at, _)| now.since(*at) > self.fixed.cooldown) {
            self.wanted.pop_front();
        }
        self.wanted.push_back((now, wanted));
        if wanted >= current {
            return wanted.min((2 * current).max(current + 4));
        }
        let highest = self.wanted.iter().map(|(_, wanted)| *wanted).max().unwrap_or(wanted);
        highest.min(current)
    }

    fn wanted(&self, observed: Observed) -> u32 {
        let Observed { serving, starting, .. } = observed;
        let current = serving + starting;
        let ratio = self.ratio(observed);
        if (ratio - 1.0).abs() <= TOLERANCE {
            return current;
        }
        if ratio < 1.0 || starting == 0 {
            return needed(serving, ratio);
        }
        let diluted = ratio * f64::from(serving) / f64::from(current);
        if diluted <= 1.0 + TOLERANCE { current } else { needed(current, diluted) }
    }

    fn ratio(&self, observed: Observed) -> f64 {
        match self.fixed.by {
            ScaleBy::Utilization(target) => observed.utilization / target,
            ScaleBy::Delay(target) => observed.delay.0 as f64 / target.0 as f64,
        }
    }
}

/// ⌈replicas × ratio⌉, whatever floats make of a whole number.
fn needed(replicas: u32, ratio: f64) -> u32 {
    (f64::from(replicas) * ratio - 1e-9).ceil() as u32
}

/// How much of a replica was busy: an integral over a period.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LoadGauge {
    busy: u32,
    since: Time,
    area: u128,
}

impl LoadGauge {
    /// So many workers or cores are busy from now on.
    pub(crate) fn set(&mut self, now: Time, busy: u32) {
        self.area += u128::from(self.busy) * u128::from(now.since(self.since).0);
        (self.busy, self.since) = (busy, now);
    }

    /// Busy worker-nanoseconds or core-nanoseconds of the period that ends now.
    pub(crate) fn take(&mut self, now: Time) -> u128 {
        self.set(now, self.busy);
        std::mem::take(&mut self.area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaler(by: ScaleBy) -> Autoscaler {
        let (every, cooldown) = (Span::secs(15), Span::secs(60));
        Autoscaler::new(Autoscale { by, least: 2, most: 20, every, cooldown }, 8)
    }

    /// What is decided at a second where so many serve and start at a utilization in percent.
    fn decided(scaler: &mut Autoscaler, at: u64, serving: u32, starting: u32, percent: u32) -> u32 {
        let utilization = f64::from(percent) / 100.0;
        let observed = Observed { serving, starting, utilization, delay: Span::millis(u64::from(percent)) };
        scaler.replicas(Time::ZERO + Span::secs(at), observed)
    }

    #[test]
    fn the_formula_and_its_tolerance() {
        // (serving, utilization in percent, replicas): at a target of 50 %, each asked when the start is forgotten.
        let cases = [
            (4, 50, 4),
            (4, 55, 4),
            (4, 56, 5),
            (4, 75, 6),
            (4, 45, 4),
            (4, 44, 4),
            (4, 37, 3),
            (8, 10, 2),
            (10, 0, 2),
        ];
        for (serving, percent, replicas) in cases {
            let scaler = &mut scaler(ScaleBy::Utilization(0.5));
            assert_eq!(decided(scaler, 100, serving, 0, percent), replicas, "{serving} at {percent} %");
        }
        let scaler = &mut scaler(ScaleBy::Delay(Span::millis(50)));
        assert_eq!(decided(scaler, 100, 4, 0, 75), 6);
        assert_eq!(decided(scaler, 115, 6, 0, 0), 6, "six were wanted a moment ago");
    }

    #[test]
    fn a_step_up_doubles_or_adds_four_at_most() {
        let up = |serving| decided(&mut scaler(ScaleBy::Utilization(0.1)), 15, serving, 0, 100);
        assert_eq!([2, 3, 6, 15].map(up), [6, 7, 12, 20]);
    }

    #[test]
    fn who_starts_counts_as_idle_on_the_way_up() {
        let scaler = || scaler(ScaleBy::Utilization(0.5));
        // 4 at 90 % with 3 starting: 360 / 7 is 51 %, which is near enough.
        assert_eq!(decided(&mut scaler(), 15, 4, 3, 90), 7);
        // With one starting: 360 / 5 is 72 %, and 5 × 72 / 50 is 7.2.
        assert_eq!(decided(&mut scaler(), 15, 4, 1, 90), 8);
    }

    #[test]
    fn a_step_down_waits_for_the_cooldown() {
        let mut scaler = scaler(ScaleBy::Utilization(0.5));
        assert_eq!(decided(&mut scaler, 15, 8, 0, 50), 8);
        let after: Vec<u32> = [30, 45, 60, 75, 90].into_iter().map(|at| decided(&mut scaler, at, 8, 0, 20)).collect();
        assert_eq!(after, [8, 8, 8, 8, 4]);
    }

    #[test]
    fn a_gauge_integrates() {
        let at = |n| Time(n);
        let mut gauge = LoadGauge::default();
        gauge.set(at(10), 2);
        gauge.set(at(15), 3);
        assert_eq!(gauge.take(at(20)), 25);
        assert_eq!(gauge.take(at(22)), 6);
    }
}
