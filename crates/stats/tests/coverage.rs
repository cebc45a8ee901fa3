//! Intervals must contain the truth as often as they claim. Seeded, so the outcome never changes.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use heedful_stats::{
    Confidence, Estimate, NotEstimable, NpsCounts, Proportion, Sample, Window, compare_means,
    compare_proportions, compare_rates, nps,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const REPETITIONS: u32 = 3_000;

/// Runs a study many times and checks how often its 95 % interval holds `truth`: within three and a half Monte-Carlo
/// standard errors of 95 %, and half a point more for the approximation itself, which counts are too coarse to meet
/// exactly.
fn check_coverage(
    what: &str,
    truth: f64,
    mut study: impl FnMut(&mut StdRng) -> Result<Estimate, NotEstimable>,
) {
    let mut rng = StdRng::seed_from_u64(20_240_229);
    let mut held = 0;
    for _ in 0..REPETITIONS {
        if study(&mut rng).unwrap().contains(truth) {
            held += 1;
        }
    }
    let coverage = f64::from(held) / f64::from(REPETITIONS);
    let allowed = 3.5 * (0.95 * 0.05 / f64::from(REPETITIONS)).sqrt() + 0.005;
    assert!((coverage - 0.95).abs() < allowed, "{what}: held the truth in {coverage} of the studies");
}

fn binomial(rng: &mut StdRng, n: u64, p: f64) -> Proportion {
    let mut group = Proportion::default();
    for _ in 0..n {
        group.push(rng.random_bool(p)).unwrap();
    }
    group
}

/// Skewed like spending: exponential with the given mean.
fn exponential(rng: &mut StdRng, n: u32, mean: f64) -> Sample {
    Sample::from_values((0..n).map(|_| -mean * (1.0 - rng.random::<f64>()).ln())).unwrap()
}

/// Events of a Poisson process at `rate` a day: the number of exponential gaps that fit into `days`.
fn poisson(rng: &mut StdRng, rate: f64, days: f64) -> Window {
    let mut count = 0;
    let mut time = -(1.0 - rng.random::<f64>()).ln() / rate;
    while time < days {
        count += 1;
        time -= (1.0 - rng.random::<f64>()).ln() / rate;
    }
    Window { count, days }
}

#[test]
fn differences_of_proportions() {
    check_coverage("Newcombe", 0.05, |rng| {
        let (control, treatment) = (binomial(rng, 80, 0.10), binomial(rng, 60, 0.15));
        compare_proportions(control, treatment, Confidence::P95).absolute
    });
}

#[test]
fn relative_lifts_of_proportions() {
    check_coverage("log delta", 0.5, |rng| {
        let (control, treatment) = (binomial(rng, 120, 0.2), binomial(rng, 120, 0.3));
        compare_proportions(control, treatment, Confidence::P95).relative
    });
}

#[test]
fn differences_and_ratios_of_means() {
    check_coverage("Welch", 2.0, |rng| {
        compare_means(exponential(rng, 80, 8.0), exponential(rng, 100, 10.0), Confidence::P95).absolute
    });
    check_coverage("Fieller", 0.25, |rng| {
        compare_means(exponential(rng, 80, 8.0), exponential(rng, 100, 10.0), Confidence::P95).relative
    });
}

#[test]
fn ratios_of_rates() {
    check_coverage("conditional score", 1.5, |rng| {
        compare_rates(poisson(rng, 2.0, 14.0), poisson(rng, 3.0, 7.0), Confidence::P95)?.ratio
    });
}

#[test]
fn net_promoter_scores() {
    check_coverage("adjusted Wald", 20.0, |rng| {
        let mut answers = NpsCounts::default();
        for _ in 0..50 {
            match rng.random::<f64>() {
                u if u < 0.45 => answers.promoters += 1,
                u if u < 0.75 => answers.passives += 1,
                _ => answers.detractors += 1,
            }
        }
        nps(answers, Confidence::P95)
    });
}
