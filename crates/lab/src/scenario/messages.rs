//! Queues of messages, and steps that publish to them.

use super::graph::Site;
use super::keys;
use super::reader::{Fields, Reader};
use super::yaml::Node;
use sim::Span;
use sim::model::{Dist, EndpointId, MessageQueue, QueueId, ServiceId, Step};

impl Reader<'_> {
    pub(super) fn message_queues(&mut self, node: &Node) -> Vec<MessageQueue> {
        let entries = self.map(node, "a map from queue to what it is").unwrap_or_default();
        entries.iter().map(|(name, node)| self.message_queue(name, node)).collect()
    }

    /// A queue that is wrong keeps its place, for those who publish to the others.
    fn message_queue(&mut self, name: &Node, node: &Node) -> MessageQueue {
        let nobody = EndpointId { service: ServiceId(u32::MAX), endpoint: 0 };
        let plain = MessageQueue { network: self.networks.anywhere(), ..MessageQueue::new(name.text(), nobody) };
        let Some(fields) = self.fields(name.place, node, &keys::MESSAGE_QUEUE) else { return plain };
        let consumer = self.endpoint(&fields, "consumer");
        self.unresolved |= consumer.is_none();
        MessageQueue {
            consumer: consumer.unwrap_or(nobody),
            partitions: self.count(&fields, "partitions").unwrap_or(1),
            consumers: self.count(&fields, "consumers"),
            prefetch: self.count(&fields, "prefetch").unwrap_or(1),
            ack: self.duration(&fields, "ack"),
            attempts: self.count(&fields, "attempts"),
            redelivery: self.duration(&fields, "redelivery").unwrap_or(plain.redelivery),
            dead_letters: self.flag(&fields, "dead").unwrap_or(true),
            limit: self.count(&fields, "limit"),
            write: self.distribution(&fields, "write").unwrap_or(Dist::Constant(Span::ZERO)),
            ..plain
        }
    }

    pub(super) fn publish(&mut self, fields: &Fields<'_>, caller: EndpointId) -> Option<Step> {
        let keys = self.keyspace(fields, "key");
        let queue = self.one_of(fields, "publish").map(QueueId)?;
        let callee = self.queues.get(queue.0 as usize)?.consumer;
        self.published.push(Site { caller: Some(caller), callee, place: fields.place("publish") });
        Some(Step::Publish { queue, keys })
    }
}
