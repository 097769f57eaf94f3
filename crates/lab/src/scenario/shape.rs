//! How a tenant's rate moves over time: `steps`, `ramp`, `spike`, `daily`, compiled to straight lines between points.

use super::terms::{Argument, Bound, Form, bind, param, term};
use super::units::{self, Wrong};
use sim::model::Profile;
use sim::{Span, Time};

/// The shapes.
pub(super) static SHAPES: [Form; 4] = [
    Form {
        name: "steps",
        params: &[],
        pairs: true,
        doc: "Constant from each time to the next; 1x before the first.",
        example: "steps(0s=1x, 2m=2x, 5m=0.5x)",
    },
    Form::new(
        "ramp",
        &[param("from"), param("to"), param("at"), param("over")],
        "Straight from one factor to another, starting at `at` and taking `over`; level before and after.",
        "ramp(from=1x, to=3x, at=1m, over=5m)",
    ),
    Form::new(
        "spike",
        &[param("by"), param("at"), param("for")],
        "Factor `by` from `at` for `for`; 1x otherwise.",
        "spike(by=3x, at=2m, for=30s)",
    ),
    Form::new(
        "daily",
        &[param("low"), param("peak"), param("period")],
        "A sine wave between `low` and 1x, highest at `peak` and again after each `period`.",
        "daily(low=0.3x, peak=14h, period=24h)",
    ),
];

/// Factors above this are no shape but a different rate.
const MOST: f64 = 1_000_000.0;
/// Straight segments per period of a sine wave: it is never off by more than 0.03 % of its height.
const SEGMENTS: u64 = 128;
/// Points that a profile may have; a sine wave of a day needs this many after two years.
const MAX_POINTS: usize = 100_000;
/// Where two factors change at once their product bends: it is cut into this many straight pieces.
const PIECES: u64 = 16;

/// One shape, for a run of this length.
pub(super) fn shape(text: &str, duration: Span) -> Result<Profile, Wrong> {
    let term = term(text)?;
    let bound = bind(text, &term, &SHAPES, "shape")?;
    let points = match bound.form.name {
        "steps" => steps(&bound, term.arguments.as_deref().unwrap_or_default())?,
        "ramp" => ramp(&bound)?,
        "spike" => spike(&bound)?,
        _ => daily(&bound, duration)?,
    };
    Ok(Profile { points })
}

fn multiplier(text: &str) -> Result<f64, Wrong> {
    match units::factor(text)? {
        value if value <= MOST => Ok(value),
        _ => Err(Wrong::new(0..text.len(), "this factor is too large").expected("at most 1000000x")),
    }
}

fn steps(bound: &Bound<'_>, arguments: &[Argument<'_>]) -> Result<Vec<(Time, f64)>, Wrong> {
    let mut points: Vec<(Time, f64)> = Vec::with_capacity(arguments.len() * 2);
    let mut level = 1.0;
    for Argument { key, value } in arguments {
        let Some(key) = key else {
            return Err(Wrong::new(value.span(), "a step is a time and a factor").expected(bound.form.example));
        };
        let at = Time(key.read(units::duration)?.0);
        if points.last().is_some_and(|(last, _)| *last >= at) {
            return Err(Wrong::new(key.span(), "this step is not after the one before it").expected("times that rise"));
        }
        points.push((at, level));
        level = value.read(multiplier)?;
        points.push((at, level));
    }
    if points.is_empty() {
        return Err(Wrong::new(bound.whole.clone(), "there is no step").expected(bound.form.example));
    }
    Ok(points)
}

fn ramp(bound: &Bound<'_>) -> Result<Vec<(Time, f64)>, Wrong> {
    let (from, to) = (bound.need("from", multiplier)?, bound.need("to", multiplier)?);
    let at = Time(bound.duration("at")?.0);
    Ok(vec![(at, from), (at + bound.positive("over")?, to)])
}

fn spike(bound: &Bound<'_>) -> Result<Vec<(Time, f64)>, Wrong> {
    let by = bound.need("by", multiplier)?;
    let at = Time(bound.duration("at")?.0);
    let end = at + bound.positive("for")?;
    Ok(vec![(at, 1.0), (at, by), (end, by), (end, 1.0)])
}

