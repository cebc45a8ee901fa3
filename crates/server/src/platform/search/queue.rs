//! Keeps the index in step: what was queued in the transaction of a change is read again and written to the index.

use std::collections::HashMap;
use std::sync::Arc;

use heedful_db::platform::search_documents::{self, Document, KINDS};
use heedful_db::platform::search_queue;
use heedful_db::{Micros, WorkspaceId};

use super::handle::blocking;
use super::index::{Index, Key};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// Entries per commit. Together with the limit on texts it bounds the memory of a drain.
const BATCH: i64 = 2_000;
/// Documents read at once.
const READ_AT_ONCE: usize = 200;
/// So many waiting entries a reader waits for; during an import it sees what is indexed so far.
const CATCH_UP_MAX: i64 = 200;

type Entry = (String, String, String, Micros);

/// The index, filled from the database when it is new.
pub async fn open(ctx: &Ctx) -> Result<Arc<Index>> {
    ctx.app.search.open(async || queue_everything(ctx).await).await
}

/// Indexes everything that waits. Returns how many entries that were.
pub async fn drain(ctx: &Ctx) -> Result<usize> {
    let _one_at_a_time = ctx.app.search.lock_drain().await;
    let mut n = 0;
    loop {
        let done = drain_batch(ctx).await?;
        n += done;
        if done == 0 {
            return Ok(n);
        }
    }
}

/// Lets a reader see what was written just before, unless much is waiting.
pub async fn catch_up(ctx: &Ctx) -> Result<()> {
    // Opening may queue everything anew, so it comes before counting.
    open(ctx).await?;
    let waiting = {
        let mut conn = ctx.read().await?;
        search_queue::count(&mut conn, CATCH_UP_MAX + 1).await?
    };
    if (1..=CATCH_UP_MAX).contains(&waiting) {
        drain(ctx).await?;
    }
    Ok(())
}

/// Queues every object of every kind, for an index that starts empty.
async fn queue_everything(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.begin().await?;
    for kind in KINDS {
        search_documents::queue_all(&mut tx, kind, ctx.now).await?;
    }
    ctx.commit(tx).await
}

async fn drain_batch(ctx: &Ctx) -> Result<usize> {
    let index = open(ctx).await?;
    let entries = {
        let mut conn = ctx.read().await?;
        search_queue::list(&mut conn, BATCH).await?
    };
    if entries.is_empty() {
        return Ok(0);
    }
    let groups = grouped(&entries);
    for ((workspace, kind, _), ids) in &groups {
        for ids in ids.chunks(READ_AT_ONCE) {
            let key = |id: &String| Key { workspace: workspace.clone(), kind: kind.clone(), id: id.clone() };
            let keys: Vec<Key> = ids.iter().map(key).collect();
            let rows = {
                let mut conn = ctx.read().await?;
                search_documents::list(&mut conn, &WorkspaceId::from(workspace.as_str()), kind, ids).await?
            };
            let documents: Vec<(Key, Document)> = rows.into_iter().map(|row| (key(&row.id), row)).collect();
            let index = index.clone();
            blocking(move || index.write(&keys, &documents)).await?;
        }
    }
    blocking(move || index.commit()).await?;
    // Only now: after a crash in between, the entries are indexed once more and nothing is lost.
    let mut tx = ctx.begin().await?;
    for ((workspace, kind, queued_at), ids) in &groups {
        search_queue::delete_all(&mut tx, &WorkspaceId::from(workspace.as_str()), kind, *queued_at, ids)
            .await?;
    }
    tx.commit().await.map_err(heedful_db::Error::from)?;
    Ok(entries.len())
}

/// Ids by workspace, kind and the time they were queued.
fn grouped(entries: &[Entry]) -> HashMap<(String, String, Micros), Vec<String>> {
    let mut groups: HashMap<(String, String, Micros), Vec<String>> = HashMap::new();
    for (workspace, kind, id, queued_at) in entries {
        groups.entry((workspace.clone(), kind.clone(), *queued_at)).or_default().push(id.clone());
    }
    groups
}
