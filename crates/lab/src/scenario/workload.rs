//! Tenants: what they call, and when.

use super::graph::Site;
use super::keys;
use super::problem::Problem;
use super::reader::{Fields, Reader};
use super::yaml::{Kind, Node};
use super::{dist, shape};
use sim::model::{Arrivals, Call, Load, Party, Profile, Tenant, TenantId};
use sim::{Span, Time};

impl Reader<'_> {
    pub(super) fn workload(&mut self, key: &Node, node: &Node, duration: Span) -> Vec<Tenant> {
        let entries = self.map(node, "a map from tenant to what it sends").unwrap_or_default();
        if entries.is_empty() {
            self.report(Problem::new(key.place, "there is no tenant").expected("at least one"));
        }
        let mut tenants = Vec::with_capacity(entries.len());
        for (index, (name, node)) in entries.iter().enumerate() {
            tenants.extend(self.tenant_of(TenantId(index as u32), name, node, duration));
        }
        tenants
    }

    fn tenant_of(&mut self, id: TenantId, name: &Node, node: &Node, duration: Span) -> Option<Tenant> {
        let fields = self.fields(name.place, node, &keys::TENANT)?;
        let call = self.call(&fields, Party::Tenant(id));
        let guards = self.guards(&fields);
        let load = self.load(&fields, duration);
        let said = ["rate", "users", "replay"].into_iter().find(|key| fields.get(key).is_some());
        self.loads.push(said.map_or(fields.owner, |key| fields.place(key)));
        let patience = self.duration(&fields, "patience");
        let priority = self.count(&fields, "priority").unwrap_or(0);
        let call = Call { guards, ..call? };
        self.sites.push(Site { caller: None, callee: call.callee, place: fields.place("call") });
        Some(Tenant { name: name.text().to_owned(), call, load: load?, patience, priority: priority.min(255) as u8 })
    }

    fn load(&mut self, fields: &Fields<'_>, duration: Span) -> Option<Load> {
        if let Some(file) = fields.get("replay") {
            return self.replay(file);
        }
        if fields.get("users").is_some() {
            let users = self.count(fields, "users");
            let think = self.distribution(fields, "think");
            return Some(Load::Closed { users: users?, think: think? });
        }
        let rate = self.rate(fields, "rate");
        let arrivals = match fields.get("arrivals") {
            Some(node) => self.parsed(node, "poisson, constant or bursty(on=2s, off=8s)", dist::arrivals),
            None => Some(Arrivals::Poisson),
        };
        let profile = self.profile(fields, duration);
        Some(Load::Open { rate: rate?, arrivals: arrivals?, profile: profile? })
    }

    fn replay(&mut self, node: &Node) -> Option<Load> {
        let name = self.text(node, "the name of a CSV file")?;
        let column = self.rising_column(node.place, name)?;
        Some(Load::Replay { times: column.values.iter().map(|span| Time(span.0)).collect() })
    }

    fn profile(&mut self, fields: &Fields<'_>, duration: Span) -> Option<Profile> {
        /// As many shapes as a person can picture multiplied.
        const MOST: usize = 8;
        let Some(node) = fields.get("shape") else { return Some(Profile::default()) };
        let shapes = match &node.kind {
            Kind::List(items) => &items[..],
            _ => std::slice::from_ref(node),
        };
        if shapes.len() > MOST {
            self.report(Problem::new(node.head(), "there are too many shapes").expected(format!("at most {MOST}")));
            return None;
        }
        let expected = "a shape such as spike(by=3x, at=2m, for=30s)";
        let shapes: Option<Vec<Profile>> =
            shapes.iter().map(|item| self.parsed(item, expected, |text| shape::shape(text, duration))).collect();
        let product = shape::product(&shapes?);
        if product.is_none() {
            self.report(Problem::new(
                node.head(),
                "these shapes multiplied have too many corners, or go too high, for this run",
            ));
        }
        product
    }
}
