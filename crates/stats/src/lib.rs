#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod comparison;
mod distributions;
mod error;
mod estimate;
mod inputs;
mod means;
mod power;
mod programme;
mod proportions;
mod sample_ratio;
mod scores;
mod trend;

pub use comparison::Comparison;
pub use error::NotEstimable;
pub use estimate::{Confidence, Estimate};
pub use inputs::{COUNT_MAX, Proportion, Sample};
pub use means::{compare_means, mean_difference_welch, mean_estimate, mean_ratio_fieller};
pub use power::{
    Design, Effect, MeanBaseline, duration_weeks, minimum_effect_means, minimum_effect_proportions,
    power_means, power_proportions, sample_size_means, sample_size_proportions,
};
pub use programme::{
    Brier, CALIBRATION_BINS_MAX, CalibrationBin, Forecast, brier_score, calibration, median, quantile,
};
pub use proportions::{
    adjusted_wald, compare_proportions, difference_newcombe, difference_wald, relative_lift, wilson,
};
pub use sample_ratio::{SAMPLE_RATIO_ALPHA, SAMPLE_RATIO_EXPECTED_MIN, SampleRatio, sample_ratio};
pub use scores::{NpsCounts, PMF_LINE, Pmf, PmfVerdict, csat, nps, pmf};
pub use trend::{RATE_COUNT_MIN, RateComparison, TrendDirection, Window, compare_rates};
