//! One proportion, and two compared.

use crate::comparison::{CONTROL, TREATMENT};
use crate::distributions::normal_two_sided;
use crate::inputs::{exact, whole_up};
use crate::{Comparison, Confidence, Estimate, NotEstimable, Proportion};

/// Fewest expected successes and failures per group for the pooled z test (Cochran 1954).
const EXPECTED_MIN: u64 = 5;

/// A share with Wilson's score interval, the default for one proportion.
///
/// Fractions in, fractions out. Chosen because its coverage is close to nominal from a handful of people on and it
/// never leaves 0..1; [`NotEstimable::Empty`] for nobody. Wilson (1927), *Probable inference*; method 3 in Newcombe
/// (1998), *Two-sided confidence intervals for the single proportion*.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, wilson};
///
/// let share = wilson(Proportion::new(7, 20)?, Confidence::P95)?;
/// assert!((share.low - 0.1812).abs() < 1e-4 && (share.high - 0.5671).abs() < 1e-4);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn wilson(share: Proportion, confidence: Confidence) -> Result<Estimate, NotEstimable> {
    wilson_of(share, "the group", confidence)
}

/// A share with the adjusted Wald (Agresti–Coull) interval, customary for task success in usability tests.
///
/// A little wider than [`wilson`] and centred alike; clipped to 0..1. Agresti and Coull (1998), *Approximate is
/// better than "exact" for interval estimation of binomial proportions*, with z² pseudo-observations; recommended
/// for small usability samples by Sauro and Lewis (2005). [`NotEstimable::Empty`] for nobody.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, adjusted_wald};
///
/// let success = adjusted_wald(Proportion::new(7, 20)?, Confidence::P95)?;
/// assert!((success.low - 0.1799).abs() < 1e-4 && (success.high - 0.5684).abs() < 1e-4);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn adjusted_wald(share: Proportion, confidence: Confidence) -> Result<Estimate, NotEstimable> {
    let (successes, n, value) = share.parts("the group")?;
    let z = confidence.z();
    let n_adjusted = n + z * z;
    let centre = (successes + z * z / 2.0) / n_adjusted;
    let half = z * (centre * (1.0 - centre) / n_adjusted).sqrt();
    Estimate::new(value, (centre - half).max(0.0), (centre + half).min(1.0), confidence)
}

/// Compares the share of a treatment with that of a control: the one call for a yes/no metric.
///
/// * `absolute`: [`difference_newcombe`], because it holds its coverage in small groups and near 0 % and 100 %, where the
///   textbook interval ([`difference_wald`]) does not; in large groups both agree.
/// * `relative`: [`relative_lift`].
/// * `p_value`: the pooled z test, whose square is the chi-square test of the 2 × 2 table without correction
///   (Fleiss, Levin and Paik 2003, *Statistical methods for rates and proportions*, chapter 3, without continuity
///   correction). [`NotEstimable::TooFew`] when fewer than 5 successes or failures are expected in a group,
///   [`NotEstimable::ZeroVariance`] when all or none succeeded.
///
/// Interval and p-value come from different approximations: within a hair of the limit one may speak and the other
/// not.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, compare_proportions};
///
/// let c = compare_proportions(Proportion::new(48, 80)?, Proportion::new(56, 70)?, Confidence::P95);
/// let (absolute, relative) = (c.absolute?, c.relative?);
/// assert!((absolute.value - 0.2).abs() < 1e-12 && (relative.value - 1.0 / 3.0).abs() < 1e-12);
/// assert!(!absolute.contains(0.0) && !relative.contains(0.0) && c.p_value? < 0.01);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn compare_proportions(control: Proportion, treatment: Proportion, confidence: Confidence) -> Comparison {
    Comparison {
        absolute: difference_newcombe(control, treatment, confidence),
        relative: relative_lift(control, treatment, confidence),
        p_value: pooled_z_test(control, treatment),
    }
}

/// Treatment minus control with Newcombe's interval built from the two Wilson intervals.
///
/// Newcombe (1998), *Interval estimation for the difference between independent proportions*, method 10. A fraction:
/// 0.02 is two percentage points. [`NotEstimable::Empty`] names the group without people.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, difference_newcombe};
///
/// // Example (a) of the paper: 56/70 against 48/80 gives 0.0524 to 0.3339.
/// let d = difference_newcombe(Proportion::new(48, 80)?, Proportion::new(56, 70)?, Confidence::P95)?;
/// assert!((d.low - 0.0524).abs() < 5e-5 && (d.high - 0.3339).abs() < 5e-5);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn difference_newcombe(
    control: Proportion,
    treatment: Proportion,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let c = wilson_of(control, CONTROL, confidence)?;
    let t = wilson_of(treatment, TREATMENT, confidence)?;
    let value = t.value - c.value;
    let low = value - (t.value - t.low).hypot(c.high - c.value);
    let high = value + (t.high - t.value).hypot(c.value - c.low);
    Estimate::new(value, low, high, confidence)
}

