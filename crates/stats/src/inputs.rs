//! Sufficient statistics: all that is kept of the rows.

use crate::NotEstimable;

/// The largest count accepted anywhere: up to here every whole number is exact as a floating-point number.
pub const COUNT_MAX: u64 = 1 << 53;

/// A count as a floating-point number, exactly.
pub(crate) fn count(what: &'static str, n: u64) -> Result<f64, NotEstimable> {
    if n > COUNT_MAX { Err(NotEstimable::TooLarge { what }) } else { Ok(exact(n)) }
}

/// `x` rounded up to a count.
pub(crate) fn whole_up(what: &'static str, x: f64) -> Result<u64, NotEstimable> {
    let up = x.ceil();
    if !(0.0..=exact(COUNT_MAX)).contains(&up) {
        return Err(NotEstimable::TooLarge { what });
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and in range, as just checked"
    )]
    Ok(up as u64)
}

/// A count known to be at most [`COUNT_MAX`] as a floating-point number.
pub(crate) fn exact(n: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact, because every count is at most COUNT_MAX")]
    let x = n as f64;
    x
}

/// How many of `n` people succeeded: converted, retained, answered "yes".
///
/// An empty group is a valid input (every experiment starts with one); asking it for an estimate says
/// [`NotEstimable::Empty`].
///
/// ```
/// use heedful_stats::Proportion;
///
/// let mut monday = Proportion::new(12, 340)?;
/// monday.merge(Proportion::new(9, 310)?)?;
/// assert_eq!((monday.successes(), monday.n()), (21, 650));
/// assert!(Proportion::new(8, 7).is_err());
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proportion {
    successes: u64,
    n: u64,
}

impl Proportion {
    /// `successes` among `n`. Refused when there are more successes than people or `n` exceeds [`COUNT_MAX`].
    pub fn new(successes: u64, n: u64) -> Result<Self, NotEstimable> {
        if successes > n {
            return Err(NotEstimable::SuccessesExceedTotal { successes, n });
        }
        count("The number of people", n)?;
        Ok(Self { successes, n })
    }

    /// Adds one person.
    pub fn push(&mut self, success: bool) -> Result<(), NotEstimable> {
        self.merge(Self { successes: u64::from(success), n: 1 })
    }

    /// Adds the people of another group; the same as counting both together.
    pub fn merge(&mut self, other: Self) -> Result<(), NotEstimable> {
        // Neither addition can overflow: both counts are at most COUNT_MAX.
        *self = Self::new(self.successes + other.successes, self.n + other.n)?;
        Ok(())
    }

    /// Number of successes.
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// Number of people.
    pub fn n(self) -> u64 {
        self.n
    }

    /// Successes, people and share as numbers, or `Empty` naming `group`.
    pub(crate) fn parts(self, group: &'static str) -> Result<(f64, f64, f64), NotEstimable> {
        if self.n == 0 {
            return Err(NotEstimable::Empty { group });
        }
        let (x, n) = (exact(self.successes), exact(self.n));
        Ok((x, n, x / n))
    }
}

/// Count, mean and spread of a numeric metric: revenue, minutes, rounds played.
///
/// Kept as count, mean and sum of squared deviations rather than as raw sums, because subtracting two large raw sums
/// loses the spread of values that lie far from zero. Values are added by Welford (1962), groups merged by
/// Chan, Golub and `LeVeque` (1983), *Algorithms for computing the sample variance*, equation 1.5.
///
/// ```
/// use heedful_stats::Sample;
///
/// let mut minutes = Sample::from_values([4.0, 7.0, 13.0])?;
/// minutes.merge(Sample::from_sums(1, 16.0, 256.0)?)?;
/// assert_eq!((minutes.n(), minutes.mean(), minutes.variance()), (4, Some(10.0), Some(30.0)));
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    n: u64,
    mean: f64,
    squared_deviations: f64,
}

impl Sample {
    /// A sample from the count, the sum and the sum of squares of its values, as a query engine delivers them.
    ///
    /// A spread below the rounding error that `n` additions may have left (`n` × 2⁻⁵² of the sum of squares) is
    /// taken as zero: it cannot be told from it. Where the mean is huge against the spread, use
    /// [`Sample::from_moments`].
    ///
    /// Refused: sums that are not finite, and sums that no values can have ([`NotEstimable::ImpossibleSums`]).
    pub fn from_sums(n: u64, sum: f64, sum_squares: f64) -> Result<Self, NotEstimable> {
        let people = count("The number of people", n)?;
        if n == 0 {
            let nothing = sum.abs() + sum_squares.abs() <= 0.0;
            return if nothing { Ok(Self::default()) } else { Err(NotEstimable::ImpossibleSums) };
        }
        if !(sum.is_finite() && sum_squares.is_finite()) {
            return Err(NotEstimable::NotFinite { what: "The sum of the values" });
        }
        let mean = sum / people;
        let spread = sum_squares - sum * mean;
        let rounding = people * f64::EPSILON * sum_squares;
        if spread < -rounding || sum_squares < 0.0 {
            return Err(NotEstimable::ImpossibleSums);
        }
        Self::checked(n, mean, if n == 1 || spread <= rounding { 0.0 } else { spread })
    }

