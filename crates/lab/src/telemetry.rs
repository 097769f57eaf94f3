//! What services tell about themselves: how much of it there is, and what a run looks like to somebody who has only that.
//!
//! A service without `telemetry` tells everything, at once and for nothing, as a simulator can. One with it tells what it
//! names, pays for that with CPU, and leaves volumes that somebody stores. Whoever investigates sees no more than was told.

use crate::report::{Named, RunReport, Told};
use crate::scenario::Scenario;
use sim::{Measures, Span};

/// What a service tells about itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Emission {
    /// Its metrics, where it has any.
    pub metrics: Option<Scrape>,
    /// Chance that a request leaves a span.
    pub traced: f64,
    /// CPU time of a span.
    pub span: Span,
    /// Lines of log per request.
    pub lines: u32,
    /// CPU time of a line.
    pub line: Span,
}

/// How metrics are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrape {
    /// Each replica is scraped this often.
    pub every: Span,
    /// Time series that each replica exposes.
    pub series: u32,
}

impl Emission {
    /// What the engine makes handlers pay. Scrapes are taken to cost nothing beside requests.
    pub fn cpu(&self) -> sim::model::Telemetry {
        let always = Span(self.line.0.saturating_mul(u64::from(self.lines)));
        sim::model::Telemetry { always, traced: self.traced, span: self.span }
    }
}

/// What the services told in the measured window, by service; those that tell everything are left out.
pub(crate) fn told(scenario: &Scenario, measures: &Measures) -> Named<Told> {
    let services = scenario.model.services.iter().zip(&scenario.emissions).zip(&measures.services);
    let told = |((service, emission), occupancy): ((&sim::model::Service, &Option<Emission>), &sim::Occupancy)| {
        let emission = (*emission)?;
        let samples = emission.metrics.map_or(0, |scrape| {
            u64::from(scrape.series) * u64::from(service.replicas) * (measures.window.0 / scrape.every.0)
        });
        let spans = occupancy.reached as f64 * emission.traced;
        let log_lines = occupancy.reached * u64::from(emission.lines);
        Some((service.name.clone(), Told { metric_samples: samples, spans, log_lines }))
    };
    services.filter_map(told).collect()
}

/// The report as far as the services tell it: those without metrics are silent, and the others are seen once per scrape.
///
/// What tenants saw stands in nobody's metrics unless the service they call has some. Objectives stay: they were judged on
/// what happened.
pub fn as_emitted(report: &RunReport, scenario: &Scenario) -> RunReport {
    let mut seen = report.clone();
    seen.services.retain(|service, _| tells(scenario, service));
    seen.endpoints.retain(|endpoint, _| tells(scenario, service_of(endpoint)));
    seen.calls.retain(|call, _| tells(scenario, service_of(call)));
    let asks_a_telling_one = |name: &str| {
        let tenant = scenario.model.tenants.iter().find(|tenant| tenant.name == name);
        tenant.is_some_and(|tenant| {
            let callee = &scenario.model.services[tenant.call.callee.service.0 as usize];
            tells(scenario, &callee.name)
        })
    };
    seen.tenants.retain(|tenant, _| asks_a_telling_one(tenant));
    seen.timeline.series.retain(|series, _| tells(scenario, service_of(series)));
    for (name, values) in &mut seen.timeline.series {
        if let Some(scrape) = scrape(scenario, service_of(name)) {
            coarsen(values, (scrape.every.as_secs() / report.timeline.step_s).round() as usize);
        }
    }
    seen
}

/// A scrape knows the mean since the last one, not how it came about.
fn coarsen(values: &mut [Option<f64>], steps: usize) {
    for values in values.chunks_mut(steps.max(1)) {
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        values.fill(mean);
    }
}

fn tells(scenario: &Scenario, service: &str) -> bool {
    let index = scenario.model.services.iter().position(|known| known.name == service);
    let emission = index.and_then(|index| scenario.emissions.get(index)).copied().flatten();
    emission.is_none_or(|emission| emission.metrics.is_some())
}

fn scrape(scenario: &Scenario, service: &str) -> Option<Scrape> {
    let index = scenario.model.services.iter().position(|known| known.name == service)?;
    scenario.emissions.get(index).copied().flatten()?.metrics
}

/// The service in `service.endpoint`, `service.endpoint -> …` or `service.series`.
fn service_of(name: &str) -> &str {
    name.split_once('.').map_or(name, |(service, _)| service)
}
