//! Learning what is in the log, a part at a time.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use heedful_db::platform::distinct_ids;
use heedful_db::types::DAY;
use heedful_db::{Tx, WorkspaceId};
use heedful_events::batch::Workspace;
use heedful_events::{Batch, Event, Store};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::accounts::Accounts;
use super::facts::{Fact, facts, is_telling, is_telling_event, tells};
use super::people::{Dispute, People, Written};
use crate::listen::segments;
use crate::platform::capture::{Reject, RejectKind};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::event_store::Heard;

/// About so many bytes of events are learned from in one transaction.
const ROUND_BYTES: usize = 1 << 20;
/// What was told of more people is forgotten, and then learned once more.
const TOLD_MAX: usize = 500_000;
/// After so many failures in a row a part is passed over: what it tells is lost, and taking events goes on.
const FAILURES_MAX: u32 = 10;
const PROTOCOL: &str = "identity";

/// Learns everything that the log tells of people and accounts and that is not known yet.
pub async fn learn(ctx: &Ctx) -> Result<()> {
    let Some(store) = ctx.app.events.opened() else { return Ok(()) };
    let mut heard = ctx.app.events.heard.lock().await;
    loop {
        let (batches, next) = store.marked(heard.before, ROUND_BYTES);
        if batches.is_empty() {
            store.hear(next);
            heard.before = next;
            break;
        }
        match learn_round(ctx, &store, &mut heard, batches, next).await {
            Ok(()) => heard.n_failed = 0,
            Err(error) => {
                heard.n_failed += 1;
                if heard.n_failed < FAILURES_MAX || matches!(error, Error::Unavailable) {
                    return Err(error);
                }
                tracing::error!("what some events tell of people is passed over: {error}");
                heard.n_failed = 0;
            }
        }
        store.hear(next);
        heard.before = next;
    }
    drop(heard);
    ctx.app.events.follow_people().await
}

async fn learn_round(
    ctx: &Ctx,
    store: &Store,
    heard: &mut Heard,
    batches: Vec<Arc<Batch>>,
    next: u64,
) -> Result<()> {
    // What was told counts when it was written: after a failure it is learned once more.
    let mut told = std::mem::take(&mut heard.told);
    if told.len() > TOLD_MAX {
        told.clear();
    }
    let work = move || (all_facts(&batches, &mut told), told);
    let (facts, told) = spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    let mut tx = ctx.begin().await?;
    let mut learned = Vec::new();
    for (workspace, facts) in &facts {
        let ws = WorkspaceId::from(uuid::Uuid::from_bytes(*workspace).to_string());
        learned.push((*workspace, learn_of(ctx, &mut tx, &ws, facts).await?, ws));
    }
    distinct_ids::update_place(&mut tx, store.log_name(), next.cast_signed()).await?;
    if learned.iter().any(|(_, learned, _)| learned.has_changed) {
        ctx.commit(tx).await?;
    } else {
        tx.commit().await.map_err(heedful_db::Error::from)?;
    }
    heard.told = told;
    for (workspace, learned, ws) in learned {
        let links = &learned.written.links;
        store.link(workspace, links.iter().map(|(from, to)| (from.as_str(), to.as_str())));
        if learned.written.has_merged {
            ctx.app.events.people_changed();
        }
        note_disputes(ctx, &ws, learned.disputes);
    }
    Ok(())
}

/// What batches tell, by workspace, without what was told before.
fn all_facts(batches: &[Arc<Batch>], told: &mut HashMap<u64, u64>) -> BTreeMap<Workspace, Vec<Fact>> {
    let mut all = BTreeMap::<Workspace, Vec<Fact>>::new();
    for batch in batches {
        for event in batch.events().filter(tells) {
            if is_new(&batch.workspace(), &event, told) {
                all.entry(batch.workspace()).or_default().extend(facts(&event));
            }
        }
    }
    all
}

/// Whether an event tells something else than the one of the same person before it; those always do that say who is who.
fn is_new(workspace: &Workspace, event: &Event, told: &mut HashMap<u64, u64>) -> bool {
    let hash = |write: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        write(&mut hasher);
        hasher.finish()
    };
    let person = hash(&|hasher| (workspace, event.distinct_id.as_ref()).hash(hasher));
    if is_telling_event(&event.name) {
        told.remove(&person);
        return true;
    }
    let telling = event.properties.iter().filter(|(name, _)| is_telling(name));
    let telling: Vec<String> = telling.map(|(name, value)| format!("{name}{value:?}")).collect();
    let now = hash(&|hasher| telling.hash(hasher));
    told.insert(person, now) != Some(now)
}

/// What became of what one workspace's events tell.
struct Learned {
    written: Written,
    disputes: Vec<Dispute>,
    has_changed: bool,
}

async fn learn_of(ctx: &Ctx, tx: &mut Tx, ws: &WorkspaceId, facts: &[Fact]) -> Result<Learned> {
    let mut people = People::load(tx, ctx, ws, facts).await?;
    let mut accounts = Accounts::load(tx, ctx, ws, facts).await?;
    for fact in facts {
        let person = people.take(fact);
        accounts.take(fact, person);
    }
    let disputes = std::mem::take(&mut people.disputes);
    let are_unchanged = people.are_unchanged();
    let roots = people.roots();
    let written = people.write(tx, ws).await?;
    let root = |person: &str| roots.get(person).cloned().unwrap_or_else(|| person.to_owned());
    let have_accounts_changed = accounts.write(tx, ws, root).await?;
    let has_changed = !are_unchanged || have_accounts_changed;
    if has_changed {
        segments::queue_refresh(tx, ctx, ws).await?;
    }
    Ok(Learned { written, disputes, has_changed })
}

/// Disputes are shown beside what was refused.
fn note_disputes(ctx: &Ctx, ws: &WorkspaceId, disputes: Vec<Dispute>) {
    let now = ctx.now;
    for Dispute { reason, id, other } in disputes {
        let kind =
            RejectKind { ws: ws.clone(), day_at: now - now.rem_euclid(DAY), protocol: PROTOCOL, reason };
        let sample = json!({"distinct_id": id, "other": other}).to_string();
        ctx.app.capture.note(kind, Reject { n_events: 1, first_at: now, last_at: now, sample });
    }
}
