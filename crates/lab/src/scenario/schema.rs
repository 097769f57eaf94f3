//! The scenario file's JSON Schema (draft 2020-12), made from the table of keys, for editors that complete and check.
//!
//! It knows the form of everything and the meaning of nothing: that a name exists, or that a p99 is not less than a p50,
//! only reading tells.

use super::dist::{ARRIVALS, DISTRIBUTIONS};
use super::keys::{Cases, Key, Kind, Need, Object, SCENARIO, Zero};
use super::keyspace::KEYSPACES;
use super::objectives::MEASURES;
use super::shape::SHAPES;
use super::terms::Form;
use super::units::TIMES;
use serde_json::{Map, Value, json};

/// The schema of scenario files.
pub fn schema() -> Value {
    let mut defs = Map::new();
    let root = object_ref(&SCENARIO, &mut defs);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Brownout scenario",
        "$ref": root["$ref"],
        "$defs": defs,
    })
}

/// A reference to an object's definition, which is made on the way.
fn object_ref(object: &'static Object, defs: &mut Map<String, Value>) -> Value {
    define(object.name, defs, |defs| object_schema(object, defs))
}

fn cases_ref(cases: &'static Cases, defs: &mut Map<String, Value>) -> Value {
    define(cases.name, defs, |defs| {
        let cases_: Vec<Value> = cases.cases.iter().map(|case| object_ref(case, defs)).collect();
        json!({ "description": cases.doc, "oneOf": cases_ })
    })
}

fn define(name: &str, defs: &mut Map<String, Value>, make: impl FnOnce(&mut Map<String, Value>) -> Value) -> Value {
    let name = name.replace(' ', "-");
    if !defs.contains_key(&name) {
        // Present before it is made, so that a definition may refer to itself.
        defs.insert(name.clone(), Value::Null);
        let made = make(defs);
        defs.insert(name.clone(), made);
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object_schema(object: &'static Object, defs: &mut Map<String, Value>) -> Value {
    let properties: Map<String, Value> =
        object.keys.iter().map(|key| (key.name.to_owned(), key_schema(key, defs))).collect();
    let names = |need: fn(Need) -> bool| object.keys.iter().filter(move |key| need(key.need)).map(|key| key.name);
    let required: Vec<&str> = names(|need| need == Need::Required).collect();
    let choices: Vec<Value> = names(|need| need == Need::Choice).map(|name| json!({ "required": [name] })).collect();
    let mut schema = json!({
        "type": "object",
        "description": object.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !choices.is_empty() {
        schema["oneOf"] = Value::Array(choices);
    }
    let dependent = dependencies(object);
    if !dependent.is_empty() {
        schema["dependentRequired"] = Value::Object(dependent);
    }
    schema
}

/// Which keys need which others.
fn dependencies(object: &Object) -> Map<String, Value> {
    let mut dependent = Map::new();
    for key in object.keys {
        if let Need::With(other) | Need::RequiredWith(other) = key.need {
            dependent.insert(key.name.to_owned(), json!([other]));
        }
        if let Need::RequiredWith(other) = key.need {
            dependent.insert(other.to_owned(), json!([key.name]));
        }
    }
    dependent
}

fn key_schema(key: &'static Key, defs: &mut Map<String, Value>) -> Value {
    let mut schema = kind_schema(&key.kind, defs);
    schema["description"] = json!(key.doc);
    if let Some(default) = key.default {
        schema["default"] = json!(default);
    }
    schema
}

fn kind_schema(kind: &'static Kind, defs: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Version => json!({ "const": 1 }),
        Kind::Size { least, most } => json!({ "anyOf": [
            { "type": "integer", "minimum": least, "maximum": most },
            pattern(&format!("{NUMBER}[kMG]")),
        ] }),
        Kind::Keyspace => pattern(&form_pattern(&KEYSPACES)),
        Kind::Text | Kind::Service | Kind::Tenant | Kind::File | Kind::One(_) => json!({ "type": "string" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Duration { zero } => duration(*zero),
        Kind::Distribution => pattern(&format!("{}|{}", duration_pattern(), form_pattern(&DISTRIBUTIONS))),
        Kind::Rate => pattern(&format!("{NUMBER}k?/(s|m|h)")),
        Kind::Factor => {
            json!({ "anyOf": [{ "type": "number", "exclusiveMinimum": 0 }, pattern(&format!("{NUMBER}x?"))] })
        }
        Kind::Price => json!({ "type": "number", "minimum": 0 }),
        Kind::Percent { .. } => pattern(&format!("{NUMBER}%")),
        Kind::Count { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Endpoint => pattern(r"[^.\s]+\.[^.\s]+"),
        Kind::Parties => json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 }),
        Kind::Effect => pattern(r"[^.\s()]+"),
        Kind::Arrivals => pattern(&form_pattern(&ARRIVALS)),
        Kind::Shape => pattern(&form_pattern(&SHAPES)),
        Kind::Objective => pattern(&objective_pattern()),
        Kind::Anything => json!({}),
        Kind::Object(object) => object_ref(object, defs),
        Kind::Cases(cases) => cases_ref(cases, defs),
        Kind::List(item) => json!({ "type": "array", "items": kind_schema(item, defs) }),
        Kind::Names { value, .. } => json!({ "type": "object", "additionalProperties": kind_schema(value, defs) }),
        Kind::Either(kinds) => {
            let kinds: Vec<Value> = kinds.iter().map(|kind| kind_schema(kind, defs)).collect();
            json!({ "anyOf": kinds })
        }
    }
}

const NUMBER: &str = r"[0-9]+(\.[0-9]+)?";

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^({pattern})$") })
}

fn duration(zero: Zero) -> Value {
    let mut schema = pattern(&duration_pattern());
    if zero == Zero::Refused {
        schema["not"] = json!({ "pattern": r"^[0.]+[a-z]+$" });
    }
    schema
}

fn duration_pattern() -> String {
    format!("{NUMBER}({})", TIMES.map(|(name, _)| name).join("|"))
}

/// A name, and parentheses where the form has parameters.
fn form_pattern(forms: &[Form]) -> String {
    let form = |form: &Form| match form.params.is_empty() && !form.pairs {
        true => form.name.to_owned(),
        false => format!(r"{}\([^()]+\)", form.name),
    };
    forms.iter().map(form).collect::<Vec<_>>().join("|")
}

fn objective_pattern() -> String {
    let names: Vec<&str> = MEASURES.iter().map(|measure| measure.name).collect();
    format!(r"({})\s*\([^()]+\)\s*(<=|>=|==|<|>)\s*{NUMBER}[a-z%]*", names.join("|"))
}
