//! How sure a mean is: confidence intervals over replications, over paired runs and within one long run.
//!
//! The unit of independence is the replication, a run with its own seed. Requests of one run are not independent, since
//! one that waits makes the next one wait, so their spread says little about the error of their mean: either repeat the
//! run ([`interval_of_means`]) or cut a long one into batches ([`batch_means`]). Two variants that ran on the same
//! seeds are compared seed by seed ([`interval_of_differences`]): what luck they share cancels.
//!
//! Quantiles come from exact distribution functions by bisection, with `libm` and basic arithmetic only, so that a
//! report has the same bytes on every machine. Left out: transient removal, which is the scenario's `warmup`.

use crate::report::Interval;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

/// What [`Interval`] promises: the share of such intervals that cover the true mean.
pub const CONFIDENCE: f64 = 0.95;

/// A good number of batches for [`batch_means`]: more than 30 hardly narrow the interval while the batches get shorter
/// and more correlated, fewer than 10 widen it. B. Schmeiser, "Batch size effects in the analysis of simulation
/// output", Operations Research 30(3), 1982.
pub const BATCHES: usize = 20;

/// Count, mean and variance of values seen one by one.
///
/// B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4(3), 1962:
/// unlike a sum of squares it loses no digits where the mean is large and the spread small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes one more value in.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let from_old_mean = value - self.mean;
        self.mean += from_old_mean / self.count as f64;
        self.squares += from_old_mean * (value - self.mean);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Arithmetic mean; NaN of no values.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Unbiased sample variance; NaN of fewer than two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.squares / (self.count - 1) as f64 }
    }

    /// The mean with its Student-t interval, for independent and roughly normal values.
    ///
    /// One value says nothing of its error: the interval is unbounded. Of no values all three numbers are NaN. JSON
    /// shows either as `null`.
    pub fn interval(&self) -> Interval {
        let mean = self.mean();
        let half = match self.count {
            0 => f64::NAN,
            1 => f64::INFINITY,
            n => student_t_quantile(0.5 + CONFIDENCE / 2.0, n - 1) * (self.variance() / n as f64).sqrt(),
        };
        Interval { mean, low: mean - half, high: mean + half }
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut moments = Moments::default();
        values.into_iter().for_each(|value| moments.push(value));
        moments
    }
}

/// The 95 % interval of a mean from one value per independent replication, usually itself a mean over many requests,
/// hence nearly normal. Skew costs coverage: 20 bare exponential values are covered 92 times in 100.
///
/// Fewer than two values: see [`Moments::interval`].
pub fn interval_of_means(means: &[f64]) -> Interval {
    means.iter().copied().collect::<Moments>().interval()
}

/// The 95 % interval of `variant` − `baseline`, each with one value per seed and in the same order of seeds.
///
/// # Panics
/// If the two differ in length: then they are not pairs.
pub fn interval_of_differences(baseline: &[f64], variant: &[f64]) -> Interval {
    assert_eq!(baseline.len(), variant.len(), "each seed gives one value to either side");
    variant.iter().zip(baseline).map(|(v, b)| v - b).collect::<Moments>().interval()
}

/// The 95 % interval of the mean of one long, stationary, correlated series: it is cut into equal batches, whose means
/// count as independent. [`BATCHES`] is a good number of them. What does not fill a batch is dropped from the start,
/// where the warm-up is nearest; a series shorter than `batches` is taken value by value.
///
/// The promise holds only where a batch is far longer than the memory of the series, the sum of its autocorrelations
/// over all lags. With 20 batches of 3, 10, 30 and 50 memories the interval covered 88, 92, 93.5 and 94.4 times in 100
/// on waits at an M/M/1 queue: let a batch span 50. Successive waits there remember
/// (2 + 5ρ − 4ρ² + ρ³) / ((1−ρ)² (2−ρ)) requests, 10 at ρ = 0.5, 82 at 0.8 and 363 at 0.9, so a run needs some 10 000,
/// 80 000 and 360 000 requests (asymptotic variance as in W. Whitt, "Planning queueing simulations", Management Science
/// 35(11), 1989).
pub fn batch_means(series: &[f64], batches: usize) -> Interval {
    let size = (series.len() / batches.max(1)).max(1);
    let newest = series.rchunks_exact(size).take(batches);
    newest.map(|batch| batch.iter().sum::<f64>() / size as f64).collect::<Moments>().interval()
}

/// The value below which a share `p` of Student's t distribution with so many degrees of freedom lies.
///
/// `p` is between 0 and 1, `degrees` at least 1. Takes time linear in `degrees`.
pub fn student_t_quantile(p: f64, degrees: u64) -> f64 {
    symmetric_quantile(|t| central_t_probability(t, degrees), p)
}

/// The value below which a share `p`, between 0 and 1, of the standard normal distribution lies.
pub fn normal_quantile(p: f64) -> f64 {
    symmetric_quantile(|z| libm::erf(z * FRAC_1_SQRT_2), p)
}

