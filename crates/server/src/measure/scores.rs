//! `/measures/scores`: NPS and product-market fit over time and by plan, with intervals.

use std::sync::Arc;

use axum::Json;
use heedful_db::listen::scores;
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

const PLANS_MAX: i64 = 10;
/// Ten years of weeks.
const PERIODS_MAX: usize = 530;

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
    let periods = periods::between(from, to, query.interval, &zone, PERIODS_MAX)?;
    let ends: Vec<Micros> = periods.iter().map(|period| period.to).collect();
    let answers = scores::count_by_period(conn, ws, &filter, &ends).await?;
    let plans = measure::list_plans(conn, ws, PLANS_MAX).await?;
    let answers_of_plans = scores::count_by_plan(conn, ws, &filter, &plans).await?;
    let over_time = (0..).zip(&periods).map(|(index, period)| ScorePoint {
        start: period.first_day(&zone).to_string(),
        score: query.kind.figure(&counts(&answers, |bucket| *bucket == index)),
    });
    let by_plan = plans.into_iter().map(|plan| ScoreOfPlan {
        score: query.kind.figure(&counts(&answers_of_plans, |of| *of == plan)),
        plan,
    });
    Ok(ScoresOut {
        kind: query.kind,
        interval: query.interval,
        whole: query.kind.figure(&counts(&answers, |_| true)),
        over_time: over_time.collect(),
        by_plan: by_plan.collect(),
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
             in points; 95% interval."
        }
        ScoreKind::Pmf => {
            "Share of “very disappointed” among all answers of the period; 95% interval (Wilson). The line is 40%."
        }
        ScoreKind::Csat => "Share of 4 and 5 among all answers of the period, of 1 to 5; 95% interval.",
    }
}

/// How often each score was given in the groups that are asked for.
fn counts<G>(rows: &[(G, f64, i64)], is_wanted: impl Fn(&G) -> bool) -> Vec<(f64, i64)> {
    rows.iter().filter(|(group, ..)| is_wanted(group)).map(|(_, score, n)| (*score, *n)).collect()
}
