//! What a run costs: replicas by the hour, calls that somebody charges for, and what is told and stored.
//!
//! Prices are the person's own, in a currency that is only a label. A cost is of the measured window, and of a million
//! good requests, so that variants that answer differently many can be compared: what fails costs as much as what helps.

use crate::report::{Cost, Named, Priced, RunReport};
use crate::reporting::endpoint_name;
use sim::model::{EndpointId, Model};
use sim::{Measures, Sites};

/// What things cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// What prices are in: a label.
    pub currency: Option<String>,
    /// Of an hour of one replica, by service in the order of the file; none where it is not priced.
    pub replica_hour: Vec<Option<f64>>,
    /// Of each attempt that is made to call an endpoint, retries included.
    pub call: Vec<(EndpointId, f64)>,
    /// Of a million samples of metrics, spans and lines of log.
    pub telemetry: [f64; 3],
}

/// What a run costs at these prices; its report has everything else already.
pub(crate) fn bill(prices: &Prices, model: &Model, measures: &Measures, report: &RunReport) -> Cost {
    let hours = measures.window.as_secs() / 3_600.0;
    let replicas = model.services.iter().zip(&prices.replica_hour);
    let replica_hours: Named<Priced> = replicas
        .filter_map(|(service, price)| {
            Some((service.name.clone(), Priced::new(f64::from(service.replicas) * hours, (*price)?)))
        })
        .collect();
    let calls: Named<Priced> = prices
        .call
        .iter()
        .map(|(id, price)| (endpoint_name(model, *id), Priced::new(attempts_at(model, measures, *id), *price)))
        .collect();
    let telemetry = told(report, prices.telemetry);
    let total = [&replica_hours, &calls, &telemetry].into_iter().flat_map(Named::values).map(|part| part.cost).sum();
    let good: u64 = report.tenants.values().map(|requests| requests.ok + requests.degraded).sum();
    let per_million_good = (good > 0).then(|| total / good as f64 * MILLION);
    Cost { currency: prices.currency.clone(), replica_hours, calls, telemetry, total, per_million_good }
}

const MILLION: f64 = 1e6;

/// Attempts of all callers, tenants included.
fn attempts_at(model: &Model, measures: &Measures, id: EndpointId) -> f64 {
    let callees = Sites::of(model).callees;
    let of_endpoint = callees.iter().zip(&measures.sites).filter(|(callee, _)| **callee == id);
    of_endpoint.map(|(_, tally)| tally.attempts).sum::<u64>() as f64
}

/// Millions of samples, spans and lines, of all services that say what they tell.
fn told(report: &RunReport, prices: [f64; 3]) -> Named<Priced> {
    let sum = |of: fn(&crate::report::Told) -> f64| report.telemetry.values().map(of).sum::<f64>() / MILLION;
    let volumes = [
        ("million_samples", sum(|told| told.metric_samples as f64)),
        ("million_spans", sum(|told| told.spans)),
        ("million_lines", sum(|told| told.log_lines as f64)),
    ];
    let priced = volumes.into_iter().zip(prices).filter(|(_, price)| *price > 0.0);
    priced.map(|((name, millions), price)| (name.to_owned(), Priced::new(millions, price))).collect()
}

impl Priced {
    fn new(amount: f64, price: f64) -> Priced {
        Priced { amount, price, cost: amount * price }
    }
}
