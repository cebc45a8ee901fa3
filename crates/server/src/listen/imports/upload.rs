//! Receiving a file: unpacked, watched for its encoding, and stored in pieces; never whole in memory.

use std::collections::BTreeSet;
use std::io::Write;
use std::pin::Pin;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use flate2::write::MultiGzDecoder;
use heedful_db::listen::imports::{self, Import};
use heedful_db::listen::sources;
use heedful_db::types::DAY;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::detect::{self, EncodingGuess};
use super::file::{FileReader, decode};
use super::preview::{SAMPLE_ROWS, preview};
use super::propose::propose;
use super::records::{COLUMNS_MAX, JsonLines, Record, Records};
use super::wire::{ImportOut, ImportPreview};
use crate::listen::sources::insert_source;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::{audit, secret};

const FILE_BYTES_MAX: usize = 200 << 20;
const CHUNK_BYTES: usize = 1 << 20;
/// No text packs this well; a file that does was made to fill the disk.
const UNPACKED_RATIO_MAX: usize = 200;
const UNPACKED_BYTES_FREE: usize = 10 << 20;
/// Packed bytes go to the unpacker in pieces this small, so that what comes out of one stays small too.
const PACKED_BYTES: usize = 4_096;
const FILE_NAME_MAX: usize = 300;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    pub file_name: String,
    /// Where these signals come from: an existing source …
    pub source_id: Option<String>,
    /// … or the name of one, which is added when it is new.
    pub source_name: Option<String>,
}

/// Upload a CSV or JSON Lines file of at most 200 MB, plain or gzipped, as the body of the request.
/// The answer shows how it would be understood; nothing is imported yet.
#[utoipa::path(post, path = "/imports", tag = "listen", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ImportPreview)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_import(
    editor: Editor,
    ctx: Ctx,
    Query(query): Query<UploadQuery>,
    body: Body,
) -> Result<(StatusCode, Json<ImportPreview>)> {
    let row = open(&ctx, &editor, &query).await?;
    let received = match receive(&ctx, &editor, row.clone(), body).await {
        Ok(row) => finish(&ctx, &editor, row).await,
        Err(error) => Err(error),
    };
    if received.is_err() {
        let mut tx = ctx.begin().await?;
        imports::delete(&mut tx, &editor.ws, &row.id).await?;
        ctx.commit(tx).await?;
    }
    Ok((StatusCode::CREATED, Json(received?)))
}

/// The import's row, so that its pieces have something to belong to.
async fn open(ctx: &Ctx, caller: &Caller, query: &UploadQuery) -> Result<Import> {
    let file_name: String = query.file_name.chars().filter(|c| !c.is_control()).take(FILE_NAME_MAX).collect();
    if file_name.trim().is_empty() {
        return Err(Error::field("file_name", "must not be empty"));
    }
    let mut tx = ctx.begin().await?;
    imports::delete_broken_off(&mut tx, &caller.ws, ctx.now - DAY).await?;
    let name = query.source_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let source = match (&query.source_id, name) {
        (Some(id), _) => match sources::get(&mut tx, &caller.ws, id).await {
            Err(error) if error.is_not_found() => Err(Error::field("source_id", "names no source here")),
            other => Ok(other?),
        },
        (None, Some(name)) if name.chars().count() <= 200 && !name.contains('\0') => {
            match sources::find_by_name(&mut tx, &caller.ws, name).await? {
                Some(source) => Ok(source),
                None => insert_source(&mut tx, ctx, caller, "import", name).await,
            }
        }
        (None, Some(_)) => Err(Error::field("source_name", "must have at most 200 characters")),
        (None, None) => Err(Error::field("source_name", "must be given, or a source_id")),
    }?;
    let row = Import {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        source_id: source.id,
        created_by: caller.user_id.clone(),
        file_name,
        file_format: "csv".to_owned(),
        file_encoding: "UTF-8".to_owned(),
        delimiter: ",".to_owned(),
        columns: "[]".to_owned(),
        mapping: "{}".to_owned(),
        state: "uploading".to_owned(),
        ..Import::default()
    };
    imports::insert(&mut tx, &caller.ws, &row).await?;
    ctx.commit(tx).await?;
    Ok(row)
}

/// Stores the bytes as they arrive and returns the row with what they are.
async fn receive(ctx: &Ctx, caller: &Caller, mut row: Import, mut body: Body) -> Result<Import> {
    let mut file = Incoming::new();
    let mut head_checked = false;
    while let Some(bytes) = next_bytes(&mut body).await? {
        for piece in bytes.chunks(PACKED_BYTES) {
            file.push(piece)?;
            head_checked = head_checked || file.check_head()?;
            store_full(ctx, caller, &row.id, &mut file, CHUNK_BYTES).await?;
        }
    }
    file.finish()?;
    store_full(ctx, caller, &row.id, &mut file, 1).await?;
    if file.n_bytes == 0 {
        return Err(Error::field("file", "is empty"));
    }
    row.file_bytes = i64::try_from(file.n_bytes).unwrap_or(i64::MAX);
    row.file_sha256 = secret::hex(&file.digest.finalize());
    file.encoding.finish().name().clone_into(&mut row.file_encoding);
    Ok(row)
}

async fn next_bytes(body: &mut Body) -> Result<Option<Bytes>> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Error::Malformed("the upload was broken off".to_owned())),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

