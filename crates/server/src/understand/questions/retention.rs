//! Retention: who comes back, and when.

use heedful_events::journey::retention::{Cohorts, Returning};
use heedful_events::question::{self, Breakdown, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use heedful_events::{Micros, journey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::Deed;
use super::figures::share;
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, GroupOut, Plan};
use crate::platform::invalid::Invalid;

/// A triangle with more rows is no picture any more.
const PERIODS_MAX: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    /// What brings somebody into a cohort.
    pub start: Deed,
    /// What is coming back; the same, when not given.
    #[serde(rename = "return")]
    pub returning: Option<Deed>,
    #[serde(default)]
    pub interval: Interval,
    #[serde(default)]
    pub cohorts: CohortsIn,
    #[serde(default)]
    pub counting: Counting,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CohortsIn {
    /// That of the first time ever.
    #[default]
    FirstTime,
    /// That of every period in which it was done.
    Recurring,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Who comes back in the period itself.
    #[default]
    On,
    /// Who comes back in it or later.
    OnOrAfter,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionAnswer {
    pub periods: Vec<PeriodOut>,
    /// One without a breakdown.
    pub groups: Vec<RetentionGroup>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionGroup {
    pub group: Option<GroupOut>,
    /// For each period how many began in it, and how many of them came back one, two and more periods later.
    pub cohorts: Vec<Vec<u64>>,
    /// The share that came back so many periods later, over all cohorts that have had the time for it: each weighs as
    /// many as it has people. The last period is not over yet, and counts in none.
    pub mean: Vec<Option<f64>>,
}

pub struct RetentionPlan {
    start: Pattern,
    returning: Pattern,
    cohorts: Cohorts,
    counting: Returning,
    bounds: Vec<Micros>,
    /// How many of the periods are over.
    n_whole: usize,
    scope: Scope,
    breakdown: Option<Breakdown>,
}

impl RetentionQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<RetentionPlan> {
        let start = self.start.pattern("start", invalid);
        let returning = self.returning.as_ref().map(|deed| deed.pattern("return", invalid));
        let bounds = interval::bounds(self.interval, framed.from, framed.to, &framed.zone);
        let bounds = bounds.filter(|bounds| bounds.len() <= PERIODS_MAX + 1);
        invalid.check(
            "interval",
            bounds.is_some(),
            "is too short for this time: at most 200 periods are answered",
        );
        let bounds = bounds?;
        Some(RetentionPlan {
            returning: returning.unwrap_or_else(|| start.clone()),
            start,
            cohorts: match self.cohorts {
                CohortsIn::FirstTime => Cohorts::FirstTime,
                CohortsIn::Recurring => Cohorts::Recurring,
            },
            counting: match self.counting {
                Counting::On => Returning::On,
                Counting::OnOrAfter => Returning::OnOrAfter,
            },
            n_whole: bounds[1..].iter().filter(|end| **end <= framed.to).count(),
            bounds,
            scope: framed.scope_from_the_beginning(),
            breakdown: framed.breakdown.clone(),
        })
    }
}

impl RetentionPlan {
    fn question(&self) -> Option<question::Question<'_, journey::retention::Retention>> {
        let periods = interval::periods(&self.bounds)?;
        let rule = (periods, self.cohorts, self.counting);
        Some(question::retention(&self.scope, (&self.start, &self.returning), rule, self.breakdown.as_ref()))
    }
}

impl Plan for RetentionPlan {
    type Answer = RetentionAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<RetentionAnswer> {
        let groups = self.question().map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        let groups = groups.iter().map(|group| RetentionGroup {
            group: GroupOut::of(&group.label),
            cohorts: group.tally.counts().to_vec(),
            mean: mean(group.tally.counts(), self.n_whole),
        });
        let groups = groups.collect();
        Ok(RetentionAnswer { periods: interval::periods_out(&self.bounds), groups })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let n_periods = self.bounds.len() - 1;
        let after = cell.after.unwrap_or_default();
        let Some(period) = cell.period.filter(|period| period + after < n_periods) else { return Ok(None) };
        let Some(question) = self.question() else { return Ok(None) };
        let is_in = |counts: &[Vec<u64>]| counts[period][after] > 0;
        question.people(source, |label, retention| cell.has(label) && is_in(retention.counts())).map(Some)
    }
}

/// The weighted mean over those cohorts that had so many whole periods after them.
fn mean(cohorts: &[Vec<u64>], n_whole: usize) -> Vec<Option<f64>> {
    let of = |after: usize| {
        let old_enough = cohorts.iter().take(n_whole.saturating_sub(after));
        let (came, began) = old_enough.fold((0, 0), |(came, began), cohort| {
            (came + cohort.get(after).copied().unwrap_or_default(), began + cohort[0])
        });
        share(came, began)
    };
    (0..cohorts.len()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::mean;

    #[test]
    fn a_cohort_that_is_too_young_does_not_count() {
        let cohorts = [vec![10, 5, 4], vec![30, 3], vec![8]];
        assert_eq!(mean(&cohorts, 3), [Some(1.0), Some(0.2), Some(0.4)]);
        assert_eq!(mean(&cohorts, 2), [Some(1.0), Some(0.5), None]);
    }
}
