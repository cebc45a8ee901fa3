//! Merging a theme into another. What moved is written down, so that it can be undone without loss.

use std::collections::HashSet;

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::platform::search_queue;
use heedful_db::understand::theme_changes::{self, Change};
use heedful_db::understand::themes::{self, Theme};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{KIND, write};
use super::moved::{Moved, ThemeChange, kept};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ThemeMergeIn {
    /// The theme that goes on.
    pub into_id: String,
}

/// Merge a theme into another: its signals and insights move, the theme is archived and says where it went.
#[utoipa::path(post, path = "/themes/{id}/merge", tag = "understand", params(("id" = String, Path)),
    request_body = ThemeMergeIn, responses((status = 200, body = ThemeChange)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn merge_theme(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ThemeMergeIn>,
) -> Result<Json<ThemeChange>> {
    if input.into_id == id {
        return Err(Error::field("into_id", "must be another theme"));
    }
    let mut tx = ctx.begin().await?;
    let from = live(&mut tx, &editor, &id).await?;
    let into = match themes::get(&mut tx, &editor.ws, &input.into_id).await {
        Ok(theme) if theme.archived_at.is_none() => theme,
        Ok(_) => return Err(Error::field("into_id", "is archived")),
        Err(error) if error.is_not_found() => {
            return Err(Error::field("into_id", "names a theme that does not exist here"));
        }
        Err(error) => return Err(error.into()),
    };
    // Both themes change first: whoever else moves signals of theirs has to wait, or is told.
    write(&mut tx, &ctx, &editor, into.clone(), &into).await?;
    let gone = Theme { archived_at: Some(ctx.now), merged_into_id: Some(into.id.clone()), ..from.clone() };
    write(&mut tx, &ctx, &editor, from.clone(), &gone).await?;
    let moved = move_all(&mut tx, &ctx, &editor, &from, &into).await?;
    let change = record(&mut tx, &ctx, &editor, "merge", (&into.id, &from.id), &moved).await?;
    ctx.commit(tx).await?;
    Ok(Json(ThemeChange::of(change, &moved)))
}

async fn move_all(conn: &mut Conn, ctx: &Ctx, caller: &Caller, from: &Theme, into: &Theme) -> Result<Moved> {
    let ws = &caller.ws;
    let rows = themes::list_assignments(conn, ws, &from.id).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.signal_id.clone()).collect();
    let there = themes::list_assigned(conn, ws, &into.id, &ids).await?;
    let there: HashSet<String> = there.into_iter().map(|row| row.signal_id).collect();
    let (in_both, only_here): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| there.contains(&row.signal_id));
    let insight_ids = themes::list_insights(conn, ws, &from.id).await?;
    themes::insert_assignments(conn, ws, &into.id, &only_here).await?;
    themes::delete_assignments(conn, ws, &from.id, &ids).await?;
    themes::move_insights(conn, ws, &insight_ids, (&from.id, &into.id), ctx.now).await?;
    search_queue::insert_all(conn, ws, "signal", &ids, ctx.now).await?;
    search_queue::insert_all(conn, ws, "insight", &insight_ids, ctx.now).await?;
    Ok(Moved {
        signals: only_here.iter().map(kept).collect(),
        in_both: in_both.iter().map(kept).collect(),
        insight_ids,
    })
}

pub async fn live(conn: &mut Conn, caller: &Caller, id: &str) -> Result<Theme> {
    let theme = themes::get(conn, &caller.ws, id).await?;
    if theme.archived_at.is_some() {
        return Err(Error::conflict("this theme is archived; restore it first"));
    }
    Ok(theme)
}

/// Writes a merge or split down.
pub async fn record(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    kind: &str,
    (theme_id, other_id): (&str, &str),
    moved: &Moved,
) -> Result<Change> {
    let change = Change {
        id: ctx.new_id(),
        kind: kind.to_owned(),
        theme_id: theme_id.to_owned(),
        other_id: other_id.to_owned(),
        detail: serde_json::to_string(moved).map_err(anyhow::Error::from)?,
        made_by: caller.user_id.clone(),
        made_at: ctx.now,
        undone_at: None,
    };
    theme_changes::insert(conn, &caller.ws, &change).await?;
    let detail = serde_json::json!({"change_id": change.id, "other_id": other_id, "n_signals": moved.signal_ids().len()});
    audit::acted(conn, ctx, caller, kind, audit::Object { kind: KIND, id: theme_id }, &detail).await?;
    Ok(change)
}