/// Stores pieces of a megabyte while at least `least` bytes wait.
async fn store_full(ctx: &Ctx, caller: &Caller, id: &str, file: &mut Incoming, least: usize) -> Result<()> {
    while file.waiting.len() >= least {
        let rest = file.waiting.split_off(file.waiting.len().min(CHUNK_BYTES));
        let piece = std::mem::replace(&mut file.waiting, rest);
        let mut tx = ctx.begin().await?;
        imports::insert_chunk(&mut tx, &caller.ws, id, file.n_chunks, &piece).await?;
        ctx.commit(tx).await?;
        file.n_chunks += 1;
    }
    Ok(())
}

/// A file on its way in.
struct Incoming {
    /// Set once the first two bytes said that the file is packed.
    packed: Option<MultiGzDecoder<Vec<u8>>>,
    first: Vec<u8>,
    started: bool,
    n_received: usize,
    n_bytes: usize,
    n_chunks: i64,
    waiting: Vec<u8>,
    digest: Sha256,
    encoding: EncodingGuess,
}

impl Incoming {
    fn new() -> Self {
        Self {
            packed: None,
            first: Vec::new(),
            started: false,
            n_received: 0,
            n_bytes: 0,
            n_chunks: 0,
            waiting: Vec::new(),
            digest: Sha256::new(),
            encoding: EncodingGuess::default(),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.n_received += bytes.len();
        if self.n_received > FILE_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        if self.started {
            return self.unpack(bytes);
        }
        self.first.extend_from_slice(bytes);
        if self.first.len() >= 2 { self.start() } else { Ok(()) }
    }

    fn start(&mut self) -> Result<()> {
        self.started = true;
        if self.first.starts_with(&[0x1f, 0x8b]) {
            self.packed = Some(MultiGzDecoder::new(Vec::new()));
        }
        let first = std::mem::take(&mut self.first);
        self.unpack(&first)
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(unpacker) = &mut self.packed else { return self.take(bytes) };
        unpacker.write_all(bytes).map_err(|_| broken_gzip())?;
        let plain = std::mem::take(unpacker.get_mut());
        self.take(&plain)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.n_bytes += bytes.len();
        let is_bomb =
            self.n_bytes > UNPACKED_BYTES_FREE && self.n_bytes / UNPACKED_RATIO_MAX > self.n_received;
        if is_bomb {
            return Err(Error::field(
                "file",
                "unpacks to more than 200 times its size, which no feedback does",
            ));
        }
        if self.n_bytes > FILE_BYTES_MAX {
            return Err(Error::field("file", "is larger than 200 MB once unpacked"));
        }
        self.digest.update(bytes);
        self.encoding.push(bytes);
        self.waiting.extend_from_slice(bytes);
        Ok(())
    }

    /// True once the first bytes are there and are those of a text.
    fn check_head(&self) -> Result<bool> {
        match detect::complaint(&self.waiting) {
            Some(complaint) => Err(Error::field("file", complaint)),
            None => Ok(self.waiting.len() >= 8),
        }
    }

    fn finish(&mut self) -> Result<()> {
        if !self.started {
            self.start()?;
        }
        let Some(unpacker) = self.packed.take() else { return Ok(()) };
        let plain = unpacker.finish().map_err(|_| broken_gzip())?;
        self.take(&plain)
    }
}

fn broken_gzip() -> Error {
    Error::field("file", "is a gzip file that is damaged or not complete")
}

/// Finds out format, columns and a first mapping, and shows the first rows.
async fn finish(ctx: &Ctx, caller: &Caller, mut row: Import) -> Result<ImportPreview> {
    let first = {
        let mut conn = ctx.read().await?;
        imports::find_chunk(&mut conn, &caller.ws, &row.id, 0).await?.unwrap_or_default()
    };
    let encoding =
        encoding_rs::Encoding::for_label(row.file_encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let text = decode(&mut encoding.new_decoder_with_bom_removal(), &first, false);
    detect::format(&text).clone_into(&mut row.file_format);
    row.delimiter = detect::delimiter(&text).to_string();
    if row.file_format == "jsonl" {
        row.columns = json!(fields_of(&text)?).to_string();
    }
    let mut reader = FileReader::new(&ctx.app, &caller.ws, &row)?;
    let rows = reader.next_batch(SAMPLE_ROWS).await?;
    if rows.is_empty() {
        return Err(Error::field("file", "has no rows below its header"));
    }
    let columns = reader.columns().to_vec();
    if columns.len() > COLUMNS_MAX {
        return Err(Error::field("file", "has more than 500 columns"));
    }
    let samples: Vec<Vec<String>> = rows.iter().flatten().map(|row| row.cells.clone()).collect();
    let mapping = propose(&columns, &samples);
    row.columns = json!(columns).to_string();
    row.mapping = json!(mapping).to_string();
    "previewed".clone_into(&mut row.state);
    let mut tx = ctx.begin().await?;
    imports::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let row = imports::get(&mut tx, &caller.ws, &row.id).await?;
    let object = audit::Object { kind: "import", id: &row.id };
    audit::created(&mut tx, ctx, caller, object, &ImportOut::of(row.clone())?).await?;
    ctx.commit(tx).await?;
    preview(row, &mapping, &columns, rows)
}

/// The fields of the first rows of JSON Lines, in the order of the alphabet.
fn fields_of(text: &str) -> Result<Vec<String>> {
    let mut records = Records::JsonLines(JsonLines::default());
    let mut names = BTreeSet::new();
    for record in records.push(text, false).into_iter().chain(records.push("", true)).take(SAMPLE_ROWS) {
        if let Record::Fields(fields) = record {
            names.extend(fields.into_iter().map(|(name, _)| name));
        }
        if names.len() > COLUMNS_MAX {
            return Err(Error::field("file", "has more than 500 fields"));
        }
    }
    if names.is_empty() {
        return Err(Error::field("file", "has no JSON object in its first rows"));
    }
    Ok(names.into_iter().collect())
}
