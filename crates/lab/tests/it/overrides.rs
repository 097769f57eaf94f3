//! Overrides and variants.

use crate::drawing::draw;
use crate::{reading_with, sample, scenario};
use sim::Span;
use sim::model::{Budget, Step};

#[test]
fn an_override_replaces_adds_and_takes_away() {
    let source = sample("checkout.yaml");
    let changed = scenario(
        &source,
        &[
            "services.gateway.workers=128",
            "services.gateway.endpoints.checkout[1].timeout=1s",
            "services.gateway.endpoints.checkout[2].parallel[0].timeout=300ms",
            "services.gateway.endpoints.checkout[2].parallel[0].retry.attempts=2",
            "services.inventory.cores=null",
            "services.inventory.pools.ads=null",
            "network.pairs.gateway -> ads.latency=3ms",
            "services.\"pricing\".endpoints.quote=[{wait: 1ms}, {wait: 2ms}]",
            "services.pricing.endpoints.quote[0]=null",
            "workload.night={call: gateway.checkout, rate: 1/s}",
        ],
    );
    let [gateway, inventory, pricing, _] = &changed.model.services[..] else { panic!("four services") };
    assert_eq!((gateway.workers, inventory.cores), (Some(128), None));
    let Step::Call(reserve) = &gateway.endpoints[0].steps[1] else { panic!("a call") };
    assert_eq!(reserve.timeout, Some(Span::secs(1)));
    let Step::Parallel(branches) = &gateway.endpoints[0].steps[2] else { panic!("branches") };
    let [Step::Call(quote), Step::Call(ads)] = &branches[..] else { panic!("two calls") };
    assert_eq!((quote.timeout, quote.retry.as_ref().map(|retry| retry.attempts)), (Some(Span::millis(300)), Some(2)));
    assert_eq!(ads.network.latency, sim::model::Dist::Constant(Span::millis(3)));
    assert_eq!(pricing.endpoints[0].steps.len(), 1);
    assert_eq!(changed.model.tenants.len(), 2);
}

#[test]
fn variants_change_what_overrides_have_made() {
    let source = sample("checkout.yaml");
    let base =
        scenario(&source, &["services.gateway.endpoints.checkout[1].retry.budget=20%", "services.gateway.workers=7"]);
    let budget = |scenario: &lab::scenario::Scenario| match &scenario.model.services[0].endpoints[0].steps[1] {
        Step::Call(call) => call.retry.as_ref().and_then(|retry| retry.budget),
        _ => None,
    };
    let variant = base.variant("budget").unwrap();
    assert_eq!(
        (budget(&base), budget(variant), variant.model.services[0].workers),
        (Some(Budget::Share(0.2)), Some(Budget::Share(0.1)), Some(7))
    );
    let base = scenario(&source, &[]);
    assert_eq!((budget(&base), budget(base.variant("budget").unwrap())), (None, Some(Budget::Share(0.1))));
    assert!(base.variant("none").is_none());
    let variant = &base.variants[0];
    assert_eq!(variant.set, [("services.gateway.endpoints.checkout[1].retry.budget".to_owned(), "10%".to_owned())]);
    assert_eq!(variant.about.as_deref(), Some("Retries may add a tenth to the load, and no more."));
}

#[test]
fn a_problem_of_an_override_lies_in_the_override() {
    let source = sample("checkout.yaml");
    let mut drawn = String::new();
    for set in [
        "services.gateway.workers=many",
        "services.gateway.workers=",
        "services.gateway.wrokers=64",
        "services.gatway.workers=64",
        "services.gateway.endpoints.checkout[7].timeout=1s",
        "services.gateway.endpoints.checkout.timeout=1s",
        "services.gateway.endpoints.checkout[1].retry.budget=ten",
        "services.gateway.endpoints.checkout[0].work=exp(-1ms)",
        "services.gateway[0]=1",
        "services.gateway.workers.of=1",
        "services.gateway.workers",
        "services..workers=1",
        "services.gateway.endpoints.checkout[x]=1",
        "services.\"gateway.workers=1",
        "services.gateway.queue={limit: 1",
        "variants.budget.about=x",
        "duration=10s",
        "=1",
        "services.größe.workers=ü",
    ] {
        drawn += &format!("\n{set}\n{}", draw(&source, &[set], &reading_with(&source, &[set]).problems));
    }
    crate::snapshot!(drawn);
}

#[test]
fn a_problem_of_a_variant_lies_in_the_variant() {
    let base = sample("checkout.yaml").split("variants:").next().unwrap().to_owned();
    let source = base
        + "variants:
  typo:
    set: {services.gateway.wrokers: 3}
  elsewhere:
    set:
      duration: 20s
  nowhere:
    set: {\"services.gateway.endpoints.checkout[9].timeout\": 1s}
  value:
    set: {\"services.gateway.endpoints.checkout[1].timeout\": 1}
  empty: {}
  fine:
    about: |
      In some
      lines.
    set: {warmup: 1s}
  not a name:
    sets: {}
";
    crate::snapshot!(draw(&source, &[], &reading_with(&source, &[]).problems));
}
