//! Highlights: spans of what somebody said, with codes.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::listen::signals;
use heedful_db::understand::codes;
use heedful_db::understand::highlights::{self, Filter, Highlight};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

const KIND: &str = "highlight";
const NOTE_MAX: usize = 2_000;
const QUOTE_MAX: usize = 10_000;
const CODES_MAX: usize = 20;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_highlights, create_highlight)).routes(routes!(
        get_highlight,
        update_highlight,
        delete_highlight
    ))
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct HighlightIn {
    /// The signal whose body is highlighted; or else an interview and the position of a passage.
    pub signal_id: Option<String>,
    pub interview_id: Option<String>,
    pub passage_position: Option<i64>,
    /// The first character of the span, counted in Unicode code points from 0.
    pub start_char: i64,
    /// The character after the last.
    pub end_char: i64,
    /// The words of the span, as a proof that both sides count alike.
    pub quote: String,
    #[serde(default)]
    pub note: String,
    /// At most 20.
    #[serde(default)]
    pub code_ids: Vec<String>,
}

/// Absent fields stay as they are. Another span is another highlight.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HighlightPatch {
    pub note: Option<String>,
    pub code_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HighlightOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub signal_id: Option<String>,
    pub interview_id: Option<String>,
    pub passage_position: Option<i64>,
    pub start_char: i64,
    pub end_char: i64,
    pub quote: String,
    pub note: String,
    /// Who coded it.
    pub coder_id: String,
    pub code_ids: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HighlightQuery {
    pub signal_id: Option<String>,
    pub interview_id: Option<String>,
    pub code_id: Option<String>,
    pub coder_id: Option<String>,
}

impl HighlightOut {
    fn of(row: Highlight, code_ids: Vec<String>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            signal_id: row.signal_id,
            interview_id: row.interview_id,
            passage_position: row.passage_position,
            start_char: row.start_char,
            end_char: row.end_char,
            quote: row.quote,
            note: row.note,
            coder_id: row.coder_id,
            code_ids,
        }
    }
}

impl HighlightIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let has_one = self.signal_id.is_some() != self.interview_id.is_some();
        invalid.check("signal_id", has_one, "or interview_id must be given, not both");
        let has_passage = self.interview_id.is_some() == self.passage_position.is_some();
        invalid.check("passage_position", has_passage, "belongs to an interview, and an interview needs it");
        invalid.check("start_char", self.start_char >= 0, "must not be negative");
        invalid.check("end_char", self.end_char > self.start_char, "must be after start_char");
        invalid.check_text("quote", &self.quote, QUOTE_MAX);
        invalid.check_length("note", &self.note, NOTE_MAX);
        check_codes(&mut invalid, &self.code_ids);
        invalid.or(self)
    }
}

impl HighlightPatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_optional("note", self.note.as_deref(), NOTE_MAX);
        check_codes(&mut invalid, self.code_ids.as_deref().unwrap_or_default());
        invalid.or(self)
    }
}

fn check_codes(invalid: &mut Invalid, codes: &[String]) {
    invalid.check("code_ids", codes.len() <= CODES_MAX, "must be at most 20");
}

