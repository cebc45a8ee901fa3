//! A question that was checked, and can be answered.

use heedful_events::question::{Label, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question ready to be asked.
pub trait Plan: Send + Sync + 'static {
    type Answer;

    fn answer(&self, source: Source) -> heedful_events::Result<Self::Answer>;

    /// The numbers of the people in a cell of the answer, in order; nothing when it has no such cell.
    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>>;
}

/// A part of an answer: a point of a line, a bar, a drop-off. What a kind of question does not have is left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = AnswerCell)]
pub struct Cell {
    /// Trend: which series, from 0.
    #[serde(default)]
    pub series: usize,
    /// The period, from 0: of a trend, lifecycle or adoption; of retention that of the cohort.
    pub period: Option<usize>,
    /// Retention: so many periods later.
    pub after: Option<usize>,
    /// Funnel: who came to this step at least, from 0. With `dropped`: to it and no further.
    pub step: Option<usize>,
    #[serde(default)]
    pub dropped: bool,
    /// Lifecycle: `new`, `returning`, `resurrecting` or `dormant`. Adoption: `active`, `users` or `again`.
    pub stage: Option<String>,
    /// Stickiness: active in exactly so many periods.
    pub n_periods: Option<usize>,
    /// Paths: who went from here,
    pub source: Option<String>,
    /// to there.
    pub target: Option<String>,
    /// The value of the breakdown.
    pub group: Option<GroupOut>,
}

/// What the people or events of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GroupOut {
    /// This value.
    Value { value: String },
    /// They lack the property.
    Missing,
    /// Another value than those that are told.
    Rest,
}

impl GroupOut {
    /// The group of a breakdown; nothing without one.
    pub fn of(label: &Label) -> Option<Self> {
        match label {
            Label::Everything => None,
            Label::Value(value) => Some(Self::Value { value: value.clone() }),
            Label::Missing => Some(Self::Missing),
            Label::Rest => Some(Self::Rest),
        }
    }

    pub fn is(&self, label: &Label) -> bool {
        Self::of(label).as_ref() == Some(self)
    }
}

impl Cell {
    /// Whether a group is one that the cell is about.
    pub fn has(&self, label: &Label) -> bool {
        self.group.as_ref().is_none_or(|group| group.is(label))
    }
}
