//! Making and changing decisions.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::decide::decisions::{self, Decision, Evidence};
use heedful_db::platform::search_queue;
use heedful_db::{Conn, WorkspaceId};

use super::KIND;
use super::list;
use super::wire::{DecisionIn, DecisionOut, DecisionPatch, EvidenceIn};
use crate::decide::links::{Objects, check_links, check_member};
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::{audit, time};

/// Write down a question that is to be decided.
#[utoipa::path(post, path = "/decisions", tag = "decide", request_body = DecisionIn,
    responses((status = 201, body = DecisionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_decision(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<DecisionIn>,
) -> Result<(StatusCode, Json<DecisionOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let out = insert_decision(&mut tx, &ctx, &editor, &input).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One decision.
#[utoipa::path(get, path = "/decisions/{id}", tag = "decide", params(("id" = String, Path)),
    responses((status = 200, body = DecisionOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_decision(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<DecisionOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &ctx, &viewer.ws, &id).await?.1))
}

/// Change a decision. Once decided, only its owner, its dates and its dissent change; reopen it for the rest.
#[utoipa::path(patch, path = "/decisions/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    request_body = DecisionPatch, responses((status = 200, body = DecisionOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_decision(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<DecisionPatch>,
) -> Result<Json<DecisionOut>> {
    let patch = patch.validate()?;
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &ctx, &editor.ws, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if row.decided_at.is_some() && patch.touches_the_question() {
        return Err(Error::conflict("this is decided; reopen it to change what was decided upon"));
    }
    patch.apply(&mut row).map_err(anyhow::Error::from)?;
    check_names(&mut tx, &editor.ws, &row).await?;
    if row.owner_id != before.owner_id {
        check_member(&mut tx, &editor.ws, "owner_id", row.owner_id.as_deref()).await?;
    }
    if let Some(evidence) = &patch.evidence {
        write_evidence(&mut tx, &editor.ws, &id, evidence).await?;
    }
    let after = write(&mut tx, &ctx, &editor, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Put a decision away. It can be restored.
#[utoipa::path(delete, path = "/decisions/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = DecisionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_decision(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<DecisionOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived decision back.
#[utoipa::path(post, path = "/decisions/{id}/restore", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = DecisionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_decision(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<DecisionOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

/// Writes a new decision, as a review does too.
pub async fn insert_decision(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    input: &Valid<DecisionIn>,
) -> Result<DecisionOut> {
    let row = Decision {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        question: input.question.trim().to_owned(),
        options: serde_json::to_string(&input.options).map_err(anyhow::Error::from)?,
        rule_text: input.rule_text.clone(),
        rule_firing_id: input.rule_firing_id.clone(),
        bet_id: input.bet_id.clone(),
        experiment_id: input.experiment_id.clone(),
        hypothesis_id: input.hypothesis_id.clone(),
        dissent: "[]".to_owned(),
        owner_id: input.owner_id.clone(),
        due_at: time::micros_opt(input.due_at),
        ..Decision::default()
    };
    check_names(conn, &caller.ws, &row).await?;
    check_member(conn, &caller.ws, "owner_id", row.owner_id.as_deref()).await?;
    decisions::insert(conn, &caller.ws, &row).await?;
    write_evidence(conn, &caller.ws, &row.id, &input.evidence).await?;
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let out = read(conn, ctx, &caller.ws, &row.id).await?.1;
    audit::created(conn, ctx, caller, audit::Object { kind: KIND, id: &row.id }, &out).await?;
    Ok(out)
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Decision),
) -> Result<Json<DecisionOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, ctx, &caller.ws, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    let after = write(&mut tx, ctx, caller, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

pub async fn read(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, id: &str) -> Result<(Decision, DecisionOut)> {
    let row = decisions::get(conn, ws, id).await?;
    let out = list::out(conn, ws, vec![row.clone()], ctx.now).await?.pop().ok_or(Error::NotFound)?;
    Ok((row, out))
}

pub async fn write(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    row: &Decision,
    before: &DecisionOut,
) -> Result<DecisionOut> {
    decisions::update(conn, &caller.ws, row, ctx.now).await?;
    search_queue::insert(conn, &caller.ws, KIND, &row.id, ctx.now).await?;
    let after = read(conn, ctx, &caller.ws, &row.id).await?.1;
    audit::updated(conn, ctx, caller, audit::Object { kind: KIND, id: &row.id }, before, &after).await?;
    Ok(after)
}

async fn check_names(conn: &mut Conn, ws: &WorkspaceId, row: &Decision) -> Result<()> {
    let links = [
        ("rule_firing_id", "firing", row.rule_firing_id.as_deref()),
        ("bet_id", "bet", row.bet_id.as_deref()),
        ("experiment_id", "experiment", row.experiment_id.as_deref()),
        ("hypothesis_id", "hypothesis", row.hypothesis_id.as_deref()),
    ];
    check_links(conn, ws, &links).await
}

async fn write_evidence(conn: &mut Conn, ws: &WorkspaceId, id: &str, evidence: &[EvidenceIn]) -> Result<()> {
    let named = evidence.iter().map(|item| (item.kind.as_str(), item.id.as_str()));
    let objects = Objects::read(conn, ws, named).await?;
    let mut invalid = Invalid::default();
    for (index, item) in evidence.iter().enumerate() {
        let field = format!("evidence[{index}].id");
        let exists = objects.get(&item.kind, &item.id).is_some();
        invalid.check(&field, exists, "names nothing in this workspace");
        let is_itself = item.kind == KIND && item.id == id;
        invalid.check(&field, !is_itself, "a decision cannot rest on itself");
    }
    let rows = evidence.iter().map(|item| Evidence {
        decision_id: id.to_owned(),
        kind: item.kind.clone(),
        object_id: item.id.clone(),
        note: item.note.clone(),
    });
    let rows = invalid.or(rows.collect::<Vec<_>>())?.into_inner();
    Ok(decisions::update_evidence(conn, ws, id, &rows).await?)
}