/// Highlights, newest first.
#[utoipa::path(get, path = "/highlights", tag = "understand", params(HighlightQuery, Paging),
    responses((status = 200, body = List<HighlightOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_highlights(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<HighlightQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<HighlightOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = Filter {
        signal_id: query.signal_id,
        interview_id: query.interview_id,
        code_id: query.code_id,
        coder_id: query.coder_id,
    };
    let mut conn = ctx.read().await?;
    let page = highlights::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let mut codes: HashMap<String, Vec<String>> = HashMap::new();
    for (id, code) in highlights::list_codes(&mut conn, &viewer.ws, &ids).await? {
        codes.entry(id).or_default().push(code);
    }
    Ok(Json(List::of(page, |row| {
        let codes = codes.remove(&row.id).unwrap_or_default();
        HighlightOut::of(row, codes)
    })))
}

/// Highlight words and give them codes. The caller is the coder.
#[utoipa::path(post, path = "/highlights", tag = "understand", request_body = HighlightIn,
    responses((status = 201, body = HighlightOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_highlight(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<HighlightIn>,
) -> Result<(StatusCode, Json<HighlightOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    check_quote(&mut tx, &editor.ws, &input).await?;
    check_codes_exist(&mut tx, &editor.ws, &input.code_ids).await?;
    let row = Highlight {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        signal_id: input.signal_id.clone(),
        interview_id: input.interview_id.clone(),
        passage_position: input.passage_position,
        start_char: input.start_char,
        end_char: input.end_char,
        quote: input.quote.clone(),
        note: input.note.clone(),
        coder_id: editor.user_id.clone(),
    };
    highlights::insert(&mut tx, &editor.ws, &row).await?;
    highlights::update_codes(&mut tx, &editor.ws, &row.id, &input.code_ids).await?;
    let out = read(&mut tx, &editor, &row.id).await?.1;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One highlight.
#[utoipa::path(get, path = "/highlights/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = HighlightOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_highlight(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<HighlightOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id).await?.1))
}

/// Change the codes or the note of a highlight.
#[utoipa::path(patch, path = "/highlights/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = HighlightPatch, responses((status = 200, body = HighlightOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_highlight(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<HighlightPatch>,
) -> Result<Json<HighlightOut>> {
    let patch = patch.validate()?;
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &editor, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if let Some(note) = &patch.note {
        row.note.clone_from(note);
    }
    highlights::update(&mut tx, &editor.ws, &row).await?;
    if let Some(codes) = &patch.code_ids {
        check_codes_exist(&mut tx, &editor.ws, codes).await?;
        highlights::update_codes(&mut tx, &editor.ws, &id, codes).await?;
    }
    let after = read(&mut tx, &editor, &id).await?.1;
    audit::updated(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Take a highlight away. The answer is what it takes to make it again.
#[utoipa::path(delete, path = "/highlights/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = HighlightOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn delete_highlight(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<HighlightOut>> {
    let mut tx = ctx.begin().await?;
    let out = read(&mut tx, &editor, &id).await?.1;
    if highlights::count_insights(&mut tx, &editor.ws, &id).await? > 0 {
        return Err(Error::conflict(
            "an insight rests on this highlight; take it out of the evidence there first",
        ));
    }
    highlights::delete(&mut tx, &editor.ws, &id).await?;
    audit::deleted(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &id }, &out).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Highlight, HighlightOut)> {
    let row = highlights::get(conn, &caller.ws, id).await?;
    let codes = highlights::list_codes(conn, &caller.ws, &[id.to_owned()]).await?;
    let codes = codes.into_iter().map(|(_, code)| code).collect();
    Ok((row.clone(), HighlightOut::of(row, codes)))
}

/// A highlight whose quote is not what stands there would attach codes to other words than the coder saw.
async fn check_quote(conn: &mut Conn, ws: &WorkspaceId, input: &HighlightIn) -> Result<()> {
    let (field, text) = match (&input.signal_id, &input.interview_id, input.passage_position) {
        (Some(id), _, _) => match signals::get(conn, ws, id).await {
            Ok(signal) => ("signal_id", Some(signal.body)),
            Err(error) if error.is_not_found() => ("signal_id", None),
            Err(error) => return Err(error.into()),
        },
        (None, Some(id), Some(position)) => {
            ("passage_position", highlights::find_passage(conn, ws, id, position).await?)
        }
        _ => ("signal_id", None),
    };
    let text = text.ok_or_else(|| Error::field(field, "names something that does not exist here"))?;
    let index = |chars: i64| usize::try_from(chars).unwrap_or(usize::MAX);
    let (start, end) = (index(input.start_char), index(input.end_char));
    let span: String = text.chars().skip(start).take(end - start).collect();
    if span == input.quote {
        return Ok(());
    }
    Err(Error::field(
        "quote",
        "is not what stands between start_char and end_char; the text may have changed",
    ))
}

async fn check_codes_exist(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<()> {
    for id in ids {
        let code = codes::get(conn, ws, id).await;
        if code.as_ref().is_err_and(heedful_db::Error::is_not_found) {
            return Err(Error::field("code_ids", "names a code that does not exist here"));
        }
        code?;
    }
    Ok(())
}
