//! Starting, cancelling and undoing an import.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Tx;
use heedful_db::listen::imports::{self, Import};
use serde_json::json;

use super::job::{ImportJob, RUN_IMPORT, UNDO_IMPORT};
use super::wire::{ImportOut, read_columns, read_mapping};
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::IfMatch;
use crate::platform::{audit, queue};

/// Start an import. It goes on by itself; ask for it to see how far it is.
#[utoipa::path(post, path = "/imports/{id}/start", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 202, body = ImportOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn start_import(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ImportOut>)> {
    let mut tx = ctx.begin().await?;
    let row = imports::get(&mut tx, &editor.ws, &id).await?;
    let current = ImportOut::of(row.clone())?;
    if_match.check(row.version, || current)?;
    if row.state != "previewed" {
        return Err(Error::conflict("this import has been started already"));
    }
    read_mapping(&row)?.validate(&read_columns(&row)?)?;
    let out = move_on(&mut tx, &ctx, &editor, row, "queued", "start").await?;
    let payload = ImportJob { workspace_id: editor.ws.to_string(), import_id: id };
    queue::push(&mut tx, &ctx, Some(&editor.ws), RUN_IMPORT, &payload).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(out)))
}

/// Stop an import. What it has written stays, and can be undone.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = ImportOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn cancel_import(editor: Editor, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ImportOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = imports::get(&mut tx, &editor.ws, &id).await?;
    let state = match row.state.as_str() {
        "previewed" => {
            imports::delete_chunks(&mut tx, &editor.ws, &id).await?;
            row.finished_at = Some(ctx.now);
            "cancelled"
        }
        // The job sees it before its next rows.
        "queued" | "running" => "cancelling",
        _ => return Err(Error::conflict("this import is not running")),
    };
    let out = move_on(&mut tx, &ctx, &editor, row, state, "cancel").await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Take back what an import brought. Signals that became evidence, a highlight or a published quote stay.
#[utoipa::path(post, path = "/imports/{id}/undo", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 202, body = ImportOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn undo_import(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ImportOut>)> {
    let mut tx = ctx.begin().await?;
    let row = imports::get(&mut tx, &editor.ws, &id).await?;
    let current = ImportOut::of(row.clone())?;
    if_match.check(row.version, || current)?;
    if !matches!(row.state.as_str(), "done" | "cancelled") {
        return Err(Error::conflict("only an import that is over can be undone"));
    }
    let out = move_on(&mut tx, &ctx, &editor, row, "undoing", "undo").await?;
    let payload = ImportJob { workspace_id: editor.ws.to_string(), import_id: id };
    queue::push(&mut tx, &ctx, Some(&editor.ws), UNDO_IMPORT, &payload).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(out)))
}

async fn move_on(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    mut row: Import,
    state: &str,
    action: &str,
) -> Result<ImportOut> {
    state.clone_into(&mut row.state);
    imports::update(tx, &caller.ws, &row, ctx.now).await?;
    let out = ImportOut::of(imports::get(tx, &caller.ws, &row.id).await?)?;
    let object = audit::Object { kind: "import", id: &row.id };
    audit::acted(tx, ctx, caller, action, object, &json!({"state": state})).await?;
    Ok(out)
}
