//! Deploys: which service gets a new version, when, and how carefully.

use super::keys;
use super::reader::{Fields, Reader};
use super::units::{self, Wrong};
use super::yaml::Node;
use sim::Time;
use sim::model::{Batch, Deploy, Rollback};

impl Reader<'_> {
    pub(super) fn deploys(&mut self, node: &Node) -> Vec<Deploy> {
        /// Deploys of one scenario.
        const MOST: usize = 1_000;
        let items = self.list_of_at_most(MOST, node, "a list of deploys");
        items.iter().filter_map(|item| self.deploy(item)).collect()
    }

    fn deploy(&mut self, node: &Node) -> Option<Deploy> {
        let fields = self.fields(node.head(), node, &keys::DEPLOY)?;
        let (service, at) = (self.service(&fields, "deploy"), self.duration(&fields, "at"));
        let (batch, pause) = (self.batch(&fields), self.duration(&fields, "pause"));
        let canary = self.percent(&fields, "canary");
        let (slow, errors) = self.bad(&fields);
        let rollback = self.rollback(&fields);
        let (service, at) = (service?, Time(at?.0));
        Some(Deploy { service, at, batch: batch?, pause: pause?, canary, slow, errors, rollback })
    }

    /// A number of replicas, or a share of them.
    fn batch(&mut self, fields: &Fields<'_>) -> Option<Batch> {
        let Some(node) = fields.get("batch") else { return Some(Batch::Count(1)) };
        self.parsed(node, "a number of replicas, or a percentage of them", |text| {
            let none =
                || Wrong::new(0..text.len(), "this is no batch").expected("at least 1, or over 0% and at most 100%");
            match text.ends_with('%') {
                true => match units::percent(text)? {
                    share if share > 0.0 && share <= 1.0 => Ok(Batch::Share(share)),
                    _ => Err(none()),
                },
                false => match u32::try_from(units::count(text)?) {
                    Ok(count) if count > 0 => Ok(Batch::Count(count)),
                    _ => Err(none()),
                },
            }
        })
    }

    /// What is worse with the new version: a factor on work, and a chance to fail.
    fn bad(&mut self, fields: &Fields<'_>) -> (f64, f64) {
        let Some((key, node)) = fields.entry("bad") else { return (1.0, 0.0) };
        let Some(fields) = self.fields(key.place, node, &keys::BAD) else { return (1.0, 0.0) };
        (self.factor(&fields, "slow").unwrap_or(1.0), self.percent(&fields, "errors").unwrap_or(0.0))
    }

    fn rollback(&mut self, fields: &Fields<'_>) -> Option<Rollback> {
        let (key, node) = fields.entry("rollback")?;
        let fields = self.fields(key.place, node, &keys::ROLLBACK)?;
        let (errors, within) = (self.percent(&fields, "errors"), self.recurring(&fields, "within"));
        Some(Rollback { errors: errors?, within: within? })
    }
}
