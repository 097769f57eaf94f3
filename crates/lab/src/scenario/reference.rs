//! The written reference of the scenario file, made from the same tables that read it.

use super::dist::{ARRIVALS, DISTRIBUTIONS};
use super::keys::{Key, Kind, Need, Object, SCENARIO};
use super::keyspace::KEYSPACES;
use super::objectives::MEASURES;
use super::shape::SHAPES;
use super::terms::Form;
use std::fmt::Write as _;

const OPENING: &str = "\
# The scenario file

<!-- Written by `UPDATE_DOCS=1 cargo test -p lab` from the tables in `crates/lab/src/scenario`. -->

One YAML file describes services, who calls them, what goes wrong and what should hold nevertheless. Unknown keys, wrong
units, unknown names and impossible values are errors with their line and column. A value of `null` is as good as no key.

```yaml
brownout: 1
name: Checkout with a slow inventory
duration: 10m
warmup: 30s
workload:
  shoppers:
    call: gateway.checkout
    rate: 400/s
    patience: 2s
services:
  gateway:
    workers: 64
    endpoints:
      checkout:
        - work: lognormal(p50=2ms, p99=9ms)
        - call: inventory.reserve
          timeout: 250ms
          retry: {attempts: 3, backoff: {base: 50ms, cap: 1s, jitter: full}, budget: 10%}
  inventory:
    cores: 4
    endpoints:
      reserve:
        - work: exp(6ms)
faults:
  - {slow: inventory, by: 4x, at: 3m, for: 2m}
objectives:
  - p99(gateway.checkout) < 500ms
variants:
  no-retries:
    set: {\"services.gateway.endpoints.checkout[1].retry\": null}
```
";

const VALUES: &str = "\
## Values

| kind | written | means |
|---|---|---|
| duration | `250ms`, `1.5s`, `10m` | a number with `ns`, `us`, `ms`, `s`, `m` or `h`; at most 100 years |
| rate | `400/s`, `1.2k/s`, `90/m` | a number, `k` for thousands, `/s`, `/m` or `/h` |
| factor | `4x`, `0.5` | a multiple; the `x` may be left out |
| price | `0.12` | a number in the person's own currency |
| percentage | `10%` | a share |
| whole number | `64` | digits |
| size | `10k`, `1M` | a whole number, with `k`, `M` or `G` for thousands, millions and thousands of millions |
| name | `gateway`, `ads-2` | letters of any language, digits, `-` and `_` |
| endpoint | `gateway.checkout` | a service and one of its endpoints |
| file | `trace.csv` | a CSV file in the scenario's folder; its first column counts, a heading is skipped |

No number has a sign or an exponent.
";

const PATHS: &str = "\
## Paths

`brownout run FILE --set path=value` and the variants' `set` change a scenario by path: keys with dots between them, items
of lists by index from 0, and quotes around a key that holds a dot itself.

| path | is |
|---|---|
| `services.gateway.workers` | a service's key |
| `services.gateway.endpoints.checkout[1].retry.budget` | a key of the retry policy of the handler's second step |
| `services.gateway.endpoints.checkout[2].parallel[0].timeout` | a key of a branch |
| `network.pairs.gateway -> inventory.latency` | the network of one pair |
| `objectives[0]` | the first objective |

What stands there is replaced; `null` takes it away, an item of a list included. Missing maps on the way are made, so
`….retry.attempts` adds a policy where there was none; services, tenants and endpoints on the way must exist. A variant
changes the scenario after the overrides of the command line. The variants themselves cannot be changed by path.
";

/// The reference of the scenario file, in Markdown.
pub fn reference() -> String {
    let mut text = OPENING.to_owned();
    let mut told = Vec::new();
    object(&SCENARIO, "", &mut told, &mut text);
    let _ = write!(text, "\n{VALUES}");
    forms("Distributions", "A bare duration is constant.", &DISTRIBUTIONS, &mut text);
    forms("Keys", "Which of many keys a cache is asked for.", &KEYSPACES, &mut text);
    forms("Arrivals", "How an open load's requests are spread around its rate.", &ARRIVALS, &mut text);
    forms("Shapes", "How an open load's rate moves over time; several in a list are multiplied.", &SHAPES, &mut text);
    objectives(&mut text);
    let _ = write!(text, "\n{PATHS}");
    text
}

