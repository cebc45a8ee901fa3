//! Objective → opportunity → hypothesis, as one tree.

use axum::Json;
use heedful_db::bet::{hypotheses, objectives};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hypotheses::{HypothesisBrief, briefs};
use super::objectives::ObjectiveOut;
use super::opportunities::{self, OpportunityOut};
use crate::app::App;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// The newest of them; `n_hypotheses` says when there are more.
const HYPOTHESES_MAX: i64 = 2_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_objective_tree))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectiveTree {
    pub objectives: Vec<ObjectiveBranch>,
    /// Hypotheses under no opportunity, or under one that was put away.
    pub unplaced: Vec<HypothesisBrief>,
    /// How many hypotheses there are; the tree shows the newest 2,000.
    pub n_hypotheses: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectiveBranch {
    pub objective: ObjectiveOut,
    pub opportunities: Vec<OpportunityBranch>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpportunityBranch {
    pub opportunity: OpportunityOut,
    pub hypotheses: Vec<HypothesisBrief>,
}

/// All objectives with the opportunities below them, and the hypotheses below those.
#[utoipa::path(get, path = "/objectives/tree", tag = "bet", responses((status = 200, body = ObjectiveTree)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_objective_tree(viewer: Viewer, ctx: Ctx) -> Result<Json<ObjectiveTree>> {
    let mut conn = ctx.read().await?;
    let filter = hypotheses::Filter::default();
    let page = hypotheses::list(&mut conn, &viewer.ws, &filter, None, HYPOTHESES_MAX).await?;
    let hypotheses = briefs(&mut conn, &viewer.ws, page.items, ctx.now).await?;
    let opportunities = opportunities::load(&mut conn, &viewer.ws, None).await?;
    let objectives = objectives::list(&mut conn, &viewer.ws).await?;
    let objectives = objectives.into_iter().map(ObjectiveOut::from).collect();
    Ok(Json(grow(objectives, opportunities, hypotheses, page.total)))
}

fn grow(
    objectives: Vec<ObjectiveOut>,
    mut opportunities: Vec<OpportunityOut>,
    mut hypotheses: Vec<HypothesisBrief>,
    n_hypotheses: i64,
) -> ObjectiveTree {
    let objectives = objectives.into_iter().map(|objective| {
        let mine = opportunities.extract_if(.., |opportunity| opportunity.objective_id == objective.id);
        let branches = mine.map(|opportunity| {
            let under = |brief: &mut HypothesisBrief| brief.opportunity_id.as_ref() == Some(&opportunity.id);
            let hypotheses = hypotheses.extract_if(.., under).collect();
            OpportunityBranch { opportunity, hypotheses }
        });
        let opportunities = branches.collect();
        ObjectiveBranch { objective, opportunities }
    });
    let objectives = objectives.collect();
    ObjectiveTree { objectives, unplaced: hypotheses, n_hypotheses }
}
