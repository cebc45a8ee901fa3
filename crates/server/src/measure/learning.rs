//! Time to validated learning and what surrounds it, as pure functions over the facts.

use std::collections::HashMap;

use heedful_db::Micros;
use heedful_db::measure::{Cycle, Settled, Support};
use heedful_db::types::DAY;
use heedful_stats::{Confidence, Forecast, NotEstimable, median, quantile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::figure::Figure;

/// From weak to strong; a verdict validates when some evidence is at least as strong as the hypothesis asked for.
const STRENGTHS: [&str; 5] =
    ["opinion", "stated_behaviour", "observed_behaviour", "commitment", "randomised"];

/// A median and an 80th percentile of days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Way {
    pub median_days: Figure,
    pub p80_days: Figure,
}

/// The way from the first word to the verdict, whole and by stage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ways {
    /// First evidence linked → verdict, where the evidence was as strong as the hypothesis asked for.
    pub total: Way,
    /// First signal said → first evidence linked.
    pub hearing: Way,
    /// First evidence linked → test started.
    pub betting: Way,
    /// Test started → test ended.
    pub testing: Way,
    /// Test ended, or rule fired → verdict.
    pub deciding: Way,
    /// Verdicts that do not count because the evidence is weaker than asked for, or because there is none.
    pub n_not_validated: u64,
}

/// The times of one validated verdict.
struct Steps {
    heard: Option<Micros>,
    linked: Micros,
    started: Option<Micros>,
    ended: Option<Micros>,
    decided: Micros,
}

pub fn time_to_learning(cycles: &[Cycle], support: &[Support]) -> Ways {
    let by_hypothesis = group(support);
    let steps: Vec<Steps> = cycles.iter().filter_map(|cycle| validated(cycle, &by_hypothesis)).collect();
    let each = |from: &dyn Fn(&Steps) -> Option<Micros>, to: &dyn Fn(&Steps) -> Option<Micros>| {
        let spans = steps.iter().filter_map(|step| Some(to(step)? - from(step)?));
        way(spans.filter(|span| *span >= 0).collect())
    };
    let n_not_validated = cycles.len() - steps.len();
    Ways {
        total: each(&|step| Some(step.linked), &|step| Some(step.decided)),
        hearing: each(&|step| step.heard, &|step| Some(step.linked)),
        betting: each(&|step| Some(step.linked), &|step| step.started),
        testing: each(&|step| step.started, &|step| step.ended),
        deciding: decision_latency(cycles),
        n_not_validated: n_not_validated as u64,
    }
}

/// From the moment at which the facts were in (a test ended, a rule fired) to the verdict.
pub fn decision_latency(cycles: &[Cycle]) -> Way {
    let spans = cycles.iter().filter_map(|cycle| {
        let known_at = cycle.ended_at.or(cycle.fired_at)?;
        Some(cycle.decided_at - known_at)
    });
    way(spans.filter(|span| *span >= 0).collect())
}

/// How well forecasts matched what happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Calibration {
    /// Mean squared distance: 0 is perfect, 0.25 what always saying 50 % earns.
    pub brier: Figure,
    pub bins: Vec<CalibrationBin>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalibrationBin {
    /// The mean of the forecasts in this bin.
    pub forecast: f64,
    /// The share of them that came true.
    pub happened: Figure,
}

const BINS: u32 = 5;

pub fn calibrate(settled: &[Settled]) -> Calibration {
    let forecasts: Result<Vec<Forecast>, NotEstimable> =
        settled.iter().map(|bet| Forecast::new(bet.forecast, bet.happened.0)).collect();
    let n = settled.len() as u64;
    let brier = forecasts.clone().and_then(|forecasts| heedful_stats::brier_score(&forecasts));
    let bins = forecasts.and_then(|forecasts| heedful_stats::calibration(&forecasts, BINS, Confidence::P95));
    let bins = bins
        .unwrap_or_default()
        .into_iter()
        .map(|bin| CalibrationBin { forecast: bin.forecast, happened: Figure::of(bin.n, Ok(bin.outcome)) });
    Calibration { brier: Figure::plain(n, brier.map(|brier| brier.score)), bins: bins.collect() }
}

