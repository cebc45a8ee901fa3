//! Making and changing signals, one by one and in bulk.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::signals::{self, Signal};
use heedful_db::platform::search_queue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::tags_of;
use super::wire::{SignalIn, SignalOut, SignalPatch, set_next_step};
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::Valid;
use crate::platform::{audit, time};

const KIND: &str = "signal";
/// A bulk change runs in one transaction, so it is bounded.
const BULK_MAX: usize = 500;

/// Record something a customer said.
#[utoipa::path(post, path = "/signals", tag = "listen", request_body = SignalIn,
    responses((status = 201, body = SignalOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_signal(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<SignalIn>,
) -> Result<(StatusCode, Json<SignalOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_signal(&mut tx, &ctx, &editor, &input).await?;
    let out = out.ok_or_else(|| Error::field("external_id", "is already taken"))?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One signal.
#[utoipa::path(get, path = "/signals/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = SignalOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_signal(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<SignalOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id).await?.1))
}

/// Change a signal.
#[utoipa::path(patch, path = "/signals/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = SignalPatch, responses((status = 200, body = SignalOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_signal(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<SignalPatch>,
) -> Result<Json<SignalOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, patch.tags.as_deref(), |row| patch.apply(row)).await
}

/// Put a signal away. It can be restored.
#[utoipa::path(delete, path = "/signals/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SignalOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_signal(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SignalOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = Some(now)).await
}

/// Bring an archived signal back.
#[utoipa::path(post, path = "/signals/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SignalOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_signal(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SignalOut>> {
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = None).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignalsChange {
    /// At most 500.
    pub ids: Vec<String>,
    /// Laid over each of them; the tags of the patch are not used here.
    #[serde(default)]
    pub patch: SignalPatch,
    #[serde(default)]
    pub add_tags: Vec<String>,
    #[serde(default)]
    pub remove_tags: Vec<String>,
    /// True archives, false restores.
    pub archived: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignalsChanged {
    /// The signals as they are now, for undo and display.
    pub items: Vec<SignalOut>,
}

/// Tag, assign, plan or archive many signals at once: all of them or none.
#[utoipa::path(post, path = "/signals/bulk", tag = "listen", request_body = SignalsChange,
    responses((status = 200, body = SignalsChanged)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn change_signals(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<SignalsChange>,
) -> Result<Json<SignalsChanged>> {
    if input.ids.is_empty() || input.ids.len() > BULK_MAX {
        return Err(Error::field("ids", "must be between 1 and 500"));
    }
    let added = SignalPatch { tags: Some(input.add_tags.clone()), ..SignalPatch::default() };
    added.validate()?;
    let patch = input.patch.clone().validate()?;
    let mut tx = ctx.begin().await?;
    let mut items = Vec::with_capacity(input.ids.len());
    for id in &input.ids {
        let (row, before) = read(&mut tx, &editor, id).await?;
        let mut tags = before.tags.clone();
        tags.retain(|tag| !input.remove_tags.contains(tag));
        tags.extend(input.add_tags.iter().map(|tag| tag.trim().to_owned()));
        let apply = |row: &mut Signal| {
            patch.apply(row);
            if let Some(archived) = input.archived {
                row.archived_at = archived.then_some(ctx.now);
            }
        };
        items.push(write(&mut tx, &ctx, &editor, row, before, Some(&tags), apply).await?);
    }
    ctx.commit(tx).await?;
    Ok(Json(SignalsChanged { items }))
}

/// Writes a new signal; none when its source already gave one with this `external_id`.
pub async fn insert_signal(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: &Valid<SignalIn>,
) -> Result<Option<SignalOut>> {
    let row = new_row(ctx, input)?;
    if !signals::insert(conn, &caller.ws, &row).await? {
        return Ok(None);
    }
    let tags = clean_tags(&input.tags);
    signals::update_tags(conn, &caller.ws, &row.id, &tags).await?;
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let out = SignalOut::of(row, tags);
    let object = audit::Object { kind: KIND, id: &out.id };
    audit::created(conn, ctx, caller, object, &out).await?;
    Ok(Some(out))
}

fn new_row(ctx: &Ctx, input: &SignalIn) -> Result<Signal> {
    let mut row = Signal {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        source_id: input.source_id.clone(),
        external_id: input.external_id.clone(),
        person_id: input.person_id.clone(),
        account_id: input.account_id.clone(),
        body: input.body.clone(),
        language: input.language.clone(),
        score: input.score,
        score_kind: input.score_kind.clone(),
        occurred_at: time::micros_opt(input.occurred_at).unwrap_or(ctx.now),
        page_url: input.page_url.clone(),
        app_version: input.app_version.clone(),
        context: serde_json::to_string(&input.context).map_err(anyhow::Error::from)?,
        usage_context: input.usage_context.clone(),
        segment_id: input.segment_id.clone(),
        assignee_id: input.assignee_id.clone(),
        may_show: input.may_show.clone().unwrap_or_else(|| "team".to_owned()),
        ..Signal::default()
    };
    set_next_step(&mut row, input.next_step.as_ref());
    Ok(row)
}

async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Signal, SignalOut)> {
    let row = signals::get(conn, &caller.ws, id).await?;
    let mut tags = tags_of(conn, &caller.ws, std::slice::from_ref(&row)).await?;
    let out = SignalOut::of(row.clone(), tags.remove(id).unwrap_or_default());
    Ok((row, out))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    tags: Option<&[String]>,
    apply: impl FnOnce(&mut Signal),
) -> Result<Json<SignalOut>> {
    let mut tx = ctx.begin().await?;
    let (row, before) = read(&mut tx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    let after = write(&mut tx, ctx, caller, row, before, tags, apply).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

async fn write(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    mut row: Signal,
    before: SignalOut,
    tags: Option<&[String]>,
    apply: impl FnOnce(&mut Signal),
) -> Result<SignalOut> {
    apply(&mut row);
    signals::update(conn, &caller.ws, &row, ctx.now).await?;
    if let Some(tags) = tags {
        signals::update_tags(conn, &caller.ws, &row.id, &clean_tags(tags)).await?;
    }
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let (_, after) = read(conn, caller, &row.id).await?;
    let object = audit::Object { kind: KIND, id: &row.id };
    audit::updated(conn, ctx, caller, object, &before, &after).await?;
    Ok(after)
}

fn clean_tags(tags: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
    tags.sort();
    tags.dedup();
    tags
}
