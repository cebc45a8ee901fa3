//! How many people a test needs, for how long, and what can be done when that is too much: pure functions.

use heedful_stats::{
    Confidence, Design, Effect, MeanBaseline, Proportion, adjusted_wald, duration_weeks,
    minimum_effect_means, minimum_effect_proportions, power_means, power_proportions, sample_size_means,
    sample_size_proportions,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{Plan, PlanMetricKind, ThresholdKind};
use crate::experiment::figures::{NotEstimableReason, Number, WholeNumber};

/// A test longer than this runs into holidays, releases and forgetting.
const WEEKS_MAX: u64 = 8;

/// What the calculation starts from.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PowerIn {
    pub metric_kind: PlanMetricKind,
    /// The metric today: a share between 0 and 1, or a mean.
    pub baseline: Option<f64>,
    /// For means: how much people differ.
    pub baseline_sd: Option<f64>,
    pub smallest_effect: Option<f64>,
    pub effect_kind: ThresholdKind,
    pub n_groups: u32,
    #[serde(default = "confidence")]
    pub confidence: f64,
    #[serde(default = "power")]
    pub power: f64,
    /// Over all groups.
    pub people_per_week: Option<f64>,
    /// People per group, to see what they can show.
    pub sample_size: Option<u32>,
}

/// Answers to how many, how long, and how much could be seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PowerOut {
    /// People per group to find the smallest worthwhile effect.
    pub sample_size: WholeNumber,
    /// Whole weeks until that many have taken part.
    pub weeks: WholeNumber,
    /// What the given sample size can find, in the metric's unit.
    pub minimum_effect: Number,
    /// The chance that the given sample size finds the smallest worthwhile effect.
    pub power: Number,
    /// With a single group: how far the share could be off, at worst.
    pub margin: Number,
    /// What to do when it takes too long, each with its number.
    pub advice: Vec<String>,
}

fn confidence() -> f64 {
    0.95
}

fn power() -> f64 {
    0.8
}

impl PowerIn {
    pub fn of(plan: &Plan) -> Self {
        Self {
            metric_kind: plan.primary.as_ref().map_or(PlanMetricKind::Proportion, |metric| metric.kind),
            baseline: plan.baseline,
            baseline_sd: plan.baseline_sd,
            smallest_effect: plan.smallest_effect,
            effect_kind: plan.effect_kind,
            n_groups: u32::try_from(plan.variants.len()).unwrap_or(u32::MAX),
            confidence: plan.confidence,
            power: plan.power,
            people_per_week: plan.people_per_week,
            sample_size: plan.sample_size,
        }
    }

    fn effect(&self, factor: f64) -> Result<Effect, NotEstimableReason> {
        let effect = given("The smallest worthwhile effect", self.smallest_effect)? * factor;
        match self.effect_kind {
            ThresholdKind::Relative => Ok(Effect::Relative(effect)),
            ThresholdKind::Absolute | ThresholdKind::Level => Ok(Effect::Absolute(effect)),
        }
    }

    fn mean(&self) -> Result<MeanBaseline, NotEstimableReason> {
        let mean = given("The metric today", self.baseline)?;
        Ok(MeanBaseline { mean, sd: given("The spread between people", self.baseline_sd)? })
    }

    fn design(&self) -> Result<Design, NotEstimableReason> {
        Ok(Design::new(1.0 - self.confidence, self.n_groups)?)
    }

    fn n_given(&self) -> Result<u64, NotEstimableReason> {
        self.sample_size
            .map(u64::from)
            .ok_or_else(|| NotEstimableReason::new("missing", "The sample size is not given."))
    }

    fn n_needed(&self, factor: f64) -> Result<u64, NotEstimableReason> {
        let (effect, design) = (self.effect(factor)?, self.design()?);
        match self.metric_kind {
            PlanMetricKind::Proportion => {
                let baseline = given("The metric today", self.baseline)?;
                Ok(sample_size_proportions(baseline, effect, design, self.power)?)
            }
            PlanMetricKind::Mean => Ok(sample_size_means(self.mean()?, effect, design, self.power)?),
        }
    }

    fn minimum_effect(&self, n: u64) -> Result<f64, NotEstimableReason> {
        match self.metric_kind {
            PlanMetricKind::Proportion => {
                let baseline = given("The metric today", self.baseline)?;
                Ok(minimum_effect_proportions(baseline, n, self.design()?, self.power)?)
            }
            PlanMetricKind::Mean => Ok(minimum_effect_means(self.mean()?, n, self.design()?, self.power)?),
        }
    }

