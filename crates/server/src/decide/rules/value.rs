//! What a rule measures now, and what follows from it.

use heedful_db::decide::firings;
use heedful_db::decide::readings::{self, CountOf};
use heedful_db::decide::rules::{self, Rule};
use heedful_db::types::DAY;
use heedful_db::understand::metrics as db_metrics;
use heedful_db::{Conn, Micros, WorkspaceId};

use crate::platform::audit;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::understand::metrics::{self, MetricOut};

/// Writes down what was measured of a rule. A rule that crosses its threshold fires: the firing, the crossing
/// and the audit entry are one transaction, and a second evaluation at the same time does not fire again.
pub async fn settle(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, rule: &Rule, value: f64) -> Result<()> {
    let fires = rules::update_value(conn, ws, rule, value, is_beyond(rule, value), ctx.now).await?;
    if fires {
        let id = ctx.new_id();
        firings::insert(conn, ws, &id, &rule.id, value, ctx.now).await?;
        let object = audit::Object { kind: "rule", id: &rule.id };
        let detail = serde_json::json!({"firing_id": id, "value": value, "threshold": rule.threshold});
        audit::acted_by_server(conn, ctx, ws, "fire", object, &detail).await?;
    }
    Ok(())
}

fn is_beyond(rule: &Rule, value: f64) -> bool {
    match rule.op.as_str() {
        "gt" => value > rule.threshold,
        "le" => value <= rule.threshold,
        "lt" => value < rule.threshold,
        _ => value >= rule.threshold,
    }
}

/// What a rule measures now; nothing when it cannot be measured, and then it stays as it is.
pub async fn measure(ctx: &Ctx, ws: &WorkspaceId, rule: &Rule) -> Result<Option<f64>> {
    let from = rule.window_days.map(|days| ctx.now - days * DAY);
    if let Some(metric_id) = &rule.metric_id {
        return measure_metric(ctx, ws, metric_id, from).await;
    }
    let count_of = match rule.count_of.as_str() {
        "people" => CountOf::People,
        "accounts" => CountOf::Accounts,
        _ => CountOf::Signals,
    };
    let (theme, segment) = (rule.theme_id.as_deref(), rule.segment_id.as_deref());
    let mut conn = ctx.read().await?;
    let n = readings::count_signals(&mut conn, ws, count_of, theme, segment, from.unwrap_or(0)).await?;
    Ok(Some(float(n)))
}

/// Over the window of the rule or, where it names none, the metric's own.
async fn measure_metric(
    ctx: &Ctx,
    ws: &WorkspaceId,
    metric_id: &str,
    from: Option<Micros>,
) -> Result<Option<f64>> {
    let metric = MetricOut::from(db_metrics::get(&mut *ctx.read().await?, ws, metric_id).await?);
    let point = match from {
        // What is said in this very microsecond counts too.
        Some(from) => metrics::value_between(ctx, ws, &metric, (from, ctx.now + 1)).await?,
        None => metrics::current(ctx, ws, &metric).await?,
    };
    Ok(point.figure.value)
}

/// Counts of signals are far below where a floating-point number loses the ones.
fn float(n: i64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
