//! Asking the index: hits for people, ids for lists, counts for facets.

use std::sync::Arc;

use heedful_db::{Cursor, Micros, WorkspaceId};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, AggregationResults, BucketResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, Key as BucketKey};
use tantivy::collector::sort_key::{SortByStaticFastValue, SortByString};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Query};
use tantivy::schema::Value;
use tantivy::{DocAddress, Order, Searcher, TantivyDocument};

use super::facet::{Facet, NOTHING};
use super::handle::blocking;
use super::index::Index;
use super::query::{self, Match, Narrow};
use super::queue::open;
use super::snippet::{self, Snippet};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

/// Values that a facet may have at most before the rarest are left out of its ranking.
const FACET_TERMS_MAX: i64 = 10_000;
const TITLE_CHARS_MAX: usize = 90;
/// The longest text that can be searched for.
const QUERY_CHARS_MAX: usize = 500;

#[derive(Clone, Debug)]
pub struct Hit {
    pub kind: String,
    pub id: String,
    pub title: String,
    pub snippet: Snippet,
    pub at: Micros,
}

#[derive(Clone, Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: i64,
    /// Hits by kind, whatever kind was asked for.
    pub kinds: Vec<(String, i64)>,
    /// Nothing matched exactly, so these differ by a letter.
    pub is_near: bool,
}

/// Values with how often they occur, most frequent first; an empty value counts what has none.
pub type FacetCounts = Vec<(String, i64)>;

/// What the caller searches for, checked; none when there is nothing to search for.
pub fn checked_query(q: Option<&str>) -> Result<Option<&str>> {
    let Some(q) = q.map(str::trim_start).filter(|q| !q.trim().is_empty()) else { return Ok(None) };
    if q.chars().count() > QUERY_CHARS_MAX {
        return Err(Error::field("q", "must have at most 500 characters"));
    }
    Ok(Some(q))
}

/// The best hits, from `offset` on.
pub async fn hits(
    ctx: &Ctx,
    ws: &WorkspaceId,
    q: &str,
    kind: Option<&str>,
    (offset, limit): (usize, usize),
) -> Result<Found> {
    let index = open(ctx).await?;
    let (ws, q) = (ws.clone(), q.to_owned());
    let narrow = Narrow { kind: kind.map(str::to_owned), ..Narrow::default() };
    blocking(move || {
        let found = index.hits(&ws, &q, &narrow, (offset, limit), Match::Exact)?;
        if found.kinds.is_empty() {
            index.hits(&ws, &q, &narrow, (offset, limit), Match::Near)
        } else {
            Ok(found)
        }
    })
    .await
}

