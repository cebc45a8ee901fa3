//! A number as every page shows it: with its interval and how many it rests on, or with the reason why there is none.

use heedful_stats::{Estimate, NotEstimable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figure {
    /// Null when it cannot be estimated; then `reason` says why.
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: u64,
    pub reason: Option<String>,
}

impl Figure {
    pub fn of(n: u64, estimate: Result<Estimate, NotEstimable>) -> Self {
        match estimate {
            Ok(estimate) => {
                let Estimate { value, low, high, .. } = estimate;
                Self { value: Some(value), low: Some(low), high: Some(high), n, reason: None }
            }
            Err(reason) => Self::none(n, reason.to_string()),
        }
    }

    /// A number without an interval, such as a median.
    pub fn plain(n: u64, value: Result<f64, NotEstimable>) -> Self {
        match value {
            Ok(value) => Self { value: Some(value), low: None, high: None, n, reason: None },
            Err(reason) => Self::none(n, reason.to_string()),
        }
    }

    pub fn none(n: u64, reason: String) -> Self {
        Self { value: None, low: None, high: None, n, reason: Some(reason) }
    }
}
