//! Asking for the members of segments to be found anew.

use heedful_db::listen::segments as table;
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::queue;

pub const REFRESH_SEGMENTS: &str = "refresh_segments";
/// Changes come in flocks: the job waits a moment and weighs them all at once.
pub const REFRESH_WAIT: Micros = 2_000_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshSegments {
    pub workspace_id: String,
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
