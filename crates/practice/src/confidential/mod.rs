//! What should not leave with an export: names, hosts, keys, revenue, addresses.
//!
//! Each flag quotes what it found and says why. It is a second look, not a guarantee: a text can give a secret away in
//! words that no pattern knows. Patterns are chosen so that ordinary technical prose passes: what is public by its form
//! (documentation addresses, example domains, loopback) is not flagged.

mod money;
mod network;
mod people;
mod secrets;

use serde::Serialize;
use std::ops::Range;

/// What kind of thing was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = FlagKind))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person's or an organisation's name.
    Name,
    /// A machine's name.
    Host,
    /// A password, key or token.
    Key,
    /// What a business earns.
    Revenue,
    /// An e-mail address.
    Email,
    /// An IP address.
    Ip,
    /// A link that works only inside.
    Url,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Name => "name",
            Kind::Host => "host",
            Kind::Key => "key",
            Kind::Revenue => "revenue",
            Kind::Email => "e-mail address",
            Kind::Ip => "IP address",
            Kind::Url => "internal URL",
        }
    }
}

/// Something in a text that may be confidential.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) at: Range<usize>,
    pub(crate) why: &'static str,
}

/// Something that may be confidential, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flag {
    /// The document and its part, such as `example e1, result`.
    pub place: String,
    /// The line in that part, from 1.
    pub line: usize,
    /// What kind of thing it is.
    pub kind: Kind,
    /// As it stands there.
    pub quote: String,
    /// Why it is flagged.
    pub why: &'static str,
}

/// Looks through one part of a document.
pub fn check(place: &str, text: &str) -> Vec<Flag> {
    let flag = |found: Found| Flag {
        place: place.to_owned(),
        line: text[..found.at.start].matches('\n').count() + 1,
        kind: found.kind,
        quote: text[found.at].to_owned(),
        why: found.why,
    };
    found(text).into_iter().map(flag).collect()
}

