//! The rows that an import refused, with their reasons: as a list, and as a file to correct and send again.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use heedful_db::listen::imports::{self, Refusal};

use super::wire::ImportRefusal;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

const ROWS_PER_READ: i64 = 1_000;

/// Refused rows, in the order of the file. The first 10,000 are kept.
#[utoipa::path(get, path = "/imports/{id}/refusals", tag = "listen", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<ImportRefusal>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_import_refusals(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ImportRefusal>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    imports::get(&mut conn, &viewer.ws, &id).await?;
    let page = imports::list_refusals(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, ImportRefusal::from)))
}

/// Refused rows as CSV.
#[utoipa::path(get, path = "/imports/{id}/refusals.csv", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/csv")),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn download_import_refusals(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<impl IntoResponse> {
    let mut conn = ctx.read().await?;
    imports::get(&mut conn, &viewer.ws, &id).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row", "column", "reason", "text"]).map_err(anyhow::Error::from)?;
    let mut cursor = None;
    loop {
        let page = imports::list_refusals(&mut conn, &viewer.ws, &id, cursor.as_ref(), ROWS_PER_READ).await?;
        for row in &page.items {
            let cells =
                [row.row_number.to_string(), safe(&row.field), safe(&row.reason), safe(&row.row_text)];
            writer.write_record(cells).map_err(anyhow::Error::from)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"refused-rows.csv\""),
    ];
    Ok((headers, bytes))
}

/// A cell that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

impl From<Refusal> for ImportRefusal {
    fn from(row: Refusal) -> Self {
        Self { row_number: row.row_number, field: row.field, reason: row.reason, row_text: row.row_text }
    }
}
