//! The verdict that the rule agreed beforehand gives.
//!
//! A change is *confirmed* when its interval lies above zero (seen so that up is better) and its value reaches the
//! smallest worthwhile effect; *refuted* when its interval lies below that effect; otherwise *inconclusive*. A level is
//! confirmed when the whole interval reaches it, and refuted when no part of it does. With several treatments one
//! confirmed is enough, and all must be refuted. While the test runs and a group is short of its planned size, there is
//! not enough data. An alarm or a broken guardrail turns every verdict but that into inconclusive, and says so.

use super::compare::oriented;
use super::say;
use super::wire::{GuardrailStatus, HealthCheck, HealthStatus, MetricResult, ResultProposal, ResultVerdict};
use crate::experiment::experiments::ExperimentState;
use crate::experiment::figures::{EstimateInterval, Quantity};
use crate::experiment::plan::{Plan, PlanDirection, PlanMetricKind, ThresholdKind};
use crate::platform::words;

/// One thing that the rule judges, and what it says of it.
struct Judged<'a> {
    variant: &'a str,
    verdict: ResultVerdict,
    better_by: f64,
    sentence: String,
}

pub fn propose(
    state: ExperimentState,
    plan: &Plan,
    metrics: &[MetricResult],
    health: &[HealthCheck],
) -> ResultProposal {
    let by_rule = metrics.first().map(|primary| judge(plan, primary)).unwrap_or_default();
    let best = by_rule.iter().max_by(|a, b| a.better_by.total_cmp(&b.better_by));
    let mut verdict = combine(&by_rule);
    let mut sentences: Vec<String> = best.iter().map(|best| best.sentence.clone()).collect();
    if state == ExperimentState::Running && is_short(plan, metrics) && verdict != ResultVerdict::NotEnoughData
    {
        verdict = ResultVerdict::NotEnoughData;
        sentences
            .push("The groups have not reached their planned size, so this may still change.".to_owned());
    }
    let rule_says = verdict;
    let blocked_by = blocks(metrics, health);
    if verdict != ResultVerdict::NotEnoughData && !blocked_by.is_empty() {
        verdict = ResultVerdict::Inconclusive;
    }
    sentences.insert(0, opening(verdict, rule_says, &blocked_by));
    ResultProposal {
        verdict,
        by_rule: rule_says,
        blocked_by,
        variant: best.map(|best| best.variant.to_owned()),
        sentence: sentences.join(" "),
        action: match verdict {
            ResultVerdict::Confirmed => plan.decision_rule.confirmed.clone(),
            ResultVerdict::Refuted => plan.decision_rule.refuted.clone(),
            ResultVerdict::Inconclusive => plan.decision_rule.inconclusive.clone(),
            ResultVerdict::NotEnoughData => String::new(),
        },
    }
}

fn opening(verdict: ResultVerdict, by_rule: ResultVerdict, blocked_by: &[String]) -> String {
    let word = |verdict| match verdict {
        ResultVerdict::Confirmed => "Confirmed",
        ResultVerdict::Refuted => "Refuted",
        ResultVerdict::Inconclusive => "Inconclusive",
        ResultVerdict::NotEnoughData => "Not enough data yet",
    };
    if blocked_by.is_empty() {
        return format!("{}.", word(verdict));
    }
    format!(
        "{}, because of {}; without that the rule would say: {}.",
        word(verdict),
        blocked_by.join(" and "),
        word(by_rule).to_lowercase()
    )
}

fn blocks(metrics: &[MetricResult], health: &[HealthCheck]) -> Vec<String> {
    let alarms = health.iter().filter(|check| check.status == HealthStatus::Alarm);
    let alarms = alarms.map(|check| format!("an alarm ({})", check.title.to_lowercase()));
    let broken = metrics.iter().flat_map(|metric| {
        let broken =
            metric.comparisons.iter().filter(|found| found.guardrail == Some(GuardrailStatus::Broken));
        broken.map(|found| format!("a broken guardrail ({} in {})", metric.name, found.variant))
    });
    alarms.chain(broken).collect()
}