fn daily(bound: &Bound<'_>, duration: Span) -> Result<Vec<(Time, f64)>, Wrong> {
    let low = bound.need("low", multiplier)?;
    if low > 1.0 {
        return Err(bound.refuse("low", "must be at most 1x: the wave's height is 1x"));
    }
    let (peak, period) = (bound.duration("peak")?, bound.positive("period")?);
    if period.0 < SEGMENTS || duration.0 / period.0 >= MAX_POINTS as u64 / SEGMENTS {
        return Err(bound.refuse("period", "is too short for a run of this length"));
    }
    // Whole multiples of a period's share, counted from a peak, so that every peak is a point.
    let offset = peak.0 % period.0;
    let instant = |index: u64| (u128::from(index) * u128::from(period.0) / u128::from(SEGMENTS)) as u64;
    let last = (u128::from(duration.0) + u128::from(period.0)) * u128::from(SEGMENTS) / u128::from(period.0) + 1;
    let first = (u128::from(period.0 - offset) * u128::from(SEGMENTS) / u128::from(period.0)) as u64;
    let height = |index: u64| {
        let angle = (index % SEGMENTS) as f64 / SEGMENTS as f64 * std::f64::consts::TAU;
        low + (1.0 - low) * (1.0 + libm::cos(angle)) / 2.0
    };
    // One period earlier the wave is the same: index 0 stands for the peak before the run starts.
    let points = (first..=last as u64).filter_map(|index| {
        let at = (instant(index) + offset).checked_sub(period.0)?;
        Some((Time(at), height(index)))
    });
    Ok(points.collect())
}

/// The product of several shapes, or None where it has too many points or goes too high.
pub(super) fn product(shapes: &[Profile]) -> Option<Profile> {
    match shapes {
        [] => return Some(Profile::default()),
        [one] => return Some(one.clone()),
        _ => {}
    }
    let mut instants: Vec<Time> = shapes.iter().flat_map(|shape| shape.points.iter().map(|point| point.0)).collect();
    instants.sort_unstable();
    instants.dedup();
    if instants.len() > MAX_POINTS {
        return None;
    }
    let mut points = Vec::new();
    for (index, at) in instants.iter().enumerate() {
        let level = |side: Side| shapes.iter().map(|shape| level(&shape.points, *at, side)).product::<f64>();
        let (before, after) = (level(Side::Before), level(Side::After));
        points.push((*at, before));
        if before != after {
            points.push((*at, after));
        }
        if let Some(next) = instants.get(index + 1) {
            points.extend(bend(shapes, *at, *next));
        }
    }
    let sane = points.iter().all(|(_, level)| *level <= MOST);
    sane.then_some(Profile { points })
}

/// Points between two instants where more than one of the shapes changes.
fn bend(shapes: &[Profile], from: Time, to: Time) -> Vec<(Time, f64)> {
    let changes = |shape: &&Profile| level(&shape.points, from, Side::After) != level(&shape.points, to, Side::Before);
    let length = to.since(from).0;
    if shapes.iter().filter(changes).count() < 2 || length < PIECES {
        return Vec::new();
    }
    let at = |piece: u64| from + Span(length / PIECES * piece);
    let level = |at: Time| shapes.iter().map(|shape| level(&shape.points, at, Side::After)).product();
    (1..PIECES).map(|piece| (at(piece), level(at(piece)))).collect()
}

/// Which of two values at a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Side {
    /// The one that it ends.
    Before,
    /// The one that it begins.
    After,
}

/// The multiplier at an instant.
pub(crate) fn level(points: &[(Time, f64)], at: Time, side: Side) -> f64 {
    let next = match side {
        Side::Before => points.partition_point(|(time, _)| *time < at),
        Side::After => points.partition_point(|(time, _)| *time <= at),
    };
    let (Some(right), Some(left)) = (points.get(next), next.checked_sub(1).map(|index| points[index])) else {
        return points.get(next).or(points.last()).map_or(1.0, |point| point.1);
    };
    let share = at.since(left.0).as_secs() / right.0.since(left.0).as_secs();
    left.1 + (right.1 - left.1) * share
}

