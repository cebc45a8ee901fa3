//! Experiment: tests of any kind, with a plan that is frozen before they start.
//!
//! The way of the numbers: `data` keeps sums per variant and metric (typed, or added up from imported people);
//! `result::analysis` is a pure function from a plan and such sums to what is shown. Other ways for data to arrive
//! only have to give sums; other statistics only have to take them.

pub mod data;
pub mod experiments;
pub mod figures;
pub mod plan;
pub mod result;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(plan::routes())
        .merge(experiments::routes())
        .merge(data::routes())
        .merge(result::routes())
}
