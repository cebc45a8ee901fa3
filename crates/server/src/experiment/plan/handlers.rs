//! Questions that need no experiment yet.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{PlanFinding, findings, validate};
use super::power::{PowerIn, PowerOut, compute};
use super::wire::{ExperimentKind, Plan};
use crate::platform::auth::Viewer;
use crate::platform::error::Result;
use crate::platform::extract::Body;
use crate::platform::invalid::Invalid;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PlanCheckIn {
    pub kind: ExperimentKind,
    pub plan: Plan,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlanCheck {
    pub findings: Vec<PlanFinding>,
    pub power: PowerOut,
}

/// Compute sample size, duration, power and the smallest effect that can be seen.
#[utoipa::path(post, path = "/experiments/power", tag = "experiment", request_body = PowerIn,
    responses((status = 200, body = PowerOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn compute_power(_viewer: Viewer, Body(input): Body<PowerIn>) -> Result<Json<PowerOut>> {
    Ok(Json(compute(&input)))
}

/// Check a plan: what it lacks, and what its numbers can show.
#[utoipa::path(post, path = "/experiments/plan-check", tag = "experiment", request_body = PlanCheckIn,
    responses((status = 200, body = PlanCheck)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn check_plan(_viewer: Viewer, Body(input): Body<PlanCheckIn>) -> Result<Json<PlanCheck>> {
    let mut invalid = Invalid::default();
    validate(&input.plan, &mut invalid);
    let input = invalid.or(input)?;
    Ok(Json(PlanCheck {
        findings: findings(input.kind, &input.plan),
        power: compute(&PowerIn::of(&input.plan)),
    }))
}
