//! E-mail and IP addresses, machines, and links that work only inside.

use super::{Found, Kind};
use regex_lite::Regex;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

static URL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"https?://[^\s<>"'`)\]]+"#).expect("a pattern"));
static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").expect("a pattern"));
static IPV4: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").expect("a pattern"));
static IPV6: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]+").expect("a pattern"));
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]*[A-Za-z0-9])*").expect("a pattern")
});

/// Top-level names that only exist inside (RFC 6762, RFC 8375 and common use).
const INSIDE: [&str; 9] = ["internal", "local", "corp", "lan", "intra", "intranet", "private", "svc", "consul"];

/// First names of hosts that hold what a company knows.
const TOOLS: [&str; 16] = [
    "grafana",
    "kibana",
    "jira",
    "wiki",
    "confluence",
    "jenkins",
    "gitlab",
    "git",
    "vault",
    "prometheus",
    "argocd",
    "sonar",
    "nexus",
    "artifactory",
    "intranet",
    "admin",
];

const PUBLIC_ENDINGS: [&str; 12] = ["com", "net", "org", "io", "dev", "cloud", "co", "app", "de", "eu", "uk", "ai"];

/// Whose machines everybody knows.
const PUBLIC: [&str; 14] = [
    "github.com",
    "gitlab.com",
    "google.com",
    "sre.google",
    "stackoverflow.com",
    "wikipedia.org",
    "postgresql.org",
    "kubernetes.io",
    "apache.org",
    "microsoft.com",
    "mozilla.org",
    "ietf.org",
    "rust-lang.org",
    "python.org",
];

/// Domains that are nobody's (RFC 2606).
fn is_an_example(host: &str) -> bool {
    let ends = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    ["example.com", "example.org", "example.net", "example", "test", "invalid", "localhost"]
        .iter()
        .any(|name| ends(name))
}

fn is_public(host: &str) -> bool {
    PUBLIC.iter().any(|public| host == *public || host.ends_with(&format!(".{public}")))
}

pub(super) fn find_urls(text: &str) -> Vec<Found> {
    let internal = URL.find_iter(text).filter_map(|found| {
        let url = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let why = internal(url)?;
        Some(Found { kind: Kind::Url, at: found.start()..found.start() + url.len(), why })
    });
    internal.collect()
}

fn internal(url: &str) -> Option<&'static str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?.to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let private = host.parse::<Ipv4Addr>().is_ok_and(is_telling);
    match labels.last()? {
        _ if is_an_example(&host) || is_public(&host) => None,
        _ if private => Some("it leads to a machine by its address"),
        last if labels.len() == 1 && !last.is_empty() => Some("its host is known only inside"),
        last if INSIDE.contains(last) => Some("its host is known only inside"),
        _ if labels.iter().any(|label| INSIDE.contains(label) || TOOLS.contains(label)) => {
            Some("it leads to an internal tool")
        }
        _ => None,
    }
}

pub(super) fn find_emails(text: &str) -> Vec<Found> {
    let all = EMAIL.find_iter(text).map(|found| found.range());
    let somebodys =
        all.filter(|at| text[at.clone()].rsplit('@').next().is_some_and(|host| !is_an_example(&host.to_lowercase())));
    somebodys.map(|at| Found { kind: Kind::Email, at, why: "it names a person and an employer" }).collect()
}

pub(super) fn find_ips(text: &str) -> Vec<Found> {
    let v4 = IPV4.find_iter(text).map(|found| found.range()).filter(|at| is_v4(text, at.clone()));
    let v6 = IPV6.find_iter(text).map(|found| found.range()).filter(|at| is_v6(text, at.clone()));
    v4.chain(v6).map(|at| Found { kind: Kind::Ip, at, why: "it is a machine's address" }).collect()
}

fn is_v4(text: &str, at: Range<usize>) -> bool {
    let word = text[..at.start].split_whitespace().next_back().unwrap_or_default().to_lowercase();
    let version = text[..at.start].ends_with(' ') && ["version", "v", "release"].contains(&word.as_str());
    let longer = text[..at.start].ends_with('.')
        || text[at.end..]
            .starts_with(|next: char| next == '.' && text[at.end + 1..].starts_with(|d: char| d.is_ascii_digit()));
    !version && !longer && text[at].parse::<Ipv4Addr>().is_ok_and(is_telling)
}

/// Not loopback, unspecified, broadcast or for documentation (RFC 5737).
fn is_telling(address: Ipv4Addr) -> bool {
    !(address.is_loopback() || address.is_unspecified() || address.is_broadcast() || address.is_documentation())
}

/// Long enough to be no path of a programming language, and not for documentation (RFC 3849).
fn is_v6(text: &str, at: Range<usize>) -> bool {
    let alone = !text[..at.start].ends_with(|last: char| last.is_alphanumeric() || last == '_')
        && !text[at.end..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let address = &text[at];
    let groups = address.split(':').filter(|group| !group.is_empty()).count();
    let telling = groups >= 3 && address.contains(|character: char| character.is_ascii_digit());
    alone && telling && address.parse::<Ipv6Addr>().is_ok_and(|address| address.segments()[..2] != [0x2001, 0xdb8])
}

pub(super) fn find_hosts(text: &str) -> Vec<Found> {
    let all = HOST.find_iter(text).filter(|found| {
        let before = text[..found.start()].chars().next_back();
        // Part of an address, a path or an identifier.
        !before.is_some_and(|last| "@/_:$".contains(last)) && !text[found.end()..].starts_with(['_', '(', '@'])
    });
    let hosts = all.filter_map(|found| Some(Found { kind: Kind::Host, at: found.range(), why: host(found.as_str())? }));
    hosts.collect()
}

fn host(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    let (last, several) = (labels.last()?, labels.len() > 1);
    if is_an_example(&lower) || is_public(&lower) {
        return None;
    }
    if several && INSIDE.contains(last) {
        return Some("it names a machine that is known only inside");
    }
    if labels.len() >= 3 && PUBLIC_ENDINGS.contains(last) && labels[0] != "www" {
        return Some("it names a machine and whose it is");
    }
    (!several && name == lower && is_numbered_machine(&lower)).then_some("it looks like the name of one machine")
}

/// `db-prod-03`, `web01`: what a machine does or where it stands, and a number.
fn is_numbered_machine(name: &str) -> bool {
    const ROLES: [&str; 26] = [
        "db", "web", "app", "api", "srv", "server", "node", "host", "vm", "prod", "prd", "stg", "staging", "redis",
        "kafka", "pg", "mysql", "postgres", "mongo", "cache", "worker", "lb", "proxy", "bastion", "ip", "elastic",
    ];
    let words: Vec<&str> = name.split('-').collect();
    let Some((number, rest)) = words.split_last() else { return false };
    let role = |word: &&str| ROLES.contains(word);
    let only_digits = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if rest.is_empty() {
        let digits = number.trim_start_matches(|character: char| character.is_ascii_alphabetic());
        return digits.len() >= 2 && only_digits(digits) && ROLES.contains(&&number[..number.len() - digits.len()]);
    }
    // A role with a single digit alone is prose (`node-3`), an address in a name is not (`ip-10-0-12-7`).
    let telling = rest.len() >= 2 || number.len() >= 2;
    only_digits(number) && telling && rest.iter().any(role)
}
