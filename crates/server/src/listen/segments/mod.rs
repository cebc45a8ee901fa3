//! Segments: saved rules over people and accounts, with live counts.

mod change;
mod members;
mod preview;
mod refresh;
mod rule;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::create;
pub use members::{Asked, next_people, people_in, refresh_all};
pub use refresh::{REFRESH_SEGMENTS, REFRESH_WAIT, RefreshSegments, queue_refresh};
pub use rule::{Condition, PICKED_MAX, Rule, SegmentRule, is_field, word_of_account, word_of_person};
pub use wire::{SegmentIn, SegmentOut};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_segments, change::create_segment))
        .routes(routes!(preview::preview_segment))
        .routes(routes!(change::get_segment, change::update_segment, change::archive_segment))
        .routes(routes!(change::restore_segment))
}
