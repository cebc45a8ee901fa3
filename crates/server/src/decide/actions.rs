//! Actions: tasks with an owner and a deadline, tied to what they follow from.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::decide::actions::{self, Action, Filter, State};
use heedful_db::{Conn, Page, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::links::{ObjectRef, Objects, check_links, check_member};
use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query, patch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

const KIND: &str = "action";
const TITLE_MAX: usize = 300;
const NOTE_MAX: usize = 10_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_actions, create_action))
        .routes(routes!(get_action, update_action, archive_action))
        .routes(routes!(restore_action))
        .routes(routes!(finish_action))
        .routes(routes!(resume_action))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ActionIn {
    pub title: String,
    #[serde(default)]
    pub note: String,
    pub owner_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    pub decision_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub metric_id: Option<String>,
    pub review_id: Option<String>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ActionPatch {
    pub title: Option<String>,
    pub note: Option<String>,
    pub owner_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub decision_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub hypothesis_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub metric_id: Option<Option<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub title: String,
    pub note: String,
    pub owner_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// Open, and due before now.
    pub overdue: bool,
    pub decision_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub metric_id: Option<String>,
    pub review_id: Option<String>,
    /// The decision, hypothesis, metric and review by title.
    pub about: Vec<ObjectRef>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActionQuery {
    /// open, done or overdue; all of them when not given
    pub state: Option<String>,
    pub owner_id: Option<String>,
    pub decision_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub metric_id: Option<String>,
    pub review_id: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

impl ActionIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        invalid.check_length("note", &self.note, NOTE_MAX);
        invalid.or(self)
    }
}

impl ActionPatch {
    fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        invalid.check_optional("note", self.note.as_deref(), NOTE_MAX);
        invalid.or(self)
    }

    fn apply(self, row: &mut Action) {
        row.title = self.title.map_or_else(|| row.title.clone(), |title| title.trim().to_owned());
        row.note = self.note.unwrap_or_else(|| row.note.clone());
        row.owner_id = self.owner_id.unwrap_or_else(|| row.owner_id.clone());
        row.due_at = self.due_at.map_or(row.due_at, time::micros);
        row.decision_id = self.decision_id.unwrap_or_else(|| row.decision_id.clone());
        row.hypothesis_id = self.hypothesis_id.unwrap_or_else(|| row.hypothesis_id.clone());
        row.metric_id = self.metric_id.unwrap_or_else(|| row.metric_id.clone());
    }
}

