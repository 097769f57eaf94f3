//! When open tenants send: arrival processes whose rate moves along a profile.
//!
//! A process with rate λ·m(t) is the unit process on a stretched clock: draw the gap in *expected requests*, then find the
//! instant by which the integral of the rate has grown by as much. The profile only bends time, so the same seed sends the
//! same sequence of gaps whatever the shape, and variants of a scenario meet comparable traffic.

use crate::model::{Arrivals, Profile};
use crate::random::Stream;
use crate::time::{Span, Time};

/// The instants at which one open tenant sends.
#[derive(Debug)]
pub(crate) struct ArrivalProcess {
    /// Mean gap in nanoseconds where the profile is 1.
    gap: f64,
    /// Poisson, at one rate for good.
    is_plain: bool,
    spread: Spread,
    curve: Curve,
    last: Time,
    stream: Stream,
}

#[derive(Debug)]
enum Spread {
    Poisson,
    Constant,
    Bursty(Phases),
}

impl ArrivalProcess {
    /// `rate` is in requests per second, over zero.
    pub(crate) fn new(rate: f64, arrivals: Arrivals, profile: &Profile, name: &str, seed: u64) -> Self {
        let spread = match arrivals {
            Arrivals::Poisson => Spread::Poisson,
            Arrivals::Constant => Spread::Constant,
            Arrivals::Bursty { on, off } => Spread::Bursty(Phases::new(on, off, Stream::new(seed, "bursts", name))),
        };
        let (gap, curve) = (1e9 / rate, Curve::new(profile));
        ArrivalProcess {
            gap,
            is_plain: matches!(spread, Spread::Poisson) && curve.is_one(),
            spread,
            curve,
            last: Time::ZERO,
            stream: Stream::new(seed, "arrivals", name),
        }
    }

    /// The next instant; [`Time::NEVER`] once the rate has gone to zero for good.
    #[inline]
    pub(crate) fn next(&mut self) -> Time {
        // As most tenants are: nothing bends time.
        if self.is_plain {
            self.last = self.last + Span::from_nanos_f64(self.gap * self.stream.exponential());
            return self.last;
        }
        self.next_bent()
    }

    #[inline(never)]
    fn next_bent(&mut self) -> Time {
        let gap = match &self.spread {
            Spread::Constant => self.gap,
            Spread::Poisson | Spread::Bursty(_) => self.gap * self.stream.exponential(),
        };
        self.last = match &mut self.spread {
            Spread::Bursty(phases) => phases.after(self.last, gap, &mut self.curve),
            _ => self.curve.after(self.last, gap),
        };
        self.last
    }
}

/// On and off phases, both exponential; requests come only while on, that much faster.
#[derive(Debug)]
struct Phases {
    on: f64,
    off: f64,
    /// The current on phase.
    begins: Time,
    ends: Time,
    stream: Stream,
}

impl Phases {
    fn new(on: Span, off: Span, stream: Stream) -> Self {
        let (on, off) = (on.0 as f64, off.0 as f64);
        let mut phases = Phases { on, off, begins: Time::ZERO, ends: Time::ZERO, stream };
        // Start as a long-running process would be found: on with the on phases' share of time.
        if phases.stream.chance(on / (on + off)) {
            phases.next_end()
        } else {
            phases.next_phase()
        }
        phases
    }

    fn next_end(&mut self) {
        self.ends = self.begins + Span::from_nanos_f64(self.on * self.stream.exponential());
    }

    fn next_phase(&mut self) {
        self.begins = self.ends + Span::from_nanos_f64(self.off * self.stream.exponential());
        self.next_end();
    }

    /// The instant after `from` by which `gap` (in nanoseconds at mean rate) has been used up, in on phases alone.
    fn after(&mut self, from: Time, gap: f64, curve: &mut Curve) -> Time {
        let mut left = gap * self.on / (self.on + self.off);
        let mut from = from.max(self.begins);
        loop {
            let candidate = curve.after(from, left);
            if candidate <= self.ends || candidate == Time::NEVER {
                return candidate;
            }
            left -= curve.between(from, self.ends);
            self.next_phase();
            from = self.begins;
            if from == Time::NEVER {
                return from;
            }
        }
    }
}

/// A profile with the place that was last looked at.
#[derive(Debug)]
struct Curve {
    pieces: Vec<Piece>,
    current: usize,
}

/// A straight stretch of the multiplier.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: f64,
    to: f64,
    start: f64,
    slope: f64,
}

impl Piece {
    fn at(&self, time: f64) -> f64 {
        self.start + self.slope * (time - self.from)
    }

    /// The integral over a part of the piece.
    fn area(&self, from: f64, to: f64) -> f64 {
        if self.slope == 0.0 {
            // The last piece has no end, and nothing for ever is nothing.
            return if self.start == 0.0 { 0.0 } else { self.start * (to - from) };
        }
        0.5 * (self.at(from) + self.at(to)) * (to - from)
    }

    /// How far beyond `time` the integral has grown by `area`: the stable root of a quadratic.
    fn reach(&self, time: f64, area: f64) -> f64 {
        let level = self.at(time).max(0.0);
        2.0 * area / (level + libm::sqrt((level * level + 2.0 * self.slope * area).max(0.0)))
    }
}

