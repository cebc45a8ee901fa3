//! What people did: the events that were taken, one by one.

mod list;
mod names;
mod read;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use list::{EventOut, EventPerson, IMPORT_ID, of_people};
pub use read::{read, read_as_filed};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_events))
        .routes(routes!(names::list_event_names))
        .routes(routes!(names::document_event))
        .routes(routes!(names::list_event_properties))
}