fn group(support: &[Support]) -> HashMap<&str, Vec<&Support>> {
    let mut groups: HashMap<&str, Vec<&Support>> = HashMap::new();
    for item in support {
        groups.entry(item.hypothesis_id.as_str()).or_default().push(item);
    }
    groups
}

fn validated(cycle: &Cycle, support: &HashMap<&str, Vec<&Support>>) -> Option<Steps> {
    let needed = rank(cycle.required_strength.as_deref()?)?;
    let before = support.get(cycle.hypothesis_id.as_deref()?)?.iter();
    let before: Vec<_> = before.filter(|item| item.linked_at <= cycle.decided_at).collect();
    let strongest = before.iter().filter_map(|item| rank(&item.strength)).max()?;
    let linked = before.iter().map(|item| item.linked_at).min()?;
    let is_conclusive = cycle.conclusive.is_some_and(|flag| flag.0);
    (is_conclusive && strongest >= needed).then(|| Steps {
        heard: before.iter().filter_map(|item| item.heard_at).min(),
        linked,
        started: cycle.started_at,
        ended: cycle.ended_at,
        decided: cycle.decided_at,
    })
}

fn rank(strength: &str) -> Option<usize> {
    STRENGTHS.iter().position(|known| *known == strength)
}

#[expect(clippy::cast_precision_loss, reason = "a span of micros in days needs no more than 15 digits")]
fn way(spans: Vec<Micros>) -> Way {
    let days: Vec<f64> = spans.into_iter().map(|span| span as f64 / DAY as f64).collect();
    let n = days.len() as u64;
    Way { median_days: Figure::plain(n, median(&days)), p80_days: Figure::plain(n, quantile(&days, 0.8)) }
}

#[cfg(test)]
mod tests {
    use heedful_db::Flag;

    use super::*;

    fn cycle(hypothesis: &str, conclusive: bool, days: [i64; 3]) -> Cycle {
        let [started, ended, decided] = days.map(|day| day * DAY);
        Cycle {
            decision_id: String::new(),
            question: String::new(),
            hypothesis_id: Some(hypothesis.to_owned()),
            verdict: "persevere".to_owned(),
            conclusive: Some(Flag(conclusive)),
            required_strength: Some("observed_behaviour".to_owned()),
            fired_at: None,
            started_at: Some(started),
            ended_at: Some(ended),
            decided_at: decided,
        }
    }

    fn support(hypothesis: &str, strength: &str, linked: i64, heard: Option<i64>) -> Support {
        Support {
            hypothesis_id: hypothesis.to_owned(),
            strength: strength.to_owned(),
            linked_at: linked * DAY,
            heard_at: heard.map(|day| day * DAY),
        }
    }

    #[test]
    fn the_clock_runs_from_the_first_evidence_to_a_verdict_as_strong_as_asked_for() {
        let cycles =
            [cycle("a", true, [20, 30, 34]), cycle("b", true, [20, 30, 34]), cycle("c", false, [1, 2, 3])];
        let evidence = [
            support("a", "opinion", 10, Some(4)),
            support("a", "randomised", 30, None),
            support("b", "opinion", 10, Some(4)),
            support("c", "randomised", 0, None),
        ];
        let ways = time_to_learning(&cycles, &evidence);
        assert_eq!(ways.total.median_days.value, Some(24.0));
        assert_eq!(ways.hearing.median_days.value, Some(6.0));
        assert_eq!(ways.betting.median_days.value, Some(10.0));
        assert_eq!(ways.testing.median_days.value, Some(10.0));
        assert_eq!((ways.total.median_days.n, ways.n_not_validated), (1, 2));
        assert_eq!(ways.deciding.median_days.n, 3, "latency does not ask how strong the evidence was");
    }

    #[test]
    fn nothing_decided_is_a_reason_and_not_a_zero() {
        let ways = time_to_learning(&[], &[]);
        assert_eq!(ways.total.median_days.value, None);
        assert!(ways.total.median_days.reason.is_some());
        assert_eq!(calibrate(&[]).brier.value, None);
    }
}
