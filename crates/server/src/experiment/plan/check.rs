//! Which plans can be kept, and which can start.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{ExperimentKind, Plan, PlanMetric, PlanMetricKind, ThresholdKind};
use crate::platform::invalid::Invalid;

const VARIANTS_MAX: usize = 20;
const METRICS_MAX: usize = 20;
const NAME_MAX: usize = 100;
const TEXT_MAX: usize = 2_000;
const DAYS_MAX: u32 = 365;
const WEEK_DAYS: u32 = 7;

/// Something that a plan lacks. A blocking one keeps the experiment from starting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanFinding {
    pub field: &'static str,
    pub message: String,
    pub blocking: bool,
}

/// Complaints about what is there; what is still missing is no complaint, but a finding.
pub fn validate(plan: &Plan, invalid: &mut Invalid) {
    invalid.check_length("plan.population", &plan.population, TEXT_MAX);
    invalid.check("plan.variants", plan.variants.len() <= VARIANTS_MAX, "must be at most 20");
    let names: HashSet<&str> = plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    invalid.check("plan.variants", names.len() == plan.variants.len(), "must have different names");
    for variant in &plan.variants {
        invalid.check_text("plan.variants", &variant.name, NAME_MAX);
        invalid.check_length("plan.variants", &variant.description, TEXT_MAX);
        let is_fine = variant.weight > 0.0 && variant.weight <= 1e6;
        invalid.check("plan.variants", is_fine, "must have weights above zero");
    }
    let metrics: Vec<&PlanMetric> = plan.metrics().collect();
    invalid.check("plan.secondary", metrics.len() <= METRICS_MAX, "must be at most 20 metrics in all");
    let names: HashSet<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    invalid.check("plan.secondary", names.len() == metrics.len(), "must have metrics of different names");
    for metric in metrics {
        invalid.check_text("plan.metrics", &metric.name, NAME_MAX);
    }
    for guardrail in &plan.guardrails {
        let is_fine = guardrail.limit >= 0.0 && guardrail.limit.is_finite();
        invalid.check("plan.guardrails", is_fine, "must have limits of 0 or more");
    }
    validate_numbers(plan, invalid);
    for (_, text) in plan.decision_rule.outcomes() {
        invalid.check_length("plan.decision_rule", text, TEXT_MAX);
    }
}

fn validate_numbers(plan: &Plan, invalid: &mut Invalid) {
    let is_positive = |value: Option<f64>| value.is_none_or(|value| value > 0.0 && value.is_finite());
    invalid.check("plan.smallest_effect", is_positive(plan.smallest_effect), "must be above 0");
    invalid.check("plan.baseline_sd", is_positive(plan.baseline_sd), "must be above 0");
    invalid.check("plan.people_per_week", is_positive(plan.people_per_week), "must be above 0");
    invalid.check("plan.baseline", plan.baseline.is_none_or(f64::is_finite), "must be an ordinary number");
    let is_share = |value: f64| (0.5..1.0).contains(&value);
    invalid.check("plan.confidence", is_share(plan.confidence), "must be at least 0.5 and below 1");
    invalid.check("plan.power", is_share(plan.power), "must be at least 0.5 and below 1");
    let alpha = plan.sample_ratio_alpha;
    invalid.check("plan.sample_ratio_alpha", alpha > 0.0 && alpha <= 0.1, "must be above 0 and at most 0.1");
    invalid.check("plan.sample_size", plan.sample_size != Some(0), "must be above 0");
    let is_fine = plan.duration_days.is_none_or(|days| (1..=DAYS_MAX).contains(&days));
    invalid.check("plan.duration_days", is_fine, "must be between 1 and 365");
}

/// What is missing or weak in a plan of this kind.
pub fn findings(kind: ExperimentKind, plan: &Plan) -> Vec<PlanFinding> {
    let mut found = Vec::new();
    let mut need = |is_met: bool, field: &'static str, message: &str| {
        if !is_met {
            found.push(PlanFinding { field, message: message.to_owned(), blocking: true });
        }
    };
    need(!plan.population.trim().is_empty(), "plan.population", "must say who takes part");
    need(plan.primary.is_some(), "plan.primary", "must name the one metric that decides");
    let (is_fine, message) = variants_fit(kind, plan.variants.len());
    need(is_fine, "plan.variants", message);
    need(plan.smallest_effect.is_some(), "plan.smallest_effect", "must say how much is worth acting on");
    let judges_level = plan.variants.len() == 1;
    let is_level = plan.effect_kind == ThresholdKind::Level;
    let message = "must be a level with one group, and a change with several";
    need(plan.variants.is_empty() || judges_level == is_level, "plan.effect_kind", message);
    need(plan.sample_size.is_some(), "plan.sample_size", "must say how many people per group are enough");
    need(plan.duration_days.is_some(), "plan.duration_days", "must say how long it runs");
    for (outcome, action) in plan.decision_rule.outcomes() {
        let message = format!("must say what is done when it is {outcome}");
        need(!action.trim().is_empty(), "plan.decision_rule", &message);
    }
    let is_share = |metric: &PlanMetric| metric.kind == PlanMetricKind::Proportion;
    if is_level && plan.primary.as_ref().is_some_and(is_share) {
        let is_fine = plan.smallest_effect.is_none_or(|level| level <= 1.0);
        need(is_fine, "plan.smallest_effect", "must be a share between 0 and 1");
    }
    found.extend(advice(kind, plan));
    found
}

