//! What must hold for every input.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use heedful_stats::{
    Comparison, Confidence, Design, Effect, Estimate, MeanBaseline, NpsCounts, Proportion, Sample,
    TrendDirection, Window, adjusted_wald, compare_means, compare_proportions, compare_rates,
    difference_wald, minimum_effect_means, minimum_effect_proportions, nps, power_means, power_proportions,
    quantile, sample_ratio, sample_size_means, sample_size_proportions, wilson,
};
use proptest::prelude::*;

fn proportion() -> impl Strategy<Value = Proportion> {
    (0_u64..5_000).prop_flat_map(|n| (0..=n, Just(n))).prop_map(|(x, n)| Proportion::new(x, n).unwrap())
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1e6_f64..1e6, 0..40)
}

fn confidence() -> impl Strategy<Value = Confidence> {
    (0.5_f64..0.9999).prop_map(|c| Confidence::new(c).unwrap())
}

fn near(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale.max(1.0)
}

fn sound(estimate: &Estimate) -> bool {
    estimate.low.is_finite() && estimate.high.is_finite() && estimate.contains(estimate.value)
}

fn check_sound(comparison: &Comparison) {
    for estimate in [&comparison.absolute, &comparison.relative].into_iter().flatten() {
        assert!(sound(estimate), "{estimate:?}");
    }
    if let Ok(p) = comparison.p_value {
        assert!((0.0..=1.0).contains(&p), "{p}");
    }
}

