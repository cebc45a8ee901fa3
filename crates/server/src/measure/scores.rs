//! `/measures/scores`: NPS and product-market fit over time and by plan, with intervals.

use std::sync::Arc;

use axum::Json;
use heedful_db::listen::scores::{self, Answer};
use heedful_db::{Micros, WorkspaceId, measure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::report::MeasureQuery;
use crate::listen::scores::ScoreKind;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::kept;
use crate::platform::periods::{self, Every};
use crate::platform::time;

/// More answers than this are not read for one picture; it says so.
const ANSWERS_MAX: i64 = 500_000;
const PLANS_MAX: i64 = 10;
const PERIODS_MAX: usize = 130;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScoreQuery {
    #[param(inline)]
    pub kind: ScoreKind,
    /// Months, when not given.
    #[serde(default = "monthly")]
    #[param(inline)]
    pub interval: Every,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScoresOut {
    pub kind: ScoreKind,
    pub interval: Every,
    /// Points from −100 to 100 for NPS; a share from 0 to 1 for product-market fit, whose line is at 0.4.
    pub whole: Figure,
    pub over_time: Vec<ScorePoint>,
    pub by_plan: Vec<ScoreOfPlan>,
    /// True when there were more answers than are read for one picture.
    pub truncated: bool,
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    pub definition: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScorePoint {
    /// The first day of the week or month, in the workspace's time zone.
    pub start: String,
    pub score: Figure,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreOfPlan {
    pub plan: String,
    pub score: Figure,
}

/// NPS or product-market fit over time and by plan.
#[utoipa::path(get, path = "/measures/scores", tag = "measure", params(ScoreQuery, MeasureQuery),
    responses((status = 200, body = ScoresOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn measure_scores(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ScoreQuery>,
    Query(period): Query<MeasureQuery>,
) -> Result<Json<Arc<ScoresOut>>> {
    let question = format!("scores {query:?} {period:?}");
    Ok(Json(kept::answer(&ctx, &viewer.ws, question, read_scores(&ctx, &viewer.ws, &query, &period)).await?))
}

async fn read_scores(
    ctx: &Ctx,
    ws: &WorkspaceId,
    query: &ScoreQuery,
    period: &MeasureQuery,
) -> Result<ScoresOut> {
    let (from, to) = period.period(ctx.now)?;
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    let zone = periods::time_zone(conn, ws).await?;
    let filter = scores::Filter { kind: query.kind.as_str(), from, to, ..scores::Filter::default() };
    let answers = scores::list(conn, ws, &filter, ANSWERS_MAX).await?;
    // Sorted by time, so that a period is a slice of them.
    let first_at = |at: Micros| answers.partition_point(|answer| answer.at < at);
    let mut over_time = Vec::new();
    for period in periods::between(from, to, query.interval, &zone, PERIODS_MAX)? {
        let inside = &answers[first_at(period.from)..first_at(period.to)];
        let score = query.kind.figure(&tally(inside.iter()));
        over_time.push(ScorePoint { start: period.first_day(&zone).to_string(), score });
    }
    let mut by_plan = Vec::new();
    for plan in measure::list_plans(conn, ws, PLANS_MAX).await? {
        let counts = scores::count(conn, ws, &scores::Filter { plan: Some(&plan), ..filter.clone() }).await?;
        by_plan.push(ScoreOfPlan { score: query.kind.figure(&counts), plan });
    }
    Ok(ScoresOut {
        kind: query.kind,
        interval: query.interval,
        whole: query.kind.figure(&tally(answers.iter())),
        over_time,
        by_plan,
        truncated: i64::try_from(answers.len()).is_ok_and(|n| n >= ANSWERS_MAX),
        as_of: time::out(ctx.now),
        definition: definition(query.kind),
    })
}

fn monthly() -> Every {
    Every::Month
}

fn definition(kind: ScoreKind) -> &'static str {
    match kind {
        ScoreKind::Nps => {
            "Share of 9–10 minus share of 0–6 among all answers of the period, from our surveys and imported scores, \
             in points; 95 % interval."
        }
        ScoreKind::Pmf => {
            "Share of “very disappointed” among all answers of the period; 95 % interval (Wilson). The line is 40 %."
        }
        ScoreKind::Csat => "Share of 4 and 5 among all answers of the period, of 1 to 5; 95 % interval.",
    }
}

fn tally<'a>(answers: impl Iterator<Item = &'a Answer>) -> Vec<(f64, i64)> {
    answers.map(|answer| (answer.score, 1)).collect()
}
