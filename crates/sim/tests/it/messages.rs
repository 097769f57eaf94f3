//! Queues of messages: order, acknowledgement, redelivery, dead letters, and effects that come twice or never.

use crate::world::*;
use sim::model::{Dist, EndpointId, Fault, Keys, Load, MessageQueue, QueueId, Service, ServiceId, Step, Tenant};
use sim::{DataFact, Fact, Limits, Simulation, Span};

fn consumer() -> EndpointId {
    EndpointId { service: ServiceId(1), endpoint: 0 }
}

fn queue() -> MessageQueue {
    MessageQueue::new("orders", consumer())
}

fn publish(keys: Option<Keys>) -> Step {
    Step::Publish { queue: QueueId(0), keys }
}

/// `shop` publishes, `billing` works on it.
fn world(queue: MessageQueue, steps: Vec<Step>) -> World {
    let mut world = World::of([Service::new("shop", vec![publish(None)]), Service::new("billing", steps)]);
    world.model.queues.push(queue);
    world
}

/// When deliveries were made, in milliseconds.
fn deliveries(ran: &Ran) -> Vec<f64> {
    let made = |fact: &Fact| matches!(fact, Fact::Data(DataFact::Delivered { .. }));
    ran.facts.iter().filter(|(_, fact)| made(fact)).map(|(at, _)| at.as_secs() * 1e3).collect()
}

#[test]
fn the_tenant_has_its_answer_and_the_work_goes_on() {
    let ran = world(queue(), vec![work(10)]).tenant(asks(&[0, 1, 2])).check("0+0 ok, 1+0 ok, 2+0 ok");
    // One partition: one after the other, in order.
    assert_eq!(deliveries(&ran), [0.0, 10.0, 20.0]);
    let tally = &ran.measures.data.queues[0];
    assert_eq!((tally.published, tally.delivered, tally.acknowledged, tally.lag_max), (3, 3, 3, 3));
    assert_eq!(tally.ages.mean(), Some((10e6 + 19e6 + 28e6) / 3.0));
    assert_eq!(tally.lag, (10.0 + 19.0 + 28.0) / 10_000.0);
    // It loads the consumer's service as any call does.
    assert!((ran.measures.services[1].serving * 10.0 - 0.03).abs() < 1e-12);
}

#[test]
fn publishing_may_take_time() {
    let slow = MessageQueue { write: constant(3), ..queue() };
    world(slow, vec![work(10)]).tenant(asks(&[0, 1])).check("0+3 ok, 1+3 ok");
}

