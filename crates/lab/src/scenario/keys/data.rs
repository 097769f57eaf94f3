//! The keys of the parts that hold data: caches, databases, projections, queues.

use super::{
    AT, CACHES, DATABASES, DURATION, Kind, MANY, Object, POSITIVE_DURATION, QUEUES, RETRY, RETRY_DOC, STORES, count,
    key,
};
use sim::model::{MessageQueue, Model};

pub(in crate::scenario) const FILL: &[&str] = &["stampede", "single-flight"];

const KEYS_DOC: &str = "Which keys are asked for: `zipf(s, keys)` asks for the key of rank k with a chance in proportion to \
                        k to the power −s, `uniform(keys)` for all alike.";

pub(in crate::scenario) static CACHE: Object = Object {
    name: "cache",
    doc: "Answers kept beside the callers. What was used longest ago goes first. A call step that names the cache draws one \
          key; a hit takes its own time and calls nobody, a miss calls and keeps a whole answer.",
    keys: &[
        key(
            "size",
            Kind::Size { least: 1, most: Model::MAX_CACHED },
            "Entries that it holds; per replica where it is not shared.",
            "10k",
        )
        .required(),
        key("keys", Kind::Keyspace, KEYS_DOC, "zipf(1.0, 1M)").required(),
        key(
            "ttl",
            POSITIVE_DURATION,
            "How long an entry counts after it was fetched; reads do not renew it. Absent: until it has to go.",
            "60s",
        ),
        key("hit", Kind::Distribution, "How long a hit takes.", "0.5ms").default("0s"),
        key(
            "fill",
            Kind::Word(FILL),
            "Who fetches a missing key: everybody who misses it, or the first while the others wait for that fetch and share \
             how it ends, its fallback included.",
            "single-flight",
        )
        .default("stampede"),
        key(
            "shared",
            Kind::Flag,
            "One cache for all callers, which survives their crashes; `false` gives each replica of a caller its own.",
            "false",
        )
        .default("true"),
    ],
};

pub(in crate::scenario) static FLUSH: Object = Object {
    name: "flush fault",
    doc: "A cache forgets everything at once, and warms up again.",
    keys: &[key("flush", Kind::One(CACHES), "The cache.", "products").required(), AT],
};

pub(in crate::scenario) const READ_FROM: &[&str] = &["primary", "replica"];

pub(in crate::scenario) static DATABASE: Object = Object {
    name: "database",
    doc: "Rows that handlers query. It is a service like any other: queries queue for its connections and cores, and faults, \
          pools and networks may name it; its replicas are the service `NAME-replicas`.",
    keys: &[
        key("connections", count(1, MANY), "Queries at once; further ones wait. Absent: unlimited.", "50"),
        key("cores", count(1, 65_536), "CPUs of the primary, and of each replica. Absent: queries never contend.", "8"),
        key("replicas", count(0, 1_000), "Copies that queries may read `from: replica`.", "2").default("0"),
        key(
            "lag",
            Kind::Distribution,
            "From a write until the replicas show it; writes are replayed in order, so one with a long lag holds up those \
             behind it.",
            "exp(200ms)",
        )
        .with("replicas")
        .default("0s"),
    ],
};

pub(in crate::scenario) static PROJECTION: Object = Object {
    name: "projection",
    doc: "A denormalized copy of a database's rows, kept beside them: cheap to read, written again with each write.",
    keys: &[
        key("of", Kind::One(DATABASES), "The database.", "orders").required(),
        key(
            "refresh",
            Kind::Either(&[Kind::Word(&["sync"]), POSITIVE_DURATION]),
            "`sync` writes the copy within each write query; a duration writes it so long after, as work of its own on the \
             database that is repeated until it succeeds, and readers meanwhile see the row as it was.",
            "500ms",
        )
        .required(),
        key("write", Kind::Distribution, "The work of writing the copy once.", "2ms").required(),
    ],
};

