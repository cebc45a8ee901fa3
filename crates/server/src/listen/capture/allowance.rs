//! How many events a workspace may still send today.

use heedful_db::platform::event_arrivals;
use heedful_db::platform::workspaces;
use heedful_db::types::DAY;
use heedful_db::{Micros, WorkspaceId};

use super::arrivals;
use crate::platform::capture::Allowance;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// Another node hears so much later that the bound was changed, or of events that came here.
const KNOWN_FOR: Micros = 10 * 1_000_000;

/// Until when no events may come, when as many came today as may.
pub async fn used_up_until(ctx: &Ctx, ws: &WorkspaceId) -> Result<Option<Micros>> {
    let known = ctx.app.capture.allowance(ws).filter(|known| ctx.now < known.day_ends_at);
    if let Some(known) = known.filter(|known| ctx.now < known.read_at + KNOWN_FOR) {
        return Ok(known.full_until());
    }
    // Events are not refused, and senders not kept waiting again and again, because nobody can say how many came.
    let allowance = match (read(ctx, ws).await, known) {
        (Ok(allowance), _) => allowance,
        (Err(_), Some(known)) => Allowance { read_at: ctx.now, ..known },
        (Err(error), None) => return Err(error),
    };
    // Only what was read: a copy put back later would undo what was counted meanwhile.
    ctx.app.capture.put_allowance(ws, allowance);
    Ok(allowance.full_until())
}

async fn read(ctx: &Ctx, ws: &WorkspaceId) -> Result<Allowance> {
    arrivals::write_down(ctx).await?;
    let mut conn = ctx.read().await?;
    let workspace = workspaces::get(&mut conn, ws).await?;
    let day = arrivals::today(&workspace.time_zone, ctx.now)?;
    let left = match workspace.events_per_day_max {
        Some(max) => Some(max - event_arrivals::count_since(&mut conn, ws, day).await?),
        None => None,
    };
    Ok(Allowance { left, day_ends_at: day + DAY, read_at: ctx.now })
}