/// Treatment minus control with the textbook interval from the unpooled standard error.
///
/// For agreement with other tools; [`difference_newcombe`] is the better default. Newcombe (1998), method 1. Besides
/// [`NotEstimable::Empty`] it says [`NotEstimable::ZeroVariance`] when each group wholly succeeded or wholly failed,
/// where the formula would claim perfect certainty.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, difference_wald};
///
/// let d = difference_wald(Proportion::new(48, 80)?, Proportion::new(56, 70)?, Confidence::P95)?;
/// assert!((d.low - 0.0575).abs() < 5e-5 && (d.high - 0.3425).abs() < 5e-5);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn difference_wald(
    control: Proportion,
    treatment: Proportion,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let (_, n_c, p_c) = control.parts(CONTROL)?;
    let (_, n_t, p_t) = treatment.parts(TREATMENT)?;
    let variance = p_c * (1.0 - p_c) / n_c + p_t * (1.0 - p_t) / n_t;
    if variance <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let (value, half) = (p_t - p_c, confidence.z() * variance.sqrt());
    Estimate::new(value, value - half, value + half, confidence)
}

/// Relative lift, treatment ÷ control − 1, with the delta-method interval on the log scale.
///
/// The log scale keeps the interval above −100 % and makes "twice" and "half" equally far from "the same". Katz,
/// Baptista, Azen and Pike (1978), *Obtaining confidence intervals for the risk ratio in cohort studies*, method C.
/// A fraction of the control: 0.1 is +10 %.
///
/// [`NotEstimable::DenominatorUnsure`] when nobody in the control succeeded, [`NotEstimable::NoSuccesses`] when nobody
/// in the treatment did, [`NotEstimable::ZeroVariance`] when everybody did in both.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, relative_lift};
///
/// let lift = relative_lift(Proportion::new(48, 80)?, Proportion::new(56, 70)?, Confidence::P95)?;
/// assert!((lift.low - 0.0766).abs() < 5e-5 && (lift.high - 0.6512).abs() < 5e-5);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn relative_lift(
    control: Proportion,
    treatment: Proportion,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let (x_c, n_c, p_c) = control.parts(CONTROL)?;
    let (x_t, n_t, p_t) = treatment.parts(TREATMENT)?;
    if control.successes() == 0 {
        return Err(NotEstimable::DenominatorUnsure { what: "The rate of the control group" });
    }
    if treatment.successes() == 0 {
        return Err(NotEstimable::NoSuccesses);
    }
    // (1 − p)/x is 1/x − 1/n of the paper without its cancellation.
    let variance = (1.0 - p_c) / x_c + (1.0 - p_t) / x_t;
    if variance <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let ratio = (x_t * n_c) / (x_c * n_t);
    let factor = (confidence.z() * variance.sqrt()).exp();
    Estimate::new(ratio, ratio / factor, ratio * factor, confidence)?.rescaled(1.0, -1.0)
}

fn pooled_z_test(control: Proportion, treatment: Proportion) -> Result<f64, NotEstimable> {
    let (x_c, n_c, p_c) = control.parts(CONTROL)?;
    let (x_t, n_t, p_t) = treatment.parts(TREATMENT)?;
    let n = n_c + n_t;
    let pooled = (x_c + x_t) / n;
    let rarer = (x_c + x_t).min(n - x_c - x_t);
    if rarer <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let expected = rarer * n_c.min(n_t) / n;
    if expected < exact(EXPECTED_MIN) {
        return Err(NotEstimable::TooFew {
            what: "the number of successes or failures to expect in the smaller group by chance alone",
            found: whole_up("The expected count", expected.floor())?,
            needed: EXPECTED_MIN,
        });
    }
    let standard_error = (pooled * (1.0 - pooled) * (1.0 / n_c + 1.0 / n_t)).sqrt();
    Ok(normal_two_sided((p_t - p_c) / standard_error))
}

