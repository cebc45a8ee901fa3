//! Critiques: objections to an outcome, moderated by the team, then answered or accepted.

mod answer;
mod change;
mod list;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::wire::{Author, begin, check_objection};
use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_critiques, change::create_critique))
        .routes(routes!(list::get_critique, change::moderate_critique))
        .routes(routes!(answer::answer_critique))
}
