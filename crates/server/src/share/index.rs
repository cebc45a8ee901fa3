//! Everything that a workspace learned and made public: a page, and a feed to follow it.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use heedful_db::platform::workspaces::{self, Workspace};
use heedful_db::share::outcomes::{self, Outcome};
use heedful_db::{Conn, Page, WorkspaceId};

use super::page::{answer, open_page};
use super::public::day;
use crate::app::App;
use crate::platform::atom::{Entry, Feed};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::periods;

const ON_A_PAGE: i64 = 20;
const IN_A_FEED: i64 = 50;

pub fn pages() -> Router<App> {
    Router::new()
        .route("/learned/{workspace}", get(show_learned))
        .route("/learned/{workspace}/feed", get(follow_learned))
}

#[derive(Template)]
#[template(path = "public/learned.html")]
struct LearnedPage {
    workspace: String,
    feed_url: String,
    rows: Vec<Row>,
    older_url: Option<String>,
}

struct Row {
    title: String,
    learned: String,
    url: String,
    published_on: String,
}

/// What a feed reader shows. No quotes: what a reader program has fetched, nobody can take back when consent is withdrawn.
#[derive(Template)]
#[template(path = "public/outcome_entry.html")]
struct EntryHtml<'a> {
    outcome: &'a Outcome,
}

async fn show_learned(ctx: Ctx, Path(ws): Path<String>, Query(paging): Query<Paging>) -> Response {
    answer(show(&ctx, &ws.into(), &paging).await)
}

async fn show(ctx: &Ctx, ws: &WorkspaceId, paging: &Paging) -> Result<Response> {
    let public_url = &ctx.app.config.public_url;
    let mut conn = ctx.read().await?;
    let cursor = paging.cursor()?;
    let page = outcomes::list_public(&mut conn, ws, cursor.as_ref(), ON_A_PAGE).await?;
    let workspace = find(&mut conn, ws, &page).await?;
    let zone = periods::time_zone(&mut conn, ws).await?;
    let rows = List::of(page, |outcome| Row {
        url: format!("{public_url}/o/{}", outcome.slug),
        title: outcome.title,
        learned: outcome.learned,
        published_on: day(outcome.published_at, &zone),
    });
    open_page(&LearnedPage {
        workspace: workspace.name,
        feed_url: format!("{public_url}/learned/{ws}/feed"),
        older_url: rows.next.map(|cursor| format!("{public_url}/learned/{ws}?cursor={cursor}")),
        rows: rows.items,
    })
}

async fn follow_learned(ctx: Ctx, Path(ws): Path<String>, headers: HeaderMap) -> Response {
    answer(feed(&ctx, &ws.into()).await.map(|feed| feed.respond(&headers)))
}

async fn feed(ctx: &Ctx, ws: &WorkspaceId) -> Result<Feed> {
    let public_url = &ctx.app.config.public_url;
    let mut conn = ctx.read().await?;
    let page = outcomes::list_public(&mut conn, ws, None, IN_A_FEED).await?;
    let workspace = find(&mut conn, ws, &page).await?;
    let entry = |outcome: Outcome| {
        let published = outcome.published_at.unwrap_or(outcome.created_at);
        let html = EntryHtml { outcome: &outcome }.render().map_err(anyhow::Error::from)?;
        Ok(Entry {
            id: format!("urn:uuid:{}", outcome.id),
            url: format!("{public_url}/o/{}", outcome.slug),
            published,
            updated: outcome.updated_at.max(published),
            summary: outcome.learned,
            title: outcome.title,
            html,
        })
    };
    Ok(Feed {
        id: format!("urn:uuid:{ws}"),
        title: format!("What {} learned", workspace.name),
        author: workspace.name,
        self_url: format!("{public_url}/learned/{ws}/feed"),
        page_url: format!("{public_url}/learned/{ws}"),
        since: workspace.created_at,
        entries: page.items.into_iter().map(entry).collect::<Result<_>>()?,
    })
}

/// A workspace that made nothing public does not exist for strangers, not even by name.
async fn find(conn: &mut Conn, ws: &WorkspaceId, page: &Page<Outcome>) -> Result<Workspace> {
    if page.total == 0 {
        return Err(Error::NotFound);
    }
    Ok(workspaces::get(conn, ws).await?)
}
