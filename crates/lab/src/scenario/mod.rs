//! The scenario file: YAML text to a [`Scenario`] that can be run, or to everything that is wrong with it.
//!
//! A file becomes a tree that knows its places (`yaml`), overrides change the tree (`path`), and one pass decodes it
//! straight into the engine's model, with every reference resolved. What keys there are is declared in one table
//! (`keys`), from which the checks, the [`schema`] for editors and the written [`reference`] are made. Reading does not
//! stop at the first problem. Left out: running anything, and drawing problems for a terminal.

mod bundle;
mod caches;
mod cost;
mod defences;
mod deploys;
mod digest;
mod dist;
mod faults;
mod files;
mod graph;
mod guards;
mod keys;
mod keyspace;
mod load;
mod messages;
mod names;
mod network;
mod objectives;
mod outline;
mod path;
mod problem;
mod reader;
mod reference;
mod schema;
mod services;
mod shape;
mod steps;
mod stores;
mod telemetry;
mod terms;
mod units;
mod variants;
mod workload;
mod yaml;

pub use bundle::Bundle;
pub use objectives::Objective;
pub use outline::Outline;
pub use path::Override;
pub use problem::{Origin, Place, Position, Problem, position};
pub use reference::reference;
pub use schema::schema;
pub use variants::Variant;

use crate::cost::Prices;
use crate::telemetry::Emission;
use files::Files;
use names::Names;
use problem::Problems;
pub(crate) use problem::nearest;
use reader::{Fields, Reader};
pub(crate) use shape::{Side, integral_s, level};
use sim::Span;
use sim::model::Model;
use std::io;
use std::path::Path;
pub(crate) use units::{Dimension, Quantity, quantity};
use yaml::Node;

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// Which variant it is; none for the file as it is.
    pub variant: Option<String>,
    /// What to look at.
    pub about: Option<String>,
    /// Identifies what is simulated: 16 hexadecimal digits over the scenario with its overrides, without comments,
    /// layout and variants, and over the files it refers to.
    pub digest: String,
    /// What the engine runs.
    pub model: Model,
    /// What each service tells about itself; nothing is said of those that tell everything.
    pub emissions: Vec<Option<Emission>>,
    /// What things cost, where the file says so.
    pub prices: Option<Prices>,
    /// In the order of the file.
    pub objectives: Vec<Objective>,
    /// What is no problem and yet has no effect, in the order of their places.
    pub remarks: Vec<Problem>,
    /// In the order of the file; a variant's own scenario has none.
    pub variants: Vec<Variant>,
}

impl Scenario {
    /// How long tenants send, in simulated seconds.
    pub fn duration_s(&self) -> f64 {
        self.model.duration.as_secs()
    }

    /// How long it runs before anything is counted, in simulated seconds.
    pub fn warmup_s(&self) -> f64 {
        self.model.warmup.as_secs()
    }

    /// The scenario with a variant's changes, if there is such a variant.
    pub fn variant(&self, name: &str) -> Option<&Scenario> {
        self.variants.iter().find(|variant| variant.name == name).map(Variant::scenario)
    }
}

/// What reading a scenario gave: the scenario, or what is wrong.
#[derive(Clone, Debug)]
pub struct Reading {
    /// There is one exactly where there is no problem.
    pub scenario: Option<Scenario>,
    /// In the order of their places.
    pub problems: Vec<Problem>,
}

/// A scenario file that was read, with the text that problems point into.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The file's text; what is not UTF-8 is replaced, and is a problem.
    pub source: String,
    /// What it says.
    pub reading: Reading,
}

