//! Insights: statements that rest on evidence and owe three tags: segment, context and next step.

mod change;
mod evidence;
mod list;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use wire::{InsightIn, InsightOut};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_insights, change::create_insight))
        .routes(routes!(list::count_insights))
        .routes(routes!(change::get_insight, change::update_insight, change::archive_insight))
        .routes(routes!(change::restore_insight))
        .routes(routes!(evidence::list_insight_evidence, evidence::add_insight_evidence))
        .routes(routes!(evidence::remove_insight_evidence))
}
