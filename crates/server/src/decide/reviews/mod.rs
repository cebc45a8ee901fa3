//! Reviews: a ceremony whose agenda is made from what changed, and whose minutes write back.

mod agenda;
mod list;
mod themes;
mod walk;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use list::{close_review, get_review, list_reviews, start_review};
pub use themes::{ThemeChange, judge, theme_changes};
pub use walk::record_minute;
pub use wire::{AgendaItem, Minute, ReviewOut};

use crate::app::App;

/// The kind under which reviews stand in the audit log.
const KIND: &str = "review";

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_reviews, list::start_review))
        .routes(routes!(list::get_review))
        .routes(routes!(list::close_review))
        .routes(routes!(walk::record_minute))
}
