//! What the event store of this node needs done, again and again: every node has a log of its own.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::listen::capture::rejects;
use crate::listen::identity;
use crate::platform::ctx::Ctx;

/// How often refused events are written down.
const TICK: Duration = Duration::from_secs(1);
/// How often what was taken goes into the tables.
const SEAL_EVERY: Duration = Duration::from_mins(1);
/// What is told of people is gathered so long before it is learned.
const GATHERING: Duration = Duration::from_millis(100);

/// Works until the future is dropped.
pub async fn work(app: App) {
    tokio::join!(watch(&app), seal_often(&app));
}

async fn watch(app: &App) {
    loop {
        let tick = Instant::now() + TICK;
        while timeout_at(tick, app.events.bell.notified()).await.is_ok() {
            tokio::time::sleep(GATHERING).await;
            learn(app).await;
        }
        if let Err(error) = rejects::write_down(&Ctx::of(app)).await {
            tracing::warn!("refused events wait to be written down: {error}");
        }
        learn(app).await;
    }
}

async fn seal_often(app: &App) {
    loop {
        tokio::time::sleep(SEAL_EVERY).await;
        seal(app).await;
    }
}

/// Learns what events tell of people. What fails is tried again in a second.
async fn learn(app: &App) {
    if let Err(error) = identity::learn(&Ctx::of(app)).await {
        tracing::warn!("what events tell of people waits to be learned: {error}");
    }
}

/// Moves what was taken into the tables, and merges their small files. What fails is tried again in a minute.
pub async fn seal(app: &App) {
    learn(app).await;
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
