//! People: who speaks and acts. Adding and changing them, and merging two records of one human.

mod change;
mod list;
mod merge;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::KIND;
pub use list::read;
pub use merge::{filled_from, merge_records};
pub use wire::{EMAIL_MAX, NAME_MAX, PersonIn, PersonOut, PersonPatch, is_email};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_people, change::create_person))
        .routes(routes!(list::get_person, change::update_person, change::archive_person))
        .routes(routes!(change::restore_person))
        .routes(routes!(list::list_person_timeline))
        .routes(routes!(merge::list_person_merges, merge::merge_people))
        .routes(routes!(merge::undo_person_merge))
        .routes(routes!(list::list_person_distinct_ids))
}
