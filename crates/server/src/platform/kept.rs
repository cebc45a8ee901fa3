//! Answers that take long to add up, kept until something changes.
//!
//! Sums over a hundred thousand signals take a tenth of a second, and people open the same page again and again. An
//! answer is kept with the count of changes it was made at, which the database has and every commit increases: while the
//! count stands still the answer is exact, whichever node wrote last.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use heedful_db::platform::change_count;
use heedful_db::{Micros, WorkspaceId};

use super::ctx::Ctx;
use super::error::Result;

/// Answers look at the clock too: "in the last 28 days" moves on by itself.
const KEPT_FOR: Micros = 60 * 1_000_000;
/// Different questions remembered at once; beyond it all are forgotten, which costs each of them one more sum.
const QUESTIONS_MAX: usize = 1_000;

#[derive(Default)]
pub struct Kept {
    slots: Mutex<HashMap<String, Slot>>,
}

/// Locked while its answer is made, so that many who ask the same thing make it once.
type Slot = Arc<tokio::sync::Mutex<Option<Answer>>>;

struct Answer {
    made_at_count: i64,
    made_at: Micros,
    value: Arc<dyn Any + Send + Sync>,
}

impl Kept {
    fn slot(&self, question: String) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= QUESTIONS_MAX && !slots.contains_key(&question) {
            slots.clear();
        }
        Arc::clone(slots.entry(question).or_default())
    }
}

/// The answer to a question about a workspace: the kept one, or else a new one made by `answer`, which otherwise is
/// dropped without being run. `question` names all that the answer depends on besides the workspace's own rows.
pub async fn answer<T: Send + Sync + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    question: impl fmt::Display,
    answer: impl Future<Output = Result<T>>,
) -> Result<Arc<T>> {
    let slot = ctx.app.kept.slot(format!("{} {question}", ws.as_str()));
    let mut slot = slot.lock().await;
    // Counted before the answer is made: a change meanwhile makes it old at once, never wrong for long.
    let count = change_count::get(&mut *ctx.read().await?).await?;
    if let Some(kept) = slot.as_ref()
        && kept.made_at_count == count
        && (0..KEPT_FOR).contains(&(ctx.now - kept.made_at))
        && let Ok(value) = Arc::clone(&kept.value).downcast::<T>()
    {
        return Ok(value);
    }
    let value = Arc::new(answer.await?);
    *slot = Some(Answer { made_at_count: count, made_at: ctx.now, value: Arc::clone(&value) as _ });
    Ok(value)
}
