//! Whether the numbers can be trusted at all.

use heedful_stats::{SampleRatio, sample_ratio};

use super::known::Data;
use super::wire::{GroupSize, HealthCheck, HealthStatus};
use crate::experiment::experiments::ExperimentState;
use crate::experiment::figures::{NotEstimableReason, Number};
use crate::experiment::plan::{ExperimentKind, Plan};
use crate::platform::words::{self, count};

const PEOPLE: [&str; 2] = ["person", "people"];
/// More people than this in two groups, and assignment does not hold.
const CROSSED_MAX: f64 = 0.01;

pub fn checks(kind: ExperimentKind, state: ExperimentState, plan: &Plan, data: &Data) -> Vec<HealthCheck> {
    let mut checks = Vec::new();
    if is_assigned(kind, plan) {
        checks.push(check_ratio(plan, data));
    }
    if data.n_units > 0 && plan.variants.len() > 1 {
        checks.push(check_crossed(data));
    }
    checks.push(check_size(plan, data));
    checks.extend(check_design(kind));
    if state == ExperimentState::Running && plan.variants.len() > 1 {
        checks.push(HealthCheck {
            code: "looks",
            status: HealthStatus::Note,
            title: "Still running",
            sentence:
                "The intervals hold for one look at the planned size. Looking early is fine; stopping early \
                       because it looks good is not."
                    .to_owned(),
            p_value: None,
        });
    }
    checks
}

/// People per group, with the number that the weights would give.
pub fn sizes(kind: ExperimentKind, plan: &Plan, data: &Data) -> Vec<GroupSize> {
    let expected = is_assigned(kind, plan).then(|| ratio(plan, data).ok()).flatten();
    let sizes = plan.variants.iter().enumerate().map(|(index, variant)| GroupSize {
        variant: variant.name.clone(),
        n: data.n_people(&variant.name),
        expected: expected.as_ref().and_then(|ratio| ratio.expected.get(index).copied()),
        planned: plan.sample_size,
    });
    sizes.collect()
}

/// Whether chance decided who is in which group.
fn is_assigned(kind: ExperimentKind, plan: &Plan) -> bool {
    matches!(kind, ExperimentKind::Ab | ExperimentKind::FakeDoor) && plan.variants.len() > 1
}

fn ratio(plan: &Plan, data: &Data) -> Result<SampleRatio, heedful_stats::NotEstimable> {
    let counts: Vec<u64> = plan.variants.iter().map(|variant| data.n_people(&variant.name)).collect();
    let weights: Vec<f64> = plan.variants.iter().map(|variant| variant.weight).collect();
    sample_ratio(&counts, &weights, plan.sample_ratio_alpha)
}

fn check_ratio(plan: &Plan, data: &Data) -> HealthCheck {
    let found = ratio(plan, data);
    let (status, sentence) = match &found {
        Ok(found) if found.alarm => (
            HealthStatus::Alarm,
            format!(
                "The groups are not the sizes that the plan asked for: chance alone would do this in {} of cases. \
                 Something assigns, loses or counts people unevenly; find it before you read the result.",
                words::percent(found.p_value)
            ),
        ),
        Ok(found) => (
            HealthStatus::Fine,
            format!(
                "The groups have the planned sizes, as far as chance allows (p = {}).",
                words::number(found.p_value)
            ),
        ),
        Err(reason) => (HealthStatus::Unknown, reason.to_string()),
    };
    let p_value = found.map(|found| found.p_value).map_err(NotEstimableReason::from);
    let p_value = Some(Number::from(p_value));
    HealthCheck { code: "sample_ratio", status, title: "Group sizes", sentence, p_value }
}

fn check_crossed(data: &Data) -> HealthCheck {
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
    let share = data.n_in_two_variants as f64 / data.n_units as f64;
    let seen = count(data.n_in_two_variants, ["person was seen", "people were seen"]);
    let (status, sentence) = match data.n_in_two_variants {
        0 => (HealthStatus::Fine, "Everybody was in one group only.".to_owned()),
        _ if share <= CROSSED_MAX => (HealthStatus::Note, format!("{seen} in two groups and left out.")),
        _ => (
            HealthStatus::Alarm,
            format!(
                "{seen} ({}) in two groups. They are left out, but with so many the groups are mixed.",
                words::percent(share)
            ),
        ),
    };
    HealthCheck { code: "two_variants", status, title: "One group per person", sentence, p_value: None }
}

fn check_size(plan: &Plan, data: &Data) -> HealthCheck {
    let smallest = plan.variants.iter().map(|variant| data.n_people(&variant.name)).min().unwrap_or_default();
    let planned = u64::from(plan.sample_size.unwrap_or_default());
    let (status, sentence) = if smallest >= planned && smallest > 0 {
        (HealthStatus::Fine, format!("Every group has the planned {}.", count(planned, PEOPLE)))
    } else {
        let (smallest, planned) = (words::whole(smallest), count(planned, PEOPLE));
        let sentence = format!("The smallest group has {smallest} of the planned {planned}.");
        (HealthStatus::Note, sentence)
    };
    HealthCheck { code: "sample_size", status, title: "Enough people", sentence, p_value: None }
}

fn check_design(kind: ExperimentKind) -> Option<HealthCheck> {
    let sentence = match kind {
        ExperimentKind::Ab | ExperimentKind::FakeDoor => return None,
        ExperimentKind::BeforeAfter => {
            "This compares two times, not two groups. Whatever else changed between them – season, price, news, who \
             came – looks like an effect. Take it as a hint, not as proof."
        }
        ExperimentKind::InterviewRound | ExperimentKind::Prototype => {
            "A few people show whether large problems exist, not how common they are. The interval says how far the \
             share could be off."
        }
    };
    let title = if kind == ExperimentKind::BeforeAfter { "Weak evidence" } else { "A few people" };
    let sentence = sentence.to_owned();
    Some(HealthCheck { code: "design", status: HealthStatus::Note, title, sentence, p_value: None })
}
