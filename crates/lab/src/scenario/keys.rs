//! Every key of the scenario file, declared once.
//!
//! The check for unknown and missing keys, the defaults and ranges that the decoder applies, the schema for editors and
//! the written reference are all made from these tables. A new key is a line here and its decoding.

mod data;

pub(super) use data::*;

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
    /// Of one of something, in whatever currency.
    Price,
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
    /// A whole number with `k`, `M` or `G`.
    Size {
        least: u64,
        most: u64,
    },
    /// `zipf(s, keys)` or `uniform(keys)`.
    Keyspace,
    /// One of the scenario's parts of this sort, by its name.
    One(Part),
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

/// A sort of named parts beside tenants and services.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Part {
    /// As in "there is no cache `x`".
    pub(super) noun: &'static str,
    /// The keys of the scenario under which such parts stand.
    pub(super) sections: &'static [&'static str],
}

pub(super) const CACHES: Part = Part { noun: "cache", sections: &["caches"] };
pub(super) const DATABASES: Part = Part { noun: "database", sections: &["databases"] };
pub(super) const STORES: Part = Part { noun: "database or projection", sections: &["databases", "projections"] };
pub(super) const QUEUES: Part = Part { noun: "queue", sections: &["queues"] };

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
/// A time after which something happens again, at least a millisecond.
const RECURRING: Kind = POSITIVE_DURATION;
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
pub(super) const PER: &[&str] = &["service", "replica", "tenant"];
pub(super) const CONCURRENCY_RULES: &[&str] = &["aimd", "gradient"];
pub(super) const SHED_RULES: &[&str] = &["codel", "deadline", "priority"];
pub(super) const CAPACITIES: &[&str] = &["workers", "pool"];
pub(super) const FAILURES: &[&str] = &["timeout", "rejected", "error", "breaker", "unreachable"];
pub(super) const PERCENTILES: &[&str] = &["p50", "p75", "p90", "p95", "p99"];
pub(super) const SCOPES: &[&str] = &["callee", "replica"];

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
            "caches",
            Kind::Names { of: "cache", value: &Kind::Object(&CACHE) },
            "Caches that call steps look into first.",
            "{products: {size: 10k, ttl: 60s, keys: \"zipf(1.0, 1M)\"}}",
        ),
        key(
            "databases",
            Kind::Names { of: "database", value: &Kind::Object(&DATABASE) },
            "Databases that handlers query.",
            "{orders: {connections: 50, cores: 8}}",
        ),
        key(
            "projections",
            Kind::Names { of: "projection", value: &Kind::Object(&PROJECTION) },
            "Denormalized copies of databases.",
            "{order_view: {of: orders, refresh: 500ms, write: 2ms}}",
        ),
        key(
            "queues",
            Kind::Names { of: "queue", value: &Kind::Object(&MESSAGE_QUEUE) },
            "Queues of messages between services.",
            "{orders: {consumer: billing.process, partitions: 8}}",
        ),
        key(
            "faults",
            Kind::List(&Kind::Cases(&FAULT)),
            "What goes wrong, and when.",
            "[{slow: inventory, by: 4x, at: 3m, for: 2m}]",
        ),
        key(
            "deploys",
            Kind::List(&Kind::Object(&DEPLOY)),
            "Which services get a new version, and when.",
            "[{deploy: inventory, at: 3m, canary: 10%, pause: 30s}]",
        ),
        key(
            "objectives",
            Kind::List(&Kind::Objective),
            "What a run should reach.",
            "[\"p99(gateway.checkout) < 500ms\"]",
        ),
        key(
            "cost",
            Kind::Object(&COST),
            "What things cost; a run then says what it costs, in all and per million good requests.",
            "{currency: EUR, replica_hour: {gateway: 0.12, default: 0.10}, call: {payments.charge: 0.003}}",
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
    doc: "A source of requests. It is a caller too, so it may have a timeout, retries and guards; it counts as one replica.",
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
        HEDGE_KEY,
        BREAKER_KEY,
        BULKHEAD_KEY,
        THROTTLE_KEY,
    ],
};

