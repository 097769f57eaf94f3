//! What tenants send over time, spikes included: where it is highest, and how much lies above a capacity.

use super::design::Design;
use crate::scenario::{Side, level};
use sim::model::{FaultKind, Load, Tenant};
use sim::{Span, Time};

/// Requests per second of each tenant at instants between which they move along straight lines. Steps stand there twice.
pub(super) struct Loads {
    points: Vec<(Time, Vec<f64>)>,
}

/// The rates of some instant.
pub(super) struct Peak<'l> {
    /// When, in seconds.
    pub(super) at_s: f64,
    /// Requests per second of each tenant.
    pub(super) rates: &'l [f64],
    /// What was asked for there.
    pub(super) value: f64,
}

/// What lies above a line.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(super) struct Excess {
    /// The area above it.
    pub(super) area: f64,
    /// For how long something does, in seconds.
    pub(super) lasts_s: f64,
}

/// More corners than this say nothing more about a peak.
const MOST: usize = 4_096;
/// Replayed instants are counted per minute: in shorter pieces luck looks like a peak.
const MINUTE: Span = Span::secs(60);

impl Loads {
    pub(super) fn of(design: &Design<'_>) -> Loads {
        let model = design.model;
        let end = Time(model.duration.0);
        let mut instants = vec![Time::ZERO, end];
        for tenant in &model.tenants {
            match &tenant.load {
                Load::Open { profile, .. } => instants.extend(profile.points.iter().map(|point| point.0)),
                Load::Replay { .. } => instants.extend(minutes(end)),
                Load::Closed { .. } => {}
            }
        }
        let spikes = model.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::Spike { .. }));
        instants.extend(spikes.flat_map(|fault| [fault.at, fault.at + fault.lasts]));
        instants.retain(|at| *at <= end);
        instants.sort_unstable();
        instants.dedup();
        let every = instants.len().div_ceil(MOST);
        let means = design.mean_rates();
        let rates = |at: Time, side: Side| -> Vec<f64> {
            let tenants = model.tenants.iter().zip(&means).enumerate();
            tenants
                .map(|(index, (tenant, mean))| rate(tenant, *mean, end, at, side) * spike(design, index, at, side))
                .collect()
        };
        let both = |at: Time| [(at, rates(at, Side::Before)), (at, rates(at, Side::After))];
        let mut points: Vec<(Time, Vec<f64>)> = instants.into_iter().step_by(every).flat_map(both).collect();
        // Nothing is before the start or after the end.
        points.remove(0);
        points.pop();
        Loads { points }
    }

    /// Where `value` is largest.
    pub(super) fn peak(&self, value: impl Fn(&[f64]) -> f64) -> Peak<'_> {
        let peaks = self.points.iter().map(|(at, rates)| Peak { at_s: at.as_secs(), rates, value: value(rates) });
        let nothing = Peak { at_s: 0.0, rates: &[], value: 0.0 };
        peaks.reduce(|a, b| if b.value > a.value { b } else { a }).unwrap_or(nothing)
    }

    /// `value` over time in seconds: points between which it moves along straight lines, a step being two at one time.
    pub(super) fn course(&self, value: impl Fn(&[f64]) -> f64) -> Vec<(f64, f64)> {
        self.points.iter().map(|(at, rates)| (at.as_secs(), value(rates))).collect()
    }

    /// How much of `value` lies above `line`, and how long.
    pub(super) fn above(&self, line: f64, value: impl Fn(&[f64]) -> f64) -> Excess {
        let heights = self.course(|rates| value(rates) - line);
        heights.windows(2).map(|pair| piece(pair[0], pair[1])).fold(Excess::default(), |sum, piece| Excess {
            area: sum.area + piece.area,
            lasts_s: sum.lasts_s + piece.lasts_s,
        })
    }
}

/// What of a straight line between two points lies above zero.
fn piece((from, start): (f64, f64), (to, end): (f64, f64)) -> Excess {
    let length = to - from;
    match (start > 0.0, end > 0.0) {
        (true, true) => Excess { area: (start + end) / 2.0 * length, lasts_s: length },
        (false, false) => Excess::default(),
        _ => {
            let high = start.max(end);
            let lasts_s = length * high / (start - end).abs();
            Excess { area: high * lasts_s / 2.0, lasts_s }
        }
    }
}

fn minutes(end: Time) -> impl Iterator<Item = Time> {
    (1..).map(|minute| Time(MINUTE.0 * minute)).take_while(move |at| *at < end).take(MOST)
}

/// Requests per second of a tenant at an instant, spikes left out.
fn rate(tenant: &Tenant, mean: f64, end: Time, at: Time, side: Side) -> f64 {
    match &tenant.load {
        Load::Open { rate, profile, .. } => rate * level(&profile.points, at, side),
        Load::Closed { .. } => mean,
        Load::Replay { .. } if end.0 < 2 * MINUTE.0 => mean,
        Load::Replay { times } => {
            let minute = match side {
                Side::Before => at.0.saturating_sub(1) / MINUTE.0,
                Side::After => at.0 / MINUTE.0,
            };
            let (from, to) = (Time(minute * MINUTE.0), Time((minute + 1) * MINUTE.0).min(end));
            let sent = times.partition_point(|at| *at < to) - times.partition_point(|at| *at < from);
            sent as f64 / to.since(from).as_secs().max(1.0)
        }
    }
}

/// The factor of all spikes of a tenant at an instant.
fn spike(design: &Design<'_>, tenant: usize, at: Time, side: Side) -> f64 {
    let factors = design.model.faults.iter().filter_map(|fault| match fault.kind {
        FaultKind::Spike { tenant: of, by } if of.0 as usize == tenant => {
            let end = fault.at + fault.lasts;
            let holds = match side {
                Side::Before => fault.at < at && at <= end,
                Side::After => fault.at <= at && at < end,
            };
            holds.then_some(by)
        }
        _ => None,
    });
    factors.product()
}
