//! Files of events: exports of other tools, and tables that say who did what when. Looked at first, then taken in the
//! background by the node that has the file; can be left, stopped and undone.

mod change;
mod elements;
mod list;
mod plan;
mod preview;
mod propose;
mod row;
mod rows;
mod run;
mod seen;
mod spool;
mod upload;
mod wire;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use run::{clean_up, work_off};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(
            OpenApiRouter::new()
                .routes(routes!(list::list_event_imports, upload::create_event_import))
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(list::get_event_import))
        .routes(routes!(preview::preview_event_import))
        .routes(routes!(preview::update_event_import_mapping))
        .routes(routes!(change::start_event_import))
        .routes(routes!(change::cancel_event_import))
        .routes(routes!(change::undo_event_import))
}
