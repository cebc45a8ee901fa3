//! The audit log: every change, who made it, and how the object looked before and after.

use heedful_db::platform::audit::{self, Entry};
use heedful_db::{Conn, WorkspaceId};
use serde::Serialize;

use super::auth::Caller;
use super::ctx::Ctx;
use super::error::Result;

/// What was changed: a kind in the words of the design ("signal") and an id.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    pub kind: &'a str,
    pub id: &'a str,
}

pub async fn created<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    object: Object<'_>,
    after: &T,
) -> Result<()> {
    record(conn, ctx, caller, "create", object, None, Some(json(after)?)).await
}

pub async fn updated<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    object: Object<'_>,
    before: &T,
    after: &T,
) -> Result<()> {
    record(conn, ctx, caller, "update", object, Some(json(before)?), Some(json(after)?)).await
}

pub async fn deleted<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    object: Object<'_>,
    before: &T,
) -> Result<()> {
    record(conn, ctx, caller, "delete", object, Some(json(before)?), None).await
}

/// A change that is more than create, update or delete, such as `merge` or `publish`.
pub async fn acted<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    action: &str,
    object: Object<'_>,
    detail: &T,
) -> Result<()> {
    record(conn, ctx, caller, action, object, None, Some(json(detail)?)).await
}

/// A change that the server made by itself, as jobs do.
pub async fn acted_by_server<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    action: &str,
    object: Object<'_>,
    detail: &T,
) -> Result<()> {
    let entry = entry(ctx, ("server", ""), action, object, None, Some(json(detail)?));
    Ok(audit::insert(conn, ws, &entry).await?)
}

async fn record(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    action: &str,
    object: Object<'_>,
    before: Option<String>,
    after: Option<String>,
) -> Result<()> {
    let actor = match &caller.token_id {
        Some(token_id) => ("token", token_id.as_str()),
        None => ("user", caller.user_id.as_str()),
    };
    let entry = entry(ctx, actor, action, object, before, after);
    Ok(audit::insert(conn, &caller.ws, &entry).await?)
}

fn entry(
    ctx: &Ctx,
    (actor_kind, actor_id): (&str, &str),
    action: &str,
    object: Object<'_>,
    before_json: Option<String>,
    after_json: Option<String>,
) -> Entry {
    Entry {
        id: ctx.new_id(),
        at: ctx.now,
        actor_kind: actor_kind.to_owned(),
        actor_id: actor_id.to_owned(),
        action: action.to_owned(),
        object_kind: object.kind.to_owned(),
        object_id: object.id.to_owned(),
        before_json,
        after_json,
        request_id: ctx.request_id.clone(),
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}
