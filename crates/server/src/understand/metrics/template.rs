//! Metrics that most teams need, with what they are made of filled in.

use serde::Deserialize;
use utoipa::ToSchema;

use super::definition::{AnswerPart, MetricDefinition};
use crate::understand::questions::adoption::AdoptionQuestion;
use crate::understand::questions::deed::{Deed, ExactDeed};
use crate::understand::questions::definition::Definition;
use crate::understand::questions::frame::Frame;
use crate::understand::questions::funnel::{Attribution, FunnelQuestion, Order};
use crate::understand::questions::interval::Interval;
use crate::understand::questions::retention::{CohortsIn, Counting, RetentionQuestion};

const DAY_S: i64 = 86_400;
const WITHIN_DAYS_DEFAULT: i64 = 7;
const WITHIN_DAYS_MAX: i64 = 3_650;

/// A metric by what it is commonly called, and the events that it is made of in your product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MetricTemplate {
    /// Of those who begin for the first time, who comes to what the product is for, within so many days (7).
    Activation { begin: Deed, done: Deed, within_days: Option<i64> },
    /// Of those who begin for the first time, who does not come through all steps within so many days (7).
    OnboardingDropOff { steps: Vec<Deed>, within_days: Option<i64> },
    /// Of those who are there, who uses a feature.
    Adoption { feature: Deed, active: Option<Deed> },
    /// Of those who began so many weeks before (4), who comes back in a week, to whatever, when it is not said to what.
    Retention {
        begin: Deed,
        #[serde(rename = "return")]
        returning: Option<Deed>,
        after_weeks: Option<usize>,
    },
    /// Of those who are there, who takes more: a larger plan, another seat, a second project.
    Expansion { more: Deed, active: Option<Deed> },
}

/// What a template fills in where the caller says nothing.
pub struct Filled {
    pub name: &'static str,
    pub description: &'static str,
    pub direction: &'static str,
    pub definition: MetricDefinition,
}

impl MetricTemplate {
    pub fn fill(&self) -> Filled {
        let up = |name, description, question, part| Filled {
            name,
            description,
            direction: "up",
            definition: MetricDefinition { question: Some(question), part, ..MetricDefinition::default() },
        };
        match self.clone() {
            Self::Activation { begin, done, within_days } => up(
                "Activation",
                "Of those who begin, who comes to what the product is for.",
                funnel(vec![begin, done], within_days),
                AnswerPart::default(),
            ),
            Self::OnboardingDropOff { steps, within_days } => Filled {
                direction: "down",
                ..up(
                    "Onboarding drop-off",
                    "Of those who begin, who does not come through all steps.",
                    funnel(steps, within_days),
                    AnswerPart { dropped: true, ..AnswerPart::default() },
                )
            },
            Self::Adoption { feature, active } => up(
                "Adoption",
                "Of those who are there, who uses the feature.",
                Definition::Adoption(AdoptionQuestion {
                    frame: Frame::default(),
                    feature,
                    active,
                    interval: Interval::All,
                }),
                AnswerPart::default(),
            ),
            Self::Retention { begin, returning, after_weeks } => up(
                "Retention",
                "Of those who began some weeks before, who comes back in a week.",
                Definition::Retention(RetentionQuestion {
                    frame: Frame::default(),
                    start: begin,
                    returning: Some(returning.unwrap_or_else(|| Deed::Exact(ExactDeed::default()))),
                    interval: Interval::Week,
                    cohorts: CohortsIn::FirstTime,
                    counting: Counting::On,
                }),
                AnswerPart { after: Some(after_weeks.unwrap_or(4)), ..AnswerPart::default() },
            ),
            Self::Expansion { more, active } => up(
                "Expansion",
                "Of those who are there, who takes more.",
                Definition::Adoption(AdoptionQuestion {
                    frame: Frame::default(),
                    feature: more,
                    active,
                    interval: Interval::All,
                }),
                AnswerPart::default(),
            ),
        }
    }
}

fn funnel(steps: Vec<Deed>, within_days: Option<i64>) -> Definition {
    let days = within_days.unwrap_or(WITHIN_DAYS_DEFAULT).clamp(0, WITHIN_DAYS_MAX + 1);
    Definition::Funnel(FunnelQuestion {
        frame: Frame::default(),
        steps,
        window_s: Some(days * DAY_S),
        order: Order::Ordered,
        exclude: Vec::new(),
        attribution: Attribution::FirstStep,
        first_ever: true,
        interval: None,
    })
}
