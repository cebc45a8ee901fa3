//! The decision log.

use std::collections::HashMap;

use axum::Json;
use heedful_db::decide::decisions::{self, Decision, Filter, State};
use heedful_db::{Conn, Page, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{DecisionOut, links};
use crate::decide::links::Objects;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DecisionQuery {
    /// open, decided or overdue
    pub state: Option<String>,
    /// persevere, pivot, stop or extend
    pub verdict: Option<String>,
    pub owner_id: Option<String>,
    pub bet_id: Option<String>,
    pub experiment_id: Option<String>,
    pub hypothesis_id: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Decisions, newest first.
#[utoipa::path(get, path = "/decisions", tag = "decide", params(DecisionQuery, Paging),
    responses((status = 200, body = List<DecisionOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_decisions(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<DecisionQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<DecisionOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let state = match query.state.as_deref() {
        None => None,
        Some("open") => Some(State::Open),
        Some("decided") => Some(State::Decided),
        Some("overdue") => Some(State::OverdueAt(ctx.now)),
        Some(_) => return Err(Error::field("state", "must be one of open, decided, overdue")),
    };
    let filter = Filter {
        state,
        verdict: query.verdict,
        owner_id: query.owner_id,
        bet_id: query.bet_id,
        experiment_id: query.experiment_id,
        hypothesis_id: query.hypothesis_id,
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = decisions::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let items = out(&mut conn, &viewer.ws, page.items, ctx.now).await?;
    Ok(Json(List::of(Page { items, next: page.next, total: page.total }, |out| out)))
}

/// Decisions with their evidence, and everything they name by title.
pub async fn out(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: Vec<Decision>,
    now: i64,
) -> Result<Vec<DecisionOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let evidence = decisions::list_evidence(conn, ws, &ids).await?;
    let named = evidence.iter().map(|item| (item.kind.as_str(), item.object_id.as_str()));
    let objects = Objects::read(conn, ws, named.chain(rows.iter().flat_map(links))).await?;
    let mut by_decision: HashMap<String, Vec<_>> = HashMap::new();
    for item in evidence {
        by_decision.entry(item.decision_id.clone()).or_default().push(item);
    }
    let out = |row: Decision| {
        let evidence = by_decision.remove(&row.id).unwrap_or_default();
        DecisionOut::of(row, evidence, &objects, now)
    };
    Ok(rows.into_iter().map(out).collect())
}
