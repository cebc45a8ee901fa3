//! Results: what the data say, by the rule that was agreed beforehand.

mod analysis;
mod compare;
mod handlers;
mod health;
mod known;
mod proposal;
mod say;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use analysis::analyse;
pub use known::Data;
pub use wire::{Analysis, ExperimentResult, ResultProposal, ResultVerdict};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(handlers::get_result)).routes(routes!(handlers::add_as_evidence))
}
