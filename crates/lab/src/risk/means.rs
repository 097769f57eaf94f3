//! Means of distributions, for arithmetic about a design: exact, and infinite where there is none.

use sim::Span;
use sim::model::{Dist, Network};

/// The 99th percentile of the standard normal.
const Z99: f64 = 2.326_347_874_040_841;

/// The mean in seconds; infinite for a Pareto without a bound whose tail index is at most 1.
pub(super) fn mean_s(dist: &Dist) -> f64 {
    match dist {
        Dist::Constant(span) => span.as_secs(),
        Dist::Exp { mean } | Dist::Gamma { mean, .. } | Dist::HyperExp { mean, .. } => mean.as_secs(),
        Dist::Uniform { low, high } => (low.as_secs() + high.as_secs()) / 2.0,
        Dist::LogNormal { p50, p99 } => {
            let sigma = libm::log(p99.as_secs() / p50.as_secs()) / Z99;
            p50.as_secs() * libm::exp(sigma * sigma / 2.0)
        }
        Dist::Pareto { min, alpha, max: None } if *alpha > 1.0 => min.as_secs() * alpha / (alpha - 1.0),
        Dist::Pareto { max: None, .. } => f64::INFINITY,
        Dist::Pareto { min, alpha, max: Some(max) } => bounded_pareto_s(*min, *alpha, *max),
        Dist::Empirical(values) => values.iter().map(|value| value.as_secs()).sum::<f64>() / values.len().max(1) as f64,
    }
}

/// Of a density proportional to x^(−α−1) between the bounds: M. Harchol-Balter, Performance Modeling and Design of
/// Computer Systems, 2013, chapter 20.
fn bounded_pareto_s(min: Span, alpha: f64, max: Span) -> f64 {
    let log_range = libm::log(max.as_secs() / min.as_secs());
    // ∫ u^(s−1) du from 1 to max/min, which is the logarithm at s = 0.
    let integral = |s: f64| if s == 0.0 { log_range } else { libm::expm1(s * log_range) / s };
    min.as_secs() * integral(1.0 - alpha) / integral(-alpha)
}

/// Mean time of a message and its answer, in seconds.
pub(super) fn round_trip_s(network: &Network) -> f64 {
    2.0 * mean_s(&network.latency) + network.jitter.as_secs()
}

/// Whether a time differs from one draw to the next.
pub(super) fn varies(dist: &Dist) -> bool {
    match dist {
        Dist::Constant(_) => false,
        Dist::Uniform { low, high } => low != high,
        Dist::LogNormal { p50, p99 } => p50 != p99,
        Dist::Empirical(values) => values.iter().any(|value| value != &values[0]),
        Dist::Exp { .. } | Dist::Gamma { .. } | Dist::HyperExp { .. } | Dist::Pareto { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dist: Dist, expected_s: f64) {
        let found = mean_s(&dist);
        assert!((found - expected_s).abs() <= 1e-6 * expected_s, "{dist:?}: {found} instead of {expected_s}");
    }

    #[test]
    fn means_are_those_of_the_textbook() {
        let ms = Span::millis;
        check(Dist::Uniform { low: ms(2), high: ms(4) }, 0.003);
        // exp(σ²/2) with σ = ln 4.5 / 2.3263.
        check(Dist::LogNormal { p50: ms(2), p99: ms(9) }, 0.002 * 1.232_453_76);
        check(Dist::Pareto { min: ms(1), alpha: 3.0, max: None }, 0.0015);
        // ln(100) / (1 − 1/100) of the least value where the index is 1.
        check(Dist::Pareto { min: ms(1), alpha: 1.0, max: Some(ms(100)) }, 0.001 * 4.605_170_186 / 0.99);
        check(Dist::Pareto { min: ms(1), alpha: 0.5, max: Some(ms(100)) }, 0.010);
        check(Dist::Empirical([ms(1), ms(3)].into()), 0.002);
        assert_eq!(mean_s(&Dist::Pareto { min: ms(1), alpha: 1.0, max: None }), f64::INFINITY);
    }
}
