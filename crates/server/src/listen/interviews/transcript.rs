//! Putting a transcript to an interview, and reading it passage by passage.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::interviews::{self, Passage};
use serde::Deserialize;
use utoipa::IntoParams;

use super::change::{KIND, read};
use super::parse::{Transcript, parse};
use super::wire::{InterviewOut, PassageOut};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{IfMatch, Query};
use crate::platform::paging::{List, Paging};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TranscriptQuery {
    /// True replaces a transcript that has highlights, which are removed with it.
    #[serde(default)]
    pub replace: bool,
}

/// Put the transcript of an interview: the bytes of a txt, srt or vtt file of at most 5 MB, as they are.
#[utoipa::path(put, path = "/interviews/{id}/transcript", tag = "listen",
    params(("id" = String, Path), TranscriptQuery, IfMatch),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = InterviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn put_transcript(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Query(query): Query<TranscriptQuery>,
    bytes: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<InterviewOut>> {
    let bytes = bytes.map_err(|refused| match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::Malformed("the file could not be read".to_owned()),
    })?;
    let transcript = parse(&bytes).map_err(|refusal| Error::field("transcript", &refusal.to_string()))?;
    let mut tx = ctx.begin().await?;
    let (row, before) = read(&mut tx, &editor, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if before.n_highlights > 0 && !query.replace {
        let n = before.n_highlights;
        let message = format!(
            "this transcript has {n} highlights, which would be removed with it; send replace=true if that is meant"
        );
        return Err(Error::conflict(&message));
    }
    let after = write_transcript(&mut tx, &ctx, &editor, &id, &transcript).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Replaces the transcript, whatever hangs on it.
pub async fn write_transcript(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    id: &str,
    transcript: &Transcript,
) -> Result<InterviewOut> {
    let (mut row, before) = read(conn, caller, id).await?;
    let passages: Vec<Passage> = (0..)
        .zip(&transcript.passages)
        .map(|(position, passage)| Passage {
            position,
            speaker: passage.speaker.clone(),
            start_ms: passage.start_ms,
            end_ms: passage.end_ms,
            body: passage.body.clone(),
        })
        .collect();
    interviews::update_passages(conn, &caller.ws, id, &passages).await?;
    row.transcript_format = Some(transcript.format.as_str().to_owned());
    interviews::update(conn, &caller.ws, &row, ctx.now).await?;
    let (_, after) = read(conn, caller, id).await?;
    let object = audit::Object { kind: KIND, id };
    audit::updated(conn, ctx, caller, object, &before, &after).await?;
    Ok(after)
}

/// The transcript, in the order it was spoken.
#[utoipa::path(get, path = "/interviews/{id}/passages", tag = "listen", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<PassageOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_passages(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<PassageOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    interviews::get(&mut conn, &viewer.ws, &id).await?;
    let page = interviews::list_passages(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, PassageOut::from)))
}
