//! What requests occupy: cores, workers and connections, and how much of each a second of load asks for.
//!
//! By Little's law the mean number of occupied places is the rate times the mean time that each is held (J. D. C. Little,
//! "A Proof for the Queuing Formula: L = λW", Operations Research 9(3), 1961), whatever the arrivals and the distribution.
//! More than there are places cannot be, so the rest waits, and where the load goes on it waits without end.

use super::design::Design;
use crate::readable;
use sim::model::{EndpointId, ServiceId};

/// Places of one kind, of all replicas that a service can have.
pub(super) struct Resource {
    pub(super) service: ServiceId,
    pub(super) kind: Kind,
    pub(super) size: f64,
    /// What occupies it.
    pub(super) uses: Vec<Use>,
}

/// Which places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// CPUs, held by work.
    Cores,
    /// Workers, held from a handler's start to its end.
    Workers,
    /// Connections to another service, held by calls.
    Pool(ServiceId),
}

/// What occupies a place, and for how long.
pub(super) struct Use {
    /// The handler.
    pub(super) by: EndpointId,
    /// In words: an endpoint, or a call.
    pub(super) name: String,
    /// Mean time per execution of the handler, in seconds.
    pub(super) held_s: f64,
}

impl Resource {
    /// All resources that are limited and that some tenant's requests reach.
    pub(super) fn all(design: &Design<'_>) -> Vec<Resource> {
        let of_service = |id: ServiceId| {
            let service = design.service(id);
            let cores = service.cores.map(|cores| places(design, id, Kind::Cores, cores));
            let workers = service.workers.map(|workers| places(design, id, Kind::Workers, workers));
            let pools = service.pools.iter().map(move |pool| places(design, id, Kind::Pool(pool.callee), pool.size));
            cores.into_iter().chain(workers).chain(pools)
        };
        design.services().into_iter().flat_map(of_service).filter(|resource| !resource.uses.is_empty()).collect()
    }

    /// The mean number of places that load at these rates asks for.
    pub(super) fn demand(&self, design: &Design<'_>, rates: &[f64]) -> f64 {
        self.uses.iter().map(|use_| design.rate(use_.by, rates) * use_.held_s).sum()
    }

    /// The share of the places that load at these rates asks for; over 1 is more than there are.
    pub(super) fn utilization(&self, design: &Design<'_>, rates: &[f64]) -> f64 {
        self.demand(design, rates) / self.size
    }

    /// The share that one tenant's requests ask for.
    pub(super) fn utilization_by(&self, design: &Design<'_>, tenant: usize, rates: &[f64]) -> f64 {
        let mut own = vec![0.0; rates.len()];
        own[tenant] = rates.get(tenant).copied().unwrap_or(0.0);
        self.utilization(design, &own)
    }

    /// Where its size is written.
    pub(super) fn path(&self, design: &Design<'_>) -> String {
        let service = &design.service(self.service).name;
        match self.kind {
            Kind::Cores => format!("services.{service}.cores"),
            Kind::Workers => format!("services.{service}.workers"),
            Kind::Pool(callee) => format!("services.{service}.pools.{}", design.service(callee).name),
        }
    }

    /// Into how many parts load is dealt that must each fit: replicas, where the slowest decides.
    fn parts(&self, design: &Design<'_>) -> f64 {
        if design.slowest_decides(self.service) { f64::from(design.service(self.service).most_replicas()) } else { 1.0 }
    }

    /// `4 cores`, `32 workers`, `10 connections to payments`; of the slowest replica where that decides.
    pub(super) fn words(&self, design: &Design<'_>) -> String {
        let size = (self.size / self.parts(design)) as u64;
        let (one, many) = match self.kind {
            Kind::Cores => ("core", "cores"),
            Kind::Workers => ("worker", "workers"),
            Kind::Pool(_) => ("connection", "connections"),
        };
        let noun = if size == 1 { one } else { many };
        let whole = readable::whole(size);
        match self.kind {
            Kind::Pool(callee) => format!("{whole} {noun} to {}", design.service(callee).name),
            _ => format!("{whole} {noun}"),
        }
    }

    /// `350/s x 8ms = 2.8 of 4 cores, 70.0%`, with each use of it.
    pub(super) fn arithmetic(&self, design: &Design<'_>, rates: &[f64]) -> String {
        let used = |use_: &&Use| design.rate(use_.by, rates) * use_.held_s > 0.0;
        let terms: Vec<String> = self.uses.iter().filter(used).map(|use_| self.term(design, use_, rates)).collect();
        let demand = readable::digits(self.demand(design, rates) / self.parts(design));
        let share = readable::share(self.utilization(design, rates));
        format!("{} = {demand} of {}, {share}", terms.join(" + "), self.words(design))
    }

    fn term(&self, design: &Design<'_>, use_: &Use, rates: &[f64]) -> String {
        let (rate, held) =
            (rate_words(design.rate(use_.by, rates) / self.parts(design)), readable::duration(use_.held_s * 1e3));
        if self.uses.len() == 1 { format!("{rate} x {held}") } else { format!("{rate} x {held} ({})", use_.name) }
    }
}

/// `350/s`.
pub(super) fn rate_words(rate: f64) -> String {
    format!("{}/s", readable::count(rate))
}

fn places(design: &Design<'_>, id: ServiceId, kind: Kind, each: u32) -> Resource {
    let size = f64::from(each) * f64::from(design.service(id).most_replicas());
    let mut handlers: Vec<EndpointId> = design.endpoints.iter().filter(|e| e.service == id).copied().collect();
    handlers.sort_unstable();
    let uses = handlers.into_iter().flat_map(|endpoint| uses(design, endpoint, kind)).collect();
    Resource { service: id, kind, size, uses }
}

fn uses(design: &Design<'_>, by: EndpointId, kind: Kind) -> Vec<Use> {
    let name = design.name(by);
    match kind {
        Kind::Cores => vec![Use { by, name, held_s: design.work_s(by) }],
        Kind::Workers => vec![Use { by, name, held_s: design.held_s(by) }],
        Kind::Pool(callee) => {
            let calls = design.calls_of(by).filter(|site| site.call.callee.service == callee);
            let one = |site: &super::design::Site<'_>| Use {
                by,
                name: format!("{name} -> {}", design.name(site.call.callee)),
                held_s: f64::from(site.call.times) * design.answer_s(site),
            };
            calls.map(one).collect()
        }
    }
}
