//! The answer to "did the treatment differ from the control?".

use crate::{Estimate, NotEstimable};

/// A treatment compared with a control: what changed, by how much of the control, and could it be chance.
///
/// Each part stands or falls alone: a control with no success has a difference but no relative change. Made by
/// [`compare_proportions`](crate::compare_proportions) and [`compare_means`](crate::compare_means).
///
/// ```
/// use heedful_stats::{Confidence, NotEstimable, Proportion, compare_proportions};
///
/// let c = compare_proportions(Proportion::new(0, 900)?, Proportion::new(14, 900)?, Confidence::P95);
/// assert!(c.absolute?.low > 0.0);
/// assert!(matches!(c.relative, Err(NotEstimable::DenominatorUnsure { .. })));
/// # Ok::<(), NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Treatment minus control, in the metric's unit (a fraction for proportions).
    pub absolute: Result<Estimate, NotEstimable>,
    /// Treatment ÷ control − 1, a fraction of the control: 0.05 is +5 %.
    pub relative: Result<Estimate, NotEstimable>,
    /// Two-sided probability of a difference at least this large if treatment and control were alike.
    ///
    /// Valid for one look at a sample size fixed beforehand; looking repeatedly and stopping at the first small value
    /// finds differences that are not there.
    pub p_value: Result<f64, NotEstimable>,
}

pub(crate) const CONTROL: &str = "the control group";
pub(crate) const TREATMENT: &str = "the treatment group";