/// Ids of matching objects, newest first, after a place in the list; and how many match in all.
pub async fn ids(
    ctx: &Ctx,
    ws: &WorkspaceId,
    q: Option<&str>,
    narrow: Narrow,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<(Vec<String>, i64)> {
    let index = open(ctx).await?;
    let (ws, q) = (ws.clone(), q.map(str::to_owned));
    let after = after.map(|cursor| Ok::<_, heedful_db::Error>((cursor.sort_number()?, cursor.id.clone())));
    let after = after.transpose()?;
    blocking(move || index.ids(&ws, q.as_deref(), &narrow, after.as_ref(), limit)).await
}

/// How the matching objects spread over the values of each facet.
pub async fn count(
    ctx: &Ctx,
    ws: &WorkspaceId,
    q: Option<&str>,
    narrow: Narrow,
    facets: &'static [Facet],
    values_max: usize,
) -> Result<Vec<FacetCounts>> {
    let index: Arc<Index> = open(ctx).await?;
    let (ws, q) = (ws.clone(), q.map(str::to_owned));
    blocking(move || {
        let query = query::build(&index.fields, &ws, q.as_deref(), &narrow, Match::Exact);
        let names: Vec<&str> = facets.iter().map(|facet| facet.field()).collect();
        let mut counts = count_values(&index.reader.searcher(), &*query, &names)?;
        for values in &mut counts {
            values.truncate(values_max);
        }
        Ok(counts)
    })
    .await
}

impl Index {
    fn hits(
        &self,
        ws: &WorkspaceId,
        q: &str,
        narrow: &Narrow,
        (offset, limit): (usize, usize),
        how: Match,
    ) -> anyhow::Result<Found> {
        let searcher = self.reader.searcher();
        let everywhere = query::build(&self.fields, ws, Some(q), &Narrow::default(), how);
        let kinds = count_values(&searcher, &*everywhere, &["kind"])?.into_iter().next().unwrap_or_default();
        let query = query::build(&self.fields, ws, Some(q), narrow, how);
        let top = TopDocs::with_limit(limit).and_offset(offset).order_by_score();
        let (total, top) = searcher.search(&query, &(Count, top))?;
        let sought = query::sought(q);
        let hits = top.into_iter().map(|(_, address)| self.hit(&searcher, address, &sought, how));
        Ok(Found {
            hits: hits.collect::<anyhow::Result<_>>()?,
            total: i64::try_from(total)?,
            kinds,
            is_near: how == Match::Near,
        })
    }

    fn hit(
        &self,
        searcher: &Searcher,
        address: DocAddress,
        sought: &[query::Sought],
        how: Match,
    ) -> anyhow::Result<Hit> {
        let document: TantivyDocument = searcher.doc(address)?;
        let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
        let body = text(self.fields.body);
        let title = match text(self.fields.title) {
            "" => shorten(body),
            title => title.to_owned(),
        };
        Ok(Hit {
            kind: text(self.fields.kind).to_owned(),
            id: text(self.fields.id).to_owned(),
            title,
            snippet: snippet::cut(body, sought, how),
            at: document.get_first(self.fields.at).and_then(|value| value.as_i64()).unwrap_or_default(),
        })
    }

    fn ids(
        &self,
        ws: &WorkspaceId,
        q: Option<&str>,
        narrow: &Narrow,
        after: Option<&(Micros, String)>,
        limit: usize,
    ) -> anyhow::Result<(Vec<String>, i64)> {
        let searcher = self.reader.searcher();
        let all = query::build(&self.fields, ws, q, narrow, Match::Exact);
        let total = i64::try_from(searcher.search(&all, &Count)?)?;
        let query: Box<dyn Query> = match after {
            None => all,
            Some((at, id)) => {
                Box::new(BooleanQuery::intersection(vec![all, query::after(&self.fields, *at, id)]))
            }
        };
        let newest_first = (
            (SortByStaticFastValue::<i64>::for_field("at"), Order::Desc),
            (SortByString::for_field("id"), Order::Desc),
        );
        let top = searcher.search(&query, &TopDocs::with_limit(limit).order_by(newest_first))?;
        Ok((top.into_iter().filter_map(|((_, id), _)| id).collect(), total))
    }
}

fn count_values(searcher: &Searcher, query: &dyn Query, names: &[&str]) -> anyhow::Result<Vec<FacetCounts>> {
    let of = |name: &&str| {
        let terms =
            serde_json::json!({"field": name, "size": FACET_TERMS_MAX, "segment_size": FACET_TERMS_MAX});
        ((*name).to_owned(), serde_json::json!({"terms": terms}))
    };
    let request: serde_json::Map<_, _> = names.iter().map(of).collect();
    let request: Aggregations = serde_json::from_value(request.into())?;
    let counted =
        searcher.search(query, &AggregationCollector::from_aggs(request, AggContextParams::default()))?;
    Ok(names.iter().map(|name| values_of(&counted, name)).collect())
}

fn values_of(counted: &AggregationResults, name: &str) -> FacetCounts {
    let Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, .. })) = counted.0.get(name)
    else {
        return Vec::new();
    };
    let mut values: FacetCounts = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let BucketKey::Str(value) = &bucket.key else { continue };
        let value = if value == NOTHING { String::new() } else { value.clone() };
        values.push((value, i64::try_from(bucket.doc_count).unwrap_or(i64::MAX)));
    }
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}

/// The first line of a text that has no title.
fn shorten(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if line.chars().count() <= TITLE_CHARS_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(TITLE_CHARS_MAX).collect();
    let whole_words = cut.rfind(' ').map_or(cut.as_str(), |space| &cut[..space]);
    format!("{}…", whole_words.trim_end())
}
