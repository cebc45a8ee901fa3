//! How a file of events would be understood, and telling Heedful better.

use axum::Json;
use axum::extract::Path;
use heedful_db::Micros;
use heedful_db::listen::event_imports::{self, EventImport};
use heedful_events::{Event, Value};
use serde_json::{Map, Value as JsonValue, json};
use tokio::task::spawn_blocking;

use super::plan::{Complaint, Plan};
use super::row::Row;
use super::rows::RowReader;
use super::spool::path;
use super::wire::{
    EventImportMappingIn, EventImportOut, EventImportPreview, EventPreviewRow, format_of, read,
};
use crate::listen::events::IMPORT_ID;
use crate::listen::imports::detect;
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::{audit, time};

/// Rows that the first guess of the mapping looks at.
pub const SAMPLE_ROWS: usize = 200;
const PREVIEW_ROWS: usize = 20;
const TEXT_MAX: usize = 300;

/// The first rows of a file, as they would be understood.
#[utoipa::path(get, path = "/events/imports/{id}/preview", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = EventImportPreview)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_event_import(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<EventImportPreview>> {
    let row = event_imports::get(&mut *ctx.read().await?, &viewer.ws, &id).await?;
    let (_, rows) = first_rows(&ctx, &row).await?;
    let import = EventImportOut::of(row)?;
    let rows = preview_rows(&import, rows, ctx.now);
    Ok(Json(EventImportPreview { import, rows }))
}

/// Say which column means what; the answer shows the first rows anew.
#[utoipa::path(put, path = "/events/imports/{id}/mapping", tag = "listen",
    params(("id" = String, Path), IfMatch), request_body = EventImportMappingIn,
    responses((status = 200, body = EventImportPreview)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_event_import_mapping(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<EventImportMappingIn>,
) -> Result<Json<EventImportPreview>> {
    let mut row = event_imports::get(&mut *ctx.read().await?, &editor.ws, &id).await?;
    let before = EventImportOut::of(row.clone())?;
    if_match.check(row.version, || before.clone())?;
    if row.state != "previewed" {
        return Err(Error::conflict("this import has been started; its mapping can no longer change"));
    }
    let asked = (input.file_encoding.as_deref(), input.delimiter.as_deref());
    detect::read_as(asked, (&mut row.file_encoding, &mut row.delimiter))?;
    let (header, rows) = first_rows(&ctx, &row).await?;
    if !header.is_empty() {
        row.columns = json!(header).to_string();
    }
    let mapping = input.mapping.validate(&read::<Vec<String>>(&row.columns)?)?.into_inner();
    row.mapping = json!(mapping).to_string();
    let mut tx = ctx.begin().await?;
    event_imports::update(&mut tx, &editor.ws, &row, ctx.now).await?;
    let import = EventImportOut::of(event_imports::get(&mut tx, &editor.ws, &id).await?)?;
    let object = audit::Object { kind: "event_import", id: &id };
    audit::updated(&mut tx, &ctx, &editor, object, &before, &import).await?;
    ctx.commit(tx).await?;
    let rows = preview_rows(&import, rows, ctx.now);
    Ok(Json(EventImportPreview { import, rows }))
}

/// The header of a CSV file, and the first rows of any.
async fn first_rows(ctx: &Ctx, row: &EventImport) -> Result<(Vec<String>, Vec<Row>)> {
    let (path, format) = (path(&ctx.app, &row.id), format_of(row));
    let read = move || {
        if !path.exists() {
            return Err(Error::conflict("the file of this import is no longer here"));
        }
        let mut reader = RowReader::open(&path, &format)?;
        let rows = reader.next(PREVIEW_ROWS)?;
        Ok((reader.columns().to_vec(), rows))
    };
    spawn_blocking(read).await.map_err(anyhow::Error::from)?
}

/// The first of some rows as they would be understood.
pub fn preview_rows(import: &EventImportOut, rows: Vec<Row>, now: Micros) -> Vec<EventPreviewRow> {
    let mut plan = Plan::new(import.mapping.clone(), &import.columns, &import.id);
    let rows = rows.into_iter().take(PREVIEW_ROWS).zip(1..);
    rows.map(|(row, number)| EventPreviewRow { number, ..preview_row(&mut plan, &row, now) }).collect()
}

fn preview_row(plan: &mut Plan, row: &Row, now: Micros) -> EventPreviewRow {
    let shown = match plan.json(row) {
        Ok(json) => plan.read(&json, now, |event| event.map(|event| preview_event(&event))),
        Err(reason) => Err(Complaint::from(reason)),
    };
    shown.unwrap_or_else(|complaint| EventPreviewRow {
        refusal: Some(complaint.sentence().to_owned()),
        text: Some(row.text().chars().take(TEXT_MAX).collect()),
        ..EventPreviewRow::default()
    })
}

fn preview_event(event: &Event) -> EventPreviewRow {
    let own = event.properties.iter().filter(|(name, _)| name != IMPORT_ID);
    let properties: Map<String, JsonValue> =
        own.map(|(name, value)| (name.to_string(), json_of(value))).collect();
    EventPreviewRow {
        event: Some(event.name.to_string()),
        distinct_id: Some(event.distinct_id.to_string()),
        timestamp: Some(time::out(event.at)),
        properties,
        ..EventPreviewRow::default()
    }
}

fn json_of(value: &Value) -> JsonValue {
    match value {
        Value::Null => JsonValue::Null,
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::Json(text) => serde_json::from_str(text).unwrap_or_default(),
    }
}