const HEDGE_KEY: Key = key(
    "hedge",
    Kind::Object(&HEDGE),
    "A second attempt, to another replica where there is one, when the first is slow.",
    "{after: p95, cap: 5%}",
);
const BREAKER_KEY: Key = key(
    "breaker",
    Kind::Object(&BREAKER),
    "Fails at once, as `breaker`, what a failing callee would fail anyway.",
    "{failures: 5, open: 5s}",
);
const PLACES: &[Kind] = &[count(1, MANY), Kind::Object(&BULKHEAD)];
const BULKHEAD_KEY: Key = key(
    "bulkhead",
    Kind::Either(PLACES),
    "Calls at once per replica of the caller; one more is rejected. A number alone is `limit`. Absent: unlimited.",
    "20",
);
const THROTTLE_KEY: Key = key(
    "throttle",
    Kind::Object(&THROTTLE),
    "Sends no more than a multiple of what the callee accepts, and rejects the rest.",
    "{k: 2, window: 2m}",
);

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
        key(
            "limit",
            Kind::Either(&[Kind::Rate, Kind::Object(&LIMIT)]),
            "Attempts that come faster than this are rejected at once; a rate alone is `rate`. Absent: none is.",
            "500/s",
        ),
        key(
            "concurrency",
            Kind::Either(&[Kind::Word(CONCURRENCY_RULES), Kind::Cases(&CONCURRENCY)]),
            "How many attempts a replica takes at once, waiting or worked on: a limit that follows what it measures. One \
             more is rejected. Absent: none.",
            "gradient",
        ),
        key(
            "ejection",
            Kind::Object(&EJECTION),
            "Each caller keeps from a replica that fails it several times in a row. Absent: none does.",
            "{failures: 5}",
        ),
        key(
            "health",
            Kind::Object(&HEALTH),
            "Replicas are checked, and callers keep from those that are down or stand still. Absent: a crashed replica \
             keeps its share of the requests, and with `least-outstanding` it gets nearly all.",
            "{interval: 5s}",
        ),
        key(
            "autoscale",
            Kind::Object(&AUTOSCALE),
            "The number of replicas follows the load, and starts at `replicas`, or `least` where that is absent. Absent: it \
             stays.",
            "{target: 70%, least: 2, most: 20}",
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
        key(
            "weights",
            Kind::Names { of: "tenant", value: &count(1, 1_000) },
            "With `fair`: tenants are served in proportion to these; who is not named has 1.",
            "{gold: 3, batch: 1}",
        )
        .with("order"),
        key(
            "shed",
            Kind::Either(&[Kind::Word(SHED_RULES), Kind::Object(&SHED)]),
            "Which waiting requests are dropped, and rejected: who waited too long while the queue stands (`codel`), who \
             would be answered after its deadline (`deadline`), or, where the queue is full, the lowest tenant priority \
             for a higher one (`priority`). Absent: none.",
            "codel",
        ),
    ],
};

pub(super) static SHED: Object = Object {
    name: "shed rule",
    doc: "A rule that drops waiting requests, with its values.",
    keys: &[key("codel", Kind::Object(&CODEL), "Controlled delay.", "{target: 10ms}").required()],
};

pub(super) static CODEL: Object = Object {
    name: "rule of codel",
    doc: "Controlled delay, as B. Maurer describes it in \"Fail at Scale\" (ACM Queue 13(8), 2015): a request may wait \
          `interval`, and only `target` if the queue has not been empty for `interval` when it comes. Who waited longer \
          is dropped when a worker would take it.",
    keys: &[
        key("target", POSITIVE_DURATION, "The wait allowed while the queue stands.", "10ms").default("5ms"),
        key("interval", POSITIVE_DURATION, "The wait allowed otherwise, and how long a queue may stand.", "200ms")
            .default("100ms"),
    ],
};

pub(super) static LIMIT: Object = Object {
    name: "limit",
    doc: "A bound on the rate of attempts: a token bucket that fills at the rate. Refusing takes no worker.",
    keys: &[
        key("rate", Kind::Rate, "Attempts per time. Absent: only the quotas bound anybody.", "500/s"),
        key(
            "burst",
            count(1, 1_000_000_000),
            "Attempts at once after a pause: the size of the bucket. Absent: those of a second, at least one.",
            "50",
        )
        .with("rate"),
        key(
            "per",
            Kind::Word(PER),
            "Who shares the rate: everybody at the whole service, everybody at one replica, or each tenant for itself.",
            "replica",
        )
        .default("service"),
        key(
            "quotas",
            Kind::Names { of: "tenant", value: &Kind::Rate },
            "Rates of single tenants at the whole service, which bound them besides; with `per: tenant` instead.",
            "{batch: 100/s}",
        ),
    ],
};

