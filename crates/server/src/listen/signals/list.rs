//! Listing signals and counting them by facet.

use std::collections::HashMap;

use axum::Json;
use heedful_db::listen::signals::{self, Facet, Filter, NextStep as NextStepFilter, Signal};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::SignalOut;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::time;

/// Values per facet; the rest is in "other".
const FACET_VALUES_MAX: i64 = 30;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignalQuery {
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

#[derive(Debug, Serialize, ToSchema)]
pub struct FacetValue {
    /// An id or a word; empty for those without one.
    pub value: String,
    pub n: i64,
}

impl SignalQuery {
    pub fn filter(&self) -> Filter {
        let next_step = self.next_step.as_ref().map(|kind| match kind.as_str() {
            "missing" => NextStepFilter::Missing,
            kind => NextStepFilter::Kind(kind.to_owned()),
        });
        Filter {
            ids: None,
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
    let mut conn = ctx.read().await?;
    let page = signals::list(&mut conn, &viewer.ws, &query.filter(), cursor.as_ref(), limit).await?;
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
    let filter = query.filter();
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    Ok(Json(SignalFacets {
        source: count(conn, &viewer.ws, &filter, Facet::Source).await?,
        segment: count(conn, &viewer.ws, &filter, Facet::Segment).await?,
        assignee: count(conn, &viewer.ws, &filter, Facet::Assignee).await?,
        next_step: count(conn, &viewer.ws, &filter, Facet::NextStep).await?,
        theme: count(conn, &viewer.ws, &filter, Facet::Theme).await?,
        tag: count(conn, &viewer.ws, &filter, Facet::Tag).await?,
    }))
}

async fn count(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter, facet: Facet) -> Result<Vec<FacetValue>> {
    let rows = signals::count_facet(conn, ws, filter, facet, FACET_VALUES_MAX).await?;
    Ok(rows.into_iter().map(|(value, n)| FacetValue { value, n }).collect())
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
