//! The server on a real port, asked as a browser or a script would ask it.

mod house;

use house::{House, json};
use serde_json::{Value, json as object};

const ANSWER: &str = "Our checkout lost orders whenever inventory was slow. I added a timeout of 250 ms and gave up the \
    exactness of stock, since a late page costs more than an oversold shirt.";

#[test]
fn an_answer_goes_from_its_draft_to_a_version_and_the_guide_opens() {
    let house = House::open("answer");
    let guide = house.get("/api/v1/questions/reliable-api/guide");
    assert_eq!((guide.status, guide.kind.as_str()), (409, "application/problem+json"));
    let draft = "/api/v1/questions/reliable-api/draft";
    let kept = house.put(draft, object!({"text": "Our check", "revision": "", "after": 0}));
    assert_eq!((kept.status, json(&kept)["after"].clone()), (200, object!(0)));
    let stored = house.post("/api/v1/questions/reliable-api/answers", object!({"text": ANSWER, "after": 0}));
    assert_eq!((stored.status, json(&stored)["version"].clone()), (201, object!(1)));
    let again = house.post("/api/v1/questions/reliable-api/answers", object!({"text": ANSWER, "after": 0}));
    assert_eq!((again.status, json(&again)["version"].clone()), (201, object!(1)));
    assert_eq!(json(&house.get("/api/v1/questions/reliable-api/guide"))["points"].as_array().map(Vec::len), Some(4));
    // The draft is gone, and the next one begins with what was stored.
    let next = json(&house.get(draft));
    assert_eq!((next["after"].clone(), next["text"].as_str()), (object!(1), Some(ANSWER)));
}

#[test]
fn a_draft_of_another_tab_is_given_back_and_not_overwritten() {
    let house = House::open("tabs");
    let path = "/api/v1/questions/denormalize/draft";
    let first = json(&house.put(path, object!({"text": "one", "revision": "", "after": 0})));
    let stale = house.put(path, object!({"text": "two", "revision": "", "after": 0}));
    assert_eq!((stale.status, json(&stale)["theirs"]["text"].as_str()), (412, Some("one")));
    let second = house.put(path, object!({"text": "two", "revision": first["revision"], "after": 0}));
    assert_eq!(second.status, 200);
    assert_eq!(json(&house.get(path))["text"], "two");
}

#[test]
fn a_version_that_somebody_else_wrote_is_a_conflict() {
    let house = House::open("conflict");
    let path = "/api/v1/questions/denormalize/answers";
    assert_eq!(house.post(path, object!({"text": "We read one table.", "after": 0})).status, 201);
    let late = house.post(path, object!({"text": "We read two tables.", "after": 0}));
    assert_eq!((late.status, json(&late)["type"].as_str()), (409, Some("/problems/conflict")));
}

#[test]
fn an_example_is_created_once_for_each_key() {
    let house = House::open("once");
    let text = |title: &str| {
        let part = "";
        object!({"example": {"title": title, "system": part, "problem": part, "options": part, "decision": part, "gave_up": part,
            "sequence": part, "risk_control": part, "result": part, "own_part": part, "numbers": []}})
    };
    let with_key = |key| house.ask("POST", "/api/v1/examples", &[("idempotency-key", key)], Some(text("The queue")));
    let (first, again, other) = (json(&with_key("k1")), json(&with_key("k1")), json(&with_key("k2")));
    assert_eq!(
        (first["id"].as_str(), again["id"].as_str(), other["id"].as_str()),
        (Some("e1"), Some("e1"), Some("e2"))
    );
    let lab = object!({"example": {"numbers": [{"value": "99 %", "source": "lab", "detail": ""}]}});
    assert_eq!(house.post("/api/v1/examples", lab).status, 422);
}

#[test]
fn what_comes_from_another_site_is_refused() {
    let house = House::open("foreign");
    let with = |name, value| house.ask("GET", "/api/v1/kit", &[(name, value)], None);
    assert_eq!(with("host", "rebound.example:80").status, 403);
    assert_eq!(with("origin", "http://evil.example").status, 403);
    assert_eq!(with("origin", "null").status, 403);
    assert_eq!(with("sec-fetch-site", "cross-site").status, 403);
    assert_eq!(with("sec-fetch-site", "same-origin").status, 200);
    let fine = house.get("/api/v1/kit");
    assert!(fine.head.contains("content-security-policy: default-src 'self'"), "{}", fine.head);
    assert!(!fine.head.contains("access-control-allow-origin"), "{}", fine.head);
}

