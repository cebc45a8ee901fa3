//! Outcomes: what was learned from a bet, good or bad, for the team, for invited people or for everyone.

mod change;
mod quotes;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{
    archive_outcome, create_outcome, get_outcome, list_outcomes, publish_outcome, restore_outcome,
    unpublish_outcome, update_outcome,
};
pub use quotes::{list_outcome_quotes, shown_quotes};
pub use wire::{OutcomeIn, OutcomeOut, OutcomePatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_outcomes, change::create_outcome))
        .routes(routes!(change::get_outcome, change::update_outcome, change::archive_outcome))
        .routes(routes!(change::restore_outcome))
        .routes(routes!(change::publish_outcome))
        .routes(routes!(change::unpublish_outcome))
        .routes(routes!(quotes::list_outcome_quotes))
}
