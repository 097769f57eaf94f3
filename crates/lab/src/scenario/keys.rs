//! Every key of the scenario file, declared once.
//!
//! The check for unknown and missing keys, the defaults and ranges that the decoder applies, the schema for editors and
//! the written reference are all made from these tables. A new key is a line here and its decoding.

use sim::model::Model;

/// A kind of object: which keys it may have.
pub(super) struct Object {
    /// As in "a service has no key `x`".
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) keys: &'static [Key],
}

/// A kind of object that comes in several shapes, told apart by the first key of each.
pub(super) struct Cases {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) cases: &'static [&'static Object],
}

/// A key of an object.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    /// What holds where the key is absent, as it would be written.
    pub(super) default: Option<&'static str>,
    pub(super) doc: &'static str,
    pub(super) example: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
    /// Exactly one of the object's keys with this need must be there.
    Choice,
    /// Only where this other key is there.
    With(&'static str),
    /// Required where this other key is there, and only allowed there.
    RequiredWith(&'static str),
}

/// What stands under a key.
pub(super) enum Kind {
    /// The version of the format.
    Version,
    Text,
    /// `true` or `false`.
    Flag,
    Duration {
        zero: Zero,
    },
    Distribution,
    Rate,
    Factor,
    Percent {
        zero: Zero,
        /// Largest value, in percent.
        most: f64,
    },
    Count {
        least: u32,
        most: u32,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// `service.endpoint`.
    Endpoint,
    Service,
    Tenant,
    /// Two names: a tenant or a service each.
    Parties,
    Effect,
    File,
    Arrivals,
    Shape,
    Objective,
    /// Whatever stands at the path that this overrides.
    Anything,
    Object(&'static Object),
    Cases(&'static Cases),
    List(&'static Kind),
    /// Names of one's own, each with a value.
    Names {
        of: &'static str,
        value: &'static Kind,
    },
    Either(&'static [Kind]),
}

/// Whether zero is a possible value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    Allowed,
    Refused,
}

const fn key(name: &'static str, kind: Kind, doc: &'static str, example: &'static str) -> Key {
    Key { name, kind, need: Need::Optional, default: None, doc, example }
}

impl Key {
    const fn required(self) -> Key {
        Key { need: Need::Required, ..self }
    }

    const fn choice(self) -> Key {
        Key { need: Need::Choice, ..self }
    }

    const fn with(self, other: &'static str) -> Key {
        Key { need: Need::With(other), ..self }
    }

    const fn required_with(self, other: &'static str) -> Key {
        Key { need: Need::RequiredWith(other), ..self }
    }

    const fn default(self, text: &'static str) -> Key {
        Key { default: Some(text), ..self }
    }
}

const DURATION: Kind = Kind::Duration { zero: Zero::Allowed };
const POSITIVE_DURATION: Kind = Kind::Duration { zero: Zero::Refused };
const SHARE: Kind = Kind::Percent { zero: Zero::Refused, most: 100.0 };
const CHANCE: Kind = Kind::Percent { zero: Zero::Allowed, most: 100.0 };

const fn count(least: u32, most: u32) -> Kind {
    Kind::Count { least, most }
}

/// More workers, connections or users than this is no model of anything.
const MANY: u32 = 1_000_000;

pub(super) const VERSION: &str = "1";
pub(super) const SCHEDULING: &[&str] = &["fifo", "ps"];
pub(super) const ORDERS: &[&str] = &["fifo", "lifo", "adaptive-lifo", "priority", "fair"];
pub(super) const BALANCE: &[&str] = &["round-robin", "random", "least-outstanding", "power-of-two", "hash"];
pub(super) const DEADLINES: &[&str] = &["ignore", "propagate"];
pub(super) const JITTER: &[&str] = &["none", "full", "equal", "decorrelated"];
pub(super) const CAPACITIES: &[&str] = &["workers", "pool"];

pub(super) static SCENARIO: Object = Object {
    name: "scenario",
    doc: "The whole file.",
    keys: &[
        key("brownout", Kind::Version, "Version of this format.", "1").required(),
        key("name", Kind::Text, "What the scenario is called.", "Checkout with a slow inventory").required(),
        key("about", Kind::Text, "A paragraph that says what to look at.", "Watch the queue."),
        key("duration", POSITIVE_DURATION, "How long tenants send, in simulated time.", "10m").required(),
        key("warmup", DURATION, "Requests sent before this are simulated and not measured.", "30s").default("0s"),
        key(
            "workload",
            Kind::Names { of: "tenant", value: &Kind::Object(&TENANT) },
            "The tenants: who sends requests.",
            "{shoppers: {call: gateway.checkout, rate: 400/s}}",
        )
        .required(),
        key(
            "services",
            Kind::Names { of: "service", value: &Kind::Object(&SERVICE) },
            "The services.",
            "{gateway: {endpoints: {checkout: [{work: 2ms}]}}}",
        )
        .required(),
        key("network", Kind::Object(&NETWORK), "What lies between callers and services.", "{latency: 0.25ms}"),
        key(
            "faults",
            Kind::List(&Kind::Cases(&FAULT)),
            "What goes wrong, and when.",
            "[{slow: inventory, by: 4x, at: 3m, for: 2m}]",
        ),
        key(
            "objectives",
            Kind::List(&Kind::Objective),
            "What a run should reach.",
            "[\"p99(gateway.checkout) < 500ms\"]",
        ),
        key(
            "variants",
            Kind::Names { of: "variant", value: &Kind::Object(&VARIANT) },
            "The same scenario with some values changed, to be compared.",
            "{more: {set: {services.gateway.workers: 128}}}",
        ),
    ],
};

pub(super) static TENANT: Object = Object {
    name: "tenant",
    doc: "A source of requests. It is a caller too, so it may have a timeout and retries.",
    keys: &[
        key("call", Kind::Endpoint, "The endpoint that each request asks.", "gateway.checkout").required(),
        key("rate", Kind::Rate, "Mean requests per time, whatever the answers do: an open load.", "400/s").choice(),
        key("arrivals", Kind::Arrivals, "How the requests are spread around the rate.", "bursty(on=2s, off=8s)")
            .with("rate")
            .default("poisson"),
        key(
            "shape",
            Kind::Either(&[Kind::Shape, Kind::List(&Kind::Shape)]),
            "How the rate moves over time; several shapes are multiplied.",
            "spike(by=3x, at=2m, for=30s)",
        )
        .with("rate"),
        key(
            "users",
            count(1, MANY),
            "That many users, each of whom thinks, sends, and waits for the answer: a closed loop.",
            "200",
        )
        .choice(),
        key(
            "think",
            Kind::Distribution,
            "Time between an answer and the user's next request; also before the first.",
            "exp(1s)",
        )
        .required_with("users"),
        key(
            "replay",
            Kind::File,
            "Sends at the instants in the first column of a CSV file: seconds since the start, rising.",
            "trace.csv",
        )
        .choice(),
        key(
            "patience",
            POSITIVE_DURATION,
            "An answer later than this is late: it is no goodput. Absent: none is.",
            "2s",
        ),
        key("priority", count(0, 255), "Higher goes first where a queue orders by priority.", "10").default("0"),
        key("timeout", POSITIVE_DURATION, "The tenant gives an attempt up after this. Absent: never.", "5s"),
        key("retry", Kind::Either(&[count(1, Model::MAX_ATTEMPTS), Kind::Object(&RETRY)]), RETRY_DOC, "3"),
    ],
};

const RETRY_DOC: &str =
    "What happens after a failed attempt; a number alone is `attempts` without backoff. Absent: the call fails.";

pub(super) static SERVICE: Object = Object {
    name: "service",
    doc: "Identical replicas that run handlers.",
    keys: &[
        key("replicas", count(1, Model::MAX_REPLICAS), "Identical copies.", "3").default("1"),
        key(
            "workers",
            count(1, MANY),
            "Handlers at once per replica, held while a handler waits on a call. Absent: unlimited.",
            "64",
        ),
        key("cores", count(1, 65_536), "CPUs per replica that `work` needs. Absent: work never contends.", "4"),
        key(
            "scheduling",
            Kind::Word(SCHEDULING),
            "How work shares the cores: one after the other, or all at once at equal shares (processor sharing).",
            "ps",
        )
        .default("fifo"),
        key(
            "queue",
            Kind::Either(&[count(0, u32::MAX), Kind::Object(&QUEUE)]),
            "The waiting room before the workers, per replica; a number alone is `limit`. Absent: unlimited.",
            "512",
        ),
        key("balance", Kind::Word(BALANCE), "How callers pick a replica.", "power-of-two").default("round-robin"),
        key(
            "speed",
            Kind::Either(&[Kind::Factor, Kind::List(&Kind::Factor)]),
            "Speed of the replicas relative to 1; of a list, the last value holds for all further replicas.",
            "[1, 1, 0.5]",
        )
        .default("1"),
        key("startup", DURATION, "From a replica's restart until it accepts requests.", "20s").default("0s"),
        key(
            "deadlines",
            Kind::Word(DEADLINES),
            "`propagate` drops a request whose caller has given up before the next step begins, and sends the deadline on.",
            "propagate",
        )
        .default("ignore"),
        key(
            "pools",
            Kind::Names { of: "called service", value: &count(1, MANY) },
            "Connections that each replica may have open to another service; further calls wait, oldest first.",
            "{inventory: 20}",
        ),
        key(
            "telemetry",
            Kind::Object(&TELEMETRY),
            "What the service tells about itself, and what the telling takes. Absent: everything, for nothing.",
            "{metrics: 15s, traces: 1%, logs: 3}",
        ),
        key(
            "endpoints",
            Kind::Names { of: "endpoint", value: &Kind::List(&Kind::Cases(&STEP)) },
            "What the service answers: each handler is a list of steps, run in order. A step that fails fails the handler.",
            "{checkout: [{work: 2ms}, {call: inventory.reserve}]}",
        )
        .required(),
    ],
};

pub(super) static QUEUE: Object = Object {
    name: "queue",
    doc: "The waiting room before a replica's workers.",
    keys: &[
        key("limit", count(0, u32::MAX), "Requests that may wait; one more is rejected. Absent: unlimited.", "512"),
        key(
            "order",
            Kind::Word(ORDERS),
            "Who is next: oldest, newest, oldest until the queue has stood for `interval` and then newest, highest tenant \
             priority, or tenants in turn.",
            "adaptive-lifo",
        )
        .default("fifo"),
        key("interval", POSITIVE_DURATION, "With `adaptive-lifo`: how long a queue may stand.", "100ms")
            .with("order")
            .default("100ms"),
    ],
};

pub(super) static TELEMETRY: Object = Object {
    name: "telemetry",
    doc: "What a service tells about itself. `brownout run --as-emitted` shows a run as far as its services tell it.",
    keys: &[
        key("metrics", POSITIVE_DURATION, "Each replica's metrics are scraped this often. Absent: it has none.", "15s"),
        key("series", count(1, MANY), "Time series that each replica exposes.", "200").with("metrics").default("100"),
        key("traces", SHARE, "Share of the requests that leave a span. Absent: none does.", "1%"),
        key("span", DURATION, "CPU time that a span takes.", "50us").with("traces").default("20us"),
        key("logs", count(1, 10_000), "Lines that each request writes. Absent: none.", "3"),
        key("line", DURATION, "CPU time that a line takes.", "10us").with("logs").default("5us"),
    ],
};

pub(super) static STEP: Cases = Cases {
    name: "step",
    doc: "One step of a handler: exactly one of the keys below says which.",
    cases: &[&WORK, &WAIT, &CALL, &PARALLEL, &EFFECT],
};

pub(super) static BRANCH: Cases =
    Cases { name: "branch", doc: "A step inside `parallel`.", cases: &[&WORK, &WAIT, &CALL] };

pub(super) static WORK: Object = Object {
    name: "work step",
    doc: "Computes: needs a core where the service counts them.",
    keys: &[
        key("work", Kind::Distribution, "How long, on a replica of speed 1.", "lognormal(p50=2ms, p99=9ms)").required()
    ],
};

pub(super) static WAIT: Object = Object {
    name: "wait step",
    doc: "Waits without a core: a disk, a sleep.",
    keys: &[key("wait", Kind::Distribution, "How long.", "exp(5ms)").required()],
};

pub(super) static CALL: Object = Object {
    name: "call step",
    doc: "Asks another endpoint and waits for its answer.",
    keys: &[
        key("call", Kind::Endpoint, "Which endpoint.", "inventory.reserve").required(),
        key(
            "timeout",
            POSITIVE_DURATION,
            "An attempt is given up after this, waiting for a connection included. Absent: never.",
            "250ms",
        ),
        key("optional", Kind::Flag, "A failure degrades the handler's answer instead of failing it.", "true")
            .default("false"),
        key("times", count(1, 10_000), "Made this often: in turn, or at once inside `parallel`.", "10").default("1"),
        key(
            "retry",
            Kind::Either(&[count(1, Model::MAX_ATTEMPTS), Kind::Object(&RETRY)]),
            RETRY_DOC,
            "{attempts: 3, backoff: 50ms}",
        ),
    ],
};

pub(super) static PARALLEL: Object = Object {
    name: "parallel step",
    doc: "All at once; done when all have ended.",
    keys: &[key(
        "parallel",
        Kind::List(&Kind::Cases(&BRANCH)),
        "The branches: `work`, `wait` and `call` steps.",
        "[{call: pricing.quote}, {call: ads.pick, optional: true}]",
    )
    .required()],
};

pub(super) static EFFECT: Object = Object {
    name: "effect step",
    doc: "Applies a side effect with an identity, such as a charge; how often is counted per request.",
    keys: &[
        key("effect", Kind::Effect, "Its name; a scenario has at most 8.", "charge").required(),
        key("idempotent", Kind::Flag, "Applied once per request instead of once per execution.", "true")
            .default("false"),
    ],
};

pub(super) static RETRY: Object = Object {
    name: "retry",
    doc: "Whether, when and how often a failed attempt is repeated.",
    keys: &[
        key("attempts", count(1, Model::MAX_ATTEMPTS), "Tries in all, the first one included.", "3").required(),
        key(
            "backoff",
            Kind::Either(&[DURATION, Kind::Object(&BACKOFF)]),
            "The wait before each retry; a duration alone is a constant wait. Absent: none.",
            "{base: 50ms, cap: 1s, jitter: full}",
        ),
        key(
            "budget",
            Kind::Percent { zero: Zero::Allowed, most: 1000.0 },
            "Retries as a share of first tries. Absent: unbounded.",
            "10%",
        ),
    ],
};

pub(super) static BACKOFF: Object = Object {
    name: "backoff",
    doc: "A wait that doubles with each retry.",
    keys: &[
        key("base", POSITIVE_DURATION, "The wait before the first retry.", "50ms").required(),
        key(
            "cap",
            POSITIVE_DURATION,
            "The wait never exceeds this. Absent: 20s, or `base` where that is longer.",
            "1s",
        ),
        key("jitter", Kind::Word(JITTER), "How the wait is spread.", "full").default("none"),
    ],
};

pub(super) static NETWORK: Object = Object {
    name: "network",
    doc: "What a message goes through, each way. Without it messages take no time and none is lost.",
    keys: &[
        key("latency", Kind::Distribution, LATENCY_DOC, "0.25ms").default("0s"),
        key("jitter", DURATION, NET_JITTER_DOC, "50us").default("0s"),
        key("loss", CHANCE, LOSS_DOC, "0.1%").default("0%"),
        key(
            "pairs",
            Kind::Names { of: "caller -> callee", value: &Kind::Object(&PAIR) },
            "The same for the calls from one tenant or service to one service; what a pair leaves out is as above.",
            "{\"gateway -> inventory\": {latency: 5ms}}",
        ),
    ],
};

pub(super) static PAIR: Object = Object {
    name: "pair",
    doc: "The network of the calls from one caller to one service.",
    keys: &[
        key("latency", Kind::Distribution, LATENCY_DOC, "5ms"),
        key("jitter", DURATION, NET_JITTER_DOC, "50us"),
        key("loss", CHANCE, LOSS_DOC, "1%"),
    ],
};

const LATENCY_DOC: &str = "Time from sender to receiver.";
const NET_JITTER_DOC: &str = "Uniform extra time from zero to this.";
const LOSS_DOC: &str = "Chance that a packet is lost, and sent again after 200ms, then after twice that, and so on.";

pub(super) static FAULT: Cases = Cases {
    name: "fault",
    doc: "Something that goes wrong for a while: exactly one of the keys below says what.",
    cases: &[&SLOW, &ERRORS, &CRASH, &PAUSE, &PARTITION, &LOSS, &SHRINK, &SPIKE],
};

const AT: Key = key("at", DURATION, "When it starts.", "3m").default("0s");
const FOR: Key = key("for", POSITIVE_DURATION, "How long it lasts. Absent: to the end of the run.", "2m");
const OF_REPLICAS: Key =
    key("share", SHARE, "The part of the replicas that is hit, rounded up.", "50%").default("100%");

pub(super) static SLOW: Object = Object {
    name: "slow fault",
    doc: "Work takes longer.",
    keys: &[
        key("slow", Kind::Service, "The slow service.", "inventory").required(),
        key("by", Kind::Factor, "How many times as long.", "4x").required(),
        AT,
        FOR,
        OF_REPLICAS,
    ],
};

pub(super) static ERRORS: Object = Object {
    name: "errors fault",
    doc: "Requests fail with an error as soon as a worker takes them.",
    keys: &[
        key("errors", Kind::Service, "The failing service.", "inventory").required(),
        key("rate", SHARE, "The chance of each request.", "20%").required(),
        AT,
        FOR,
        OF_REPLICAS,
    ],
};

pub(super) static CRASH: Object = Object {
    name: "crash fault",
    doc: "Replicas die with all they hold, refuse connections, and start up again at the end.",
    keys: &[key("crash", Kind::Service, "The crashing service.", "inventory").required(), AT, FOR, OF_REPLICAS],
};

pub(super) static PAUSE: Object = Object {
    name: "pause fault",
    doc: "Replicas stand still, as in a garbage collector's pause: nothing is lost, nothing moves.",
    keys: &[key("pause", Kind::Service, "The pausing service.", "inventory").required(), AT, FOR, OF_REPLICAS],
};

pub(super) static PARTITION: Object = Object {
    name: "partition fault",
    doc: "No message passes between the two.",
    keys: &[
        key("partition", Kind::Parties, "The two sides, each a tenant or a service.", "[gateway, inventory]")
            .required(),
        AT,
        FOR,
    ],
};

pub(super) static LOSS: Object = Object {
    name: "loss fault",
    doc: "Packets between the two are lost, on top of what the network loses anyway.",
    keys: &[
        key("loss", Kind::Parties, "The two sides, each a tenant or a service.", "[gateway, inventory]").required(),
        key("rate", SHARE, "The chance of each packet.", "1%").required(),
        AT,
        FOR,
    ],
};

pub(super) static SHRINK: Object = Object {
    name: "shrink fault",
    doc: "The service has fewer workers, or fewer connections in its pools.",
    keys: &[
        key("shrink", Kind::Service, "The service.", "inventory").required(),
        key("what", Kind::Word(CAPACITIES), "Which capacity.", "workers").required(),
        key("to", count(1, MANY), "The size while it lasts.", "8").required(),
        AT,
        FOR,
        OF_REPLICAS,
    ],
};

pub(super) static SPIKE: Object = Object {
    name: "spike fault",
    doc: "A tenant with an open load sends more.",
    keys: &[
        key("spike", Kind::Tenant, "The tenant.", "shoppers").required(),
        key("by", Kind::Factor, "Factor on its rate.", "3x").required(),
        AT,
        FOR,
    ],
};

pub(super) static VARIANT: Object = Object {
    name: "variant",
    doc: "The scenario with some values changed.",
    keys: &[
        key("about", Kind::Text, "What the change is for.", "Retries may add a tenth."),
        key(
            "set",
            Kind::Names { of: "path", value: &Kind::Anything },
            "The changes: what stands at a path is replaced by the value; `null` takes it away.",
            "{\"services.gateway.endpoints.checkout[1].retry.budget\": 10%}",
        )
        .required(),
    ],
};

impl Object {
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Cases {
    /// The keys that tell the cases apart.
    pub(super) fn tags(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.cases.iter().map(|case| case.keys[0].name)
    }
}

impl Kind {
    /// What is right here, for messages.
    pub(super) fn expected(&self) -> String {
        use super::{dist, units};
        match self {
            Kind::Version => "1".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Duration { .. } => units::A_DURATION.to_owned(),
            Kind::Distribution => dist::A_DISTRIBUTION.to_owned(),
            Kind::Rate => units::A_RATE.to_owned(),
            Kind::Factor => units::A_FACTOR.to_owned(),
            Kind::Percent { .. } => units::A_PERCENTAGE.to_owned(),
            Kind::Count { least, most: u32::MAX } => format!("a whole number, at least {least}"),
            Kind::Count { least, most } => format!("a whole number from {least} to {most}"),
            Kind::Word(words) => super::problem::either(words.iter().copied()),
            Kind::Endpoint => "an endpoint, written service.endpoint".to_owned(),
            Kind::Service => "a service".to_owned(),
            Kind::Tenant => "a tenant".to_owned(),
            Kind::Parties => "a list of two tenants or services".to_owned(),
            Kind::Effect => "a name".to_owned(),
            Kind::File => "the name of a CSV file beside the scenario".to_owned(),
            Kind::Arrivals => "poisson, constant or bursty(on=2s, off=8s)".to_owned(),
            Kind::Shape => "a shape such as spike(by=3x, at=2m, for=30s)".to_owned(),
            Kind::Objective => "an objective such as p99(gateway.checkout) < 500ms".to_owned(),
            Kind::Anything => "a value".to_owned(),
            Kind::Object(object) => format!("a map of the keys of a {}", object.name),
            Kind::Cases(cases) => {
                format!("a {}, with one of the keys {}", cases.name, super::problem::either(cases.tags()))
            }
            Kind::List(item) => format!("a list, each item {}", item.expected()),
            Kind::Names { of, .. } => format!("a map from {of} to what it is"),
            Kind::Either(kinds) => kinds.iter().map(Kind::expected).collect::<Vec<_>>().join(", or "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{dist, objectives, reader, shape, terms::Form, units};
    use super::*;

    /// Whether a text is a value of a kind; for what is not a scalar, the samples show it.
    fn fits(kind: &Kind, text: &str) -> bool {
        match kind {
            Kind::Duration { .. } => units::duration(text).is_ok(),
            Kind::Distribution => dist::distribution(text).is_ok(),
            Kind::Rate => units::rate(text).is_ok(),
            Kind::Factor => reader::positive_factor(text).is_ok(),
            Kind::Percent { most, .. } => units::percent(text).is_ok_and(|share| share * 100.0 <= *most),
            Kind::Count { least, most } => {
                units::count(text).is_ok_and(|count| (u64::from(*least)..=u64::from(*most)).contains(&count))
            }
            Kind::Word(words) => words.contains(&text),
            Kind::Flag => ["true", "false"].contains(&text),
            Kind::Arrivals => dist::arrivals(text).is_ok(),
            Kind::Shape => shape::shape(text, sim::Span::secs(100_000)).is_ok(),
            Kind::Either(kinds) => kinds.iter().any(|kind| fits(kind, text)),
            _ => true,
        }
    }

    fn check(object: &'static Object, seen: &mut Vec<&'static str>) {
        if seen.contains(&object.name) {
            return;
        }
        seen.push(object.name);
        for key in object.keys {
            for text in std::iter::once(key.example).chain(key.default) {
                assert!(fits(&key.kind, text), "{}.{}: {text}", object.name, key.name);
            }
            check_below(&key.kind, seen);
        }
    }

    fn check_below(kind: &'static Kind, seen: &mut Vec<&'static str>) {
        match kind {
            Kind::Object(object) => check(object, seen),
            Kind::Cases(cases) => cases.cases.iter().for_each(|case| check(case, seen)),
            Kind::List(inner) | Kind::Names { value: inner, .. } => check_below(inner, seen),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| check_below(kind, seen)),
            _ => {}
        }
    }

    #[test]
    fn examples_and_defaults_are_values_of_their_keys() {
        let mut seen = Vec::new();
        check(&SCENARIO, &mut seen);
        assert!(seen.len() > 20, "{seen:?}");
        let all = |forms: &'static [Form], kind: &Kind| forms.iter().for_each(|form| assert!(fits(kind, form.example)));
        all(&dist::DISTRIBUTIONS, &Kind::Distribution);
        all(&dist::ARRIVALS, &Kind::Arrivals);
        all(&shape::SHAPES, &Kind::Shape);
        objectives::MEASURES.iter().for_each(|measure| assert!(measure.example.starts_with(measure.name)));
    }
}
