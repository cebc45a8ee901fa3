//! Keeping the promise of how long words are kept.

use heedful_db::listen::responses::{self, Removal};
use heedful_db::platform::search_queue;
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::queue;

/// The kind of the job that removes words whose time is over.
pub const FORGET_ANSWERS: &str = "forget_answers";
/// Answers per transaction, so that others can write in between.
const BATCH: i64 = 200;

#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetAnswers {
    pub workspace_id: String,
}

/// Queues the removal for the day after the promised time; one job a day does for all answers.
pub async fn queue(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, keep_until: Micros) -> Result<()> {
    let day = keep_until / DAY + 1;
    let payload = ForgetAnswers { workspace_id: ws.to_string() };
    let key = format!("{FORGET_ANSWERS} {ws} {day}");
    queue::push_once(conn, ctx, Some(ws), FORGET_ANSWERS, &payload, &key, day * DAY).await
}

/// Removes the words and the person of every answer whose time is over. The bare scores stay in the results.
pub async fn forget(app: &App, job: &ForgetAnswers) -> anyhow::Result<()> {
    let ctx = Ctx::of(app);
    let ws = WorkspaceId::from(job.workspace_id.as_str());
    loop {
        let mut tx = ctx.begin().await?;
        let expired = responses::list_expired(&mut tx, &ws, ctx.now, BATCH).await?;
        for id in &expired {
            for signal_id in responses::remove(&mut tx, &ws, id, Removal::Words, ctx.now).await? {
                search_queue::insert(&mut tx, &ws, "signal", &signal_id, ctx.now).await?;
            }
        }
        ctx.commit(tx).await?;
        if expired.is_empty() {
            return Ok(());
        }
    }
}
