//! Making and changing themes.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::search_queue;
use heedful_db::understand::themes::{self, Theme};

use super::facts::Facts;
use super::numbers;
use super::wire::{ThemeIn, ThemeOut, ThemePatch};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::Valid;

pub const KIND: &str = "theme";

/// Name a recurring pattern.
#[utoipa::path(post, path = "/themes", tag = "understand", request_body = ThemeIn,
    responses((status = 201, body = ThemeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_theme(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<ThemeIn>,
) -> Result<(StatusCode, Json<ThemeOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_theme(&mut tx, &ctx, &editor, &input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One theme with what it amounts to.
#[utoipa::path(get, path = "/themes/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = ThemeOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_theme(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ThemeOut>> {
    let mut conn = ctx.read().await?;
    let mut out = ThemeOut::from(themes::get(&mut conn, &viewer.ws, &id).await?);
    out.numbers = Some(numbers::of(&Facts::read(&mut conn, &viewer.ws, &id).await?, ctx.now));
    Ok(Json(out))
}

/// Change a theme.
#[utoipa::path(patch, path = "/themes/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = ThemePatch, responses((status = 200, body = ThemeOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_theme(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<ThemePatch>,
) -> Result<Json<ThemeOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| {
        patch.apply(row);
        Ok(())
    })
    .await
}

/// Put a theme away. Its signals stay in it, and it can be restored.
#[utoipa::path(delete, path = "/themes/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ThemeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_theme(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ThemeOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| {
        row.archived_at = Some(now);
        Ok(())
    })
    .await
}

/// Bring an archived theme back. One that was merged comes back by undoing the merge.
#[utoipa::path(post, path = "/themes/{id}/restore", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ThemeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_theme(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ThemeOut>> {
    change(&editor, &ctx, &if_match, &id, |row| {
        if row.merged_into_id.is_some() {
            return Err(Error::conflict("this theme was merged into another; undo the merge instead"));
        }
        row.archived_at = None;
        Ok(())
    })
    .await
}

/// Writes a new theme, as splitting one does too.
pub async fn insert_theme(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: &Valid<ThemeIn>,
) -> Result<ThemeOut> {
    let row = Theme {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        name: input.name.trim().to_owned(),
        description: input.description.clone(),
        problem_type: input.problem_type.clone(),
        usage_context: input.usage_context.clone(),
        desired_outcome: input.desired_outcome.clone(),
        root_cause_kind: input.root_cause_kind.clone(),
        root_cause: input.root_cause.clone(),
        owner_id: input.owner_id.clone(),
        ..Theme::default()
    };
    themes::insert(conn, &caller.ws, &row).await?;
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let out = ThemeOut::from(row);
    audit::created(conn, ctx, caller, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    Ok(out)
}

/// Writes a changed theme with its audit and search entries.
pub async fn write(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    before: Theme,
    row: &Theme,
) -> Result<ThemeOut> {
    themes::update(conn, &caller.ws, row, ctx.now).await?;
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let after = ThemeOut::from(themes::get(conn, &caller.ws, &row.id).await?);
    let object = audit::Object { kind: KIND, id: &row.id };
    audit::updated(conn, ctx, caller, object, &ThemeOut::from(before), &after).await?;
    Ok(after)
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Theme) -> Result<()>,
) -> Result<Json<ThemeOut>> {
    let mut tx = ctx.begin().await?;
    let before = themes::get(&mut tx, &caller.ws, id).await?;
    if_match.check(before.version, || ThemeOut::from(before.clone()))?;
    let mut row = before.clone();
    apply(&mut row)?;
    let after = write(&mut tx, ctx, caller, before, &row).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
