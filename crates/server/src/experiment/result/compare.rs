//! Each metric: its value per group, and each group against the control.

use heedful_stats::{
    Comparison as Compared, Confidence, NotEstimable, adjusted_wald, compare_means, compare_proportions,
    difference_wald, mean_estimate, wilson,
};

use super::say;
use super::wire::{GroupResult, GuardrailStatus, MetricPart, MetricResult, VariantComparison};
use crate::bet::words::EffectKind;
use crate::experiment::data::Cell;
use crate::experiment::figures::{EstimateInterval, Quantity};
use crate::experiment::plan::{ExperimentKind, PlanDirection, PlanGuardrail, PlanMetric, PlanMetricKind};

/// One group with its figures of a metric.
pub struct Group<'a> {
    pub variant: &'a str,
    pub cell: Cell,
}

/// What is asked of a metric.
pub struct Question<'a> {
    pub kind: ExperimentKind,
    pub part: MetricPart,
    pub metric: &'a PlanMetric,
    pub guardrail: Option<&'a PlanGuardrail>,
    pub confidence: Confidence,
}

impl Question<'_> {
    pub fn answer(&self, groups: &[Group<'_>]) -> MetricResult {
        let values = groups.iter().map(|group| GroupResult {
            variant: group.variant.to_owned(),
            n: group.cell.n,
            value: self.value(group.cell),
        });
        let comparisons = match groups.split_first() {
            Some((control, others)) => others.iter().map(|other| self.compare(control, other)).collect(),
            None => Vec::new(),
        };
        MetricResult {
            name: self.metric.name.clone(),
            part: self.part,
            kind: self.metric.kind,
            direction: self.metric.direction,
            groups: values.collect(),
            comparisons,
        }
    }

    fn value(&self, cell: Cell) -> Quantity {
        match self.metric.kind {
            // Task success of a few people: the interval customary there.
            PlanMetricKind::Proportion if self.kind.has_single_group() => {
                cell.proportion().and_then(|share| adjusted_wald(share, self.confidence)).into()
            }
            PlanMetricKind::Proportion => {
                cell.proportion().and_then(|share| wilson(share, self.confidence)).into()
            }
            PlanMetricKind::Mean => {
                cell.sample().and_then(|sample| mean_estimate(sample, self.confidence)).into()
            }
        }
    }

    fn compare(&self, control: &Group<'_>, other: &Group<'_>) -> VariantComparison {
        let (compared, wald) = match self.metric.kind {
            PlanMetricKind::Proportion => match (control.cell.proportion(), other.cell.proportion()) {
                (Ok(c), Ok(t)) => (
                    compare_proportions(c, t, self.confidence),
                    Some(difference_wald(c, t, self.confidence).into()),
                ),
                (Err(reason), _) | (_, Err(reason)) => (nothing(reason), None),
            },
            PlanMetricKind::Mean => match (control.cell.sample(), other.cell.sample()) {
                (Ok(c), Ok(t)) => (compare_means(c, t, self.confidence), None),
                (Err(reason), _) | (_, Err(reason)) => (nothing(reason), None),
            },
        };
        let (absolute, relative) = (Quantity::from(compared.absolute), Quantity::from(compared.relative));
        VariantComparison {
            variant: other.variant.to_owned(),
            control: control.variant.to_owned(),
            guardrail: self.guardrail.map(|guardrail| status(guardrail, &absolute, &relative)),
            sentence: self.sentence(control, other, &absolute),
            absolute,
            relative,
            p_value: compared.p_value.into(),
            absolute_wald: wald,
        }
    }

    fn sentence(&self, control: &Group<'_>, other: &Group<'_>, absolute: &Quantity) -> String {
        let kind = self.metric.kind;
        match (&absolute.estimate, &absolute.not_estimable) {
            (Some(change), _) => {
                let value = |cell: Cell| say::level(kind, average(cell));
                format!(
                    "{} was {} in {} and {} in {}: {}.",
                    self.metric.name,
                    value(other.cell),
                    other.variant,
                    value(control.cell),
                    control.variant,
                    say::change(kind, change)
                )
            }
            (None, Some(reason)) => {
                format!("{} cannot be compared yet. {}", self.metric.name, reason.sentence)
            }
            (None, None) => String::new(),
        }
    }
}

fn nothing(reason: NotEstimable) -> Compared {
    Compared { absolute: Err(reason), relative: Err(reason), p_value: Err(reason) }
}

fn average(cell: Cell) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
    let n = cell.n.max(1) as f64;
    cell.total / n
}

/// The same interval seen so that above zero is better.
pub fn oriented(direction: PlanDirection, interval: &EstimateInterval) -> EstimateInterval {
    match direction {
        PlanDirection::Up => interval.clone(),
        PlanDirection::Down => EstimateInterval {
            value: -interval.value,
            low: -interval.high,
            high: -interval.low,
            confidence: interval.confidence,
        },
    }
}

fn status(guardrail: &PlanGuardrail, absolute: &Quantity, relative: &Quantity) -> GuardrailStatus {
    let found = match guardrail.limit_kind {
        EffectKind::Absolute => &absolute.estimate,
        EffectKind::Relative => &relative.estimate,
    };
    let Some(found) = found else { return GuardrailStatus::Unknown };
    let found = oriented(guardrail.metric.direction, found);
    if found.high < -guardrail.limit {
        GuardrailStatus::Broken
    } else if found.low >= -guardrail.limit {
        GuardrailStatus::Safe
    } else {
        GuardrailStatus::Unsure
    }
}
