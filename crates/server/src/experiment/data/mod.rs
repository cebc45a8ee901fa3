//! Data of an experiment: sums typed by hand, or people imported from a file.

mod import;
mod reader;
mod sums;
mod units;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use sums::Cell;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(import::import_units))
        .routes(routes!(import::preview_units))
        .layer(DefaultBodyLimit::max(import::UPLOAD_MAX));
    OpenApiRouter::new().routes(routes!(sums::list_sums, sums::set_sums, sums::clear_data)).merge(uploads)
}