/// Reads a scenario with some overrides. `files` fetches a CSV file by the name that the scenario gives it; it is asked
/// for names without `..` and without a root only.
pub fn read(source: &str, sets: &[Override], files: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Reading {
    let mut problems = Problems::default();
    let scenario = read_into(source, sets, files, &mut problems);
    let problems = problems.sorted();
    Reading { scenario: scenario.filter(|_| problems.is_empty()), problems }
}

/// Reads a scenario file. Files that it refers to lie in its folder.
///
/// # Errors
/// Where the file cannot be read. A file that cannot be understood is no error but has problems.
pub fn open(path: &Path, sets: &[Override]) -> io::Result<Opened> {
    Ok(Bundle::open(path)?.read(sets))
}

fn read_into(
    source: &str,
    sets: &[Override],
    fetch: &dyn Fn(&str) -> io::Result<Vec<u8>>,
    problems: &mut Problems,
) -> Option<Scenario> {
    let file = yaml::parse(source, Origin::File, 0, problems);
    if file.is_none() && problems.is_empty() {
        let place = Place { origin: Origin::File, start: 0, end: 0 };
        let problem = Problem::new(place, "there is nothing in this file").expected("a scenario");
        problems.push(problem.hint("a scenario starts with `brownout: 1`"));
    }
    let mut root = file?;
    let changes: Vec<path::Change> =
        sets.iter().enumerate().filter_map(|(index, set)| set.parse(index, problems)).collect();
    path::apply_all(&mut root, &changes, problems);
    let files = Files::new(fetch);
    let mut found = Problems::default();
    let scenario = decode(&root, &files, &mut found);
    let known = found.sorted();
    let variants = variants::read(&root, &known, &files, source, problems);
    problems.extend(known);
    scenario.map(|scenario| Scenario { variants, ..scenario })
}

/// Decodes a tree; its variants are left out.
fn decode(root: &Node, files: &Files<'_>, problems: &mut Problems) -> Option<Scenario> {
    let mut found = Problems::default();
    if !version_fits(root, &mut found) {
        problems.extend(found.sorted());
        return None;
    }
    let names = Names::collect(root, &mut found);
    let mut reader = Reader::new(names, files, found);
    let scenario = reader.scenario(root);
    let clean = reader.problems.is_empty();
    problems.extend(reader.problems.sorted());
    let remarks = reader.remarks.sorted();
    scenario.filter(|_| clean).map(|scenario| Scenario { remarks, ..scenario })
}

/// A file of another version is not read any further: everything else in it may mean something else.
fn version_fits(root: &Node, problems: &mut Problems) -> bool {
    match root.get("brownout") {
        Some(version) if version.text() != keys::VERSION => {
            let message = format!("this version of the format is unknown: {}", version.describe());
            let problem = Problem::new(version.head(), message).expected(keys::VERSION);
            problems.push(problem.hint("a newer Brownout may read it"));
            false
        }
        _ => true,
    }
}

impl<'a> Reader<'a> {
    fn new(names: Names, files: &'a Files<'a>, problems: Problems) -> Reader<'a> {
        let (sites, loads, effects) = (Vec::new(), Vec::new(), Vec::new());
        let (networks, used, emissions) = (Default::default(), Default::default(), Vec::new());
        let (published, stores, queues) = (Vec::new(), Default::default(), Vec::new());
        Reader {
            names,
            files,
            problems,
            remarks: Problems::default(),
            networks,
            effects,
            emissions,
            sites,
            guarded: None,
            unresolved: false,
            published,
            stores,
            queues,
            loads,
            recurring: Vec::new(),
            used,
        }
    }

    fn scenario(&mut self, root: &Node) -> Option<Scenario> {
        let fields = self.fields(root.head(), root, &keys::SCENARIO)?;
        let name = fields.get("name").and_then(|node| self.text(node, "a name")).unwrap_or_default().to_owned();
        let about = fields.get("about").and_then(|node| self.text(node, "text")).map(|about| about.trim().to_owned());
        let mut model = self.model(&fields);
        let prices = self.prices(&fields, &model.services);
        let objectives = match fields.get("objectives") {
            Some(node) => self.objectives(node, &model.services),
            None => Vec::new(),
        };
        model.effects = std::mem::take(&mut self.effects);
        let published = std::mem::take(&mut self.published);
        self.sites.extend(published);
        graph::check(&self.sites, &self.names, &mut self.problems);
        if self.problems.is_empty() {
            let places = load::Places { loads: &self.loads, recurring: &self.recurring };
            load::check(&model, &places, &mut self.problems);
            self.check_guarded(&model);
        }
        self.check_runnable(&model, fields.owner);
        let digest = digest::of(root, &self.used, self.files);
        let emissions = std::mem::take(&mut self.emissions);
        let (remarks, variants) = (Vec::new(), Vec::new());
        Some(Scenario { name, variant: None, about, digest, model, emissions, prices, objectives, remarks, variants })
    }

    /// The engine's own opinion, for what no earlier check has found.
    fn check_runnable(&mut self, model: &Model, place: Place) {
        if let (true, Err(error)) = (self.problems.is_empty(), model.check()) {
            let problem = Problem::new(place, format!("this cannot be run because of {}", error.field));
            self.report(problem.expected(error.allowed));
        }
    }

    fn model(&mut self, fields: &Fields<'_>) -> Model {
        let duration = self.duration(fields, "duration").unwrap_or(Span::ZERO);
        let warmup = self.duration(fields, "warmup").unwrap_or(Span::ZERO);
        if duration > Span::ZERO && warmup >= duration {
            let problem = Problem::new(fields.place("warmup"), "nothing is left to measure after the warmup");
            self.report(problem.expected(format!("less than the duration, {duration}")));
        }
        if let Some((key, node)) = fields.entry("network") {
            self.read_networks(key, node);
        }
        let caches = fields.get("caches").map(|node| self.caches(node)).unwrap_or_default();
        // Services before everything that refers to what they have.
        self.read_stores(fields);
        self.queues = fields.get("queues").map(|node| self.message_queues(node)).unwrap_or_default();
        let mut services = fields.entry("services").map(|(key, node)| self.services(key, node)).unwrap_or_default();
        let (databases, followers) = std::mem::take(&mut self.stores).compile();
        services.extend(databases);
        let tenants =
            fields.entry("workload").map(|(key, node)| self.workload(key, node, duration)).unwrap_or_default();
        let faults = match fields.get("faults") {
            Some(node) => self.faults(node, &tenants, &services),
            None => Vec::new(),
        };
        let deploys = fields.get("deploys").map(|node| self.deploys(node)).unwrap_or_default();
        Model {
            duration,
            warmup,
            tenants,
            services,
            effects: Vec::new(),
            faults,
            caches,
            followers,
            queues: std::mem::take(&mut self.queues),
            deploys,
        }
    }
}
