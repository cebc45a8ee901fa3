//! What was sent and not taken: written down each second, kept for a month, shown to everybody in the workspace.

use axum::Json;
use heedful_db::Micros;
use heedful_db::listen::event_rejects::{self, EventReject};
use heedful_db::types::DAY;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::auth::Viewer;
use crate::platform::capture::{Reject, RejectKind};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::time;

pub const KEPT_FOR: Micros = 30 * DAY;

/// Events that were refused on one day for one reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectedEvents {
    pub id: String,
    /// Why, in a sentence.
    pub reason: String,
    /// How they were sent: `heedful`, `posthog`, `segment` or `growthbook`.
    pub protocol: String,
    /// How many.
    pub count: i64,
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
    /// The newest of them as it was sent, cut off after 2,000 characters.
    pub sample: String,
}

impl RejectedEvents {
    fn of(row: EventReject) -> Self {
        Self {
            id: row.id,
            reason: row.reason,
            protocol: row.protocol,
            count: row.n_events,
            first_at: time::out(row.first_at),
            last_at: time::out(row.last_at),
            sample: row.sample,
        }
    }
}

/// Events that were sent and not taken, by day, reason and protocol, newest first. They are kept for 30 days.
#[utoipa::path(get, path = "/events/rejected", tag = "listen", params(Paging),
    responses((status = 200, body = List<RejectedEvents>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_rejected_events(
    viewer: Viewer,
    ctx: Ctx,
    Query(paging): Query<Paging>,
) -> Result<Json<List<RejectedEvents>>> {
    write_down(&ctx).await?;
    let mut conn = ctx.read().await?;
    let page = event_rejects::list(&mut conn, &viewer.ws, paging.cursor()?.as_ref(), paging.limit()?).await?;
    Ok(Json(List::of(page, RejectedEvents::of)))
}

/// Writes down what was noted in memory.
pub async fn write_down(ctx: &Ctx) -> Result<()> {
    let noted = ctx.app.capture.take_rejects();
    if noted.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    for (kind, reject) in &noted {
        let row = EventReject {
            workspace_id: kind.ws.to_string(),
            id: ctx.new_id(),
            day_at: kind.day_at,
            protocol: kind.protocol.to_owned(),
            reason: kind.reason.to_owned(),
            n_events: reject.n_events,
            first_at: reject.first_at,
            last_at: reject.last_at,
            // PostgreSQL keeps no zero bytes in texts.
            sample: reject.sample.replace('\0', "\u{fffd}"),
        };
        if let Err(error) = event_rejects::add(&mut tx, &kind.ws, &row).await {
            note_again(ctx, noted);
            return Err(error.into());
        }
    }
    // Not counted as a change: nothing that is kept of long answers depends on it, and it comes each second.
    if let Err(error) = tx.commit().await {
        note_again(ctx, noted);
        return Err(heedful_db::Error::from(error).into());
    }
    Ok(())
}

fn note_again(ctx: &Ctx, noted: Vec<(RejectKind, Reject)>) {
    for (kind, reject) in noted {
        ctx.app.capture.note(kind, reject);
    }
}
