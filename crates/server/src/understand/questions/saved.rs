//! Questions that are kept, to be asked again by everybody.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::understand::questions::{self, Question};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::definition::Definition;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, periods, time};

const KIND: &str = "question";
const NAME_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 2_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct QuestionIn {
    #[schema(min_length = 1, max_length = 200, example = "Do trials become customers?")]
    pub name: String,
    /// Why it is asked, and how its answer is to be read.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub description: String,
    pub definition: Definition,
}

/// What is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct QuestionPatch {
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(max_length = 2_000)]
    pub description: Option<String>,
    pub definition: Option<Definition>,
}

/// A question that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuestionOut {
    pub id: String,
    pub version: i64,
    pub name: String,
    pub description: String,
    pub definition: Definition,
    pub created_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuestionQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

impl QuestionOut {
    fn of(row: Question) -> Result<Self> {
        Ok(Self {
            id: row.id,
            version: row.version,
            name: row.name,
            description: row.description,
            definition: serde_json::from_str(&row.definition).map_err(anyhow::Error::from)?,
            created_by: row.created_by,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
        })
    }
}

/// The questions that are kept, newest first.
#[utoipa::path(get, path = "/questions", tag = "understand", params(QuestionQuery, Paging),
    responses((status = 200, body = List<QuestionOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_questions(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<QuestionQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<QuestionOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = questions::list(&mut conn, &viewer.ws, query.archived, cursor.as_ref(), limit).await?;
    let list = List::of(page, QuestionOut::of);
    let items = list.items.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(Json(List { items, next: list.next, total: list.total }))
}

/// Keep a question.
#[utoipa::path(post, path = "/questions", tag = "understand", request_body = QuestionIn,
    responses((status = 201, body = QuestionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_question(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<QuestionIn>,
) -> Result<(StatusCode, Json<QuestionOut>)> {
    let mut invalid = Invalid::default();
    invalid.check_text("name", &input.name, NAME_MAX);
    invalid.check_length("description", &input.description, DESCRIPTION_MAX);
    let input = invalid.or(input)?.into_inner();
    check(&ctx, &editor, &input.definition).await?;
    let row = Question {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        name: input.name.trim().to_owned(),
        description: input.description,
        definition: serde_json::to_string(&input.definition).map_err(anyhow::Error::from)?,
        created_by: editor.user_id.clone(),
    };
    let mut tx = ctx.begin().await?;
    questions::insert(&mut tx, &editor.ws, &row).await?;
    let out = QuestionOut::of(row)?;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One question.
#[utoipa::path(get, path = "/questions/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = QuestionOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_question(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<QuestionOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(QuestionOut::of(questions::get(&mut conn, &viewer.ws, &id).await?)?))
}

/// Change a question.
#[utoipa::path(patch, path = "/questions/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = QuestionPatch, responses((status = 200, body = QuestionOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_question(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<QuestionPatch>,
) -> Result<Json<QuestionOut>> {
    let mut invalid = Invalid::default();
    if let Some(name) = &patch.name {
        invalid.check_text("name", name, NAME_MAX);
    }
    invalid.check_optional("description", patch.description.as_deref(), DESCRIPTION_MAX);
    let patch = invalid.or(patch)?.into_inner();
    if let Some(definition) = &patch.definition {
        check(&ctx, &editor, definition).await?;
    }
    let definition = patch.definition.as_ref().map(serde_json::to_string);
    let definition = definition.transpose().map_err(anyhow::Error::from)?;
    change(&editor, &ctx, &if_match, &id, |row| {
        row.name = patch.name.map_or_else(|| row.name.clone(), |name| name.trim().to_owned());
        row.description = patch.description.unwrap_or_else(|| row.description.clone());
        row.definition = definition.unwrap_or_else(|| row.definition.clone());
    })
    .await
}

/// Put a question away.
#[utoipa::path(delete, path = "/questions/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = QuestionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_question(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<QuestionOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived question back.
#[utoipa::path(post, path = "/questions/{id}/restore", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = QuestionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_question(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<QuestionOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Question),
) -> Result<Json<QuestionOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = questions::get(&mut tx, &caller.ws, id).await?;
    let before = QuestionOut::of(row.clone())?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    questions::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = QuestionOut::of(questions::get(&mut tx, &caller.ws, id).await?)?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// What cannot be answered is not kept.
async fn check(ctx: &Ctx, caller: &Caller, definition: &Definition) -> Result<()> {
    let zone = periods::time_zone(&mut *ctx.read().await?, &caller.ws).await?;
    definition.plan(ctx, &caller.ws, &zone).await.map(drop)
}
