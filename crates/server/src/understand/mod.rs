//! Understand: codes, insights, themes and numbers.

pub mod codes;
pub mod highlights;
pub mod insights;
pub mod metrics;
pub mod questions;
pub mod themes;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(metrics::routes())
        .merge(questions::routes())
        .merge(codes::routes())
        .merge(highlights::routes())
        .merge(insights::routes())
        .merge(themes::routes())
}
