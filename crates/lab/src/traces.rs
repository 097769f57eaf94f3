//! From the engine's sampled traces to spans with names, ready for [`otlp`](crate::otlp).

use crate::otlp::{Kind, Span, Status, Value, attribute};
use sim::model::{EndpointId, Model};
use sim::{Answer, CallerId, Failure, Outcome, Sites, SpanKind, Trace, TracedSpan};

/// The spans of all traces, in order.
pub fn spans(model: &Model, seed: u64, traces: &[Trace]) -> Vec<Span> {
    let naming = Naming { model, sites: Sites::of(model), seed };
    traces.iter().flat_map(|trace| naming.spans(trace)).collect()
}

struct Naming<'a> {
    model: &'a Model,
    sites: Sites,
    seed: u64,
}

/// Who did what, on which side.
struct Doing {
    service: String,
    name: String,
    kind: Kind,
    attributes: Vec<(String, Value)>,
}

impl Naming<'_> {
    fn spans(&self, trace: &Trace) -> Vec<Span> {
        let id = trace_id(self.seed, trace.serial);
        trace.spans.iter().enumerate().map(|(index, span)| self.span(trace, id, index, span)).collect()
    }

    fn span(&self, trace: &Trace, id: u128, index: usize, span: &TracedSpan) -> Span {
        let mut doing = match span.kind {
            SpanKind::Request => self.request(trace),
            SpanKind::Attempt { site, attempt } => self.attempt(site, attempt),
            SpanKind::Handler { site, replica } => self.handler(site, replica),
        };
        let failure = match (span.kind, span.answer) {
            (SpanKind::Request, _) => outcome_text(trace.outcome),
            (_, Some(Answer::Failed(failure))) => Some(failure_text(failure)),
            _ => None,
        };
        if let Some(text) = failure {
            doing.attributes.push((attribute::ERROR_TYPE.to_owned(), text.into()));
        }
        Span {
            trace: id,
            id: span_id(index),
            parent: span.parent.map(span_id),
            service: doing.service,
            name: doing.name,
            kind: doing.kind,
            start_ns: span.start.0,
            end_ns: span.end.0,
            status: failure.map_or(Status::Ok, |text| Status::Error(text.to_owned())),
            attributes: doing.attributes,
        }
    }

    fn request(&self, trace: &Trace) -> Doing {
        let tenant = &self.model.tenants[trace.tenant as usize];
        let attributes = vec![(attribute::TENANT.to_owned(), tenant.name.as_str().into())];
        Doing {
            service: tenant.name.clone(),
            name: self.endpoint(tenant.call.callee),
            kind: Kind::Internal,
            attributes,
        }
    }

    fn attempt(&self, site: u32, attempt: u8) -> Doing {
        let callee = self.sites.callees[site as usize];
        let service = match self.sites.callers[site as usize] {
            CallerId::Endpoint(caller) => self.service(caller),
            CallerId::Tenant(tenant) => self.model.tenants[tenant.0 as usize].name.clone(),
            CallerId::Queue(queue) => self.model.queues[queue.0 as usize].name.clone(),
            CallerId::Follower(follower) => self.model.followers[follower.0 as usize].name.clone(),
        };
        let attributes = vec![
            (attribute::SERVICE_PEER_NAME.to_owned(), Value::Text(self.service(callee))),
            (attribute::ATTEMPT.to_owned(), i64::from(attempt).into()),
        ];
        Doing { service, name: self.endpoint(callee), kind: Kind::Client, attributes }
    }

    fn handler(&self, site: u32, replica: u32) -> Doing {
        let callee = self.sites.callees[site as usize];
        let earlier = &self.model.services[..callee.service.0 as usize];
        let first: u32 = earlier.iter().map(|service| service.replicas).sum();
        let instance = format!("{}-{}", self.service(callee), replica - first);
        let attributes = vec![(attribute::SERVICE_INSTANCE_ID.to_owned(), Value::Text(instance))];
        Doing { service: self.service(callee), name: self.endpoint(callee), kind: Kind::Server, attributes }
    }

    fn service(&self, id: EndpointId) -> String {
        self.model.services[id.service.0 as usize].name.clone()
    }

    fn endpoint(&self, id: EndpointId) -> String {
        let service = &self.model.services[id.service.0 as usize];
        format!("{}.{}", service.name, service.endpoints[id.endpoint as usize].name)
    }
}

/// Unique per seed and request, and never zero.
fn trace_id(seed: u64, serial: u64) -> u128 {
    u128::from(seed) << 64 | u128::from(serial + 1)
}

/// Unique within a trace, and never zero.
fn span_id(index: usize) -> u64 {
    index as u64 + 1
}

fn failure_text(failure: Failure) -> &'static str {
    match failure {
        Failure::Timeout => "timeout",
        Failure::Rejected => "rejected",
        Failure::Error => "error",
        Failure::Breaker => "breaker",
        Failure::Unreachable => "unreachable",
    }
}

fn outcome_text(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Ok | Outcome::Degraded => None,
        Outcome::Late => Some("late"),
        Outcome::Failed(failure) => Some(failure_text(failure)),
    }
}
