//! From a plan and sums to a result: a pure function. Wherever the sums come from, this is how they are read.

use heedful_stats::Confidence;

use super::compare::{Group, Question};
use super::health::{checks, sizes};
use super::known::Data;
use super::proposal::propose;
use super::wire::{Analysis, MetricPart, MetricResult};
use crate::experiment::experiments::ExperimentState;
use crate::experiment::plan::{ExperimentKind, Plan, PlanGuardrail, PlanMetric};

pub fn analyse(kind: ExperimentKind, state: ExperimentState, plan: &Plan, data: &Data) -> Analysis {
    let confidence = shared_confidence(plan);
    let answer = |part: MetricPart, metric: &PlanMetric, guardrail: Option<&PlanGuardrail>| {
        let groups: Vec<Group<'_>> = plan
            .variants
            .iter()
            .map(|variant| Group { variant: &variant.name, cell: data.cell(&variant.name, &metric.name) })
            .collect();
        Question { kind, part, metric, guardrail, confidence }.answer(&groups)
    };
    let mut metrics: Vec<MetricResult> = Vec::new();
    metrics.extend(plan.primary.iter().map(|metric| answer(MetricPart::Primary, metric, None)));
    metrics.extend(plan.secondary.iter().map(|metric| answer(MetricPart::Secondary, metric, None)));
    let guardrails = plan.guardrails.iter();
    metrics.extend(guardrails.map(|guard| answer(MetricPart::Guardrail, &guard.metric, Some(guard))));
    let health = checks(kind, state, plan, data);
    Analysis {
        proposal: propose(state, plan, &metrics, &health),
        groups: sizes(kind, plan, data),
        health,
        metrics,
        confidence: confidence.value(),
    }
}

/// With several treatments the error rate is shared between their comparisons (Bonferroni).
fn shared_confidence(plan: &Plan) -> Confidence {
    let comparisons = u32::try_from(plan.variants.len().saturating_sub(1).max(1)).unwrap_or(u32::MAX);
    let shared = 1.0 - (1.0 - plan.confidence) / f64::from(comparisons);
    Confidence::new(shared).unwrap_or_default()
}
