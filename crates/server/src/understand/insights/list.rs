//! Listing insights and counting them by facet.

use std::collections::HashMap;

use axum::Json;
use heedful_db::understand::insights::{self, Facet, Filter};
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::InsightOut;
use crate::listen::signals::FacetValue;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

const FACET_VALUES_MAX: i64 = 30;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InsightQuery {
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    /// Insights that rest on this signal.
    pub signal_id: Option<String>,
    pub next_step: Option<String>,
    pub owner_id: Option<String>,
    /// `missing`: those that still owe segment, context, or a next step with owner and date.
    pub tags: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// How many insights have each value of each facet, under the given filters.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightFacets {
    pub theme: Vec<FacetValue>,
    pub segment: Vec<FacetValue>,
    pub next_step: Vec<FacetValue>,
    pub owner: Vec<FacetValue>,
    /// How many still owe a tag.
    pub n_tags_missing: i64,
}

impl InsightQuery {
    fn filter(&self) -> Result<Filter> {
        let tags_missing = match self.tags.as_deref() {
            None => false,
            Some("missing") => true,
            Some(_) => return Err(Error::field("tags", "must be missing")),
        };
        Ok(Filter {
            theme_id: self.theme_id.clone(),
            segment_id: self.segment_id.clone(),
            signal_id: self.signal_id.clone(),
            next_step_kind: self.next_step.clone(),
            next_step_owner_id: self.owner_id.clone(),
            tags_missing,
            archived: self.archived,
        })
    }
}

/// Insights, newest first.
#[utoipa::path(get, path = "/insights", tag = "understand", params(InsightQuery, Paging),
    responses((status = 200, body = List<InsightOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_insights(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<InsightQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InsightOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = query.filter()?;
    let mut conn = ctx.read().await?;
    let page = insights::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let counts = insights::count_evidence(&mut conn, &viewer.ws, &ids).await?;
    let mut counts: HashMap<String, i64> = counts.into_iter().collect();
    Ok(Json(List::of(page, |row| {
        let n = counts.remove(&row.id).unwrap_or_default();
        InsightOut::of(row, n)
    })))
}

/// How the matching insights spread over themes, segments, next steps and owners.
#[utoipa::path(get, path = "/insights/facets", tag = "understand", params(InsightQuery),
    responses((status = 200, body = InsightFacets)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn count_insights(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<InsightQuery>,
) -> Result<Json<InsightFacets>> {
    let filter = query.filter()?;
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    let missing = Filter { tags_missing: true, ..filter.clone() };
    Ok(Json(InsightFacets {
        theme: count(conn, &viewer.ws, &filter, Facet::Theme).await?,
        segment: count(conn, &viewer.ws, &filter, Facet::Segment).await?,
        next_step: count(conn, &viewer.ws, &filter, Facet::NextStep).await?,
        owner: count(conn, &viewer.ws, &filter, Facet::Owner).await?,
        n_tags_missing: insights::count(conn, &viewer.ws, &missing).await?,
    }))
}

async fn count(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter, facet: Facet) -> Result<Vec<FacetValue>> {
    let rows = insights::count_facet(conn, ws, filter, facet, FACET_VALUES_MAX).await?;
    Ok(rows.into_iter().map(|(value, n)| FacetValue { value, n }).collect())
}