impl Curve {
    fn new(profile: &Profile) -> Self {
        let mut pieces = Vec::new();
        let mut last = (0.0, profile.points.first().map_or(1.0, |point| point.1));
        for (time, multiplier) in &profile.points {
            let time = time.0 as f64;
            if time > last.0 {
                let slope = (multiplier - last.1) / (time - last.0);
                pieces.push(Piece { from: last.0, to: time, start: last.1, slope });
            }
            last = (time, *multiplier);
        }
        pieces.push(Piece { from: last.0, to: f64::INFINITY, start: last.1, slope: 0.0 });
        Curve { pieces, current: 0 }
    }

    fn is_one(&self) -> bool {
        matches!(self.pieces[..], [Piece { start: 1.0, .. }])
    }

    /// The instant after `from` by which the integral of the multiplier has grown by `area`.
    fn after(&mut self, from: Time, area: f64) -> Time {
        // Level for good: no need to walk.
        if let [only] = self.pieces[..] {
            return if only.start > 0.0 { from + Span::from_nanos_f64(area / only.start) } else { Time::NEVER };
        }
        self.walk(from, area)
    }

    fn walk(&mut self, from: Time, mut area: f64) -> Time {
        let mut time = from.0 as f64;
        self.seek(time);
        loop {
            let piece = &self.pieces[self.current];
            let rest = piece.area(time, piece.to);
            if rest >= area && rest > 0.0 {
                // After a hundred days a float has no odd nanoseconds: do not fall back behind the last arrival.
                return Time((time + piece.reach(time, area)).round() as u64).max(from);
            }
            if self.current + 1 == self.pieces.len() {
                return Time::NEVER;
            }
            area -= rest;
            self.current += 1;
            time = self.pieces[self.current].from;
        }
    }

    /// The integral of the multiplier between two instants.
    fn between(&mut self, from: Time, to: Time) -> f64 {
        let (mut time, end) = (from.0 as f64, to.0 as f64);
        self.seek(time);
        let mut area = 0.0;
        for piece in &self.pieces[self.current..] {
            area += piece.area(time, piece.to.min(end));
            time = piece.to;
            if time >= end {
                break;
            }
        }
        area
    }

    fn seek(&mut self, time: f64) {
        while self.current > 0 && self.pieces[self.current].from > time {
            self.current -= 1;
        }
        while self.pieces[self.current].to <= time {
            self.current += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1_000.0;

    fn arrivals(arrivals: Arrivals, points: &[(u64, f64)], seconds: u64) -> Vec<Time> {
        let points = points.iter().map(|(secs, x)| (Time::ZERO + Span::secs(*secs), *x)).collect();
        let mut process = ArrivalProcess::new(RATE, arrivals, &Profile { points }, "test", 5);
        let end = Time::ZERO + Span::secs(seconds);
        std::iter::from_fn(|| Some(process.next())).take_while(|at| *at < end).collect()
    }

    /// Counts per stretch of seconds, against expected multiples of the rate.
    fn check(times: &[Time], expected: &[(u64, u64, f64)], tolerance: f64) {
        for (from, to, multiple) in expected {
            let within = |at: &&Time| (*from as f64..*to as f64).contains(&at.as_secs());
            let count = times.iter().filter(within).count() as f64;
            let mean = multiple * RATE * (to - from) as f64;
            assert!((count - mean).abs() <= tolerance * mean + 1.0, "{count} in {from}..{to} s, expected {mean}");
        }
    }

    #[test]
    fn constant_arrivals_follow_the_profile_exactly() {
        let shape = [(10, 1.0), (10, 3.0), (20, 3.0), (40, 0.0)];
        let times = arrivals(Arrivals::Constant, &shape, 100);
        check(&times, &[(0, 10, 1.0), (10, 20, 3.0), (20, 30, 2.25), (30, 40, 0.75), (40, 100, 0.0)], 0.0);
    }

    #[test]
    fn poisson_arrivals_follow_it_on_average() {
        let times = arrivals(Arrivals::Poisson, &[(0, 0.5), (50, 1.5)], 100);
        check(&times, &[(0, 50, 1.0), (0, 25, 0.75), (50, 100, 1.5)], 0.03);
    }

    #[test]
    fn bursts_keep_the_mean_rate_and_leave_gaps() {
        let spread = Arrivals::Bursty { on: Span::millis(200), off: Span::millis(800) };
        let times = arrivals(spread, &[], 4_000);
        check(&times, &[(0, 4_000, 1.0)], 0.05);
        let mut busy = vec![false; 40_000];
        times.iter().for_each(|at| busy[(at.as_secs() * 10.0) as usize] = true);
        let silent = busy.iter().filter(|busy| !**busy).count() as f64 / 40_000.0;
        // A tenth of a second is silent if it starts in an off phase that lasts: 0.8 · e^(-1/8).
        assert!((silent - 0.706).abs() < 0.03, "{silent} silent");
    }

    #[test]
    fn arrivals_never_go_back_however_long_the_run() {
        let points = vec![(Time::ZERO, 1.0), (Time::ZERO + Span::secs(1), 2.0)];
        let mut curve = Curve::new(&Profile { points });
        let from = Time((1 << 53) + 1);
        assert_eq!(curve.after(from, 0.1), from);
    }

    #[test]
    fn a_rate_that_ends_ends() {
        assert_eq!(arrivals(Arrivals::Poisson, &[(0, 0.0)], 10).len(), 0);
    }
}
