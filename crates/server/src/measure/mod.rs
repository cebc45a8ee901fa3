//! Measure: how fast the team learns, read from everything the loop wrote.

mod learning;
mod report;
mod scores;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use learning::{Way, Ways, time_to_learning};
pub use report::{LearningOut, measure_learning, read_learning};
pub use scores::{ScoresOut, measure_scores};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(report::measure_learning)).routes(routes!(scores::measure_scores))
}
