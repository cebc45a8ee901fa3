//! What a metric is worth: now, and over time.

use axum::Json;
use axum::extract::Path;
use heedful_db::types::DAY;
use heedful_db::understand::metrics::{self, Scores};
use heedful_db::{Conn, Micros, WorkspaceId};
use heedful_stats::{Confidence, Estimate, NotEstimable, NpsCounts, Proportion, csat, nps, pmf};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{MetricOut, WINDOW_DAYS_DEFAULT};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::estimates::StatedValue;
use crate::platform::extract::Query;
use crate::platform::periods::{self, Every};
use crate::platform::time;

const POINTS_MAX: usize = 120;
const WEEKS_DEFAULT: usize = 26;
const MONTHS_DEFAULT: usize = 12;

/// The value in a stretch of time. A value that cannot be stated has a reason instead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricPoint {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Excluded.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    #[serde(flatten)]
    pub estimate: StatedValue,
    /// What the value was made of: answers, signals, or what the reading says.
    pub n: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MetricSeries {
    pub metric: MetricOut,
    /// Oldest first; the last period is still going on.
    pub points: Vec<MetricPoint>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// week or month; weeks begin on Monday in the workspace's time zone.
    #[serde(default)]
    #[param(inline)]
    pub interval: Every,
    /// How many periods; 26 weeks or 12 months when not given.
    #[param(minimum = 1, maximum = 120)]
    pub points: Option<usize>,
    /// Instead of the segment of the definition.
    pub segment_id: Option<String>,
}

