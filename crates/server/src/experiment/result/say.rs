//! Numbers in plain words.

use crate::experiment::figures::EstimateInterval;
use crate::experiment::plan::PlanMetricKind;

/// A share or a mean: "19.0 %", "52.5".
pub fn level(kind: PlanMetricKind, value: f64) -> String {
    match kind {
        PlanMetricKind::Proportion => percent(value),
        PlanMetricKind::Mean => number(value),
    }
}

/// A change with its interval: "0.8 percentage points lower (95 % interval 0.3 lower to 1.3 lower)".
pub fn change(kind: PlanMetricKind, change: &EstimateInterval) -> String {
    let (scale, unit) = match kind {
        PlanMetricKind::Proportion => (100.0, " percentage points"),
        PlanMetricKind::Mean => (1.0, ""),
    };
    let word = if change.value < 0.0 { "lower" } else { "higher" };
    format!(
        "{}{unit} {word} ({} interval {} to {})",
        number((change.value * scale).abs()),
        percent_whole(change.confidence),
        signed(change.low * scale),
        signed(change.high * scale)
    )
}

pub fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

fn percent_whole(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.trim_end_matches(".0"))
}

pub fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", number(value.abs()))
}

/// Three figures that matter, never scientific.
pub fn number(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let check = |value: f64, expect: &str| assert_eq!(number(value), expect);
        check(1234.5, "1234");
        check(52.456, "52.5");
        check(0.8201, "0.82");
        check(0.00123, "0.0012");
        check(0.0, "0");
        check(100.0, "100");
        let fall = EstimateInterval { value: -0.0082, low: -0.01328, high: -0.00312, confidence: 0.95 };
        assert_eq!(
            change(PlanMetricKind::Proportion, &fall),
            "0.82 percentage points lower (95 % interval −1.33 to −0.31)"
        );
    }
}
