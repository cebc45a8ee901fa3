//! Objecting from within the team, and moderating what comes in.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::users;
use heedful_db::share::critiques::{self, Critique};
use heedful_db::share::outcomes;

use super::wire::{Author, CritiqueIn, CritiqueModeration, CritiqueOut, begin};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};

/// Object to an outcome from within the team; any member may, whatever the role. Like a visitor's objection it waits
/// until somebody shows or answers it.
#[utoipa::path(post, path = "/critiques", tag = "share", request_body = CritiqueIn,
    responses((status = 201, body = CritiqueOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn create_critique(
    viewer: Viewer,
    ctx: Ctx,
    Body(input): Body<CritiqueIn>,
) -> Result<(StatusCode, Json<CritiqueOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let outcome = outcomes::get(&mut tx, &viewer.ws, &input.outcome_id).await?;
    if outcome.state != "published" {
        return Err(Error::conflict("this outcome is a draft; object once it is published"));
    }
    let member = users::get(&mut tx, &viewer.user_id).await?;
    let author = Author { name: &member.name, email: &member.email };
    let row = begin(&ctx, &outcome.id, &input.kind, &input.body, &author);
    critiques::insert(&mut tx, &viewer.ws, &row).await?;
    let out = CritiqueOut::from(row);
    audit::created(&mut tx, &ctx, &viewer, audit::Object { kind: "critique", id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Show a critique on the outcome's page, or hide it.
#[utoipa::path(patch, path = "/critiques/{id}", tag = "share", params(("id" = String, Path), IfMatch),
    request_body = CritiqueModeration, responses((status = 200, body = CritiqueOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn moderate_critique(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<CritiqueModeration>,
) -> Result<Json<CritiqueOut>> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out =
        change(&mut tx, &ctx, &editor, &if_match, &id, |row| row.state.clone_from(&input.state)).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Writes a critique changed, unless somebody changed it first.
pub async fn change(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Critique),
) -> Result<CritiqueOut> {
    let mut row = critiques::get(conn, &caller.ws, id).await?;
    let before = CritiqueOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    critiques::update(conn, &caller.ws, &row, ctx.now).await?;
    let after = CritiqueOut::from(critiques::get(conn, &caller.ws, id).await?);
    audit::updated(conn, ctx, caller, audit::Object { kind: "critique", id }, &before, &after).await?;
    Ok(after)
}
