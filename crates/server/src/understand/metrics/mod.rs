//! Metrics: one definition per number, used by hypotheses, rules, objectives and digests alike.

mod change;
mod definition;
mod measured;
mod readings;
mod series;
mod template;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use definition::MetricDefinition;
pub use series::{current, value_between};
pub use wire::{MetricIn, MetricOut, MetricPoint};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_metrics, change::create_metric))
        .routes(routes!(change::get_metric, change::update_metric, change::archive_metric))
        .routes(routes!(change::restore_metric))
        .routes(routes!(change::list_metric_definitions))
        .routes(routes!(series::get_metric_series))
        .routes(routes!(readings::list_readings, readings::create_reading))
        .routes(routes!(readings::update_reading, readings::delete_reading))
}
