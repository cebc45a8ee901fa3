//! Experiments: made for a bet, planned, started, ended, and given back as evidence.

mod change;
mod first_plan;
mod run;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use wire::{AmendmentOut, ExperimentOut, ExperimentState};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_experiments, change::create_experiment))
        .routes(routes!(change::get_experiment, change::update_experiment, change::archive_experiment))
        .routes(routes!(change::restore_experiment))
        .routes(routes!(run::start_experiment))
        .routes(routes!(run::list_amendments, run::amend_plan))
        .routes(routes!(run::finish_experiment))
        .routes(routes!(run::stop_experiment))
}
