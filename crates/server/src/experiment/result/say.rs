//! Levels and changes of a metric in plain words.

use crate::experiment::figures::EstimateInterval;
use crate::experiment::plan::PlanMetricKind;
use crate::platform::words;

/// A share or a mean: "19%", "52.5".
pub fn level(kind: PlanMetricKind, value: f64) -> String {
    match kind {
        PlanMetricKind::Proportion => words::percent(value),
        PlanMetricKind::Mean => words::number(value),
    }
}

/// A difference between levels: "0.8 percentage points", "1.2".
pub fn difference(kind: PlanMetricKind, value: f64) -> String {
    match kind {
        PlanMetricKind::Proportion => words::points(value),
        PlanMetricKind::Mean => words::number(value),
    }
}

/// A change with its interval: "0.82 percentage points lower (95% interval −1.33 to −0.31)".
pub fn change(kind: PlanMetricKind, change: &EstimateInterval) -> String {
    let scale = if kind == PlanMetricKind::Proportion { 100.0 } else { 1.0 };
    format!(
        "{} {} ({} interval {} to {})",
        difference(kind, change.value.abs()),
        if change.value < 0.0 { "lower" } else { "higher" },
        words::percent(change.confidence),
        words::signed(change.low * scale),
        words::signed(change.high * scale)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_with_its_interval() {
        let fall = EstimateInterval { value: -0.0082, low: -0.01328, high: -0.00312, confidence: 0.95 };
        let check = |kind, expect: &str| assert_eq!(change(kind, &fall), expect);
        check(PlanMetricKind::Proportion, "0.82 percentage points lower (95% interval −1.33 to −0.31)");
        check(PlanMetricKind::Mean, "0.0082 lower (95% interval −0.0133 to −0.0031)");
    }
}
