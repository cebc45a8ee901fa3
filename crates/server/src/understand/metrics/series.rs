//! What a metric is worth: now, and over time.

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::scores;
use heedful_db::types::DAY;
use heedful_db::understand::metrics;
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::definition::{QUESTION, WINDOW_DAYS_DEFAULT};
use super::measured;
use super::wire::{MetricOut, MetricPoint};
use crate::listen::scores::ScoreKind;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::periods::{self, Every};
use crate::platform::time;

const POINTS_MAX: usize = 120;
const WEEKS_DEFAULT: usize = 26;
const MONTHS_DEFAULT: usize = 12;

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
    let (mut metric, zone) = {
        let mut conn = ctx.read().await?;
        let metric = metrics::get(&mut conn, &viewer.ws, &id).await?;
        (MetricOut::from(metric), periods::time_zone(&mut conn, &viewer.ws).await?)
    };
    if query.segment_id.is_some() {
        metric.definition.segment_id.clone_from(&query.segment_id);
    }
    let mut points = Vec::with_capacity(n);
    for period in periods::last(n, query.interval, ctx.now, &zone)? {
        points.push(value_between(&ctx, &viewer.ws, &metric, (period.from, period.to)).await?);
    }
    metric.current = Some(current(&ctx, &viewer.ws, &metric).await?);
    Ok(Json(MetricSeries { metric, points }))
}

/// The value over the metric's window up to now; of a manual metric the last reading, however old.
pub async fn current(ctx: &Ctx, ws: &WorkspaceId, metric: &MetricOut) -> Result<MetricPoint> {
    let days = metric.definition.window_days.unwrap_or(WINDOW_DAYS_DEFAULT);
    let from = if metric.kind == "manual" { 0 } else { ctx.now - i64::from(days) * DAY };
    // What is said in this very microsecond counts too.
    value_between(ctx, ws, metric, (from, ctx.now + 1)).await
}

/// The value in a stretch of time, its end excluded.
pub async fn value_between(
    ctx: &Ctx,
    ws: &WorkspaceId,
    metric: &MetricOut,
    (from, to): (Micros, Micros),
) -> Result<MetricPoint> {
    let figure = if metric.kind == QUESTION {
        measured::measure(ctx, ws, &metric.definition, (from, to)).await?
    } else {
        let mut conn = ctx.read().await?;
        match (ScoreKind::parse(&metric.kind), metric.kind.as_str()) {
            (Some(kind), _) => scored(&mut conn, ws, metric, kind, (from, to)).await?,
            (None, "count") => counted(&mut conn, ws, metric, (from, to)).await?,
            _ => read(&mut conn, ws, metric, (from, to)).await?,
        }
    };
    Ok(MetricPoint { from: time::out(from), to: time::out(to), figure })
}

async fn scored(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    kind: ScoreKind,
    (from, to): (Micros, Micros),
) -> Result<Figure> {
    let filter = scores::Filter {
        kind: kind.as_str(),
        segment_id: metric.definition.segment_id.as_deref(),
        source_id: metric.definition.source_id.as_deref(),
        from,
        to,
    };
    Ok(kind.spoken(&scores::count(conn, ws, &filter).await?))
}

async fn counted(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    between: (Micros, Micros),
) -> Result<Figure> {
    let Some(theme) = &metric.definition.theme_id else {
        return Ok(Figure::none(0, "no_theme", "No theme is named to count signals of."));
    };
    let segment = metric.definition.segment_id.as_deref();
    let n = metrics::count_theme_signals(conn, ws, theme, segment, between).await?;
    Ok(match u32::try_from(n) {
        Ok(n) => Figure::exact(n.into(), n.into()),
        Err(_) => Figure::none(0, "too_large", "There are too many to count."),
    })
}

async fn read(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric: &MetricOut,
    between: (Micros, Micros),
) -> Result<Figure> {
    let Some(reading) = metrics::find_last_reading(conn, ws, &metric.id, between).await? else {
        return Ok(Figure::none(0, "no_reading", "Nobody has typed a reading for this time."));
    };
    let n = reading.n.and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
    Ok(Figure { low: reading.low, high: reading.high, ..Figure::exact(n, reading.value) })
}
