//! Making and changing interviews.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::interviews::{self, Filter, Interview};
use heedful_db::listen::sources;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{InterviewIn, InterviewOut, InterviewPatch};
use crate::listen::sources::insert_source;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::Valid;
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

pub const KIND: &str = "interview";
/// The source of interviews that name none.
const SOURCE: &str = "Interviews";

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InterviewQuery {
    pub person_id: Option<String>,
    /// Part of the title.
    pub title: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Interviews, last held first.
#[utoipa::path(get, path = "/interviews", tag = "listen", params(InterviewQuery, Paging),
    responses((status = 200, body = List<InterviewOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_interviews(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<InterviewQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InterviewOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let title = query.title.map(|title| title.replace('\0', ""));
    let filter = Filter { person_id: query.person_id, title, archived: query.archived };
    let mut conn = ctx.read().await?;
    let page = interviews::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let counts = interviews::count(&mut conn, &viewer.ws, &ids).await?;
    let mut counts: HashMap<_, _> =
        counts.into_iter().map(|count| (count.interview_id.clone(), count)).collect();
    Ok(Json(List::of(page, |row| {
        let count = counts.remove(&row.id).unwrap_or_default();
        InterviewOut::of(row, &count)
    })))
}

/// Record that an interview was held.
#[utoipa::path(post, path = "/interviews", tag = "listen", request_body = InterviewIn,
    responses((status = 201, body = InterviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_interview(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<InterviewIn>,
) -> Result<(StatusCode, Json<InterviewOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_interview(&mut tx, &ctx, &editor, &input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One interview.
#[utoipa::path(get, path = "/interviews/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = InterviewOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_interview(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<InterviewOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id).await?.1))
}

/// Change an interview.
#[utoipa::path(patch, path = "/interviews/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = InterviewPatch, responses((status = 200, body = InterviewOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_interview(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<InterviewPatch>,
) -> Result<Json<InterviewOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put an interview away. It can be restored.
#[utoipa::path(delete, path = "/interviews/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = InterviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_interview(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<InterviewOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived interview back.
#[utoipa::path(post, path = "/interviews/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = InterviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_interview(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<InterviewOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

/// Writes an interview, and the source of interviews with the first of them.
pub async fn insert_interview(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: &Valid<InterviewIn>,
) -> Result<InterviewOut> {
    let source_id = match &input.source_id {
        Some(id) => id.clone(),
        None => match sources::find_by_name(conn, &caller.ws, SOURCE).await? {
            Some(source) => source.id,
            None => insert_source(conn, ctx, caller, KIND, SOURCE).await?.id,
        },
    };
    let row = Interview {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        source_id,
        title: input.title.trim().to_owned(),
        person_id: input.person_id.clone(),
        held_at: time::micros_opt(input.held_at).unwrap_or(ctx.now),
        notes: input.notes.clone(),
        may_show: input.may_show.clone().unwrap_or_else(|| "team".to_owned()),
        transcript_format: None,
    };
    interviews::insert(conn, &caller.ws, &row).await?;
    let (_, out) = read(conn, caller, &row.id).await?;
    let object = audit::Object { kind: KIND, id: &out.id };
    audit::created(conn, ctx, caller, object, &out).await?;
    Ok(out)
}

pub async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Interview, InterviewOut)> {
    let row = interviews::get(conn, &caller.ws, id).await?;
    let count =
        interviews::count(conn, &caller.ws, std::slice::from_ref(&row.id)).await?.pop().unwrap_or_default();
    Ok((row.clone(), InterviewOut::of(row, &count)))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Interview),
) -> Result<Json<InterviewOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    interviews::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let (_, after) = read(&mut tx, caller, id).await?;
    let object = audit::Object { kind: KIND, id };
    audit::updated(&mut tx, ctx, caller, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