pub(super) static EJECTION: Object = Object {
    name: "rule of ejection",
    doc: "Outlier detection as Envoy does it by consecutive 5xx, simplified: any failure that the caller sees counts, its own \
          timeouts included. The n-th ejection in a row lasts n times `base`, at most five minutes. Each call that is \
          written in the file judges for itself. Where no replica is left, all are asked.",
    keys: &[
        key("failures", count(1, MANY), "Failures in a row that eject a replica.", "3").default("5"),
        key("interval", RECURRING, "Who has been out for long enough returns at a multiple of this.", "5s")
            .default("10s"),
        key("base", POSITIVE_DURATION, "How long a first ejection lasts.", "1m").default("30s"),
        key("most", SHARE, "The share of the replicas that may be out at once; one may in any case.", "30%")
            .default("50%"),
    ],
};

pub(super) static HEALTH: Object = Object {
    name: "rule of health",
    doc: "Health checks of each replica. They see that a process is down or stands still, not errors, slowness or a cut \
          network. Where all replicas fail, all are asked.",
    keys: &[
        key("interval", RECURRING, "Between two checks; the first comes after this.", "2s").default("5s"),
        key(
            "timeout",
            POSITIVE_DURATION,
            "A replica that stands still for this long fails its check. Absent: 1s, or `interval` where that is shorter.",
            "500ms",
        ),
        key("unhealthy", count(1, MANY), "Failed checks in a row after which no caller is told of it.", "2")
            .default("3"),
        key("healthy", count(1, MANY), "Passed checks in a row after which they are again.", "1").default("2"),
    ],
};

pub(super) static AUTOSCALE: Object = Object {
    name: "rule of autoscale",
    doc: "The rule of Kubernetes' HorizontalPodAutoscaler: ⌈replicas × observed / target⌉, nothing within a tenth of the \
          target, at most twice as many or four more at once. New replicas take the service's `startup`; one that goes \
          finishes what it holds, for 30s at most.",
    keys: &[
        key("target", SHARE, "Mean busy share of the cores, or of the workers where cores are not counted.", "70%")
            .choice(),
        key("delay", POSITIVE_DURATION, "Mean time that requests wait for a worker.", "50ms").choice(),
        key("least", count(1, Model::MAX_REPLICAS), "There are never fewer.", "2").default("1"),
        key("most", count(1, Model::MAX_REPLICAS), "There are never more.", "20").required(),
        key("every", RECURRING, "How long is observed before each decision.", "30s").default("15s"),
        key("cooldown", DURATION, "A replica goes only if fewer were enough throughout this time.", "60s")
            .default("5m"),
    ],
};

pub(super) static CONCURRENCY: Cases = Cases {
    name: "concurrency limit",
    doc: "How many attempts a replica takes at once: a rule with its values. Both rules are those of Netflix's \
          concurrency-limits.",
    cases: &[&AIMD_RULE, &GRADIENT_RULE],
};

pub(super) static AIMD_RULE: Object = Object {
    name: "aimd limit",
    doc: "By losses.",
    keys: &[key("aimd", Kind::Object(&AIMD), "Its values.", "{timeout: 200ms}").required()],
};

pub(super) static GRADIENT_RULE: Object = Object {
    name: "gradient limit",
    doc: "By latency.",
    keys: &[key("gradient", Kind::Object(&GRADIENT), "Its values.", "{most: 100}").required()],
};

const START: Key = key("start", count(1, MANY), "The limit of a replica that starts.", "10").default("20");
const LEAST: Key = key("least", count(1, MANY), "It never falls below this.", "4").default("1");
const MOST: Key = key("most", count(1, MANY), "It never exceeds this.", "100").default("200");

pub(super) static AIMD: Object = Object {
    name: "rule of aimd",
    doc: "`AIMDLimit`: one more after a success while at least half of the limit is used, a share less after a request that \
          timed out or was rejected further down, or took too long.",
    keys: &[
        START,
        LEAST,
        MOST,
        key(
            "backoff",
            Kind::Percent { zero: Zero::Refused, most: 100.0 },
            "What is left of the limit after such a request, at least half.",
            "80%",
        )
        .default("90%"),
        key("timeout", POSITIVE_DURATION, "An answer that took longer counts as lost.", "200ms").default("5s"),
    ],
};

