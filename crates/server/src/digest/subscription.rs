//! `/digest-subscription`: what one gets, and through whose eyes one reads.

use axum::Json;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::memberships;
use heedful_db::share::digests;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api::{check_lens, own_lens};
use super::weeks::last_and_running;
use crate::platform::auth::{Caller, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;
use crate::platform::{audit, periods, secret, time};

/// The kind under which subscriptions stand in the audit log.
const KIND: &str = "digest_subscription";

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DigestSubscriptionOut {
    /// product, design, engineering, marketing, sales or leadership
    pub lens: String,
    pub by_mail: bool,
    /// When the address of one's feed was made; null without one. The address itself is shown only then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub feed_made_at: Option<Timestamp>,
    /// When the digest of this week is made and sent.
    #[schema(value_type = String, format = DateTime)]
    pub next_at: Timestamp,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DigestSubscriptionPatch {
    /// product, design, engineering, marketing, sales or leadership
    pub lens: Option<String>,
    pub by_mail: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DigestFeedOut {
    /// Whoever knows it reads one's digests: it is shown once, and kept only as a hash.
    pub url: String,
}

/// What one gets oneself.
#[utoipa::path(get, path = "/digest-subscription", tag = "share",
    responses((status = 200, body = DigestSubscriptionOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_digest_subscription(viewer: Viewer, ctx: Ctx) -> Result<Json<DigestSubscriptionOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &ctx, &viewer).await?))
}

/// Choose one's lens, and whether the digest comes by mail.
#[utoipa::path(patch, path = "/digest-subscription", tag = "share", request_body = DigestSubscriptionPatch,
    responses((status = 200, body = DigestSubscriptionOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn update_digest_subscription(
    viewer: Viewer,
    ctx: Ctx,
    Body(patch): Body<DigestSubscriptionPatch>,
) -> Result<Json<DigestSubscriptionOut>> {
    check_lens(patch.lens.as_deref())?;
    let mut tx = ctx.begin().await?;
    let before = read(&mut tx, &ctx, &viewer).await?;
    if let Some(lens) = patch.lens.filter(|lens| *lens != before.lens) {
        let member = memberships::find(&mut tx, &viewer.ws, &viewer.user_id).await?;
        let member = memberships::Membership { lens, ..member.ok_or(Error::NotFound)? };
        memberships::update(&mut tx, &viewer.ws, &member, ctx.now).await?;
    }
    if let Some(by_mail) = patch.by_mail {
        digests::insert_subscription(&mut tx, &viewer.ws, &viewer.user_id, &ctx.new_id(), ctx.now).await?;
        let since = by_mail.then_some(ctx.now);
        digests::update_mail_since(&mut tx, &viewer.ws, &viewer.user_id, since, ctx.now).await?;
    }
    let after = read(&mut tx, &ctx, &viewer).await?;
    let object = audit::Object { kind: KIND, id: &viewer.user_id };
    audit::updated(&mut tx, &ctx, &viewer, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Make the secret address of one's own feed, or another one: an older address ends.
#[utoipa::path(post, path = "/digest-subscription/feed", tag = "share",
    responses((status = 201, body = DigestFeedOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn renew_digest_feed(viewer: Viewer, ctx: Ctx) -> Result<(StatusCode, Json<DigestFeedOut>)> {
    let token = ctx.new_secret();
    change_feed(&viewer, &ctx, Some(&secret::hash(&token)), "renew_feed").await?;
    let url = format!("{}/feeds/digests/{token}", ctx.app.config.public_url);
    Ok((StatusCode::CREATED, Json(DigestFeedOut { url })))
}

/// End one's feed.
#[utoipa::path(delete, path = "/digest-subscription/feed", tag = "share", responses((status = 204)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn end_digest_feed(viewer: Viewer, ctx: Ctx) -> Result<StatusCode> {
    change_feed(&viewer, &ctx, None, "end_feed").await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change_feed(caller: &Caller, ctx: &Ctx, hash: Option<&str>, action: &str) -> Result<()> {
    let mut tx = ctx.begin().await?;
    digests::insert_subscription(&mut tx, &caller.ws, &caller.user_id, &ctx.new_id(), ctx.now).await?;
    digests::update_feed(&mut tx, &caller.ws, &caller.user_id, hash, ctx.now).await?;
    let object = audit::Object { kind: KIND, id: &caller.user_id };
    audit::acted(&mut tx, ctx, caller, action, object, &serde_json::json!({})).await?;
    ctx.commit(tx).await
}

async fn read(conn: &mut Conn, ctx: &Ctx, caller: &Caller) -> Result<DigestSubscriptionOut> {
    let row = digests::find_subscription(conn, &caller.ws, &caller.user_id).await?;
    let zone = periods::time_zone(conn, &caller.ws).await?;
    let [last, running] = last_and_running(ctx.now, &zone)?;
    let next = if last.due_at > ctx.now { last } else { running };
    Ok(DigestSubscriptionOut {
        lens: own_lens(conn, caller).await?,
        by_mail: row.as_ref().is_some_and(|row| row.mail_since.is_some()),
        feed_made_at: time::out_opt(row.and_then(|row| row.feed_made_at)),
        next_at: time::out(next.due_at),
    })
}
