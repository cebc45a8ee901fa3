//! Making, changing, opening and closing surveys.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::sources;
use heedful_db::listen::surveys::{self, Survey};
use heedful_db::platform::workspaces;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page;
use super::wire::{FollowUp, STATES, SurveyIn, SurveyOut, SurveyPatch, follow_ups};
use crate::listen::sources::insert_source;
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};

const KIND: &str = "survey";

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SurveyQuery {
    /// draft, live or closed
    pub state: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Surveys, newest first.
#[utoipa::path(get, path = "/surveys", tag = "listen", params(SurveyQuery, Paging),
    responses((status = 200, body = List<SurveyOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_surveys(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SurveyQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SurveyOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    if let Some(state) = &query.state {
        let mut invalid = Invalid::default();
        invalid.check_choice("state", state, STATES);
        invalid.or(())?;
    }
    let mut conn = ctx.read().await?;
    let state = query.state.as_deref();
    let page = surveys::list(&mut conn, &viewer.ws, state, query.archived, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let counts = surveys::count_responses(&mut conn, &viewer.ws, &ids).await?;
    let counts: HashMap<_, _> = counts.into_iter().map(|count| (count.survey_id.clone(), count)).collect();
    Ok(Json(List::of(page, |row| {
        let count = counts.get(&row.id);
        SurveyOut::of(&ctx, row, count)
    })))
}

/// Draft a survey. It gets an address of its own and a source of the same name.
#[utoipa::path(post, path = "/surveys", tag = "listen", request_body = SurveyIn,
    responses((status = 201, body = SurveyOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_survey(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<SurveyIn>,
) -> Result<(StatusCode, Json<SurveyOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_survey(&mut tx, &ctx, &editor, &input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyPreview {
    /// The page as people would see it, complete; it runs no script.
    pub html: String,
}

/// See the page of a survey before it exists.
#[utoipa::path(post, path = "/surveys/preview", tag = "listen", request_body = SurveyIn,
    responses((status = 200, body = SurveyPreview)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_survey(
    viewer: Viewer,
    ctx: Ctx,
    Body(input): Body<SurveyIn>,
) -> Result<Json<SurveyPreview>> {
    let input = input.validate()?;
    let mut conn = ctx.read().await?;
    let workspace = workspaces::get(&mut conn, &viewer.ws).await?;
    let mut row = input.row(&workspace.name);
    row.follow_ups = with_ids(&ctx, &row.follow_ups)?;
    Ok(Json(SurveyPreview { html: page::preview(&row)? }))
}

/// One survey.
#[utoipa::path(get, path = "/surveys/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = SurveyOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_survey(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<SurveyOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &ctx, &viewer, &id).await?.1))
}

/// Change a survey. Its kind stays; answers remember the version that they answered.
#[utoipa::path(patch, path = "/surveys/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = SurveyPatch, responses((status = 200, body = SurveyOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_survey(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<SurveyPatch>,
) -> Result<Json<SurveyOut>> {
    let kind = {
        let mut conn = ctx.read().await?;
        surveys::get(&mut conn, &editor.ws, &id).await?.kind
    };
    let patch = patch.validate(&kind)?;
    change(&editor, &ctx, &if_match, &id, |row| {
        patch.apply(row);
        row.follow_ups = with_ids(&ctx, &row.follow_ups)?;
        Ok(())
    })
    .await
}

/// Put a survey away: its page is gone, its answers stay. It can be restored.
#[utoipa::path(delete, path = "/surveys/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SurveyOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_survey(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SurveyOut>> {
    change(&editor, &ctx, &if_match, &id, |row| {
        row.archived_at = Some(ctx.now);
        Ok(())
    })
    .await
}

/// Bring an archived survey back.
#[utoipa::path(post, path = "/surveys/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SurveyOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_survey(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SurveyOut>> {
    change(&editor, &ctx, &if_match, &id, |row| {
        row.archived_at = None;
        Ok(())
    })
    .await
}

/// Open a survey for answers, for the first time or again.
#[utoipa::path(post, path = "/surveys/{id}/open", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SurveyOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn open_survey(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SurveyOut>> {
    change(&editor, &ctx, &if_match, &id, |row| {
        if row.state == "live" || row.archived_at.is_some() {
            return Err(Error::field("state", "must be draft or closed, and not archived"));
        }
        "live".clone_into(&mut row.state);
        row.opened_at = row.opened_at.or(Some(ctx.now));
        row.closed_at = None;
        Ok(())
    })
    .await
}

/// Stop taking answers. What came in stays, and the survey can be opened again.
#[utoipa::path(post, path = "/surveys/{id}/close", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SurveyOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn close_survey(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SurveyOut>> {
    change(&editor, &ctx, &if_match, &id, |row| {
        if row.state != "live" {
            return Err(Error::field("state", "must be live"));
        }
        "closed".clone_into(&mut row.state);
        row.closed_at = Some(ctx.now);
        Ok(())
    })
    .await
}

/// Writes a draft together with its source.
pub async fn insert_survey(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: &Valid<SurveyIn>,
) -> Result<SurveyOut> {
    let workspace = workspaces::get(conn, &caller.ws).await?;
    let mut row = input.row(&workspace.name);
    row.id = ctx.new_id();
    row.created_at = ctx.now;
    row.updated_at = ctx.now;
    row.public_key = ctx.new_secret();
    row.follow_ups = with_ids(ctx, &row.follow_ups)?;
    row.source_id = insert_source(conn, ctx, caller, KIND, &row.name).await?.id;
    surveys::insert(conn, &caller.ws, &row).await?;
    let out = SurveyOut::of(ctx, row, None);
    let object = audit::Object { kind: KIND, id: &out.id };
    audit::created(conn, ctx, caller, object, &out).await?;
    Ok(out)
}

/// Questions that are new get an id, which their answers will be kept under.
fn with_ids(ctx: &Ctx, json: &str) -> Result<String> {
    let mut questions: Vec<FollowUp> = follow_ups(json);
    for question in &mut questions {
        if question.id.is_empty() {
            question.id = ctx.new_id();
        }
        question.prompt = question.prompt.trim().to_owned();
        for choice in &mut question.choices {
            *choice = choice.trim().to_owned();
        }
    }
    Ok(serde_json::to_string(&questions).map_err(anyhow::Error::from)?)
}

async fn read(conn: &mut Conn, ctx: &Ctx, caller: &Caller, id: &str) -> Result<(Survey, SurveyOut)> {
    let row = surveys::get(conn, &caller.ws, id).await?;
    let counts = surveys::count_responses(conn, &caller.ws, std::slice::from_ref(&row.id)).await?;
    let out = SurveyOut::of(ctx, row.clone(), counts.first());
    Ok((row, out))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Survey) -> Result<()>,
) -> Result<Json<SurveyOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, ctx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row)?;
    surveys::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    if row.name != before.name {
        let mut source = sources::get(&mut tx, &caller.ws, &row.source_id).await?;
        source.name.clone_from(&row.name);
        sources::update(&mut tx, &caller.ws, &source, ctx.now).await?;
    }
    let (_, after) = read(&mut tx, ctx, caller, id).await?;
    let object = audit::Object { kind: KIND, id };
    audit::updated(&mut tx, ctx, caller, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