    fn power_of(&self, n: u64) -> Result<f64, NotEstimableReason> {
        let (effect, design) = (self.effect(1.0)?, self.design()?);
        match self.metric_kind {
            PlanMetricKind::Proportion => {
                Ok(power_proportions(given("The metric today", self.baseline)?, effect, n, design)?)
            }
            PlanMetricKind::Mean => Ok(power_means(self.mean()?, effect, n, design)?),
        }
    }

    fn weeks(&self, n: u64) -> Result<u64, NotEstimableReason> {
        let per_week = given("The number of people per week", self.people_per_week)?;
        Ok(duration_weeks(n, self.design()?, per_week)?)
    }

    /// Half the width of the interval around one half, where it is widest.
    fn margin(&self) -> Result<f64, NotEstimableReason> {
        let n = self.n_given()?;
        let share = Proportion::new(n / 2, n)?;
        Ok(adjusted_wald(share, Confidence::new(self.confidence)?)?.half_width())
    }
}

fn given(what: &'static str, value: Option<f64>) -> Result<f64, NotEstimableReason> {
    value.ok_or_else(|| NotEstimableReason::new("missing", &format!("{what} is not given.")))
}

/// Answers what can be answered; each number stands or falls alone.
pub fn compute(input: &PowerIn) -> PowerOut {
    let needed = input.n_needed(1.0);
    let weeks = needed.clone().and_then(|n| input.weeks(n));
    PowerOut {
        sample_size: needed.into(),
        weeks: weeks.clone().into(),
        minimum_effect: input.n_given().and_then(|n| input.minimum_effect(n)).into(),
        power: input.n_given().and_then(|n| input.power_of(n)).into(),
        margin: input.margin().into(),
        advice: advice(input, weeks.ok()),
    }
}

/// Ways out when a plan takes too long.
fn advice(input: &PowerIn, weeks: Option<u64>) -> Vec<String> {
    let Some(weeks) = weeks else { return Vec::new() };
    if weeks <= WEEKS_MAX {
        return Vec::new();
    }
    let mut advice = vec![format!("This needs {weeks} weeks; more than {WEEKS_MAX} rarely ends as planned.")];
    if let Ok(bolder) = input.n_needed(2.0).and_then(|n| input.weeks(n)) {
        advice.push(format!("A bolder change, with twice the effect, would need {bolder} weeks."));
    }
    if input.n_groups > 2 {
        let fewer = PowerIn { n_groups: 2, ..input.clone() };
        if let Ok(fewer) = fewer.n_needed(1.0).and_then(|n| fewer.weeks(n)) {
            advice
                .push(format!("With two groups instead of {} it would need {fewer} weeks.", input.n_groups));
        }
    }
    if input.metric_kind == PlanMetricKind::Mean
        && let Some(sd) = input.baseline_sd
    {
        let calmer = PowerIn { baseline_sd: Some(sd / 2.0), ..input.clone() };
        if let Ok(calmer) = calmer.n_needed(1.0).and_then(|n| calmer.weeks(n)) {
            advice.push(format!("A metric with half the spread between people would need {calmer} weeks."));
        }
    }
    advice.push(
        "A round of five to eight interviews or a prototype test shows large problems within a week."
            .to_owned(),
    );
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> PowerIn {
        PowerIn {
            metric_kind: PlanMetricKind::Proportion,
            baseline: Some(0.2),
            baseline_sd: None,
            smallest_effect: Some(0.02),
            effect_kind: ThresholdKind::Absolute,
            n_groups: 2,
            confidence: 0.95,
            power: 0.8,
            people_per_week: Some(1_000.0),
            sample_size: Some(6_510),
        }
    }

    #[test]
    fn size_duration_and_power_agree_with_each_other() {
        let found = compute(&input());
        let n = found.sample_size.value.unwrap();
        assert!((6_400..6_600).contains(&n), "{n}");
        assert_eq!(found.weeks.value, Some((2 * n).div_ceil(1_000)));
        assert!((found.power.value.unwrap() - 0.8).abs() < 0.01);
        assert!((found.minimum_effect.value.unwrap() - 0.02).abs() < 0.001);
        assert!(found.advice.len() >= 3, "{:?}", found.advice);
    }

    #[test]
    fn what_is_missing_is_said_and_the_rest_is_answered() {
        let found = compute(&PowerIn { people_per_week: None, baseline: None, ..input() });
        assert!(found.sample_size.not_estimable.unwrap().sentence.contains("The metric today"));
        assert!(found.margin.value.is_some());
    }

    #[test]
    fn a_round_of_eight_is_off_by_a_third() {
        let found = compute(&PowerIn { n_groups: 1, sample_size: Some(8), ..input() });
        assert!((0.25..0.35).contains(&found.margin.value.unwrap()));
        assert!(found.sample_size.value.is_none());
    }
}
