//! Findings for code hosts: SARIF 2.1.0, the Static Analysis Results Interchange Format (OASIS Standard, 2020).
//!
//! One run with all rules and one result per finding. A finding in an override of the command line has no region in the
//! file; it keeps its path as a logical location.

use super::{Assessment, Finding, RULES, Rule, Severity};
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The SARIF log of an assessment. `uri` is the file, relative to the root of its repository where it is given so.
pub fn sarif(assessment: &Assessment, uri: &str) -> Value {
    let results: Vec<Value> = assessment.findings.iter().map(|finding| result(finding, uri)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Brownout",
                "version": assessment.version,
                "semanticVersion": assessment.version,
                "rules": RULES.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "properties": {"scenario": assessment.scenario, "digest": assessment.digest},
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.about},
        "fullDescription": {"text": rule.why},
        "help": {"text": format!("{}\n\nHelps: {}\n\nSource: {}", rule.reads, rule.cure, rule.source)},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn result(finding: &Finding, uri: &str) -> Value {
    let index = RULES.iter().position(|rule| rule.id == finding.rule);
    let mut physical = json!({"artifactLocation": {"uri": escaped(uri)}});
    if finding.place.set.is_none() {
        physical["region"] = json!({
            "startLine": finding.place.line,
            "startColumn": finding.place.column,
            "endLine": finding.place.end_line,
            "endColumn": finding.place.end_column,
        });
    }
    let text =
        format!("{}: {}. {} Look closer: {}", finding.title, finding.arithmetic, finding.why, finding.look_closer);
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{"fullyQualifiedName": finding.path}],
        }],
        "partialFingerprints": {"rulePath/v1": format!("{} {}", finding.rule, finding.path)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A file's name as a URI reference (RFC 3986): what has a meaning of its own there is escaped.
fn escaped(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    name.replace('\\', "/").bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_references() {
        assert_eq!(escaped("content/a b#1.yaml"), "content/a%20b%231.yaml");
        assert_eq!(escaped("größe.yaml"), "gr%C3%B6%C3%9Fe.yaml");
    }
}
