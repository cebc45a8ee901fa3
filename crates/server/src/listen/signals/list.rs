//! Listing signals and counting them by facet.

use std::collections::HashMap;

use axum::Json;
use heedful_db::listen::signals::{self, Filter, NextStep as NextStepFilter, Signal};
use heedful_db::{Conn, Cursor, Page, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::SignalOut;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::kept;
use crate::platform::paging::{List, Paging};
use crate::platform::search::{self, Facet, FacetCounts, Narrow};
use crate::platform::time;

/// Values per facet; the rest is in "other".
const FACET_VALUES_MAX: usize = 30;
/// Counted by the search index: over 100,000 signals it takes milliseconds, where the database takes many times that.
const FACETS: [Facet; 6] =
    [Facet::Source, Facet::Segment, Facet::Assignee, Facet::NextStep, Facet::Theme, Facet::Tag];

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignalQuery {
    /// Words to look for: all must be found, those in quotation marks one after the other; the last may be unfinished.
    pub q: Option<String>,
    pub source_id: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    /// Tagged with this segment.
    pub segment_id: Option<String>,
    /// Said by somebody whom the rule of this segment finds.
    pub in_segment: Option<String>,
    pub theme_id: Option<String>,
    pub import_id: Option<String>,
    pub assignee_id: Option<String>,
    pub tag: Option<String>,
    pub score_min: Option<f64>,
    pub score_max: Option<f64>,
    /// Said at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Said before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// `missing`, or a kind of next step.
    pub next_step: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// How many signals have each value of each facet, under the given filters.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalFacets {
    pub source: Vec<FacetValue>,
    pub segment: Vec<FacetValue>,
    pub assignee: Vec<FacetValue>,
    pub next_step: Vec<FacetValue>,
    pub theme: Vec<FacetValue>,
    pub tag: Vec<FacetValue>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FacetValue {
    /// An id or a word; empty for those without one.
    pub value: String,
    pub n: i64,
}

impl SignalQuery {
    /// Whether the search index answers: for these filters the database would read every row to count them.
    fn is_for_index(&self) -> bool {
        let values = [&self.segment_id, &self.theme_id, &self.assignee_id, &self.tag, &self.next_step];
        values.into_iter().any(Option::is_some) || self.score_min.is_some() || self.score_max.is_some()
    }

    /// The same narrowing for the search index.
    fn narrow(&self) -> Narrow {
        let values = [
            (Facet::Source, &self.source_id),
            (Facet::Person, &self.person_id),
            (Facet::Account, &self.account_id),
            (Facet::Segment, &self.segment_id),
            (Facet::Theme, &self.theme_id),
            (Facet::Import, &self.import_id),
            (Facet::Assignee, &self.assignee_id),
            (Facet::Tag, &self.tag),
            (Facet::NextStep, &self.next_step),
        ];
        let value = |value: &str| (value != "missing").then(|| value.to_owned());
        let given = values.into_iter().filter_map(|(facet, text)| {
            let text = text.as_deref()?;
            Some((facet, if facet == Facet::NextStep { value(text) } else { Some(text.to_owned()) }))
        });
        Narrow {
            kind: Some("signal".to_owned()),
            values: given.collect(),
            score_min: self.score_min,
            score_max: self.score_max,
            from: time::micros_opt(self.from),
            to: time::micros_opt(self.to),
            archived: self.archived,
        }
    }

    pub fn filter(&self) -> Filter {
        let next_step = self.next_step.as_ref().map(|kind| match kind.as_str() {
            "missing" => NextStepFilter::Missing,
            kind => NextStepFilter::Kind(kind.to_owned()),
        });
        Filter {
            source_id: self.source_id.clone(),
            person_id: self.person_id.clone(),
            account_id: self.account_id.clone(),
            segment_id: self.segment_id.clone(),
            in_segment: self.in_segment.clone(),
            theme_id: self.theme_id.clone(),
            import_id: self.import_id.clone(),
            assignee_id: self.assignee_id.clone(),
            tag: self.tag.clone(),
            score_min: self.score_min,
            score_max: self.score_max,
            from: time::micros_opt(self.from),
            to: time::micros_opt(self.to),
            next_step,
            archived: self.archived,
        }
    }
}

/// Signals, newest first.
#[utoipa::path(get, path = "/signals", tag = "listen", params(SignalQuery, Paging),
    responses((status = 200, body = List<SignalOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_signals(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SignalQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SignalOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let q = search::checked_query(query.q.as_deref())?;
    let page = if q.is_some() || query.is_for_index() {
        found(&ctx, &viewer.ws, &query, q, cursor.as_ref(), limit).await?
    } else {
        let (filter, ws) = (query.filter(), &viewer.ws);
        let counted = async { Ok(signals::count(&mut *ctx.read().await?, ws, &filter).await?) };
        let total = *kept::answer(&ctx, ws, format!("signals {filter:?}"), counted).await?;
        let mut conn = ctx.read().await?;
        signals::list(&mut conn, ws, &filter, total, cursor.as_ref(), limit).await?
    };
    let mut conn = ctx.read().await?;
    let mut tags = tags_of(&mut conn, &viewer.ws, &page.items).await?;
    Ok(Json(List::of(page, |row| {
        let tags = tags.remove(&row.id).unwrap_or_default();
        SignalOut::of(row, tags)
    })))
}

/// How the matching signals spread over sources, segments, next steps, themes and tags.
#[utoipa::path(get, path = "/signals/facets", tag = "listen", params(SignalQuery),
    responses((status = 200, body = SignalFacets)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn count_signals(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SignalQuery>,
) -> Result<Json<SignalFacets>> {
    let q = search::checked_query(query.q.as_deref())?;
    search::catch_up(&ctx).await?;
    let counted = search::count(&ctx, &viewer.ws, q, query.narrow(), &FACETS, FACET_VALUES_MAX).await?;
    let mut counted = counted.into_iter().map(values);
    let mut next = || counted.next().unwrap_or_default();
    Ok(Json(SignalFacets {
        source: next(),
        segment: next(),
        assignee: next(),
        next_step: next(),
        theme: next(),
        tag: next(),
    }))
}

fn values(counts: FacetCounts) -> Vec<FacetValue> {
    counts.into_iter().map(|(value, n)| FacetValue { value, n }).collect()
}

/// A page of what the search index finds: it ranks and counts, the database has the rows.
async fn found(
    ctx: &Ctx,
    ws: &WorkspaceId,
    query: &SignalQuery,
    q: Option<&str>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Signal>> {
    search::catch_up(ctx).await?;
    let at_most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut ids, total) = search::ids(ctx, ws, q, query.narrow(), after, at_most + 1).await?;
    let more = ids.len() > at_most;
    ids.truncate(at_most);
    let mut conn = ctx.read().await?;
    let mut items = signals::list_by_ids(&mut conn, ws, &ids).await?;
    items.retain(|row| row.archived_at.is_some() == query.archived);
    items.sort_by(|a, b| (b.occurred_at, &b.id).cmp(&(a.occurred_at, &a.id)));
    // The last one may have been archived since it was indexed; the list goes on after the last that is shown.
    let last = items.last().filter(|_| more);
    let next = last.map(|row| Cursor { sort: row.occurred_at.to_string(), id: row.id.clone() });
    Ok(Page { items, next, total })
}

/// The ids of the newest signals that match, for changes of many at once.
pub async fn ids_of(ctx: &Ctx, ws: &WorkspaceId, query: &SignalQuery, limit: i64) -> Result<Vec<String>> {
    let q = search::checked_query(query.q.as_deref())?;
    if q.is_none() && !query.is_for_index() {
        let mut conn = ctx.read().await?;
        return Ok(signals::ids(&mut conn, ws, &query.filter(), limit).await?);
    }
    search::catch_up(ctx).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(search::ids(ctx, ws, q, query.narrow(), None, limit).await?.0)
}

/// Tags by signal.
pub async fn tags_of(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: &[Signal],
) -> Result<HashMap<String, Vec<String>>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    for (id, tag) in signals::list_tags(conn, ws, &ids).await? {
        tags.entry(id).or_default().push(tag);
    }
    Ok(tags)
}
