//! `POST /api/v1/analytics/query`: asking.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use heedful_db::WorkspaceId;
use heedful_events::question::{Limits, Source};
use heedful_events::store::View;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::answer::Answer;
use super::definition::{Definition, Planned};
use super::frame::{Framed, Understood};
use crate::listen::events::n_threads;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;
use crate::platform::{event_store, kept, periods, time};

/// What groups and numbers of one answer may take.
const BYTES_MAX: usize = 128 << 20;
/// Longer waits would end at the browser anyway.
const TIME_MAX: Duration = Duration::from_mins(1);
const IDENTITY: &str = "People are told apart by the distinct id of their events.";

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
    let (framed, plan) = definition.plan(ctx, ws, &zone)?;
    let store = ctx.app.events.open().await?;
    let question = serde_json::to_string(&definition).map_err(anyhow::Error::from)?;
    // "The last 30 days" are others tomorrow.
    let question =
        format!("analytics {} {} {} {question}", framed.from, framed.to / MINUTE, framed.zone_name());
    let version = async || Ok(store.version().cast_signed());
    kept::answer_at(ctx, ws, question, version, answer(ctx, ws, definition, framed, plan)).await
}

/// An answer up to now moves on with the clock; a minute makes no difference that an event would not.
const MINUTE: i64 = 60_000_000;

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

/// Reads the events of a workspace with all cores, within bounds of time and memory. When the caller leaves the work ends.
pub async fn read<T: Send + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    read: impl FnOnce(Source) -> heedful_events::Result<T> + Send + 'static,
) -> Result<T> {
    let store = ctx.app.events.open().await?;
    let workspace = event_store::workspace(ws)?;
    let _turn = ctx.app.question_turns.acquire().await.map_err(anyhow::Error::from)?;
    let limits = Arc::new(Limits::new(BYTES_MAX));
    let _stop = StopOnDrop(Arc::clone(&limits));
    let work = move || {
        let view: View = store.view(workspace)?;
        read(Source { files: &view.files(), n_threads: n_threads(), limits: &limits })
    };
    let Ok(done) = timeout(TIME_MAX, spawn_blocking(work)).await else {
        return Err(Error::field("from", "covers too much for a minute of reckoning: ask for less time"));
    };
    done.map_err(anyhow::Error::from)?.map_err(|error| match error {
        heedful_events::Error::TooMuch => {
            Error::field("breakdown", "has too many different values for one answer: narrow the question")
        }
        other => event_store::unavailable(&other),
    })
}

/// Whoever waits for an answer may leave; the work must not go on for nobody.
struct StopOnDrop(Arc<Limits>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Framed {
    fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }
}
