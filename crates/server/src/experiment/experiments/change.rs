//! Making, listing and changing experiments.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Page;
use heedful_db::experiment::experiments::{self, Experiment, Filter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::first_plan::draw_up;
use super::wire::{ExperimentIn, ExperimentOut, ExperimentPatch, ExperimentState};
use crate::experiment::plan::{ExperimentKind, canonical};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::paging::{List, Paging};

const KIND: &str = "experiment";

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExperimentQuery {
    pub bet_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub kind: Option<ExperimentKind>,
    pub state: Option<ExperimentState>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Experiments, newest first.
#[utoipa::path(get, path = "/experiments", tag = "experiment", params(ExperimentQuery, Paging),
    responses((status = 200, body = List<ExperimentOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_experiments(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ExperimentQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ExperimentOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = Filter {
        bet_id: query.bet_id,
        hypothesis_id: query.hypothesis_id,
        kind: query.kind.map(|kind| kind.as_str().to_owned()),
        state: query.state.map(|state| state.as_str().to_owned()),
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = experiments::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let items = page.items.into_iter().map(ExperimentOut::of).collect::<Result<Vec<_>>>()?;
    let page = Page { items, next: page.next, total: page.total };
    Ok(Json(List::of(page, std::convert::identity)))
}

/// Plan an experiment for a bet.
#[utoipa::path(post, path = "/experiments", tag = "experiment", request_body = ExperimentIn,
    responses((status = 201, body = ExperimentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_experiment(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<ExperimentIn>,
) -> Result<(StatusCode, Json<ExperimentOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let plan = match input.plan {
        Some(plan) => plan,
        None => match draw_up(&mut tx, &editor.ws, &input.bet_id, input.kind).await {
            Err(Error::NotFound) => {
                return Err(Error::field("bet_id", "names a bet that does not exist here"));
            }
            drawn => drawn?,
        },
    };
    let row = Experiment {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        bet_id: input.bet_id,
        title: input.title,
        kind: input.kind.as_str().to_owned(),
        plan: canonical(&plan)?,
        owner_id: input.owner_id,
        state: ExperimentState::Planned.as_str().to_owned(),
        ..Experiment::default()
    };
    experiments::insert(&mut tx, &editor.ws, &row).await?;
    let out = ExperimentOut::of(row)?;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One experiment with its plan.
#[utoipa::path(get, path = "/experiments/{id}", tag = "experiment", params(("id" = String, Path)),
    responses((status = 200, body = ExperimentOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_experiment(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ExperimentOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(ExperimentOut::of(experiments::get(&mut conn, &viewer.ws, &id).await?)?))
}

/// Change an experiment. Its plan can change here only before the start; afterwards by amendment.
#[utoipa::path(patch, path = "/experiments/{id}", tag = "experiment", params(("id" = String, Path), IfMatch),
    request_body = ExperimentPatch, responses((status = 200, body = ExperimentOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<ExperimentPatch>,
) -> Result<Json<ExperimentOut>> {
    let patch = patch.validate()?;
    let apply = |row: &mut Experiment| {
        let touches_plan = patch.plan.is_some() || patch.kind.is_some();
        if touches_plan && row.state != ExperimentState::Planned.as_str() {
            return Err(Error::conflict("the plan was frozen at the start; amend it, with a reason"));
        }
        if let Some(title) = &patch.title {
            row.title.clone_from(title);
        }
        if let Some(kind) = patch.kind {
            kind.as_str().clone_into(&mut row.kind);
        }
        if let Some(plan) = &patch.plan {
            row.plan = canonical(plan)?;
        }
        if let Some(owner_id) = &patch.owner_id {
            row.owner_id.clone_from(owner_id);
        }
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Put an experiment away.
#[utoipa::path(delete, path = "/experiments/{id}", tag = "experiment", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ExperimentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ExperimentOut>> {
    let now = ctx.now;
    let apply = |row: &mut Experiment| {
        row.archived_at = Some(now);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Bring an archived experiment back.
#[utoipa::path(post, path = "/experiments/{id}/restore", tag = "experiment",
    params(("id" = String, Path), IfMatch), responses((status = 200, body = ExperimentOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_experiment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ExperimentOut>> {
    let apply = |row: &mut Experiment| {
        row.archived_at = None;
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Experiment) -> Result<()>,
) -> Result<Json<ExperimentOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = experiments::get(&mut tx, &caller.ws, id).await?;
    let before = ExperimentOut::of(row.clone())?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row)?;
    experiments::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = ExperimentOut::of(experiments::get(&mut tx, &caller.ws, id).await?)?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
