//! What each kind of question counts.

use serde::Serialize;
use utoipa::ToSchema;

use super::adoption::AdoptionAnswer;
use super::funnel::FunnelAnswer;
use super::lifecycle::LifecycleAnswer;
use super::paths::PathsAnswer;
use super::retention::RetentionAnswer;
use super::stickiness::StickinessAnswer;
use super::trend::TrendAnswer;

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = AnswerCounts)]
pub enum Counts {
    Trend(TrendAnswer),
    Funnel(FunnelAnswer),
    Retention(RetentionAnswer),
    Lifecycle(LifecycleAnswer),
    Stickiness(StickinessAnswer),
    Paths(PathsAnswer),
    Adoption(AdoptionAnswer),
}
