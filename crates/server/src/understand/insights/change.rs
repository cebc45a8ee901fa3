//! Making and changing insights.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::search_queue;
use heedful_db::understand::insights::{self, Insight};

use super::evidence;
use super::wire::{InsightIn, InsightOut, InsightPatch, KIND, set_next_step};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch};

/// Write down what was learned.
#[utoipa::path(post, path = "/insights", tag = "understand", request_body = InsightIn,
    responses((status = 201, body = InsightOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_insight(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<InsightIn>,
) -> Result<(StatusCode, Json<InsightOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let mut row = Insight {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        statement: input.statement.trim().to_owned(),
        detail: input.detail.clone(),
        theme_id: input.theme_id.clone(),
        segment_id: input.segment_id.clone(),
        usage_context: input.usage_context.clone(),
        ..Insight::default()
    };
    set_next_step(&mut row, input.next_step.as_ref());
    insights::insert(&mut tx, &editor.ws, &row).await?;
    evidence::insert(&mut tx, &ctx, &editor, &row.id, &input.signal_ids, &input.highlight_ids).await?;
    search_queue::insert(&mut tx, &editor.ws, KIND, &row.id, ctx.now).await?;
    let out = read(&mut tx, &editor, &row.id).await?.1;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One insight.
#[utoipa::path(get, path = "/insights/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = InsightOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_insight(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<InsightOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id).await?.1))
}

/// Change an insight.
#[utoipa::path(patch, path = "/insights/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = InsightPatch, responses((status = 200, body = InsightOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_insight(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<InsightPatch>,
) -> Result<Json<InsightOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put an insight away. It can be restored.
#[utoipa::path(delete, path = "/insights/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = InsightOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_insight(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<InsightOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived insight back.
#[utoipa::path(post, path = "/insights/{id}/restore", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = InsightOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_insight(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<InsightOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Insight, InsightOut)> {
    let row = insights::get(conn, &caller.ws, id).await?;
    let counts = insights::count_evidence(conn, &caller.ws, &[id.to_owned()]).await?;
    let n = counts.first().map_or(0, |(_, n)| *n);
    Ok((row.clone(), InsightOut::of(row, n)))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Insight),
) -> Result<Json<InsightOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    insights::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    search_queue::insert(&mut tx, &caller.ws, KIND, id, ctx.now).await?;
    let after = read(&mut tx, caller, id).await?.1;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
