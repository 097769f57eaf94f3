//! Sampled requests as OpenTelemetry traces, in OTLP's JSON encoding, for whatever tool already shows traces.
//!
//! One idea: a simulated request is a trace like any other, so it is written as the published messages say
//! (`ExportTraceServiceRequest` of opentelemetry-proto, JSON mapping of the OTLP specification: ids in hexadecimal,
//! 64-bit numbers as decimal strings, enums as numbers, names in lowerCamelCase). An OpenTelemetry SDK is left out: it
//! stamps the wall clock and random ids, and here the same run gives the same bytes. Every resource says that it is
//! simulated, so that nobody takes it for production.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

/// When simulated time begins: 2020-01-01T00:00:00Z, in nanoseconds since the Unix epoch. Tools want dates; this one is
/// round, and long enough ago not to be mistaken for now.
pub const EPOCH_NS: u64 = 1_577_836_800_000_000_000;

/// Names of attributes, from OpenTelemetry's semantic conventions unless they begin with `brownout.`.
pub mod attribute {
    /// The service that a span belongs to; set on the resource by [`export`](super::export).
    pub const SERVICE_NAME: &str = "service.name";
    /// The service at the other end of a call.
    pub const SERVICE_PEER_NAME: &str = "service.peer.name";
    /// Which replica.
    pub const SERVICE_INSTANCE_ID: &str = "service.instance.id";
    /// Where it ran; always [`SIMULATION`] here.
    pub const DEPLOYMENT_ENVIRONMENT_NAME: &str = "deployment.environment.name";
    /// The kind of failure; absent where there was none.
    pub const ERROR_TYPE: &str = "error.type";
    /// The tenant that sent the request.
    pub const TENANT: &str = "brownout.tenant";
    /// Which attempt of a call this is, from 1.
    pub const ATTEMPT: &str = "brownout.attempt";
    /// The scenario's name.
    pub const SCENARIO: &str = "brownout.scenario";
    /// Identifies what was simulated.
    pub const DIGEST: &str = "brownout.digest";
    /// The run's seed, as decimal text: it may exceed what a JSON number holds.
    pub const SEED: &str = "brownout.seed";
    /// The value of [`DEPLOYMENT_ENVIRONMENT_NAME`].
    pub const SIMULATION: &str = "simulation";
}

/// The run that spans come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The scenario's name.
    pub scenario: String,
    /// Identifies what was simulated.
    pub digest: String,
    /// Brownout's version.
    pub version: String,
    /// The seed.
    pub seed: u64,
}

/// A stretch of work on behalf of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The request; not zero, which OpenTelemetry takes for invalid.
    pub trace: u128,
    /// Unique within the trace; not zero.
    pub id: u64,
    /// The span that caused this one; absent for a trace's first.
    pub parent: Option<u64>,
    /// Who did it: a service, or a tenant for the request as the tenant saw it.
    pub service: String,
    /// What was done, in few different words: an endpoint's name, not a request's number.
    pub name: String,
    /// Which side of a call this is.
    pub kind: Kind,
    /// When it began, in simulated nanoseconds.
    pub start_ns: u64,
    /// When it ended, in simulated nanoseconds; at least `start_ns`.
    pub end_ns: u64,
    /// How it ended.
    pub status: Status,
    /// More about it; see [`attribute`] for the names.
    pub attributes: Vec<(String, Value)>,
}

/// Which side of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Work within a service.
    Internal,
    /// Answers a call.
    Server,
    /// Makes a call and waits for the answer.
    Client,
}

/// How a span ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Without an error. Written as unset: OpenTelemetry reserves its `Ok` for operators who overrule an error.
    Ok,
    /// With an error, in a few words.
    Error(String),
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Any number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

/// The spans as one `ExportTraceServiceRequest`, ready for a collector's `/v1/traces` or for a line of a file. Services
/// come in the order of their first spans; a service's spans keep theirs.
pub fn export(spans: &[Span], origin: &Origin) -> String {
    let mut services: IndexMap<&str, Vec<SpanMessage>> = IndexMap::new();
    for span in spans {
        services.entry(&span.service).or_default().push(SpanMessage::of(span));
    }
    let resource_spans =
        services.into_iter().map(|(service, spans)| ResourceSpans::of(service, spans, origin)).collect();
    serde_json::to_string(&Request { resource_spans }).expect("text and numbers always have a JSON form")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: Vec<ResourceSpans<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource<'a>,
    scope_spans: [ScopeSpans<'a>; 1],
}

impl<'a> ResourceSpans<'a> {
    fn of(service: &'a str, spans: Vec<SpanMessage<'a>>, origin: &'a Origin) -> Self {
        let attributes = vec![
            KeyValue::text(attribute::SERVICE_NAME, service),
            KeyValue::text(attribute::DEPLOYMENT_ENVIRONMENT_NAME, attribute::SIMULATION),
            KeyValue::text(attribute::SCENARIO, &origin.scenario),
            KeyValue::text(attribute::DIGEST, &origin.digest),
            KeyValue { key: attribute::SEED, value: AnyValue::StringValue(origin.seed.to_string().into()) },
        ];
        let scope = Scope { name: "brownout", version: &origin.version };
        ResourceSpans { resource: Resource { attributes }, scope_spans: [ScopeSpans { scope, spans }] }
    }
}

#[derive(Serialize)]
struct Resource<'a> {
    attributes: Vec<KeyValue<'a>>,
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope<'a>,
    spans: Vec<SpanMessage<'a>>,
}

