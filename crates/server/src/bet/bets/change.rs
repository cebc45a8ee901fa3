//! Making, listing and changing bets.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Page;
use heedful_db::bet::bets::{self, Bet, Filter};
use heedful_db::types::DAY;
use serde::Deserialize;
use utoipa::IntoParams;

use super::load::{BetFields, BetOut, load_many, read};
use super::wire::{BetIn, BetPatch};
use crate::bet::words::BetState;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

const KIND: &str = "bet";
/// A bet that nobody starts within this time is looked at again or dropped.
const EXPIRES_AFTER: i64 = 90 * DAY;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BetQuery {
    pub hypothesis_id: Option<String>,
    pub owner_id: Option<String>,
    pub state: Option<BetState>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Bets by rank: those everybody has scored first, the best on top; then the others, newest first.
#[utoipa::path(get, path = "/bets", tag = "bet", params(BetQuery, Paging),
    responses((status = 200, body = List<BetOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_bets(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<BetQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<BetOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    if let Some(cursor) = &cursor
        && cursor.sort_number().is_err()
    {
        return Err(Error::field("cursor", "is not a cursor that this list gave out"));
    }
    let filter = Filter {
        hypothesis_id: query.hypothesis_id,
        owner_id: query.owner_id,
        state: query.state.map(|state| state.as_str().to_owned()),
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = bets::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let items = load_many(&mut conn, &viewer, &page.items, ctx.now).await?;
    let page = Page { items, next: page.next, total: page.total };
    Ok(Json(List::of(page, std::convert::identity)))
}

/// Propose a bet.
#[utoipa::path(post, path = "/bets", tag = "bet", request_body = BetIn,
    responses((status = 201, body = BetOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_bet(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<BetIn>,
) -> Result<(StatusCode, Json<BetOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let row = Bet {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        hypothesis_id: input.hypothesis_id,
        title: input.title,
        description: input.description,
        owner_id: input.owner_id,
        appetite_days: input.appetite_days,
        undo_step: input.undo_step,
        forecast: input.forecast,
        forecast_by: input.forecast.map(|_| editor.user_id.clone()),
        state: BetState::Backlog.as_str().to_owned(),
        expires_at: Some(time::micros_opt(input.expires_at).unwrap_or(ctx.now + EXPIRES_AFTER)),
        ..Bet::default()
    };
    bets::insert(&mut tx, &editor.ws, &row).await?;
    let (_, out) = read(&mut tx, &editor, &row.id, ctx.now).await?;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &row.id }, &out.bet).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One bet. Scores of others are in it once everybody asked has scored.
#[utoipa::path(get, path = "/bets/{id}", tag = "bet", params(("id" = String, Path)),
    responses((status = 200, body = BetOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_bet(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<BetOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id, ctx.now).await?.1))
}

/// Change a bet.
#[utoipa::path(patch, path = "/bets/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    request_body = BetPatch, responses((status = 200, body = BetOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_bet(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<BetPatch>,
) -> Result<Json<BetOut>> {
    let patch = patch.validate()?;
    let user_id = editor.user_id.clone();
    let apply = |row: &mut Bet| {
        let changes_forecast = patch.forecast.is_some_and(|forecast| forecast != row.forecast);
        if changes_forecast && row.started_at.is_some() {
            return Err(Error::field("forecast", "was frozen when the bet started"));
        }
        patch.apply(row, &user_id);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Note that the undo step was tried, before it is needed.
#[utoipa::path(post, path = "/bets/{id}/undo-drill", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = BetOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn note_undo_drill(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<BetOut>> {
    let now = ctx.now;
    let apply = |row: &mut Bet| {
        if row.undo_step.trim().is_empty() {
            return Err(Error::field("undo_step", "must say how the bet is undone before that can be tried"));
        }
        row.undo_tried_at = Some(now);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Put a bet away.
#[utoipa::path(delete, path = "/bets/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = BetOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_bet(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<BetOut>> {
    let now = ctx.now;
    let apply = |row: &mut Bet| {
        row.archived_at = Some(now);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, apply).await
}

/// Bring an archived bet back.
#[utoipa::path(post, path = "/bets/{id}/restore", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = BetOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_bet(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<BetOut>> {
    let apply = |row: &mut Bet| {
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
    apply: impl FnOnce(&mut Bet) -> Result<()>,
) -> Result<Json<BetOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, caller, id, ctx.now).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row)?;
    bets::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let (_, after) = read(&mut tx, caller, id, ctx.now).await?;
    let object = audit::Object { kind: KIND, id };
    audit::updated::<BetFields>(&mut tx, ctx, caller, object, &before.bet, &after.bet).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
