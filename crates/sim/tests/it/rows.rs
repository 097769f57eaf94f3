//! What databases do: row locks that serialize, and copies that are behind.

use crate::world::*;
use sim::model::{
    Backoff, Call, Deadlines, Dist, Endpoint, EndpointId, Follower, FollowerId, Follows, Jitter, Keys, Load, Retry,
    Service, ServiceId, Step, Tenant,
};
use sim::{DataFact, Fact, Span};

const ONE_ROW: Keys = Keys { exponent: 0.0, count: 1 };

fn asking(keys: Keys, call: Call) -> Step {
    Step::Call(Call { keys: Some(keys), ..call })
}

/// `app` asks `db` for a row, which is locked for the time of the work.
fn locking(keys: Keys, call: Call, work: Dist) -> World {
    let app = Service::new("app", vec![asking(keys, call)]);
    World::of([app, Service::new("db", vec![Step::Lock, Step::Work(work)])])
}

#[test]
fn a_row_is_one_handler_s_at_a_time_in_order() {
    let world = |keys| locking(keys, to(1), constant(10)).tenant(asks(&[0, 1, 2, 50]));
    let ran = world(ONE_ROW).check("0+10 ok, 1+19 ok, 2+28 ok, 50+10 ok");
    let tally = &ran.measures.data.locks[1];
    assert_eq!((tally.awaited, tally.waits.count(), tally.waits.mean()), (2, 4, Some((9e6 + 18e6) / 4.0)));
    // Two of a thousand million rows are never the same.
    world(Keys { exponent: 0.0, count: 1_000_000_000 }).check("0+10 ok, 1+10 ok, 2+10 ok, 50+10 ok");
    // A worker is held while its handler waits, so hot rows can keep everybody out.
    let mut few = world(ONE_ROW);
    few.model.services[1].workers = Some(2);
    few.check("0+10 ok, 1+19 ok, 2+28 ok, 50+10 ok");
}

#[test]
fn abandoned_transactions_keep_their_lock_and_retries_their_row() {
    let retry = Retry {
        on: sim::model::RetryOn::ALL,
        attempts: 2,
        backoff: Backoff { base: ms(5), cap: ms(5), jitter: Jitter::None },
        budget: None,
    };
    let keys = Keys { exponent: 0.0, count: 1_000_000_000 };
    let call = Call { retry: Some(retry), ..within(1, 30) };
    // Given up at 30 and tried again at 35: the first attempt has the row until 50, so the second has it until 100.
    locking(keys, call.clone(), constant(50)).tenant(asks(&[0])).check("0+65 timeout");
    let ran = locking(keys, call, constant(40)).tenant(asks(&[0, 200])).run();
    assert_eq!(ran.measures.data.locks[1].awaited, 2);
}

#[test]
fn a_crash_takes_all_locks_with_it() {
    let world = locking(ONE_ROW, to(1), constant(100)).tenant(asks(&[0, 10, 200, 210]));
    world.fault(crash(1), 50, 10).check("0+50 unreachable, 10+40 unreachable, 200+100 ok, 210+190 ok");
}

#[test]
fn a_handler_that_fails_gives_its_row_back() {
    let app = Service::new("app", vec![asking(ONE_ROW, within(1, 15))]);
    let deadlines = Deadlines::Propagate;
    let db = Service { deadlines, ..Service::new("db", vec![Step::Lock, work(10), work(10), work(10)]) };
    // Both give up at 15; the first holds the row until its second piece of work ends, the other then has no time left.
    World::of([app, db]).tenant(asks(&[0, 0, 100])).check("0+15 timeout, 0+15 timeout, 100+15 timeout");
}

#[test]
fn a_pause_holds_up_whoever_gets_the_row() {
    locking(ONE_ROW, to(1), constant(10)).tenant(asks(&[0, 1])).fault(pause(1), 5, 20).check("0+30 ok, 1+39 ok");
}

/// Mean sojourn in milliseconds of requests for one row at a rate.
fn mean_at_the_row(rate: f64, work: Dist) -> f64 {
    let mut world = locking(ONE_ROW, to(1), work).tenant(Tenant::new("writers", to(0), Load::poisson(rate)));
    world.model.duration = Span::secs(4_000);
    world.model.warmup = Span::secs(100);
    world.run().measures.tenants[0].latencies.mean().expect("requests") / 1e6
}

