//! One mean, and two compared.

use crate::comparison::{CONTROL, TREATMENT};
use crate::distributions::{t_two_sided, t_upper};
use crate::{Comparison, Confidence, Estimate, NotEstimable, Sample};

const CONTROL_SIZE: &str = "the number of people in the control group";
const TREATMENT_SIZE: &str = "the number of people in the treatment group";

/// A mean with Student's t interval, in the metric's unit.
///
/// Student (1908), *The probable error of a mean*. [`NotEstimable::Empty`] and [`NotEstimable::TooFew`] below two
/// values, [`NotEstimable::ZeroVariance`] when all are equal.
///
/// ```
/// use heedful_stats::{Confidence, Sample, mean_estimate};
///
/// let minutes = mean_estimate(Sample::from_values([4.0, 7.0, 13.0, 16.0])?, Confidence::P95)?;
/// assert_eq!(minutes.value, 10.0);
/// assert!((minutes.half_width() - 8.7155).abs() < 1e-3);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn mean_estimate(sample: Sample, confidence: Confidence) -> Result<Estimate, NotEstimable> {
    let (n, mean, variance) = sample.parts("the group", "the number of values")?;
    if variance <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let half = t_upper(confidence.alpha() / 2.0, n - 1.0)? * variance.sqrt();
    Estimate::new(mean, mean - half, mean + half, confidence)
}

/// Compares the mean of a treatment with that of a control: the one call for a numeric metric.
///
/// * `absolute`: [`mean_difference_welch`], which unlike the pooled t test does not suppose equal spreads.
/// * `relative`: [`mean_ratio_fieller`], exact where the delta method misleads: when the control's mean is not known well.
/// * `p_value`: Welch's t test of the difference, agreeing with the absolute interval.
///
/// Means suppose groups large enough for the heaviest spenders to average out; a single extreme value can hide a
/// change (see the spread it causes in the interval's width).
///
/// ```
/// use heedful_stats::{Confidence, Sample, compare_means};
///
/// let control = Sample::from_values([12.1, 14.2, 9.8, 11.5, 13.3, 10.0, 12.7])?;
/// let treatment = Sample::from_values([15.1, 13.9, 16.4, 12.2, 18.0, 14.4])?;
/// let c = compare_means(control, treatment, Confidence::P95);
/// assert!(c.absolute?.low > 0.0 && c.relative?.low > 0.0 && c.p_value? < 0.05);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn compare_means(control: Sample, treatment: Sample, confidence: Confidence) -> Comparison {
    let p_value =
        welch(control, treatment).and_then(|w| t_two_sided(w.difference / w.standard_error, w.freedom));
    Comparison {
        absolute: mean_difference_welch(control, treatment, confidence),
        relative: mean_ratio_fieller(control, treatment, confidence),
        p_value,
    }
}

/// Treatment minus control with Welch's interval, in the metric's unit.
///
/// Welch (1947), *The generalization of "Student's" problem*, with the Welch–Satterthwaite degrees of freedom
/// (Satterthwaite 1946). [`NotEstimable::Empty`] and [`NotEstimable::TooFew`] below two people in a group,
/// [`NotEstimable::ZeroVariance`] when neither group varies.
///
/// ```
/// use heedful_stats::{Confidence, Sample, mean_difference_welch};
///
/// let control = Sample::from_moments(43, 58.1, 274.0)?;
/// let treatment = Sample::from_moments(47, 47.3, 228.3)?;
/// let d = mean_difference_welch(control, treatment, Confidence::P95)?;
/// assert!((d.value + 10.8).abs() < 1e-12 && d.high < 0.0);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn mean_difference_welch(
    control: Sample,
    treatment: Sample,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let w = welch(control, treatment)?;
    let half = t_upper(confidence.alpha() / 2.0, w.freedom)? * w.standard_error;
    Estimate::new(w.difference, w.difference - half, w.difference + half, confidence)
}

/// Relative change of the mean, treatment ÷ control − 1, with Fieller's interval.
///
/// Fieller (1954), *Some problems in interval estimation*, for independent groups; unequal spreads are
/// allowed for by Satterthwaite's degrees of freedom at the estimated ratio (Tamhane and Logan 2004, *Finding the
/// maximum safe dose level for heteroscedastic data*). A fraction of the control: 0.1 is +10 %.
///
/// Beside the reasons of [`mean_difference_welch`]: [`NotEstimable::DenominatorUnsure`] when the control's own
/// interval reaches zero (Fieller's g ≥ 1, the interval would be endless), [`NotEstimable::NegativeBaseline`] when
/// its mean is negative.
///
/// ```
/// use heedful_stats::{Confidence, Sample, mean_ratio_fieller};
///
/// let control = Sample::from_moments(400, 20.0, 100.0)?;
/// let treatment = Sample::from_moments(400, 23.0, 100.0)?;
/// let change = mean_ratio_fieller(control, treatment, Confidence::P95)?;
/// assert!((change.value - 0.15).abs() < 1e-12 && change.low > 0.07 && change.high < 0.24);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn mean_ratio_fieller(
    control: Sample,
    treatment: Sample,
    confidence: Confidence,
) -> Result<Estimate, NotEstimable> {
    let (n_c, mean_c, variance_c) = control.parts(CONTROL, CONTROL_SIZE)?;
    let (n_t, mean_t, variance_t) = treatment.parts(TREATMENT, TREATMENT_SIZE)?;
    if variance_c + variance_t <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    if mean_c < 0.0 {
        return Err(NotEstimable::NegativeBaseline);
    }
    let unsure = NotEstimable::DenominatorUnsure { what: "The average of the control group" };
    if mean_c <= 0.0 {
        return Err(unsure);
    }
    let ratio = mean_t / mean_c;
    let variance_c_scaled = ratio * ratio * variance_c;
    let freedom = satterthwaite(variance_c_scaled, n_c, variance_t, n_t)?;
    let t = t_upper(confidence.alpha() / 2.0, freedom)?;
    let g = t * t * variance_c / (mean_c * mean_c);
    if g >= 1.0 {
        return Err(unsure);
    }
    let half = t / mean_c * ((1.0 - g) * variance_t + variance_c_scaled).sqrt();
    let (low, high) = ((ratio - half) / (1.0 - g), (ratio + half) / (1.0 - g));
    Estimate::new(ratio, low, high, confidence)?.rescaled(1.0, -1.0)
}

