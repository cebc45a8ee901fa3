//! How a file would be understood, and telling Heedful better.

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::imports::{self, Import};
use serde_json::json;

use super::detect;
use super::draft::{Draft, Plan};
use super::file::{FileReader, Parsed};
use super::wire::{
    ImportMapping, ImportMappingIn, ImportOut, ImportPreview, PreviewRow, PreviewSignal, read_columns,
    read_mapping,
};
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::{audit, time};

/// Rows that the first guess of the mapping looks at.
pub const SAMPLE_ROWS: usize = 200;
const PREVIEW_ROWS: usize = 20;
const CELL_MAX: usize = 300;

/// The first rows of a file, as they are and as they would be understood.
#[utoipa::path(get, path = "/imports/{id}/preview", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = ImportPreview)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_import(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ImportPreview>> {
    let row = {
        let mut conn = ctx.read().await?;
        imports::get(&mut conn, &viewer.ws, &id).await?
    };
    let mut reader = FileReader::new(&ctx.app, &viewer.ws, &row)?;
    let rows = reader.next_batch(PREVIEW_ROWS).await?;
    let (mapping, columns) = (read_mapping(&row)?, read_columns(&row)?);
    Ok(Json(preview(row, &mapping, &columns, rows)?))
}

/// Say which column means what; the answer shows the first rows anew.
#[utoipa::path(put, path = "/imports/{id}/mapping", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = ImportMappingIn, responses((status = 200, body = ImportPreview)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_import_mapping(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<ImportMappingIn>,
) -> Result<Json<ImportPreview>> {
    let before = {
        let mut conn = ctx.read().await?;
        imports::get(&mut conn, &editor.ws, &id).await?
    };
    let current = ImportOut::of(before.clone())?;
    if_match.check(before.version, || current.clone())?;
    if before.state != "previewed" {
        return Err(Error::conflict("this import has been started; its mapping can no longer change"));
    }
    let mut row = before;
    let asked = (input.file_encoding.as_deref(), input.delimiter.as_deref());
    detect::read_as(asked, (&mut row.file_encoding, &mut row.delimiter))?;
    let mut reader = FileReader::new(&ctx.app, &editor.ws, &row)?;
    let rows = reader.next_batch(PREVIEW_ROWS).await?;
    let columns = reader.columns().to_vec();
    let mapping = input.mapping.validate(&columns)?.into_inner();
    row.columns = json!(columns).to_string();
    row.mapping = json!(mapping).to_string();
    let mut tx = ctx.begin().await?;
    imports::update(&mut tx, &editor.ws, &row, ctx.now).await?;
    let row = imports::get(&mut tx, &editor.ws, &id).await?;
    let after = ImportOut::of(row.clone())?;
    audit::updated(&mut tx, &ctx, &editor, audit::Object { kind: "import", id: &id }, &current, &after)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(preview(row, &mapping, &columns, rows)?))
}

pub fn preview(
    row: Import,
    mapping: &ImportMapping,
    columns: &[String],
    rows: Vec<Parsed>,
) -> Result<ImportPreview> {
    let mut plan = Plan::new(mapping, columns);
    let rows = rows.into_iter().take(PREVIEW_ROWS).map(|parsed| preview_row(&mut plan, parsed));
    Ok(ImportPreview { rows: rows.collect(), import: ImportOut::of(row)? })
}

fn preview_row(plan: &mut Plan, parsed: Parsed) -> PreviewRow {
    let (number, cells, drafted) = match parsed {
        Ok(row) => {
            let cells = row.cells.iter().map(|cell| cell.chars().take(CELL_MAX).collect()).collect();
            (row.number, cells, plan.draft(&row))
        }
        Err(refusal) => (refusal.row_number, Vec::new(), Err(refusal)),
    };
    match drafted {
        Ok(draft) => PreviewRow { number, cells, signal: Some(preview_signal(draft)), refusal: None },
        Err(refusal) => PreviewRow { number, cells, signal: None, refusal: Some(refusal) },
    }
}

fn preview_signal(draft: Draft) -> PreviewSignal {
    let person = draft.person.map(|person| {
        let known = person.email.or(person.external_id).unwrap_or_default();
        if person.name.is_empty() { known } else { format!("{} ({known})", person.name) }
    });
    let context = draft.signal.context.into_iter().map(|(name, value)| {
        let text = value.as_str().unwrap_or_default().chars().take(CELL_MAX).collect();
        (name, text)
    });
    PreviewSignal {
        body: draft.signal.body,
        // An id made of the content is of no interest to people.
        external_id: draft.signal.external_id.filter(|id| !id.starts_with("row:")),
        occurred_at: time::out_opt(draft.occurred_at),
        score: draft.signal.score,
        person,
        account: draft.account.map(|account| account.name),
        language: draft.signal.language,
        tags: draft.signal.tags,
        may_show: draft.signal.may_show,
        context: context.collect(),
    }
}