/// Actions, the one due first on top.
#[utoipa::path(get, path = "/actions", tag = "decide", params(ActionQuery, Paging),
    responses((status = 200, body = List<ActionOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_actions(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ActionQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ActionOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let state = match query.state.as_deref() {
        None => State::Any,
        Some("open") => State::Open,
        Some("done") => State::Done,
        Some("overdue") => State::OverdueAt(ctx.now),
        Some(_) => return Err(Error::field("state", "must be one of open, done, overdue")),
    };
    let filter = Filter {
        state,
        owner_id: query.owner_id,
        decision_id: query.decision_id,
        hypothesis_id: query.hypothesis_id,
        metric_id: query.metric_id,
        review_id: query.review_id,
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = actions::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let items = out(&mut conn, &viewer.ws, page.items, ctx.now).await?;
    Ok(Json(List::of(Page { items, next: page.next, total: page.total }, |out| out)))
}

/// Give somebody something to do until a day.
#[utoipa::path(post, path = "/actions", tag = "decide", request_body = ActionIn,
    responses((status = 201, body = ActionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_action(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<ActionIn>,
) -> Result<(StatusCode, Json<ActionOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_action(&mut tx, &ctx, &editor, input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One action.
#[utoipa::path(get, path = "/actions/{id}", tag = "decide", params(("id" = String, Path)),
    responses((status = 200, body = ActionOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_action(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ActionOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &ctx, &viewer.ws, &id).await?.1))
}

/// Change an action.
#[utoipa::path(patch, path = "/actions/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    request_body = ActionPatch, responses((status = 200, body = ActionOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_action(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<ActionPatch>,
) -> Result<Json<ActionOut>> {
    let patch = patch.validate()?.into_inner();
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put an action away. It can be restored.
#[utoipa::path(delete, path = "/actions/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ActionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_action(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ActionOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived action back.
#[utoipa::path(post, path = "/actions/{id}/restore", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ActionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_action(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ActionOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

/// It is done.
#[utoipa::path(post, path = "/actions/{id}/done", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ActionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn finish_action(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ActionOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.done_at = row.done_at.or(Some(now))).await
}

/// It is not done after all.
#[utoipa::path(post, path = "/actions/{id}/undone", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ActionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn resume_action(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ActionOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.done_at = None).await
}

/// Writes a new action, as a review does too.
pub async fn insert_action(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: Valid<ActionIn>,
) -> Result<ActionOut> {
    let input = input.into_inner();
    let row = Action {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        title: input.title.trim().to_owned(),
        note: input.note,
        owner_id: input.owner_id,
        due_at: time::micros(input.due_at),
        decision_id: input.decision_id,
        hypothesis_id: input.hypothesis_id,
        metric_id: input.metric_id,
        review_id: input.review_id,
        ..Action::default()
    };
    check_links(conn, &caller.ws, &links(&row)).await?;
    check_member(conn, &caller.ws, "owner_id", Some(&row.owner_id)).await?;
    actions::insert(conn, &caller.ws, &row).await?;
    let out = read(conn, ctx, &caller.ws, &row.id).await?.1;
    audit::created(conn, ctx, caller, audit::Object { kind: KIND, id: &row.id }, &out).await?;
    Ok(out)
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Action),
) -> Result<Json<ActionOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, ctx, &caller.ws, id).await?;
    if_match.check(row.version, || before.clone())?;
    let owner_before = row.owner_id.clone();
    apply(&mut row);
    // Somebody who left may still own what is finished or put away; only a new owner has to be here.
    if row.owner_id != owner_before {
        check_member(&mut tx, &caller.ws, "owner_id", Some(&row.owner_id)).await?;
    }
    check_links(&mut tx, &caller.ws, &links(&row)).await?;
    actions::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = read(&mut tx, ctx, &caller.ws, id).await?.1;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

fn links(row: &Action) -> [super::links::Link<'_>; 4] {
    [
        ("decision_id", "decision", row.decision_id.as_deref()),
        ("hypothesis_id", "hypothesis", row.hypothesis_id.as_deref()),
        ("metric_id", "metric", row.metric_id.as_deref()),
        ("review_id", "review", row.review_id.as_deref()),
    ]
}

async fn read(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, id: &str) -> Result<(Action, ActionOut)> {
    let row = actions::get(conn, ws, id).await?;
    let out = out(conn, ws, vec![row.clone()], ctx.now).await?.pop().ok_or(Error::NotFound)?;
    Ok((row, out))
}

/// Actions with everything they are tied to by title.
pub async fn out(conn: &mut Conn, ws: &WorkspaceId, rows: Vec<Action>, now: i64) -> Result<Vec<ActionOut>> {
    let named: Vec<_> = rows.iter().flat_map(links).filter_map(|(_, kind, id)| Some((kind, id?))).collect();
    let objects = Objects::read(conn, ws, named).await?;
    let out = |row: Action| {
        let about = links(&row).into_iter().filter_map(|(_, kind, id)| objects.get(kind, id?)).collect();
        ActionOut {
            about,
            overdue: row.done_at.is_none() && row.due_at < now,
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            archived_at: time::out_opt(row.archived_at),
            title: row.title,
            note: row.note,
            owner_id: row.owner_id,
            due_at: time::out(row.due_at),
            done_at: time::out_opt(row.done_at),
            decision_id: row.decision_id,
            hypothesis_id: row.hypothesis_id,
            metric_id: row.metric_id,
            review_id: row.review_id,
        }
    };
    Ok(rows.into_iter().map(out).collect())
}
