//! What things cost.

use super::keys;
use super::reader::{Fields, Reader};
use super::yaml::Node;
use crate::cost::Prices;
use sim::model::{EndpointId, Service};

/// Under `replica_hour`, whatever is not named.
const DEFAULT: &str = "default";

impl Reader<'_> {
    pub(super) fn prices(&mut self, fields: &Fields<'_>, services: &[Service]) -> Option<Prices> {
        let node = fields.get("cost")?;
        let fields = self.fields(fields.key_place("cost"), node, &keys::COST)?;
        Some(Prices {
            currency: fields
                .get("currency")
                .and_then(|node| self.text(node, "a label, such as EUR"))
                .map(str::to_owned),
            replica_hour: self.replica_hours(&fields, services),
            call: self.priced_calls(&fields),
            telemetry: self.priced_telemetry(&fields),
        })
    }

    fn replica_hours(&mut self, fields: &Fields<'_>, services: &[Service]) -> Vec<Option<f64>> {
        let mut prices = vec![None; services.len()];
        let mut default = None;
        for (name, node) in self.entries_of(fields, "replica_hour") {
            let price = self.price(fields, "replica_hour", node);
            if name.text() == DEFAULT {
                default = price;
            } else if let Some(id) = self.service_named(name.text(), name.place)
                && let Some(slot) = prices.get_mut(id.0 as usize)
            {
                *slot = price;
            }
        }
        prices.into_iter().map(|price| price.or(default)).collect()
    }

    fn priced_calls(&mut self, fields: &Fields<'_>) -> Vec<(EndpointId, f64)> {
        let mut prices = Vec::new();
        for (name, node) in self.entries_of(fields, "call") {
            let price = self.price(fields, "call", node);
            let endpoint = self.endpoint_named(name.text(), |start, end| name.part(start, end));
            prices.extend(endpoint.zip(price));
        }
        prices
    }

    fn priced_telemetry(&mut self, fields: &Fields<'_>) -> [f64; 3] {
        let Some(node) = fields.get("telemetry") else { return [0.0; 3] };
        let Some(fields) = self.fields(fields.key_place("telemetry"), node, &keys::TELEMETRY_COST) else {
            return [0.0; 3];
        };
        ["samples", "spans", "lines"].map(|key| self.plain_price(&fields, key).unwrap_or(0.0))
    }

    /// The entries of a map of one's own names.
    fn entries_of<'n>(&mut self, fields: &Fields<'n>, key: &str) -> &'n [(Node, Node)] {
        let Some(node) = fields.get(key) else { return &[] };
        self.map(node, "a map from name to price").unwrap_or_default()
    }
}
