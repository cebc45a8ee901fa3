//! Answering from what is kept, or anew.

use std::fmt;
use std::sync::Arc;

use heedful_db::platform::change_count;
use heedful_db::{Micros, WorkspaceId};

use super::slots::Answer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// Answers look at the clock too: "in the last 28 days" moves on by itself.
const KEPT_FOR: Micros = 60 * 1_000_000;

/// The answer to a question about a workspace: the kept one, or else a new one made by `answer`, which otherwise is
/// dropped without being run. `question` names all that the answer depends on besides the workspace's own rows.
pub async fn answer<T: Send + Sync + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    question: impl fmt::Display,
    answer: impl Future<Output = Result<T>>,
) -> Result<Arc<T>> {
    let count = async || Ok(change_count::get(&mut *ctx.read().await?).await?);
    answer_at(ctx, ws, question, count, answer).await
}

/// The same for answers that depend on something else than the rows of the database, which has a version of its own.
pub async fn answer_at<T: Send + Sync + 'static>(
    ctx: &Ctx,
    ws: &WorkspaceId,
    question: impl fmt::Display,
    version: impl AsyncFnOnce() -> Result<i64>,
    answer: impl Future<Output = Result<T>>,
) -> Result<Arc<T>> {
    let slot = ctx.app.kept.slot(format!("{} {question}", ws.as_str()));
    let mut slot = slot.lock().await;
    // Who waited here may have come before the answer was made: its time is as good a little ahead as behind.
    // Asked before the answer is made: a change meanwhile makes it old at once, never wrong for long.
    let version = version().await?;
    if let Some(kept) = slot.as_ref()
        && kept.version == version
        && (ctx.now - kept.made_at).abs() < KEPT_FOR
        && let Ok(value) = Arc::clone(&kept.value).downcast::<T>()
    {
        return Ok(value);
    }
    let value = Arc::new(answer.await?);
    *slot = Some(Answer { version, made_at: ctx.now, value: Arc::clone(&value) as _ });
    Ok(value)
}
