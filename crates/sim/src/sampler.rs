//! A distribution made ready to draw from: its parameters solved once, so that a draw is a few operations.

use crate::model::Dist;
use crate::random::Stream;
use crate::time::Span;
use std::sync::Arc;

/// Draws times from a distribution.
#[derive(Clone, Debug)]
pub(crate) enum Sampler {
    Constant(Span),
    Exp {
        mean: f64,
    },
    Uniform {
        low: f64,
        width: f64,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    HyperExp {
        first: f64,
        means: [f64; 2],
    },
    Pareto {
        min: f64,
        beyond_max: f64,
        exponent: f64,
    },
    Empirical(Arc<[Span]>),
    /// The second is added with this chance.
    Sometimes {
        always: Span,
        chance: f64,
        extra: Span,
    },
}

/// The 99th percentile of the standard normal.
const Z99: f64 = 2.326_347_874_040_841;

impl Sampler {
    pub(crate) fn new(dist: &Dist) -> Self {
        match dist {
            Dist::Constant(span) => Sampler::Constant(*span),
            Dist::Exp { mean } => Sampler::Exp { mean: nanos(*mean) },
            Dist::Uniform { low, high } => Sampler::Uniform { low: nanos(*low), width: nanos(*high) - nanos(*low) },
            Dist::LogNormal { p50, p99 } => {
                let mu = libm::log(nanos(*p50).max(f64::MIN_POSITIVE));
                Sampler::LogNormal { mu, sigma: (libm::log(nanos(*p99).max(f64::MIN_POSITIVE)) - mu) / Z99 }
            }
            Dist::Gamma { mean, cv } => Sampler::Gamma { shape: 1.0 / (cv * cv), scale: nanos(*mean) * cv * cv },
            Dist::HyperExp { mean, cv } => {
                let square = cv * cv;
                let first = 0.5 * (1.0 + libm::sqrt((square - 1.0) / (square + 1.0)));
                let half = nanos(*mean) / 2.0;
                Sampler::HyperExp { first, means: [half / first, half / (1.0 - first)] }
            }
            Dist::Pareto { min, alpha, max } => {
                let beyond_max = max.map_or(0.0, |max| libm::pow(nanos(*min) / nanos(max), *alpha));
                Sampler::Pareto { min: nanos(*min), beyond_max, exponent: -1.0 / alpha }
            }
            Dist::Empirical(values) => Sampler::Empirical(values.clone()),
        }
    }

    /// The value, where there is only one.
    pub(crate) fn constant(&self) -> Option<Span> {
        if let Sampler::Constant(span) = self { Some(*span) } else { None }
    }

    #[inline(always)]
    pub(crate) fn sample(&self, stream: &mut Stream) -> Span {
        match self {
            Sampler::Constant(span) => *span,
            Sampler::Exp { mean } => Span::from_nanos_f64(stream.exponential() * mean),
            other => other.sample_rarer(stream),
        }
    }

    fn sample_rarer(&self, stream: &mut Stream) -> Span {
        let nanos = match self {
            Sampler::Uniform { low, width } => low + stream.unit() * width,
            Sampler::LogNormal { mu, sigma } => libm::exp(mu + sigma * stream.normal()),
            Sampler::Gamma { shape, scale } => gamma(*shape, stream) * scale,
            Sampler::HyperExp { first, means } => {
                let phase = usize::from(stream.unit() >= *first);
                stream.exponential() * means[phase]
            }
            Sampler::Pareto { min, beyond_max, exponent } => {
                let survival = 1.0 - stream.unit() * (1.0 - beyond_max);
                min * libm::pow(survival, *exponent)
            }
            Sampler::Sometimes { always, chance, extra } => {
                return *always + if stream.chance(*chance) { *extra } else { Span::ZERO };
            }
            Sampler::Empirical(values) => return values[stream.below(values.len() as u32) as usize],
            Sampler::Constant(_) | Sampler::Exp { .. } => unreachable!("drawn by `sample`"),
        };
        Span::from_nanos_f64(nanos)
    }
}

fn nanos(span: Span) -> f64 {
    span.0 as f64
}

/// Gamma with scale 1: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let boost = libm::pow(1.0 - stream.unit(), 1.0 / shape);
        return gamma(shape + 1.0, stream) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = stream.normal();
        let v = 1.0 + c * x;
        if v > 0.0 {
            let v = v * v * v;
            if libm::log(1.0 - stream.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEAN: Span = Span::millis(10);

    /// Draws a million and compares mean and coefficient of variation, both within two per cent.
    fn check(dist: Dist, mean_ms: f64, cv: f64) {
        let (sampler, mut stream) = (Sampler::new(&dist), Stream::new(3, "work", "sampler"));
        let draws: Vec<f64> = (0..1_000_000).map(|_| sampler.sample(&mut stream).as_millis()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
        assert!((mean / mean_ms - 1.0).abs() < 0.01, "{dist:?}: mean {mean}, expected {mean_ms}");
        assert!((variance.sqrt() / mean - cv).abs() < 0.02 * (1.0 + cv), "{dist:?}: cv {}", variance.sqrt() / mean);
    }

    #[test]
    fn distributions_have_their_moments() {
        check(Dist::Constant(MEAN), 10.0, 0.0);
        check(Dist::Exp { mean: MEAN }, 10.0, 1.0);
        check(Dist::Uniform { low: Span::millis(5), high: Span::millis(15) }, 10.0, 1.0 / 12f64.sqrt());
        check(Dist::Gamma { mean: MEAN, cv: 0.5 }, 10.0, 0.5);
        check(Dist::Gamma { mean: MEAN, cv: 2.0 }, 10.0, 2.0);
        check(Dist::HyperExp { mean: MEAN, cv: 3.0 }, 10.0, 3.0);
        check(Dist::HyperExp { mean: MEAN, cv: 1.0 }, 10.0, 1.0);
        // Pareto on [1, ∞) with tail index 3: mean 3/2, variance 3/4.
        check(Dist::Pareto { min: Span::millis(1), alpha: 3.0, max: None }, 1.5, 0.75f64.sqrt() / 1.5);
        check(Dist::Empirical([5, 15].map(Span::millis).into()), 10.0, 0.5);
    }

    #[test]
    fn log_normal_has_its_quantiles() {
        let sampler = Sampler::new(&Dist::LogNormal { p50: Span::millis(2), p99: Span::millis(9) });
        let mut stream = Stream::new(3, "work", "quantiles");
        let mut draws: Vec<Span> = (0..200_000).map(|_| sampler.sample(&mut stream)).collect();
        draws.sort_unstable();
        assert!((draws[100_000].as_millis() / 2.0 - 1.0).abs() < 0.01);
        assert!((draws[198_000].as_millis() / 9.0 - 1.0).abs() < 0.03);
    }

    #[test]
    fn bounded_pareto_stays_within_its_bounds() {
        let (min, max) = (Span::millis(1), Span::millis(100));
        let sampler = Sampler::new(&Dist::Pareto { min, alpha: 1.1, max: Some(max) });
        let mut stream = Stream::new(3, "work", "bounds");
        assert!((0..100_000).all(|_| (min..=max).contains(&sampler.sample(&mut stream))));
    }
}
