//! What the event store of this node needs done, again and again: every node has a log of its own.

use std::time::Duration;

use crate::app::App;
use crate::listen::capture::rejects;
use crate::platform::ctx::Ctx;

/// How often refused events are written down.
const TICK: Duration = Duration::from_secs(1);
/// Every so many ticks what was taken goes into the tables.
const SEAL_EVERY: u32 = 60;

/// Works until the future is dropped.
pub async fn work(app: App) {
    let mut ticks = 0_u32;
    loop {
        tokio::time::sleep(TICK).await;
        ticks = ticks.wrapping_add(1);
        if let Err(error) = rejects::write_down(&Ctx::of(&app)).await {
            tracing::warn!("refused events wait to be written down: {error}");
        }
        if ticks.is_multiple_of(SEAL_EVERY) {
            seal(&app).await;
        }
    }
}

/// Moves what was taken into the tables, and merges their small files. What fails is tried again in a minute.
pub async fn seal(app: &App) {
    let Some(store) = app.events.opened() else { return };
    match store.seal().await {
        Ok(0) => {}
        Ok(n_events) => tracing::debug!(n_events, "events were sealed"),
        Err(error) => tracing::warn!("events could not be sealed and stay in the log: {error}"),
    }
    // Much that arrives at once is sealed without waiting for us.
    if let Err(error) = store.compact().await {
        tracing::warn!("the files of events could not be merged: {error}");
    }
}
