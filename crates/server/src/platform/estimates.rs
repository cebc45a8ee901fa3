//! Estimates on the wire: a value with its interval, or the reason why there is none. Never a stand-in zero.

use heedful_stats::{Estimate, NotEstimable};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct StatedValue {
    pub value: Option<f64>,
    /// The interval holds the true value in 95 of 100 such cases.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Why there is no value, as a word for programs.
    pub reason_code: Option<String>,
    /// Why there is no value, as a sentence for people.
    pub reason: Option<String>,
}

impl StatedValue {
    /// A value that is known exactly, such as a count.
    pub fn exact(value: f64) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    pub fn unknown(code: &str, reason: &str) -> Self {
        Self { reason_code: Some(code.to_owned()), reason: Some(reason.to_owned()), ..Self::default() }
    }
}

impl From<Result<Estimate, NotEstimable>> for StatedValue {
    fn from(estimated: Result<Estimate, NotEstimable>) -> Self {
        match estimated {
            Ok(estimate) => Self {
                value: Some(estimate.value),
                low: Some(estimate.low),
                high: Some(estimate.high),
                ..Self::default()
            },
            Err(why) => Self::unknown(why.code(), &why.to_string()),
        }
    }
}
