//! Bet: objectives, hypotheses, their evidence, and the bets that test them.

pub mod bets;
pub mod confidence;
pub mod evidence;
pub mod hypotheses;
pub mod objectives;
pub mod opportunities;
pub mod patch;
pub mod tree;
pub mod words;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(tree::routes())
        .merge(objectives::routes())
        .merge(opportunities::routes())
        .merge(hypotheses::routes())
        .merge(evidence::routes())
        .merge(bets::routes())
}
