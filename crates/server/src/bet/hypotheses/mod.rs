//! Hypotheses: what we believe, in a form that can be proved wrong.

mod change;
mod lint;
mod load;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{
    archive_hypothesis, create_hypothesis, get_hypothesis, list_hypotheses, restore_hypothesis,
    update_hypothesis,
};
pub use lint::{HypothesisFinding, lint};
pub use load::{HypothesisBrief, HypothesisOut, briefs, load_one};
pub use wire::{HypothesisGuardrail, HypothesisIn, HypothesisPatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_hypotheses, change::create_hypothesis))
        .routes(routes!(change::get_hypothesis, change::update_hypothesis, change::archive_hypothesis))
        .routes(routes!(change::restore_hypothesis))
}
