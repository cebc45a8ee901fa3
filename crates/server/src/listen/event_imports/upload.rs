//! Receiving a file of events: written to the disk as it comes, then looked at.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt;
use heedful_db::listen::event_imports::{self, EventImport};
use serde::Deserialize;
use serde_json::json;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

use super::preview::{SAMPLE_ROWS, preview_rows};
use super::propose::{columns_of, propose};
use super::row::Row;
use super::rows::{Format, RowReader};
use super::spool::path;
use super::wire::{EventImportMapping, EventImportOut, EventImportPreview};
use crate::platform::audit;
use crate::platform::auth::Editor;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;

const FILE_BYTES_MAX: u64 = 50 << 30;
const FILE_NAME_MAX: usize = 300;
/// Files of a workspace that wait or run, so that nobody fills the disk by looking at files.
const WAITING_MAX: usize = 20;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventUploadQuery {
    pub file_name: String,
}

/// Upload a file of events as the body of the request: JSON Lines, a JSON list, CSV or Parquet, of at most 50 GB, gzipped or
/// not (Parquet as it is). The answer shows how it would be understood; nothing is imported yet.
#[utoipa::path(post, path = "/events/imports", tag = "listen", params(EventUploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = EventImportPreview)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_event_import(
    editor: Editor,
    ctx: Ctx,
    Query(query): Query<EventUploadQuery>,
    body: Body,
) -> Result<(StatusCode, Json<EventImportPreview>)> {
    let file_name: String = query.file_name.chars().filter(|c| !c.is_control()).take(FILE_NAME_MAX).collect();
    if file_name.trim().is_empty() {
        return Err(Error::field("file_name", "must not be empty"));
    }
    let store = ctx.app.events.open().await?;
    let waiting = event_imports::list_with_file(&mut *ctx.read().await?, store.log_name()).await?;
    if waiting.iter().filter(|row| row.workspace_id == editor.ws.as_str()).count() >= WAITING_MAX {
        return Err(Error::field("file", "cannot be taken: 20 others wait; start or throw away some first"));
    }
    let row = EventImport {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: editor.user_id.clone(),
        log_name: store.log_name().to_owned(),
        file_name,
        state: "previewed".to_owned(),
        rejects: "[]".to_owned(),
        ..EventImport::default()
    };
    let path = path(&ctx.app, &row.id);
    let preview = async {
        let file_bytes = receive(&path, body).await?;
        let (row, rows) = look(path.clone(), EventImport { file_bytes, ..row }).await?;
        let mut tx = ctx.begin().await?;
        event_imports::insert(&mut tx, &editor.ws, &row).await?;
        let import = EventImportOut::of(row)?;
        let object = audit::Object { kind: "event_import", id: &import.id };
        audit::created(&mut tx, &ctx, &editor, object, &import).await?;
        ctx.commit(tx).await?;
        let rows = preview_rows(&import, rows, ctx.now);
        Ok(EventImportPreview { import, rows })
    };
    let preview: Result<EventImportPreview> = preview.await;
    if preview.is_err() {
        // What cannot be removed now is with the next clean-up.
        let _ = fs::remove_file(&path).await;
    }
    Ok((StatusCode::CREATED, Json(preview?)))
}

/// Writes the body into a file; how long it is.
async fn receive(path: &Path, body: Body) -> Result<i64> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await.map_err(|error| on_disk(&error))?;
    }
    let mut file = File::create(path).await.map_err(|error| on_disk(&error))?;
    let (mut stream, mut n_bytes) = (body.into_data_stream(), 0);
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|_| Error::Malformed("the upload was broken off".to_owned()))?;
        n_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if n_bytes > FILE_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        file.write_all(&bytes).await.map_err(|error| on_disk(&error))?;
    }
    file.sync_all().await.map_err(|error| on_disk(&error))?;
    Ok(i64::try_from(n_bytes).unwrap_or(i64::MAX))
}

fn on_disk(error: &std::io::Error) -> Error {
    tracing::error!("an upload cannot be written: {error}");
    match error.kind() {
        std::io::ErrorKind::StorageFull => Error::field("file", "does not fit on the disk of the server"),
        _ => Error::Unavailable,
    }
}

/// Finds out format, columns and a first mapping; with the first rows.
async fn look(path: PathBuf, row: EventImport) -> Result<(EventImport, Vec<Row>)> {
    let look = move || {
        let format = Format::find_out(&path)?;
        let mut reader = RowReader::open(&path, &format)?;
        let rows = reader.next(SAMPLE_ROWS)?;
        if rows.is_empty() {
            return Err(Error::field("file", "has no rows"));
        }
        let columns = match reader.columns() {
            [] => columns_of(&rows),
            columns => columns.to_vec(),
        };
        if columns.is_empty() {
            return Err(Error::field("file", "has no JSON object in its first rows"));
        }
        let mapping = first_mapping(&columns, &rows);
        let row = EventImport {
            file_format: format.kind,
            file_encoding: format.encoding,
            delimiter: format.delimiter,
            columns: json!(columns).to_string(),
            mapping: json!(mapping).to_string(),
            ..row
        };
        Ok((row, rows))
    };
    spawn_blocking(look).await.map_err(anyhow::Error::from)?
}

fn first_mapping(columns: &[String], rows: &[Row]) -> EventImportMapping {
    propose(columns, |column| {
        let index = columns.iter().position(|other| other == column).unwrap_or(usize::MAX);
        rows.iter().filter_map(|row| cell(row, index)).collect()
    })
}

fn cell(row: &Row, index: usize) -> Option<&str> {
    match row {
        Row::Cells(cells) => cells.get(index).map(String::as_str),
        _ => None,
    }
}
