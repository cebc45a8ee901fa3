//! Reading a result, and giving it back to the hypothesis as evidence.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::bet::bets;
use heedful_db::experiment::experiments::{self, Experiment};
use heedful_db::experiment::{amendments, sums, units};
use heedful_db::{Conn, WorkspaceId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::analysis::analyse;
use super::known::Data;
use super::wire::{ExperimentResult, ResultVerdict};
use crate::bet::evidence::{EvidenceIn, EvidenceOut, insert_evidence};
use crate::bet::words::{EvidenceSide, EvidenceStrength};
use crate::experiment::data::Cell;
use crate::experiment::experiments::{AmendmentOut, ExperimentOut, ExperimentState};
use crate::experiment::plan::{ExperimentKind, Plan};
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ResultEvidenceIn {
    /// When not given: for if the proposal is confirmed, against if it is refuted.
    pub direction: Option<EvidenceSide>,
    #[serde(default)]
    pub note: String,
}

/// The result so far: estimates with intervals, health checks, and what the agreed rule proposes.
#[utoipa::path(get, path = "/experiments/{id}/result", tag = "experiment", params(("id" = String, Path)),
    responses((status = 200, body = ExperimentResult)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_result(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ExperimentResult>> {
    let mut conn = ctx.read().await?;
    let row = experiments::get(&mut conn, &viewer.ws, &id).await?;
    Ok(Json(load_result(&mut conn, &viewer.ws, row).await?))
}

/// Add the result of an ended experiment as evidence to the hypothesis of its bet.
#[utoipa::path(post, path = "/experiments/{id}/evidence", tag = "experiment", params(("id" = String, Path)),
    request_body = ResultEvidenceIn, responses((status = 201, body = EvidenceOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn add_as_evidence(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ResultEvidenceIn>,
) -> Result<(StatusCode, Json<EvidenceOut>)> {
    let mut tx = ctx.begin().await?;
    let row = experiments::get(&mut tx, &editor.ws, &id).await?;
    let experiment = ExperimentOut::of(row.clone())?;
    if !matches!(experiment.state, ExperimentState::Finished | ExperimentState::Stopped) {
        return Err(Error::conflict("this experiment has not ended; finish or stop it first"));
    }
    let proposal = load_result(&mut tx, &editor.ws, row).await?.analysis.proposal;
    let direction = match (input.direction, proposal.verdict) {
        (Some(direction), _) => direction,
        (None, ResultVerdict::Confirmed) => EvidenceSide::For,
        (None, ResultVerdict::Refuted) => EvidenceSide::Against,
        (None, ResultVerdict::Inconclusive | ResultVerdict::NotEnoughData) => {
            return Err(Error::field("direction", "must be given, as the result does not point either way"));
        }
    };
    let note = if input.note.trim().is_empty() { proposal.sentence } else { input.note };
    let evidence = EvidenceIn {
        signal_id: None,
        insight_id: None,
        theme_id: None,
        metric_id: None,
        experiment_id: Some(id),
        direction,
        strength: strength(experiment.kind, &experiment.plan),
        note,
    };
    let bet = bets::get(&mut tx, &editor.ws, &experiment.bet_id).await?;
    let out = insert_evidence(&mut tx, &ctx, &editor, &bet.hypothesis_id, &evidence.validate()?).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Only chance makes groups alike; what people pay with shows more than what they do, and that more than what they say.
fn strength(kind: ExperimentKind, plan: &Plan) -> EvidenceStrength {
    match kind {
        ExperimentKind::Ab => EvidenceStrength::Randomised,
        ExperimentKind::FakeDoor if plan.variants.len() > 1 => EvidenceStrength::Randomised,
        ExperimentKind::FakeDoor => EvidenceStrength::Commitment,
        ExperimentKind::Prototype | ExperimentKind::BeforeAfter => EvidenceStrength::ObservedBehaviour,
        ExperimentKind::InterviewRound => EvidenceStrength::StatedBehaviour,
    }
}

async fn load_result(conn: &mut Conn, ws: &WorkspaceId, row: Experiment) -> Result<ExperimentResult> {
    let id = row.id.clone();
    let experiment = ExperimentOut::of(row)?;
    let (n_units, n_in_two_variants) = units::count(conn, ws, &id).await?;
    let mut data = Data { n_units, n_in_two_variants, ..Data::default() };
    for sum in sums::list(conn, ws, &id).await? {
        let n = u64::try_from(sum.n).unwrap_or_default();
        let cell = Cell { n, total: sum.total, total_squares: sum.total_squares };
        data.cells.insert((sum.variant, sum.metric), cell);
    }
    let amendments = amendments::list(conn, ws, &id).await?;
    Ok(ExperimentResult {
        analysis: analyse(experiment.kind, experiment.state, &experiment.plan, &data),
        plan_hash: experiment.plan_hash,
        amendments: amendments.into_iter().map(AmendmentOut::of).collect::<Result<Vec<_>>>()?,
        n_units,
        n_in_two_variants,
    })
}