proptest! {
    #[test]
    fn intervals_of_one_proportion_hold_it_and_stay_in_range(
        share in proportion(),
        confidence in confidence(),
    ) {
        for found in [wilson(share, confidence), adjusted_wald(share, confidence)] {
            match found {
                Ok(e) => prop_assert!(sound(&e) && e.low >= 0.0 && e.high <= 1.0, "{e:?}"),
                Err(reason) => prop_assert!(share.n() == 0 && reason.code() == "empty"),
            }
        }
    }

    #[test]
    fn more_confidence_is_a_wider_interval(
        share in proportion(),
        a in 0.5_f64..0.99,
        more in 0.001_f64..0.009,
    ) {
        prop_assume!(share.n() > 0);
        let narrow = wilson(share, Confidence::new(a).unwrap()).unwrap();
        let wide = wilson(share, Confidence::new(a + more).unwrap()).unwrap();
        prop_assert!(wide.low <= narrow.low && wide.high >= narrow.high);
    }

    #[test]
    fn swapping_arms_mirrors_a_comparison_of_proportions(
        a in proportion(),
        b in proportion(),
        confidence in confidence(),
    ) {
        let there = compare_proportions(a, b, confidence);
        let back = compare_proportions(b, a, confidence);
        check_sound(&there);
        if let (Ok(there), Ok(back)) = (there.absolute, back.absolute) {
            prop_assert!(near(there.low, -back.high, 1.0) && near(there.high, -back.low, 1.0));
        }
        if let (Ok(there), Ok(back)) = (there.relative, back.relative) {
            prop_assert!(((1.0 + there.low) * (1.0 + back.high) - 1.0).abs() < 1e-9);
        }
        match (there.p_value, back.p_value) {
            (Ok(there), Ok(back)) => prop_assert!(near(there, back, 1.0)),
            (there, back) => prop_assert!(there.is_err() && back.is_err()),
        }
        if let Ok(wald) = difference_wald(a, b, confidence) {
            prop_assert!(sound(&wald));
        }
    }

    #[test]
    fn swapping_arms_mirrors_a_comparison_of_means(a in values(), b in values(), confidence in confidence()) {
        let (a, b) = (Sample::from_values(a).unwrap(), Sample::from_values(b).unwrap());
        let there = compare_means(a, b, confidence);
        let back = compare_means(b, a, confidence);
        check_sound(&there);
        if let (Ok(there), Ok(back)) = (there.absolute, back.absolute) {
            prop_assert!(near(there.low, -back.high, 1e6) && near(there.high, -back.low, 1e6));
        }
        if let (Ok(absolute), Ok(p)) = (there.absolute, there.p_value) {
            let alpha = confidence.alpha();
            prop_assume!((p - alpha).abs() > 1e-6);
            prop_assert_eq!(absolute.contains(0.0), p > alpha, "interval and p-value must agree");
        }
    }

    #[test]
    fn merging_equals_measuring_together(a in values(), b in values()) {
        let mut merged = Sample::from_values(a.iter().copied()).unwrap();
        merged.merge(Sample::from_values(b.iter().copied()).unwrap()).unwrap();
        let together = Sample::from_values(a.iter().chain(&b).copied()).unwrap();
        let all: Vec<f64> = a.into_iter().chain(b).collect();
        let by_sums = Sample::from_sums(
            u64::try_from(all.len()).unwrap(),
            all.iter().sum(),
            all.iter().map(|x| x * x).sum(),
        )
        .unwrap();
        for other in [merged, by_sums] {
            prop_assert_eq!(other.n(), together.n());
            prop_assert!(near(other.mean().unwrap_or(0.0), together.mean().unwrap_or(0.0), 1e6));
            prop_assert!(near(other.variance().unwrap_or(0.0), together.variance().unwrap_or(0.0), 1e12));
        }
    }

    #[test]
    fn merging_proportions_equals_counting_together(a in proportion(), b in proportion()) {
        let mut merged = a;
        merged.merge(b).unwrap();
        prop_assert_eq!(merged, Proportion::new(a.successes() + b.successes(), a.n() + b.n()).unwrap());
    }

    #[test]
    fn any_floating_point_input_is_answered_or_refused(
        n in any::<u64>(),
        sum in any::<f64>(),
        squares in any::<f64>(),
    ) {
        let other = Sample::from_values([1.0, 2.0, 4.0]).unwrap();
        if let Ok(sample) = Sample::from_sums(n, sum, squares) {
            check_sound(&compare_means(sample, other, Confidence::P95));
            check_sound(&compare_means(other, sample, Confidence::P95));
        }
        if let Ok(sample) = Sample::from_moments(n, sum, squares) {
            check_sound(&compare_means(sample, other, Confidence::P95));
            check_sound(&compare_means(other, sample, Confidence::P95));
        }
    }

    #[test]
    fn power_rises_with_people_and_the_size_found_is_the_smallest(
        baseline in 0.01_f64..0.9, share in 0.1_f64..0.9, arms in 2_u32..6, power in 0.5_f64..0.99,
    ) {
        let design = Design::new(0.05, arms).unwrap();
        let effect = Effect::Absolute((1.0 - baseline) * share);
        let n = sample_size_proportions(baseline, effect, design, power).unwrap();
        let at = |n| power_proportions(baseline, effect, n, design).unwrap();
        prop_assert!(at(n) >= power - 1e-9 && at(n + 1) >= at(n) && at(2 * n) >= at(n + 1));
        prop_assert!(n == 2 || at(n - 1) < power);

        let smallest = minimum_effect_proportions(baseline, n, design, power).unwrap();
        prop_assert!(smallest <= (1.0 - baseline) * share + 1e-9);
        prop_assert!(power_proportions(baseline, Effect::Absolute(smallest), n, design).unwrap() >= power - 1e-6);
    }

    #[test]
    fn power_for_means_rises_with_people(
        sd in 0.1_f64..10.0,
        difference in 0.05_f64..5.0,
        power in 0.5_f64..0.99,
    ) {
        let design = Design::new(0.05, 2).unwrap();
        let baseline = MeanBaseline { mean: 3.0, sd };
        let effect = Effect::Absolute(difference);
        let n = sample_size_means(baseline, effect, design, power).unwrap();
        let at = |n| power_means(baseline, effect, n, design).unwrap();
        prop_assert!(at(n) >= power && at(n + 1) >= at(n) && at(2 * n) >= at(n + 1));
        prop_assert!(n == 2 || at(n - 1) < power);
        prop_assert!(minimum_effect_means(baseline, n, design, power).unwrap() <= difference + 1e-9);
    }

    #[test]
    fn a_trend_and_its_interval_agree(
        a in 0_u64..300,
        b in 0_u64..300,
        days in 1.0_f64..60.0,
        confidence in confidence(),
    ) {
        let (early, late) = (Window { count: a, days }, Window { count: b, days: 7.0 });
        match compare_rates(early, late, confidence) {
            Err(reason) => prop_assert_eq!((a + b < 10, reason.code()), (true, "too_few")),
            Ok(found) => {
                if let Ok(ratio) = found.ratio {
                    prop_assume!((found.p_value - confidence.alpha()).abs() > 1e-9);
                    prop_assert!(sound(&ratio));
                    prop_assert_eq!(ratio.contains(1.0), found.direction == TrendDirection::Unclear);
                }
            }
        }
    }

    #[test]
    fn nps_holds_its_score_and_stays_on_its_scale(
        promoters in 0_u64..500,
        passives in 0_u64..500,
        detractors in 0_u64..500,
    ) {
        if let Ok(score) = nps(NpsCounts { promoters, passives, detractors }, Confidence::P95) {
            prop_assert!(sound(&score) && score.low >= -100.0 && score.high <= 100.0);
            let mirrored = nps(NpsCounts { promoters: detractors, passives, detractors: promoters }, Confidence::P95);
            prop_assert!(mirrored.is_ok_and(|m| near(m.low, -score.high, 100.0)));
        }
    }

    #[test]
    fn a_split_exactly_as_planned_raises_no_alarm(unit in 1_u64..10_000, arms in 2_usize..8) {
        let counts: Vec<u64> = (1..=arms).map(|arm| unit * 5 * u64::try_from(arm).unwrap()).collect();
        let weights: Vec<f64> = (1..=arms).map(|arm| f64::from(u32::try_from(arm).unwrap())).collect();
        let found = sample_ratio(&counts, &weights, 0.001).unwrap();
        prop_assert!(!found.alarm && found.p_value > 0.999);
    }

    #[test]
    fn quantiles_rise_and_stay_within_the_values(
        values in prop::collection::vec(-1e6_f64..1e6, 1..40),
        a in 0.0_f64..1.0,
        b in 0.0_f64..1.0,
    ) {
        let (low, high) = (quantile(&values, a.min(b)).unwrap(), quantile(&values, a.max(b)).unwrap());
        prop_assert!(low <= high + 1e-6);
        prop_assert!(quantile(&values, 0.0).unwrap() <= low + 1e-6 && high <= quantile(&values, 1.0).unwrap() + 1e-6);
    }
}
