//! What lies between callers and callees: the scenario's default and its exceptions, resolved into every call.

use super::keys;
use super::problem::{Problem, quoted};
use super::reader::Reader;
use super::yaml::Node;
use sim::Span;
use sim::model::{Network, Party, ServiceId};
use std::collections::HashMap;

/// The default, and the pairs that differ.
#[derive(Default)]
pub(super) struct Networks {
    default: Network,
    pairs: HashMap<(Caller, u32), Network>,
}

/// [`Party`], as a key of a map.
#[derive(PartialEq, Eq, Hash)]
enum Caller {
    Tenant(u32),
    Service(u32),
}

impl From<Party> for Caller {
    fn from(party: Party) -> Caller {
        match party {
            Party::Tenant(id) => Caller::Tenant(id.0),
            Party::Service(id) => Caller::Service(id.0),
        }
    }
}

impl Networks {
    /// What a message goes through where neither end is a service or a tenant.
    pub(super) fn anywhere(&self) -> Network {
        self.default.clone()
    }

    /// What a message from `caller` to `callee` and its answer go through.
    pub(super) fn between(&self, caller: Party, callee: ServiceId) -> Network {
        self.pairs.get(&(caller.into(), callee.0)).unwrap_or(&self.default).clone()
    }
}

impl Reader<'_> {
    pub(super) fn read_networks(&mut self, key: &Node, node: &Node) -> Option<()> {
        let fields = self.fields(key.place, node, &keys::NETWORK)?;
        self.networks.default = Network {
            latency: self.distribution(&fields, "latency").unwrap_or(Network::default().latency),
            jitter: self.duration(&fields, "jitter").unwrap_or(Span::ZERO),
            loss: self.percent(&fields, "loss").unwrap_or(0.0),
        };
        for (pair, node) in self.map(fields.get("pairs")?, "a map from `caller -> callee` to its network")? {
            self.read_pair(pair, node);
        }
        Some(())
    }

    fn read_pair(&mut self, pair: &Node, node: &Node) -> Option<()> {
        let fields = self.fields(pair.place, node, &keys::PAIR)?;
        let default = &self.networks.default;
        let mut network = default.clone();
        if fields.get("latency").is_some() {
            network.latency = self.distribution(&fields, "latency")?;
        }
        if fields.get("jitter").is_some() {
            network.jitter = self.duration(&fields, "jitter")?;
        }
        if fields.get("loss").is_some() {
            network.loss = self.percent(&fields, "loss")?;
        }
        let text = pair.text();
        let Some((caller, callee)) = text.split_once("->") else {
            let problem = Problem::new(pair.place, format!("{} is no pair", quoted(text)));
            self.report(problem.expected("a caller and the service it calls, such as `gateway -> inventory`"));
            return None;
        };
        let arrow = caller.len();
        let caller_name = caller.trim();
        let callee_name = callee.trim();
        let caller = self.party_named(caller_name, pair.part(0, caller.trim_end().len()));
        let start = arrow + 2 + callee.len() - callee.trim_start().len();
        let callee = self.service_named(callee_name, pair.part(start, start + callee_name.len()));
        self.networks.pairs.insert((caller?.into(), callee?.0), network);
        Some(())
    }
}
