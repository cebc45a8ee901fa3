//! Merges and splits as a list, and taking them back. Undo is refused, with the reason, when it would lose something
//! that was done since.

use std::collections::HashSet;

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::platform::search_queue;
use heedful_db::understand::theme_changes::{self, Change};
use heedful_db::understand::themes::{self, Theme};

use super::change::{KIND, write};
use super::moved::{Moved, ThemeChange, assignments};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

/// Merges and splits that a theme had part in, newest first.
#[utoipa::path(get, path = "/themes/{id}/changes", tag = "understand", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<ThemeChange>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_theme_changes(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ThemeChange>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    themes::get(&mut conn, &viewer.ws, &id).await?;
    let page = theme_changes::list(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, |row| {
        let moved: Moved = serde_json::from_str(&row.detail).unwrap_or_default();
        ThemeChange::of(row, &moved)
    })))
}

/// Take a merge or split back: everything is where it was.
#[utoipa::path(post, path = "/themes/changes/{id}/undo", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = ThemeChange)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn undo_theme_change(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<ThemeChange>> {
    let mut tx = ctx.begin().await?;
    let change = theme_changes::get(&mut tx, &editor.ws, &id).await?;
    if change.undone_at.is_some() {
        return Err(Error::conflict("this was undone already"));
    }
    theme_changes::update_undone(&mut tx, &editor.ws, &id, ctx.now).await?;
    if theme_changes::count_later(&mut tx, &editor.ws, &change).await? > 0 {
        return Err(Error::conflict("one of the themes was merged or split again since; undo that first"));
    }
    let moved: Moved = serde_json::from_str(&change.detail).map_err(anyhow::Error::from)?;
    if change.kind == "merge" {
        undo_merge(&mut tx, &ctx, &editor, &change, &moved).await?;
    } else {
        undo_split(&mut tx, &ctx, &editor, &change, &moved).await?;
    }
    let ids = moved.signal_ids();
    search_queue::insert_all(&mut tx, &editor.ws, "signal", &ids, ctx.now).await?;
    search_queue::insert_all(&mut tx, &editor.ws, "insight", &moved.insight_ids, ctx.now).await?;
    let detail = serde_json::json!({"change_id": id, "kind": change.kind});
    let object = audit::Object { kind: KIND, id: &change.theme_id };
    audit::acted(&mut tx, &ctx, &editor, "undo", object, &detail).await?;
    let undone = theme_changes::get(&mut tx, &editor.ws, &id).await?;
    ctx.commit(tx).await?;
    Ok(Json(ThemeChange::of(undone, &moved)))
}

async fn undo_merge(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    change: &Change,
    moved: &Moved,
) -> Result<()> {
    let ws = &caller.ws;
    let into = themes::get(conn, ws, &change.theme_id).await?;
    let gone = themes::get(conn, ws, &change.other_id).await?;
    if into.archived_at.is_some() {
        return Err(Error::conflict("the theme it was merged into was archived since; restore that first"));
    }
    write(conn, ctx, caller, into.clone(), &into).await?;
    let back = Theme { archived_at: None, merged_into_id: None, ..gone.clone() };
    write(conn, ctx, caller, gone, &back).await?;
    let ids = moved.signal_ids();
    let there = themes::list_assigned(conn, ws, &into.id, &ids).await?;
    if there.len() != ids.len() {
        return Err(Error::conflict(
            "some of the signals were taken out of the theme since, so they cannot be put back as they were",
        ));
    }
    let insights: HashSet<String> = themes::list_insights(conn, ws, &into.id).await?.into_iter().collect();
    if moved.insight_ids.iter().any(|id| !insights.contains(id)) {
        return Err(Error::conflict(
            "some of the insights were given another theme since, so they cannot be put back as they were",
        ));
    }
    let only_there: Vec<String> = moved.signals.iter().map(|(id, ..)| id.clone()).collect();
    themes::delete_assignments(conn, ws, &into.id, &only_there).await?;
    themes::insert_assignments(conn, ws, &back.id, &assignments(&moved.signals)).await?;
    themes::insert_assignments(conn, ws, &back.id, &assignments(&moved.in_both)).await?;
    themes::move_insights(conn, ws, &moved.insight_ids, (&into.id, &back.id), ctx.now).await?;
    Ok(())
}

async fn undo_split(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    change: &Change,
    moved: &Moved,
) -> Result<()> {
    let ws = &caller.ws;
    let from = themes::get(conn, ws, &change.theme_id).await?;
    let new = themes::get(conn, ws, &change.other_id).await?;
    if from.archived_at.is_some() {
        return Err(Error::conflict(
            "the theme it was split off from was archived since; restore that first",
        ));
    }
    write(conn, ctx, caller, from.clone(), &from).await?;
    let gone = Theme { archived_at: Some(ctx.now), ..new.clone() };
    write(conn, ctx, caller, new.clone(), &gone).await?;
    let ids = moved.signal_ids();
    let there = themes::list_assignments(conn, ws, &new.id).await?;
    let there: HashSet<String> = there.into_iter().map(|row| row.signal_id).collect();
    if there != ids.iter().cloned().collect() {
        return Err(Error::conflict("signals were added to the new theme or taken out of it since"));
    }
    if !themes::list_insights(conn, ws, &new.id).await?.is_empty() {
        return Err(Error::conflict("insights were given the new theme since; give them another first"));
    }
    themes::delete_assignments(conn, ws, &new.id, &ids).await?;
    themes::insert_assignments(conn, ws, &from.id, &assignments(&moved.signals)).await?;
    Ok(())
}
