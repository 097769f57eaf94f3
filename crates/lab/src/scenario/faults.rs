//! Faults: what goes wrong, where and when.

use super::keys;
use super::problem::Problem;
use super::reader::{Fields, Reader};
use super::yaml::Node;
use sim::model::{Capacity, Fault, FaultKind, Load, Party, Service, ServiceId, Tenant};
use sim::{Span, Time};

impl Reader<'_> {
    pub(super) fn faults(&mut self, node: &Node, tenants: &[Tenant], services: &[Service]) -> Vec<Fault> {
        /// Faults of one scenario.
        const MOST: usize = 1_000;
        let items = self.list_of_at_most(MOST, node, "a list of faults");
        items.iter().filter_map(|item| self.fault(item, tenants, services)).collect()
    }

    fn fault(&mut self, node: &Node, tenants: &[Tenant], services: &[Service]) -> Option<Fault> {
        let fields = self.case(node, &keys::FAULT)?;
        let at = self.duration(&fields, "at");
        let lasts = match fields.get("for") {
            Some(_) => self.duration(&fields, "for"),
            None if fields.tag() == "flush" => Some(Span::ZERO),
            None => Some(Span::MAX),
        };
        let kind = match fields.tag() {
            tag @ ("partition" | "loss") => self.between(&fields, tag),
            "spike" => self.spike(&fields, tenants),
            "flush" => self.flush(&fields),
            tag => self.service_fault(&fields, tag, services),
        };
        Some(Fault { kind: kind?, at: Time(at?.0), lasts: lasts? })
    }

    fn service_fault(&mut self, fields: &Fields<'_>, tag: &str, services: &[Service]) -> Option<FaultKind> {
        let service = self.service(fields, tag);
        let share = self.percent(fields, "share");
        Some(match tag {
            "slow" => {
                let by = self.factor(fields, "by");
                FaultKind::Slow { service: service?, by: by?, share: share? }
            }
            "errors" => {
                let rate = self.percent(fields, "rate");
                FaultKind::Errors { service: service?, rate: rate?, share: share? }
            }
            "crash" => FaultKind::Crash { service: service?, share: share? },
            "pause" => FaultKind::Pause { service: service?, share: share? },
            _ => {
                let what = self.capacity(fields);
                let to = self.count(fields, "to");
                let (service, what) = (service?, what?);
                self.check_capacity(fields, service, what, services);
                FaultKind::Shrink { service, what, to: to?, share: share? }
            }
        })
    }

    fn capacity(&mut self, fields: &Fields<'_>) -> Option<Capacity> {
        fields.get("what")?;
        match self.word(fields, "what")? {
            "pool" => Some(Capacity::Pool),
            _ => Some(Capacity::Workers),
        }
    }

    /// A capacity that is not there cannot shrink.
    fn check_capacity(&mut self, fields: &Fields<'_>, id: ServiceId, what: Capacity, services: &[Service]) {
        let Some(service) = services.get(id.0 as usize) else { return };
        let (there, missing) = match what {
            Capacity::Workers => (service.workers.is_some(), "workers"),
            Capacity::Pool => (!service.pools.is_empty(), "pools"),
        };
        if !there {
            let message = format!("`{}` has no `{missing}` that could shrink", service.name);
            self.report(Problem::new(fields.place("what"), message).hint(format!("give it `{missing}`")));
        }
    }

    fn between(&mut self, fields: &Fields<'_>, tag: &str) -> Option<FaultKind> {
        let sides = self.sides(fields, tag);
        if tag == "partition" {
            return Some(FaultKind::Partition { between: sides? });
        }
        let rate = self.percent(fields, "rate");
        Some(FaultKind::Loss { between: sides?, rate: rate? })
    }

    fn sides(&mut self, fields: &Fields<'_>, tag: &str) -> Option<[Party; 2]> {
        const EXPECTED: &str = "a list of two, such as [gateway, inventory]";
        let node = fields.get(tag)?;
        let [a, b] = self.list(node, EXPECTED)? else {
            self.report(Problem::new(node.place, format!("a {tag} is between two")).expected(EXPECTED));
            return None;
        };
        let (first, second) = (self.side(a), self.side(b));
        let (first, second) = (first?, second?);
        if first == second {
            self.report(Problem::new(b.place, "the two sides are the same").expected(EXPECTED));
        }
        Some([first, second])
    }

    fn side(&mut self, node: &Node) -> Option<Party> {
        let name = self.text(node, "a tenant or a service")?;
        self.party_named(name, node.place)
    }

    fn spike(&mut self, fields: &Fields<'_>, tenants: &[Tenant]) -> Option<FaultKind> {
        let tenant = self.tenant(fields, "spike");
        let by = self.factor(fields, "by");
        let tenant = tenant?;
        if let Some(Tenant { name, load: Load::Closed { .. } | Load::Replay { .. }, .. }) =
            tenants.get(tenant.0 as usize)
        {
            let message = format!("`{name}` has no `rate` that could spike");
            self.report(Problem::new(fields.place("spike"), message).expected("a tenant with a `rate`"));
        }
        Some(FaultKind::Spike { tenant, by: by? })
    }
}
