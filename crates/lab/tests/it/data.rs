//! Caches, databases, projections and queues: what their keys become, what is wrong with them, and what a run reports.

use crate::wrong::check;
use crate::{sample, scenario};
use lab::report::RunReport;
use lab::reporting::report;
use lab::run::run;
use serde_json::{Value, to_value};
use sim::Span;
use sim::model::{
    CacheId, CacheUse, Dist, FaultKind, Fill, FollowerId, Follows, Keys, Model, QueueId, ServiceId, Step,
};

fn model() -> Model {
    scenario(&sample("data.yaml"), &[]).model
}

fn reported(sets: &[&str]) -> RunReport {
    let scenario = scenario(&sample("data.yaml"), sets);
    report(&scenario, &run(&scenario.model, 7).expect("the sample can be run"))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn caches_are_read() {
    let model = model();
    let [products, prices] = &model.caches[..] else { panic!("{:?}", model.caches) };
    assert_eq!((products.size, products.ttl, products.fill), (1_000, Some(Span::secs(60)), Fill::SingleFlight));
    assert_eq!(products.keys, Keys { exponent: 1.0, count: 1_000_000 });
    assert_eq!((&products.hit, products.shared), (&Dist::Constant(Span::micros(200)), true));
    assert_eq!((prices.size, prices.ttl, prices.fill, prices.shared), (500, None, Fill::Stampede, false));
    assert_eq!(prices.keys, Keys { exponent: 0.0, count: 1_000 });
    let [Step::Call(first), Step::Parallel(branches), ..] = &model.services[0].endpoints[0].steps[..] else {
        panic!("{:?}", model.services[0].endpoints)
    };
    let hit = Some(Dist::Constant(Span::micros(500)));
    assert_eq!(first.cache, Some(CacheUse { cache: CacheId(0), hit }));
    let Step::Call(branch) = &branches[1] else { panic!("a call") };
    assert_eq!((&branch.cache, branch.optional), (&Some(CacheUse { cache: CacheId(1), hit: None }), true));
    let flush = &model.faults[0];
    assert!(matches!(flush.kind, FaultKind::Flush { cache: CacheId(0) }) && flush.lasts == Span::ZERO);
}

#[test]
fn wrong_caches() {
    crate::snapshot!(check(
        "data.yaml",
        &[
            ("size: 1k", "size: 0"),
            ("size: 1k", "size: 1.0001k"),
            ("size: 1k", "size: 11M"),
            ("size: 1k", "size: many"),
            ("size: 1k, ", ""),
            ("size: 500", "size: 6M"),
            ("zipf(1.0, 1M)", "zipf(1.0)"),
            ("zipf(1.0, 1M)", "zipf(12, 1M)"),
            ("zipf(1.0, 1M)", "zipf(1, 2G)"),
            ("zipf(1.0, 1M)", "zifp(1, 2M)"),
            ("ttl: 60s", "ttl: 0s"),
            ("ttl: 60s", "ttl: 60"),
            ("fill: single-flight", "fill: singel-flight"),
            ("shared: true", "shared: maybe"),
            ("cache: products\n", "cache: product\n"),
            ("          cache: products\n", ""),
            ("flush: products", "flush: catalog"),
            ("flush: products, at: 10s", "flush: products, for: 10s"),
            ("  prices: {", "  pri ces: {"),
            ("\ncaches:", "\ncache:"),
        ]
    ));
}

#[test]
fn a_cache_reports_what_it_did() {
    let report = reported(&[]);
    let json = to_value(&report).expect("a report is JSON");
    assert_eq!(keys(&json["caches"]), ["prices", "products"]);
    let entry = ["age_ms", "evictions", "expired", "hit_ratio", "hits", "misses", "waited"];
    assert_eq!(keys(&json["caches"]["products"]), entry);
    let products = &report.data.caches["products"];
    // One lookup per request; those of 18 s are measured.
    assert_eq!(products.hits + products.misses, report.tenants["shoppers"].offered);
    assert_eq!(products.hit_ratio, Some(products.hits as f64 / (products.hits + products.misses) as f64));
    assert!(products.hits > 0 && products.age_ms.max.is_some_and(|age| age < 60e3));
    // The callee is asked for what the caches lack, and by nobody who waits for another one's fetch.
    let fetched = products.misses - products.waited + report.data.caches["prices"].misses;
    let counts = report.calls["shop.view -> orders.shop-view-2"].attempts;
    assert_eq!(report.calls["shop.view -> catalog.read"].attempts, fetched - counts);
}

#[test]
fn a_flush_shows_as_a_cache_that_warms_up_again() {
    let ratios = &reported(&[]).timeline.series["products.hit_ratio"];
    let (second, step) = (20, ratios.len() / 20);
    assert_eq!(ratios.len(), second * step);
    let mean = |from: usize, to: usize| {
        let part: Vec<f64> = ratios[from * step..to * step].iter().flatten().copied().collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    let (before, after, later) = (mean(8, 10), mean(10, 11), mean(18, 20));
    assert!(after < before - 0.1 && later > after + 0.1, "{before}, {after}, {later}");
}

#[test]
fn a_single_flight_spares_the_callee_what_a_stampede_asks() {
    let hot = ["caches.products.keys=uniform(1)", "caches.products.ttl=1s", "workload.shoppers.rate=2k/s"];
    let fetched = |fill: &str| {
        let sets = [&hot[..], &[fill]].concat();
        let products = &reported(&sets).data.caches["products"].clone();
        products.misses - products.waited
    };
    let (one, all) = (fetched("caches.products.fill=single-flight"), fetched("caches.products.fill=stampede"));
    // One fetch a second against everybody who comes while it is under way, 2 ms at 2,000 per second.
    assert!((17..=20).contains(&one), "{one}");
    assert!(all > 2 * one, "{all}");
}

#[test]
fn a_scenario_without_caches_has_no_such_section() {
    let scenario = scenario(&sample("checkout.yaml"), &["duration=2s", "warmup=0s"]);
    let json = to_value(report(&scenario, &run(&scenario.model, 1).expect("the sample can be run"))).expect("JSON");
    for section in ["caches", "databases", "projections", "queues"] {
        assert!(json.get(section).is_none(), "{section}");
    }
}

#[test]
fn databases_are_services_and_queries_their_endpoints() {
    let model = model();
    let names: Vec<&str> = model.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["shop", "catalog", "billing", "orders", "orders-replicas"]);
    let (primary, replicas) = (&model.services[3], &model.services[4]);
    assert_eq!((primary.replicas, primary.workers, primary.cores), (1, Some(50), Some(8)));
    assert_eq!((replicas.replicas, replicas.workers, replicas.cores), (2, Some(50), Some(8)));
    let endpoints: Vec<&str> = primary.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
    assert_eq!(endpoints, ["order_view", "shop-view", "shop-view-2", "shop-buy"]);
    // 1 ms + 20 rows × 0.02 ms × 3 tables.
    let [Step::Read(FollowerId(0)), Step::Work(work)] = &replicas.endpoints[0].steps[..] else {
        panic!("{:?}", replicas.endpoints)
    };
    assert_eq!(*work, Dist::Constant(Span::micros(2_200)));
    let [Step::Lock, Step::Work(_), Step::Work(copy), Step::Wait(_), Step::Commit] = &primary.endpoints[3].steps[..]
    else {
        panic!("{:?}", primary.endpoints)
    };
    assert_eq!(*copy, Dist::Constant(Span::millis(1)));
    let follows: Vec<&Follows> = model.followers.iter().map(|follower| &follower.follows).collect();
    assert!(matches!(follows[..], [Follows::Log { .. }, Follows::Refresh { .. }, Follows::Sync]), "{follows:?}");
    assert!(model.followers.iter().all(|follower| follower.of == ServiceId(3)));
    let [Step::Call(buy), Step::Publish { queue: QueueId(0), keys: Some(_) }, Step::Publish { queue, keys: None }] =
        &model.services[0].endpoints[1].steps[..]
    else {
        panic!("{:?}", model.services[0].endpoints)
    };
    assert_eq!((buy.keys, *queue), (Some(Keys { exponent: 1.0, count: 1_000 }), QueueId(1)));
    assert!(buy.optional && buy.timeout == Some(Span::secs(1)) && buy.retry.is_some());
}

#[test]
fn queues_are_read() {
    let model = model();
    let [orders, mails] = &model.queues[..] else { panic!("{:?}", model.queues) };
    assert_eq!((orders.partitions, orders.consumers, orders.prefetch), (8, Some(4), 1));
    assert_eq!((orders.ack, orders.attempts, orders.redelivery), (Some(Span::secs(30)), Some(5), Span::secs(1)));
    assert_eq!((orders.dead_letters, orders.limit), (true, Some(100_000)));
    assert_eq!((mails.partitions, mails.consumers, mails.ack, mails.attempts), (1, None, None, None));
    assert_eq!(mails.redelivery, Span::millis(100));
}

#[test]
fn wrong_databases_and_projections() {
    crate::snapshot!(check(
        "data.yaml",
        &[
            ("query: orders\n          cost", "query: order\n          cost"),
            ("query: order_view", "query: products"),
            ("of: orders, refresh: 500ms", "of: order_view, refresh: 500ms"),
            ("refresh: 500ms", "refresh: often"),
            ("refresh: 500ms", "refresh: 0s"),
            ("refresh: 500ms, ", ""),
            ("replicas: 2, lag", "lag"),
            ("replicas: 2, lag: exp(200ms)", "replicas: 0"),
            ("connections: 50", "connections: 0"),
            ("          cost: {base: 1ms, rows: 20, per_row: 0.02ms, joins: 2}\n", ""),
            ("          cost: {base: 1ms", "          work: 1ms\n          cost: {base: 1ms"),
            ("rows: 20", "rows: 0"),
            ("rows: 20, per_row: 0.02ms", "rows: 1G, per_row: 100h"),
            ("joins: 2", "join: 2"),
            (
                "          keys: zipf(1.0, 1k)\n        - query: order_view",
                "          lock: zipf(1.0, 1k)\n        - query: order_view"
            ),
            ("          work: 0.5ms\n", "          work: 0.5ms\n          write: true\n"),
            ("          work: 0.5ms\n", "          work: 0.5ms\n          from: replica\n"),
            ("          hold: 1ms\n", "          hold: 1ms\n          keys: uniform(3)\n"),
            ("  orders: {connections", "  catalog: {connections"),
            ("  billing:\n", "  orders-replicas:\n"),
            ("{orders: 40}", "{order_view: 40}"),
            ("staleness_p99(order_view)", "staleness_p99(order_veiw)"),
            ("hit_ratio(products)", "hit_ratio(orders)"),
        ]
    ));
}

#[test]
fn wrong_queues() {
    crate::snapshot!(check(
        "data.yaml",
        &[
            ("publish: mails", "publish: mail"),
            ("publish: mails", "publish: mails\n          timeout: 1s"),
            ("key: zipf(1.0, 10k)", "key: order"),
            ("consumer: billing.process", "consumer: billing.proces"),
            ("consumer: billing.process", "consumer: shop.buy"),
            ("    consumer: billing.process\n", ""),
            ("partitions: 8", "partitions: 0"),
            ("ack: 30s", "ack: 0s"),
            ("redelivery: 1s", "redelivery: 0s"),
            ("    attempts: 5\n", ""),
            ("dead: true", "dead: letters"),
            ("limit: 100000", "limit: -1"),
            ("lag_max(orders)", "lag_max(shop)"),
            ("p99(shop.view -> orders-replicas.shop-view)", "p99(shop.buy -> billing.process)"),
        ]
    ));
}

#[test]
fn the_sections_have_the_shape_that_programs_rely_on() {
    let report = reported(&[]);
    let json = to_value(&report).expect("a report is JSON");
    let database = &json["databases"]["orders"];
    assert_eq!(keys(database), ["locks", "replicas", "writes"]);
    assert_eq!(keys(&database["locks"]), ["awaited", "taken", "wait_ms"]);
    assert_eq!(keys(&database["replicas"]), ["reads", "stale_reads", "staleness_ms"]);
    let projection = ["copied", "reads", "stale_reads", "staleness_ms", "write_amplification", "writes"];
    assert_eq!(keys(&json["projections"]["order_view"]), projection);
    let queue = [
        "acknowledged",
        "age_ms",
        "dead_letters",
        "delivered",
        "dropped",
        "lag_max",
        "lag_mean",
        "published",
        "redelivered",
        "refused",
    ];
    assert_eq!(keys(&json["queues"]["orders"]), queue);
    assert!(json["services"].get("orders-replicas").is_some());
    for series in ["orders.lag", "orders.oldest_ms", "orders.utilization", "products.hit_ratio"] {
        assert!(json["timeline"]["series"].get(series).is_some(), "{series}");
    }
    assert!(report.objectives.iter().all(|objective| objective.value.is_some()), "{:?}", report.objectives);
    let back: RunReport = serde_json::from_value(json).expect("a report is read back");
    assert_eq!(back, report);
}

#[test]
fn what_is_written_published_and_charged_adds_up() {
    let report = reported(&[]);
    let (bought, data) = (report.tenants["buyers"].offered, &report.data);
    let queue = &data.queues["orders"];
    assert_eq!((queue.published, queue.acknowledged, queue.dead_letters), (bought, bought, 0));
    assert_eq!(report.effects["charge"].once, bought);
    assert_eq!(
        (data.databases["orders"].writes, data.databases["orders"].locks.expect("locks").taken),
        (bought, bought)
    );
    // Both projections are written once more with each write.
    for projection in data.projections.values() {
        assert_eq!((projection.writes, projection.copied), (bought, bought));
        assert_eq!(projection.write_amplification, Some(2.0));
    }
    let (later, at_once) = (&data.projections["order_view"].read, &data.projections["order_count"].read);
    // Half a second, the work, and some queueing; a row written again meanwhile is no older than its first unseen write.
    let worst = later.staleness_ms.max.expect("reads");
    assert!(later.stale_reads > 100 && (500.0..550.0).contains(&worst), "{later:?}");
    assert!(at_once.reads > 0 && at_once.stale_reads == 0, "{at_once:?}");
    assert_eq!(later.reads, report.tenants["shoppers"].offered);
}

#[test]
fn consumers_that_fail_build_up_a_lag() {
    let hurt = reported(&["faults[0]={errors: billing, rate: 100%, at: 5s, for: 5s}"]);
    let (calm, lag) = (reported(&[]).data.queues["orders"], hurt.data.queues["orders"]);
    assert!(lag.lag_max > 10 * calm.lag_max.max(1) && lag.redelivered > 0, "{lag:?} against {calm:?}");
    assert_eq!(lag.acknowledged + lag.dead_letters, lag.published);
    // Whoever bought was told that all is well; those whose message died were never charged.
    let tenants = &hurt.tenants["buyers"];
    assert_eq!((tenants.ok, hurt.effects["charge"].lost), (tenants.offered, lag.dead_letters));
}
