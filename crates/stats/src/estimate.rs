//! What every question is answered with: a value and its interval.

use crate::NotEstimable;
use crate::distributions::normal_upper;
use crate::error::open_unit;

/// The share of intervals that would contain the truth if the same study were repeated: 0.95 for "95 %".
///
/// ```
/// use heedful_stats::Confidence;
///
/// assert_eq!(Confidence::new(0.95)?, Confidence::P95);
/// assert!(Confidence::new(95.0).is_err());
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 90 %.
    pub const P90: Self = Self(0.9);
    /// 95 %, the usual choice and the default.
    pub const P95: Self = Self(0.95);
    /// 99 %.
    pub const P99: Self = Self(0.99);

    /// A confidence strictly between 0 and 1.
    pub fn new(value: f64) -> Result<Self, NotEstimable> {
        open_unit("The confidence", value).map(Self)
    }

    /// The confidence as a fraction.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The two-sided error rate, 1 − confidence.
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The standard normal quantile that leaves half of [`Confidence::alpha`] above it: 1.96 for 95 %.
    pub fn z(self) -> f64 {
        normal_upper(self.alpha() / 2.0)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self::P95
    }
}

/// A value with its interval. Always finite, and always `low ≤ value ≤ high`.
///
/// The unit is that of the question: shares and differences of shares are fractions (0.05 is 5 percentage points),
/// relative changes are fractions of the control (0.05 is +5 %), scores are in points, means in the metric's own
/// unit.
///
/// ```
/// use heedful_stats::{Confidence, Proportion, wilson};
///
/// let share = wilson(Proportion::new(7, 20)?, Confidence::P95)?;
/// assert_eq!(share.value, 0.35);
/// assert!(share.contains(0.5) && !share.contains(0.6));
/// # Ok::<(), heedful_stats::NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The best single value.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// How sure the interval is.
    pub confidence: Confidence,
}

impl Estimate {
    /// Puts an estimate together, refusing what is not finite.
    ///
    /// A closed formula may leave the value outside its interval by a rounding error, and an adjusted interval may
    /// do so at the edge of its domain; the interval is widened to hold the value.
    pub(crate) fn new(value: f64, low: f64, high: f64, confidence: Confidence) -> Result<Self, NotEstimable> {
        if !(value.is_finite() && low.is_finite() && high.is_finite()) {
            return Err(NotEstimable::NotFinite { what: "The result" });
        }
        Ok(Self { value, low: low.min(value), high: high.max(value), confidence })
    }

    /// The same estimate in another unit: every number multiplied by `factor` and then moved by `shift`.
    ///
    /// `factor` is positive everywhere in this crate, so the order of the ends stays.
    pub(crate) fn rescaled(self, factor: f64, shift: f64) -> Result<Self, NotEstimable> {
        let apply = |x: f64| factor * x + shift;
        Self::new(apply(self.value), apply(self.low), apply(self.high), self.confidence)
    }

    /// Whether `x` lies within the interval, ends included.
    ///
    /// A difference whose interval does not contain 0 is told apart from "no difference".
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// Half the width of the interval: "± this much", in the estimate's own unit.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_must_be_a_fraction() {
        for bad in [0.0, 1.0, -0.5, 95.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Confidence::new(bad), Err(NotEstimable::OutOfRange { .. })), "{bad}");
        }
        assert!((Confidence::P95.z() - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        for (value, low, high) in
            [(f64::NAN, 0.0, 1.0), (0.0, f64::NEG_INFINITY, 1.0), (0.0, 0.0, f64::INFINITY)]
        {
            assert!(matches!(
                Estimate::new(value, low, high, Confidence::P95),
                Err(NotEstimable::NotFinite { .. })
            ));
        }
    }
}
