//! Files of events, past and running.

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::event_imports;

use super::wire::EventImportOut;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

/// Files of events that were imported, newest first.
#[utoipa::path(get, path = "/events/imports", tag = "listen", params(Paging),
    responses((status = 200, body = List<EventImportOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_event_imports(
    viewer: Viewer,
    ctx: Ctx,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EventImportOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = event_imports::list(&mut conn, &viewer.ws, cursor.as_ref(), limit).await?;
    let (next, total) = (page.next, page.total);
    let items = page.items.into_iter().map(EventImportOut::of).collect::<Result<_>>()?;
    Ok(Json(List::of(heedful_db::Page { items, next, total }, |import| import)))
}

/// One file of events, with how far it is.
#[utoipa::path(get, path = "/events/imports/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = EventImportOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_event_import(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<EventImportOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(EventImportOut::of(event_imports::get(&mut conn, &viewer.ws, &id).await?)?))
}