/// A metric over time, period by period.
#[utoipa::path(get, path = "/metrics/{id}/series", tag = "understand", params(("id" = String, Path), SeriesQuery),
    responses((status = 200, body = MetricSeries)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_metric_series(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<SeriesQuery>,
) -> Result<Json<MetricSeries>> {
    let default = if query.interval == Every::Week { WEEKS_DEFAULT } else { MONTHS_DEFAULT };
    let n = query.points.unwrap_or(default);
    if n == 0 || n > POINTS_MAX {
        return Err(Error::field("points", "must be between 1 and 120"));
    }
    let mut conn = ctx.read().await?;
    let mut metric = MetricOut::from(metrics::get(&mut conn, &viewer.ws, &id).await?);
    if query.segment_id.is_some() {
        metric.definition.segment_id.clone_from(&query.segment_id);
    }
    let zone = periods::time_zone(&mut conn, &viewer.ws).await?;
    let mut points = Vec::with_capacity(n);
    for period in periods::last(n, query.interval, ctx.now, &zone)? {
        points.push(value_between(&mut conn, &viewer.ws, &metric, (period.from, period.to)).await?);
    }
    metric.current = Some(current(&mut conn, &viewer.ws, &metric, ctx.now).await?);
    Ok(Json(MetricSeries { metric, points }))
}

/// The value over the metric's window up to now; of a manual metric the last reading, however old.
pub async fn current(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    now: Micros,
) -> Result<MetricPoint> {
    let days = metric.definition.window_days.unwrap_or(WINDOW_DAYS_DEFAULT);
    let from = if metric.kind == "manual" { 0 } else { now - i64::from(days) * DAY };
    // What is said in this very microsecond counts too.
    value_between(conn, ws, metric, (from, now + 1)).await
}

/// The value in a stretch of time, its end excluded.
pub async fn value_between(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    (from, to): (Micros, Micros),
) -> Result<MetricPoint> {
    let (estimate, n) = match metric.kind.as_str() {
        "nps" => scored(conn, ws, metric, "nps", (from, to), estimate_nps).await?,
        "pmf" => scored(conn, ws, metric, "pmf", (from, to), estimate_pmf).await?,
        "csat" => scored(conn, ws, metric, "csat", (from, to), estimate_csat).await?,
        "count" => counted(conn, ws, metric, (from, to)).await?,
        _ => read(conn, ws, metric, (from, to)).await?,
    };
    Ok(MetricPoint { from: time::out(from), to: time::out(to), estimate, n })
}

type Counts = Vec<(f64, i64)>;

async fn scored(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    score_kind: &'static str,
    (from, to): (Micros, Micros),
    estimate: fn(&Counts) -> std::result::Result<Estimate, NotEstimable>,
) -> Result<(StatedValue, Option<i64>)> {
    let scores = Scores {
        score_kind,
        segment_id: metric.definition.segment_id.clone(),
        source_id: metric.definition.source_id.clone(),
        from,
        to,
    };
    let counts = metrics::count_scores(conn, ws, &scores).await?;
    let n = counts.iter().map(|(_, n)| n).sum();
    Ok((StatedValue::from(estimate(&counts)), Some(n)))
}

async fn counted(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    between: (Micros, Micros),
) -> Result<(StatedValue, Option<i64>)> {
    let Some(theme) = &metric.definition.theme_id else {
        return Ok((StatedValue::unknown("no_theme", "No theme is named to count signals of."), None));
    };
    let segment = metric.definition.segment_id.as_deref();
    let n = metrics::count_theme_signals(conn, ws, theme, segment, between).await?;
    let exact = u32::try_from(n).map(f64::from);
    let value = exact.map_or_else(
        |_| StatedValue::unknown("too_large", "There are too many to count."),
        StatedValue::exact,
    );
    Ok((value, Some(n)))
}

async fn read(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    between: (Micros, Micros),
) -> Result<(StatedValue, Option<i64>)> {
    let Some(reading) = metrics::find_last_reading(conn, ws, &metric.id, between).await? else {
        return Ok((StatedValue::unknown("no_reading", "Nobody has typed a reading for this time."), None));
    };
    let estimate = StatedValue { low: reading.low, high: reading.high, ..StatedValue::exact(reading.value) };
    Ok((estimate, reading.n))
}

fn estimate_nps(counts: &Counts) -> std::result::Result<Estimate, NotEstimable> {
    let between = |low: f64, high: f64| count(counts, |score| score >= low && score <= high);
    let answers = NpsCounts {
        promoters: between(9.0, 10.0),
        passives: between(7.0, 8.9),
        detractors: between(0.0, 6.9),
    };
    nps(answers, Confidence::P95)
}

/// In percent, as the number is spoken of everywhere.
fn estimate_pmf(counts: &Counts) -> std::result::Result<Estimate, NotEstimable> {
    let very = count(counts, |score| score >= 2.0);
    let share = pmf(Proportion::new(very, count(counts, |_| true))?, Confidence::P95)?.share;
    Ok(percent(share))
}

fn estimate_csat(counts: &Counts) -> std::result::Result<Estimate, NotEstimable> {
    let at = |answer: f64| count(counts, |score| (score - answer).abs() < 0.5);
    Ok(percent(csat([at(1.0), at(2.0), at(3.0), at(4.0), at(5.0)], Confidence::P95)?))
}

fn percent(share: Estimate) -> Estimate {
    Estimate { value: share.value * 100.0, low: share.low * 100.0, high: share.high * 100.0, ..share }
}

fn count(counts: &Counts, of: impl Fn(f64) -> bool) -> u64 {
    let matching = counts.iter().filter(|(score, _)| of(*score));
    matching.map(|(_, n)| u64::try_from(*n).unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_become_the_three_numbers() {
        let nps = estimate_nps(&vec![(10.0, 5), (8.0, 3), (6.0, 2)]).unwrap();
        assert!((nps.value - 30.0).abs() < 1e-9 && nps.low < 30.0 && nps.high > 30.0);
        let pmf = estimate_pmf(&vec![(0.0, 5), (1.0, 5), (2.0, 10)]).unwrap();
        assert!((pmf.value - 50.0).abs() < 1e-9);
        let csat = estimate_csat(&vec![(1.0, 1), (5.0, 3)]).unwrap();
        assert!((csat.value - 75.0).abs() < 1e-9);
        assert_eq!(estimate_pmf(&Vec::new()).unwrap_err().code(), "empty");
    }
}
