//! Firings: what rules asked for, and whether somebody answered.

use axum::Json;
use axum::extract::Path;
use heedful_db::decide::firings::{self, Filter, Firing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, Query};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FiringQuery {
    pub rule_id: Option<String>,
    /// True lists only those that nobody handled yet.
    #[serde(default)]
    pub open: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct FiringHandled {
    /// False puts it back among those that wait.
    pub handled: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FiringOut {
    pub id: String,
    pub rule_id: String,
    pub rule_name: String,
    #[schema(value_type = String, format = DateTime)]
    pub fired_at: Timestamp,
    /// What was measured when the threshold was crossed.
    pub value: f64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub handled_at: Option<Timestamp>,
}

impl From<Firing> for FiringOut {
    fn from(row: Firing) -> Self {
        Self {
            id: row.id,
            rule_id: row.rule_id,
            rule_name: row.rule_name,
            fired_at: time::out(row.fired_at),
            value: row.value,
            handled_at: time::out_opt(row.handled_at),
        }
    }
}

/// When rules crossed their thresholds, newest first.
#[utoipa::path(get, path = "/firings", tag = "decide", params(FiringQuery, Paging),
    responses((status = 200, body = List<FiringOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_firings(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<FiringQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<FiringOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = Filter { rule_id: query.rule_id, open: query.open };
    let mut conn = ctx.read().await?;
    let page = firings::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, FiringOut::from)))
}

/// Say that a firing was answered, or that it was not after all.
#[utoipa::path(post, path = "/firings/{id}/handle", tag = "decide", params(("id" = String, Path)),
    request_body = FiringHandled, responses((status = 200, body = FiringOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn handle_firing(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<FiringHandled>,
) -> Result<Json<FiringOut>> {
    let mut tx = ctx.begin().await?;
    let before = FiringOut::from(firings::get(&mut tx, &editor.ws, &id).await?);
    if before.handled_at.is_some() == input.handled {
        return Ok(Json(before));
    }
    firings::update_handled(&mut tx, &editor.ws, &id, input.handled.then_some(ctx.now)).await?;
    let after = FiringOut::from(firings::get(&mut tx, &editor.ws, &id).await?);
    let object = audit::Object { kind: "firing", id: &id };
    audit::updated(&mut tx, &ctx, &editor, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