pub(super) static GRADIENT: Object = Object {
    name: "rule of gradient",
    doc: "`Gradient2Limit`: in each window the limit is multiplied by how much shorter the long-term mean latency is than \
          the window's (from 0.5 to 1), and grows by what may queue.",
    keys: &[
        START,
        LEAST,
        MOST,
        key(
            "queue",
            count(0, MANY),
            "Attempts that may queue: what the limit grows by while latency is as usual.",
            "8",
        )
        .default("4"),
        key("smoothing", SHARE, "The share of each step that is taken.", "50%").default("20%"),
        key("tolerance", Kind::Factor, "Latency may rise by this factor before the limit shrinks.", "2x")
            .default("1.5x"),
        key("window", POSITIVE_DURATION, "How long a window lasts, and ten attempts at least.", "500ms").default("1s"),
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
    cases: &[&WORK, &WAIT, &CALL, &QUERY, &PUBLISH, &PARALLEL, &EFFECT],
};

pub(super) static BRANCH: Cases =
    Cases { name: "branch", doc: "A step inside `parallel`.", cases: &[&WORK, &WAIT, &CALL, &QUERY] };

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
        HEDGE_KEY,
        BREAKER_KEY,
        BULKHEAD_KEY,
        THROTTLE_KEY,
        key(
            "fallback",
            Kind::Either(&[Kind::Word(&["static"]), Kind::Object(&FALLBACK)]),
            "What degrades the handler's answer instead of failing it: `static` is a fixed answer at once. It comes after \
             all retries, and after what a guard refuses.",
            "static",
        ),
        key("cache", Kind::One(CACHES), "The cache that is looked into first.", "products"),
        key("hit", Kind::Distribution, "How long a hit takes here. Absent: as the cache says.", "0.5ms").with("cache"),
    ],
};

pub(super) static PARALLEL: Object = Object {
    name: "parallel step",
    doc: "All at once; done when all have ended.",
    keys: &[key(
        "parallel",
        Kind::List(&Kind::Cases(&BRANCH)),
        "The branches: `work`, `wait`, `call` and `query` steps.",
        "[{call: pricing.quote}, {call: ads.pick, optional: true}]",
    )
    .required()],
};

pub(super) static EFFECT: Object = Object {
    name: "effect step",
    doc: "Applies a side effect with an identity, such as a charge; how often is counted per request.",
    keys: &[
        key("effect", Kind::Effect, "Its name; a scenario has at most 8.", "charge").required(),
        key(
            "idempotent",
            Kind::Either(&[Kind::Flag, Kind::Object(&IDEMPOTENCY)]),
            "Applied once per request instead of once per execution.",
            "true",
        )
        .default("false"),
    ],
};

pub(super) static IDEMPOTENCY: Object = Object {
    name: "idempotency",
    doc: "An effect whose idempotency key is kept for a while.",
    keys: &[key(
        "retain",
        POSITIVE_DURATION,
        "How long the key is kept after the effect was applied: a repetition that comes later is applied again.",
        "10m",
    )
    .required()],
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
            "on",
            Kind::List(&Kind::Word(FAILURES)),
            "Which failures are retried. Absent: all.",
            "[timeout, unreachable]",
        ),
        key(
            "budget",
            Kind::Either(&[BUDGET_SHARE, Kind::Object(&BUDGET)]),
            "What retries may cost, over all replicas of the caller; a percentage alone is `share`. Absent: unbounded.",
            "10%",
        ),
    ],
};

const BUDGET_SHARE: Kind = Kind::Percent { zero: Zero::Allowed, most: 1000.0 };

pub(super) static BUDGET: Object = Object {
    name: "budget",
    doc: "A bound on retries.",
    keys: &[
        key("share", BUDGET_SHARE, "Retries as a share of first tries.", "10%").choice(),
        key("tokens", count(1, MANY), "A bucket of so many tokens, full at the start; a retry takes one.", "10")
            .choice(),
        key("refill", Kind::Rate, "Tokens that come in.", "1/s").required_with("tokens"),
    ],
};

