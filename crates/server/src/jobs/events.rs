//! What the event store of this node needs done, again and again: every node has a log of its own.

use std::time::Duration;

use heedful_db::WorkspaceId;
use heedful_db::platform::workspaces;
use heedful_db::types::DAY;
use tokio::time::{Instant, timeout, timeout_at};

use crate::app::App;
use crate::listen::capture::{arrivals, rejects};
use crate::listen::{event_imports, identity};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::event_store;

/// How often counts and refused events are written down.
const TICK: Duration = Duration::from_secs(1);
/// How often somebody looks for files of events that wait, and what other servers did.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often old events are removed.
const FORGET_EVERY: Duration = Duration::from_hours(24);
/// How often what was taken goes into the tables.
const SEAL_EVERY: Duration = Duration::from_mins(1);
/// What is told of people is gathered so long before it is learned.
const GATHERING: Duration = Duration::from_millis(100);

/// Works until the future is dropped.
pub async fn work(app: App) {
    tokio::join!(watch(&app), seal_often(&app), import_files(&app), follow_others(&app));
}

async fn watch(app: &App) {
    loop {
        let tick = Instant::now() + TICK;
        while timeout_at(tick, app.events.bell.notified()).await.is_ok() {
            tokio::time::sleep(GATHERING).await;
            learn(app).await;
        }
        write_down(app).await;
        learn(app).await;
    }
}

/// Writes down what was counted and refused. What fails is tried again in a second.
pub async fn write_down(app: &App) {
    let ctx = Ctx::of(app);
    for written in [rejects::write_down(&ctx).await, arrivals::write_down(&ctx).await] {
        if let Err(error) = written {
            tracing::warn!("what was counted of events waits to be written down: {error}");
        }
    }
}

async fn seal_often(app: &App) {
    let mut forget_at = Instant::now();
    loop {
        tokio::time::sleep(SEAL_EVERY).await;
        seal(app).await;
        if Instant::now() >= forget_at {
            forget_old(app).await;
            if let Err(error) = event_imports::clean_up(app).await {
                tracing::warn!("files of events could not be cleaned up: {error}");
            }
            forget_at = Instant::now() + FORGET_EVERY;
        }
    }
}

async fn follow_others(app: &App) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Err(error) = app.events.follow_others(app.now()).await {
            tracing::warn!("what other servers do is not known: {error}");
        }
    }
}

async fn import_files(app: &App) {
    loop {
        work_off_imports(app).await;
        let _ = timeout(LOOK_EVERY, app.events.imports_bell.notified()).await;
    }
}

/// Takes the files of events that wait, and undoes what is to be undone. What fails is tried again in a while.
pub async fn work_off_imports(app: &App) {
    if let Err(error) = event_imports::work_off(app).await {
        tracing::warn!("a file of events waits: {error}");
    }
}

/// Removes the events of workspaces that keep theirs for some time only. What fails is tried again in a day.
pub async fn forget_old(app: &App) {
    for (ws, days) in list_kept_days(app).await.unwrap_or_default() {
        let removed = async {
            let store = app.events.open().await?;
            let before = app.now().saturating_sub(days.saturating_mul(DAY));
            Ok::<_, Error>(store.remove_before(event_store::workspace(&ws)?, before).await?)
        };
        match removed.await {
            Ok(n_events) => tracing::debug!(%ws, n_events, "old events were removed"),
            Err(error) => tracing::warn!(%ws, "old events could not be removed: {error}"),
        }
    }
}

async fn list_kept_days(app: &App) -> Result<Vec<(WorkspaceId, i64)>> {
    let listed = async { Ok(workspaces::list_kept_days(&mut *app.db.read().await?).await?) };
    listed.await.inspect_err(|error: &Error| tracing::warn!("old events wait to be removed: {error}"))
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
