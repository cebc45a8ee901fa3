//! `/measures`: how fast and how well the team learned in a period.

use std::sync::Arc;

use axum::Json;
use heedful_db::measure::{self, Cycle};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::learning::{Calibration, Way, Ways, calibrate, decision_latency, time_to_learning};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::kept;
use crate::platform::periods::{self, Every};
use crate::platform::time;

const PERIOD_DEFAULT: Micros = 182 * DAY;
/// Ten years of weeks.
const WEEKS_MAX: usize = 530;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MeasureQuery {
    /// Half a year ago, when not given.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Now, when not given.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

impl MeasureQuery {
    pub fn period(&self, now: Micros) -> Result<(Micros, Micros)> {
        // What is decided in this very microsecond counts too.
        let to = time::micros_opt(self.to).unwrap_or(now + 1);
        let from = time::micros_opt(self.from).unwrap_or(to - PERIOD_DEFAULT);
        if from >= to {
            return Err(Error::field("from", "must be before `to`"));
        }
        Ok((from, to))
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LearningOut {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    pub time_to_learning: Ways,
    pub decision_latency: Way,
    pub throughput: Vec<WeekOfVerdicts>,
    pub coverage: CoverageOut,
    pub calibration: Calibration,
    pub contact: ContactOut,
    pub stale: StaleOut,
    /// What each measure means, in words.
    pub definitions: Vec<Definition>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WeekOfVerdicts {
    /// The Monday, in the workspace's time zone.
    pub week: String,
    pub n_conclusive: u64,
    pub n_inconclusive: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageOut {
    pub with_evidence: Figure,
    pub with_test: Figure,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ContactOut {
    /// Weeks in a row, up to this or last week, with at least one conversation.
    pub streak_weeks: u64,
    pub n_contacts: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StaleOut {
    pub n_overdue_decisions: i64,
    pub n_results_without_decision: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Definition {
    pub measure: &'static str,
    pub meaning: &'static str,
}

const DEFINITIONS: [(&str, &str); 8] = [
    (
        "time_to_learning",
        "From the first evidence linked to a hypothesis to its conclusive verdict, where some evidence is at least as strong as the hypothesis asked for. Median and 80th percentile of all such verdicts of the period.",
    ),
    (
        "hearing",
        "From the day the earliest signal in the evidence was said to the day the first evidence was linked.",
    ),
    ("decision_latency", "From the end of the test, or the firing of the rule, to the verdict."),
    ("throughput", "Verdicts per week; inconclusive ones are learning too, but counted apart."),
    (
        "coverage",
        "Of the bets started in the period: the share whose hypothesis has evidence, and the share that was tested.",
    ),
    (
        "calibration",
        "Forecasts of bets against what happened: hypotheses confirmed or refuted. The Brier score is the mean squared distance; 0.25 is what always saying 50% earns.",
    ),
    (
        "contact",
        "Weeks in a row with an interview, or with a signal from an interview or a usability test. The running week counts once it has one, and does not break the streak before.",
    ),
    ("stale", "Open decisions past their date, and ended tests that nobody has decided on."),
];

/// How fast and how well the team learns.
#[utoipa::path(get, path = "/measures", tag = "measure", params(MeasureQuery),
    responses((status = 200, body = LearningOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn measure_learning(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<MeasureQuery>,
) -> Result<Json<Arc<LearningOut>>> {
    let (from, to) = query.period(ctx.now)?;
    let measured = async {
        let mut conn = ctx.read().await?;
        read_learning(&mut conn, &viewer.ws, from, to, ctx.now).await
    };
    Ok(Json(kept::answer(&ctx, &viewer.ws, format!("learning {query:?}"), measured).await?))
}

/// The same for pages and digests that need it beside other things.
pub async fn read_learning(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
    now: Micros,
) -> Result<LearningOut> {
    let zone = periods::time_zone(conn, ws).await?;
    let cycles = measure::list_cycles(conn, ws, from, to).await?;
    let support = measure::list_support(conn, ws).await?;
    let settled = measure::list_settled(conn, ws, from, to).await?;
    let coverage = measure::count_coverage(conn, ws, from, to).await?;
    let contacts = measure::list_contacts(conn, ws, from, to).await?;
    let (n_overdue_decisions, n_results_without_decision) = measure::count_stale(conn, ws, now).await?;
    Ok(LearningOut {
        from: time::out(from),
        to: time::out(to),
        as_of: time::out(now),
        time_to_learning: time_to_learning(&cycles, &support),
        decision_latency: decision_latency(&cycles),
        throughput: throughput(&cycles, from, to, &zone)?,
        coverage: CoverageOut {
            with_evidence: share(coverage.n_with_evidence, coverage.n_bets),
            with_test: share(coverage.n_with_test, coverage.n_bets),
        },
        calibration: calibrate(&settled),
        contact: ContactOut {
            streak_weeks: streak(&contacts, to, &zone)?,
            n_contacts: contacts.len() as u64,
        },
        stale: StaleOut { n_overdue_decisions, n_results_without_decision },
        definitions: DEFINITIONS.map(|(measure, meaning)| Definition { measure, meaning }).into(),
    })
}

fn share(successes: i64, n: i64) -> Figure {
    let (successes, n) = (u64::try_from(successes).unwrap_or(0), u64::try_from(n).unwrap_or(0));
    let estimate = heedful_stats::Proportion::new(successes, n)
        .and_then(|share| heedful_stats::wilson(share, heedful_stats::Confidence::P95));
    Figure::of(n, estimate)
}

fn throughput(cycles: &[Cycle], from: Micros, to: Micros, zone: &TimeZone) -> Result<Vec<WeekOfVerdicts>> {
    let mut weeks: Vec<WeekOfVerdicts> = Vec::new();
    let mut left = cycles.iter().peekable();
    for period in periods::between(from, to, Every::Week, zone, WEEKS_MAX)? {
        let week = period.first_day(zone).to_string();
        let mut week = WeekOfVerdicts { week, n_conclusive: 0, n_inconclusive: 0 };
        while let Some(cycle) = left.next_if(|cycle| cycle.decided_at < period.to) {
            if cycle.conclusive.is_some_and(|flag| flag.0) {
                week.n_conclusive += 1;
            } else {
                week.n_inconclusive += 1;
            }
        }
        weeks.push(week);
    }
    Ok(weeks)
}

/// Counts back from the week of `now`, which may still be without a conversation.
fn streak(contacts: &[Micros], now: Micros, zone: &TimeZone) -> Result<u64> {
    let week_of = |at: Micros| periods::start_of(at, Every::Week, zone).map(|start| start.date());
    let mut week = week_of(now)?;
    let mut weeks = Vec::new();
    for at in contacts {
        weeks.push(week_of(*at)?);
    }
    let before = |week: jiff::civil::Date| week.saturating_sub(jiff::Span::new().weeks(1));
    if !weeks.contains(&week) {
        week = before(week);
    }
    let mut n = 0;
    while weeks.contains(&week) {
        n += 1;
        week = before(week);
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_survives_the_running_week_but_not_a_gap() {
        let now = "2026-03-04T12:00:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        let check = |weeks_ago: &[i64], expect: u64| {
            let contacts: Vec<Micros> = weeks_ago.iter().map(|weeks| now - weeks * 7 * DAY).collect();
            assert_eq!(streak(&contacts, now, &TimeZone::UTC).unwrap(), expect, "{weeks_ago:?}");
        };
        check(&[], 0);
        check(&[0], 1);
        check(&[1, 2], 2);
        check(&[0, 1, 3], 2);
        check(&[2], 0);
    }
}
