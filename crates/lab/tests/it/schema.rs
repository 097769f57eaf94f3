//! The schema for editors and the written reference.

use crate::sample;
use regex_lite::Regex;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

#[test]
fn the_schema_accepts_the_samples() {
    let schema = lab::scenario::schema();
    for name in ["minimal.yaml", "checkout.yaml", "everything.yaml", "guards.yaml", "data.yaml"] {
        assert_eq!(complaints(&schema, &schema, &json_of(&sample(name)), "$"), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses_for_its_form() {
    let schema = lab::scenario::schema();
    let base = sample("everything.yaml");
    for (right, wrong) in [
        ("brownout: 1", "brownout: 2"),
        ("warmup: 10m", "warmup: 10"),
        ("duration: 48h", "duration: 0s"),
        ("rate: 1.2k/m", "rate: 1.2k"),
        ("users: 20", "user: 20"),
        ("think: exp(1s)", "priority: 3"),
        ("replay: trace.csv", "rate: 3/s\n    replay: trace.csv"),
        ("scheduling: ps", "scheduling: sp"),
        ("workers: 8", "workers: 0"),
        ("workers: 8", "workers: eight"),
        ("- effect: charge", "- effects: charge"),
        ("{errors: inventory, rate: 20%}", "{errors: inventory}"),
        ("[gateway, inventory]", "[gateway]"),
        ("p99(gateway.checkout)", "p98(gateway.checkout)"),
    ] {
        let source = base.replacen(right, wrong, 1);
        assert_ne!(source, base, "{right} stands in the sample");
        assert_ne!(complaints(&schema, &schema, &json_of(&source), "$"), Vec::<String>::new(), "{wrong}");
        assert_ne!(crate::reading(&source).problems, [], "{wrong}");
    }
}

#[test]
fn every_key_is_described_and_shown() {
    let everything = sample("everything.yaml") + &sample("guards.yaml") + &sample("data.yaml");
    let schema = lab::scenario::schema();
    for (name, object) in schema["$defs"].as_object().unwrap() {
        assert!(object["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        for (key, property) in object["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}.{key}");
            assert!(everything.contains(&format!("{key}:")), "{name}.{key} is in no sample");
        }
    }
}

#[test]
fn the_reference_on_disk_is_the_one_that_the_tables_give() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario-file.md");
    let reference = lab::scenario::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &reference).unwrap();
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(on_disk == reference, "docs/scenario-file.md is out of date: run `UPDATE_DOCS=1 cargo test -p lab`");
}

#[test]
fn the_example_of_the_reference_has_no_problem() {
    let reference = lab::scenario::reference();
    let example = reference.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(crate::reading(example).problems, []);
}

/// What of a schema `value` breaks; knows the keywords that the schema of scenarios uses, and fails on others.
fn complaints(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().unwrap() {
        let fine = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" => true,
            "$ref" => {
                let target =
                    root.pointer(rule.as_str().unwrap().trim_start_matches('#')).expect("the reference resolves");
                found.extend(complaints(root, target, value, at));
                true
            }
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => match rule.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64(),
                "number" => value.is_number(),
                other => panic!("unknown type {other}"),
            },
            "pattern" => value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
            "not" => !complaints(root, rule, value, at).is_empty(),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > rule.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(complaints(root, rule, item, &format!("{at}[{index}]")));
                }
                true
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    found.extend(
                        value
                            .get(key)
                            .into_iter()
                            .flat_map(|value| complaints(root, rule, value, &format!("{at}.{key}"))),
                    );
                }
                true
            }
            "additionalProperties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let known = schema["properties"].get(key).is_some();
                    match rule {
                        Value::Bool(false) if !known => found.push(format!("{at}.{key} is unknown")),
                        Value::Object(_) if !known => {
                            found.extend(complaints(root, rule, value, &format!("{at}.{key}")))
                        }
                        _ => {}
                    }
                }
                true
            }
            "required" => rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "dependentRequired" => rule.as_object().unwrap().iter().all(|(key, others)| {
                value.get(key).is_none()
                    || others.as_array().unwrap().iter().all(|other| value.get(other.as_str().unwrap()).is_some())
            }),
            "oneOf" => {
                rule.as_array().unwrap().iter().filter(|rule| complaints(root, rule, value, at).is_empty()).count() == 1
            }
            "anyOf" => rule.as_array().unwrap().iter().any(|rule| complaints(root, rule, value, at).is_empty()),
            other => panic!("the check does not know the keyword {other}"),
        };
        if !fine {
            found.push(format!("{at} breaks {keyword}"));
        }
    }
    found
}

/// YAML to JSON, typed by the core schema of YAML 1.2, as an editor does it.
fn json_of(source: &str) -> Value {
    enum Open {
        List(Vec<Value>),
        Map(Map<String, Value>, Option<String>),
    }
    let mut open: Vec<(usize, Open)> = Vec::new();
    let (mut anchors, mut root) = (HashMap::new(), Value::Null);
    for event in Parser::new_from_str(source) {
        let (anchor, value) = match event.unwrap().0 {
            Event::Scalar(text, style, anchor, _) => (anchor, typed(&text, style)),
            Event::Alias(anchor) => (0, HashMap::get(&anchors, &anchor).cloned().unwrap()),
            Event::SequenceStart(anchor, _) => {
                open.push((anchor, Open::List(Vec::new())));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push((anchor, Open::Map(Map::new(), None)));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop().unwrap() {
                (anchor, Open::List(items)) => (anchor, Value::Array(items)),
                (anchor, Open::Map(entries, _)) => (anchor, Value::Object(entries)),
            },
            _ => continue,
        };
        anchors.insert(anchor, value.clone());
        match open.last_mut() {
            None => root = value,
            Some((_, Open::List(items))) => items.push(value),
            Some((_, Open::Map(entries, key))) => match key.take() {
                None => *key = value.as_str().map(str::to_owned),
                Some(key) => drop(entries.insert(key, value)),
            },
        }
    }
    root
}

fn typed(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "true") => json!(true),
        (ScalarStyle::Plain, "false") => json!(false),
        (ScalarStyle::Plain, text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => json!(whole),
            (_, Ok(number)) => json!(number),
            _ => json!(text),
        },
        _ => json!(text),
    }
}
