//! `/measures/scores`: NPS and product-market fit over time and by plan, with intervals.

use axum::Json;
use heedful_db::measure::{self, Score};
use heedful_db::platform::workspaces;
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{Confidence, NpsCounts, Proportion, nps, pmf};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::calendar::{self, Period};
use super::report::MeasureQuery;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::time;

/// More answers than this are not read for one picture; it says so.
const ANSWERS_MAX: i64 = 500_000;
const PLANS_MAX: i64 = 10;
const PERIODS_MAX: usize = 130;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    Nps,
    Pmf,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    Week,
    #[default]
    Month,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScoreQuery {
    #[param(inline)]
    pub kind: ScoreKind,
    #[serde(default)]
    #[param(inline)]
    pub interval: Interval,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScoresOut {
    pub kind: ScoreKind,
    pub interval: Interval,
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
) -> Result<Json<ScoresOut>> {
    let (from, to) = period.period(ctx.now)?;
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    let zone = calendar::zone(&workspaces::get(conn, &viewer.ws).await?.time_zone);
    let answers = read(conn, &viewer.ws, query.kind, None, (from, to)).await?;
    let step = match query.interval {
        Interval::Week => Period::Week,
        Interval::Month => Period::Month,
    };
    let starts = calendar::starts(from, to, step, &zone, PERIODS_MAX)?;
    let over_time = starts.iter().enumerate().map(|(index, start)| {
        let begin = start.timestamp().as_microsecond();
        let end = starts.get(index + 1).map_or(Micros::MAX, |next| next.timestamp().as_microsecond());
        let inside = answers.iter().filter(|answer| (begin..end).contains(&answer.at));
        ScorePoint { start: start.date().to_string(), score: figure(query.kind, inside) }
    });
    let mut by_plan = Vec::new();
    for plan in measure::list_plans(conn, &viewer.ws, PLANS_MAX).await? {
        let answers = read(conn, &viewer.ws, query.kind, Some(&plan), (from, to)).await?;
        by_plan.push(ScoreOfPlan { plan, score: figure(query.kind, answers.iter()) });
    }
    Ok(Json(ScoresOut {
        kind: query.kind,
        interval: query.interval,
        whole: figure(query.kind, answers.iter()),
        over_time: over_time.collect(),
        by_plan,
        truncated: i64::try_from(answers.len()).is_ok_and(|n| n >= ANSWERS_MAX),
        as_of: time::out(ctx.now),
        definition: query.kind.definition(),
    }))
}

impl ScoreKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Pmf => "pmf",
        }
    }

    fn definition(self) -> &'static str {
        match self {
            Self::Nps => {
                "Share of 9–10 minus share of 0–6 among all answers of the period, from our surveys and imported scores, \
                 in points; 95 % interval."
            }
            Self::Pmf => {
                "Share of “very disappointed” among all answers of the period; 95 % interval (Wilson). The line is 40 %."
            }
        }
    }
}

async fn read(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: ScoreKind,
    plan: Option<&str>,
    (from, to): (Micros, Micros),
) -> Result<Vec<Score>> {
    Ok(measure::list_scores(conn, ws, kind.as_str(), plan, from, to, ANSWERS_MAX).await?)
}

fn figure<'a>(kind: ScoreKind, answers: impl Iterator<Item = &'a Score>) -> Figure {
    let (mut high, mut middle, mut low) = (0_u64, 0_u64, 0_u64);
    let (high_from, low_to) = match kind {
        ScoreKind::Nps => (9.0, 6.0),
        ScoreKind::Pmf => (2.0, 0.0),
    };
    for answer in answers {
        if answer.score >= high_from {
            high += 1;
        } else if answer.score <= low_to {
            low += 1;
        } else {
            middle += 1;
        }
    }
    let n = high + middle + low;
    let estimate = match kind {
        ScoreKind::Nps => {
            nps(NpsCounts { promoters: high, passives: middle, detractors: low }, Confidence::P95)
        }
        ScoreKind::Pmf => {
            Proportion::new(high, n).and_then(|share| pmf(share, Confidence::P95)).map(|pmf| pmf.share)
        }
    };
    Figure::of(n, estimate)
}
