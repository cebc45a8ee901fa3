//! Imports: a file becomes signals, after a look at how its columns are understood. Can be left, cancelled and undone.

mod batch;
mod change;
pub mod dates;
pub mod detect;
mod draft;
pub mod file;
mod job;
mod list;
mod preview;
mod propose;
pub mod records;
mod report;
mod run;
mod undo;
mod upload;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use job::{ImportJob, RUN_IMPORT, UNDO_IMPORT};
pub use run::run_import;
pub use undo::run_undo;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_imports, upload::create_import))
        .routes(routes!(list::get_import))
        .routes(routes!(preview::preview_import))
        .routes(routes!(preview::update_import_mapping))
        .routes(routes!(change::start_import))
        .routes(routes!(change::cancel_import))
        .routes(routes!(change::undo_import))
        .routes(routes!(report::list_import_refusals))
        .routes(routes!(report::download_import_refusals))
}
