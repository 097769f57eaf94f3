//! Where a promise breaks: the largest load, or the smallest capacity, at which an objective still holds.
//!
//! A search has a row of values to try. Its two ends must disagree about the objective, and that says which way it goes:
//! from the end that meets it to the last value that does, by bisection. Each probe runs with the same seeds, so the
//! answer is sharper than the measure's own interval; how sharp is found by two more bisections: up to where the whole
//! interval keeps the promise, and from where the whole interval breaks it. Bisection takes for granted that between the
//! ends the promise breaks once.

use super::Done;
use super::vary::Axis;
use crate::report::{Evidence, Interval};
use crate::reporting::report;
use crate::run::{RunError, run};
use crate::scenario::{Objective, Scenario};
use crate::stats::interval_of_means;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was measured at one value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Probe {
    /// The varied value, as written.
    pub value: String,
    /// Identifies what was simulated.
    pub digest: String,
    /// The objective's measure in the objective's unit, with its 95 % interval; null where a run measured nothing.
    pub measured: Option<Interval>,
    /// Whether the mean keeps the promise. Nothing measured does not.
    pub met: bool,
    /// What the interval says.
    pub verdict: Verdict,
}

/// What an interval says about a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All of it keeps the promise.
    Kept,
    /// It spans the bound.
    Open,
    /// All of it breaks the promise.
    Broken,
}

/// Runs a scenario with every seed and judges it.
///
/// # Errors
/// The first seed's error.
pub fn probe(
    value: &str,
    scenario: &Scenario,
    objective: &Objective,
    seeds: &[u64],
    done: Done<'_>,
) -> Result<Probe, RunError> {
    let one = |seed: &u64| -> Result<Option<f64>, RunError> {
        let measured = objective.value(&report(scenario, &run(&scenario.model, *seed)?));
        done();
        Ok(measured)
    };
    let found: Vec<Result<_, RunError>> = seeds.par_iter().with_max_len(1).map(one).collect();
    let found: Vec<Option<f64>> = found.into_iter().collect::<Result<_, _>>()?;
    let values: Option<Vec<f64>> = found.into_iter().collect();
    let measured = values.map(|values| interval_of_means(&values));
    Ok(Probe {
        value: value.to_owned(),
        digest: scenario.digest.clone(),
        measured,
        met: measured.is_some_and(|interval| objective.holds(interval.mean)),
        verdict: measured.map_or(Verdict::Broken, |interval| verdict(objective, interval)),
    })
}

fn verdict(objective: &Objective, interval: Interval) -> Verdict {
    let ends = (objective.holds(interval.low), objective.holds(interval.high));
    let spans = interval.low <= objective.bound() && objective.bound() <= interval.high;
    match ends {
        (true, true) => Verdict::Kept,
        // Bounds that must be met exactly are kept by no end of an interval around them.
        (false, false) if !spans || interval.low == interval.high => Verdict::Broken,
        _ => Verdict::Open,
    }
}

/// Which probes answer the question; all but the ends may be the same one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// The last value, seen from the end that meets the objective, whose mean still does.
    pub at: Probe,
    /// The last value up to which the whole interval keeps the promise; none where it does not even at the end.
    pub surely_met: Option<Probe>,
    /// The first value from which the whole interval breaks it; none where it does not even at the end.
    pub surely_unmet: Option<Probe>,
    /// The end that meets the objective.
    pub met_end: Probe,
    /// The end that does not.
    pub unmet_end: Probe,
    /// Whether the met end is the first of the values.
    #[serde(skip)]
    pub from_first: bool,
    /// All values that were tried, in their order.
    pub probes: Vec<Probe>,
}

/// What `brownout find` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What ran; the digest is that of the scenario without the varied value.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// The varied path.
    pub path: String,
    /// The objective, as written.
    pub objective: String,
    /// Which kind of limit the answer is.
    pub limit: Limit,
    /// The answer.
    #[serde(flatten)]
    pub found: Found,
}

/// Which side of a found value keeps the promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// It is the largest that does: a load.
    Largest,
    /// It is the smallest that does: a capacity.
    Smallest,
}

