//! The job that evaluates rules, and how it is asked for.

use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::queue;

/// The job that looks whether rules crossed their thresholds.
pub const EVALUATE_RULES: &str = "evaluate_rules";

/// The rules of one workspace; a job without this payload visits every workspace.
#[derive(Debug, Serialize, Deserialize)]
pub struct EvaluateRules {
    pub workspace_id: String,
}

/// Has the rules of a workspace evaluated soon, once however often this is asked before.
pub async fn evaluate_soon(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId) -> Result<()> {
    let payload = EvaluateRules { workspace_id: ws.to_string() };
    let key = format!("{EVALUATE_RULES}:{ws}");
    queue::push_once(conn, ctx, Some(ws), EVALUATE_RULES, &payload, &key, ctx.now).await
}
