//! Times without a mean.

use super::design::{Design, branches};
use super::means::mean_s;
use super::{Draft, Rule, Severity};
use sim::model::{Dist, EndpointId, Step};

pub(super) static RULE: Rule = Rule {
    id: "no-finite-mean",
    severity: Severity::Warning,
    about: "A time is drawn from a distribution that has no mean",
    why: "The longer one watches, the longer the longest request gets, so that no number of workers or cores is enough in \
          the end.",
    reads: "`pareto` with `alpha` of at most 1 and without `max`, in work, waits and the network. Rules that multiply a \
            rate with a mean stay silent about whatever waits for it.",
    cure: "A `max`: no real request takes for ever, because something gives up.",
    source: "M. Harchol-Balter, Performance Modeling and Design of Computer Systems, 2013, chapter 20.",
    find,
};

fn find(design: &Design<'_>) -> Vec<Draft> {
    design.endpoints.iter().flat_map(|id| of_endpoint(design, *id)).collect()
}

fn of_endpoint(design: &Design<'_>, id: EndpointId) -> Vec<Draft> {
    let (service, endpoint) = (&design.service(id.service).name, design.endpoint(id));
    let steps = endpoint.steps.iter().enumerate();
    let endless = steps.filter_map(|(index, step)| {
        let alpha = branches(step).iter().find_map(endless)?;
        let path = format!("services.{service}.endpoints.{}[{index}]", endpoint.name);
        Some(draft(design, id, alpha, path))
    });
    endless.collect()
}

/// The tail index of a step's time, or its network's, if that has no mean.
fn endless(step: &Step) -> Option<f64> {
    let dist = match step {
        Step::Work(dist) | Step::Wait(dist) => dist,
        Step::Call(call) => &call.network.latency,
        _ => return None,
    };
    match dist {
        Dist::Pareto { alpha, .. } if mean_s(dist).is_infinite() => Some(*alpha),
        _ => None,
    }
}

fn draft(design: &Design<'_>, id: EndpointId, alpha: f64, path: String) -> Draft {
    Draft {
        severity: Severity::Warning,
        path,
        title: format!("a time of {} has no mean", design.name(id)),
        arithmetic: format!(
            "alpha = {alpha} is at most 1: the mean of n draws grows with n, n^(1/{alpha} - 1) in scale, and rate x time \
             held has no value"
        ),
        look_closer: design.commands.run(&["duration=".to_owned() + &doubled(design)]),
    }
}

/// A run twice as long, in which the longest request is longer still.
fn doubled(design: &Design<'_>) -> String {
    format!("{}s", (design.model.duration.as_secs() * 2.0).ceil() as u64)
}
