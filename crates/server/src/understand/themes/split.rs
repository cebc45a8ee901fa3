//! Splitting chosen signals off into a theme of their own.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::platform::search_queue;
use heedful_db::understand::themes;
use serde::Deserialize;
use utoipa::ToSchema;

use super::assign::IDS_MAX;
use super::change::{insert_theme, write};
use super::merge::{live, record};
use super::moved::{Moved, ThemeChange, kept};
use super::wire::ThemeIn;
use crate::platform::auth::Editor;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;
use crate::platform::invalid::Invalid;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ThemeSplitIn {
    /// The signals that leave, at most 500; all of them must be in the theme.
    pub signal_ids: Vec<String>,
    /// The new theme.
    pub theme: ThemeIn,
}

/// Split a theme: the chosen signals move into a new one.
#[utoipa::path(post, path = "/themes/{id}/split", tag = "understand", params(("id" = String, Path)),
    request_body = ThemeSplitIn, responses((status = 201, body = ThemeChange)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn split_theme(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ThemeSplitIn>,
) -> Result<(StatusCode, Json<ThemeChange>)> {
    let mut invalid = Invalid::default();
    let is_fine = (1..=IDS_MAX).contains(&input.signal_ids.len());
    invalid.check("signal_ids", is_fine, "must be between 1 and 500");
    input.theme.check(&mut invalid);
    let theme = invalid.or(input.theme)?;
    let mut ids = input.signal_ids;
    ids.sort();
    ids.dedup();
    let mut tx = ctx.begin().await?;
    let ws = &editor.ws;
    let from = live(&mut tx, &editor, &id).await?;
    write(&mut tx, &ctx, &editor, from.clone(), &from).await?;
    let rows = themes::list_assigned(&mut tx, ws, &id, &ids).await?;
    if rows.len() != ids.len() {
        return Err(Error::field("signal_ids", "must all be in the theme"));
    }
    let new = insert_theme(&mut tx, &ctx, &editor, &theme).await?;
    themes::insert_assignments(&mut tx, ws, &new.id, &rows).await?;
    themes::delete_assignments(&mut tx, ws, &id, &ids).await?;
    search_queue::insert_all(&mut tx, ws, "signal", &ids, ctx.now).await?;
    let moved = Moved { signals: rows.iter().map(kept).collect(), ..Moved::default() };
    let change = record(&mut tx, &ctx, &editor, "split", (&id, &new.id), &moved).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(ThemeChange::of(change, &moved))))
}
