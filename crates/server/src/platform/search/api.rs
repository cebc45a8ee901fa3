//! `GET /search`.

use axum::Json;
use heedful_db::Cursor;
use heedful_db::platform::search_documents::KINDS;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::find::{Found, Hit, checked_query, hits};
use super::queue::catch_up;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::time;

/// Nobody reads further; the index would have to rank everything before it.
const OFFSET_MAX: usize = 10_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words to look for: all must be found, those in quotation marks one after the other; the last may be unfinished.
    pub q: Option<String>,
    /// signal, theme, insight, hypothesis, decision, outcome, interview, person or account; all when not given.
    pub kind: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SearchPage {
    pub items: Vec<SearchHit>,
    /// Pass it as `cursor` to get the next page; null on the last.
    pub next: Option<String>,
    pub total: i64,
    /// Hits of each kind, whatever kind was asked for.
    pub kinds: Vec<KindCount>,
    /// Nothing matched exactly; these words differ by a letter.
    pub near: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    pub kind: String,
    pub n: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SearchHit {
    pub kind: String,
    pub id: String,
    pub title: String,
    /// Plain text around what was found; never HTML.
    pub snippet: String,
    /// What to mark in the snippet.
    pub ranges: Vec<TextRange>,
    /// Its page in the app.
    pub url: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A half-open range, counted in Unicode code points.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextRange {
    pub start: usize,
    pub end: usize,
}

/// The page of an object in the web app.
pub fn url_of(kind: &str, id: &str) -> String {
    let folder = match kind {
        "signal" => "listen/signals",
        "theme" => "understand/themes",
        "insight" => "understand/insights",
        "hypothesis" => "bet/hypotheses",
        "decision" => "decide/decisions",
        "outcome" => "share/outcomes",
        "interview" => "listen/interviews",
        "person" => "listen/people",
        _ => "listen/accounts",
    };
    format!("/{folder}/{id}")
}

/// Find anything: the best matches first.
#[utoipa::path(get, path = "/search", tag = "search", params(SearchQuery, Paging),
    responses((status = 200, body = SearchPage)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn search(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SearchQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<SearchPage>> {
    let limit = usize::try_from(paging.limit()?).unwrap_or(usize::MAX);
    let offset = offset(paging.cursor()?.as_ref())?;
    if query.kind.as_ref().is_some_and(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(Error::field("kind", &format!("must be one of {}", KINDS.join(", "))));
    }
    let found = match checked_query(query.q.as_deref())? {
        None => Found::default(),
        Some(q) => {
            catch_up(&ctx).await?;
            hits(&ctx, &viewer.ws, q, query.kind.as_deref(), (offset, limit)).await?
        }
    };
    Ok(Json(page(found, offset)))
}

/// Hits are ranked, not ordered by a value, so a page starts at a number.
fn offset(cursor: Option<&Cursor>) -> Result<usize> {
    let Some(cursor) = cursor else { return Ok(0) };
    let offset = cursor.id.parse().ok().filter(|offset| *offset <= OFFSET_MAX);
    offset.ok_or_else(|| Error::field("cursor", "is not a cursor that this list gave out"))
}

fn page(found: Found, offset: usize) -> SearchPage {
    let end = offset + found.hits.len();
    let more = i64::try_from(end).is_ok_and(|end| end < found.total) && end <= OFFSET_MAX && end > offset;
    let next = more.then(|| Cursor::at_id(&end.to_string()));
    let page = heedful_db::Page { items: found.hits, next, total: found.total };
    let list = List::of(page, SearchHit::from);
    SearchPage {
        items: list.items,
        next: list.next,
        total: list.total,
        kinds: found.kinds.into_iter().map(|(kind, n)| KindCount { kind, n }).collect(),
        near: found.is_near,
    }
}

impl From<Hit> for SearchHit {
    fn from(hit: Hit) -> Self {
        let ranges = hit.snippet.ranges.into_iter().map(|(start, end)| TextRange { start, end });
        Self {
            url: url_of(&hit.kind, &hit.id),
            kind: hit.kind,
            id: hit.id,
            title: hit.title,
            snippet: hit.snippet.text,
            ranges: ranges.collect(),
            at: time::out(hit.at),
        }
    }
}
