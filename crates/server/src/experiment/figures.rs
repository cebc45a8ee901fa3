//! Numbers as they go out: a value with its interval, or the reason why there is none. Never a stand-in.

use heedful_stats::{Estimate, NotEstimable};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a number cannot be stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotEstimableReason {
    /// A word that programs can rely on, such as `too_few`.
    pub code: String,
    /// A plain sentence to show as it is.
    pub sentence: String,
    /// More data of the same kind may cure it.
    pub may_pass: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EstimateInterval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// 0.95 for a 95 % interval.
    pub confidence: f64,
}

/// Either `estimate` or `not_estimable` is there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Quantity {
    pub estimate: Option<EstimateInterval>,
    pub not_estimable: Option<NotEstimableReason>,
}

/// A number without an interval: either `value` or `not_estimable` is there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Number {
    pub value: Option<f64>,
    pub not_estimable: Option<NotEstimableReason>,
}

/// A whole number: either `value` or `not_estimable` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WholeNumber {
    pub value: Option<u64>,
    pub not_estimable: Option<NotEstimableReason>,
}

impl NotEstimableReason {
    pub fn new(code: &str, sentence: &str) -> Self {
        Self { code: code.to_owned(), sentence: sentence.to_owned(), may_pass: false }
    }
}

impl From<NotEstimable> for NotEstimableReason {
    fn from(reason: NotEstimable) -> Self {
        Self {
            code: reason.code().to_owned(),
            sentence: reason.to_string(),
            may_pass: reason.may_pass_with_more_data(),
        }
    }
}

impl<E> From<Result<Estimate, E>> for Quantity
where
    NotEstimableReason: From<E>,
{
    fn from(found: Result<Estimate, E>) -> Self {
        match found {
            Ok(Estimate { value, low, high, confidence }) => Self {
                estimate: Some(EstimateInterval { value, low, high, confidence: confidence.value() }),
                not_estimable: None,
            },
            Err(reason) => Self { estimate: None, not_estimable: Some(reason.into()) },
        }
    }
}

impl<E> From<Result<f64, E>> for Number
where
    NotEstimableReason: From<E>,
{
    fn from(found: Result<f64, E>) -> Self {
        match found {
            Ok(value) => Self { value: Some(value), not_estimable: None },
            Err(reason) => Self { value: None, not_estimable: Some(reason.into()) },
        }
    }
}

impl<E> From<Result<u64, E>> for WholeNumber
where
    NotEstimableReason: From<E>,
{
    fn from(found: Result<u64, E>) -> Self {
        match found {
            Ok(value) => Self { value: Some(value), not_estimable: None },
            Err(reason) => Self { value: None, not_estimable: Some(reason.into()) },
        }
    }
}