/// A section for an object, then for those that its keys hold.
fn object(object_: &'static Object, note: &str, told: &mut Vec<&'static str>, text: &mut String) {
    if told.contains(&object_.name) {
        return;
    }
    told.push(object_.name);
    let _ = write!(
        text,
        "\n## {}\n\n{}{note}\n\n| key | value | default | meaning |\n|---|---|---|---|\n",
        title(object_.name),
        object_.doc
    );
    object_.keys.iter().for_each(|key| row(key, text));
    object_.keys.iter().for_each(|key| below(&key.kind, told, text));
}

fn below(kind: &'static Kind, told: &mut Vec<&'static str>, text: &mut String) {
    match kind {
        Kind::Object(inner) => object(inner, "", told, text),
        Kind::Cases(cases) => {
            let note = format!(" One kind of {}.", cases.name);
            cases.cases.iter().for_each(|case| object(case, &note, told, text));
        }
        Kind::List(item) | Kind::Names { value: item, .. } => below(item, told, text),
        Kind::Either(kinds) => kinds.iter().for_each(|kind| below(kind, told, text)),
        _ => {}
    }
}

fn row(key: &Key, text: &mut String) {
    let default = match (key.default, key.need) {
        (Some(default), _) => format!("`{default}`"),
        (None, Need::Required) => "**required**".to_owned(),
        (None, Need::RequiredWith(other)) => format!("**required** with `{other}`"),
        (None, Need::Choice) => "one of these".to_owned(),
        (None, _) => String::new(),
    };
    let with = match key.need {
        Need::With(other) => format!(" Only with `{other}`."),
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "| `{}` | {}, e.g. `{}` | {default} | {}{with} |",
        key.name,
        value(&key.kind),
        key.example,
        key.doc
    );
}

/// What stands under a key, in a few words.
fn value(kind: &Kind) -> String {
    match kind {
        Kind::Duration { .. } => "duration".to_owned(),
        Kind::Distribution => "distribution".to_owned(),
        Kind::Rate => "rate".to_owned(),
        Kind::Factor => "factor".to_owned(),
        Kind::Price => "price".to_owned(),
        Kind::Percent { most, .. } => format!("percentage up to {most}%"),
        Kind::Count { least, most: u32::MAX } => format!("whole number from {least}"),
        Kind::Count { least, most } => format!("whole number, {least} to {most}"),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Size { .. } => "size".to_owned(),
        Kind::Keyspace => "keys".to_owned(),
        Kind::Endpoint => "endpoint".to_owned(),
        Kind::Effect => "name".to_owned(),
        Kind::Parties => "two tenants or services".to_owned(),
        Kind::File => "file".to_owned(),
        Kind::Arrivals => "arrivals".to_owned(),
        Kind::Shape => "shape".to_owned(),
        Kind::Objective => "objective".to_owned(),
        Kind::Object(object) => format!("[{}](#{})", object.name, object.name.replace(' ', "-")),
        Kind::Cases(cases) => cases.name.to_owned(),
        Kind::List(item) => format!("list of: {}", value(item)),
        Kind::Names { of, value: item } => format!("map from {of} to: {}", value(item)),
        Kind::Either(kinds) => kinds.iter().map(value).collect::<Vec<_>>().join(" or "),
        Kind::Version | Kind::Text | Kind::Flag | Kind::Service | Kind::Tenant | Kind::One(_) | Kind::Anything => {
            kind.expected()
        }
    }
}

fn forms(heading: &str, doc: &str, forms: &[Form], text: &mut String) {
    let _ = write!(text, "\n## {heading}\n\n{doc}\n\n| written | means |\n|---|---|\n");
    for form in forms {
        let _ = writeln!(text, "| `{}` | {} |", form.example, form.doc);
    }
}

fn objectives(text: &mut String) {
    let _ = write!(
        text,
        "\n## Objectives\n\nA measure, what it is taken of, a relation (`<`, `<=`, `>`, `>=` or `==`) and a value. Latencies are of \
         an endpoint that tenants call, of a tenant, or of a call between services; an objective on nothing measured is not met.\n\n\
         | measure | means | e.g. |\n|---|---|---|\n"
    );
    for measure in &MEASURES {
        let _ = writeln!(text, "| `{}` | {} | `{}` |", measure.name, measure.doc, measure.example);
    }
}

fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
