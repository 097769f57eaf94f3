//! One queue of messages: partitions that consumers share out, acknowledgement, redelivery, dead letters.
//!
//! As in Kafka, a message's key decides its partition and a partition belongs to one consumer, which works on its messages in
//! order and on at most `prefetch` at once. Delivery is at least once: a message whose delivery fails, or is not acknowledged
//! in time, is delivered again, and holds its place until then, so one poisonous message can hold up all behind it.

use crate::event::Answer;
use crate::model::MessageQueue;
use crate::random::splitmix;
use crate::slab::Ref;
use crate::time::Span;
use std::collections::VecDeque;

/// The messages of one queue.
#[derive(Debug)]
pub(crate) struct Broker {
    partitions: u32,
    prefetch: u32,
    limit: usize,
    attempts: u32,
    redelivery: Span,
    /// By consumer.
    lines: Vec<Line>,
    /// The partition whose turn it is for a message without a key.
    turn: u32,
    waiting: usize,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Ref>,
    /// Deliveries under way, those that will be repeated included.
    busy: u32,
}

/// What becomes of a message after a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum After {
    /// It was worked on.
    Acknowledged,
    /// It is delivered again after this.
    Redeliver(Span),
    /// It has failed often enough.
    Dead,
}

impl Broker {
    pub(crate) fn new(queue: &MessageQueue) -> Self {
        let consumers = queue.consumers.unwrap_or(queue.partitions).min(queue.partitions);
        Broker {
            partitions: queue.partitions,
            prefetch: queue.prefetch,
            limit: queue.limit.map_or(usize::MAX, |limit| limit as usize),
            attempts: queue.attempts.unwrap_or(u32::MAX),
            redelivery: queue.redelivery,
            lines: (0..consumers).map(|_| Line::default()).collect(),
            turn: 0,
            waiting: 0,
        }
    }

    /// No further message is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= self.limit
    }

    /// Takes a message; gives the number of the consumer that has to work on it.
    pub(crate) fn publish(&mut self, message: Ref, key: Option<u64>) -> u32 {
        let partition = match key {
            Some(key) => (splitmix(key) % u64::from(self.partitions)) as u32,
            None => self.take_turn(),
        };
        let consumer = partition % self.lines.len() as u32;
        self.lines[consumer as usize].waiting.push_back(message);
        self.waiting += 1;
        consumer
    }

    fn take_turn(&mut self) -> u32 {
        let turn = self.turn;
        self.turn = (turn + 1) % self.partitions;
        turn
    }

    /// The next message for a consumer, if there is one and it may have one more.
    pub(crate) fn next(&mut self, consumer: u32) -> Option<Ref> {
        let line = &mut self.lines[consumer as usize];
        if line.busy >= self.prefetch {
            return None;
        }
        let next = line.waiting.pop_front()?;
        line.busy += 1;
        self.waiting -= 1;
        Some(next)
    }

    /// How the delivery of this number ended.
    pub(crate) fn after(&self, delivery: u32, answer: Answer) -> After {
        match answer {
            Answer::Ok | Answer::Degraded => After::Acknowledged,
            Answer::Failed(_) if delivery >= self.attempts => After::Dead,
            Answer::Failed(_) => After::Redeliver(self.redelivery),
        }
    }

    /// A consumer is done with a message.
    pub(crate) fn settle(&mut self, consumer: u32) {
        self.lines[consumer as usize].busy -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Failure;
    use crate::model::{EndpointId, ServiceId};
    use crate::slab::Slab;

    fn queue() -> MessageQueue {
        MessageQueue::new("orders", EndpointId { service: ServiceId(0), endpoint: 0 })
    }

    #[test]
    fn a_partition_is_worked_on_in_order_and_one_at_a_time() {
        let mut slab = Slab::new();
        let mut broker = Broker::new(&MessageQueue { partitions: 4, consumers: Some(2), ..queue() });
        let messages: [Ref; 5] = std::array::from_fn(|_| slab.insert(()));
        // Without keys partitions take turns; the even ones are the first consumer's.
        let consumers: Vec<u32> = messages.iter().map(|message| broker.publish(*message, None)).collect();
        assert_eq!(consumers, [0, 1, 0, 1, 0]);
        assert_eq!(broker.next(0), Some(messages[0]));
        assert_eq!(broker.next(0), None);
        assert_eq!(broker.next(1), Some(messages[1]));
        broker.settle(0);
        assert_eq!(broker.next(0), Some(messages[2]));
        // The same key is always the same consumer's.
        let same: Vec<u32> = messages.iter().map(|message| broker.publish(*message, Some(9))).collect();
        assert!(same.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_prefetch_lets_several_go_and_idle_consumers_have_no_partition() {
        let mut slab = Slab::new();
        let mut broker = Broker::new(&MessageQueue { partitions: 1, consumers: Some(9), prefetch: 2, ..queue() });
        let messages: [Ref; 3] = std::array::from_fn(|_| slab.insert(()));
        assert!(messages.iter().all(|message| broker.publish(*message, None) == 0));
        assert_eq!((broker.next(0), broker.next(0), broker.next(0)), (Some(messages[0]), Some(messages[1]), None));
    }

    #[test]
    fn failures_are_repeated_until_they_are_enough() {
        let broker = Broker::new(&MessageQueue { attempts: Some(3), ..queue() });
        let failed = Answer::Failed(Failure::Timeout);
        let again = After::Redeliver(queue().redelivery);
        assert_eq!([1, 2, 3].map(|n| broker.after(n, failed)), [again, again, After::Dead]);
        assert_eq!(broker.after(3, Answer::Degraded), After::Acknowledged);
        assert_eq!(Broker::new(&queue()).after(1_000_000, failed), again);
    }

    #[test]
    fn a_full_queue_says_so() {
        let mut slab = Slab::new();
        let mut broker = Broker::new(&MessageQueue { limit: Some(1), ..queue() });
        assert!(!broker.is_full());
        let consumer = broker.publish(slab.insert(()), None);
        assert!(broker.is_full());
        broker.next(consumer);
        assert!(!broker.is_full());
    }
}