#[test]
fn bad_requests_say_what_is_wrong() {
    let house = House::open("bad");
    let cases: [(&str, &str, Option<Value>, u16); 12] = [
        ("GET", "/api/v1/questions/no-such", None, 404),
        ("GET", "/api/v1/questions?limit=0", None, 400),
        ("GET", "/api/v1/questions?cursor=x", None, 400),
        ("GET", "/api/v1/runs/x/events", None, 400),
        ("GET", "/api/v1/runs/77/events", None, 404),
        ("GET", "/api/v1/nothing", None, 404),
        ("DELETE", "/api/v1/kit", None, 405),
        ("POST", "/api/v1/assessments", None, 415),
        ("POST", "/api/v1/assessments", Some(object!({"question": 1})), 422),
        ("PUT", "/api/v1/kit/slots/9", Some(object!({"holds": "a1"})), 404),
        ("PUT", "/api/v1/settings", Some(object!({"interview": "2026-02-30", "after": 0})), 422),
        ("POST", "/api/v1/runs", Some(object!({"text": "brownout: 1"})), 422),
    ];
    for (method, path, body, status) in cases {
        let answer = house.ask(method, path, &[], body);
        let told = json(&answer);
        assert_eq!(
            (answer.status, answer.kind.as_str()),
            (status, "application/problem+json"),
            "{method} {path}: {told}"
        );
        assert!(told["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{method} {path}: {told}");
    }
    let much = house.post("/api/v1/assessments", object!({"question": "denormalize", "text": "a".repeat(3 << 20)}));
    assert_eq!(much.status, 413);
}

#[test]
fn a_scenario_runs_while_it_is_watched_and_ends_as_the_terminal_has_it() {
    let house = House::open("run");
    let scenario = json(&house.get("/api/v1/scenarios/retry-storm"));
    let asked =
        json(&house.post("/api/v1/runs", object!({"text": scenario["text"], "seed": 7, "sets": ["duration=60s"]})));
    let events = house.get(&format!("/api/v1/runs/{}/events", asked["id"]));
    assert_eq!((events.status, events.kind.as_str()), (200, "text/event-stream"));
    let done = events.body.split("event: done\ndata: ").nth(1).expect("it ends");
    let report: Value = serde_json::from_str(done.lines().next().expect("a line")).expect("a report");
    assert_eq!((report["seed"].clone(), report["simulated_s"].clone()), (object!(7), object!(60.0)));
    let offered = report["endpoints"]["gateway.checkout"]["offered"].as_u64().expect("a count");
    assert!((15_000..20_000).contains(&offered), "350/s for 50 s: {offered}");
    // It was for one listener.
    assert_eq!(house.get(&format!("/api/v1/runs/{}/events", asked["id"])).status, 404);
}

#[test]
fn a_run_that_nobody_watches_any_more_ends() {
    let house = House::open("left");
    let endless = "{brownout: 1, name: n, duration: 100h, workload: {w: {call: a.b, rate: 2k/s}}, \
        services: {a: {endpoints: {b: [{work: 1ms}]}}}}";
    for _ in 0..3 {
        let asked = json(&house.post("/api/v1/runs", object!({"text": endless})));
        house.leave(&format!("/api/v1/runs/{}/events", asked["id"]));
    }
    // The places of those that were left are free again.
    let scenario = json(&house.get("/api/v1/scenarios/hockey-stick"));
    let asked = json(&house.post("/api/v1/runs", object!({"text": scenario["text"], "sets": ["duration=40s"]})));
    assert!(house.get(&format!("/api/v1/runs/{}/events", asked["id"])).body.contains("event: done"));
}

#[test]
fn diagnostics_stand_at_their_place() {
    let house = House::open("check");
    let text = "brownout: 1\nname: n\nduration: 10 parsecs\n";
    let checked = json(&house.post("/api/v1/scenarios/check", object!({"text": text})));
    let of_duration = checked["problems"].as_array().expect("problems").iter().find(|problem| problem["line"] == 3);
    let problem = of_duration.expect("one on line 3");
    let (start, end) = (problem["start"].as_u64().expect("a byte"), problem["end"].as_u64().expect("a byte"));
    assert_eq!(text[start as usize..end as usize].trim(), "parsecs");
    assert!(checked["scenario"].is_null());
}

#[test]
fn every_scenario_that_comes_along_can_be_shown() {
    let house = House::open("library");
    let listed = json(&house.get("/api/v1/scenarios"));
    let items = listed["items"].as_array().expect("a list");
    let names = app::library::names();
    assert_eq!(items.iter().map(|item| item["id"].as_str().unwrap_or_default()).collect::<Vec<_>>(), names);
    for name in names {
        let text = json(&house.get(&format!("/api/v1/scenarios/{name}")))["text"].clone();
        let checked = json(&house.post("/api/v1/scenarios/check", object!({"text": text})));
        assert!(checked["scenario"]["topology"]["services"].as_array().is_some_and(|list| !list.is_empty()), "{name}");
    }
}

#[test]
fn the_document_and_the_web_apps_copy_of_it_are_the_same() {
    let kept =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json")).expect("it is there");
    assert_eq!(kept, server::openapi(), "`make api` writes it and the types anew");
}

#[test]
fn pages_are_walked_by_their_cursor() {
    let house = House::open("pages");
    let mut seen = 0;
    let mut path = "/api/v1/questions?limit=20".to_owned();
    loop {
        let page = json(&house.get(&path));
        seen += page["items"].as_array().expect("items").len();
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/questions?limit=20&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, app::list_questions().len());
}
