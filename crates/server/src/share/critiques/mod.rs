//! Critiques: objections to an outcome, moderated by the team, then answered or accepted.

mod answer;
mod wire;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::users;
use heedful_db::share::critiques::{self, Critique, Filter};
use heedful_db::share::outcomes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::wire::{Author, begin, check_objection};
use self::wire::{CritiqueIn, CritiqueModeration, CritiqueOut, CritiqueQuery, STATES};
use crate::app::App;
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_critiques, create_critique))
        .routes(routes!(get_critique, moderate_critique))
        .routes(routes!(answer::answer_critique))
}

/// Critiques, newest first.
#[utoipa::path(get, path = "/critiques", tag = "share", params(CritiqueQuery, Paging),
    responses((status = 200, body = List<CritiqueOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_critiques(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<CritiqueQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<CritiqueOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    if let Some(state) = &query.state {
        let mut invalid = Invalid::default();
        invalid.check_choice("state", state, STATES);
        invalid.or(())?;
    }
    let filter = Filter { outcome_id: query.outcome_id, state: query.state, unanswered: query.unanswered };
    let mut conn = ctx.read().await?;
    let page = critiques::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, CritiqueOut::from)))
}

/// One critique.
#[utoipa::path(get, path = "/critiques/{id}", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = CritiqueOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_critique(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<CritiqueOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(critiques::get(&mut conn, &viewer.ws, &id).await?.into()))
}

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

async fn change(
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
