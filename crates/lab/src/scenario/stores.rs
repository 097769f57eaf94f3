//! Databases, their projections, and the queries that handlers make.
//!
//! A database becomes a service, and its replicas another one. Each query step becomes an endpoint there, named after its
//! caller, since its work is its own; a write lets the followers know, which are the replicas and the projections.

use super::graph::Site;
use super::keys;
use super::names::replicas_of;
use super::problem::{Problem, quoted};
use super::reader::{Fields, Reader};
use super::yaml::Node;
use sim::Span;
use sim::model::{
    Call, Dist, Endpoint, EndpointId, Follower, FollowerId, Follows, Model, Party, Service, ServiceId, Step,
};

/// The databases and projections of a scenario, as far as they have been read.
#[derive(Default)]
pub(super) struct Stores {
    databases: Vec<Database>,
    projections: Vec<Projection>,
    followers: Vec<Follower>,
}

struct Database {
    primary: Service,
    id: ServiceId,
    replicas: Option<Replicas>,
}

struct Replicas {
    service: Service,
    id: ServiceId,
    follower: FollowerId,
}

struct Projection {
    /// Index among the databases.
    of: usize,
    write: Dist,
    follower: FollowerId,
    refresh: Refresh,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Refresh {
    Sync,
    After(Span),
}

/// What a query asks.
#[derive(Clone, Copy)]
enum Store {
    /// The database of this index.
    Database(usize),
    /// The projection of this index.
    Projection(usize),
}

impl Stores {
    /// The services that the databases are, in the order of their names, and what follows them.
    pub(super) fn compile(self) -> (Vec<Service>, Vec<Follower>) {
        let services = self.databases.into_iter().flat_map(|database| {
            std::iter::once(database.primary).chain(database.replicas.map(|replicas| replicas.service))
        });
        (services.collect(), self.followers)
    }

    fn follow(&mut self, name: &str, of: ServiceId, follows: Follows) -> FollowerId {
        self.followers.push(Follower { name: name.to_owned(), of, follows });
        FollowerId(self.followers.len() as u32 - 1)
    }
}

impl Reader<'_> {
    pub(super) fn read_stores(&mut self, fields: &Fields<'_>) {
        if let Some(node) = fields.get("databases") {
            let entries = self.map(node, "a map from database to what it is").unwrap_or_default();
            entries.iter().for_each(|(name, node)| self.database(name, node));
        }
        if let Some(node) = fields.get("projections") {
            let entries = self.map(node, "a map from projection to what it is").unwrap_or_default();
            for (name, node) in entries {
                self.projection(name, node);
            }
        }
    }

    /// A database that is wrong keeps its place, for those who query the others.
    fn database(&mut self, name: &Node, node: &Node) {
        let Some(id) = self.names.service(name.text()) else { return };
        let service = |name: &str| Service { endpoints: Vec::new(), ..Service::new(name, Vec::new()) };
        let mut database = Database { primary: service(name.text()), id, replicas: None };
        if let Some(fields) = self.fields(name.place, node, &keys::DATABASE) {
            database.primary.workers = self.count(&fields, "connections");
            database.primary.cores = self.count(&fields, "cores");
            let lag = self.distribution(&fields, "lag").unwrap_or(Dist::Constant(Span::ZERO));
            if let Some(count @ 1..) = self.count(&fields, "replicas") {
                let name = replicas_of(name.text());
                let follower = self.stores.follow(&name, id, Follows::Log { lag });
                let service = Service { replicas: count, name, ..database.primary.clone() };
                database.replicas = self.names.service(&service.name).map(|id| Replicas { service, id, follower });
            }
        }
        self.stores.databases.push(database);
    }

    fn projection(&mut self, name: &Node, node: &Node) -> Option<()> {
        let fields = self.fields(name.place, node, &keys::PROJECTION)?;
        let refresh = self.refresh(&fields);
        let write = self.distribution(&fields, "write");
        let of = self.one_of(&fields, "of")? as usize;
        let (refresh, write) = (refresh?, write?);
        let id = self.stores.databases.get(of)?.id;
        let follows = match refresh {
            Refresh::Sync => Follows::Sync,
            Refresh::After(after) => {
                let steps = vec![Step::Work(write.clone())];
                Follows::Refresh { after, by: self.add_endpoint(of, Side::Primary, name.text(), steps)? }
            }
        };
        let follower = self.stores.follow(name.text(), id, follows);
        self.stores.projections.push(Projection { of, write, follower, refresh });
        Some(())
    }

    fn refresh(&mut self, fields: &Fields<'_>) -> Option<Refresh> {
        let node = fields.get("refresh")?;
        if node.text() == "sync" {
            return Some(Refresh::Sync);
        }
        self.either_duration(fields, "refresh").map(Refresh::After)
    }

