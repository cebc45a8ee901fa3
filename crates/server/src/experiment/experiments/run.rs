//! The life of an experiment: its plan is frozen at the start, amended with reasons, and kept at the end.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::bet::bets;
use heedful_db::experiment::amendments::{self, Amendment};
use heedful_db::experiment::experiments::{self, Experiment};

use super::wire::{AmendmentIn, AmendmentOut, ExperimentOut, ExperimentState, StopIn};
use crate::bet::bets::move_row;
use crate::bet::words::BetState;
use crate::experiment::plan::{ExperimentKind, Plan, canonical, findings, hash};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::Invalid;
use crate::platform::paging::List;

const KIND: &str = "experiment";

/// Start an experiment: its plan is frozen, and its bet runs.
#[utoipa::path(post, path = "/experiments/{id}/start", tag = "experiment", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ExperimentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn start_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ExperimentOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &editor, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if before.state != ExperimentState::Planned {
        return Err(Error::conflict("this experiment has started already"));
    }
    refuse_gaps(before.kind, &before.plan)?;
    let bet = bets::get(&mut tx, &editor.ws, &row.bet_id).await?;
    move_row(&mut tx, &ctx, &editor, bet, BetState::Running).await?;
    row.plan_hash = Some(hash(&before.plan)?);
    row.started_at = Some(ctx.now);
    ExperimentState::Running.as_str().clone_into(&mut row.state);
    let after = write(&mut tx, &ctx, &editor, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// What was changed in the plan after the start, oldest first.
#[utoipa::path(get, path = "/experiments/{id}/amendments", tag = "experiment", params(("id" = String, Path)),
    responses((status = 200, body = List<AmendmentOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_amendments(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<List<AmendmentOut>>> {
    let mut conn = ctx.read().await?;
    experiments::get(&mut conn, &viewer.ws, &id).await?;
    let rows = amendments::list(&mut conn, &viewer.ws, &id).await?;
    let items = rows.into_iter().map(AmendmentOut::of).collect::<Result<Vec<_>>>()?;
    Ok(Json(List::whole(items)))
}

/// Change the plan after the start, with a reason that is shown beside the result. The groups stay as they are.
#[utoipa::path(post, path = "/experiments/{id}/amendments", tag = "experiment",
    params(("id" = String, Path), IfMatch), request_body = AmendmentIn,
    responses((status = 201, body = ExperimentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn amend_plan(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<AmendmentIn>,
) -> Result<(StatusCode, Json<ExperimentOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &editor, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if before.state == ExperimentState::Planned {
        return Err(Error::conflict("this experiment has not started; change its plan directly"));
    }
    refuse_gaps(before.kind, &input.plan)?;
    let names = |plan: &Plan| plan.variants.iter().map(|variant| variant.name.clone()).collect::<Vec<_>>();
    if names(&input.plan) != names(&before.plan) {
        return Err(Error::field("plan.variants", "must keep the groups that people are already in"));
    }
    let n = amendments::list(&mut tx, &editor.ws, &id).await?.len();
    if i64::try_from(n).is_ok_and(|n| n >= amendments::LIST_MAX) {
        return Err(Error::conflict("this plan was amended 100 times; plan a new experiment instead"));
    }
    let amendment = Amendment {
        id: ctx.new_id(),
        experiment_id: id.clone(),
        made_at: ctx.now,
        made_by: editor.user_id.clone(),
        reason: input.reason.clone(),
        before_plan: row.plan.clone(),
        after_plan: canonical(&input.plan)?,
    };
    amendments::insert(&mut tx, &editor.ws, &amendment).await?;
    row.plan.clone_from(&amendment.after_plan);
    let after = write(&mut tx, &ctx, &editor, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(after)))
}

/// End an experiment that ran as planned.
#[utoipa::path(post, path = "/experiments/{id}/finish", tag = "experiment", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ExperimentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn finish_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ExperimentOut>> {
    end(&editor, &ctx, &if_match, &id, ExperimentState::Finished, "").await
}

/// End an experiment before it has run as planned, with a reason.
#[utoipa::path(post, path = "/experiments/{id}/stop", tag = "experiment", params(("id" = String, Path), IfMatch),
    request_body = StopIn, responses((status = 200, body = ExperimentOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn stop_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<StopIn>,
) -> Result<Json<ExperimentOut>> {
    let input = input.validate()?;
    end(&editor, &ctx, &if_match, &id, ExperimentState::Stopped, &input.reason).await
}

async fn end(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    state: ExperimentState,
    reason: &str,
) -> Result<Json<ExperimentOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    if before.state != ExperimentState::Running {
        return Err(Error::conflict("only a running experiment can end"));
    }
    row.ended_at = Some(ctx.now);
    reason.clone_into(&mut row.end_reason);
    state.as_str().clone_into(&mut row.state);
    let after = write(&mut tx, ctx, caller, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

fn refuse_gaps(kind: ExperimentKind, plan: &Plan) -> Result<()> {
    let mut invalid = Invalid::default();
    for finding in findings(kind, plan).into_iter().filter(|finding| finding.blocking) {
        invalid.add(finding.field, &finding.message);
    }
    invalid.or(())?;
    Ok(())
}

async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Experiment, ExperimentOut)> {
    let row = experiments::get(conn, &caller.ws, id).await?;
    let out = ExperimentOut::of(row.clone())?;
    Ok((row, out))
}

async fn write(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    row: &Experiment,
    before: &ExperimentOut,
) -> Result<ExperimentOut> {
    experiments::update(conn, &caller.ws, row, ctx.now).await?;
    let after = ExperimentOut::of(experiments::get(conn, &caller.ws, &row.id).await?)?;
    audit::updated(conn, ctx, caller, audit::Object { kind: KIND, id: &row.id }, before, &after).await?;
    Ok(after)
}
