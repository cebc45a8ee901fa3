//! Starting, reading and closing reviews.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::decide::reviews::{self, Review};
use heedful_db::types::DAY;
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::{ReviewOut, ReviewSummary};
use super::{KIND, agenda};
use crate::platform::audit;
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};

const WEEKLY: &str = "weekly";
/// The first review looks back this far.
const FIRST_PERIOD: i64 = 7 * DAY;
const SUMMARY_MAX: usize = 20_000;

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReviewIn {
    /// weekly, the only kind so far and the one when not given
    pub kind: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReviewClosed {
    /// What was decided and learned, in a few sentences.
    #[serde(default)]
    pub summary: String,
}

/// Reviews, newest first.
#[utoipa::path(get, path = "/reviews", tag = "decide", params(Paging),
    responses((status = 200, body = List<ReviewSummary>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_reviews(
    viewer: Viewer,
    ctx: Ctx,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ReviewSummary>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = reviews::list(&mut conn, &viewer.ws, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, ReviewSummary::from)))
}

/// Start a review: its agenda is made from everything that changed since the last one, and then stays as it is.
#[utoipa::path(post, path = "/reviews", tag = "decide", request_body = ReviewIn,
    responses((status = 201, body = ReviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn start_review(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<ReviewIn>,
) -> Result<(StatusCode, Json<ReviewOut>)> {
    let kind = input.kind.unwrap_or_else(|| WEEKLY.to_owned());
    let mut invalid = Invalid::default();
    invalid.check_choice("kind", &kind, &[WEEKLY]);
    let kind = invalid.or(kind)?.into_inner();
    let mut tx = ctx.begin().await?;
    if let Some(open) = reviews::find_latest(&mut tx, &editor.ws, &kind, true).await? {
        let current = serde_json::to_value(ReviewOut::from(open)).map_err(anyhow::Error::from)?;
        let message = "a review is under way; `current` is it".to_owned();
        return Err(Error::Conflict { message, current: Some(current) });
    }
    let last = reviews::find_latest(&mut tx, &editor.ws, &kind, false).await?;
    let period_from = last.map_or(ctx.now - FIRST_PERIOD, |last| last.period_to);
    let items = agenda::make(&mut tx, &editor.ws, period_from, ctx.now).await?;
    let row = Review {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        kind,
        period_from,
        period_to: ctx.now,
        agenda: serde_json::to_string(&items).map_err(anyhow::Error::from)?,
        minutes: "[]".to_owned(),
        summary: String::new(),
        state: "open".to_owned(),
        started_by: editor.user_id.clone(),
        closed_at: None,
    };
    reviews::insert(&mut tx, &editor.ws, &row).await?;
    let out = ReviewOut::from(row);
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One review, with agenda and minutes.
#[utoipa::path(get, path = "/reviews/{id}", tag = "decide", params(("id" = String, Path)),
    responses((status = 200, body = ReviewOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_review(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ReviewOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(reviews::get(&mut conn, &viewer.ws, &id).await?.into()))
}

/// Close a review with a summary. Items that nobody looked at come up again next time if they still wait.
#[utoipa::path(post, path = "/reviews/{id}/close", tag = "decide", params(("id" = String, Path), IfMatch),
    request_body = ReviewClosed, responses((status = 200, body = ReviewOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn close_review(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<ReviewClosed>,
) -> Result<Json<ReviewOut>> {
    let mut invalid = Invalid::default();
    invalid.check_length("summary", &input.summary, SUMMARY_MAX);
    let input = invalid.or(input)?;
    let mut tx = ctx.begin().await?;
    let mut row = reviews::get(&mut tx, &editor.ws, &id).await?;
    let before = ReviewOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    if row.state == "closed" {
        return Err(Error::conflict("this review is closed already"));
    }
    input.summary.trim().clone_into(&mut row.summary);
    "closed".clone_into(&mut row.state);
    row.closed_at = Some(ctx.now);
    reviews::update(&mut tx, &editor.ws, &row, ctx.now).await?;
    let after = ReviewOut::from(reviews::get(&mut tx, &editor.ws, &id).await?);
    audit::updated(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