#[test]
fn partitions_and_a_prefetch_let_messages_overtake() {
    let at_once = |queue| deliveries(&world(queue, vec![work(10)]).tenant(asks(&[0, 1, 2, 3])).run());
    assert_eq!(at_once(MessageQueue { partitions: 4, ..queue() }), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(at_once(MessageQueue { partitions: 4, consumers: Some(2), ..queue() }), [0.0, 1.0, 10.0, 11.0]);
    assert_eq!(at_once(MessageQueue { partitions: 2, consumers: Some(4), ..queue() }), [0.0, 1.0, 10.0, 11.0]);
    assert_eq!(at_once(MessageQueue { prefetch: 3, ..queue() }), [0.0, 1.0, 2.0, 10.0]);
}

#[test]
fn one_hot_key_keeps_one_partition_busy_and_the_others_idle() {
    let hot = Keys { exponent: 0.0, count: 1 };
    let mut world = world(MessageQueue { partitions: 8, ..queue() }, vec![work(10)]);
    world.model.services[0].endpoints[0].steps = vec![publish(Some(hot))];
    assert_eq!(deliveries(&world.tenant(asks(&[0, 1, 2])).run()), [0.0, 10.0, 20.0]);
}

#[track_caller]
fn check_effects(ran: &Ran, expected: [u64; 4]) {
    let tally = ran.measures.effects[0];
    assert_eq!([tally.once, tally.lost, tally.duplicated, tally.requests], expected);
}

#[test]
fn an_acknowledgement_that_comes_too_late_charges_twice() {
    let impatient = MessageQueue { ack: Some(ms(30)), attempts: Some(2), ..queue() };
    let world = world(impatient, vec![work(50), effect(0)]).effects(&["charge"]);
    let ran = world.tenant(asks(&[0])).check("0+0 ok");
    // Given up at 30 and delivered again at 130; both deliveries are worked on to their end.
    assert_eq!(deliveries(&ran), [0.0, 130.0]);
    let tally = &ran.measures.data.queues[0];
    assert_eq!((tally.redelivered, tally.acknowledged, tally.dead), (1, 0, 1));
    check_effects(&ran, [0, 0, 1, 1]);
}

#[test]
fn a_dead_message_is_a_promise_broken() {
    let two = MessageQueue { attempts: Some(2), ..queue() };
    let broken = world(two, vec![effect(0)]).effects(&["charge"]).fault(errors(1, 1.0), 0, 1_000);
    check_effects(&broken.tenant(asks(&[0])).check("0+0 ok"), [0, 1, 0, 1]);
    // Delivered without end, it comes through once the consumer has recovered.
    let endless = world(queue(), vec![effect(0)]).effects(&["charge"]).fault(errors(1, 1.0), 0, 250);
    let ran = endless.tenant(asks(&[0])).check("0+0 ok");
    assert_eq!(deliveries(&ran), [0.0, 100.0, 200.0, 300.0]);
    check_effects(&ran, [1, 0, 0, 1]);
}

#[test]
fn one_poisonous_message_holds_up_all_behind_it() {
    let stuck = world(queue(), vec![work(1)]).fault(errors(1, 1.0), 0, 5).tenant(asks(&[0, 10, 20]));
    assert_eq!(deliveries(&stuck.run()), [0.0, 100.0, 101.0, 102.0]);
}

#[test]
fn a_full_queue_refuses() {
    let small = MessageQueue { limit: Some(1), ..queue() };
    let ran = world(small, vec![work(10)]).tenant(asks(&[0, 1, 2, 15])).check("0+0 ok, 1+0 ok, 2+0 rejected, 15+0 ok");
    assert_eq!((ran.measures.data.queues[0].refused, ran.measures.data.queues[0].published), (1, 3));
}

#[test]
fn a_crash_of_the_consumer_loses_nothing() {
    let ran = world(queue(), vec![work(50), effect(0)])
        .effects(&["charge"])
        .fault(crash(1), 20, 10)
        .tenant(asks(&[0]))
        .check("0+0 ok");
    assert_eq!(deliveries(&ran), [0.0, 120.0]);
    check_effects(&ran, [1, 0, 0, 1]);
}

#[test]
fn the_timeline_shows_the_lag_and_the_oldest_message() {
    let ran = world(queue(), vec![work(100)]).tenant(asks(&[0, 10])).run();
    let steps = &ran.measures.data.queue_steps[0];
    // Steps of 20 ms: two wait for most of the first, the second until 200.
    assert_eq!(ran.measures.step, ms(20));
    assert_eq!((steps[0].lag, steps[0].oldest), (1.5, Some(ms(20))));
    assert_eq!((steps[5].lag, steps[5].oldest), (1.0, Some(ms(110))));
    assert_eq!((steps[10].lag, steps[10].oldest), (0.0, None));
}

/// One partition with Poisson messages and exponential work is M/M/1: ρ / (1 − ρ) messages in the mean, 1 / (μ − λ) each.
#[test]
fn a_partition_is_a_single_server_queue() {
    let mut world = world(queue(), vec![Step::Work(Dist::Exp { mean: ms(10) })]);
    (world.model.duration, world.model.warmup) = (Span::secs(4_000), Span::secs(100));
    let ran = world.tenant(Tenant::new("shoppers", to(0), Load::poisson(75.0))).run();
    let tally = &ran.measures.data.queues[0];
    let age = tally.ages.mean().expect("messages") / 1e6;
    assert!((tally.lag / 3.0 - 1.0).abs() < 0.05, "{}", tally.lag);
    assert!((age / 40.0 - 1.0).abs() < 0.05, "{age}");
}

#[test]
fn consumers_who_publish_to_themselves_are_refused() {
    let mut world = world(queue(), vec![publish(None)]).tenant(asks(&[0]));
    assert!(Simulation::new(&world.model, 1, Limits::default()).is_err());
    // A chain of queues is none of that kind, however little time it takes.
    world.model.services.push(Service::new("mail", vec![work(1)]));
    let next = EndpointId { service: ServiceId(2), endpoint: 0 };
    world.model.queues.push(MessageQueue { name: "mails".to_owned(), ..MessageQueue::new("mails", next) });
    world.model.services[1].endpoints[0].steps = vec![Step::Publish { queue: QueueId(1), keys: None }];
    let ran = world.check("0+0 ok");
    assert_eq!(ran.measures.data.queues[1].acknowledged, 1);
}

#[test]
fn a_long_row_of_messages_that_take_no_time_does_not_nest() {
    let shop = Service::new("shop", vec![publish(None); 100_000]);
    let mut world = World::of([shop, Service::new("billing", Vec::new())]);
    world.model.queues.push(queue());
    let ran = world.tenant(asks(&[0])).check("0+0 ok");
    assert_eq!(ran.measures.data.queues[0].acknowledged, 100_000);
}

#[test]
fn a_queue_that_nobody_uses_moves_nobody_s_luck() {
    let exp = |n| Dist::Exp { mean: ms(n) };
    let plain = World::of([
        Service::new("top", vec![Step::Work(exp(2)), Step::Call(within(1, 50))]),
        Service { cores: Some(1), ..Service::new("bottom", vec![Step::Work(exp(5))]) },
    ])
    .tenant(Tenant::new("shoppers", to(0), Load::poisson(150.0)));
    let mut with = plain.clone();
    with.model.queues.push(MessageQueue { partitions: 8, ..queue() });
    with.model.faults.push(Fault { kind: spike(0, 1.0), at: at(500), lasts: Span::ZERO });
    assert!(plain.run().requests == with.run().requests);
}