pub(super) static HEDGE: Object = Object {
    name: "hedge",
    doc: "A second attempt beside a slow first one; the first answer wins, and the other attempt runs to its end. A call is \
          hedged once at most.",
    keys: &[
        key(
            "after",
            HEDGE_DELAY,
            "How long the first attempt is given: a time, or that percentile of the latest 500 to 999 tries of this call; \
             before 500 there is no hedge.",
            "p95",
        )
        .required(),
        key("cap", Kind::Percent { zero: Zero::Allowed, most: 100.0 }, "Hedges as a share of calls.", "5%").default("5%"),
    ],
};

pub(super) const HEDGE_DELAY: Kind = Kind::Either(&[DURATION, Kind::Word(PERCENTILES)]);

pub(super) static BREAKER: Object = Object {
    name: "breaker",
    doc: "A circuit breaker: opens after failures of any kind, refuses while it is open, then lets probes through and closes \
          when they succeed. Each replica of the caller has its own.",
    keys: &[
        key("failures", count(1, MANY), "Opens after so many failures in a row.", "5").choice(),
        key("rate", SHARE, "Opens when this share of the latest attempts has failed.", "50%").choice(),
        key("window", POSITIVE_DURATION, "How far back attempts count, by when they ended.", "10s")
            .with("rate")
            .default("10s"),
        key("least", count(1, MANY), "Fewer attempts than this within the window open nothing.", "20")
            .with("rate")
            .default("20"),
        key("open", POSITIVE_DURATION, "How long it refuses before it lets probes through, and how long after a probe that does not end it lets another.", "5s").default("5s"),
        key("probes", count(1, 1_000), "So many are let through then, and must all succeed.", "1").default("1"),
        key(
            "per",
            Kind::Word(SCOPES),
            "One for the callee, or one for each of its replicas: then the balancer avoids those whose breaker is open, and \
             a call fails only where all are.",
            "replica",
        )
        .default("callee"),
    ],
};

pub(super) static BULKHEAD: Object = Object {
    name: "bulkhead",
    doc: "A bound on the calls at once. A call that waits for a retry needs no place, and a hedge shares that of its call.",
    keys: &[
        key("limit", count(1, MANY), "Calls at once per replica of the caller.", "20").required(),
        key(
            "wait",
            DURATION,
            "A call waits this long for a place before it is rejected; its timeout begins when it has one.",
            "50ms",
        )
        .default("0s"),
    ],
};

pub(super) static THROTTLE: Object = Object {
    name: "throttle",
    doc: "Adaptive throttling by the caller: rejects with probability max(0, (requests - k * accepts) / (requests + 1)), as in \
          \"Site Reliability Engineering\", chapter 21. An answer or an error is an accept; a rejection, a timeout and \
          unreachability are none. Each replica of the caller counts its own.",
    keys: &[
        key("k", Kind::Factor, "Requests that are let through per accepted one, from 1 to 100.", "2").default("2"),
        key("window", POSITIVE_DURATION, "How far back requests and accepts count.", "2m").default("2m"),
    ],
};

