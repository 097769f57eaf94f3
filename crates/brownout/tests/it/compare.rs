//! `brownout compare`.

use crate::{Place, check_drawn};

#[test]
fn variants_stand_side_by_side_and_say_what_differs() {
    let place = Place::new("compare");
    let text = place.ok(&["compare", "shop.yaml", "--replications", "4"]);
    for words in [
        "A shop: 3 variants beside the base",
        "seeds 1 to 4",
        "lab evidence",
        "bigger against the base, seed by seed",
        "  services.shop.cores: 4",
        "  utilization(shop): ",
        "percentage points lower (",
        "no difference shown, every seed gave the same: ",
    ] {
        assert!(text.contains(words), "{words:?} is missing in\n{text}");
    }
    let wide = text.lines().map(|line| line.chars().count()).max();
    assert!(wide <= Some(100), "{wide:?} columns");
}

#[test]
fn json_has_everything_and_does_not_depend_on_threads() {
    let place = Place::new("compare-json");
    let args = ["compare", "shop.yaml", "--variant", "same", "--variant", "bigger", "--replications", "3", "--json"];
    let threads = |n: &'static str| place.ok(&[&args[..], &["--threads", n]].concat());
    assert_eq!(threads("1"), threads("5"));
    let found = place.json(&args);
    assert_eq!((&found["kind"], &found["seeds"]), (&"lab".into(), &serde_json::json!([1, 2, 3])));
    let names: Vec<_> = found["arms"].as_array().expect("arms").iter().map(|arm| arm["variant"].clone()).collect();
    assert_eq!(names, [serde_json::Value::Null, "same".into(), "bigger".into()]);
    let same = &found["arms"][1]["differences"]["shop.buy.p99_ms"];
    assert_eq!((&same["mean"], &same["low"], &same["shown"]), (&0.0.into(), &0.0.into(), &false.into()));
    let bigger = &found["arms"][2]["differences"]["shop.utilization"];
    assert_eq!(bigger["shown"], true);
    assert_eq!(found["arms"][2]["measures"]["shop.buy.goodput"]["values"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_picture_has_a_panel_per_measure_and_the_front() {
    let place = Place::new("compare-plot");
    let pareto = "p99(shop.buy),shop.utilization";
    let args = ["compare", "shop.yaml", "--replications", "3", "--plot", "a.svg", "--pareto", pareto];
    let text = place.ok(&[&args[..], &["--measure", "p90(shop.buy)", "--measure", "duplicated(charge)"]].concat());
    assert!(text.contains("p99(shop.buy) and utilization(shop): beaten in both by no other"), "{text}");
    let words =
        ["p90(shop.buy) (less is better", "duplicated(charge)", "bigger", "beaten in both by no other", "<desc>"];
    check_drawn(&place.read("a.svg"), &words);
    place.ok(&["compare", "shop.yaml", "--replications", "2", "--plot", "a.png"]);
    assert!(std::fs::read(place.path("a.png")).expect("a picture").starts_with(b"\x89PNG"));
}

#[test]
fn wrong_input_is_told_what_would_be_right() {
    let place = Place::new("compare-wrong");
    let no_variants = crate::SHOP.split("variants:").next().expect("a first part");
    place.write("alone.yaml", no_variants);
    let check = |args: &[&str], words: &[&str]| place.refuses(&[&["compare"], args].concat(), words);
    check(&["alone.yaml"], &["has no variants", "hint: add `variants:`"]);
    check(&["shop.yaml", "--variant", "biger"], &["no variant called biger", "hint: there is same, bigger, slower"]);
    check(&["shop.yaml", "--pareto", "p99(shop.buy)"], &["does not name two measures", "with a comma"]);
    check(&["shop.yaml", "--pareto", "p99(shop.bye),goodput(shop.buy)"], &["no measure called p99(shop.bye)"]);
    check(&["shop.yaml", "--plot", "a.gif"], &["neither in .svg nor in .png"]);
    check(&["shop.yaml", "--set", "services.shop.wrokers=1"], &["--set:1:", "did you mean `workers`?"]);
    check(&["shop.yaml", "--replications", "1"], &["1 is not in 2..=10000"]);
    check(&["none.yaml"], &["cannot read none.yaml"]);
}
