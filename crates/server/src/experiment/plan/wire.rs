//! What a plan says.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bet::words::{DecisionRule, EffectKind, words};

words!(
    /// ab: people are assigned by chance. fake_door: something is offered that is not there yet. interview_round and
    /// prototype: one group, each person succeeds or not. before_after: the same measure earlier and later.
    ExperimentKind {
        Ab = "ab",
        FakeDoor = "fake_door",
        InterviewRound = "interview_round",
        Prototype = "prototype",
        BeforeAfter = "before_after",
    }
);

words!(
    /// proportion: yes or no per person. mean: a number per person.
    PlanMetricKind {
        Proportion = "proportion",
        Mean = "mean",
    }
);

words!(
    /// Which way is better.
    PlanDirection {
        Up = "up",
        Down = "down",
    }
);

words!(
    /// absolute: a change in the metric's unit (0.02 is two percentage points). relative: a share of the control
    /// (0.1 is 10 %). level: the value itself must be reached, for tests with a single group.
    ThresholdKind {
        Absolute = "absolute",
        Relative = "relative",
        Level = "level",
    }
);

/// A group of people. The first of a plan is the control: what the others are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanVariant {
    pub name: String,
    /// Its share of people relative to the others; 1 and 1 is half and half.
    #[serde(default = "one")]
    pub weight: f64,
    #[serde(default)]
    pub description: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanMetric {
    /// As it is called in the data.
    pub name: String,
    pub kind: PlanMetricKind,
    pub direction: PlanDirection,
    /// The metric of the registry that it stands for, if any.
    #[serde(default)]
    pub metric_id: Option<String>,
}

/// A metric that must not get worse by more than a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanGuardrail {
    pub metric: PlanMetric,
    /// How much worse is still acceptable, 0 or more.
    pub limit: f64,
    pub limit_kind: EffectKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Plan {
    /// Who takes part.
    pub population: String,
    pub variants: Vec<PlanVariant>,
    pub primary: Option<PlanMetric>,
    pub secondary: Vec<PlanMetric>,
    pub guardrails: Vec<PlanGuardrail>,
    /// The smallest effect worth acting on, above zero whichever way is better.
    pub smallest_effect: Option<f64>,
    pub effect_kind: ThresholdKind,
    /// The primary metric today: a share between 0 and 1, or a mean.
    pub baseline: Option<f64>,
    /// How much a mean differs between people.
    pub baseline_sd: Option<f64>,
    /// How many people can take part in a week, over all groups.
    pub people_per_week: Option<f64>,
    /// People per group.
    pub sample_size: Option<u32>,
    pub duration_days: Option<u32>,
    /// Of the intervals: 0.95 for 95 %.
    pub confidence: f64,
    /// The chance to find the smallest worthwhile effect if it is there.
    pub power: f64,
    /// The alarm level of the check that the groups have their planned sizes. 0.01: the result is read once, at the
    /// end, so a false alarm costs one look in a hundred, while a missed one costs a wrong decision.
    pub sample_ratio_alpha: f64,
    pub decision_rule: DecisionRule,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            population: String::new(),
            variants: Vec::new(),
            primary: None,
            secondary: Vec::new(),
            guardrails: Vec::new(),
            smallest_effect: None,
            effect_kind: ThresholdKind::Absolute,
            baseline: None,
            baseline_sd: None,
            people_per_week: None,
            sample_size: None,
            duration_days: None,
            confidence: 0.95,
            power: 0.8,
            sample_ratio_alpha: 0.01,
            decision_rule: DecisionRule::default(),
        }
    }
}

impl Plan {
    /// All metrics, the primary first.
    pub fn metrics(&self) -> impl Iterator<Item = &PlanMetric> {
        let guardrails = self.guardrails.iter().map(|guardrail| &guardrail.metric);
        self.primary.iter().chain(&self.secondary).chain(guardrails)
    }

    pub fn metric(&self, name: &str) -> Option<&PlanMetric> {
        self.metrics().find(|metric| metric.name == name)
    }
}

impl ExperimentKind {
    /// Whether the value of a single group is judged, instead of a change.
    pub fn has_single_group(self) -> bool {
        matches!(self, Self::InterviewRound | Self::Prototype)
    }

    /// The groups that a new plan starts with.
    pub fn first_variants(self) -> Vec<PlanVariant> {
        let names: &[&str] = match self {
            Self::Ab => &["control", "treatment"],
            Self::FakeDoor => &["offer"],
            Self::InterviewRound | Self::Prototype => &["participants"],
            Self::BeforeAfter => &["before", "after"],
        };
        let variant =
            |name: &&str| PlanVariant { name: (*name).to_owned(), weight: one(), description: String::new() };
        names.iter().map(variant).collect()
    }
}

fn one() -> f64 {
    1.0
}
