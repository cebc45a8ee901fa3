//! Decide: rules agreed beforehand, decisions, actions and reviews.

pub mod actions;
pub mod decisions;
pub mod links;
pub mod reviews;
pub mod rules;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(rules::routes())
        .merge(decisions::routes())
        .merge(actions::routes())
        .merge(reviews::routes())
}
