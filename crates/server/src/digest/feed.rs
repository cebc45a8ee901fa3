//! One's own digests as a feed, at an address that is its own key.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use heedful_db::WorkspaceId;
use heedful_db::platform::workspaces;
use heedful_db::share::digests;
use heedful_db::types::DAY;

use super::letter::{Body, headline};
use super::wire::DigestOut;
use crate::app::App;
use crate::platform::atom::{Entry, Feed};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::rate_limit::Limit;
use crate::platform::{secret, time};
use crate::share::page::answer;

/// Half a year of weeks.
const ENTRIES_MAX: i64 = 26;
/// Reader programs ask often; whoever tries addresses asks more often.
const LOOKS: Limit = Limit { times: 240, window: DAY / 24 };

pub fn pages() -> Router<App> {
    Router::new().route("/feeds/digests/{token}", get(follow_digests))
}

async fn follow_digests(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(feed(&ctx, &ip, &token).await.map(|feed| feed.respond(&headers)))
}

async fn feed(ctx: &Ctx, ip: &str, token: &str) -> Result<Feed> {
    ctx.app.rate_limiter.check(format!("digest feed {ip}"), LOOKS, ctx.now)?;
    let public_url = &ctx.app.config.public_url;
    let mut conn = ctx.read().await?;
    let mine = digests::find_by_feed(&mut conn, &secret::hash(token)).await?.ok_or(Error::NotFound)?;
    let ws = WorkspaceId::from(mine.workspace_id.as_str());
    let workspace = workspaces::get(&mut conn, &ws).await?;
    let page = digests::list(&mut conn, &ws, Some(&mine.lens), None, ENTRIES_MAX).await?;
    let entry = |row: digests::Digest| {
        let (id, made_at) = (row.id.clone(), row.created_at);
        let digest = DigestOut::of(row)?;
        let html = Body { digest: &digest, public_url }.render().map_err(anyhow::Error::from)?;
        Ok(Entry {
            url: format!("{public_url}/share/digest/{id}"),
            id: format!("urn:uuid:{id}"),
            title: headline(&digest),
            published: made_at,
            updated: made_at,
            summary: digest.body.summary,
            html,
        })
    };
    Ok(Feed {
        id: format!("urn:uuid:{}", mine.id),
        title: format!("{}: the week for {}", workspace.name, mine.lens),
        author: workspace.name,
        self_url: format!("{public_url}/feeds/digests/{token}"),
        page_url: format!("{public_url}/share/digest"),
        since: mine.feed_made_at.unwrap_or_else(|| time::micros(jiff::Timestamp::UNIX_EPOCH)),
        entries: page.items.into_iter().map(entry).collect::<Result<_>>()?,
    })
}
