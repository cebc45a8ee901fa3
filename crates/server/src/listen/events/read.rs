//! Reading the events of a workspace where it keeps no request waiting, within bounds of time and memory.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use heedful_db::WorkspaceId;
use heedful_events::question::{Limits, Source};
use heedful_events::store::View;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::event_store;

/// What groups and numbers of one answer may take.
const BYTES_MAX: usize = 128 << 20;
/// Longer waits would end at the browser anyway.
const TIME_MAX: Duration = Duration::from_mins(1);

/// Reads all events that were taken until now, with all cores. When the caller leaves the work ends.
pub async fn read<T: Send + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    read: impl FnOnce(Source) -> heedful_events::Result<T> + Send + 'static,
) -> Result<T> {
    read_view(ctx, ws, move |view, n_threads, limits| read(view.source(&view.all_files(), n_threads, limits)))
        .await
}

/// The same for those who look at events and not at people: each stands there once, with whom it was of when it was filed.
pub async fn read_as_filed<T: Send + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    read: impl FnOnce(Source) -> heedful_events::Result<T> + Send + 'static,
) -> Result<T> {
    read_view(ctx, ws, move |view, n_threads, limits| {
        read(Source { files: &view.files(), moved: &[], n_threads, limits })
    })
    .await
}

async fn read_view<T: Send + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    read: impl FnOnce(View, usize, &Limits) -> heedful_events::Result<T> + Send + 'static,
) -> Result<T> {
    let store = ctx.app.events.open().await?;
    let workspace = event_store::workspace(ws)?;
    let _turn = ctx.app.question_turns.acquire().await.map_err(anyhow::Error::from)?;
    let limits = Arc::new(Limits::new(BYTES_MAX));
    let _stop = StopOnDrop(Arc::clone(&limits));
    let work = move || {
        let view = store.view(workspace)?;
        let n_threads = available_parallelism().map_or(1, NonZero::get);
        read(view, n_threads, &limits)
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