/// A row that all ask for is a single server. M/M/1: 1 / (μ − λ); M/D/1 by Pollaczek and Khinchine: s + λ s² / (2 (1 − ρ)).
#[test]
fn a_hot_row_is_a_single_server_queue() {
    for (rate, dist, expected) in
        [(80.0, Dist::Exp { mean: ms(10) }, 50.0), (50.0, Dist::Exp { mean: ms(10) }, 20.0), (80.0, constant(10), 30.0)]
    {
        let mean = mean_at_the_row(rate, dist.clone());
        assert!((mean / expected - 1.0).abs() < 0.05, "{dist:?} at {rate}/s: {mean} ms, expected {expected}");
    }
}

/// `db` has an endpoint that writes in 10 ms, one that reads a copy at once, and one that refreshes it in 5 ms.
fn copied(follows: Follows) -> World {
    let app = |callee| {
        let name = if callee == 0 { "writer" } else { "reader" };
        Service::new(name, vec![asking(ONE_ROW, Call::to(2, callee))])
    };
    let mut db = Service::new("db", vec![work(10), Step::Commit]);
    let endpoint = |name: &str, steps| Endpoint { name: name.to_owned(), steps };
    db.endpoints.push(endpoint("read", vec![Step::Read(FollowerId(0))]));
    db.endpoints.push(endpoint("refresh", vec![work(5)]));
    let mut world = World::of([app(0), app(1), db]);
    world.model.followers.push(Follower { name: "copy".to_owned(), of: ServiceId(2), follows });
    world
}

fn refresh(after: u64) -> Follows {
    Follows::Refresh { after: ms(after), by: EndpointId { service: ServiceId(2), endpoint: 2 } }
}

fn readers(load: Load) -> Tenant {
    Tenant::new("readers", to(1), load)
}

/// Writes at these milliseconds, reads at those, and compares how many milliseconds each read was behind.
#[track_caller]
fn check_behind(world: World, writes: &[u64], reads: &[u64], expected: &[u64]) -> Ran {
    let ran = world.tenant(asks(writes)).tenant(readers(replay(reads))).run();
    let behind = ran.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Data(DataFact::CopyRead { behind, .. }) => Some(behind.as_millis()),
        _ => None,
    });
    let expected: Vec<f64> = expected.iter().map(|ms| *ms as f64).collect();
    assert_eq!(behind.collect::<Vec<_>>(), expected);
    ran
}

#[test]
fn a_copy_is_behind_by_its_oldest_write() {
    // Written at 10, shown at 60.
    let log = Follows::Log { lag: constant(50) };
    let ran = check_behind(copied(log), &[0], &[5, 20, 59, 60, 100], &[0, 10, 49, 0, 0]);
    let tally = &ran.measures.data.followers[0];
    assert_eq!((tally.stale, tally.behind.count(), tally.copied), (2, 5, 0));
    assert_eq!(ran.measures.data.written[2], 1);
    // The refresh begins at 60 and takes 5 ms; the writer has had its answer long before.
    let ran = check_behind(copied(refresh(50)), &[0], &[20, 64, 65], &[10, 54, 0]);
    assert!(ran.answers().starts_with("0+10 ok"));
    assert_eq!((ran.measures.data.followers[0].copied, ran.measures.services[2].reached), (1, 5));
    let ran = check_behind(copied(Follows::Sync), &[0], &[10, 11], &[0, 0]);
    assert_eq!(ran.measures.data.followers[0].copied, 1);
}

#[test]
fn a_refresh_that_fails_is_made_again() {
    // Refreshes at 60 and at 110 fail; the one at 160 is done at 165.
    let down = copied(refresh(50)).fault(errors(2, 1.0), 55, 100);
    let ran = check_behind(down, &[0], &[50, 164, 165], &[40, 154, 0]);
    assert_eq!(ran.attempts(4), [60.0, 110.0, 160.0]);
}

/// Writes to a row at rate λ that a copy shows after L: a read is stale if a write came within the last L, with chance
/// 1 − e^(−λL), and by the age of the oldest of these, L − (1 − e^(−λL)) / λ in the mean over all reads.
#[test]
fn staleness_is_what_poisson_writes_make_it() {
    let mut world = copied(Follows::Log { lag: constant(200) });
    world.model.duration = Span::secs(2_000);
    let ran =
        world.tenant(Tenant::new("writers", to(0), Load::poisson(5.0))).tenant(readers(Load::poisson(50.0))).run();
    let tally = &ran.measures.data.followers[0];
    let stale = tally.stale as f64 / tally.behind.count() as f64;
    let chance = 1.0 - libm::exp(-1.0);
    assert!((stale - chance).abs() < 0.01, "{stale} against {chance}");
    let (mean, expected) = (tally.behind.mean().expect("reads") / 1e6, 200.0 - chance * 200.0);
    assert!((mean / expected - 1.0).abs() < 0.03, "{mean} ms against {expected}");
}
