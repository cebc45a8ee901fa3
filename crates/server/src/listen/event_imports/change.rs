//! Starting, stopping and undoing an import of events.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Tx;
use heedful_db::listen::event_imports::{self, EventImport};
use serde_json::json;
use tokio::fs;

use super::spool::path;
use super::wire::{EventImportOut, read};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::IfMatch;

/// Start an import of events. It goes on by itself; ask for it to see how far it is.
#[utoipa::path(post, path = "/events/imports/{id}/start", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 202, body = EventImportOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn start_event_import(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<EventImportOut>)> {
    let mut tx = ctx.begin().await?;
    let (row, current) = seen(&mut tx, &editor, &if_match, &id).await?;
    if row.state != "previewed" {
        return Err(Error::conflict("this import has been started already"));
    }
    current.mapping.validate(&read::<Vec<String>>(&row.columns)?)?;
    let out = move_on(&mut tx, &ctx, &editor, row, "queued", "start").await?;
    ctx.commit(tx).await?;
    ctx.app.events.imports_bell.notify_one();
    Ok((StatusCode::ACCEPTED, Json(out)))
}

/// Stop an import of events. What it has brought stays, and can be undone.
#[utoipa::path(post, path = "/events/imports/{id}/cancel", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = EventImportOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn cancel_event_import(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<EventImportOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = event_imports::get(&mut tx, &editor.ws, &id).await?;
    let state = match row.state.as_str() {
        "previewed" => {
            row.finished_at = Some(ctx.now);
            "cancelled"
        }
        // Its node sees it before the next rows.
        "queued" | "running" => "cancelling",
        _ => return Err(Error::conflict("this import is not running")),
    };
    let out = move_on(&mut tx, &ctx, &editor, row, state, "cancel").await?;
    ctx.commit(tx).await?;
    if state == "cancelled" {
        // What cannot be removed now is with the next clean-up.
        let _ = fs::remove_file(path(&ctx.app, &id)).await;
    }
    ctx.app.events.imports_bell.notify_one();
    Ok(Json(out))
}

/// Take back the events that an import brought. Events that were there before stay, and so do people whom it made known.
#[utoipa::path(post, path = "/events/imports/{id}/undo", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 202, body = EventImportOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn undo_event_import(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<EventImportOut>)> {
    let mut tx = ctx.begin().await?;
    let (row, _) = seen(&mut tx, &editor, &if_match, &id).await?;
    if !matches!(row.state.as_str(), "done" | "cancelled" | "failed") {
        return Err(Error::conflict("only an import that is over can be undone"));
    }
    let out = move_on(&mut tx, &ctx, &editor, row, "undoing", "undo").await?;
    ctx.commit(tx).await?;
    ctx.app.events.imports_bell.notify_one();
    Ok((StatusCode::ACCEPTED, Json(out)))
}

/// An import as the caller has seen it.
async fn seen(
    tx: &mut Tx,
    caller: &Caller,
    if_match: &IfMatch,
    id: &str,
) -> Result<(EventImport, EventImportOut)> {
    let row = event_imports::get(tx, &caller.ws, id).await?;
    let current = EventImportOut::of(row.clone())?;
    if_match.check(row.version, || current.clone())?;
    Ok((row, current))
}

async fn move_on(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    mut row: EventImport,
    state: &str,
    action: &str,
) -> Result<EventImportOut> {
    state.clone_into(&mut row.state);
    row.error = None;
    event_imports::update(tx, &caller.ws, &row, ctx.now).await?;
    let out = EventImportOut::of(event_imports::get(tx, &caller.ws, &row.id).await?)?;
    let object = audit::Object { kind: "event_import", id: &row.id };
    audit::acted(tx, ctx, caller, action, object, &json!({"state": state})).await?;
    Ok(out)
}
