//! Importing one row per person.

use std::collections::{BTreeSet, HashSet};

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use heedful_db::experiment::experiments;
use heedful_db::experiment::units::{self, CHUNK};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::reader::{RowReader, UnitMapping, open, suggest};
use super::sums::started_plan;
use super::units::{Intake, UnitImportReport, add_up};
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::{audit, secret};

/// Of a file as sent, compressed or not.
pub const UPLOAD_MAX: usize = 64 << 20;
/// One import is one transaction. Larger data come as several files; a person sent twice counts once.
const ROWS_MAX: u64 = 500_000;
const PREVIEW_ROWS: usize = 5;
/// Rows read to learn the words of the group column.
const WORDS_ROWS: usize = 5_000;
const WORDS_MAX: usize = 50;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// JSON such as `{"unit":"userid","variant":"version","metrics":{"kept":"retention_7"},"variants":{"A":"control"}}`.
    pub mapping: Option<String>,
}

/// What a file looks like, before it is imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitImportPreview {
    pub columns: Vec<String>,
    /// The first rows, as text.
    pub rows: Vec<Vec<String>>,
    pub suggested: UnitMapping,
    /// Words found in the group column.
    pub variant_words: Vec<String>,
}

/// Look into a file of people: its columns, and which mapping they suggest.
#[utoipa::path(post, path = "/experiments/{id}/import/preview", tag = "experiment",
    params(("id" = String, Path), ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = UnitImportPreview)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_units(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ImportQuery>,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<UnitImportPreview>> {
    let bytes = body.map_err(|refused| body_error(&refused))?;
    let mut conn = ctx.read().await?;
    let row = experiments::get(&mut conn, &viewer.ws, &id).await?;
    let plan = serde_json::from_str(&row.plan).map_err(anyhow::Error::from)?;
    let (mut csv, columns) = open(&bytes)?;
    let suggested = match &query.mapping {
        Some(text) => parse_mapping(text)?,
        None => suggest(&columns, &plan),
    };
    let place = columns.iter().position(|column| *column == suggested.variant);
    let (mut rows, mut words) = (Vec::new(), BTreeSet::new());
    for record in csv.byte_records().take(WORDS_ROWS) {
        let Ok(record) = record else { break };
        if rows.len() < PREVIEW_ROWS {
            rows.push(record.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect());
        }
        if let Some(word) = place.and_then(|place| record.get(place))
            && words.len() < WORDS_MAX
        {
            words.insert(String::from_utf8_lossy(word).trim().to_owned());
        }
    }
    Ok(Json(UnitImportPreview { columns, rows, suggested, variant_words: words.into_iter().collect() }))
}

/// Import people: CSV with one row per person, as it is or compressed with gzip.
///
/// Good rows are taken and bad ones reported; the same file again changes nothing. Whoever is found in two groups is
/// reported and left out of the result.
#[utoipa::path(post, path = "/experiments/{id}/import", tag = "experiment",
    params(("id" = String, Path), ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = UnitImportReport)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn import_units(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ImportQuery>,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<UnitImportReport>> {
    let bytes = body.map_err(|refused| body_error(&refused))?;
    let mut tx = ctx.begin().await?;
    let plan = started_plan(&experiments::get(&mut tx, &editor.ws, &id).await?)?;
    let mapping = match &query.mapping {
        Some(text) => parse_mapping(text)?,
        None => suggest(&open(&bytes)?.1, &plan),
    };
    let mut reader = RowReader::new(&bytes, &mapping, &plan)?;
    let file_hash = secret::hex(&Sha256::digest(&bytes));
    let mut intake = Intake {
        ws: &editor.ws,
        experiment_id: &id,
        file_hash: &file_hash,
        met: HashSet::new(),
        report: UnitImportReport::default(),
    };
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some(row) = reader.next_row()? {
        intake.report.n_rows += 1;
        if intake.report.n_rows > ROWS_MAX {
            return Err(Error::field(
                "file",
                "must have at most 500,000 rows; split it, nothing counts twice",
            ));
        }
        match row {
            Ok(row) => chunk.push(row),
            Err(refusal) => intake.report.refuse(refusal),
        }
        if chunk.len() == CHUNK {
            intake.take(&mut tx, std::mem::take(&mut chunk)).await?;
        }
    }
    intake.take(&mut tx, chunk).await?;
    let report = intake.report;
    if units::count(&mut tx, &editor.ws, &id).await?.0 > 0 {
        add_up(&mut tx, &editor.ws, &id, ctx.now).await?;
    }
    audit::acted(&mut tx, &ctx, &editor, "import", audit::Object { kind: "experiment", id: &id }, &report)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(report))
}

fn parse_mapping(text: &str) -> Result<UnitMapping> {
    serde_json::from_str(text).map_err(|error| Error::field("mapping", &format!("is not a mapping: {error}")))
}

fn body_error(refused: &BytesRejection) -> Error {
    if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Malformed("the file could not be read".to_owned())
    }
}
