//! Stickiness: in how many periods people are active.

use heedful_events::Micros;
use heedful_events::journey::lifecycle::Stickiness;
use heedful_events::question::{self, Question, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::{Deed, ExactDeed};
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, Plan};
use crate::platform::invalid::Invalid;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StickinessQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    /// What shows that somebody is there; any event, when nothing is named.
    #[serde(flatten)]
    pub deed: ExactDeed,
    #[serde(default)]
    pub interval: Interval,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StickinessAnswer {
    pub periods: Vec<PeriodOut>,
    /// How many people were there in exactly one, two and more of the periods.
    pub people: Vec<u64>,
}

pub struct StickinessPlan {
    active: Pattern,
    bounds: Vec<Micros>,
    scope: Scope,
}

impl StickinessQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<StickinessPlan> {
        let active = Deed::Exact(self.deed.clone()).pattern("event", invalid);
        let no_groups = framed.breakdown.is_none();
        invalid.check("breakdown", no_groups, "is not known for this kind of question");
        let bounds = interval::bounds(self.interval, framed.from, framed.to, &framed.zone);
        invalid.check("interval", bounds.is_some(), interval::TOO_MANY);
        Some(StickinessPlan { active, bounds: bounds?, scope: framed.scope.clone() })
    }
}

impl StickinessPlan {
    fn question(&self) -> Option<Question<'_, Stickiness>> {
        Some(question::stickiness(&self.scope, &self.active, interval::periods(&self.bounds)?))
    }
}

impl Plan for StickinessPlan {
    type Answer = StickinessAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<StickinessAnswer> {
        let groups = self.question().map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        let people = groups.iter().flat_map(|group| group.tally.counts()).copied().collect();
        Ok(StickinessAnswer { periods: interval::periods_out(&self.bounds), people })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let n_all = self.bounds.len() - 1;
        let Some(n) = cell.n_periods.filter(|n| (1..=n_all).contains(n)) else { return Ok(None) };
        let Some(question) = self.question() else { return Ok(None) };
        question.people(source, |_, stickiness| stickiness.counts()[n - 1] > 0).map(Some)
    }
}
