//! Plans: the pre-registration of a test.

mod check;
mod freeze;
mod handlers;
mod power;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use check::{PlanFinding, findings, validate};
pub use freeze::{canonical, hash};
pub use wire::{
    ExperimentKind, Plan, PlanDirection, PlanGuardrail, PlanMetric, PlanMetricKind, PlanVariant,
    ThresholdKind,
};

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(handlers::compute_power)).routes(routes!(handlers::check_plan))
}
