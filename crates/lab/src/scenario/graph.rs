//! Who calls whom: calls may not go in a circle, nor nest without bound.

use super::names::Names;
use super::problem::{Place, Problem, Problems};
use sim::model::{EndpointId, Model};
use std::collections::HashMap;

/// A call, and where it is written. Without a caller, a tenant's.
pub(super) struct Site {
    pub(super) caller: Option<EndpointId>,
    pub(super) callee: EndpointId,
    pub(super) place: Place,
}

/// Reports circles, chains that are too deep, and more calls than the engine keeps apart.
pub(super) fn check(sites: &[Site], names: &Names, problems: &mut Problems) {
    if let Some(beyond) = sites.get(Model::MAX_SITES) {
        let problem = Problem::new(beyond.place, format!("there are {} calls, those of tenants included", sites.len()));
        problems.push(problem.expected(format!("at most {}", Model::MAX_SITES)));
    }
    let mut calls: HashMap<EndpointId, Vec<&Site>> = HashMap::new();
    let mut callers = Vec::new();
    for site in sites {
        if let Some(caller) = site.caller {
            let of_caller = calls.entry(caller).or_default();
            if of_caller.is_empty() {
                callers.push(caller);
            }
            of_caller.push(site);
        }
    }
    let mut walk = Walk { calls, names, problems, heights: HashMap::new(), path: Vec::new() };
    for caller in callers {
        walk.height(caller);
    }
}

/// A depth-first walk that remembers how deep the calls below each endpoint nest.
struct Walk<'a> {
    calls: HashMap<EndpointId, Vec<&'a Site>>,
    names: &'a Names,
    problems: &'a mut Problems,
    /// None while the endpoint is on the path.
    heights: HashMap<EndpointId, Option<usize>>,
    path: Vec<&'a Site>,
}

impl<'a> Walk<'a> {
    /// Endpoints in the longest chain from here. Never recurses deeper than chains may be.
    fn height(&mut self, endpoint: EndpointId) -> usize {
        if let Some(Some(known)) = self.heights.get(&endpoint) {
            return *known;
        }
        self.heights.insert(endpoint, None);
        let mut height = 1;
        for site in self.calls.get(&endpoint).cloned().unwrap_or_default() {
            height = height.max(1 + self.below(site));
        }
        self.heights.insert(endpoint, Some(height));
        height
    }

    fn below(&mut self, site: &'a Site) -> usize {
        let above = self.path.len() + 1;
        match self.heights.get(&site.callee) {
            Some(None) => {
                self.circle(site);
                0
            }
            Some(Some(known)) if above + known > Model::MAX_DEPTH => self.too_deep(site),
            Some(Some(known)) => *known,
            None if above == Model::MAX_DEPTH => self.too_deep(site),
            None => {
                self.path.push(site);
                let height = self.height(site.callee);
                self.path.pop();
                height
            }
        }
    }

    fn circle(&mut self, closing: &Site) {
        let start = self.path.iter().position(|site| site.caller == Some(closing.callee));
        let through = start.map_or(&[][..], |start| &self.path[start..]).iter().map(|site| site.callee);
        let round: Vec<EndpointId> = std::iter::once(closing.callee).chain(through).chain([closing.callee]).collect();
        let names: Vec<String> = round.iter().map(|endpoint| self.names.endpoint(*endpoint)).collect();
        let problem = Problem::new(closing.place, format!("these calls go in a circle: {}", names.join(" -> ")));
        self.problems.push(problem.hint("a request would never end; take one of the calls out"));
    }

    /// Reported where a chain gets too long, and not again on the way back: there it counts as nothing.
    fn too_deep(&mut self, site: &Site) -> usize {
        let problem = Problem::new(site.place, "calls nest too deep here");
        self.problems.push(problem.expected(format!("at most {} endpoints in a chain", Model::MAX_DEPTH)));
        0
    }
}
