//! Which key a request asks for: few are popular, most are not.
//!
//! Zipf's law gives the key of rank k a chance in proportion to k to the power −s; with s = 0 all keys are alike. Drawn by
//! rejection-inversion (W. Hörmann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", ACM TOMACS 6(3), 1996): the same few words of memory for ten keys and for a thousand million, and hardly
//! ever a second draw.

use crate::model::Keys;
use crate::random::Stream;

/// Draws keys from 1 to [`Keys::count`], 1 being the most popular.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    exponent: f64,
    count: f64,
    /// The area under the hat up to its first half step, and up to its end.
    first: f64,
    last: f64,
    /// A point this close below its rank is accepted without looking at the density.
    squeeze: f64,
}

impl Zipf {
    pub(crate) fn new(keys: &Keys) -> Self {
        let (s, count) = (keys.exponent, f64::from(keys.count));
        Zipf {
            exponent: s,
            count,
            first: area(1.5, s) - 1.0,
            last: area(count + 0.5, s),
            squeeze: 2.0 - area_inverse(area(2.5, s) - density(2.0, s), s),
        }
    }

    pub(crate) fn sample(&self, stream: &mut Stream) -> u64 {
        loop {
            let u = self.last + stream.unit() * (self.first - self.last);
            let x = area_inverse(u, self.exponent);
            let rank = (x + 0.5).floor().clamp(1.0, self.count);
            if rank - x <= self.squeeze || u >= area(rank + 0.5, self.exponent) - density(rank, self.exponent) {
                return rank as u64;
            }
        }
    }
}

/// x to the power −s.
fn density(x: f64, s: f64) -> f64 {
    libm::exp(-s * libm::log(x))
}

/// The integral of the density from 1 to x: (x^(1−s) − 1) / (1 − s), which is ln x where s is 1.
fn area(x: f64, s: f64) -> f64 {
    let log = libm::log(x);
    log * expm1_ratio((1.0 - s) * log)
}

/// The x up to which the area is this.
fn area_inverse(area: f64, s: f64) -> f64 {
    // Rounding may take the argument a hair below its pole.
    let t = (area * (1.0 - s)).max(-1.0);
    libm::exp(log1p_ratio(t) * area)
}

/// (eˣ − 1) / x, exact where x is next to 0.
fn expm1_ratio(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::expm1(x) / x } else { 1.0 + x * 0.5 * (1.0 + x / 3.0) }
}

/// ln(1 + x) / x, exact where x is next to 0.
fn log1p_ratio(x: f64) -> f64 {
    if x.abs() > 1e-8 { libm::log1p(x) / x } else { 1.0 - x * (0.5 - x / 3.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws many keys and compares each rank's share with its chance, within five standard errors.
    fn check(exponent: f64, count: u32) {
        const DRAWS: u32 = 400_000;
        let (zipf, mut stream) = (Zipf::new(&Keys { exponent, count }), Stream::new(1, "keys", "test"));
        let mut seen = vec![0_u32; count as usize];
        for _ in 0..DRAWS {
            seen[zipf.sample(&mut stream) as usize - 1] += 1;
        }
        let total: f64 = (1..=count).map(|rank| density(f64::from(rank), exponent)).sum();
        for (index, found) in seen.iter().enumerate() {
            let chance = density(index as f64 + 1.0, exponent) / total;
            let expected = chance * f64::from(DRAWS);
            let error = (expected * (1.0 - chance)).sqrt().max(1.0);
            assert!(
                (f64::from(*found) - expected).abs() < 5.0 * error,
                "s {exponent}: rank {index}: {found}, {expected}"
            );
        }
    }

    #[test]
    fn keys_are_as_popular_as_zipf_says() {
        for exponent in [0.0, 0.5, 0.99, 1.0, 1.000_000_001, 1.2, 3.0] {
            check(exponent, 50);
        }
        check(1.1, 1);
        check(0.0, 2);
    }

    #[test]
    fn a_thousand_million_keys_take_no_memory_and_stay_in_range() {
        for exponent in [0.0, 0.8, 1.0, 2.0, 10.0] {
            let keys = Keys { exponent, count: Keys::MAX_COUNT };
            let (zipf, mut stream) = (Zipf::new(&keys), Stream::new(2, "keys", "test"));
            assert!((0..10_000).map(|_| zipf.sample(&mut stream)).all(|key| (1..=1_000_000_000).contains(&key)));
        }
        // The harmonic number of 10⁹ is 21.3: that is how often the first key's turn comes.
        let zipf = Zipf::new(&Keys { exponent: 1.0, count: Keys::MAX_COUNT });
        let mut stream = Stream::new(3, "keys", "test");
        let first = (0..100_000).filter(|_| zipf.sample(&mut stream) == 1).count();
        assert!((first as f64 / 100_000.0 * 21.3 - 1.0).abs() < 0.05, "{first}");
    }
}
