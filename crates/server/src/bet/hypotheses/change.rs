//! Making, listing and changing hypotheses.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Page;
use heedful_db::bet::hypotheses::{self, Filter, Hypothesis};
use serde::Deserialize;
use utoipa::IntoParams;

use super::load::{HypothesisOut, load_many, load_one};
use super::wire::{HypothesisIn, HypothesisPatch};
use crate::bet::words::HypothesisState;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HypothesisQuery {
    pub opportunity_id: Option<String>,
    pub metric_id: Option<String>,
    pub owner_id: Option<String>,
    pub state: Option<HypothesisState>,
    /// True lists those that are past their date and still undecided.
    #[serde(default)]
    pub expired: bool,
    /// True lists those under no opportunity.
    #[serde(default)]
    pub unplaced: bool,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Hypotheses, newest first.
#[utoipa::path(get, path = "/hypotheses", tag = "bet", params(HypothesisQuery, Paging),
    responses((status = 200, body = List<HypothesisOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_hypotheses(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<HypothesisQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<HypothesisOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = Filter {
        opportunity_id: query.opportunity_id,
        unplaced: query.unplaced,
        metric_id: query.metric_id,
        owner_id: query.owner_id,
        state: query.state.map(|state| state.as_str().to_owned()),
        expired_before: query.expired.then_some(ctx.now),
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = hypotheses::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let items = load_many(&mut conn, &viewer.ws, page.items, ctx.now).await?;
    let page = Page { items, next: page.next, total: page.total };
    Ok(Json(List::of(page, std::convert::identity)))
}

/// Write a hypothesis down. It may be half-finished: the findings say what is missing.
#[utoipa::path(post, path = "/hypotheses", tag = "bet", request_body = HypothesisIn,
    responses((status = 201, body = HypothesisOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_hypothesis(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<HypothesisIn>,
) -> Result<(StatusCode, Json<HypothesisOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let row = new_row(&ctx, input)?;
    hypotheses::insert(&mut tx, &editor.ws, &row).await?;
    let (_, out) = load_one(&mut tx, &editor.ws, &row.id, ctx.now).await?;
    let object = audit::Object { kind: "hypothesis", id: &row.id };
    audit::created(&mut tx, &ctx, &editor, object, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One hypothesis, with its findings and the making of its confidence.
#[utoipa::path(get, path = "/hypotheses/{id}", tag = "bet", params(("id" = String, Path)),
    responses((status = 200, body = HypothesisOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_hypothesis(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<HypothesisOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(load_one(&mut conn, &viewer.ws, &id, ctx.now).await?.1))
}

/// Change a hypothesis.
#[utoipa::path(patch, path = "/hypotheses/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    request_body = HypothesisPatch, responses((status = 200, body = HypothesisOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_hypothesis(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<HypothesisPatch>,
) -> Result<Json<HypothesisOut>> {
    let patch = patch.validate()?;
    let apply = |row: &mut Hypothesis| patch.apply(row).map_err(|error| Error::Internal(error.into()));
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Put a hypothesis away.
#[utoipa::path(delete, path = "/hypotheses/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = HypothesisOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_hypothesis(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<HypothesisOut>> {
    let now = ctx.now;
    let apply = |row: &mut Hypothesis| {
        row.archived_at = Some(now);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Bring an archived hypothesis back.
#[utoipa::path(post, path = "/hypotheses/{id}/restore", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = HypothesisOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_hypothesis(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<HypothesisOut>> {
    let apply = |row: &mut Hypothesis| {
        row.archived_at = None;
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

fn new_row(ctx: &Ctx, input: HypothesisIn) -> Result<Hypothesis> {
    Ok(Hypothesis {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        opportunity_id: input.opportunity_id,
        title: input.title,
        population: input.population,
        change: input.change,
        mechanism: input.mechanism,
        metric_id: input.metric_id,
        smallest_effect: input.smallest_effect,
        effect_kind: input.effect_kind.as_str().to_owned(),
        guardrails: serde_json::to_string(&input.guardrails).map_err(anyhow::Error::from)?,
        decision_rule: serde_json::to_string(&input.decision_rule).map_err(anyhow::Error::from)?,
        required_strength: input.required_strength.as_str().to_owned(),
        expires_at: time::micros_opt(input.expires_at),
        owner_id: input.owner_id,
        state: input.state.as_str().to_owned(),
        ..Hypothesis::default()
    })
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Hypothesis) -> Result<()>,
) -> Result<Json<HypothesisOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = load_one(&mut tx, &caller.ws, id, ctx.now).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row)?;
    hypotheses::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let (_, after) = load_one(&mut tx, &caller.ws, id, ctx.now).await?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: "hypothesis", id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
