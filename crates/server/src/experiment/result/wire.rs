//! How results look on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use crate::bet::words::words;
use crate::experiment::experiments::AmendmentOut;
use crate::experiment::figures::{Number, Quantity};
use crate::experiment::plan::{PlanDirection, PlanMetricKind};

words!(
    ResultVerdict {
        Confirmed = "confirmed",
        Refuted = "refuted",
        Inconclusive = "inconclusive",
        NotEnoughData = "not_enough_data",
    }
);

words!(
    MetricPart {
        Primary = "primary",
        Secondary = "secondary",
        Guardrail = "guardrail",
    }
);

words!(
    /// note: nothing is wrong, but keep it in mind.
    HealthStatus {
        Fine = "fine",
        Note = "note",
        Alarm = "alarm",
        Unknown = "unknown",
    }
);

words!(
    /// broken: worse than the limit for sure. unsure: the interval reaches beyond the limit.
    GuardrailStatus {
        Safe = "safe",
        Unsure = "unsure",
        Broken = "broken",
        Unknown = "unknown",
    }
);

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExperimentResult {
    #[serde(flatten)]
    pub analysis: Analysis,
    pub plan_hash: Option<String>,
    /// What was changed in the plan after the start.
    pub amendments: Vec<AmendmentOut>,
    /// People imported; 0 when the sums were typed.
    pub n_units: i64,
    pub n_in_two_variants: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Analysis {
    pub proposal: ResultProposal,
    /// Read these first: an alarm means that the numbers below cannot be trusted.
    pub health: Vec<HealthCheck>,
    /// The primary metric first.
    pub metrics: Vec<MetricResult>,
    /// People per group, as planned and as found.
    pub groups: Vec<GroupSize>,
    /// Of the intervals, already divided by the number of comparisons.
    pub confidence: f64,
}

/// What the rule agreed beforehand says. People decide.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResultProposal {
    pub verdict: ResultVerdict,
    /// What the rule would say if no health check and no guardrail stood in the way.
    pub by_rule: ResultVerdict,
    /// Health checks and guardrails that stand in the way.
    pub blocked_by: Vec<String>,
    /// The group that does best, where there is one.
    pub variant: Option<String>,
    pub sentence: String,
    /// What the plan says is done in this case.
    pub action: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthCheck {
    /// sample_ratio, two_variants, sample_size, design or looks
    pub code: &'static str,
    pub status: HealthStatus,
    pub title: &'static str,
    pub sentence: String,
    pub p_value: Option<Number>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupSize {
    pub variant: String,
    pub n: u64,
    /// By the weights of the plan; null for a single group or while there is nobody.
    pub expected: Option<f64>,
    pub planned: Option<u32>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricResult {
    pub name: String,
    pub part: MetricPart,
    pub kind: PlanMetricKind,
    pub direction: PlanDirection,
    pub groups: Vec<GroupResult>,
    /// Each other group against the control.
    pub comparisons: Vec<VariantComparison>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupResult {
    pub variant: String,
    pub n: u64,
    /// A share, or a mean.
    pub value: Quantity,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VariantComparison {
    pub variant: String,
    pub control: String,
    /// In the metric's unit; 0.02 is two percentage points.
    pub absolute: Quantity,
    /// As a share of the control; 0.1 is 10 %.
    pub relative: Quantity,
    pub p_value: Number,
    /// For shares: the textbook (Wald) interval, as other tools show it.
    pub absolute_wald: Option<Quantity>,
    /// For guardrails.
    pub guardrail: Option<GuardrailStatus>,
    pub sentence: String,
}
