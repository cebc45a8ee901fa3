//! Capture keys: they say whose events come in. Everybody can read them in a web page, so they allow nothing else.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::platform::capture_keys::{self, CaptureKey};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, Caller, Viewer};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::invalid::{Invalid, Valid};
use super::paging::List;
use super::{audit, time};
use crate::app::App;

const KIND: &str = "capture_key";
const NAME_MAX: usize = 100;
const KEY_MAX: usize = 200;
/// Short keys would be guessed, or belong to two teams.
const KEY_MIN: usize = 8;
/// Keys of one workspace that were not revoked.
const LIVE_MAX: usize = 100;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_capture_keys, create_capture_key))
        .routes(routes!(revoke_capture_key))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CaptureKeyIn {
    /// What sends with it.
    #[schema(min_length = 1, max_length = 100, example = "Web app")]
    pub name: String,
    /// The key of the tool that was used before, so that apps already shipped go on with a new address only; a new one,
    /// when not given.
    #[schema(min_length = 8, max_length = 200)]
    pub key: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaptureKeyOut {
    pub id: String,
    pub name: String,
    /// It may stand in web pages: with it events can be sent, and nothing can be read.
    pub key: String,
    pub created_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl CaptureKeyOut {
    fn of(row: CaptureKey) -> Self {
        Self {
            id: row.id,
            name: row.name,
            key: row.capture_key,
            created_by: row.created_by,
            created_at: time::out(row.created_at),
        }
    }
}

impl CaptureKeyIn {
    fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        if let Some(key) = &self.key {
            let is_plain = key.bytes().all(|byte| byte.is_ascii_graphic());
            invalid.check("key", is_plain, "must have plain letters, digits and signs only");
            let fits = (KEY_MIN..=KEY_MAX).contains(&key.len());
            invalid.check("key", fits, "must have 8 to 200 characters");
        }
        invalid.or(self)
    }
}

/// The keys that work, oldest first.
#[utoipa::path(get, path = "/capture-keys", tag = "workspace", responses((status = 200, body = List<CaptureKeyOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_capture_keys(viewer: Viewer, ctx: Ctx) -> Result<Json<List<CaptureKeyOut>>> {
    let mut conn = ctx.read().await?;
    let rows = list(&mut conn, &viewer.ws).await?;
    Ok(Json(List::whole(rows.into_iter().map(CaptureKeyOut::of).collect())))
}

/// Make a key, or bring one along.
#[utoipa::path(post, path = "/capture-keys", tag = "workspace", request_body = CaptureKeyIn,
    responses((status = 201, body = CaptureKeyOut)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn create_capture_key(
    admin: Admin,
    ctx: Ctx,
    Body(input): Body<CaptureKeyIn>,
) -> Result<(StatusCode, Json<CaptureKeyOut>)> {
    let CaptureKeyIn { name, key } = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    if list(&mut tx, &admin.ws).await?.len() >= LIVE_MAX {
        return Err(Error::field("name", "cannot be given: there are 100 keys already; revoke some first"));
    }
    let row = new_key(&ctx, &admin.ws, &admin.user_id, name.trim(), key);
    capture_keys::insert(&mut tx, &admin.ws, &row).await.map_err(name_key)?;
    let out = CaptureKeyOut::of(row);
    audit::created(&mut tx, &ctx, &admin, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    // It may have been tried before it was brought along.
    ctx.app.capture_keys.forget(&out.key);
    Ok((StatusCode::CREATED, Json(out)))
}

/// End a key. What is sent with it from now on is refused.
#[utoipa::path(delete, path = "/capture-keys/{id}", tag = "workspace", params(("id" = String, Path)),
    responses((status = 204)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn revoke_capture_key(admin: Admin, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    let row = capture_keys::find(&mut tx, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    if !capture_keys::revoke(&mut tx, &admin.ws, &id, ctx.now).await? {
        return Err(Error::conflict("this key was revoked already"));
    }
    let key = row.capture_key.clone();
    audit::deleted(&mut tx, &ctx, &admin, audit::Object { kind: KIND, id: &id }, &CaptureKeyOut::of(row))
        .await?;
    ctx.commit(tx).await?;
    ctx.app.capture_keys.forget(&key);
    Ok(StatusCode::NO_CONTENT)
}

/// Writes the first key of a new workspace, so that its owner can send events at once.
pub async fn create_first(conn: &mut Conn, ctx: &Ctx, owner: &Caller) -> Result<()> {
    let row = new_key(ctx, &owner.ws, &owner.user_id, "First key", None);
    Ok(capture_keys::insert(conn, &owner.ws, &row).await?)
}

/// The oldest key of a workspace that works.
pub async fn first(conn: &mut Conn, ws: &WorkspaceId) -> Result<Option<String>> {
    Ok(list(conn, ws).await?.into_iter().next().map(|row| row.capture_key))
}

fn new_key(ctx: &Ctx, ws: &WorkspaceId, user_id: &str, name: &str, key: Option<String>) -> CaptureKey {
    CaptureKey {
        workspace_id: ws.to_string(),
        id: ctx.new_id(),
        name: name.to_owned(),
        capture_key: key.unwrap_or_else(|| format!("hck_{}", ctx.new_secret())),
        created_by: user_id.to_owned(),
        created_at: ctx.now,
        revoked_at: None,
    }
}

async fn list(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<CaptureKey>> {
    Ok(capture_keys::list(conn, ws, i64::try_from(LIVE_MAX).unwrap_or(i64::MAX)).await?)
}

fn name_key(error: heedful_db::Error) -> Error {
    match error {
        heedful_db::Error::Taken { .. } => Error::field("key", "is in use already, or was before"),
        other => other.into(),
    }
}

/// The workspace of a key; nothing when it is not in use.
pub async fn find_workspace(ctx: &Ctx, key: &str) -> Result<Option<WorkspaceId>> {
    if let Some(owner) = ctx.app.capture_keys.get(key, ctx.now) {
        return Ok(owner);
    }
    if key.is_empty() || key.len() > KEY_MAX {
        return Ok(None);
    }
    let owner = capture_keys::find_workspace(&mut *ctx.read().await?, key).await?;
    ctx.app.capture_keys.put(key, owner.clone(), ctx.now);
    Ok(owner)
}