    /// A sample from its count, mean and unbiased variance (divisor n − 1; 0 when there is one value).
    pub fn from_moments(n: u64, mean: f64, variance: f64) -> Result<Self, NotEstimable> {
        let people = count("The number of people", n)?;
        if variance < 0.0 {
            return Err(NotEstimable::OutOfRange {
                what: "The variance",
                expected: "0 or more",
                value: variance,
            });
        }
        if n == 0 {
            return Ok(Self::default());
        }
        if n == 1 && variance > 0.0 {
            return Err(NotEstimable::ImpossibleSums);
        }
        Self::checked(n, mean, variance * (people - 1.0))
    }

    /// A sample of the given values.
    pub fn from_values(values: impl IntoIterator<Item = f64>) -> Result<Self, NotEstimable> {
        let mut sample = Self::default();
        for value in values {
            sample.push(value)?;
        }
        Ok(sample)
    }

    /// Adds one value. A value that is not finite is refused and the sample stays as it was.
    pub fn push(&mut self, value: f64) -> Result<(), NotEstimable> {
        if !value.is_finite() {
            return Err(NotEstimable::NotFinite { what: "A value" });
        }
        self.merge(Self { n: 1, mean: value, squared_deviations: 0.0 })
    }

    /// Adds the values of another sample; the same, but for rounding, as measuring both together.
    pub fn merge(&mut self, other: Self) -> Result<(), NotEstimable> {
        if other.n == 0 {
            return Ok(());
        }
        if self.n == 0 {
            *self = other;
            return Ok(());
        }
        let n = self.n + other.n;
        let people = count("The number of people", n)?;
        let distance = other.mean - self.mean;
        let share = exact(other.n) / people;
        let between = distance * distance * exact(self.n) * share;
        *self = Self::checked(
            n,
            self.mean + distance * share,
            self.squared_deviations + other.squared_deviations + between,
        )?;
        Ok(())
    }

    /// Number of values.
    pub fn n(self) -> u64 {
        self.n
    }

    /// Mean, in the metric's unit; `None` when empty.
    pub fn mean(self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Unbiased variance (divisor n − 1), in the metric's unit squared; `None` below two values.
    pub fn variance(self) -> Option<f64> {
        (self.n > 1).then(|| self.squared_deviations / (exact(self.n) - 1.0))
    }

    /// Count, mean and variance of the mean, or the reason why `group` has none.
    pub(crate) fn parts(
        self,
        group: &'static str,
        size: &'static str,
    ) -> Result<(f64, f64, f64), NotEstimable> {
        match self.n {
            0 => Err(NotEstimable::Empty { group }),
            1 => Err(NotEstimable::TooFew { what: size, found: 1, needed: 2 }),
            n => Ok((exact(n), self.mean, self.squared_deviations / (exact(n) - 1.0) / exact(n))),
        }
    }

    fn checked(n: u64, mean: f64, squared_deviations: f64) -> Result<Self, NotEstimable> {
        if mean.is_finite() && squared_deviations.is_finite() {
            Ok(Self { n, mean, squared_deviations })
        } else {
            Err(NotEstimable::NotFinite { what: "The sum of the values" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_variance(sample: Sample, expected: f64) {
        let found = sample.variance().unwrap();
        assert!((found - expected).abs() <= 1e-9 * expected, "found {found}, expected {expected}");
    }

    /// The values 4, 7, 13, 16 have variance 30; so they have far from zero, where raw sums would say 0 or less.
    #[test]
    fn spread_survives_a_large_mean() {
        check_variance(Sample::from_values([4.0, 7.0, 13.0, 16.0].map(|x| x + 1e9)).unwrap(), 30.0);
        check_variance(Sample::from_moments(4, 1e9 + 10.0, 30.0).unwrap(), 30.0);
    }

    #[test]
    fn equal_values_have_no_spread_however_they_were_summed() {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..10_000 {
            sum += 0.1;
            squares += 0.1 * 0.1;
        }
        assert_eq!(Sample::from_sums(10_000, sum, squares).unwrap().variance(), Some(0.0));
    }

    #[test]
    fn impossible_input_is_refused() {
        let impossible = Err(NotEstimable::ImpossibleSums);
        assert_eq!(Sample::from_sums(2, 10.0, 10.0), impossible);
        assert_eq!(Sample::from_sums(0, 1.0, 1.0), impossible);
        assert_eq!(Sample::from_sums(2, 0.0, -1.0), impossible);
        assert_eq!(Sample::from_moments(1, 3.0, 2.0), impossible);
        assert!(matches!(Sample::from_sums(2, f64::NAN, 1.0), Err(NotEstimable::NotFinite { .. })));
        assert!(matches!(Sample::from_sums(2, 1.0, f64::INFINITY), Err(NotEstimable::NotFinite { .. })));
        assert!(matches!(Sample::from_moments(2, 1.0, -1.0), Err(NotEstimable::OutOfRange { .. })));
        assert!(matches!(Proportion::new(1, u64::MAX), Err(NotEstimable::TooLarge { .. })));
    }

    #[test]
    fn a_refused_value_leaves_the_sample_as_it_was() {
        let mut sample = Sample::from_values([1.0, 2.0]).unwrap();
        let before = sample;
        assert!(sample.push(f64::NAN).is_err());
        assert!(sample.push(f64::MAX).is_err());
        assert_eq!(sample, before);
    }
}
