//! A number as every page shows it: with its interval and how many it rests on, or with the reason why there is none.

use heedful_stats::{Estimate, NotEstimable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Null when it cannot be estimated; then `reason` says why. Never a stand-in zero.
    pub value: Option<f64>,
    /// The interval holds the true value in 95 of 100 such cases.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How many answers, signals or cases it rests on.
    pub n: u64,
    /// Why there is no value, as a word for programs.
    pub reason_code: Option<String>,
    /// Why there is no value, as a sentence for people.
    pub reason: Option<String>,
}

impl Figure {
    pub fn of(n: u64, estimate: Result<Estimate, NotEstimable>) -> Self {
        match estimate {
            Ok(Estimate { value, low, high, .. }) => {
                Self { low: Some(low), high: Some(high), ..Self::exact(n, value) }
            }
            Err(why) => Self::none(n, why.code(), why.to_string()),
        }
    }

    /// A number without an interval, such as a median.
    pub fn plain(n: u64, value: Result<f64, NotEstimable>) -> Self {
        match value {
            Ok(value) => Self::exact(n, value),
            Err(why) => Self::none(n, why.code(), why.to_string()),
        }
    }

    /// A number that is known exactly, such as a count.
    pub fn exact(n: u64, value: f64) -> Self {
        Self { value: Some(value), n, ..Self::default() }
    }

    pub fn none(n: u64, code: &str, reason: impl Into<String>) -> Self {
        Self { n, reason_code: Some(code.to_owned()), reason: Some(reason.into()), ..Self::default() }
    }
}

/// A share as people speak of it.
pub fn percent(share: Estimate) -> Estimate {
    Estimate { value: share.value * 100.0, low: share.low * 100.0, high: share.high * 100.0, ..share }
}