pub(in crate::scenario) static QUERY: Object = Object {
    name: "query step",
    doc: "Asks a database, or reads a projection, and waits for the answer. Its name as a call is that of the caller: \
          `shop.view -> orders.shop-view`.",
    keys: &[
        key("query", Kind::One(STORES), "Which database or projection.", "orders").required(),
        key(
            "cost",
            Kind::Object(&QUERY_COST),
            "The work of the query, from what it touches.",
            "{rows: 20, per_row: 0.02ms, joins: 2}",
        )
        .choice(),
        key("work", Kind::Distribution, "The work of the query, directly.", "exp(2ms)").choice(),
        key("write", Kind::Flag, "Changes the row: replicas and projections have to follow.", "true").default("false"),
        key("from", Kind::Word(READ_FROM), "Where a read goes; a replica may be behind.", "replica").default("primary"),
        key(
            "keys",
            Kind::Keyspace,
            "Which row is asked for. Absent, with no `lock` and no `cache` either: the table as a whole, which is as stale as \
             its oldest unseen write.",
            "zipf(1.0, 1M)",
        ),
        key(
            "lock",
            Kind::Keyspace,
            "Which row is asked for and locked until the query ends; others wait for it in order, with their connection.",
            "zipf(1.1, 10k)",
        ),
        key(
            "hold",
            Kind::Distribution,
            "How long the transaction goes on after the query's work, with its connection and its lock.",
            "5ms",
        ),
        key(
            "timeout",
            POSITIVE_DURATION,
            "An attempt is given up after this, waiting for a connection included; the query goes on. Absent: never.",
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
        key("cache", Kind::One(CACHES), "The cache that is looked into first; it says which keys.", "products"),
        key("hit", Kind::Distribution, "How long a hit takes here. Absent: as the cache says.", "0.5ms").with("cache"),
    ],
};

pub(in crate::scenario) static QUERY_COST: Object = Object {
    name: "cost of a query",
    doc: "What a query touches. Its work is base + rows × per_row × (1 + joins): each row is read once, and once more in each \
          table that is joined by an index (a nested loop, as Selinger et al. count it, SIGMOD 1979).",
    keys: &[
        key("base", DURATION, "Parsing, planning, the round trip within the database.", "1ms").default("0s"),
        key("rows", Kind::Size { least: 1, most: 1_000_000_000 }, "Rows that the query reads or writes.", "20")
            .default("1"),
        key("per_row", DURATION, "Work for each row of each table.", "0.02ms").default("0s"),
        key("joins", count(0, 100), "Tables that are joined to the first.", "2").default("0"),
    ],
};

pub(in crate::scenario) static MESSAGE_QUEUE: Object = Object {
    name: "message queue",
    doc: "Messages on their way to a consumer, delivered at least once. The publisher goes on at once; the work, and its \
          effects, still belong to the request.",
    keys: &[
        key(
            "consumer",
            Kind::Endpoint,
            "What works on a message: it is acknowledged when this answers.",
            "billing.process",
        )
        .required(),
        key(
            "partitions",
            count(1, MessageQueue::MAX_PARTITIONS),
            "Messages of one partition are worked on in order. A message's key decides its partition.",
            "8",
        )
        .default("1"),
        key(
            "consumers",
            count(1, MANY),
            "Consumers that share the partitions; more than partitions idle. Absent: one for each partition.",
            "4",
        ),
        key(
            "prefetch",
            count(1, MANY),
            "Messages that a consumer works on at once; with more than 1 order is lost.",
            "10",
        )
        .default("1"),
        key(
            "ack",
            POSITIVE_DURATION,
            "A delivery without an answer after this has failed. Absent: it is waited for.",
            "30s",
        ),
        key(
            "attempts",
            count(1, MANY),
            "Deliveries of a message before it is dead. Absent: it is delivered until it is acknowledged.",
            "5",
        ),
        key("redelivery", POSITIVE_DURATION, "From a failed delivery to the next.", "1s").default("100ms"),
        key("dead", Kind::Flag, "Dead messages are kept as dead letters; `false` drops them.", "false")
            .with("attempts")
            .default("true"),
        key(
            "limit",
            count(0, u32::MAX),
            "Messages that may wait; publishing one more fails. Absent: unlimited.",
            "100000",
        ),
        key("write", Kind::Distribution, "How long the publisher waits until its message is taken.", "1ms")
            .default("0s"),
    ],
};

pub(in crate::scenario) static PUBLISH: Object = Object {
    name: "publish step",
    doc: "Hands a message to a queue and goes on. It fails only where the queue is full.",
    keys: &[
        key("publish", Kind::One(QUEUES), "The queue.", "orders").required(),
        key(
            "key",
            Kind::Keyspace,
            "The key that decides the partition. Absent: partitions take turns.",
            "zipf(1.0, 10k)",
        ),
    ],
};
