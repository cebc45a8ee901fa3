//! Rules: thresholds agreed beforehand that ask for action, and the firings when they are crossed.

mod change;
mod firings;
mod value;
mod wire;

use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use change::{archive_rule, create_rule, get_rule, list_rules, restore_rule, update_rule};
pub use firings::{FiringOut, handle_firing, list_firings};
pub use value::{SCORE_WINDOW_DAYS, evaluate, scores};
pub use wire::{RuleIn, RuleOut, RulePatch};

use crate::app::App;
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

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(change::list_rules, change::create_rule))
        .routes(routes!(change::get_rule, change::update_rule, change::archive_rule))
        .routes(routes!(change::restore_rule))
        .routes(routes!(firings::list_firings))
        .routes(routes!(firings::handle_firing))
}

/// Has the rules of a workspace evaluated soon, once however often this is asked before.
async fn evaluate_soon(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId) -> Result<()> {
    let payload = EvaluateRules { workspace_id: ws.to_string() };
    let key = format!("{EVALUATE_RULES}:{ws}");
    queue::push_once(conn, ctx, Some(ws), EVALUATE_RULES, &payload, &key, ctx.now).await
}