pub(super) static FALLBACK: Object = Object {
    name: "fallback",
    doc: "What takes the place of an answer that did not come; it degrades the handler's own answer.",
    keys: &[
        key(
            "stale",
            POSITIVE_DURATION,
            "The last whole answer that this replica of the caller had from this call, unless it is older than this.",
            "60s",
        )
        .choice(),
        key("call", Kind::Endpoint, "Another call, whose failure is the step's.", "archive.read").choice(),
        key("timeout", POSITIVE_DURATION, "That call is given up after this. Absent: never.", "100ms").with("call"),
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
    cases: &[&SLOW, &ERRORS, &CRASH, &PAUSE, &PARTITION, &LOSS, &SHRINK, &SPIKE, &FLUSH],
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

pub(super) static COST: Object = Object {
    name: "cost",
    doc: "Prices of one's own. What is not priced costs nothing.",
    keys: &[
        key("currency", Kind::Text, "A label: what the prices are in.", "EUR"),
        key(
            "replica_hour",
            Kind::Names { of: "service", value: &Kind::Price },
            "Of an hour of one replica; `default` is the price of services that are not named.",
            "{gateway: 0.12, default: 0.10}",
        ),
        key(
            "call",
            Kind::Names { of: "endpoint", value: &Kind::Price },
            "Of each attempt to call an endpoint, retries included: what somebody else charges.",
            "{payments.charge: 0.003}",
        ),
        key(
            "telemetry",
            Kind::Object(&TELEMETRY_COST),
            "Of what services tell about themselves, where they say what they tell.",
            "{spans: 0.5, lines: 0.3}",
        ),
    ],
};

pub(super) static TELEMETRY_COST: Object = Object {
    name: "telemetry cost",
    doc: "What storing costs.",
    keys: &[
        key("samples", Kind::Price, "Of a million samples of metrics.", "0.02"),
        key("spans", Kind::Price, "Of a million spans.", "0.5"),
        key("lines", Kind::Price, "Of a million lines of log.", "0.3"),
    ],
};

pub(super) static DEPLOY: Object = Object {
    name: "deploy",
    doc: "A new version of a service, rolled out batch by batch. A replica is told of no more, finishes what it holds (for 30s \
          at most), and starts with the new version, which takes the service's `startup`.",
    keys: &[
        key("deploy", Kind::Service, "The service.", "inventory").required(),
        AT,
        key("batch", Kind::Either(&[count(1, MANY), SHARE]), "How many replicas are replaced at a time.", "25%")
            .default("1"),
        key("pause", DURATION, "From when a batch serves until the next one goes.", "30s").default("0s"),
        key("canary", SHARE, "The share of the replicas that goes first. Absent: a batch as all others.", "10%"),
        key("bad", Kind::Object(&BAD), "What is worse with the new version. Absent: nothing.", "{errors: 5%}"),
        key("rollback", Kind::Object(&ROLLBACK), "When the old version comes back. Absent: never.", "{errors: 2%}"),
    ],
};

pub(super) static BAD: Object = Object {
    name: "bad version",
    doc: "How a new version differs from the old one.",
    keys: &[
        key("slow", Kind::Factor, "How many times as long work takes.", "3x").default("1x"),
        key("errors", CHANCE, "The chance that a request fails as soon as a worker takes it.", "5%").default("0%"),
    ],
};

pub(super) static ROLLBACK: Object = Object {
    name: "rollback",
    doc: "When a new version is taken back: batch by batch, without pauses.",
    keys: &[
        key("errors", CHANCE, "Its handlers fail more often than this, whatever the reason.", "2%").required(),
        key(
            "within",
            RECURRING,
            "In a window of this length, one after the other from when its first replica serves until one after the last \
             does.",
            "30s",
        )
        .default("60s"),
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
            Kind::Price => units::A_PRICE.to_owned(),
            Kind::Percent { .. } => units::A_PERCENTAGE.to_owned(),
            Kind::Count { least, most: u32::MAX } => format!("a whole number, at least {least}"),
            Kind::Count { least, most } => format!("a whole number from {least} to {most}"),
            Kind::Word(words) => super::problem::either(words.iter().copied()),
            Kind::Size { .. } => super::keyspace::A_SIZE.to_owned(),
            Kind::Keyspace => super::keyspace::A_KEYSPACE.to_owned(),
            Kind::One(part) => format!("a {}", part.noun),
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
    use super::super::{dist, keyspace, objectives, reader, shape, terms::Form, units};
    use super::*;

    /// Whether a text is a value of a kind; for what is not a scalar, the samples show it.
    fn fits(kind: &Kind, text: &str) -> bool {
        match kind {
            Kind::Duration { .. } => units::duration(text).is_ok(),
            Kind::Distribution => dist::distribution(text).is_ok(),
            Kind::Rate => units::rate(text).is_ok(),
            Kind::Factor => reader::positive_factor(text).is_ok(),
            Kind::Price => units::price(text).is_ok(),
            Kind::Percent { most, .. } => units::percent(text).is_ok_and(|share| share * 100.0 <= *most),
            Kind::Count { least, most } => {
                units::count(text).is_ok_and(|count| (u64::from(*least)..=u64::from(*most)).contains(&count))
            }
            Kind::Size { least, most } => keyspace::sized(text, *least, *most).is_ok(),
            Kind::Keyspace => keyspace::keyspace(text).is_ok(),
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
        all(&keyspace::KEYSPACES, &Kind::Keyspace);
        objectives::MEASURES.iter().for_each(|measure| assert!(measure.example.starts_with(measure.name)));
    }
}