struct Welch {
    difference: f64,
    standard_error: f64,
    freedom: f64,
}

fn welch(control: Sample, treatment: Sample) -> Result<Welch, NotEstimable> {
    let (n_c, mean_c, variance_c) = control.parts(CONTROL, CONTROL_SIZE)?;
    let (n_t, mean_t, variance_t) = treatment.parts(TREATMENT, TREATMENT_SIZE)?;
    let variance = variance_c + variance_t;
    if variance <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let freedom = satterthwaite(variance_c, n_c, variance_t, n_t)?;
    Ok(Welch { difference: mean_t - mean_c, standard_error: variance.sqrt(), freedom })
}

/// Degrees of freedom of a sum of two variances of means. Shares of the sum are used because squares could underflow.
fn satterthwaite(variance_c: f64, n_c: f64, variance_t: f64, n_t: f64) -> Result<f64, NotEstimable> {
    let sum = variance_c + variance_t;
    if sum <= 0.0 {
        return Err(NotEstimable::ZeroVariance);
    }
    let (share_c, share_t) = (variance_c / sum, variance_t / sum);
    Ok(1.0 / (share_c * share_c / (n_c - 1.0) + share_t * share_t / (n_t - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> (Sample, Sample) {
        let control = Sample::from_values([12.1, 14.2, 9.8, 11.5, 13.3, 10.0, 12.7]).unwrap();
        let treatment = Sample::from_values([15.1, 13.9, 16.4, 12.2, 18.0, 14.4]).unwrap();
        (control, treatment)
    }

    fn check(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 1e-9 * expected.abs().max(1.0),
            "found {found}, expected {expected}"
        );
    }

    /// scipy 1.17.1: `ttest_ind(equal_var=False)` and its `confidence_interval`.
    #[test]
    fn welch_matches_scipy() {
        let (control, treatment) = samples();
        let c = compare_means(control, treatment, Confidence::P95);
        let absolute = c.absolute.unwrap();
        check(absolute.value, 3.057_142_857_142_858_7);
        check(absolute.low, 0.749_609_882_908_897_5);
        check(absolute.high, 5.364_675_831_376_82);
        check(c.p_value.unwrap(), 0.014_654_015_094_356_27);
    }

    /// The roots of `(m_t − r m_c)² = t² (v_t + r² v_c)`, found with scipy 1.17.1 `brentq`.
    #[test]
    fn fieller_solves_its_quadratic() {
        let (control, treatment) = samples();
        let relative = mean_ratio_fieller(control, treatment, Confidence::P95).unwrap();
        check(relative.value, 0.255_980_861_244_019_3);
        check(relative.low, 0.061_200_665_182_386_65);
        check(relative.high, 0.484_075_373_805_890_5);
    }

    #[test]
    fn edges_say_why_there_is_no_number() {
        let some = samples().0;
        let one = Sample::from_values([3.0]).unwrap();
        let flat = Sample::from_values([3.0, 3.0, 3.0]).unwrap();
        let around_zero = Sample::from_values([-4.0, 5.0, -3.0, 4.0]).unwrap();
        let negative = Sample::from_values([-5.0, -6.0, -7.0]).unwrap();
        let compare = |c, t| compare_means(c, t, Confidence::P95);

        assert_eq!(compare(Sample::default(), some).absolute, Err(NotEstimable::Empty { group: CONTROL }));
        assert!(matches!(compare(some, one).p_value, Err(NotEstimable::TooFew { found: 1, needed: 2, .. })));
        assert_eq!(compare(flat, flat).absolute, Err(NotEstimable::ZeroVariance));
        assert_eq!(compare(flat, flat).relative, Err(NotEstimable::ZeroVariance));
        assert!(compare(flat, some).absolute.is_ok(), "one varying group is enough");
        assert!(matches!(compare(around_zero, some).relative, Err(NotEstimable::DenominatorUnsure { .. })));
        assert_eq!(compare(negative, some).relative, Err(NotEstimable::NegativeBaseline));
        assert_eq!(mean_estimate(flat, Confidence::P95), Err(NotEstimable::ZeroVariance));
    }
}
