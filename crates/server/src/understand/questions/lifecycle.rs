//! Lifecycle: how people come, stay, fall asleep and wake up.

use heedful_events::Micros;
use heedful_events::journey::lifecycle::{Lifecycle, Stage};
use heedful_events::question::{self, Question, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::Deed;
use super::deed::ExactDeed;
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, Plan};
use crate::platform::invalid::Invalid;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LifecycleQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    /// What shows that somebody is there; any event, when nothing is named.
    #[serde(flatten)]
    pub deed: ExactDeed,
    #[serde(default)]
    pub interval: Interval,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LifecycleAnswer {
    pub periods: Vec<PeriodOut>,
    /// One for each period.
    pub stages: Vec<StageOut>,
}

/// The people of a period by what they did before.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StageOut {
    /// There for the first time ever.
    pub new: u64,
    /// There, and in the period before too.
    pub returning: u64,
    /// There, not in the period before, but earlier.
    pub resurrecting: u64,
    /// Not there, but in the period before.
    pub dormant: u64,
}

pub struct LifecyclePlan {
    active: Pattern,
    /// With the period before the first, which shows who was there.
    bounds: Vec<Micros>,
    scope: Scope,
}

impl LifecycleQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<LifecyclePlan> {
        let active = Deed::Exact(self.deed.clone()).pattern("event", invalid);
        let is_whole = self.interval == Interval::All;
        invalid.check("interval", !is_whole, "must be hour, day, week or month");
        let no_groups = framed.breakdown.is_none();
        invalid.check("breakdown", no_groups, "is not known for this kind of question");
        let bounds = interval::bounds(self.interval, framed.from, framed.to, &framed.zone);
        invalid.check("interval", bounds.is_some(), interval::TOO_MANY);
        let mut bounds = bounds?;
        bounds.insert(0, interval::before(self.interval, bounds[0], &framed.zone)?);
        Some(LifecyclePlan { active, bounds, scope: framed.scope_from_the_beginning() })
    }
}

impl LifecyclePlan {
    fn question(&self) -> Option<Question<'_, Lifecycle>> {
        Some(question::lifecycle(&self.scope, &self.active, interval::periods(&self.bounds)?))
    }
}

impl Plan for LifecyclePlan {
    type Answer = LifecycleAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<LifecycleAnswer> {
        let groups = self.question().map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        let stages = groups.iter().flat_map(|group| group.tally.stages()).map(|stage| StageOut {
            new: stage.n_new,
            returning: stage.n_returning,
            resurrecting: stage.n_resurrecting,
            dormant: stage.n_dormant,
        });
        let stages = stages.collect();
        Ok(LifecycleAnswer { periods: interval::periods_out(&self.bounds[1..]), stages })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let of: fn(&Stage) -> u64 = match cell.stage.as_deref() {
            Some("new") => |stage| stage.n_new,
            Some("returning") => |stage| stage.n_returning,
            Some("resurrecting") => |stage| stage.n_resurrecting,
            Some("dormant") => |stage| stage.n_dormant,
            _ => return Ok(None),
        };
        let Some(period) = cell.period.filter(|period| *period + 2 < self.bounds.len()) else {
            return Ok(None);
        };
        let Some(question) = self.question() else { return Ok(None) };
        question.people(source, |_, lifecycle| of(&lifecycle.stages()[period]) > 0).map(Some)
    }
}