/// The value that a non-negative random variable stays under with probability `p`, from 0 to under 1, given its
/// distribution function: doubles an upper bound until it is high enough, then bisects to the last bit.
pub fn quantile_of(cdf: impl Fn(f64) -> f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while cdf(high) < p && high < f64::MAX / 2.0 {
        (low, high) = (high, 2.0 * high);
    }
    loop {
        let middle = low + (high - low) / 2.0;
        match (middle > low && middle < high, cdf(middle) < p) {
            (false, _) => return high,
            (true, true) => low = middle,
            (true, false) => high = middle,
        }
    }
}

/// The quantile of a distribution symmetric around zero, from its probability of lying within ±x.
fn symmetric_quantile(within: impl Fn(f64) -> f64, p: f64) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    let central = (2.0 * p - 1.0).abs();
    quantile_of(within, central).copysign(p - 0.5)
}

/// Probability that Student's t lies within ±`t`: the finite sums 26.7.3 and 26.7.4 of M. Abramowitz and I. Stegun,
/// Handbook of Mathematical Functions, 1964, in the angle atan(t/√degrees).
fn central_t_probability(t: f64, degrees: u64) -> f64 {
    let ratio = t / (degrees as f64).sqrt();
    let cos2 = 1.0 / (1.0 + ratio * ratio);
    let (sin, cos) = (ratio * cos2.sqrt(), cos2.sqrt());
    if degrees.is_multiple_of(2) {
        return sin * falling_terms(1.0, cos2, 1, degrees);
    }
    let sum = if degrees == 1 { 0.0 } else { sin * falling_terms(cos, cos2, 2, degrees) };
    FRAC_2_PI * (libm::atan(ratio) + sum)
}

