//! Reading critiques.

use axum::Json;
use axum::extract::Path;
use heedful_db::share::critiques::{self, Filter};

use super::wire::{CritiqueOut, CritiqueQuery, STATES};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};

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
