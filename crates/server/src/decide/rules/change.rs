//! Making, changing and listing rules.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::decide::firings;
use heedful_db::decide::rules::{self, Rule};
use heedful_db::{Conn, Flag, Page, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::evaluate_soon;
use super::wire::{RuleIn, RuleOut, RulePatch, asks_the_same, check};
use crate::decide::links::{Objects, check_links, check_member};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::paging::{List, Paging};

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RuleQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Rules, newest first, with their value now.
#[utoipa::path(get, path = "/rules", tag = "decide", params(RuleQuery, Paging),
    responses((status = 200, body = List<RuleOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_rules(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<RuleQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<RuleOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = rules::list(&mut conn, &viewer.ws, query.archived, cursor.as_ref(), limit).await?;
    let items = with_names(&mut conn, &viewer.ws, page.items).await?;
    Ok(Json(List::of(Page { items, next: page.next, total: page.total }, |out| out)))
}

/// Agree on a rule. It is evaluated at once and then every minute.
#[utoipa::path(post, path = "/rules", tag = "decide", request_body = RuleIn,
    responses((status = 201, body = RuleOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_rule(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<RuleIn>,
) -> Result<(StatusCode, Json<RuleOut>)> {
    let row = input.into_row(ctx.new_id(), ctx.now);
    let row = check(&row).or(row)?.into_inner();
    let mut tx = ctx.begin().await?;
    let n = rules::list(&mut tx, &editor.ws, false, None, 1).await?.total;
    if n >= rules::RULES_MAX {
        return Err(Error::conflict("there are 500 rules already; archive one first"));
    }
    check_names(&mut tx, &editor.ws, &row).await?;
    check_member(&mut tx, &editor.ws, "owner_id", row.owner_id.as_deref()).await?;
    rules::insert(&mut tx, &editor.ws, &row).await?;
    evaluate_soon(&mut tx, &ctx, &editor.ws).await?;
    let out = read(&mut tx, &editor.ws, &row.id).await?.1;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: "rule", id: &row.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One rule.
#[utoipa::path(get, path = "/rules/{id}", tag = "decide", params(("id" = String, Path)),
    responses((status = 200, body = RuleOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_rule(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<RuleOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer.ws, &id).await?.1))
}

/// Change a rule. When it asks something else than before, it is armed anew.
#[utoipa::path(patch, path = "/rules/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    request_body = RulePatch, responses((status = 200, body = RuleOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_rule(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<RulePatch>,
) -> Result<Json<RuleOut>> {
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put a rule away: it is not evaluated any more.
#[utoipa::path(delete, path = "/rules/{id}", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = RuleOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_rule(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<RuleOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived rule back.
#[utoipa::path(post, path = "/rules/{id}/restore", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = RuleOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_rule(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<RuleOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Rule),
) -> Result<Json<RuleOut>> {
    let mut tx = ctx.begin().await?;
    let (before, before_out) = read(&mut tx, &caller.ws, id).await?;
    if_match.check(before.version, || before_out.clone())?;
    let mut row = before.clone();
    apply(&mut row);
    let mut row = check(&row).or(row)?.into_inner();
    check_names(&mut tx, &caller.ws, &row).await?;
    if row.owner_id != before.owner_id {
        check_member(&mut tx, &caller.ws, "owner_id", row.owner_id.as_deref()).await?;
    }
    if !asks_the_same(&before, &row) {
        row.crossed = Flag(false);
    }
    rules::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    evaluate_soon(&mut tx, ctx, &caller.ws).await?;
    let after = read(&mut tx, &caller.ws, id).await?.1;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: "rule", id }, &before_out, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

async fn check_names(conn: &mut Conn, ws: &WorkspaceId, row: &Rule) -> Result<()> {
    let links = [
        ("theme_id", "theme", row.theme_id.as_deref()),
        ("segment_id", "segment", row.segment_id.as_deref()),
        ("metric_id", "metric", row.metric_id.as_deref()),
    ];
    check_links(conn, ws, &links).await
}

async fn read(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<(Rule, RuleOut)> {
    let row = rules::get(conn, ws, id).await?;
    let out = with_names(conn, ws, vec![row.clone()]).await?.pop().ok_or(Error::NotFound)?;
    Ok((row, out))
}

async fn with_names(conn: &mut Conn, ws: &WorkspaceId, rows: Vec<Rule>) -> Result<Vec<RuleOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let fired = firings::count_by_rule(conn, ws, &ids).await?;
    let mut fired: HashMap<_, _> = fired.into_iter().map(|(id, n, open, at)| (id, (n, open, at))).collect();
    let objects = Objects::read(conn, ws, rows.iter().flat_map(names)).await?;
    let out = |row: Rule| {
        let about = names(&row).filter_map(|(kind, id)| objects.get(kind, id)).collect();
        let fired = fired.remove(&row.id);
        RuleOut::of(row, about, fired)
    };
    Ok(rows.into_iter().map(out).collect())
}

fn names(row: &Rule) -> impl Iterator<Item = (&str, &str)> {
    let links = [("theme", &row.theme_id), ("segment", &row.segment_id), ("metric", &row.metric_id)];
    links.into_iter().filter_map(|(kind, id)| id.as_deref().map(|id| (kind, id)))
}