/// `first` and the terms after it, each the previous one times cos² · k/(k+1), for every other k up to degrees − 3.
fn falling_terms(first: f64, cos2: f64, k_first: u64, degrees: u64) -> f64 {
    let mut term = first;
    let mut sum = first;
    for k in (k_first..degrees.saturating_sub(2)).step_by(2) {
        term *= cos2 * k as f64 / (k + 1) as f64;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64 (G. Steele, D. Lea, C. Flood, 2014): enough luck for a test, in five lines.
    struct Luck(u64);

    impl Luck {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn exponential(&mut self) -> f64 {
            -self.uniform().ln()
        }

        /// By G. Box and M. Muller, 1958.
        fn normal(&mut self) -> f64 {
            (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
        }
    }

    fn close(got: f64, want: f64, within: f64) {
        assert!((got - want).abs() <= within, "got {got}, want {want} ± {within}");
    }

    /// How many per cent of the intervals over so many seeds cover the truth.
    fn coverage(seeds: u64, truth: f64, interval: impl Fn(&mut Luck) -> Interval) -> f64 {
        // Seeds far apart: streams of neighbouring ones would be the same numbers, one step on.
        let intervals = (1..=seeds).map(|seed| interval(&mut Luck(seed.wrapping_mul(0xD134_2543_DE82_EF95))));
        let covering = intervals.filter(|i| i.low <= truth && truth <= i.high).count();
        100.0 * covering as f64 / seeds as f64
    }

    /// An autoregressive series of mean zero, from its stationary distribution on: memory (1+φ)/(1−φ).
    fn autoregressive(luck: &mut Luck, phi: f64, length: usize) -> Vec<f64> {
        let mut x = luck.normal() / (1.0 - phi * phi).sqrt();
        let step = || {
            x = phi * x + luck.normal();
            x
        };
        std::iter::repeat_with(step).take(length).collect()
    }

    /// Waits of successive requests at an M/M/1 queue with mean service 1, stationary from the first one on.
    /// D. V. Lindley, "The theory of queues with a single server", 1952: W' = max(0, W + service − gap).
    fn lindley(luck: &mut Luck, load: f64, length: usize) -> Vec<f64> {
        let waits = luck.uniform() < load;
        let mut wait = if waits { luck.exponential() / (1.0 - load) } else { 0.0 };
        let step = || {
            let now = wait;
            wait = (wait + luck.exponential() - luck.exponential() / load).max(0.0);
            now
        };
        std::iter::repeat_with(step).take(length).collect()
    }

    #[test]
    fn moments_match_a_worked_example_and_keep_their_digits() {
        let moments: Moments = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|x| x + 1e9).into_iter().collect();
        assert_eq!(moments.count(), 8);
        close(moments.mean(), 1e9 + 5.0, 1e-6);
        close(moments.variance(), 32.0 / 7.0, 1e-6);
    }

    #[test]
    fn t_quantiles_match_the_published_table() {
        // Degrees of freedom; upper 10, 5, 2.5, 1 and 0.5 % points as in NIST/SEMATECH e-Handbook, table 1.3.6.7.2.
        let table = [
            (1, [3.078, 6.314, 12.706, 31.821, 63.657]),
            (2, [1.886, 2.920, 4.303, 6.965, 9.925]),
            (3, [1.638, 2.353, 3.182, 4.541, 5.841]),
            (4, [1.533, 2.132, 2.776, 3.747, 4.604]),
            (9, [1.383, 1.833, 2.262, 2.821, 3.250]),
            (10, [1.372, 1.812, 2.228, 2.764, 3.169]),
            (19, [1.328, 1.729, 2.093, 2.539, 2.861]),
            (30, [1.310, 1.697, 2.042, 2.457, 2.750]),
            (99, [1.290, 1.660, 1.984, 2.365, 2.626]),
            (100, [1.290, 1.660, 1.984, 2.364, 2.626]),
        ];
        for (degrees, quantiles) in table {
            for (p, want) in [0.90, 0.95, 0.975, 0.99, 0.995].into_iter().zip(quantiles) {
                close(student_t_quantile(p, degrees), want, 0.000_501);
                close(student_t_quantile(1.0 - p, degrees), -want, 0.000_501);
            }
        }
    }

    #[test]
    fn t_has_its_closed_forms_at_one_and_two_degrees_and_tends_to_the_normal() {
        close(student_t_quantile(0.975, 1), (0.475 * std::f64::consts::PI).tan(), 1e-10);
        close(student_t_quantile(0.975, 2), 0.95 * (2.0 / (1.0 - 0.95 * 0.95_f64)).sqrt(), 1e-12);
        close(student_t_quantile(0.975, 20_000), normal_quantile(0.975), 2e-4);
        assert_eq!(student_t_quantile(0.5, 7), 0.0);
    }

    #[test]
    fn normal_quantiles_match_known_digits() {
        for (p, want) in [
            (0.5, 0.0),
            (0.75, 0.674_489_750_196_082),
            (0.95, 1.644_853_626_951_473),
            (0.975, 1.959_963_984_540_054),
            (0.99, 2.326_347_874_040_841),
            (0.999, 3.090_232_306_167_813),
        ] {
            close(normal_quantile(p), want, 1e-12);
            close(normal_quantile(1.0 - p), -want, 1e-12);
        }
    }

    #[test]
    fn quantiles_invert_a_distribution_of_any_scale() {
        for mean in [1e-9, 1.0, 1e9] {
            close(quantile_of(|x| 1.0 - (-x / mean).exp(), 0.5) / mean, std::f64::consts::LN_2, 1e-12);
        }
        assert!(quantile_of(|x| x, 0.0) < 1e-100);
    }

    #[test]
    fn an_interval_is_the_mean_and_t_standard_errors() {
        let interval = interval_of_means(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        close(interval.mean, 3.0, 1e-12);
        close(interval.high, 3.0 + 2.776_445 * (2.5_f64 / 5.0).sqrt(), 1e-5);
        close(interval.low, 6.0 - interval.high, 1e-12);
    }

    #[test]
    fn too_few_values_give_no_bounds() {
        let one = interval_of_means(&[7.0]);
        assert_eq!((one.mean, one.low, one.high), (7.0, f64::NEG_INFINITY, f64::INFINITY));
        let none = interval_of_means(&[]);
        assert!(none.mean.is_nan() && none.low.is_nan() && none.high.is_nan());
    }

    #[test]
    fn pairs_cancel_the_luck_that_they_share() {
        let baseline = [10.0, 20.0, 30.0, 40.0];
        let variant = [11.0, 21.5, 30.5, 41.0];
        let paired = interval_of_differences(&baseline, &variant);
        close(paired.mean, 1.0, 1e-12);
        close(paired.high - paired.mean, 3.182_446 * (0.5_f64 / 3.0 / 4.0).sqrt(), 1e-5);
    }

    #[test]
    fn batches_are_equal_and_drop_the_oldest_rest() {
        let series = [99.0, 1.0, 3.0, 2.0, 4.0, 5.0, 7.0];
        assert_eq!(batch_means(&series, 3), interval_of_means(&[6.0, 3.0, 2.0]));
        assert_eq!(batch_means(&[1.0, 2.0], 20), interval_of_means(&[2.0, 1.0]));
    }

    #[test]
    fn replications_cover_as_promised() {
        let normal = coverage(2_000, 5.0, |luck| interval_of_means(&[0; 20].map(|_| 5.0 + luck.normal())));
        close(normal, 95.0, 2.0);
        let mean_of_50 = |luck: &mut Luck| (0..50).map(|_| luck.exponential()).sum::<f64>() / 50.0;
        let exponential = coverage(2_000, 1.0, |luck| interval_of_means(&[0; 20].map(|_| mean_of_50(luck))));
        close(exponential, 95.0, 2.0);
        let skewed = coverage(2_000, 1.0, |luck| interval_of_means(&[0; 20].map(|_| luck.exponential())));
        close(skewed, 92.0, 2.0);
    }

    #[test]
    fn batch_means_cover_where_batches_outlast_the_memory() {
        let ar = coverage(400, 0.0, |luck| batch_means(&autoregressive(luck, 0.8, 20 * 450), BATCHES));
        close(ar, 95.0, 2.0);
        let waits = coverage(400, 1.0, |luck| batch_means(&lindley(luck, 0.5, 20 * 500), BATCHES));
        close(waits, 95.0, 2.0);
    }

    #[test]
    fn naive_intervals_of_correlated_requests_lie() {
        let naive = coverage(400, 1.0, |luck| interval_of_means(&lindley(luck, 0.5, 2_000)));
        assert!(naive < 60.0, "covered {naive} %");
    }
}
