//! Adaptive concurrency: how many attempts a replica takes at once, learned from how they fare.
//!
//! The two rules are those of Netflix's concurrency-limits as published (see [`ConcurrencyRule`]); what a sample is and
//! when it counts are `SimpleLimiter`'s and, for the gradient, `WindowedLimit`'s.

use crate::event::{Answer, Failure};
use crate::model::{Concurrency, ConcurrencyRule};
use crate::time::{Span, Time};

/// How one attempt fared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// From its arrival to its answer.
    pub(crate) took: Span,
    /// Attempts at the replica when it came, itself included.
    pub(crate) inside: u32,
    pub(crate) dropped: bool,
}

impl Sample {
    /// A failure that is no sign of load says nothing, however fast it was.
    pub(crate) fn of(took: Span, inside: u32, answer: Answer) -> Option<Self> {
        match answer {
            Answer::Ok | Answer::Degraded => Some(Sample { took, inside, dropped: false }),
            Answer::Failed(Failure::Timeout | Failure::Rejected) => Some(Sample { took, inside, dropped: true }),
            Answer::Failed(_) => None,
        }
    }
}

/// The limit of one replica.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimit {
    fixed: Concurrency,
    limit: f64,
    long: LongMean,
    window: Window,
}

impl ConcurrencyLimit {
    pub(crate) fn new(fixed: Concurrency) -> Self {
        let (limit, long, window) = (f64::from(fixed.start), LongMean::default(), Window::default());
        ConcurrencyLimit { fixed, limit, long, window }
    }

    /// Attempts that may be at the replica at once.
    pub(crate) fn limit(&self) -> u32 {
        self.limit as u32
    }

    /// Whether one more may come where so many are.
    pub(crate) fn admit(&self, inside: u32) -> bool {
        inside < self.limit()
    }

    /// An attempt has been answered.
    pub(crate) fn ended(&mut self, now: Time, sample: Sample) {
        match self.fixed.rule {
            ConcurrencyRule::Aimd { backoff, timeout } => self.follow_aimd(sample, backoff, timeout),
            ConcurrencyRule::Gradient { queue, smoothing, tolerance, window } => {
                if let Some(whole) = self.window.add(now, sample, window) {
                    self.follow_gradient(whole, queue, smoothing, tolerance);
                }
            }
        }
    }

    fn follow_aimd(&mut self, sample: Sample, backoff: f64, timeout: Span) {
        if sample.dropped || sample.took > timeout {
            self.set((self.limit * backoff).floor().min(self.limit - 1.0));
        } else if f64::from(sample.inside) * 2.0 >= self.limit {
            self.set(self.limit + 1.0);
        }
    }

    fn follow_gradient(&mut self, sample: Sample, queue: f64, smoothing: f64, tolerance: f64) {
        let short = sample.took.0 as f64;
        let long = self.long.add(short);
        if long > 2.0 * short {
            self.long.forget();
        }
        // Who does not use the limit learns nothing about it.
        if f64::from(sample.inside) < self.limit / 2.0 {
            return;
        }
        let gradient = (tolerance * long / short.max(1.0)).clamp(0.5, 1.0);
        let proposed = self.limit * gradient + queue;
        self.set(self.limit * (1.0 - smoothing) + proposed * smoothing);
    }

    fn set(&mut self, limit: f64) {
        self.limit = limit.clamp(f64::from(self.fixed.least), f64::from(self.fixed.most));
    }
}

/// `ExpAvgMeasurement`: the plain mean of the first ten values, then an exponential mean over 600.
#[derive(Debug, Default)]
struct LongMean {
    count: u32,
    sum: f64,
    mean: f64,
}

impl LongMean {
    const WARMUP: u32 = 10;
    const VALUES: f64 = 600.0;

    fn add(&mut self, value: f64) -> f64 {
        if self.count < Self::WARMUP {
            self.count += 1;
            self.sum += value;
            self.mean = self.sum / f64::from(self.count);
        } else {
            let weight = 2.0 / (Self::VALUES + 1.0);
            self.mean = self.mean * (1.0 - weight) + value * weight;
        }
        self.mean
    }

    /// After a long overload latency is suddenly normal again, and the mean would take hours to follow.
    fn forget(&mut self) {
        self.mean *= 0.9;
    }
}

/// Samples of a stretch of time, taken together.
#[derive(Debug, Default)]
struct Window {
    ends: Time,
    count: u64,
    sum: u128,
    inside: u32,
    dropped: bool,
}

impl Window {
    /// Fewer samples say too little.
    const LEAST: u64 = 10;

