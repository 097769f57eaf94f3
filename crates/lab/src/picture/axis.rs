//! Scales and their ticks: which values a panel spans, and which of them are written beside it.

use crate::readable;
use libm::{exp10, floor, log10};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// How the values of a panel become heights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// From 0 to `high`.
    Linear { high: f64 },
    /// From `low` to `high`, wherever zero is: for marks, which stand for a value by their place alone.
    Window { low: f64, high: f64 },
    /// From `low` to `high`, both over zero, equal ratios equally far apart.
    Log { low: f64, high: f64 },
}

impl Scale {
    /// Values this far apart share no linear axis.
    const DECADES: f64 = 2.0;

    /// Fits values that are all finite; `log` where the values may have a logarithmic axis if they need one.
    pub(super) fn fit(values: impl Iterator<Item = f64> + Clone, log: bool) -> Scale {
        let high = values.clone().fold(0.0, f64::max);
        let low = values.filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
        if high <= 0.0 {
            return Scale::Linear { high: 1.0 };
        }
        if log && log10(high / low) > Self::DECADES {
            return Scale::Log { low: at_most(low * 0.9), high: at_least(high) };
        }
        let step = nice(high / 4.0);
        Scale::Linear { high: (high / step).ceil() * step }
    }

    /// A window around values that are all finite: logarithmic where `log` and they need it.
    pub(super) fn around(values: impl Iterator<Item = f64> + Clone, log: bool) -> Scale {
        /// Marks that lie this far apart leave a linear axis empty between them.
        const RATIO: f64 = 20.0;
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        if log && low > 0.0 && high / low > RATIO {
            return Scale::Log { low: at_most(low * 0.9), high: at_least(high * 1.1) };
        }
        if !low.is_finite() || !high.is_finite() {
            return Scale::Linear { high: 1.0 };
        }
        let room = if high > low { (high - low) * 0.05 } else { (high.abs() * 0.1).max(0.01) };
        let step = nice((high - low + 2.0 * room) / 4.0);
        // Nothing that is measured is negative; a bound of an interval that is says no more than zero.
        let low = (floor((low - room) / step) * step).max(0.0);
        Scale::Window { low, high: ((high + room) / step).ceil() * step }
    }

    /// The same up to `most` at most, if it shows nothing above.
    pub(super) fn up_to(self, most: f64) -> Scale {
        match self {
            Scale::Window { low, high } if low < most => Scale::Window { low, high: high.min(most) },
            other => other,
        }
    }

    /// How high a value lies, from 0 to 1; values off the scale lie on its edge.
    pub(super) fn height(self, value: f64) -> f64 {
        let at = match self {
            Scale::Linear { high } => value / high,
            Scale::Window { low, high } => (value - low) / (high - low),
            Scale::Log { low, high } => log10(value.max(low) / low) / log10(high / low),
        };
        at.clamp(0.0, 1.0)
    }

    /// The value at the top.
    pub(super) fn high(self) -> f64 {
        match self {
            Scale::Linear { high } | Scale::Window { high, .. } | Scale::Log { high, .. } => high,
        }
    }

    /// Values to write beside the axis, ascending.
    pub(super) fn ticks(self) -> Vec<f64> {
        match self {
            Scale::Linear { high } => {
                let step = nice(high / 4.0);
                (0..=(high / step + 0.5) as u32).map(|i| f64::from(i) * step).collect()
            }
            Scale::Window { low, high } => {
                let step = nice((high - low) / 4.0);
                let (first, last) = ((low / step - 1e-6).ceil() as i64, floor(high / step + 1e-6) as i64);
                (first..=last).map(|i| i as f64 * step).collect()
            }
            Scale::Log { low, high } => decades(low, high).collect(),
        }
    }
}

/// The powers of ten from `low` to `high`, at most about six of them.
fn decades(low: f64, high: f64) -> impl Iterator<Item = f64> {
    let (first, last) = (log10(low).ceil() as i32, floor(log10(high) + 1e-9) as i32);
    let stride = ((last - first) / 6 + 1) as usize;
    (first..=last).step_by(stride).map(|e| exp10(f64::from(e)))
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `x`.
fn nice(x: f64) -> f64 {
    at_least(x)
}

fn at_least(x: f64) -> f64 {
    let power = exp10(floor(log10(x)));
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|v| *v >= x * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn at_most(x: f64) -> f64 {
    let power = exp10(floor(log10(x)));
    [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|v| *v <= x * (1.0 + 1e-9)).unwrap_or(power)
}

/// Times to write under the axis, in seconds: round ones, at most `most` of them.
fn time_ticks(end_s: f64, most: usize) -> Vec<f64> {
    const STEPS: [f64; 20] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0,
        21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
    ];
    let fits = |step: f64| end_s / step <= most as f64;
    let step = STEPS.into_iter().find(|s| fits(*s)).unwrap_or_else(|| at_least(end_s / most as f64));
    (0..=(end_s / step + 1e-9) as u32).map(|i| f64::from(i) * step).collect()
}

/// The vertical axis, in the drawing library's terms.
pub(super) struct Values {
    pub(super) scale: Scale,
    pub(super) unit: fn(f64) -> String,
}

impl Ranged for Values {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.scale.height(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.scale.ticks() }
    }

    fn range(&self) -> Range<f64> {
        0.0..self.scale.high()
    }
}

