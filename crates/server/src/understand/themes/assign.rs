//! Putting signals into themes and taking them out, one by one or as many as a search finds.

use std::collections::HashSet;

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::platform::search_queue;
use heedful_db::understand::themes::{self, Assignment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::KIND;
use crate::listen::signals::{self, SignalQuery};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;

/// Signals named one by one.
pub const IDS_MAX: usize = 500;
/// Signals that a filter may find: they are assigned in one transaction.
pub const FOUND_MAX: usize = 5_000;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ThemeSignalsIn {
    /// At most 500.
    pub ids: Vec<String>,
    /// Instead of ids: the query of a list of signals, such as `q=export&segment_id=…`. At most 5,000 may match.
    pub filter: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThemeSignalsMoved {
    /// The signals that were really moved, for undo; those already where they should be are left out.
    pub ids: Vec<String>,
}

/// Put signals into a theme.
#[utoipa::path(post, path = "/themes/{id}/signals", tag = "understand", params(("id" = String, Path)),
    request_body = ThemeSignalsIn, responses((status = 200, body = ThemeSignalsMoved)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn assign_signals(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ThemeSignalsIn>,
) -> Result<Json<ThemeSignalsMoved>> {
    let ids = chosen(&ctx, &editor, &input).await?;
    let mut tx = ctx.begin().await?;
    let ids = assign(&mut tx, &ctx, &editor, &id, &ids).await?;
    ctx.commit(tx).await?;
    Ok(Json(ThemeSignalsMoved { ids }))
}

/// Take signals out of a theme.
#[utoipa::path(post, path = "/themes/{id}/signals/remove", tag = "understand", params(("id" = String, Path)),
    request_body = ThemeSignalsIn, responses((status = 200, body = ThemeSignalsMoved)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn unassign_signals(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ThemeSignalsIn>,
) -> Result<Json<ThemeSignalsMoved>> {
    let ids = chosen(&ctx, &editor, &input).await?;
    let mut tx = ctx.begin().await?;
    themes::get(&mut tx, &editor.ws, &id).await?;
    let assigned = themes::list_assigned(&mut tx, &editor.ws, &id, &ids).await?;
    let ids: Vec<String> = assigned.into_iter().map(|row| row.signal_id).collect();
    themes::delete_assignments(&mut tx, &editor.ws, &id, &ids).await?;
    search_queue::insert_all(&mut tx, &editor.ws, "signal", &ids, ctx.now).await?;
    let moved = ThemeSignalsMoved { ids };
    audit::acted(&mut tx, &ctx, &editor, "unassign", audit::Object { kind: KIND, id: &id }, &moved).await?;
    ctx.commit(tx).await?;
    Ok(Json(moved))
}

/// Puts signals into a theme; returns those that were not in it.
pub async fn assign(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    theme_id: &str,
    ids: &[String],
) -> Result<Vec<String>> {
    let theme = themes::get(conn, &caller.ws, theme_id).await?;
    if theme.archived_at.is_some() {
        return Err(Error::conflict("this theme is archived; restore it first"));
    }
    let present = themes::list_assigned(conn, &caller.ws, theme_id, ids).await?;
    let present: HashSet<String> = present.into_iter().map(|row| row.signal_id).collect();
    let mut ids: Vec<String> = ids.iter().filter(|id| !present.contains(*id)).cloned().collect();
    ids.sort();
    ids.dedup();
    let row = |id: &String| Assignment {
        signal_id: id.clone(),
        assigned_by: caller.user_id.clone(),
        assigned_at: ctx.now,
    };
    let rows: Vec<Assignment> = ids.iter().map(row).collect();
    themes::insert_assignments(conn, &caller.ws, theme_id, &rows).await.map_err(|error| match error {
        heedful_db::Error::Reference => Error::field("ids", "names a signal that does not exist here"),
        other => other.into(),
    })?;
    search_queue::insert_all(conn, &caller.ws, "signal", &ids, ctx.now).await?;
    let moved = ThemeSignalsMoved { ids };
    let object = audit::Object { kind: KIND, id: theme_id };
    audit::acted(conn, ctx, caller, "assign", object, &moved).await?;
    Ok(moved.ids)
}

async fn chosen(ctx: &Ctx, caller: &Caller, input: &ThemeSignalsIn) -> Result<Vec<String>> {
    let Some(filter) = &input.filter else {
        if input.ids.is_empty() || input.ids.len() > IDS_MAX {
            return Err(Error::field("ids", "must be between 1 and 500, or a filter must be given"));
        }
        return Ok(input.ids.clone());
    };
    if !input.ids.is_empty() {
        return Err(Error::field("filter", "must not be given together with ids"));
    }
    let query: SignalQuery = parse(filter)?;
    let limit = i64::try_from(FOUND_MAX).unwrap_or(i64::MAX) + 1;
    let ids = signals::ids_of(ctx, &caller.ws, &query, limit).await?;
    if ids.len() > FOUND_MAX {
        return Err(Error::field("filter", "matches more than 5,000 signals; narrow it"));
    }
    Ok(ids)
}

/// A filter is written as in the address of a list, so that what a person sees there can be assigned.
fn parse(filter: &str) -> Result<SignalQuery> {
    let uri = format!("/?{}", filter.trim_start_matches('?'));
    let refused = || Error::field("filter", "is not the query of a list of signals");
    let uri = uri.parse().map_err(|_| refused())?;
    axum::extract::Query::<SignalQuery>::try_from_uri(&uri).map(|query| query.0).map_err(|_| refused())
}
