//! Full-text search: one tantivy index in the data folder, derived from the database and rebuilt from it at any time.
//! Every query names its workspace, as every SQL statement does.

mod api;
mod facet;
mod find;
mod handle;
mod index;
mod query;
mod queue;
mod snippet;
mod words;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use api::{search, url_of};
pub use facet::Facet;
pub use find::{FacetCounts, Found, Hit, checked_query, count, hits, ids};
pub use handle::Search;
pub use query::Narrow;
pub use queue::{catch_up, drain};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(api::search))
}