/// The integral of a profile from one instant to another, in seconds at 1x.
pub(crate) fn integral_s(profile: &Profile, from: Time, to: Time) -> f64 {
    let inner = profile.points.iter().map(|point| point.0).filter(|at| *at > from && *at < to);
    let instants: Vec<Time> = std::iter::once(from).chain(inner).chain(std::iter::once(to)).collect();
    let area = |pair: &[Time]| {
        let ends = level(&profile.points, pair[0], Side::After) + level(&profile.points, pair[1], Side::Before);
        ends / 2.0 * pair[1].since(pair[0]).as_secs()
    };
    instants.windows(2).map(area).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, seconds: f64) -> f64 {
        let profile = shape(text, Span::secs(172_800)).unwrap();
        level(&profile.points, Time((seconds * 1e9) as u64), Side::After)
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} instead of {expected}");
    }

    #[test]
    fn shapes_have_the_value_that_their_definition_gives() {
        for (text, seconds, expected) in [
            ("steps(2m=2x, 5m=0.5x)", 119.0, 1.0),
            ("steps(2m=2x, 5m=0.5x)", 120.0, 2.0),
            ("steps(2m=2x, 5m=0.5x)", 1e4, 0.5),
            ("ramp(from=1x, to=3x, at=1m, over=5m)", 0.0, 1.0),
            ("ramp(from=1x, to=3x, at=1m, over=5m)", 210.0, 2.0),
            ("ramp(from=1x, to=3x, at=1m, over=5m)", 1e4, 3.0),
            ("spike(by=3x, at=2m, for=30s)", 149.0, 3.0),
            ("spike(by=3x, at=2m, for=30s)", 150.0, 1.0),
            ("daily(low=0.3x, peak=14h, period=24h)", 14.0 * 3600.0, 1.0),
            ("daily(low=0.3x, peak=14h, period=24h)", 38.0 * 3600.0, 1.0),
            ("daily(low=0.3x, peak=14h, period=24h)", 2.0 * 3600.0, 0.3),
            ("daily(low=0.3x, peak=14h, period=24h)", 8.0 * 3600.0, 0.65),
            ("daily(low=0.3x, peak=0s, period=24h)", 0.0, 1.0),
            ("daily(low=0x, peak=24h, period=24h)", 47.99 * 3600.0, 1.0),
        ] {
            close(at(text, seconds), expected);
        }
    }

    #[test]
    fn daily_points_rise_and_cover_the_run() {
        for peak in ["0s", "1ns", "7h", "23.9h", "24h", "100h"] {
            let profile = shape(&format!("daily(low=0.3x, peak={peak}, period=24h)"), Span::secs(90_000)).unwrap();
            assert!(profile.points.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(profile.points[0].0 <= Time(675_000_000_000), "{:?}", profile.points[0]);
            assert!(profile.points.last().unwrap().0 >= Time(90_000_000_000_000));
        }
    }

    #[test]
    fn a_product_multiplies_at_every_instant() {
        let texts = [
            "ramp(from=1x, to=3x, at=0s, over=10h)",
            "daily(low=0.2x, peak=5h, period=24h)",
            "spike(by=4x, at=1h, for=1h)",
        ];
        let shapes = texts.map(|text| shape(text, Span::secs(172_800)).unwrap());
        let product = product(&shapes).unwrap();
        for seconds in [0, 1_800, 3_600, 5_000, 7_200, 9_000, 30_000, 100_000] {
            let at = Time(seconds * 1_000_000_000);
            let expected: f64 = shapes.iter().map(|shape| level(&shape.points, at, Side::After)).product();
            close(level(&product.points, at, Side::After), expected);
        }
    }

    #[test]
    fn the_integral_of_a_full_wave_is_its_mean_height() {
        let wave = shape("daily(low=0.5x, peak=0s, period=24h)", Span::secs(86_400)).unwrap();
        close(integral_s(&wave, Time::ZERO, Time(86_400_000_000_000)) / 86_400.0, 0.75);
    }
}
