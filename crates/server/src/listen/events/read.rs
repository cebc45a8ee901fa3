//! Reading the events of a workspace where it keeps no request waiting.

use std::num::NonZero;
use std::thread::available_parallelism;

use heedful_db::WorkspaceId;
use heedful_events::store::View;
use tokio::task::spawn_blocking;

use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::event_store;

/// Reads all events that were taken until now.
pub async fn read<T: Send + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    read: impl FnOnce(&View) -> heedful_events::Result<T> + Send + 'static,
) -> Result<T> {
    let store = ctx.app.events.open().await?;
    let workspace = event_store::workspace(ws)?;
    let work = move || store.view(workspace).and_then(|view| read(&view));
    let read = spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    read.map_err(|error| event_store::unavailable(&error))
}

/// So many threads work on one question.
pub fn n_threads() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}
