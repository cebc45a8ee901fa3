//! Questions about what people did: trends, funnels, retention, lifecycle, stickiness, paths and adoption.

pub(super) mod adoption;
mod answer;
pub(super) mod ask;
pub(super) mod counts;
pub(super) mod deed;
pub(super) mod definition;
mod figures;
mod formula;
pub(super) mod frame;
pub(super) mod funnel;
pub(super) mod interval;
pub(super) mod lifecycle;
mod moment;
mod paths;
mod people;
mod plan;
pub(super) mod retention;
mod saved;
pub(super) mod stickiness;
pub(super) mod trend;
mod whom;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ask::query_analytics))
        .routes(routes!(people::list_people_behind))
        .routes(routes!(people::keep_people_behind))
        .routes(routes!(saved::list_questions, saved::create_question))
        .routes(routes!(saved::get_question, saved::update_question, saved::archive_question))
        .routes(routes!(saved::restore_question))
}