/// Everything found, in order; of two that overlap the one that was looked for first.
fn found(text: &str) -> Vec<Found> {
    let all = secrets::find(text)
        .into_iter()
        .chain(network::find_urls(text))
        .chain(network::find_emails(text))
        .chain(network::find_ips(text))
        .chain(network::find_hosts(text))
        .chain(money::find(text))
        .chain(people::find(text));
    let mut kept: Vec<Found> = Vec::new();
    for found in all {
        if kept.iter().all(|earlier| found.at.end <= earlier.at.start || earlier.at.end <= found.at.start) {
            kept.push(found);
        }
    }
    kept.sort_by_key(|found| found.at.start);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(Kind, &str)]) {
        let flags = super::check("here", text);
        let found: Vec<(Kind, &str)> = flags.iter().map(|flag| (flag.kind, flag.quote.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn addresses() {
        check("Ask anna.kraus@acme-bank.com about it.", &[(Kind::Email, "anna.kraus@acme-bank.com")]);
        check("Write to someone@example.com or x@example.org.", &[]);
        check("The primary at 10.12.0.7 and 52.17.3.4:5432 died.", &[(Kind::Ip, "10.12.0.7"), (Kind::Ip, "52.17.3.4")]);
        check("Reached over 2a01:4f8:c0c:9f2::1, not ::1.", &[(Kind::Ip, "2a01:4f8:c0c:9f2::1")]);
        check("127.0.0.1, 0.0.0.0, 192.0.2.7, 203.0.113.9, version 1.2.3.4, v10.0.0.1, 300.1.2.3, 2001:db8::7", &[]);
        check("std::net::Ipv4Addr at 12:30:45 in Foo::bar, a::b", &[]);
    }

    #[test]
    fn hosts_and_links() {
        check("It ran on db-prod-03 and pg7.internal.", &[(Kind::Host, "db-prod-03"), (Kind::Host, "pg7.internal")]);
        check("orders.svc.cluster.local timed out", &[(Kind::Host, "orders.svc.cluster.local")]);
        check(
            "ip-10-0-12-7 and db1.payments.acme.com",
            &[(Kind::Host, "ip-10-0-12-7"), (Kind::Host, "db1.payments.acme.com")],
        );
        check("See https://grafana.acme.com/d/abc?x=1.", &[(Kind::Url, "https://grafana.acme.com/d/abc?x=1")]);
        check(
            "http://wiki/Runbook, https://jira.corp.acme.io/ABC-1",
            &[(Kind::Url, "http://wiki/Runbook"), (Kind::Url, "https://jira.corp.acme.io/ABC-1")],
        );
        check(
            "https://sre.google/books/, https://github.com/rust-lang/rust, docs.rs, https://www.postgresql.org/docs/",
            &[],
        );
        check("gateway.checkout calls inventory.reserve; p99, x86-64, http-2, utf-8, mid-2023, us-east-1", &[]);
        check("localhost:8080, http://localhost:3000/x, https://example.com/a, api.example.com", &[]);
        check("crates.io and Node.js, main.rs, application.yaml, java.util.concurrent", &[]);
    }

    #[test]
    fn keys() {
        check("AKIAIOSFODNN7EXAMPLE leaked", &[(Kind::Key, "AKIAIOSFODNN7EXAMPLE")]);
        check("password = hunter2hunter2, then", &[(Kind::Key, "password = hunter2hunter2")]);
        check("API_KEY: 9f8a7d6c5b4e3f2a", &[(Kind::Key, "API_KEY: 9f8a7d6c5b4e3f2a")]);
        check("postgres://ann:s3cret@db/kit", &[(Kind::Key, "postgres://ann:s3cret@db/kit")]);
        check(
            "token ghp_0123456789abcdefghijABCDEFGHIJ012345",
            &[(Kind::Key, "ghp_0123456789abcdefghijABCDEFGHIJ012345")],
        );
        check(
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123-_x",
            &[(Kind::Key, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123-_x")],
        );
        check("-----BEGIN RSA PRIVATE KEY-----\nabc", &[(Kind::Key, "-----BEGIN RSA PRIVATE KEY-----")]);
        check("an idempotency key: the client sends a token, the password is hashed", &[]);
        check("commit 3f9a1c0e77b2d8453f9a1c0e77b2d8453f9a1c0e, partition key: customer_id", &[]);
    }

    #[test]
    fn revenue() {
        check("Revenue grew to $3.2M that year.", &[(Kind::Revenue, "$3.2M")]);
        check("We made 12 million euros in sales.", &[(Kind::Revenue, "12 million euros")]);
        check("Each hour down lost us €40k.", &[(Kind::Revenue, "€40k")]);
        check("ARR is 8.5M USD", &[(Kind::Revenue, "8.5M USD")]);
        check("Our revenue fell by 12 %.", &[(Kind::Revenue, "12 %")]);
        check("It halved the database bill from $40k to $18k. Latency fell by 12 %.", &[]);
        check("The log showed 0.3% lost messages.", &[]);
        check("That moved $250 million a month.", &[(Kind::Revenue, "$250 million")]);
    }

    #[test]
    fn names() {
        check("Then Anna Kraus found it.", &[(Kind::Name, "Anna Kraus")]);
        check("I asked Priya, and my manager Tomasz agreed.", &[(Kind::Name, "Priya"), (Kind::Name, "Tomasz")]);
        check("Mr. Okafor signed, Dr Lindqvist did not.", &[(Kind::Name, "Mr. Okafor"), (Kind::Name, "Dr Lindqvist")]);
        check("Our customer Zebra Logistics GmbH left.", &[(Kind::Name, "Zebra Logistics GmbH")]);
        check("At Contoso Ltd. we had two.", &[(Kind::Name, "Contoso Ltd")]);
        check("The client Nordwind called.", &[(Kind::Name, "Nordwind")]);
        check("We asked Kafka to keep it; Postgres and Redis on Kubernetes. My team lead agreed.", &[]);
        check("I will mark it. May was calm. The Grace period, Little's law, Will it hold?", &[]);
        check("The client API and the customer Service, our partner. Then we left.", &[]);
        check("Client Timeouts went up; customer Impact: none.", &[]);
    }

    #[test]
    fn places_and_lines() {
        let flags = super::check("example e1, result", "fine\nstill fine\nasked bob.ross@acme.com\n");
        assert_eq!((flags[0].place.as_str(), flags[0].line), ("example e1, result", 3));
        assert!(!flags[0].why.is_empty());
    }
}
