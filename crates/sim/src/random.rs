//! Luck: one pinned generator per purpose and component.
//!
//! A [`Stream`] is seeded by hash(seed, purpose, component name), so that adding a service, a tenant or a policy moves
//! nobody else's draws. The generator is xoshiro256++ (Blackman, Vigna 2019) and the logarithms are `libm`'s, so the same
//! seed gives the same draws on every machine.

use std::sync::LazyLock;

/// A stream of random numbers that belongs to one purpose of one component.
#[derive(Clone, Debug)]
pub struct Stream {
    state: [u64; 4],
    exponential: &'static Ziggurat,
    normal: &'static Ziggurat,
}

impl Stream {
    /// The stream for `purpose` ("arrivals", "work", …) of the component called `name`.
    pub fn new(seed: u64, purpose: &str, name: &str) -> Self {
        let mut mixer = splitmix(seed) ^ fnv1a(purpose.as_bytes()) ^ fnv1a(name.as_bytes()).rotate_left(32);
        let state = std::array::from_fn(|_| {
            mixer = mixer.wrapping_add(GOLDEN);
            splitmix(mixer)
        });
        Stream { state, exponential: &EXPONENTIAL, normal: &NORMAL }
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit_from(self.bits())
    }

    /// Uniform among 0..n, without bias worth a second draw: the error is below n / 2⁶⁴.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// True with probability `p`; draws only where the answer is open.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && (p >= 1.0 || self.unit() < p)
    }

    /// Exponential with mean 1.
    #[inline(always)]
    pub fn exponential(&mut self) -> f64 {
        let (layer, x) = self.exponential.candidate(self.bits());
        // So it is in 98 of 100 draws, and only this is worth its place wherever something is drawn.
        if x < self.exponential.x[layer + 1] { x } else { self.exponential_at_edge(layer, x) }
    }

    /// Goes on where a candidate may lie above the density.
    #[cold]
    fn exponential_at_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let mut offset = 0.0;
        loop {
            if layer == 0 {
                // Beyond the last layer the distribution is itself again.
                offset += self.exponential.x[1];
            } else if self.exponential.accepts(layer, self.unit(), libm::exp(-x)) {
                return offset + x;
            }
            (layer, x) = self.exponential.candidate(self.bits());
            if x < self.exponential.x[layer + 1] {
                return offset + x;
            }
        }
    }

    /// Normal with mean 0 and standard deviation 1.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let (layer, x) = self.normal.candidate(bits);
            let sign = if bits & 0x100 == 0 { 1.0 } else { -1.0 };
            if x < self.normal.x[layer + 1] {
                return sign * x;
            }
            if layer == 0 {
                return sign * self.normal_tail();
            }
            if self.normal.accepts(layer, self.unit(), libm::exp(-0.5 * x * x)) {
                return sign * x;
            }
        }
    }

    /// Marsaglia's method for the normal beyond the last layer.
    fn normal_tail(&mut self) -> f64 {
        let r = self.normal.x[1];
        loop {
            let x = self.exponential() / r;
            if 2.0 * self.exponential() > x * x {
                return r + x;
            }
        }
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): spreads any numbers evenly over all.
pub(crate) fn splitmix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The upper 53 bits as a number in [0, 1).
#[inline]
fn unit_from(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

const LAYERS: usize = 256;

/// Layers of equal area under a falling density (Marsaglia, Tsang 2000).
#[derive(Debug)]
struct Ziggurat {
    /// Right edges, from the widest layer to 0; `x[0]` is the width that the base would have without its tail.
    x: [f64; LAYERS + 1],
    /// The density at each edge.
    f: [f64; LAYERS + 1],
}

impl Ziggurat {
    fn new(r: f64, area: f64, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let mut x = [0.0; LAYERS + 1];
        x[0] = area / density(r);
        x[1] = r;
        for i in 2..LAYERS {
            x[i] = inverse(density(x[i - 1]) + area / x[i - 1]);
        }
        Ziggurat { x, f: x.map(density) }
    }

    /// A layer from the low bits, and a point in it from the high ones.
    #[inline]
    fn candidate(&self, bits: u64) -> (usize, f64) {
        let layer = (bits & 0xff) as usize;
        (layer, unit_from(bits) * self.x[layer])
    }

    /// Whether a height drawn uniformly within the layer lies under the density.
    fn accepts(&self, layer: usize, unit: f64, density: f64) -> bool {
        self.f[layer + 1] + (self.f[layer] - self.f[layer + 1]) * unit < density
    }
}

// Start of the tail and area of a layer for 256 layers: Marsaglia and Tsang's figures.
static EXPONENTIAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    Ziggurat::new(7.697_117_470_131_05, 3.949_659_822_581_572e-3, |x| libm::exp(-x), |y| -libm::log(y))
});
static NORMAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    Ziggurat::new(
        3.654_152_885_361_009,
        4.928_673_233_974_655e-3,
        |x| libm::exp(-0.5 * x * x),
        |y| libm::sqrt(-2.0 * libm::log(y)),
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(draw: impl Fn(&mut Stream) -> f64) -> (f64, f64) {
        let mut stream = Stream::new(1, "test", "moments");
        let n = 1_000_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draw(&mut stream);
            sum += x;
            squares += x * x;
        }
        let mean = sum / f64::from(n);
        (mean, squares / f64::from(n) - mean * mean)
    }

    fn check(draw: impl Fn(&mut Stream) -> f64, mean: f64, variance: f64) {
        let (m, v) = moments(draw);
        assert!((m - mean).abs() < 0.004, "mean {m}, expected {mean}");
        assert!((v - variance).abs() < 0.012, "variance {v}, expected {variance}");
    }

    #[test]
    fn draws_have_their_moments() {
        check(Stream::unit, 0.5, 1.0 / 12.0);
        check(Stream::exponential, 1.0, 1.0);
        check(Stream::normal, 0.0, 1.0);
    }

    #[test]
    fn tails_have_their_weight() {
        let share = |draw: fn(&mut Stream) -> f64, beyond: f64| moments(|s| f64::from(u8::from(draw(s) > beyond))).0;
        // P(Exp > 8) = e⁻⁸ lies beyond the last layer, and so does P(N > 3.7) = 1.078e-4.
        assert!((share(Stream::exponential, 8.0) - libm::exp(-8.0)).abs() < 7e-5);
        assert!((share(Stream::normal, 3.7) - 1.078e-4).abs() < 4e-5);
        assert!((share(Stream::exponential, 1.0) - libm::exp(-1.0)).abs() < 2e-3);
        assert!((share(Stream::normal, 1.0) - 0.158_655).abs() < 2e-3);
    }

    #[test]
    fn streams_depend_on_seed_purpose_and_name_alone() {
        let first = |seed, purpose, name| Stream::new(seed, purpose, name).bits();
        assert_eq!(first(7, "work", "a"), first(7, "work", "a"));
        let others = [first(8, "work", "a"), first(7, "loss", "a"), first(7, "work", "b"), first(7, "a", "work")];
        assert!(others.iter().all(|bits| *bits != first(7, "work", "a")));
    }

    /// The draws themselves are part of the contract: a result must not change with a compiler or a platform.
    #[test]
    fn draws_are_pinned() {
        let mut stream = Stream::new(7, "work", "checkout");
        let exponential: Vec<u64> = (0..4).map(|_| stream.exponential().to_bits()).collect();
        let normal: Vec<u64> = (0..4).map(|_| stream.normal().to_bits()).collect();
        assert_eq!((exponential, normal), (PINNED_EXPONENTIAL.to_vec(), PINNED_NORMAL.to_vec()));
    }

    const PINNED_EXPONENTIAL: [u64; 4] =
        [4611868457778497790, 4612743029981481181, 4607218120560172977, 4597220164308954947];
    const PINNED_NORMAL: [u64; 4] =
        [4594843811827543733, 4596018637823187637, 4608500525134115973, 13824188527489023297];
}
