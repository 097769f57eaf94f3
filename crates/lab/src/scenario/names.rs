//! The names of a scenario, collected before anything is decoded, so that everything may refer to everything.

use super::keys::{Kind as Value, Part};
use super::problem::{Place, Problem, Problems, quoted};
use super::reader::{Fields, Reader};
use super::yaml::{Kind, Node};
use indexmap::{IndexMap, IndexSet};
use sim::model::{EndpointId, Party, ServiceId, TenantId};

/// Tenants, services and their endpoints, in the order of the file: a name's index is its id in the model.
#[derive(Default)]
pub(super) struct Names {
    pub(super) tenants: IndexSet<String>,
    pub(super) services: IndexMap<String, IndexSet<String>>,
    pub(super) caches: IndexSet<String>,
    pub(super) databases: IndexSet<String>,
    pub(super) projections: IndexSet<String>,
    pub(super) queues: IndexSet<String>,
}

impl Names {
    pub(super) fn collect(root: &Node, problems: &mut Problems) -> Names {
        let mut names = Names::default();
        for (key, _) in entries(root.get("workload")) {
            check_name(key, "tenant", problems);
            names.tenants.insert(key.text().to_owned());
        }
        for (key, service) in entries(root.get("services")) {
            check_name(key, "service", problems);
            if names.tenants.contains(key.text()) {
                let message = format!("{} is a tenant already", quoted(key.text()));
                problems.push(Problem::new(key.place, message).hint("give the service or the tenant another name"));
            }
            let endpoints = entries(service.get("endpoints"));
            endpoints.iter().for_each(|(endpoint, _)| check_name(endpoint, "endpoint", problems));
            let endpoints = endpoints.iter().map(|(endpoint, _)| endpoint.text().to_owned()).collect();
            names.services.insert(key.text().to_owned(), endpoints);
        }
        names.caches = named(root, "caches", "cache", problems);
        names.databases = named(root, "databases", "database", problems);
        names.projections = named(root, "projections", "projection", problems);
        names.queues = named(root, "queues", "queue", problems);
        names.add_databases(root, problems);
        names
    }

    /// A database is a service, and its replicas are another one.
    fn add_databases(&mut self, root: &Node, problems: &mut Problems) {
        for (key, database) in entries(root.get("databases")) {
            let name = key.text();
            let copied = database.get("replicas").is_some_and(|count| count.text() != "0" && !count.is_null());
            let services = std::iter::once(name.to_owned()).chain(copied.then(|| replicas_of(name)));
            for service in services {
                if self.party(&service).is_some() {
                    let message = format!("{} is a service or a tenant already", quoted(&service));
                    problems.push(Problem::new(key.place, message).hint("give the database another name"));
                }
                self.services.entry(service).or_default();
            }
        }
    }

    /// The names of all parts of a sort, in the order of the file.
    fn parts(&self, part: Part) -> impl Iterator<Item = &str> + Clone {
        part.sections.iter().flat_map(|section| self.section(section)).map(String::as_str)
    }

    fn section(&self, section: &str) -> &IndexSet<String> {
        match section {
            "caches" => &self.caches,
            "databases" => &self.databases,
            "projections" => &self.projections,
            "queues" => &self.queues,
            _ => unreachable!("no section of named parts"),
        }
    }

    pub(super) fn tenant(&self, name: &str) -> Option<TenantId> {
        self.tenants.get_index_of(name).map(|index| TenantId(index as u32))
    }

    pub(super) fn service(&self, name: &str) -> Option<ServiceId> {
        self.services.get_index_of(name).map(|index| ServiceId(index as u32))
    }

    pub(super) fn party(&self, name: &str) -> Option<Party> {
        self.tenant(name).map(Party::Tenant).or_else(|| self.service(name).map(Party::Service))
    }

    /// Names of services, then of tenants.
    pub(super) fn parties(&self) -> impl Iterator<Item = &str> + Clone {
        self.services.keys().chain(&self.tenants).map(String::as_str)
    }

    /// `service.endpoint`.
    pub(super) fn endpoint(&self, id: EndpointId) -> String {
        let service = self.services.get_index(id.service.0 as usize);
        let endpoint = service.and_then(|(_, endpoints)| endpoints.get_index(id.endpoint as usize));
        match (service, endpoint) {
            (Some((service, _)), Some(endpoint)) => format!("{service}.{endpoint}"),
            _ => String::new(),
        }
    }
}

/// The service that a database's replicas are.
pub(super) fn replicas_of(database: &str) -> String {
    format!("{database}-replicas")
}

/// The names under a key of the scenario.
fn named(root: &Node, section: &str, what: &str, problems: &mut Problems) -> IndexSet<String> {
    let keys = entries(root.get(section)).iter().map(|(key, _)| key);
    keys.clone().for_each(|key| check_name(key, what, problems));
    keys.map(|key| key.text().to_owned()).collect()
}

