//! Segments: saved rules over people and accounts, with live counts.

mod change;
mod members;
mod preview;
mod rule;
mod wire;

use heedful_db::listen::segments as table;
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use members::refresh_all;
pub use rule::{Rule, SegmentRule};

use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::queue;

pub const REFRESH_SEGMENTS: &str = "refresh_segments";
/// Changes come in flocks: the job waits a moment and weighs them all at once.
pub const REFRESH_WAIT: heedful_db::Micros = 2_000_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshSegments {
    pub workspace_id: String,
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_segments, change::create_segment))
        .routes(routes!(preview::preview_segment))
        .routes(routes!(change::get_segment, change::update_segment, change::archive_segment))
        .routes(routes!(change::restore_segment))
}

/// Has the members of all segments found anew, because people or accounts changed.
pub async fn queue_refresh(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId) -> Result<()> {
    if table::count(conn, ws).await? == 0 {
        return Ok(());
    }
    let payload = RefreshSegments { workspace_id: ws.to_string() };
    let key = format!("{REFRESH_SEGMENTS} {ws}");
    queue::push_once(conn, ctx, Some(ws), REFRESH_SEGMENTS, &payload, &key, ctx.now + REFRESH_WAIT).await
}
