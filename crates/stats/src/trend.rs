//! Is something said more often than before?

use crate::distributions::normal_two_sided;
use crate::error::positive;
use crate::inputs::count;
use crate::{Confidence, Estimate, NotEstimable, Proportion, wilson};

/// Fewest events in both windows together before a trend is spoken of: below it the test would call a rise too
/// easily.
pub const RATE_COUNT_MIN: u64 = 10;

/// How many events fell into a stretch of time.
///
/// ```
/// let last_week = heedful_stats::Window { count: 12, days: 7.0 };
/// # let _ = last_week;
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Number of events, such as signals that carry a theme.
    pub count: u64,
    /// Length of the window in days. Any other exposure (people active, sessions) will do if both windows use it.
    pub days: f64,
}

/// What the comparison of two windows says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendDirection {
    /// The rate went up by more than chance explains.
    Rising,
    /// The rate went down by more than chance explains.
    Falling,
    /// No change that can be told from chance; not proof that there is none.
    Unclear,
}

/// Two windows compared. Made by [`compare_rates`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateComparison {
    /// Later rate ÷ earlier rate: 2 is "twice as often".
    ///
    /// [`NotEstimable::DenominatorUnsure`] when nothing happened in the earlier window; the direction is still known.
    pub ratio: Result<Estimate, NotEstimable>,
    /// Two-sided probability of counts at least this far apart if the rate had not changed.
    pub p_value: f64,
    /// Rising or falling when `p_value` is below the confidence's alpha.
    pub direction: TrendDirection,
}

/// Compares the rate of events in a later window with that in an earlier one.
///
/// Given the total, the later count is binomial (Przyborowski and Wilenski 1940, *Homogeneity of results in testing
/// samples from Poisson series*). The p-value is the score test of that binomial share and the interval its
/// inversion, Wilson's, turned into a ratio (Gu, Ng, Tang and Schucany 2008, *Testing the ratio of two Poisson
/// rates*, statistic W2): the ratio's interval excludes 1 exactly when the direction is known. Windows must not
/// overlap, and events are taken as independent: one person who writes five times counts five times unless the
/// caller counts people.
///
/// Errors: [`NotEstimable::TooFew`] below [`RATE_COUNT_MIN`] events in both windows together,
/// [`NotEstimable::OutOfRange`] for a window without length.
///
/// ```
/// use heedful_stats::{Confidence, TrendDirection, Window, compare_rates};
///
/// let earlier = Window { count: 20, days: 7.0 };
/// let later = Window { count: 40, days: 7.0 };
/// let trend = compare_rates(earlier, later, Confidence::P95)?;
/// assert_eq!(trend.direction, TrendDirection::Rising);
/// assert!(trend.ratio?.low > 1.17 && trend.p_value < 0.01);
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
pub fn compare_rates(
    earlier: Window,
    later: Window,
    confidence: Confidence,
) -> Result<RateComparison, NotEstimable> {
    let days_earlier = positive("The length of the earlier window", earlier.days)?;
    let days_later = positive("The length of the later window", later.days)?;
    count("The number of events", earlier.count)?;
    let later_count = count("The number of events", later.count)?;
    let n = earlier.count + later.count;
    if n < RATE_COUNT_MIN {
        return Err(NotEstimable::TooFew {
            what: "the number of events in both windows together",
            found: n,
            needed: RATE_COUNT_MIN,
        });
    }

    let total = count("The number of events", n)?;
    let expected_share = days_later / (days_earlier + days_later);
    let deviation = later_count - total * expected_share;
    let p_value = normal_two_sided(deviation / (total * expected_share * (1.0 - expected_share)).sqrt());
    if !p_value.is_finite() {
        return Err(NotEstimable::NotFinite { what: "The result" });
    }
    let direction = match p_value < confidence.alpha() {
        false => TrendDirection::Unclear,
        true if deviation > 0.0 => TrendDirection::Rising,
        true => TrendDirection::Falling,
    };

    let ratio = if earlier.count == 0 {
        Err(NotEstimable::DenominatorUnsure { what: "The earlier count" })
    } else {
        let share = wilson(Proportion::new(later.count, n)?, confidence)?;
        let ratio = |share: f64| share / (1.0 - share) * (days_earlier / days_later);
        Estimate::new(ratio(share.value), ratio(share.low), ratio(share.high), confidence)
    };
    Ok(RateComparison { ratio, p_value, direction })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(earlier: (u64, f64), later: (u64, f64)) -> Result<RateComparison, NotEstimable> {
        let window = |(count, days)| Window { count, days };
        compare_rates(window(earlier), window(later), Confidence::P95)
    }

    fn check(earlier: (u64, f64), later: (u64, f64), expected: [f64; 4]) {
        let found = compare(earlier, later).unwrap();
        let ratio = found.ratio.unwrap();
        for (found, expected) in [ratio.value, ratio.low, ratio.high, found.p_value].into_iter().zip(expected)
        {
            assert!((found / expected - 1.0).abs() < 1e-8, "found {found}, expected {expected}");
        }
    }

    /// statsmodels 0.15.0: `test_poisson_2indep` and `confint_poisson_2indep`, both `method="score"`, whose
    /// interval is searched to 1e-9.
    #[test]
    fn ratios_match_statsmodels() {
        check(
            (20, 7.0),
            (40, 7.0),
            [2.0, 1.176_603_819_231_841, 3.399_615_002_361_591_6, 0.009_823_274_507_519_249],
        );
        check(
            (30, 54_308.7),
            (60, 51_477.5),
            [
                2.109_997_571_754_649_7,
                1.365_962_431_198_118_9,
                3.259_306_148_387_224_8,
                0.000_632_218_882_047_097_2,
            ],
        );
    }

    #[test]
    fn a_new_theme_rises_though_it_has_no_ratio() {
        let found = compare((0, 28.0), (12, 28.0)).unwrap();
        assert_eq!(found.direction, TrendDirection::Rising);
        assert!(matches!(found.ratio, Err(NotEstimable::DenominatorUnsure { .. })));
        let gone = compare((12, 28.0), (0, 28.0)).unwrap();
        assert_eq!(gone.direction, TrendDirection::Falling);
        assert!(gone.ratio.is_ok_and(|r| r.value <= 0.0 && r.high < 1.0));
    }

    #[test]
    fn bad_input_is_refused() {
        let check = |earlier, later, code| assert_eq!(compare(earlier, later).unwrap_err().code(), code);
        check((4, 7.0), (5, 7.0), "too_few");
        check((20, 0.0), (20, 7.0), "out_of_range");
        check((20, 7.0), (20, f64::NAN), "out_of_range");
        check((u64::MAX, 7.0), (20, 7.0), "too_large");
    }
}
