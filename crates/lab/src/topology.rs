//! Who calls whom: a scenario as the graph that one draws, with what each service has.

use crate::reporting::endpoint_name;
use crate::scenario::Scenario;
use serde::Serialize;
use sim::model::{Call, EndpointId, Load, Model, Service, TenantId};
use sim::{CallerId, Sites};

/// A scenario as a graph.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Topology {
    /// Who sends requests.
    pub tenants: Vec<TenantNode>,
    /// Who answers them.
    pub services: Vec<ServiceNode>,
    /// Who calls whom: one for each pair, in the order of the scenario.
    pub edges: Vec<Edge>,
}

/// A source of requests.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantNode {
    /// Its name.
    pub name: String,
    /// The endpoint that it calls.
    pub calls: String,
    /// Requests per second before anything shapes them; absent for users that wait for their answers.
    pub rate_per_s: Option<f64>,
    /// How many users there are, where there are users.
    pub users: Option<u32>,
}

/// A service.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceNode {
    /// Its name.
    pub name: String,
    /// Copies at the start.
    pub replicas: u32,
    /// Handlers at once per replica; absent where unlimited.
    pub workers: Option<u32>,
    /// CPUs per replica; absent where work never contends.
    pub cores: Option<u32>,
    /// Places in the waiting room of a replica; absent where unlimited.
    pub queue: Option<u32>,
}

/// One calls the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edge {
    /// A tenant or a service.
    pub from: String,
    /// A service.
    pub to: String,
    /// Whether every such call may fail without failing its caller.
    pub optional: bool,
}

/// The graph of a scenario.
pub fn topology(scenario: &Scenario) -> Topology {
    let model = &scenario.model;
    Topology {
        tenants: model.tenants.iter().map(|tenant| tenant_node(model, tenant)).collect(),
        services: model.services.iter().map(service_node).collect(),
        edges: edges(model),
    }
}

fn tenant_node(model: &Model, tenant: &sim::model::Tenant) -> TenantNode {
    let (rate_per_s, users) = match &tenant.load {
        Load::Open { rate, .. } => (Some(*rate), None),
        Load::Closed { users, .. } => (None, Some(*users)),
        _ => (None, None),
    };
    TenantNode { name: tenant.name.clone(), calls: endpoint_name(model, tenant.call.callee), rate_per_s, users }
}

fn service_node(service: &Service) -> ServiceNode {
    ServiceNode {
        name: service.name.clone(),
        replicas: service.replicas,
        workers: service.workers,
        cores: service.cores,
        queue: service.queue.limit,
    }
}

fn edges(model: &Model) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for (caller, call) in Sites::calls(model) {
        let Some(edge) = edge(model, caller, call) else { continue };
        match edges.iter_mut().find(|known| known.from == edge.from && known.to == edge.to) {
            Some(known) => known.optional &= edge.optional,
            None => edges.push(edge),
        }
    }
    let sites = Sites::of(model);
    for (caller, callee) in sites.callers.iter().zip(&sites.callees) {
        // Consumers of queues, and copies that are refreshed, call as well, on nobody's behalf.
        if let CallerId::Queue(id) = caller {
            let from = model.queues[id.0 as usize].name.clone();
            edges.push(Edge { from, to: service_name(model, *callee), optional: false });
        }
    }
    edges
}

fn edge(model: &Model, caller: CallerId, call: &Call) -> Option<Edge> {
    let from = match caller {
        CallerId::Tenant(TenantId(id)) => model.tenants[id as usize].name.clone(),
        CallerId::Endpoint(endpoint) => service_name(model, endpoint),
        _ => return None,
    };
    let to = service_name(model, call.callee);
    (from != to).then_some(Edge { from, to, optional: call.optional })
}

fn service_name(model: &Model, endpoint: EndpointId) -> String {
    model.services[endpoint.service.0 as usize].name.clone()
}
