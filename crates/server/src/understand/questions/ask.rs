//! `POST /api/v1/analytics/query`: asking.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use heedful_db::WorkspaceId;
use heedful_db::platform::change_count;
use heedful_db::types::MINUTE;

use super::answer::Answer;
use super::definition::{Definition, Planned};
use super::frame::{Framed, Understood};
use crate::listen::events::read;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Body;
use crate::platform::{kept, periods, time};

const IDENTITY: &str = "Events belong to one person under all distinct ids that were linked by what senders said, and by merges \
    that people made, also those from before. Events without a known person belong to their distinct id.";

/// Ask a question about what people did. What was just taken is in the answer.
#[utoipa::path(post, path = "/analytics/query", tag = "understand", request_body = Definition,
    responses((status = 200, body = Answer)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn query_analytics(
    viewer: Viewer,
    ctx: Ctx,
    Body(definition): Body<Definition>,
) -> Result<Json<Arc<Answer>>> {
    Ok(Json(ask(&ctx, &viewer.ws, definition).await?))
}

/// The answer to a question, kept while no event arrives. Who asks the same at the same time waits for one answer.
pub async fn ask(ctx: &Ctx, ws: &WorkspaceId, definition: Definition) -> Result<Arc<Answer>> {
    let zone = periods::time_zone(&mut *ctx.read().await?, ws).await?;
    let (framed, plan) = definition.plan(ctx, ws, &zone).await?;
    let store = ctx.app.events.open().await?;
    let question = serde_json::to_string(&definition).map_err(anyhow::Error::from)?;
    // "The last 30 days" are others tomorrow.
    let question =
        format!("analytics {} {} {} {question}", framed.from, framed.to / MINUTE, framed.zone_name());
    let asks_for_people = definition.asks_for_people();
    let version = async || {
        // Both only grow, and so does their sum with every change of either.
        let n_changes = if asks_for_people { change_count::get(&mut *ctx.read().await?).await? } else { 0 };
        Ok(store.version().cast_signed().saturating_add(n_changes))
    };
    kept::answer_at(ctx, ws, question, version, answer(ctx, ws, definition, framed, plan)).await
}

async fn answer(
    ctx: &Ctx,
    ws: &WorkspaceId,
    definition: Definition,
    framed: Framed,
    plan: Planned,
) -> Result<Answer> {
    let as_of = time::out(ctx.now);
    let (counts, rows_read, took) = read(ctx, ws, move |source| {
        let start = Instant::now();
        let counts = (plan.answer)(source)?;
        Ok((counts, source.n_rows(), start.elapsed()))
    })
    .await?;
    let understood = Understood {
        from: time::out(framed.from),
        to: time::out(framed.to),
        time_zone: framed.zone_name(),
        identity: IDENTITY.to_owned(),
    };
    Ok(Answer { counts, definition, understood, computed_ms: took.as_secs_f64() * 1e3, rows_read, as_of })
}

impl Framed {
    fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }
}
