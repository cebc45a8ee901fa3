//! Surveys: a main question that is counted, a few further ones, a public page, and what came in.

mod answers;
mod change;
mod export;
mod form;
mod hosted;
mod keep;
mod page;
mod plan;
mod results;
mod scoring;
mod store;
mod wire;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::insert_survey;
pub use form::{Draft, check};
pub use keep::{FORGET_ANSWERS, ForgetAnswers, forget};
pub use scoring::{Tally, score};
pub use store::store;
pub use wire::{FollowUp, SurveyIn, SurveyOut, SurveyPatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_surveys, change::create_survey))
        .routes(routes!(change::preview_survey))
        .routes(routes!(plan::plan_survey))
        .routes(routes!(change::get_survey, change::update_survey, change::archive_survey))
        .routes(routes!(change::restore_survey))
        .routes(routes!(change::open_survey))
        .routes(routes!(change::close_survey))
        .routes(routes!(results::get_survey_results))
        .routes(routes!(answers::list_responses))
        .routes(routes!(export::export_responses))
}

/// The pages for people outside: `/s/{key}` and the feedback form `/f/{key}`.
pub fn public_routes() -> Router<App> {
    hosted::routes()
}
