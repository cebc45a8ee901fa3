//! What a rule measures now, and what follows from it.

use heedful_db::decide::firings;
use heedful_db::decide::readings::{self, CountOf};
use heedful_db::decide::rules::{self, Rule};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{Confidence, Estimate, NotEstimable, NpsCounts, Proportion, csat, nps, pmf};
use serde_json::Value;

use crate::platform::audit;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

/// Scores are taken from this many days when a rule does not say otherwise.
pub const SCORE_WINDOW_DAYS: i64 = 90;
/// Shares are compared in percent, as people agree on them.
const PERCENT: f64 = 100.0;

/// Measures a rule and writes down what was found. A rule that crosses its threshold fires: the firing, the crossing
/// and the audit entry are one transaction, and a second evaluation at the same time does not fire again.
/// A rule that cannot be measured stays as it is.
pub async fn evaluate(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, rule: &Rule) -> Result<()> {
    let Some(value) = measure(conn, ws, rule, ctx.now).await? else { return Ok(()) };
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

async fn measure(conn: &mut Conn, ws: &WorkspaceId, rule: &Rule, now: Micros) -> Result<Option<f64>> {
    let from = rule.window_days.map(|days| now - days * DAY);
    if let Some(metric_id) = &rule.metric_id {
        return measure_metric(conn, ws, metric_id, from, now).await;
    }
    let count_of = match rule.count_of.as_str() {
        "people" => CountOf::People,
        "accounts" => CountOf::Accounts,
        _ => CountOf::Signals,
    };
    let (theme, segment) = (rule.theme_id.as_deref(), rule.segment_id.as_deref());
    let n = readings::count_signals(conn, ws, count_of, theme, segment, from.unwrap_or(0)).await?;
    Ok(Some(float(n)))
}

/// Typed readings win over what can be computed, because somebody meant them.
async fn measure_metric(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric_id: &str,
    from: Option<Micros>,
    now: Micros,
) -> Result<Option<f64>> {
    let metric = readings::get_metric_kind(conn, ws, metric_id).await?;
    let definition: Value = serde_json::from_str(&metric.definition).unwrap_or_default();
    let segment = definition["segment_id"].as_str();
    let since = from.unwrap_or(now - SCORE_WINDOW_DAYS * DAY);
    match metric.kind.as_str() {
        "nps" | "pmf" | "csat" => {
            Ok(scores(conn, ws, &metric.kind, segment, since).await?.0.ok().map(|score| score.value))
        }
        "count" => {
            let theme = definition["theme_id"].as_str();
            let n = readings::count_signals(conn, ws, CountOf::Signals, theme, segment, since).await?;
            Ok(Some(float(n)))
        }
        _ => Ok(readings::find_latest(conn, ws, metric_id, from).await?),
    }
}

/// The score of a kind (nps, pmf or csat) from the signals since a time, with the number of answers. Shares are in percent.
pub async fn scores(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    segment_id: Option<&str>,
    from: Micros,
) -> Result<(std::result::Result<Estimate, NotEstimable>, i64)> {
    let counts = readings::count_scores(conn, ws, kind, segment_id, from).await?;
    let n = counts.iter().map(|(_, n)| n).sum();
    Ok((estimate(kind, &counts), n))
}

fn estimate(kind: &str, counts: &[(f64, i64)]) -> std::result::Result<Estimate, NotEstimable> {
    let between = |low: f64, high: f64| -> u64 {
        let within = counts.iter().filter(|(score, _)| (low..high).contains(score));
        within.map(|(_, n)| u64::try_from(*n).unwrap_or_default()).sum()
    };
    let share = match kind {
        "nps" => {
            let answers = NpsCounts {
                promoters: between(8.5, 11.0),
                passives: between(6.5, 8.5),
                detractors: between(0.0, 6.5),
            };
            return nps(answers, Confidence::P95);
        }
        "pmf" => pmf(Proportion::new(between(1.5, 3.0), between(0.0, 3.0))?, Confidence::P95)?.share,
        _ => csat([1.0, 2.0, 3.0, 4.0, 5.0].map(|x| between(x - 0.5, x + 0.5)), Confidence::P95)?,
    };
    let percent = |x: f64| x * PERCENT;
    Ok(Estimate { value: percent(share.value), low: percent(share.low), high: percent(share.high), ..share })
}

/// Counts of signals are far below where a floating-point number loses the ones.
fn float(n: i64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_trade() {
        let value = |kind, counts: &[(f64, i64)]| estimate(kind, counts).unwrap().value;
        assert!((value("nps", &[(10.0, 4), (8.0, 3), (6.0, 3)]) - 10.0).abs() < 1e-9);
        assert!((value("pmf", &[(2.0, 9), (1.0, 5), (0.0, 6)]) - 45.0).abs() < 1e-9);
        assert!((value("csat", &[(5.0, 3), (1.0, 1)]) - 75.0).abs() < 1e-9);
        assert!(estimate("nps", &[]).is_err());
    }
}
