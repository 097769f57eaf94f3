//! What a service tells about itself.

use super::keys;
use super::problem::Problem;
use super::reader::{Fields, Reader};
use crate::telemetry::{Emission, Scrape};
use sim::Span;

impl Reader<'_> {
    pub(super) fn emission(&mut self, fields: &Fields<'_>) -> Option<Emission> {
        let node = fields.get("telemetry")?;
        let fields = self.fields(fields.key_place("telemetry"), node, &keys::TELEMETRY)?;
        let every = self.duration(&fields, "metrics");
        let series = self.count(&fields, "series");
        if every.is_some_and(|every| every < Span::millis(1)) {
            let problem = Problem::new(fields.place("metrics"), "metrics are not scraped this often");
            self.report(problem.expected("at least 1ms"));
        }
        Some(Emission {
            metrics: every.map(|every| Scrape { every, series: series.unwrap_or(1) }),
            traced: self.percent(&fields, "traces").unwrap_or(0.0),
            span: self.duration(&fields, "span").unwrap_or(Span::ZERO),
            lines: self.count(&fields, "logs").unwrap_or(0),
            line: self.duration(&fields, "line").unwrap_or(Span::ZERO),
        })
    }
}
