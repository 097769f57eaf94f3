//! `brownout run`: what is shown beside the numbers that every run has.

use crate::Place;

#[test]
fn a_priced_run_says_what_it_costs() {
    let place = Place::new("run-cost");
    let priced = "cost={currency: EUR, replica_hour: {default: 90}, call: {shop.buy: 0.5}}";
    let text = place.ok(&["run", "shop.yaml", "--set", priced]);
    // Four measured seconds are a 900th of an hour, a tenth of a euro at this price.
    for words in ["shop, replica hours", "shop.buy, attempts", " EUR in all, ", " EUR per million good requests"] {
        assert!(text.contains(words), "{words:?} is missing in\n{text}");
    }
    let cost = &place.json(&["run", "shop.yaml", "--json", "--set", priced])["cost"];
    let hours = cost["replica_hours"]["shop"]["cost"].as_f64().expect("a cost");
    assert!((hours - 0.1).abs() < 1e-12, "{hours}");
    assert!(!place.ok(&["run", "shop.yaml"]).contains("EUR"));
}