impl ValueFormatter<f64> for Values {
    fn format_ext(&self, value: &f64) -> String {
        (self.unit)(*value)
    }
}

/// The horizontal axis: seconds, with at most so many of them written.
pub(super) struct Times {
    pub(super) end_s: f64,
    pub(super) most: usize,
}

impl Ranged for Times {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, s: &f64, (from, to): (i32, i32)) -> i32 {
        from + ((s / self.end_s).clamp(0.0, 1.0) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { time_ticks(self.end_s, self.most) }
    }

    fn range(&self) -> Range<f64> {
        0.0..self.end_s
    }
}

impl ValueFormatter<f64> for Times {
    fn format_ext(&self, s: &f64) -> String {
        readable::clock(*s, self.end_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], log: bool, expected: Scale, ticks: &[f64]) {
        let scale = Scale::fit(values.iter().copied(), log);
        assert_eq!(scale, expected);
        let found = scale.ticks();
        assert_eq!(found.len(), ticks.len(), "{found:?}");
        for (found, expected) in found.iter().zip(ticks) {
            assert!((found / expected - 1.0).abs() < 1e-9 || found == expected, "{found} {expected}");
        }
    }

    #[test]
    fn scales_fit_their_values() {
        check(&[], false, Scale::Linear { high: 1.0 }, &[0.0, 0.5, 1.0]);
        check(&[0.0, 0.0], true, Scale::Linear { high: 1.0 }, &[0.0, 0.5, 1.0]);
        check(&[3.0, 87.0], true, Scale::Linear { high: 100.0 }, &[0.0, 50.0, 100.0]);
        check(&[390.0, 412.0], false, Scale::Linear { high: 600.0 }, &[0.0, 200.0, 400.0, 600.0]);
        check(&[4.0, 9_500.0], true, Scale::Log { low: 2.0, high: 10_000.0 }, &[10.0, 100.0, 1_000.0, 10_000.0]);
        check(&[4.0, 9_500.0], false, Scale::Linear { high: 10_000.0 }, &[0.0, 5_000.0, 10_000.0]);
    }

    #[test]
    fn windows_surround_their_values() {
        let around = |values: &[f64], log| Scale::around(values.iter().copied(), log);
        assert_eq!(around(&[390.0, 412.0], false), Scale::Window { low: 380.0, high: 420.0 });
        assert_eq!(around(&[-3.0, 7.0], false), Scale::Window { low: 0.0, high: 10.0 });
        assert_eq!(around(&[4.0, 9_500.0], true), Scale::Log { low: 2.0, high: 20_000.0 });
        assert_eq!(around(&[0.91, 0.999], false).up_to(1.0), Scale::Window { low: 0.9, high: 1.0 });
        assert_eq!(around(&[], true), Scale::Linear { high: 1.0 });
        let one = around(&[1.0], false);
        assert!(one.height(1.0) > 0.0 && one.height(1.0) < 1.0, "{one:?}");
        assert_eq!(around(&[390.0, 412.0], false).ticks(), [380.0, 390.0, 400.0, 410.0, 420.0]);
    }

    #[test]
    fn heights_run_from_bottom_to_top() {
        let log = Scale::Log { low: 1.0, high: 10_000.0 };
        assert_eq!(log.height(0.0), 0.0);
        assert!((log.height(100.0) - 0.5).abs() < 1e-12);
        assert_eq!(log.height(1e9), 1.0);
        assert_eq!(Scale::Linear { high: 4.0 }.height(1.0), 0.25);
    }

    #[test]
    fn times_are_round_and_few() {
        assert_eq!(time_ticks(600.0, 10), (0..=10).map(|i| f64::from(i) * 60.0).collect::<Vec<_>>());
        assert_eq!(time_ticks(2.5, 10), [0.0, 1.0, 2.0]);
        for days in [0.001, 0.1, 1.0, 30.0, 36_525.0] {
            let ticks = time_ticks(days * 86_400.0, 10);
            assert!((2..=11).contains(&ticks.len()), "{days} days: {ticks:?}");
        }
    }
}