fn entries(node: Option<&Node>) -> &[(Node, Node)] {
    match node.map(|node| &node.kind) {
        Some(Kind::Map(entries)) => entries,
        _ => &[],
    }
}

/// Names stand in paths, references and objectives, so they hold none of the characters that these use.
pub(super) fn check_name(key: &Node, what: &str, problems: &mut Problems) {
    const LONGEST: usize = 100;
    let name = key.text();
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(allowed) {
        let message = format!("{} is no name for {what}", quoted(name), what = with_article(what));
        problems.push(Problem::new(key.place, message).expected("letters, digits, `-` and `_`, at most 100 bytes"));
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn no_service(name: &str) -> String {
    format!("there is no service {name}")
}

/// The message about an unknown tenant.
pub(super) fn no_tenant(name: &str) -> String {
    format!("there is no tenant {name}")
}

impl Reader<'_> {
    /// The endpoint that a key refers to.
    pub(super) fn endpoint(&mut self, fields: &Fields<'_>, key: &str) -> Option<EndpointId> {
        const EXPECTED: &str = "an endpoint, written service.endpoint";
        let node = fields.get(key)?;
        let text = self.text(node, EXPECTED)?;
        self.endpoint_named(text, |start, end| node.part(start, end))
    }

    /// The endpoint called `text`; `part` gives the place of a part of it.
    pub(super) fn endpoint_named(&mut self, text: &str, part: impl Fn(usize, usize) -> Place) -> Option<EndpointId> {
        let Some((service, endpoint)) = text.split_once('.') else {
            let problem = Problem::new(part(0, text.len()), format!("{} is no endpoint", quoted(text)));
            let problem = problem.expected("an endpoint, written service.endpoint");
            let first = self.names.services.get(text).and_then(|endpoints| endpoints.first());
            let problem = match first {
                Some(first) => problem.hint(format!("did you mean `{text}.{first}`?")),
                None => problem,
            };
            self.report(problem);
            return None;
        };
        let Some(id) = self.names.service(service) else {
            let known = self.names.services.keys().map(String::as_str);
            self.problems.unknown(part(0, service.len()), no_service, service, known);
            return None;
        };
        let endpoints = &self.names.services[id.0 as usize];
        if let Some(index) = endpoints.get_index_of(endpoint) {
            return Some(EndpointId { service: id, endpoint: index as u32 });
        }
        let place = part(service.len() + 1, text.len());
        let message = |name: &str| format!("`{service}` has no endpoint {name}");
        self.problems.unknown(place, message, endpoint, endpoints.iter().map(String::as_str));
        None
    }

    /// The service that a key refers to.
    pub(super) fn service(&mut self, fields: &Fields<'_>, key: &str) -> Option<ServiceId> {
        let node = fields.get(key)?;
        let name = self.text(node, "a service")?;
        self.service_named(name, node.place)
    }

    pub(super) fn service_named(&mut self, name: &str, place: Place) -> Option<ServiceId> {
        let found = self.names.service(name);
        if found.is_none() {
            self.problems.unknown(place, no_service, name, self.names.services.keys().map(String::as_str));
        }
        found
    }

    /// The tenant that a key refers to.
    pub(super) fn tenant(&mut self, fields: &Fields<'_>, key: &str) -> Option<TenantId> {
        let node = fields.get(key)?;
        let name = self.text(node, "a tenant")?;
        self.tenant_named(name, node.place)
    }

    pub(super) fn tenant_named(&mut self, name: &str, place: Place) -> Option<TenantId> {
        let found = self.names.tenant(name);
        if found.is_none() {
            self.problems.unknown(place, no_tenant, name, self.names.tenants.iter().map(String::as_str));
        }
        found
    }

    /// The index of the part that a key refers to, counted over all sections of its sort.
    pub(super) fn one_of(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        let Value::One(part) = fields.kind(key) else { return None };
        let node = fields.get(key)?;
        let name = self.text(node, &fields.kind(key).expected())?;
        self.part_index(*part, name, node.place)
    }

    /// The index of the part of this name, counted over all sections of its sort.
    pub(super) fn part_index(&mut self, part: Part, name: &str, place: Place) -> Option<u32> {
        let found = self.names.parts(part).position(|known| known == name);
        if found.is_none() {
            let message = |name: &str| format!("there is no {} {name}", part.noun);
            self.problems.unknown(place, message, name, self.names.parts(part));
        }
        found.map(|index| index as u32)
    }

    /// The tenant or service of this name.
    pub(super) fn party_named(&mut self, name: &str, place: Place) -> Option<Party> {
        let found = self.names.party(name);
        if found.is_none() {
            self.problems.unknown(
                place,
                |name| format!("there is no tenant or service {name}"),
                name,
                self.names.parties(),
            );
        }
        found
    }
}
