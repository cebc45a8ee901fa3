//! Decisions: the question, what it rests on, the verdict with its reason, and who disagreed.

mod change;
mod list;
mod verdict;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{
    archive_decision, create_decision, get_decision, insert_decision, read, restore_decision,
    update_decision, write,
};
pub use list::list_decisions;
pub use verdict::{decide_decision, reopen_decision, reopen_row};
pub use wire::{DecisionEvidenceIn, DecisionIn, DecisionOut, DecisionPatch};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_decisions, change::create_decision))
        .routes(routes!(change::get_decision, change::update_decision, change::archive_decision))
        .routes(routes!(change::restore_decision))
        .routes(routes!(verdict::decide_decision))
        .routes(routes!(verdict::reopen_decision))
}
