//! Listing, adding and changing segments.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::listen::segments::{self, SEGMENTS_MAX, Segment};
use heedful_db::{Conn, WorkspaceId};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::members::refresh_one;
use super::wire::{SegmentIn, SegmentOut, SegmentPatch};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::kept;
use crate::platform::paging::List;

const KIND: &str = "segment";

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SegmentQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// All segments, by name, with what they add up to now.
#[utoipa::path(get, path = "/segments", tag = "listen", params(SegmentQuery),
    responses((status = 200, body = List<SegmentOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_segments(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SegmentQuery>,
) -> Result<Json<Arc<List<SegmentOut>>>> {
    let counted = async {
        let mut conn = ctx.read().await?;
        let rows = segments::list(&mut conn, &viewer.ws, query.archived).await?;
        Ok(List::whole(with_counts(&mut conn, &viewer.ws, rows).await?))
    };
    Ok(Json(kept::answer(&ctx, &viewer.ws, format!("segments {}", query.archived), counted).await?))
}

/// Save a rule under a name.
#[utoipa::path(post, path = "/segments", tag = "listen", request_body = SegmentIn,
    responses((status = 201, body = SegmentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_segment(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<SegmentIn>,
) -> Result<(StatusCode, Json<SegmentOut>)> {
    Ok((StatusCode::CREATED, Json(create(&editor, &ctx, input).await?)))
}

/// Saves a rule and finds who fits it.
pub async fn create(editor: &Editor, ctx: &Ctx, input: SegmentIn) -> Result<SegmentOut> {
    let input = input.validate()?;
    let row = Segment {
        id: ctx.new_id(),
        created_at: ctx.now,
        updated_at: ctx.now,
        name: input.name.trim().to_owned(),
        description: input.description.trim().to_owned(),
        rule: json!(input.rule).to_string(),
        ..Segment::default()
    };
    let mut tx = ctx.begin().await?;
    check_room(&mut tx, &editor.ws).await?;
    segments::insert(&mut tx, &editor.ws, &row).await?;
    refresh_one(&mut tx, &editor.ws, &row).await?;
    let (_, out) = read(&mut tx, &editor.ws, &row.id).await?;
    audit::created(&mut tx, ctx, editor, audit::Object { kind: KIND, id: &row.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok(out)
}

/// One segment.
#[utoipa::path(get, path = "/segments/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = SegmentOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_segment(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<SegmentOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer.ws, &id).await?.1))
}

/// Change a segment. A new rule finds its members at once.
#[utoipa::path(patch, path = "/segments/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = SegmentPatch, responses((status = 200, body = SegmentOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_segment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<SegmentPatch>,
) -> Result<Json<SegmentOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| {
        if let Some(name) = &patch.name {
            name.trim().clone_into(&mut row.name);
        }
        if let Some(description) = &patch.description {
            description.trim().clone_into(&mut row.description);
        }
        if let Some(rule) = &patch.rule {
            row.rule = json!(rule).to_string();
        }
    })
    .await
}

/// Put a segment away: what was tagged with it keeps the tag. It can be restored.
#[utoipa::path(delete, path = "/segments/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SegmentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_segment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SegmentOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived segment back, with the members it has now.
#[utoipa::path(post, path = "/segments/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SegmentOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_segment(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SegmentOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Segment),
) -> Result<Json<SegmentOut>> {
    let mut tx = ctx.begin().await?;
    let (old, before) = read(&mut tx, &caller.ws, id).await?;
    if_match.check(old.version, || before.clone())?;
    let mut row = old.clone();
    apply(&mut row);
    let comes_back = old.archived_at.is_some() && row.archived_at.is_none();
    if comes_back {
        check_room(&mut tx, &caller.ws).await?;
    }
    segments::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    if comes_back || old.rule != row.rule {
        refresh_one(&mut tx, &caller.ws, &row).await?;
    }
    let (_, after) = read(&mut tx, &caller.ws, id).await?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

async fn check_room(conn: &mut Conn, ws: &WorkspaceId) -> Result<()> {
    if segments::count(conn, ws).await? >= SEGMENTS_MAX {
        return Err(Error::conflict("a workspace has at most 200 segments; archive one first"));
    }
    Ok(())
}

async fn read(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<(Segment, SegmentOut)> {
    let row = segments::get(conn, ws, id).await?;
    let mut all = with_counts(conn, ws, vec![row.clone()]).await?;
    Ok((row, all.pop().ok_or(Error::NotFound)?))
}

async fn with_counts(conn: &mut Conn, ws: &WorkspaceId, rows: Vec<Segment>) -> Result<Vec<SegmentOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let counts: HashMap<String, _> = segments::list_counts(conn, ws, &ids)
        .await?
        .into_iter()
        .map(|counts| (counts.segment_id.clone(), counts))
        .collect();
    rows.into_iter()
        .map(|row| {
            let counts = counts.get(&row.id);
            SegmentOut::of(row, counts)
        })
        .collect()
}