#[derive(Serialize)]
struct Scope<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpanMessage<'a> {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    name: &'a str,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<KeyValue<'a>>,
    status: StatusMessage<'a>,
}

impl<'a> SpanMessage<'a> {
    fn of(span: &'a Span) -> Self {
        SpanMessage {
            trace_id: format!("{:032x}", span.trace),
            span_id: span_id(span.id),
            parent_span_id: span.parent.map(span_id),
            name: &span.name,
            kind: match span.kind {
                Kind::Internal => 1,
                Kind::Server => 2,
                Kind::Client => 3,
            },
            start_time_unix_nano: unix_nano(span.start_ns),
            end_time_unix_nano: unix_nano(span.end_ns),
            attributes: span.attributes.iter().map(KeyValue::of).collect(),
            status: StatusMessage::of(&span.status),
        }
    }
}

fn span_id(id: u64) -> String {
    format!("{id:016x}")
}

fn unix_nano(simulated_ns: u64) -> String {
    EPOCH_NS.saturating_add(simulated_ns).to_string()
}

#[derive(Serialize)]
struct StatusMessage<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    code: u8,
}

impl<'a> StatusMessage<'a> {
    fn of(status: &'a Status) -> Self {
        match status {
            Status::Ok => StatusMessage { message: None, code: 0 },
            Status::Error(why) => StatusMessage { message: Some(why), code: 2 },
        }
    }
}

#[derive(Serialize)]
struct KeyValue<'a> {
    key: &'a str,
    value: AnyValue<'a>,
}

impl<'a> KeyValue<'a> {
    fn text(key: &'a str, text: &'a str) -> Self {
        KeyValue { key, value: AnyValue::StringValue(text.into()) }
    }

    fn of((key, value): &'a (String, Value)) -> Self {
        let value = match value {
            Value::Text(text) => AnyValue::StringValue(text.into()),
            Value::Int(number) => AnyValue::IntValue(number.to_string()),
            Value::Float(number) => AnyValue::DoubleValue(Double(*number)),
            Value::Bool(yes) => AnyValue::BoolValue(*yes),
        };
        KeyValue { key, value }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the published names")]
enum AnyValue<'a> {
    StringValue(std::borrow::Cow<'a, str>),
    IntValue(String),
    DoubleValue(Double),
    BoolValue(bool),
}

/// A double as protobuf's JSON mapping writes it: JSON has no number for the last three of these.
struct Double(f64);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            x if x.is_finite() => serializer.serialize_f64(x),
            x if x.is_nan() => serializer.serialize_str("NaN"),
            x if x > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{KeyValue as PublishedAttribute, any_value::Value as PublishedValue};
    use opentelemetry_proto::tonic::trace::v1::{Span as PublishedSpan, span::SpanKind, status::StatusCode};

    fn origin() -> Origin {
        Origin {
            scenario: "Checkout \"slow\"".to_owned(),
            digest: "3f9a".to_owned(),
            version: "0.1.0".to_owned(),
            seed: u64::MAX,
        }
    }

    /// A checkout whose first attempt at inventory times out while inventory works on.
    fn request() -> Vec<Span> {
        let span = |id, parent, service: &str, name: &str, kind, at: [u64; 2]| Span {
            trace: 0x0123_4567_89ab_cdef_0000_0000_0000_0007,
            id,
            parent,
            service: service.to_owned(),
            name: name.to_owned(),
            kind,
            start_ns: at[0],
            end_ns: at[1],
            status: Status::Ok,
            attributes: Vec::new(),
        };
        let mut spans = vec![
            span(1, None, "shoppers", "gateway.checkout", Kind::Client, [1_000, 900_000_000]),
            span(2, Some(1), "gateway", "checkout", Kind::Server, [251_000, 899_000_000]),
            span(3, Some(2), "gateway", "inventory.reserve", Kind::Client, [300_000, 250_300_000]),
            span(u64::MAX, Some(3), "inventory", "reserve", Kind::Server, [550_000, 700_000_000]),
            span(5, Some(u64::MAX), "inventory", "work", Kind::Internal, [600_000, 700_000_000]),
        ];
        spans[2].status = Status::Error("timeout".to_owned());
        spans[2].attributes = vec![
            (attribute::SERVICE_PEER_NAME.to_owned(), "inventory".into()),
            (attribute::ERROR_TYPE.to_owned(), "timeout".into()),
            (attribute::ATTEMPT.to_owned(), 1.into()),
            ("load".to_owned(), Value::Float(0.75)),
            ("optional".to_owned(), Value::Bool(false)),
            ("big".to_owned(), Value::Int(i64::MIN)),
        ];
        spans
    }

    /// The inverse of [`Span`]'s encoding, over the published types.
    fn read_back(service: &str, published: &PublishedSpan) -> Span {
        let id = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("eight bytes"));
        let status = published.status.as_ref().expect("a status");
        Span {
            trace: u128::from_be_bytes(published.trace_id.as_slice().try_into().expect("sixteen bytes")),
            id: id(&published.span_id),
            parent: (!published.parent_span_id.is_empty()).then(|| id(&published.parent_span_id)),
            service: service.to_owned(),
            name: published.name.clone(),
            kind: match published.kind() {
                SpanKind::Internal => Kind::Internal,
                SpanKind::Server => Kind::Server,
                SpanKind::Client => Kind::Client,
                other => panic!("no such kind of span is written: {other:?}"),
            },
            start_ns: published.start_time_unix_nano - EPOCH_NS,
            end_ns: published.end_time_unix_nano - EPOCH_NS,
            status: match status.code() {
                StatusCode::Unset => Status::Ok,
                StatusCode::Error => Status::Error(status.message.clone()),
                StatusCode::Ok => panic!("only an operator says ok"),
            },
            attributes: published.attributes.iter().map(|a| (a.key.clone(), value(a))).collect(),
        }
    }

