//! The question as it is asked and saved.

use std::sync::Arc;

use heedful_db::WorkspaceId;
use heedful_events::batch::person_hash;
use heedful_events::question::Source;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adoption::AdoptionQuestion;
use super::counts::Counts;
use super::frame::{Frame, Framed};
use super::funnel::FunnelQuestion;
use super::lifecycle::LifecycleQuestion;
use super::paths::PathsQuestion;
use super::plan::{Cell, Plan};
use super::retention::RetentionQuestion;
use super::stickiness::StickinessQuestion;
use super::trend::TrendQuestion;
use super::whom;
use crate::platform::ctx::Ctx;
use crate::platform::error::Error;
use crate::platform::event_store;
use crate::platform::invalid::Invalid;

/// A question about what people did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = QuestionDefinition)]
pub enum Definition {
    /// How often something is done, and by how many.
    Trend(TrendQuestion),
    /// How far people come on a way of several steps.
    Funnel(FunnelQuestion),
    /// Who comes back.
    Retention(RetentionQuestion),
    /// How people come, stay, fall asleep and wake up.
    Lifecycle(LifecycleQuestion),
    /// In how many periods people are active.
    Stickiness(StickinessQuestion),
    /// What people do after one another.
    Paths(PathsQuestion),
    /// How many use a feature, how often, and whether they do again.
    Adoption(AdoptionQuestion),
}

/// See [`Plan::people`].
type People = dyn Fn(Source, &Cell) -> heedful_events::Result<Option<Vec<i64>>> + Send + Sync;

/// A question of whatever kind, ready to be asked.
pub struct Planned {
    pub answer: Box<dyn Fn(Source) -> heedful_events::Result<Counts> + Send + Sync>,
    pub people: Box<People>,
}

impl Planned {
    fn of<P: Plan>(plan: P, counts: impl Fn(P::Answer) -> Counts + Send + Sync + 'static) -> Self {
        let plan = Arc::new(plan);
        let of_people = Arc::clone(&plan);
        Self {
            answer: Box::new(move |source| plan.answer(source).map(&counts)),
            people: Box::new(move |source, cell| of_people.people(source, cell)),
        }
    }
}

impl Definition {
    fn frame(&self) -> &Frame {
        match self {
            Self::Trend(question) => &question.frame,
            Self::Funnel(question) => &question.frame,
            Self::Retention(question) => &question.frame,
            Self::Lifecycle(question) => &question.frame,
            Self::Stickiness(question) => &question.frame,
            Self::Paths(question) => &question.frame,
            Self::Adoption(question) => &question.frame,
        }
    }

    fn frame_mut(&mut self) -> &mut Frame {
        match self {
            Self::Trend(question) => &mut question.frame,
            Self::Funnel(question) => &mut question.frame,
            Self::Retention(question) => &mut question.frame,
            Self::Lifecycle(question) => &mut question.frame,
            Self::Stickiness(question) => &mut question.frame,
            Self::Paths(question) => &mut question.frame,
            Self::Adoption(question) => &mut question.frame,
        }
    }

    /// The same question about another time.
    pub fn between(mut self, from: Timestamp, to: Timestamp) -> Self {
        let frame = self.frame_mut();
        (frame.from, frame.to) = (Some(from.to_string()), Some(to.to_string()));
        self
    }

    /// The same question about everybody together, or about the people of a segment.
    pub fn undivided(mut self, segment_id: Option<&str>) -> Self {
        let frame = self.frame_mut();
        frame.breakdown = None;
        if segment_id.is_some() {
            frame.segment = segment_id.map(str::to_owned);
        }
        self
    }

    /// The time zone that the question names.
    pub fn time_zone(&self) -> Option<&str> {
        self.frame().time_zone.as_deref()
    }

    pub fn is_broken_down(&self) -> bool {
        self.frame().breakdown.is_some()
    }

    /// Whether the answer depends on what is known of people and accounts.
    pub fn asks_for_people(&self) -> bool {
        self.frame().asks_for_people()
    }

    /// What the question means now.
    pub async fn plan(
        &self,
        ctx: &Ctx,
        ws: &WorkspaceId,
        zone: &TimeZone,
    ) -> Result<(Framed, Planned), Error> {
        let mut invalid = Invalid::default();
        let whom = whom::find(ctx, ws, self.frame(), &mut invalid).await?;
        // What is told of groups is kept under no name, and is no deed of anybody.
        let nobody = person_hash(event_store::workspace(ws)?, "").cast_signed();
        let framed = self.frame().check((ctx.now, nobody), zone, whom, &mut invalid);
        let plan = framed.as_ref().and_then(|framed| self.plan_in(framed, &mut invalid));
        match framed.zip(plan) {
            Some(planned) if invalid.0.is_empty() => Ok(planned),
            _ => Err(invalid.into()),
        }
    }

    fn plan_in(&self, framed: &Framed, invalid: &mut Invalid) -> Option<Planned> {
        Some(match self {
            Self::Trend(question) => Planned::of(question.plan(framed, invalid)?, Counts::Trend),
            Self::Funnel(question) => Planned::of(question.plan(framed, invalid)?, Counts::Funnel),
            Self::Retention(question) => Planned::of(question.plan(framed, invalid)?, Counts::Retention),
            Self::Lifecycle(question) => Planned::of(question.plan(framed, invalid)?, Counts::Lifecycle),
            Self::Stickiness(question) => Planned::of(question.plan(framed, invalid)?, Counts::Stickiness),
            Self::Paths(question) => Planned::of(question.plan(framed, invalid), Counts::Paths),
            Self::Adoption(question) => Planned::of(question.plan(framed, invalid)?, Counts::Adoption),
        })
    }
}