fn wilson_of(
    share: Proportion,
    group: &'static str,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let (_, n, p) = share.parts(group)?;
    let z_squared = confidence.z() * confidence.z();
    let denominator = 1.0 + z_squared / n;
    let centre = (p + z_squared / (2.0 * n)) / denominator;
    let half = (z_squared * (p * (1.0 - p) / n + z_squared / (4.0 * n * n))).sqrt() / denominator;
    // At the edges the formula gives exactly 0 and 1 but for rounding, and later steps divide by the distance to
    // them.
    let low = if share.successes() == 0 { 0.0 } else { centre - half };
    let high = if share.successes() == share.n() { 1.0 } else { centre + half };
    Estimate::new(p, low.max(0.0), high.min(1.0), confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(successes: u64, n: u64) -> Proportion {
        Proportion::new(successes, n).unwrap()
    }

    fn check(found: Result<Estimate, NotEstimable>, value: f64, low: f64, high: f64) {
        let found = found.unwrap();
        for (found, expected) in [(found.value, value), (found.low, low), (found.high, high)] {
            assert!((found - expected).abs() < 1e-9, "found {found}, expected {expected}");
        }
    }

    /// statsmodels 0.15.0: `proportion_confint(method="wilson")`.
    #[test]
    fn wilson_matches_statsmodels() {
        let wilson = |x, n| wilson(p(x, n), Confidence::P95);
        check(wilson(7, 20), 0.35, 0.181_191_824_101_082_03, 0.567_145_723_314_763_8);
        check(wilson(0, 10), 0.0, 0.0, 0.277_532_799_862_889_26);
        check(wilson(10, 10), 1.0, 0.722_467_200_137_110_6, 1.0);
        check(wilson(263, 430), 263.0 / 430.0, 0.564_767_137_886_526_5, 0.656_511_852_500_991_2);
    }

    /// statsmodels 0.15.0: `proportion_confint(method="agresti_coull")`.
    #[test]
    fn adjusted_wald_matches_statsmodels() {
        let interval = |x, n| adjusted_wald(p(x, n), Confidence::P95);
        check(interval(7, 20), 0.35, 0.179_926_361_438_228, 0.568_411_185_977_617_7);
        check(interval(0, 10), 0.0, 0.0, 0.320_887_305_750_545_8);
        check(interval(10, 10), 1.0, 0.679_112_694_249_454_3, 1.0);
    }

    /// statsmodels 0.15.0: `confint_proportions_2indep` ("newcomb", "wald", "log") and `proportions_ztest`.
    #[test]
    fn comparison_matches_statsmodels() {
        let (control, treatment) = (p(48, 80), p(56, 70));
        let c = compare_proportions(control, treatment, Confidence::P95);
        check(c.absolute, 0.2, 0.052_431_472_402_364_98, 0.333_872_654_036_906_14);
        check(c.relative, 1.0 / 3.0, 0.076_626_422_763_192_8, 0.651_248_511_266_387_3);
        assert!((c.p_value.unwrap() - 0.008_045_081_368_196_56).abs() < 1e-11);
        check(
            difference_wald(control, treatment, Confidence::P95),
            0.2,
            0.057_504_899_149_037_114,
            0.342_495_100_850_963,
        );
    }

    #[test]
    fn edges_say_why_there_is_no_number() {
        let compare = |c, t| compare_proportions(c, t, Confidence::P95);
        assert_eq!(compare(p(0, 0), p(1, 9)).absolute, Err(NotEstimable::Empty { group: CONTROL }));
        assert_eq!(compare(p(1, 9), p(0, 0)).p_value, Err(NotEstimable::Empty { group: TREATMENT }));
        let none = compare(p(0, 50), p(0, 50));
        assert!(none.absolute.is_ok_and(|d| d.contains(0.0) && d.half_width() > 0.05));
        assert_eq!(none.p_value, Err(NotEstimable::ZeroVariance));
        assert!(matches!(none.relative, Err(NotEstimable::DenominatorUnsure { .. })));
        assert_eq!(compare(p(20, 50), p(0, 50)).relative, Err(NotEstimable::NoSuccesses));
        assert_eq!(compare(p(9, 9), p(9, 9)).relative, Err(NotEstimable::ZeroVariance));
        assert_eq!(difference_wald(p(0, 9), p(9, 9), Confidence::P95), Err(NotEstimable::ZeroVariance));
        assert!(matches!(
            compare(p(2, 100), p(3, 100)).p_value,
            Err(NotEstimable::TooFew { found: 2, needed: 5, .. })
        ));
    }
}
