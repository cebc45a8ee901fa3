//! How events come in: counted in slots of five minutes, written down each second, so that ingestion never fails silently.

use axum::Json;
use heedful_db::platform::event_arrivals::{self, EventArrivals};
use heedful_db::platform::workspaces;
use heedful_db::types::{DAY, HOUR, MINUTE};
use heedful_db::{Micros, WorkspaceId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::time;

pub const KEPT_FOR: Micros = 8 * DAY;
/// The picture shows slots of this length.
const SHOWN: Micros = 30 * MINUTE;
const N_SHOWN: i64 = 48;
/// The rate of now is that of so long.
const NOW: Micros = 10 * MINUTE;

/// How events come in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ingestion {
    /// When something was sent last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// Events a second, over the last ten minutes.
    pub per_second: f64,
    /// The last 24 hours in half hours, oldest first.
    pub slots: Vec<IngestionSlot>,
    pub day: IngestionDay,
    /// Events taken since midnight in the time zone of the workspace.
    pub n_today: i64,
    /// As many as may be taken on one day.
    pub events_per_day_max: Option<i64>,
}

/// What arrived in half an hour.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IngestionSlot {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    pub n_taken: i64,
    pub n_rejected: i64,
}

/// The last 24 hours.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct IngestionDay {
    pub n_taken: i64,
    /// Sent again, and kept once.
    pub n_duplicates: i64,
    pub n_rejected: i64,
    /// Taken more than an hour after they were done.
    pub n_late: i64,
    /// Milliseconds from the arrival of a batch until its events were on the disk and in every answer: the mean …
    pub wait_ms: Option<f64>,
    /// … and the longest.
    pub longest_wait_ms: Option<f64>,
}

/// How events come in: how many, how many are refused, and how long they take until they are in the answers.
#[utoipa::path(get, path = "/events/ingestion", tag = "listen", responses((status = 200, body = Ingestion)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_ingestion(viewer: Viewer, ctx: Ctx) -> Result<Json<Ingestion>> {
    write_down(&ctx).await?;
    let mut conn = ctx.read().await?;
    let workspace = workspaces::get(&mut conn, &viewer.ws).await?;
    let first = ctx.now - ctx.now.rem_euclid(SHOWN) - (N_SHOWN - 1) * SHOWN;
    let arrivals = event_arrivals::list_since(&mut conn, &viewer.ws, first).await?;
    Ok(Json(Ingestion {
        last_at: time::out_opt(event_arrivals::last_at(&mut conn, &viewer.ws).await?),
        per_second: per_second(&arrivals, ctx.now),
        slots: (0..N_SHOWN).map(|index| slot(&arrivals, first + index * SHOWN)).collect(),
        day: day(&arrivals, ctx.now),
        n_today: event_arrivals::count_since(&mut conn, &viewer.ws, today(&workspace.time_zone, ctx.now)?)
            .await?,
        events_per_day_max: workspace.events_per_day_max,
    }))
}

/// When the day began in a time zone.
pub fn today(zone: &str, now: Micros) -> Result<Micros> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let start = time::out(now).to_zoned(zone).start_of_day().map_err(anyhow::Error::from)?;
    Ok(start.timestamp().as_microsecond())
}

fn slot(arrivals: &[EventArrivals], from: Micros) -> IngestionSlot {
    let all = sum(arrivals.iter().filter(|arrivals| (from..from + SHOWN).contains(&arrivals.slot_at)));
    IngestionSlot { from: time::out(from), n_taken: all.n_taken, n_rejected: all.n_rejected }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn per_second(arrivals: &[EventArrivals], now: Micros) -> f64 {
    let since = EventArrivals::slot_of(now - NOW);
    let n = sum(arrivals.iter().filter(|arrivals| arrivals.slot_at >= since)).n_taken;
    n as f64 * 1e6 / (now - since).max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn day(arrivals: &[EventArrivals], now: Micros) -> IngestionDay {
    let all = sum(arrivals.iter().filter(|arrivals| arrivals.slot_at >= now - 24 * HOUR));
    let ms = |micros: Micros| micros as f64 / 1e3;
    IngestionDay {
        n_taken: all.n_taken,
        n_duplicates: all.n_known,
        n_rejected: all.n_rejected,
        n_late: all.n_late,
        wait_ms: (all.n_batches > 0).then(|| ms(all.waited) / all.n_batches as f64),
        longest_wait_ms: (all.n_batches > 0).then(|| ms(all.waited_longest)),
    }
}

fn sum<'a>(arrivals: impl Iterator<Item = &'a EventArrivals>) -> EventArrivals {
    arrivals.fold(EventArrivals::default(), |mut all, one| {
        all.add(one);
        all
    })
}

/// Writes down what was counted in memory.
pub async fn write_down(ctx: &Ctx) -> Result<()> {
    let counted = ctx.app.capture.take_arrivals();
    if counted.is_empty() {
        return Ok(());
    }
    let written = async {
        let mut tx = ctx.begin().await?;
        for (ws, arrivals) in &counted {
            event_arrivals::add(&mut tx, ws, arrivals).await?;
        }
        // Not counted as a change: it comes each second, and no long answer looks at it.
        Ok(tx.commit().await.map_err(heedful_db::Error::from)?)
    };
    written.await.inspect_err(|_| count_again(ctx, &counted))
}

fn count_again(ctx: &Ctx, counted: &[(WorkspaceId, EventArrivals)]) {
    for (ws, arrivals) in counted {
        ctx.app.capture.arrive(ws, *arrivals);
    }
}
