//! Imports past and running.

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::imports;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::ImportOut;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    pub source_id: Option<String>,
}

/// Imports, newest first.
#[utoipa::path(get, path = "/imports", tag = "listen", params(ImportQuery, Paging),
    responses((status = 200, body = List<ImportOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_imports(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ImportQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ImportOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page =
        imports::list(&mut conn, &viewer.ws, query.source_id.as_deref(), cursor.as_ref(), limit).await?;
    let (next, total) = (page.next, page.total);
    let items: Result<Vec<ImportOut>> = page.items.into_iter().map(ImportOut::of).collect();
    Ok(Json(List::of(heedful_db::Page { items: items?, next, total }, |import| import)))
}

/// One import, with how far it is.
#[utoipa::path(get, path = "/imports/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = ImportOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_import(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ImportOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(ImportOut::of(imports::get(&mut conn, &viewer.ws, &id).await?)?))
}