fn variants_fit(kind: ExperimentKind, n: usize) -> (bool, &'static str) {
    match kind {
        ExperimentKind::Ab => (n >= 2, "must be at least two, the control first"),
        ExperimentKind::FakeDoor => (n >= 1, "must be at least one"),
        ExperimentKind::InterviewRound | ExperimentKind::Prototype => (n == 1, "must be exactly one"),
        ExperimentKind::BeforeAfter => (n == 2, "must be exactly two: before, then after"),
    }
}

/// What does not keep a plan from starting, but is worth knowing.
fn advice(kind: ExperimentKind, plan: &Plan) -> Vec<PlanFinding> {
    let mut found = Vec::new();
    let mut advise = |is_worth_it: bool, field: &'static str, message: &str| {
        if is_worth_it {
            found.push(PlanFinding { field, message: message.to_owned(), blocking: false });
        }
    };
    let days = plan.duration_days.unwrap_or(WEEK_DAYS);
    let runs_live = matches!(kind, ExperimentKind::Ab | ExperimentKind::FakeDoor);
    let message = "is not a number of whole weeks; weekdays and weekends differ";
    advise(runs_live && !days.is_multiple_of(WEEK_DAYS), "plan.duration_days", message);
    let message = "is missing; without a guardrail a win may hide a loss elsewhere";
    advise(kind == ExperimentKind::Ab && plan.guardrails.is_empty(), "plan.guardrails", message);
    let message = "compares two times: whatever else changed between them looks like an effect";
    advise(kind == ExperimentKind::BeforeAfter, "plan.variants", message);
    let weights = plan.variants.iter().map(|variant| variant.weight);
    let (low, high) = weights.fold((f64::MAX, 0.0_f64), |(low, high), w| (low.min(w), high.max(w)));
    let message = "have unequal weights; the sample size supposes equal groups";
    advise(plan.variants.len() > 1 && high > low, "plan.variants", message);
    found
}

#[cfg(test)]
mod tests {
    use super::super::wire::{PlanDirection, PlanVariant};
    use super::*;
    use crate::bet::words::DecisionRule;

    fn complete(kind: ExperimentKind) -> Plan {
        let single = kind.has_single_group();
        Plan {
            population: "Everybody new".to_owned(),
            variants: kind.first_variants(),
            primary: Some(PlanMetric {
                name: "done".to_owned(),
                kind: PlanMetricKind::Proportion,
                direction: PlanDirection::Up,
                metric_id: None,
            }),
            smallest_effect: Some(0.05),
            effect_kind: if single { ThresholdKind::Level } else { ThresholdKind::Absolute },
            sample_size: Some(100),
            duration_days: Some(14),
            decision_rule: DecisionRule {
                confirmed: "Keep".to_owned(),
                refuted: "Drop".to_owned(),
                inconclusive: "Think".to_owned(),
            },
            ..Plan::default()
        }
    }

    #[test]
    fn each_kind_has_its_own_groups() {
        let check = |kind, n: usize, expect: &[&str]| {
            let mut plan = complete(kind);
            let spare = PlanVariant { name: "x".to_owned(), weight: 1.0, description: String::new() };
            plan.variants.resize(n, spare);
            let blocking = findings(kind, &plan).into_iter().filter(|finding| finding.blocking);
            let fields: Vec<&str> = blocking.map(|finding| finding.field).collect();
            assert_eq!(fields, expect, "{kind:?} {n}");
        };
        check(ExperimentKind::Ab, 2, &[]);
        check(ExperimentKind::Ab, 1, &["plan.variants", "plan.effect_kind"]);
        check(ExperimentKind::Prototype, 1, &[]);
        check(ExperimentKind::Prototype, 2, &["plan.variants", "plan.effect_kind"]);
        check(ExperimentKind::BeforeAfter, 3, &["plan.variants"]);
    }

    #[test]
    fn an_empty_plan_lacks_everything() {
        let fields: HashSet<&str> =
            findings(ExperimentKind::Ab, &Plan::default()).iter().map(|found| found.field).collect();
        for field in ["plan.population", "plan.primary", "plan.sample_size", "plan.decision_rule"] {
            assert!(fields.contains(field), "{field}");
        }
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let check = |change: &dyn Fn(&mut Plan), field: &str| {
            let mut plan = complete(ExperimentKind::Ab);
            change(&mut plan);
            let mut invalid = Invalid::default();
            validate(&plan, &mut invalid);
            assert!(invalid.0.contains_key(field), "{field}: {invalid:?}");
        };
        check(&|plan| plan.smallest_effect = Some(0.0), "plan.smallest_effect");
        check(&|plan| plan.confidence = 95.0, "plan.confidence");
        check(&|plan| plan.variants[1].weight = f64::NAN, "plan.variants");
        check(&|plan| plan.variants[1].name = "control".to_owned(), "plan.variants");
        check(&|plan| plan.duration_days = Some(0), "plan.duration_days");
    }
}