impl Finding {
    /// What a search along an axis found.
    pub fn new(evidence: Evidence, axis: &Axis, objective: &Objective, found: Found) -> Finding {
        let rises = axis.numbers().is_none_or(|numbers| numbers.first() <= numbers.last());
        let limit = if rises == found.from_first { Limit::Largest } else { Limit::Smallest };
        Finding { evidence, path: axis.path.clone(), objective: objective.text.clone(), limit, found }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unfound<E> {
    /// Both ends meet the objective, or neither does.
    Agree(Box<[Probe; 2]>),
    /// A probe failed.
    Probe(E),
}

/// Searches values `0..=last` for where the promise breaks. `probe` is asked once per value at most.
///
/// # Errors
/// If a probe fails, or the ends agree.
pub fn find<E>(last: usize, probe: &mut dyn FnMut(usize) -> Result<Probe, E>) -> Result<Found, Unfound<E>> {
    let mut search = Search { probe, known: BTreeMap::new() };
    let ends = [search.at(0)?, search.at(last)?];
    if ends[0].met == ends[1].met {
        return Err(Unfound::Agree(Box::new(ends)));
    }
    let [first, second] = ends;
    let from_first = first.met;
    let (good, bad) = if from_first { (0, last) } else { (last, 0) };
    let (at, beyond) = search.boundary(good, bad, |probe| probe.met)?;
    let surely_met = search.boundary(good, beyond, |probe| probe.verdict == Verdict::Kept)?.0;
    let surely_unmet = search.boundary(at, bad, |probe| probe.verdict != Verdict::Broken)?.1;
    let known = search.known;
    let sure = |index: usize, verdict| Some(known[&index].clone()).filter(|probe| probe.verdict == verdict);
    let (met_end, unmet_end) = if from_first { (first, second) } else { (second, first) };
    Ok(Found {
        at: known[&at].clone(),
        surely_met: sure(surely_met, Verdict::Kept),
        surely_unmet: sure(surely_unmet, Verdict::Broken),
        met_end,
        unmet_end,
        from_first,
        probes: known.values().cloned().collect(),
    })
}

struct Search<'p, E> {
    probe: &'p mut dyn FnMut(usize) -> Result<Probe, E>,
    known: BTreeMap<usize, Probe>,
}

impl<E> Search<'_, E> {
    fn at(&mut self, index: usize) -> Result<Probe, Unfound<E>> {
        if let Some(known) = self.known.get(&index) {
            return Ok(known.clone());
        }
        let probe = (self.probe)(index).map_err(Unfound::Probe)?;
        self.known.insert(index, probe.clone());
        Ok(probe)
    }

    /// Two neighbours between `from` and `to`, the first of which `holds` and the second does not. Where `holds` says
    /// the same of both ends, `from` or `to` twice.
    fn boundary(&mut self, from: usize, to: usize, holds: fn(&Probe) -> bool) -> Result<(usize, usize), Unfound<E>> {
        if !holds(&self.at(from)?) {
            return Ok((from, from));
        }
        if holds(&self.at(to)?) {
            return Ok((to, to));
        }
        let (mut yes, mut no) = (from, to);
        while yes.abs_diff(no) > 1 {
            let middle = yes.midpoint(no);
            *(if holds(&self.at(middle)?) { &mut yes } else { &mut no }) = middle;
        }
        Ok((yes, no))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A probe at each index of a measure that has to be under 50 and rises by one per index, give or take `spread`.
    fn rising(spread: f64) -> impl Fn(usize) -> Result<Probe, RunError> {
        move |index| {
            let mean = index as f64;
            let verdict = match mean {
                mean if mean + spread < 50.0 => Verdict::Kept,
                mean if mean - spread >= 50.0 => Verdict::Broken,
                _ => Verdict::Open,
            };
            Ok(Probe {
                value: index.to_string(),
                digest: String::new(),
                measured: Some(Interval { mean, low: mean - spread, high: mean + spread }),
                met: mean < 50.0,
                verdict,
            })
        }
    }

    fn value(probe: &Option<Probe>) -> Option<&str> {
        probe.as_ref().map(|probe| probe.value.as_str())
    }

    #[test]
    fn the_last_that_holds_and_how_sure_that_is() {
        let mut asked = Vec::new();
        let found = find(1_000, &mut |index| {
            asked.push(index);
            rising(4.5)(index)
        })
        .expect("the ends differ");
        assert_eq!((found.at.value.as_str(), found.from_first), ("49", true));
        assert_eq!((value(&found.surely_met), value(&found.surely_unmet)), (Some("45"), Some("55")));
        let count = asked.len();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!((asked.len(), found.probes.len()), (count, count), "no value twice");
        assert!(count < 30, "{count} probes");
    }

    #[test]
    fn a_capacity_is_searched_from_the_other_end() {
        let found = find(100, &mut |index| rising(0.5)(100 - index)).expect("the ends differ");
        assert_eq!((found.at.value.as_str(), found.from_first), ("49", false));
        assert_eq!((found.met_end.value.as_str(), found.unmet_end.value.as_str()), ("0", "100"));
    }

    #[test]
    fn where_no_value_is_sure_none_is_named() {
        let found = find(60, &mut rising(100.0)).expect("the ends differ");
        assert_eq!((found.at.value.as_str(), value(&found.surely_met), value(&found.surely_unmet)), ("49", None, None));
    }

    #[test]
    fn ends_that_agree_have_no_answer() {
        for last in [0, 1, 49] {
            assert!(matches!(find(last, &mut rising(1.0)), Err(Unfound::Agree(_))), "{last}");
        }
        let fails = find(9, &mut |_| Err(RunError::Stopped));
        assert!(matches!(fails, Err(Unfound::Probe(RunError::Stopped))));
    }
}
