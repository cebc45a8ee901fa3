//! Typed readings of manual metrics.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::understand::metrics::{self, Reading};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

const KIND: &str = "metric_reading";
const NOTE_MAX: usize = 1_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct MetricReadingIn {
    /// Now, when not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    pub value: f64,
    /// The ends of its interval, when known.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How many people or things it was measured on.
    pub n: Option<i64>,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MetricReadingOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub n: Option<i64>,
    pub note: String,
}

impl From<Reading> for MetricReadingOut {
    fn from(row: Reading) -> Self {
        Self {
            id: row.id,
            version: row.version,
            at: time::out(row.at),
            value: row.value,
            low: row.low,
            high: row.high,
            n: row.n,
            note: row.note,
        }
    }
}

impl MetricReadingIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check("value", self.value.is_finite(), "must be an ordinary number");
        let inside =
            |end: Option<f64>, is_fine: fn(f64, f64) -> bool| end.is_none_or(|end| is_fine(end, self.value));
        invalid.check("low", inside(self.low, |low, value| low <= value), "must not be above the value");
        invalid.check("high", inside(self.high, |high, value| high >= value), "must not be below the value");
        invalid.check("n", self.n.is_none_or(|n| n >= 0), "must not be negative");
        invalid.check_length("note", &self.note, NOTE_MAX);
        invalid.or(self)
    }

    fn row(&self, ctx: &Ctx, id: String, version: i64, metric_id: &str) -> Reading {
        Reading {
            id,
            version,
            metric_id: metric_id.to_owned(),
            at: time::micros_opt(self.at).unwrap_or(ctx.now),
            value: self.value,
            low: self.low,
            high: self.high,
            n: self.n,
            note: self.note.clone(),
        }
    }
}

/// The readings of a manual metric, newest first.
#[utoipa::path(get, path = "/metrics/{id}/readings", tag = "understand", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<MetricReadingOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_readings(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<MetricReadingOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    metrics::get(&mut conn, &viewer.ws, &id).await?;
    let page = metrics::list_readings(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, MetricReadingOut::from)))
}

/// Type in a reading of a manual metric.
#[utoipa::path(post, path = "/metrics/{id}/readings", tag = "understand", params(("id" = String, Path)),
    request_body = MetricReadingIn, responses((status = 201, body = MetricReadingOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_reading(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<MetricReadingIn>,
) -> Result<(StatusCode, Json<MetricReadingOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    must_be_manual(&mut tx, &editor, &id).await?;
    let row = input.row(&ctx, ctx.new_id(), 1, &id);
    metrics::insert_reading(&mut tx, &editor.ws, &row).await?;
    let out = MetricReadingOut::from(row);
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Correct a reading.
#[utoipa::path(put, path = "/metrics/{id}/readings/{reading_id}", tag = "understand",
    params(("id" = String, Path), ("reading_id" = String, Path), IfMatch), request_body = MetricReadingIn,
    responses((status = 200, body = MetricReadingOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_reading(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path((id, reading_id)): Path<(String, String)>,
    Body(input): Body<MetricReadingIn>,
) -> Result<Json<MetricReadingOut>> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let before = metrics::get_reading(&mut tx, &editor.ws, &id, &reading_id).await?;
    if_match.check(before.version, || MetricReadingOut::from(before.clone()))?;
    let mut row = input.row(&ctx, reading_id.clone(), before.version, &id);
    if input.at.is_none() {
        row.at = before.at;
    }
    metrics::update_reading(&mut tx, &editor.ws, &row).await?;
    let after = MetricReadingOut::from(metrics::get_reading(&mut tx, &editor.ws, &id, &reading_id).await?);
    let object = audit::Object { kind: KIND, id: &reading_id };
    audit::updated(&mut tx, &ctx, &editor, object, &MetricReadingOut::from(before), &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Take a reading away. The answer is what it takes to type it in again.
#[utoipa::path(delete, path = "/metrics/{id}/readings/{reading_id}", tag = "understand",
    params(("id" = String, Path), ("reading_id" = String, Path)),
    responses((status = 200, body = MetricReadingOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn delete_reading(
    editor: Editor,
    ctx: Ctx,
    Path((id, reading_id)): Path<(String, String)>,
) -> Result<Json<MetricReadingOut>> {
    let mut tx = ctx.begin().await?;
    let out = MetricReadingOut::from(metrics::get_reading(&mut tx, &editor.ws, &id, &reading_id).await?);
    metrics::delete_reading(&mut tx, &editor.ws, &reading_id).await?;
    audit::deleted(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &reading_id }, &out).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

async fn must_be_manual(conn: &mut Conn, caller: &Caller, id: &str) -> Result<()> {
    let metric = metrics::get(conn, &caller.ws, id).await?;
    if metric.kind == "manual" {
        Ok(())
    } else {
        Err(Error::conflict("this metric is computed; only manual ones take readings"))
    }
}
