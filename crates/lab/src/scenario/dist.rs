//! Distributions of times, and how requests arrive: the forms and what their parameters may be.

use super::terms::{Bound, Form, Param, Piece, bind, param, term};
use super::units::{self, Wrong};
use sim::Span;
use sim::model::{Arrivals, Dist};

/// What a distribution looks like, for messages.
pub(super) const A_DISTRIBUTION: &str = "a duration such as 2ms or a distribution such as exp(2ms)";

/// The distributions of times.
pub(super) static DISTRIBUTIONS: [Form; 7] = [
    Form::new("exp", &[param("mean")], "Exponential: memoryless.", "exp(2ms)"),
    Form::new("uniform", &[param("low"), param("high")], "Any value between the two.", "uniform(1ms, 3ms)"),
    Form::new(
        "lognormal",
        &[param("p50"), param("p99")],
        "Log-normal, by its median and 99th percentile: what measured latencies often look like.",
        "lognormal(p50=2ms, p99=9ms)",
    ),
    Form::new(
        "gamma",
        &[param("mean"), param("cv")],
        "Gamma; `cv` is the standard deviation over the mean.",
        "gamma(mean=2ms, cv=0.5)",
    ),
    Form::new(
        "hyperexp",
        &[param("mean"), param("cv")],
        "Two exponentials with balanced means: more variable than one, so `cv` is at least 1.",
        "hyperexp(mean=2ms, cv=3)",
    ),
    Form::new(
        "pareto",
        &[param("min"), param("alpha"), Param { name: "max", optional: true }],
        "Pareto: a heavy tail with index `alpha`, cut off at `max` where that is given.",
        "pareto(min=1ms, alpha=1.5, max=1s)",
    ),
    Form::new(
        "empirical",
        &[param("file")],
        "One of the values in the first column of a CSV file, each equally likely: seconds, or durations with a unit.",
        "empirical(latencies.csv)",
    ),
];

/// How open arrivals are spread.
pub(super) static ARRIVALS: [Form; 3] = [
    Form::new("poisson", &[], "Independent of each other: what many unrelated clients send.", "poisson"),
    Form::new("constant", &[], "Evenly spaced.", "constant"),
    Form::new(
        "bursty",
        &[param("on"), param("off")],
        "Poisson during phases of mean length `on`, silent during phases of mean length `off`; the mean over both is `rate`.",
        "bursty(on=2s, off=8s)",
    ),
];

/// A distribution, or the file that holds it.
#[derive(Debug)]
pub(super) enum Read<'t> {
    Dist(Dist),
    Empirical(Piece<'t>),
}

/// `2ms`, `exp(2ms)`, `lognormal(p50=2ms, p99=9ms)`, …
pub(super) fn distribution(text: &str) -> Result<Read<'_>, Wrong> {
    let term = term(text)?;
    if term.arguments.is_none() {
        let constant = units::duration(text).map_err(|wrong| match wrong.expected.as_deref() {
            Some(units::A_DURATION) => wrong.expected(A_DISTRIBUTION),
            _ => wrong,
        })?;
        return Ok(Read::Dist(Dist::Constant(constant)));
    }
    let bound = bind(text, &term, &DISTRIBUTIONS, "distribution")?;
    match bound.get("file") {
        Some(file) => Ok(Read::Empirical(file)),
        None => parametric(&bound).map(Read::Dist),
    }
}

fn parametric(bound: &Bound<'_>) -> Result<Dist, Wrong> {
    match bound.form.name {
        "exp" => Ok(Dist::Exp { mean: bound.positive("mean")? }),
        "uniform" => uniform(bound),
        "lognormal" => log_normal(bound),
        "gamma" => Ok(Dist::Gamma { mean: bound.positive("mean")?, cv: variation(bound, 0.001)? }),
        "hyperexp" => Ok(Dist::HyperExp { mean: bound.positive("mean")?, cv: variation(bound, 1.0)? }),
        _ => pareto(bound),
    }
}

fn uniform(bound: &Bound<'_>) -> Result<Dist, Wrong> {
    let (low, high) = (bound.duration("low")?, bound.duration("high")?);
    if high < low { Err(bound.refuse("high", "is less than `low`")) } else { Ok(Dist::Uniform { low, high }) }
}

fn log_normal(bound: &Bound<'_>) -> Result<Dist, Wrong> {
    let (p50, p99) = (bound.positive("p50")?, bound.positive("p99")?);
    if p99 < p50 { Err(bound.refuse("p99", "is less than `p50`")) } else { Ok(Dist::LogNormal { p50, p99 }) }
}

/// The coefficient of variation. Beyond 100 no mean is ever seen in a run of sensible length.
fn variation(bound: &Bound<'_>, least: f64) -> Result<f64, Wrong> {
    const MOST: f64 = 100.0;
    let cv = bound.need("cv", units::plain)?;
    match cv {
        _ if cv < least && least < 1.0 => Err(bound.refuse("cv", "must be at least 0.001")),
        _ if cv < least => {
            Err(bound.refuse("cv", "must be at least 1: an exponential has 1, less is no mixture of them"))
        }
        _ if cv > MOST => Err(bound.refuse("cv", "must be at most 100")),
        _ => Ok(cv),
    }
}

fn pareto(bound: &Bound<'_>) -> Result<Dist, Wrong> {
    let min = bound.positive("min")?;
    let alpha = bound.need("alpha", units::plain)?;
    // A smaller index than a hundredth leaves hardly a value below the longest time there is.
    if !(0.01..=1000.0).contains(&alpha) {
        return Err(bound.refuse("alpha", "must be from 0.01 to 1000"));
    }
    let max = bound.get("max").map(|max| max.read(units::duration)).transpose()?;
    if max.is_some_and(|max| max <= min) {
        return Err(bound.refuse("max", "must be greater than `min`"));
    }
    Ok(Dist::Pareto { min, alpha, max })
}

/// `poisson`, `constant` or `bursty(on=2s, off=8s)`.
pub(super) fn arrivals(text: &str) -> Result<Arrivals, Wrong> {
    let term = term(text)?;
    let bound = bind(text, &term, &ARRIVALS, "kind of arrivals")?;
    match bound.form.name {
        "poisson" => Ok(Arrivals::Poisson),
        "constant" => Ok(Arrivals::Constant),
        _ => Ok(Arrivals::Bursty { on: bound.positive("on")?, off: bound.positive("off")? }),
    }
}

/// The mean of a distribution in seconds, for the estimate of a run's size.
pub(super) fn mean_s(dist: &Dist) -> f64 {
    match dist {
        Dist::Constant(span) => span.as_secs(),
        Dist::Exp { mean } | Dist::Gamma { mean, .. } | Dist::HyperExp { mean, .. } => mean.as_secs(),
        Dist::Uniform { low, high } => (low.as_secs() + high.as_secs()) / 2.0,
        Dist::LogNormal { p50, p99 } => log_normal_mean_s(*p50, *p99),
        // The median bounds the mean from below and always exists.
        Dist::Pareto { min, alpha, .. } => min.as_secs() * libm::exp2(1.0 / alpha).min(1e9),
        Dist::Empirical(values) => values.iter().map(|value| value.as_secs()).sum::<f64>() / values.len().max(1) as f64,
    }
}

/// exp(μ + σ²/2), with σ from the distance between the two quantiles; 2.326 is the normal's 99th percentile.
fn log_normal_mean_s(p50: Span, p99: Span) -> f64 {
    let sigma = libm::log(p99.as_secs() / p50.as_secs()) / 2.326_347_874_040_841;
    p50.as_secs() * libm::exp(sigma * sigma / 2.0)
}
