//! Did every arm get its planned share of people?

use crate::NotEstimable;
use crate::distributions::chi_square_upper;
use crate::error::{open_unit, positive};
use crate::inputs::{count, exact, whole_up};

/// The usual alarm level of the sample-ratio check: strict, because it is looked at daily and an alarm stops the
/// reading of results (Fabijan et al. 2019).
pub const SAMPLE_RATIO_ALPHA: f64 = 0.001;

/// Fewest people expected in each arm before the check says anything.
pub const SAMPLE_RATIO_EXPECTED_MIN: u64 = 5;

/// The outcome of a sample-ratio check. Made by [`sample_ratio`].
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRatio {
    /// Pearson's chi-square statistic.
    pub statistic: f64,
    /// Degrees of freedom: number of arms − 1.
    pub freedom: u64,
    /// Probability of counts at least this far from the plan if assignment works as planned.
    pub p_value: f64,
    /// People expected in each arm, in the order given.
    pub expected: Vec<f64>,
    /// The alarm level asked for.
    pub alpha: f64,
    /// Whether `p_value < alpha`: something assigns, loses or counts people unevenly, and no result should be read
    /// before it is found.
    pub alarm: bool,
}

/// Checks the number of people per arm against the planned weights with Pearson's chi-square test.
///
/// `weights` are in the order of `counts`, positive, in any unit (`[1, 1]`, `[50, 50]` and `[0.5, 0.5]` are the same).
/// Pearson (1900); as a check of experiments Fabijan et al. (2019), *Diagnosing sample ratio mismatch in online
/// controlled experiments*.
///
/// Errors: [`NotEstimable::GroupsDiffer`] for lists of different length, [`NotEstimable::TooFew`] for fewer than
/// two arms or fewer than [`SAMPLE_RATIO_EXPECTED_MIN`] expected in an arm, [`NotEstimable::OutOfRange`] for a bad
/// weight or `alpha`.
///
/// ```
/// use heedful_stats::{SAMPLE_RATIO_ALPHA, sample_ratio};
///
/// let fine = sample_ratio(&[5_020, 4_980], &[0.5, 0.5], SAMPLE_RATIO_ALPHA)?;
/// assert!(!fine.alarm);
/// let broken = sample_ratio(&[5_400, 4_600], &[0.5, 0.5], SAMPLE_RATIO_ALPHA)?;
/// assert!(broken.alarm);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn sample_ratio(counts: &[u64], weights: &[f64], alpha: f64) -> Result<SampleRatio, NotEstimable> {
    open_unit("The alarm level", alpha)?;
    if counts.len() != weights.len() {
        return Err(NotEstimable::GroupsDiffer { counts: counts.len(), weights: weights.len() });
    }
    let n_arms =
        u64::try_from(counts.len()).map_err(|_| NotEstimable::TooLarge { what: "The number of arms" })?;
    if n_arms < 2 {
        return Err(NotEstimable::TooFew { what: "the number of groups", found: n_arms, needed: 2 });
    }
    let mut total = 0.0;
    for &n in counts {
        total += count("The number of people", n)?;
    }
    let mut weight_total = 0.0;
    for &weight in weights {
        weight_total += positive("The planned share of a group", weight)?;
    }

    let expected: Vec<f64> = weights.iter().map(|weight| total * (weight / weight_total)).collect();
    let fewest = expected.iter().copied().fold(f64::INFINITY, f64::min);
    if fewest < exact(SAMPLE_RATIO_EXPECTED_MIN) {
        return Err(NotEstimable::TooFew {
            what: "the number of people expected in the smallest group",
            found: whole_up("The expected count", fewest.floor())?,
            needed: SAMPLE_RATIO_EXPECTED_MIN,
        });
    }
    let mut statistic = 0.0;
    for (&n, &expect) in counts.iter().zip(&expected) {
        let distance = count("The number of people", n)? - expect;
        statistic += distance * distance / expect;
    }
    let freedom = n_arms - 1;
    let p_value = chi_square_upper(statistic, count("The number of arms", freedom)?)?;
    Ok(SampleRatio { statistic, freedom, p_value, expected, alpha, alarm: p_value < alpha })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `chisquare([100, 120, 80], f_exp=[150, 75, 75])`.
    #[test]
    fn three_arms_match_scipy() {
        let found = sample_ratio(&[100, 120, 80], &[2.0, 1.0, 1.0], 0.01).unwrap();
        assert!((found.statistic - 44.0).abs() < 1e-9);
        assert!((found.p_value / 2.789_468_092_868_925e-10 - 1.0).abs() < 1e-9);
        assert_eq!((found.freedom, found.alarm, found.expected), (2, true, vec![150.0, 75.0, 75.0]));
    }

    /// Cookie Cats: p = .0086 is an alarm at 1 %, not at 0.1 %.
    #[test]
    fn the_level_decides_the_alarm() {
        let counts = [44_700, 45_489];
        assert!(sample_ratio(&counts, &[1.0, 1.0], 0.01).unwrap().alarm);
        assert!(!sample_ratio(&counts, &[1.0, 1.0], SAMPLE_RATIO_ALPHA).unwrap().alarm);
    }

    #[test]
    fn bad_input_is_refused() {
        let check = |counts: &[u64], weights: &[f64], alpha, code| {
            assert_eq!(sample_ratio(counts, weights, alpha).unwrap_err().code(), code);
        };
        check(&[10, 10], &[1.0], 0.01, "groups_differ");
        check(&[10], &[1.0], 0.01, "too_few");
        check(&[0, 0], &[1.0, 1.0], 0.01, "too_few");
        check(&[40, 2], &[10.0, 1.0], 0.01, "too_few");
        check(&[10, 10], &[1.0, 0.0], 0.01, "out_of_range");
        check(&[10, 10], &[1.0, f64::NAN], 0.01, "out_of_range");
        check(&[10, 10], &[1.0, 1.0], 0.0, "out_of_range");
        check(&[u64::MAX, 10], &[1.0, 1.0], 0.01, "too_large");
    }
}