    /// The mean of the window, if this sample ends it.
    fn add(&mut self, now: Time, sample: Sample, length: Span) -> Option<Sample> {
        self.count += 1;
        self.sum += u128::from(sample.took.0);
        self.inside = self.inside.max(sample.inside);
        self.dropped |= sample.dropped;
        if now <= self.ends || self.count < Self::LEAST {
            return None;
        }
        let took = Span((self.sum / u128::from(self.count)) as u64);
        let whole = Sample { took, inside: self.inside, dropped: self.dropped };
        *self = Window { ends: now + length, ..Window::default() };
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rule: ConcurrencyRule, start: u32) -> ConcurrencyLimit {
        ConcurrencyLimit::new(Concurrency { rule, start, least: 2, most: 25 })
    }

    fn ms(n: u64) -> Span {
        Span::millis(n)
    }

    const AIMD: ConcurrencyRule = ConcurrencyRule::Aimd { backoff: 0.9, timeout: Span::secs(5) };

    #[test]
    fn aimd_adds_one_and_takes_a_tenth() {
        let mut limit = limit(AIMD, 20);
        let mut after = |took, inside, dropped| {
            limit.ended(Time::ZERO, Sample { took: ms(took), inside, dropped });
            limit.limit()
        };
        assert_eq!(after(10, 10, false), 21);
        assert_eq!(after(10, 10, false), 21, "less than half of the limit was used");
        assert_eq!(after(10, 21, true), 18);
        assert_eq!(after(5_001, 18, false), 16);
        assert_eq!([(); 12].map(|()| after(10, 20, false)), [17, 18, 19, 20, 21, 22, 23, 24, 25, 25, 25, 25]);
        assert_eq!(
            [(); 15].map(|()| after(10, 20, true))[8..],
            [7, 6, 5, 4, 3, 2, 2],
            "at least one less, down to the least"
        );
    }

    #[test]
    fn a_limit_admits_so_many() {
        let limit = limit(AIMD, 3);
        assert!(limit.admit(2) && !limit.admit(3));
    }

    const GRADIENT: ConcurrencyRule =
        ConcurrencyRule::Gradient { queue: 4.0, smoothing: 0.2, tolerance: 1.0, window: Span::millis(100) };

    /// Windows of this mean latency, in which so many were inside; gives the limit after each.
    fn windows(limit: &mut ConcurrencyLimit, now: &mut Time, took: u64, inside: u32, count: usize) -> Vec<f64> {
        let window = |_| {
            *now = *now + ms(101);
            (0..10).for_each(|_| limit.ended(*now, Sample { took: ms(took), inside, dropped: false }));
            limit.limit
        };
        (0..count).map(window).collect()
    }

    #[test]
    fn the_gradient_grows_by_the_queue_and_shrinks_with_latency() {
        let (mut limit, mut now) = (limit(GRADIENT, 10), Time::ZERO);
        // Latency as ever: 0.2 · 4 more each time.
        let grown = windows(&mut limit, &mut now, 10, 10, 2);
        assert!((grown[0] - 10.8).abs() < 1e-9 && (grown[1] - 11.6).abs() < 1e-9, "{grown:?}");
        // The third window counts in the long mean: (10 + 10 + 70) / 3 = 30, and 30 / 70 is less than a half.
        let shrunk = windows(&mut limit, &mut now, 70, 11, 1);
        assert!((shrunk[0] - (11.6 * 0.8 + (11.6 * 0.5 + 4.0) * 0.2)).abs() < 1e-9, "{shrunk:?}");
        // Who uses less than half of it does not move it.
        assert_eq!(windows(&mut limit, &mut now, 10, 3, 5), vec![shrunk[0]; 5]);
    }

    #[test]
    fn the_gradient_rests_where_growth_and_decay_meet() {
        // With the long mean far below: L = L/2 + 4.
        let (mut limit, mut now) = (limit(GRADIENT, 20), Time::ZERO);
        windows(&mut limit, &mut now, 1, 20, 10);
        let end = windows(&mut limit, &mut now, 1_000, 20, 60);
        assert!((end[45] - 8.0).abs() < 0.5, "{end:?}");
    }

    #[test]
    fn failures_that_are_no_sign_of_load_are_no_sample() {
        let sample = |answer| Sample::of(ms(1), 1, answer).map(|sample| sample.dropped);
        assert_eq!([Answer::Ok, Answer::Degraded].map(sample), [Some(false); 2]);
        assert_eq!(sample(Answer::Failed(Failure::Timeout)), Some(true));
        assert_eq!(sample(Answer::Failed(Failure::Rejected)), Some(true));
        assert_eq!(sample(Answer::Failed(Failure::Error)), None);
    }
}
