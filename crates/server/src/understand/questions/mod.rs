//! Questions about what people did: trends, funnels, retention, lifecycle, stickiness, paths and adoption.

mod adoption;
mod answer;
mod ask;
mod counts;
mod deed;
mod definition;
mod figures;
mod formula;
mod frame;
mod funnel;
mod interval;
mod lifecycle;
mod moment;
mod paths;
mod people;
mod plan;
mod retention;
mod saved;
mod stickiness;
mod trend;
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
