//! Results of real experiments against values computed with scipy. Skipped, saying so, where the data are absent.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails should stop"
)]

use std::path::Path;

use heedful_stats::{
    Comparison, Confidence, Proportion, SAMPLE_RATIO_ALPHA, Sample, compare_means, compare_proportions,
    difference_wald, sample_ratio,
};
use serde_json::Value;

fn reference() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reference_results.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).expect("the reference values are JSON")),
        Err(error) => {
            println!("skipped: no reference values at {}: {error}", path.display());
            None
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a count: {value}"))
}

fn check_relative(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "{what}: found {found}, expected {expected}");
}

fn check_proportions(case: &Value) {
    let arm = |x: &str, n: &str| Proportion::new(whole(&case[x]), whole(&case[n])).unwrap();
    let (control, treatment) = (arm("x1", "n1"), arm("x2", "n2"));
    let found = compare_proportions(control, treatment, Confidence::P95);
    let absolute = found.absolute.unwrap();
    let relative = found.relative.unwrap();
    check_relative("difference", absolute.value, number(&case["diff"]), 1e-9);
    check_relative("relative lift", relative.value, number(&case["rel_lift"]), 1e-9);
    check_relative("p", found.p_value.unwrap(), number(&case["p_two_sided"]), 1e-8);

    let wald = difference_wald(control, treatment, Confidence::P95).unwrap();
    check_relative("low", wald.low, number(&case["ci95_unpooled"][0]), 1e-9);
    check_relative("high", wald.high, number(&case["ci95_unpooled"][1]), 1e-9);
    // With thousands of people the default interval and the textbook one agree to a fiftieth of their width.
    assert!((absolute.low - wald.low).abs() < wald.half_width() / 25.0, "{absolute:?} {wald:?}");
    assert!((absolute.high - wald.high).abs() < wald.half_width() / 25.0, "{absolute:?} {wald:?}");
}

fn sample(n: &Value, mean: &Value, sd: &Value) -> Sample {
    Sample::from_moments(whole(n), number(mean), number(sd).powi(2)).unwrap()
}

/// The reference gives Welch's t and p of (first − second) or of (second − first); both have the same p.
fn check_welch(found: &Comparison, t_and_p: &Value) {
    check_relative("p", found.p_value.unwrap(), number(&t_and_p[1]), 1e-7);
    let absolute = found.absolute.unwrap();
    let t = 1.96 * absolute.value / absolute.half_width();
    assert!((t.abs() - number(&t_and_p[0]).abs()).abs() < 0.15, "t about {t}, expected {t_and_p}");
}

#[test]
fn cookie_cats() {
    let Some(reference) = reference() else { return };
    let game = &reference["cookie_cats"];
    check_proportions(&game["retention_1"]);
    check_proportions(&game["retention_7"]);

    let split = &game["srm_50_50"];
    let counts = [whole(&split["n"][0]), whole(&split["n"][1])];
    let check = sample_ratio(&counts, &[1.0, 1.0], 0.01).unwrap();
    check_relative("chi-square", check.statistic, number(&split["chi2"]), 1e-9);
    check_relative("p", check.p_value, number(&split["p"]), 1e-9);
    assert!(check.alarm);

    let rounds = &game["sum_gamerounds"];
    let arm = |i: usize| sample(&split["n"][i], &rounds["mean"][i], &rounds["sd"][i]);
    check_welch(&compare_means(arm(0), arm(1), Confidence::P95), &rounds["welch"]);
}

#[test]
fn hillstrom() {
    let Some(reference) = reference() else { return };
    let mailing = &reference["hillstrom"];
    let n = &mailing["segments"];
    for arm in ["Mens E-Mail", "Womens E-Mail"] {
        let case = &mailing[arm];
        check_proportions(&case["visit"]);
        check_proportions(&case["conversion"]);
        let spend = &case["spend"];
        let control = sample(&n["No E-Mail"], &spend["mean"][0], &spend["sd"][0]);
        let treatment = sample(&n[arm], &spend["mean"][1], &spend["sd"][1]);
        let found = compare_means(control, treatment, Confidence::P95);
        check_welch(&found, &spend["welch_t_p"]);
        let relative = found.relative.unwrap();
        check_relative(
            "lift",
            relative.value,
            number(&spend["mean"][1]) / number(&spend["mean"][0]) - 1.0,
            1e-9,
        );
    }
    let split = &mailing["srm"];
    let counts: Vec<u64> = split["n"].as_array().unwrap().iter().map(whole).collect();
    let check = sample_ratio(&counts, &[1.0, 1.0, 1.0], SAMPLE_RATIO_ALPHA).unwrap();
    check_relative("chi-square", check.statistic, number(&split["chi2"]), 1e-9);
    check_relative("p", check.p_value, number(&split["p"]), 1e-9);
    assert!(!check.alarm);
}

#[test]
fn fast_food() {
    let Some(reference) = reference() else { return };
    let campaign = &reference["fast_food"];
    let arm = |i: usize| sample(&campaign["n"][i], &campaign["mean"][i], &campaign["sd"][i]);
    check_welch(&compare_means(arm(0), arm(1), Confidence::P95), &campaign["welch_1v2"]);
    check_welch(&compare_means(arm(0), arm(2), Confidence::P95), &campaign["welch_1v3"]);
    check_welch(&compare_means(arm(1), arm(2), Confidence::P95), &campaign["welch_2v3"]);
}