    /// Adds an endpoint under a name that is not taken.
    fn add_endpoint(&mut self, database: usize, side: Side, name: &str, steps: Vec<Step>) -> Option<EndpointId> {
        let database = self.stores.databases.get_mut(database)?;
        let (service, id) = match (side, &mut database.replicas) {
            (Side::Replicas, Some(replicas)) => (&mut replicas.service, replicas.id),
            _ => (&mut database.primary, database.id),
        };
        let names = &mut self.names.services[id.0 as usize];
        let numbered = (2..).map(|n| format!("{name}-{n}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !names.contains(name))?;
        names.insert(free.clone());
        service.endpoints.push(Endpoint { name: free, steps });
        Some(EndpointId { service: id, endpoint: service.endpoints.len() as u32 - 1 })
    }

    pub(super) fn query(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Step> {
        let plain = Call {
            timeout: self.duration(fields, "timeout"),
            optional: self.flag(fields, "optional").unwrap_or_default(),
            times: self.count(fields, "times").unwrap_or(1),
            retry: self.retry(fields),
            cache: self.cache_use(fields),
            keys: self.row(fields),
            ..Call::to(0, 0)
        };
        let found = self.one_of(fields, "query");
        let steps = self.query_steps(fields, found.and_then(|index| self.store(index)));
        self.unresolved |= found.is_none();
        let (database, side, steps) = steps?;
        let name = self.names.endpoint(caller).replace('.', "-");
        // There even where it is wrong, for those who refer to it.
        let callee = self.add_endpoint(database, side, &name, steps.unwrap_or_default())?;
        let network = self.networks.between(Party::Service(caller.service), callee.service);
        self.sites.push(Site { caller: Some(caller), callee, place: fields.place("query") });
        Some(Step::Call(Call { callee, network, ..plain }))
    }

    /// The database or projection of this index, counted over both.
    fn store(&self, index: u32) -> Option<Store> {
        let (index, databases) = (index as usize, self.names.databases.len());
        match index.checked_sub(databases) {
            None => Some(Store::Database(index)),
            // One that was read with a problem is not there.
            Some(index) => (index < self.stores.projections.len()).then_some(Store::Projection(index)),
        }
    }

    /// The keys that say which row is asked for.
    fn row(&mut self, fields: &Fields<'_>) -> Option<sim::model::Keys> {
        let keys = self.keyspace(fields, "keys");
        let lock = self.keyspace(fields, "lock");
        if fields.get("keys").is_some() && fields.get("lock").is_some() {
            let problem = Problem::new(fields.key_place("keys"), "`lock` says already which row is asked for");
            self.report(problem.hint("leave `keys` out"));
        }
        lock.or(keys)
    }

    /// What the database does for a query, and where.
    fn query_steps(&mut self, fields: &Fields<'_>, store: Option<Store>) -> Option<(usize, Side, Option<Vec<Step>>)> {
        let work = self.query_work(fields);
        let hold = self.distribution(fields, "hold");
        let writes = self.flag(fields, "write").unwrap_or_default();
        let from_replica = self.word(fields, "from") == Some("replica");
        let store = store?;
        self.check_query(fields, store, from_replica);
        let (database, side, seen) = match store {
            Store::Projection(index) => {
                let projection = &self.stores.projections[index];
                (projection.of, Side::Primary, Some(projection.follower))
            }
            Store::Database(index) if from_replica => {
                (index, Side::Replicas, self.stores.databases[index].replicas.as_ref().map(|copies| copies.follower))
            }
            Store::Database(index) => (index, Side::Primary, None),
        };
        let Some(work) = work else { return Some((database, side, None)) };
        let mut steps: Vec<Step> = seen.map(Step::Read).into_iter().collect();
        steps.extend(fields.get("lock").map(|_| Step::Lock));
        steps.push(Step::Work(work));
        if writes {
            let synchronous =
                self.stores.projections.iter().filter(|copy| copy.of == database && copy.refresh == Refresh::Sync);
            steps.extend(synchronous.map(|copy| Step::Work(copy.write.clone())));
        }
        steps.extend(hold.map(Step::Wait));
        steps.extend(writes.then_some(Step::Commit));
        Some((database, side, Some(steps)))
    }

    /// Only a primary is written and locked, and only a copy that is there can be read.
    fn check_query(&mut self, fields: &Fields<'_>, store: Store, from_replica: bool) {
        let primary = match store {
            Store::Projection(_) => Some("a projection"),
            Store::Database(index) => {
                if from_replica && self.stores.databases[index].replicas.is_none() {
                    let message = format!("{} has no replica", quoted(&self.stores.databases[index].primary.name));
                    self.report(Problem::new(fields.place("from"), message).hint("give it `replicas`"));
                }
                from_replica.then_some("a replica")
            }
        };
        let Some(copy) = primary else { return };
        let written = fields.get("write").is_some_and(|node| node.text() == "true").then_some("write");
        for key in written.into_iter().chain(fields.get("lock").map(|_| "lock")) {
            let message = format!("{copy} is only read, so `{key}` means nothing here");
            self.report(Problem::new(fields.key_place(key), message).expected("a query of the primary"));
        }
        if let (Store::Projection(_), Some(node)) = (store, fields.get("from").filter(|_| from_replica)) {
            self.report(Problem::new(node.place, "a projection lies in the primary").expected("primary"));
        }
    }

    fn query_work(&mut self, fields: &Fields<'_>) -> Option<Dist> {
        match fields.get("cost") {
            Some(node) => self.cost(fields, node),
            None => self.distribution(fields, "work"),
        }
    }

    /// base + rows × per_row × (1 + joins): a nested loop that looks each row up in each joined table.
    fn cost(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Dist> {
        let place = fields.key_place("cost");
        let fields = self.fields(place, node, &keys::QUERY_COST)?;
        let base = self.duration(&fields, "base");
        let rows = self.size(&fields, "rows");
        let per_row = self.duration(&fields, "per_row");
        let joins = self.count(&fields, "joins");
        let nanos = base?.0 as f64 + f64::from(rows?) * per_row?.0 as f64 * f64::from(1 + joins?);
        if nanos > Model::MAX_SPAN.0 as f64 {
            self.report(Problem::new(place, "this query would take longer than 100 years"));
            return None;
        }
        Some(Dist::Constant(Span(nanos as u64)))
    }
}

/// Where a query goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Primary,
    Replicas,
}
