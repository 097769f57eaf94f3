//! Variants side by side: what each measures, and by how much it differs from the scenario as it is.
//!
//! Base and variant run with the same seeds, so a difference is taken seed by seed and the luck that both share cancels:
//! its interval is far narrower than the two means' intervals suggest. A variant that changes nothing differs by exactly
//! zero.

use super::{Done, Replicated, replicate_all, seeds};
use crate::measure::{Better, Measure};
use crate::report::{Evidence, Interval, Named};
use crate::reporting::evidence;
use crate::run::RunError;
use crate::scenario::{Scenario, Variant};
use crate::stats::interval_of_differences;
use serde::Serialize;

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What ran; the digest is the base's.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// The scenario as it is, then the variants in the order asked for.
    pub arms: Vec<Arm>,
}

/// The scenario as it is, or a variant of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// The variant's name; none for the scenario as it is.
    pub variant: Option<String>,
    /// What the variant's change is for.
    pub about: Option<String>,
    /// The changes as written: path and value.
    pub set: Vec<(String, String)>,
    /// Identifies what was simulated.
    pub digest: String,
    /// By measure: mean, interval, and the values per seed.
    pub measures: Named<Replicated>,
    /// By measure that both have: this minus the base, seed by seed. Empty for the base itself.
    pub differences: Named<Difference>,
}

/// A variant's value minus the base's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Of which measure.
    #[serde(skip)]
    pub measure: Measure,
    /// The mean difference with its paired 95 % interval.
    #[serde(flatten)]
    pub interval: Interval,
    /// Whether the interval excludes zero.
    pub shown: bool,
    /// The same as a sentence.
    pub text: String,
}

/// What the base is called where variants have names.
pub const BASE: &str = "base";

impl Arm {
    /// The variant's name, or [`BASE`].
    pub fn name(&self) -> &str {
        self.variant.as_deref().unwrap_or(BASE)
    }

    fn base(scenario: &Scenario, found: Vec<Replicated>) -> Arm {
        let measures = by_name(found, |replicated| &replicated.measure);
        let (set, differences) = (Vec::new(), Named::new());
        Arm { variant: None, about: None, set, digest: scenario.digest.clone(), measures, differences }
    }

    fn variant(variant: &Variant, found: Vec<Replicated>, base: &Arm) -> Arm {
        let differences =
            found.iter().filter_map(|mine| Some(Difference::of(base.measures.get(&mine.measure.name())?, mine)));
        Arm {
            variant: Some(variant.name.clone()),
            about: variant.about.clone(),
            set: variant.set.clone(),
            digest: variant.scenario().digest.clone(),
            differences: by_name(differences, |difference| &difference.measure),
            measures: by_name(found, |replicated| &replicated.measure),
        }
    }
}

fn by_name<T>(all: impl IntoIterator<Item = T>, measure: impl Fn(&T) -> &Measure) -> Named<T> {
    all.into_iter().map(|one| (measure(&one).name(), one)).collect()
}

impl Difference {
    fn of(base: &Replicated, variant: &Replicated) -> Difference {
        let measure = variant.measure.clone();
        let interval = interval_of_differences(&base.values, &variant.values);
        let shown = interval.low > 0.0 || interval.high < 0.0;
        let text = format!("{}: {}", measure.text(), measure.unit().write_difference(&interval));
        Difference { measure, interval, shown, text }
    }

    /// Whether every seed gave base and variant the same value.
    pub fn nothing(&self) -> bool {
        self.interval.low == 0.0 && self.interval.high == 0.0
    }
}

/// Runs a scenario and some of its variants with `count` seeds from `seed` on.
///
/// # Errors
/// If one of the runs comes to nothing: the first in the order of variants and seeds.
pub fn compare(
    base: &Scenario,
    variants: &[&Variant],
    seed: u64,
    count: u32,
    done: Done<'_>,
) -> Result<Comparison, RunError> {
    let seeds = seeds(seed, count);
    let scenarios: Vec<&Scenario> =
        std::iter::once(base).chain(variants.iter().map(|variant| variant.scenario())).collect();
    let mut found = replicate_all(&scenarios, &seeds, done)?.into_iter();
    let mut arms = vec![Arm::base(base, found.next().unwrap_or_default())];
    for (variant, found) in variants.iter().zip(found) {
        let arm = Arm::variant(variant, found, &arms[0]);
        arms.push(arm);
    }
    Ok(Comparison { evidence: evidence(base, seeds), arms })
}

impl Comparison {
    /// Which arms no other arm beats in both measures: better or equal in each, better in one. An arm without a value
    /// is on no front.
    pub fn pareto(&self, x: &Measure, y: &Measure) -> Vec<bool> {
        let cost = |arm: &Arm, measure: &Measure| {
            let mean = arm.measures.get(&measure.name())?.interval.mean;
            Some(if measure.quantity.better() == Better::Higher { -mean } else { mean })
        };
        let points: Vec<Option<(f64, f64)>> =
            self.arms.iter().map(|arm| Some((cost(arm, x)?, cost(arm, y)?))).collect();
        let beats = |a: (f64, f64), b: (f64, f64)| a.0 <= b.0 && a.1 <= b.1 && a != b;
        let on_front = |point: &Option<(f64, f64)>| {
            point.is_some_and(|point| !points.iter().flatten().any(|other| beats(*other, point)))
        };
        points.iter().map(on_front).collect()
    }

    /// All measures that some arm has, in the order of the file.
    pub fn measures(&self) -> Vec<&Measure> {
        let mut all: Named<&Measure> = Named::new();
        for (name, replicated) in self.arms.iter().flat_map(|arm| &arm.measures) {
            all.entry(name.clone()).or_insert(&replicated.measure);
        }
        all.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Of, Quantity};

    fn arm(p99: f64, goodput: Option<f64>) -> Arm {
        let of = |quantity| Measure { quantity, of: Of::Endpoint("shop.buy".to_owned()) };
        let replicated = |quantity, mean| Replicated {
            measure: of(quantity),
            interval: Interval { mean, low: mean, high: mean },
            values: vec![mean; 2],
        };
        let values = [Some((Quantity::P99, p99)), goodput.map(|goodput| (Quantity::Goodput, goodput))];
        let found = values.into_iter().flatten().map(|(quantity, mean)| replicated(quantity, mean));
        let measures = by_name(found, |replicated| &replicated.measure);
        Arm { variant: None, about: None, set: vec![], digest: String::new(), measures, differences: Named::new() }
    }

    #[track_caller]
    fn check(arms: &[(f64, Option<f64>)], expected: &[bool]) {
        let evidence = Evidence {
            kind: Default::default(),
            scenario: String::new(),
            variant: None,
            digest: String::new(),
            version: String::new(),
            seeds: vec![],
        };
        let arms = arms.iter().map(|(p99, goodput)| arm(*p99, *goodput)).collect();
        let of = |quantity| Measure { quantity, of: Of::Endpoint("shop.buy".to_owned()) };
        let comparison = Comparison { evidence, arms };
        assert_eq!(comparison.pareto(&of(Quantity::P99), &of(Quantity::Goodput)), expected);
    }

    #[test]
    fn the_front_holds_what_nothing_beats() {
        check(&[(10.0, Some(0.9)), (20.0, Some(0.99)), (20.0, Some(0.95))], &[true, true, false]);
        check(&[(10.0, Some(0.9)), (10.0, Some(0.9))], &[true, true]);
        check(&[(10.0, Some(0.9)), (10.0, Some(0.8)), (1.0, None)], &[true, false, false]);
        check(&[], &[]);
    }
}
