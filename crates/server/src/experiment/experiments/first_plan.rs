//! The plan that a new experiment starts from: what its hypothesis says already.

use heedful_db::bet::{bets, hypotheses};
use heedful_db::{Conn, WorkspaceId};

use crate::experiment::plan::{
    ExperimentKind, Plan, PlanDirection, PlanMetric, PlanMetricKind, ThresholdKind,
};
use crate::platform::error::Result;

pub async fn draw_up(conn: &mut Conn, ws: &WorkspaceId, bet_id: &str, kind: ExperimentKind) -> Result<Plan> {
    let bet = bets::get(conn, ws, bet_id).await?;
    let hypothesis = hypotheses::get(conn, ws, &bet.hypothesis_id).await?;
    let metric_ids: Vec<String> = hypothesis.metric_id.iter().cloned().collect();
    let metric = hypotheses::metric_facts(conn, ws, &metric_ids).await?.into_iter().next();
    let primary = metric.map(|metric| PlanMetric {
        name: metric.name,
        kind: PlanMetricKind::Proportion,
        direction: if metric.direction == "down" { PlanDirection::Down } else { PlanDirection::Up },
        metric_id: Some(metric.id),
    });
    let variants = kind.first_variants();
    let effect_kind = match hypothesis.effect_kind.as_str() {
        _ if variants.len() == 1 => ThresholdKind::Level,
        "relative" => ThresholdKind::Relative,
        _ => ThresholdKind::Absolute,
    };
    Ok(Plan {
        population: hypothesis.population,
        // A change that is worth it says nothing about the level that is.
        smallest_effect: hypothesis
            .smallest_effect
            .filter(|effect| *effect > 0.0 && effect_kind != ThresholdKind::Level),
        effect_kind,
        variants,
        primary,
        duration_days: bet.appetite_days.and_then(|days| u32::try_from(days).ok()),
        decision_rule: serde_json::from_str(&hypothesis.decision_rule).unwrap_or_default(),
        ..Plan::default()
    })
}