    fn value(attribute: &PublishedAttribute) -> Value {
        match attribute.value.as_ref().and_then(|v| v.value.clone()).expect("a value") {
            PublishedValue::StringValue(text) => Value::Text(text),
            PublishedValue::IntValue(number) => Value::Int(number),
            PublishedValue::DoubleValue(number) => Value::Float(number),
            PublishedValue::BoolValue(yes) => Value::Bool(yes),
            other => panic!("no such value is written: {other:?}"),
        }
    }

    fn published(spans: &[Span]) -> ExportTraceServiceRequest {
        serde_json::from_str(&export(spans, &origin())).expect("the published types read it")
    }

    #[test]
    fn the_published_types_give_back_every_field() {
        let spans = request();
        let found: Vec<Span> = published(&spans)
            .resource_spans
            .iter()
            .flat_map(|resource| {
                let Value::Text(service) = value(&resource.resource.as_ref().expect("a resource").attributes[0]) else {
                    panic!("a service's name is text")
                };
                let spans = resource.scope_spans.iter().flat_map(|scope| &scope.spans);
                spans.map(move |span| read_back(&service, span)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(found, spans);
    }

    #[test]
    fn a_resource_says_who_and_that_it_was_simulated() {
        let request = published(&request());
        let services: Vec<Vec<(String, Value)>> = request
            .resource_spans
            .iter()
            .map(|r| {
                r.resource.as_ref().expect("a resource").attributes.iter().map(|a| (a.key.clone(), value(a))).collect()
            })
            .collect();
        assert_eq!(services.len(), 3, "spans are grouped by service");
        for (attributes, service) in services.iter().zip(["shoppers", "gateway", "inventory"]) {
            let expected = [
                ("service.name", service),
                ("deployment.environment.name", "simulation"),
                ("brownout.scenario", "Checkout \"slow\""),
                ("brownout.digest", "3f9a"),
                ("brownout.seed", "18446744073709551615"),
            ];
            assert_eq!(attributes.as_slice(), expected.map(|(key, value)| (key.to_owned(), value.into())));
        }
        let scope = request.resource_spans[0].scope_spans[0].scope.as_ref().expect("a scope");
        assert_eq!((scope.name.as_str(), scope.version.as_str()), ("brownout", "0.1.0"));
    }

    #[test]
    fn the_encoding_is_the_specified_one() {
        let json: serde_json::Value = serde_json::from_str(&export(&request(), &origin())).expect("JSON");
        let span = &json["resourceSpans"][1]["scopeSpans"][0]["spans"][1];
        assert_eq!(
            *span,
            serde_json::json!({
                "traceId": "0123456789abcdef0000000000000007",
                "spanId": "0000000000000003",
                "parentSpanId": "0000000000000002",
                "name": "inventory.reserve",
                "kind": 3,
                "startTimeUnixNano": "1577836800000300000",
                "endTimeUnixNano": "1577836800250300000",
                "attributes": [
                    {"key": "service.peer.name", "value": {"stringValue": "inventory"}},
                    {"key": "error.type", "value": {"stringValue": "timeout"}},
                    {"key": "brownout.attempt", "value": {"intValue": "1"}},
                    {"key": "load", "value": {"doubleValue": 0.75}},
                    {"key": "optional", "value": {"boolValue": false}},
                    {"key": "big", "value": {"intValue": "-9223372036854775808"}},
                ],
                "status": {"message": "timeout", "code": 2},
            })
        );
    }

    #[test]
    fn what_json_has_no_number_for_is_written_as_protobuf_does() {
        for (number, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")] {
            assert_eq!(serde_json::to_string(&Double(number)).expect("JSON"), format!("\"{text}\""));
        }
    }

    #[test]
    fn nothing_is_an_empty_request() {
        assert_eq!(export(&[], &origin()), r#"{"resourceSpans":[]}"#);
    }
}
