//! Adoption of a feature: how many use it, how often, and whether they do again.

use heedful_events::Micros;
use heedful_events::journey::adoption::{Adopted, Adoption};
use heedful_events::question::{self, Breakdown, Question, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::Deed;
use super::figures::share;
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, GroupOut, Plan};
use crate::platform::invalid::Invalid;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AdoptionQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    /// What using the feature is.
    pub feature: Deed,
    /// What shows that somebody is there and could use it; any event, when not given.
    pub active: Option<Deed>,
    #[serde(default)]
    pub interval: Interval,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdoptionAnswer {
    pub periods: Vec<PeriodOut>,
    /// One without a breakdown.
    pub groups: Vec<AdoptionGroup>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdoptionGroup {
    pub group: Option<GroupOut>,
    /// One for each period.
    pub values: Vec<AdoptionOut>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdoptionOut {
    /// People who were there.
    pub active: u64,
    /// Who used the feature,
    pub users: u64,
    /// how often,
    pub uses: u64,
    /// and of them who used it in the period before too.
    pub again: u64,
    /// Users of those who were there.
    pub reach: Option<f64>,
    /// Uses for each user.
    pub frequency: Option<f64>,
    /// Of the users of the period before, who used it again.
    pub retention: Option<f64>,
    /// Reach × frequency × retention; nothing in the first period, which has none before it.
    pub score: Option<f64>,
}

pub struct AdoptionPlan {
    active: Pattern,
    feature: Pattern,
    bounds: Vec<Micros>,
    scope: Scope,
    breakdown: Option<Breakdown>,
}

impl AdoptionQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<AdoptionPlan> {
        let feature = self.feature.pattern("feature", invalid);
        let active = self.active.as_ref().map(|deed| deed.pattern("active", invalid)).unwrap_or_default();
        let bounds = interval::bounds(self.interval, framed.from, framed.to, &framed.zone);
        invalid.check("interval", bounds.is_some(), interval::TOO_MANY);
        let (scope, breakdown) = (framed.scope.clone(), framed.breakdown.clone());
        Some(AdoptionPlan { active, feature, bounds: bounds?, scope, breakdown })
    }
}

impl AdoptionPlan {
    fn question(&self) -> Option<Question<'_, Adoption>> {
        let periods = interval::periods(&self.bounds)?;
        let patterns = (&self.active, &self.feature);
        Some(question::adoption(&self.scope, patterns, periods, self.breakdown.as_ref()))
    }
}

impl Plan for AdoptionPlan {
    type Answer = AdoptionAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<AdoptionAnswer> {
        let groups = self.question().map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        let groups = groups.iter().map(|group| {
            let group_out = GroupOut::of(&group.label);
            AdoptionGroup { group: group_out, values: values(group.tally.periods()) }
        });
        let groups = groups.collect();
        Ok(AdoptionAnswer { periods: interval::periods_out(&self.bounds), groups })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let of: fn(&Adopted) -> u64 = match cell.stage.as_deref() {
            Some("active") => |one| one.n_active,
            Some("users") => |one| one.n_users,
            Some("again") => |one| one.n_again,
            _ => return Ok(None),
        };
        let Some(period) = cell.period.filter(|period| period + 1 < self.bounds.len()) else {
            return Ok(None);
        };
        let Some(question) = self.question() else { return Ok(None) };
        question.people(source, |label, all| cell.has(label) && of(&all.periods()[period]) > 0).map(Some)
    }
}

fn values(periods: &[Adopted]) -> Vec<AdoptionOut> {
    let before = std::iter::once(None).chain(periods.iter().map(Some));
    let of = |(one, before): (&Adopted, Option<&Adopted>)| {
        let reach = share(one.n_users, one.n_active);
        let frequency = share(one.n_uses, one.n_users);
        let retention = before.and_then(|before| share(one.n_again, before.n_users));
        let score = reach.zip(frequency).zip(retention).map(|((a, b), c)| a * b * c);
        AdoptionOut {
            active: one.n_active,
            users: one.n_users,
            uses: one.n_uses,
            again: one.n_again,
            reach,
            frequency,
            retention,
            score,
        }
    };
    periods.iter().zip(before).map(of).collect()
}
