//! The coach from outside: what it says of answers that deserve something and of texts that deserve nothing.

mod bank;
mod contract;
mod deceptions;
mod properties;

use coach::{Assessment, assess};

/// A good answer, written for these tests.
const GOOD: &str = "Our billing exporter timed out every Monday morning, because four hundred accountants pulled the \
same report while the import still held locks on the invoice table, and the support desk took around sixty calls. \
I looked at the lock waits first and saw that the report waited for the import in nine cases of ten. \
So we moved the report to a read replica in Postgres and showed the time of the last refresh on the page. \
That costs us a second machine, and the figures can be two minutes old, where a bigger primary would have been simpler \
but would have left the locks where they were. \
If the replica falls more than five minutes behind, the page says so and we get an alert. \
Calls went from sixty to four a week, and the report opens in 800 ms instead of half a minute.";

/// Tools and fashionable words, nothing else.
const BUZZWORDS: &str = "I would leverage a robust, cloud-native, event-driven microservices architecture on Kubernetes \
with Kafka, Redis and Cassandra. CQRS and event sourcing guarantee scalability, and a service mesh with Istio \
provides resilience. Everything is sharded and eventually consistent, so it scales infinitely.";

fn read(question: &str, text: &str) -> Assessment {
    assess(question, text).expect("the question exists")
}

fn habit(assessment: &Assessment, id: &str) -> u8 {
    assessment.habits.get(id).expect("every habit is there").score
}

fn points(assessment: &Assessment) -> u32 {
    let habits = assessment.habits.iter().map(|(_, habit)| u32::from(habit.score));
    let coverage = assessment.coverage.iter().map(|(_, coverage)| u32::from(coverage.score));
    habits.chain(coverage).sum()
}
