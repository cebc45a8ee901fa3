//! `/digests`: those that were made, and one as it would be made now.

use axum::Json;
use axum::extract::Path;
use heedful_db::platform::memberships;
use heedful_db::share::digests;
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::gather::gather;
use super::weeks::last_and_running;
use super::wire::DigestOut;
use crate::platform::auth::{Caller, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::invalid::Invalid;
use crate::platform::members::LENSES;
use crate::platform::paging::{List, Paging};
use crate::platform::{periods, time};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DigestQuery {
    /// product, design, engineering, marketing, sales or leadership; all when not given
    pub lens: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestWeek {
    /// The last full week, as it is mailed.
    #[default]
    Last,
    /// The week that runs, so far.
    Running,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// product, design, engineering, marketing, sales or leadership; one's own when not given
    pub lens: Option<String>,
    #[serde(default)]
    #[param(inline)]
    pub week: DigestWeek,
}

/// Digests that were made, newest first.
#[utoipa::path(get, path = "/digests", tag = "share", params(DigestQuery, Paging),
    responses((status = 200, body = List<DigestOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_digests(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<DigestQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<DigestOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    check_lens(query.lens.as_deref())?;
    let mut conn = ctx.read().await?;
    let page = digests::list(&mut conn, &viewer.ws, query.lens.as_deref(), cursor.as_ref(), limit).await?;
    let (total, next) = (page.total, page.next);
    let items = page.items.into_iter().map(DigestOut::of).collect::<Result<Vec<_>>>()?;
    Ok(Json(List::of(heedful_db::Page { items, next, total }, |out| out)))
}

/// One digest.
#[utoipa::path(get, path = "/digests/{id}", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = DigestOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_digest(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<DigestOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(DigestOut::of(digests::get(&mut conn, &viewer.ws, &id).await?)?))
}

/// A digest as it would be made now; nothing is kept or sent.
#[utoipa::path(get, path = "/digests/preview", tag = "share", params(PreviewQuery),
    responses((status = 200, body = DigestOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_digest(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<PreviewQuery>,
) -> Result<Json<DigestOut>> {
    check_lens(query.lens.as_deref())?;
    let mut conn = ctx.read().await?;
    let lens = match query.lens {
        Some(lens) => lens,
        None => own_lens(&mut conn, &viewer).await?,
    };
    Ok(Json(make(&mut conn, &ctx, &viewer.ws, lens, query.week).await?))
}

async fn make(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    lens: String,
    which: DigestWeek,
) -> Result<DigestOut> {
    let zone = periods::time_zone(conn, ws).await?;
    let [last, running] = last_and_running(ctx.now, &zone)?;
    let week = match which {
        DigestWeek::Last => last,
        DigestWeek::Running => running,
    };
    let facts = gather(conn, ws, week.period, ctx.now).await?;
    Ok(DigestOut {
        id: None,
        body: facts.through(&lens),
        lens,
        week: week.name,
        from: time::out(week.period.from),
        to: time::out(week.period.to),
        made_at: time::out(ctx.now),
    })
}

pub async fn own_lens(conn: &mut Conn, caller: &Caller) -> Result<String> {
    let member = memberships::find(conn, &caller.ws, &caller.user_id).await?;
    Ok(member.ok_or(Error::NotFound)?.lens)
}

pub fn check_lens(lens: Option<&str>) -> Result<()> {
    let mut invalid = Invalid::default();
    if let Some(lens) = lens {
        invalid.check_choice("lens", lens, LENSES);
    }
    invalid.or(())?;
    Ok(())
}