fn combine(judged: &[Judged<'_>]) -> ResultVerdict {
    let has = |verdict| judged.iter().any(|one| one.verdict == verdict);
    if judged.is_empty() {
        ResultVerdict::NotEnoughData
    } else if has(ResultVerdict::Confirmed) {
        ResultVerdict::Confirmed
    } else if has(ResultVerdict::NotEnoughData) {
        ResultVerdict::NotEnoughData
    } else if has(ResultVerdict::Inconclusive) {
        ResultVerdict::Inconclusive
    } else {
        ResultVerdict::Refuted
    }
}

fn is_short(plan: &Plan, metrics: &[MetricResult]) -> bool {
    let planned = u64::from(plan.sample_size.unwrap_or_default());
    metrics.first().is_none_or(|primary| primary.groups.iter().any(|group| group.n < planned))
}

fn judge<'a>(plan: &Plan, primary: &'a MetricResult) -> Vec<Judged<'a>> {
    let threshold = plan.smallest_effect.unwrap_or_default();
    if plan.effect_kind == ThresholdKind::Level {
        return primary
            .groups
            .iter()
            .map(|group| judge_level(primary, &group.variant, &group.value, threshold))
            .collect();
    }
    let judge = |found: &'a super::wire::VariantComparison| {
        let quantity = match plan.effect_kind {
            ThresholdKind::Relative => &found.relative,
            ThresholdKind::Absolute | ThresholdKind::Level => &found.absolute,
        };
        let (verdict, better_by) = match &quantity.estimate {
            None => (ResultVerdict::NotEnoughData, f64::NEG_INFINITY),
            Some(interval) => {
                let seen = oriented(primary.direction, interval);
                (judge_change(&seen, threshold), seen.value)
            }
        };
        let worth = worth(plan.effect_kind, primary.kind, threshold);
        let sentence = format!("{} Worth acting on was a change of {worth}.", found.sentence);
        Judged { variant: &found.variant, verdict, better_by, sentence }
    };
    primary.comparisons.iter().map(judge).collect()
}

fn worth(effect: ThresholdKind, kind: PlanMetricKind, threshold: f64) -> String {
    match (effect, kind) {
        (ThresholdKind::Relative, _) => words::percent(threshold),
        (_, kind) => say::difference(kind, threshold),
    }
}

fn judge_change(seen: &EstimateInterval, threshold: f64) -> ResultVerdict {
    if seen.low > 0.0 && seen.value >= threshold {
        ResultVerdict::Confirmed
    } else if seen.high < threshold {
        ResultVerdict::Refuted
    } else {
        ResultVerdict::Inconclusive
    }
}

fn judge_level<'a>(metric: &MetricResult, variant: &'a str, value: &Quantity, threshold: f64) -> Judged<'a> {
    let Some(found) = &value.estimate else {
        let reason = value.not_estimable.as_ref().map(|reason| reason.sentence.clone());
        let sentence = reason.unwrap_or_default();
        return Judged {
            variant,
            verdict: ResultVerdict::NotEnoughData,
            better_by: f64::NEG_INFINITY,
            sentence,
        };
    };
    let (reached, missed) = match metric.direction {
        PlanDirection::Up => (found.low >= threshold, found.high < threshold),
        PlanDirection::Down => (found.high <= threshold, found.low > threshold),
    };
    let verdict = match (reached, missed) {
        (true, _) => ResultVerdict::Confirmed,
        (_, true) => ResultVerdict::Refuted,
        _ => ResultVerdict::Inconclusive,
    };
    let level = |value: f64| say::level(metric.kind, value);
    let sentence = format!(
        "{} was {} (between {} and {}); at {} it would be {}.",
        metric.name,
        level(found.value),
        level(found.low),
        level(found.high),
        if metric.direction == PlanDirection::Up { "least" } else { "most" },
        level(threshold),
    );
    Judged { variant, verdict, better_by: found.value, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_judged_by_its_interval_and_the_threshold() {
        let check = |low: f64, value: f64, high: f64, expect: ResultVerdict| {
            let seen = EstimateInterval { value, low, high, confidence: 0.95 };
            assert_eq!(judge_change(&seen, 0.02), expect, "{low} {value} {high}");
        };
        check(0.01, 0.03, 0.05, ResultVerdict::Confirmed);
        check(0.001, 0.01, 0.019, ResultVerdict::Refuted);
        check(-0.03, -0.02, -0.01, ResultVerdict::Refuted);
        check(-0.01, 0.03, 0.07, ResultVerdict::Inconclusive);
        check(0.005, 0.015, 0.025, ResultVerdict::Inconclusive);
    }
}
