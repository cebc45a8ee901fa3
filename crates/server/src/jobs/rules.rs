//! Looking whether rules crossed their thresholds.

use heedful_db::WorkspaceId;
use heedful_db::decide::rules;
use heedful_db::platform::workspaces;

use crate::app::App;
use crate::decide::rules::{EvaluateRules, measure, settle};
use crate::platform::ctx::Ctx;

/// Evaluates the rules of one workspace, or of all of them in turn; each workspace is a transaction of its own.
pub async fn evaluate_all(app: &App, job: Option<EvaluateRules>) -> anyhow::Result<()> {
    let visited = match job {
        Some(job) => vec![WorkspaceId::from(job.workspace_id)],
        None => workspaces::ids(&mut *app.db.read().await?).await?,
    };
    for ws in visited {
        let ctx = Ctx::of(app);
        // Most workspaces have no rule, and asking does not need the writer.
        let enabled = rules::list_enabled(&mut *app.db.read().await?, &ws).await?;
        if enabled.is_empty() {
            continue;
        }
        // Measured first, because asking what people did may take a while, and nobody else writes meanwhile.
        let mut measured = Vec::with_capacity(enabled.len());
        for rule in enabled {
            match measure(&ctx, &ws, &rule).await {
                Ok(value) => measured.extend(value.map(|value| (rule, value))),
                Err(error) => tracing::warn!(%ws, rule = rule.id, "a rule could not be measured: {error}"),
            }
        }
        let mut tx = ctx.begin().await?;
        for (rule, value) in &measured {
            settle(&mut tx, &ctx, &ws, rule, *value).await?;
        }
        ctx.commit(tx).await?;
    }
    Ok(())
}
