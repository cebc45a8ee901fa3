//! Why a number cannot be stated.

/// The reason why an estimate cannot be given, as a sentence for the person who asked.
///
/// No function of this crate returns a stand-in zero, a NaN or an infinity; it returns this instead. `Display` is a
/// whole plain sentence that can be shown as it is; [`NotEstimable::code`] is the same reason for machines.
///
/// ```
/// use heedful_stats::{Confidence, NotEstimable, Proportion, wilson};
///
/// let nobody = Proportion::new(0, 0)?;
/// let refused = wilson(nobody, Confidence::P95).unwrap_err();
/// assert_eq!(refused.to_string(), "There is no data yet for the group.");
/// assert_eq!(refused.code(), "empty");
/// # Ok::<(), NotEstimable>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEstimable {
    /// Nothing was counted or measured in a group.
    #[error("There is no data yet for {group}.")]
    Empty {
        /// The group, with its article: "the control group".
        group: &'static str,
    },
    /// Something was counted, but fewer than the method needs.
    #[error("There is not enough data yet: {what} is {found}, and at least {needed} is needed.")]
    TooFew {
        /// What was counted, as the subject of a sentence: "the number of people in the control group".
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many it takes.
        needed: u64,
    },
    /// All values are equal, so chance cannot be told from effect.
    #[error("Every value is the same, so there is no spread by which to tell a real change from chance.")]
    ZeroVariance,
    /// A ratio whose denominator is zero or not told apart from zero.
    #[error(
        "{what} could be zero, so a relative change cannot be stated. Look at the absolute change instead."
    )]
    DenominatorUnsure {
        /// The denominator, capitalised: "The average of the control group".
        what: &'static str,
    },
    /// A ratio with a negative denominator: arithmetically fine, but "−50 %" would then mean an increase.
    #[error(
        "The average of the control group is below zero, so a relative change would mislead. \
         Look at the absolute change instead."
    )]
    NegativeBaseline,
    /// A relative change on the log scale needs at least one success in the treatment group.
    #[error(
        "Nobody in the treatment group succeeded yet, so the uncertainty of a relative change cannot be stated. \
         Look at the absolute change instead."
    )]
    NoSuccesses,
    /// An input or a result is infinite or not a number.
    #[error("{what} is not an ordinary number: it is too large or undefined.")]
    NotFinite {
        /// What it is, capitalised: "A value".
        what: &'static str,
    },
    /// An input lies outside its domain.
    #[error("{what} must be {expected}, but it is {value}.")]
    OutOfRange {
        /// The input, capitalised: "The confidence".
        what: &'static str,
        /// The domain in words: "between 0 and 1".
        expected: &'static str,
        /// The value given.
        value: f64,
    },
    /// More successes than people.
    #[error("There cannot be more successes ({successes}) than people ({n}).")]
    SuccessesExceedTotal {
        /// Successes given.
        successes: u64,
        /// People given.
        n: u64,
    },
    /// A sum and a sum of squares that no set of values can have.
    #[error("The count, the sum and the sum of squares cannot belong to the same values.")]
    ImpossibleSums,
    /// Counts and planned shares of different length.
    #[error("{counts} groups were counted, but shares are planned for {weights}.")]
    GroupsDiffer {
        /// Number of counts.
        counts: usize,
        /// Number of planned shares.
        weights: usize,
    },
    /// A count beyond [`COUNT_MAX`](crate::COUNT_MAX).
    #[error("{what} is too large a number to count with.")]
    TooLarge {
        /// What was counted, capitalised: "The number of people".
        what: &'static str,
    },
    /// No effect, however large, would be found with the asked power.
    #[error("Even the largest possible change would be missed too often with so few people.")]
    Undetectable,
}

impl NotEstimable {
    /// The reason as a stable snake-case word for machines, such as `"zero_variance"`.
    ///
    /// ```
    /// assert_eq!(heedful_stats::NotEstimable::ZeroVariance.code(), "zero_variance");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "empty",
            Self::TooFew { .. } => "too_few",
            Self::ZeroVariance => "zero_variance",
            Self::DenominatorUnsure { .. } => "denominator_unsure",
            Self::NegativeBaseline => "negative_baseline",
            Self::NoSuccesses => "no_successes",
            Self::NotFinite { .. } => "not_finite",
            Self::OutOfRange { .. } => "out_of_range",
            Self::SuccessesExceedTotal { .. } => "successes_exceed_total",
            Self::ImpossibleSums => "impossible_sums",
            Self::GroupsDiffer { .. } => "groups_differ",
            Self::TooLarge { .. } => "too_large",
            Self::Undetectable => "undetectable",
        }
    }

    /// Whether more data of the same kind can cure it: worth saying "not yet" rather than "no".
    ///
    /// ```
    /// use heedful_stats::NotEstimable;
    ///
    /// assert!(NotEstimable::Empty { group: "the control group" }.may_pass_with_more_data());
    /// assert!(!NotEstimable::NegativeBaseline.may_pass_with_more_data());
    /// ```
    pub fn may_pass_with_more_data(&self) -> bool {
        matches!(
            self,
            Self::Empty { .. }
                | Self::TooFew { .. }
                | Self::ZeroVariance
                | Self::DenominatorUnsure { .. }
                | Self::NoSuccesses
        )
    }
}

/// `value` when it lies strictly between 0 and 1, as levels, powers and rates must.
pub(crate) fn open_unit(what: &'static str, value: f64) -> Result<f64, NotEstimable> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(NotEstimable::OutOfRange { what, expected: "strictly between 0 and 1", value })
    }
}

/// `value` when it is finite and above zero, as durations, spreads and traffic must be.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, NotEstimable> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(NotEstimable::OutOfRange { what, expected: "above 0 and finite", value })
    }
}
