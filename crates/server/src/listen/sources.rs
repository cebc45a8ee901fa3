//! Sources: where signals come from.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::sources::{self, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::List;
use crate::platform::{audit, time};

pub const KINDS: &[&str] = &["survey", "portal", "interview", "usability_test", "import", "api", "inbox"];
const NAME_MAX: usize = 200;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sources, create_source))
        .routes(routes!(get_source, update_source, archive_source))
        .routes(routes!(restore_source))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SourceQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SourceIn {
    /// survey, portal, interview, usability_test, import, api or inbox
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SourcePatch {
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SourceOut {
    pub id: String,
    pub version: i64,
    pub kind: String,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
}

impl SourceIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("kind", &self.kind, KINDS);
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.or(self)
    }
}

impl From<Source> for SourceOut {
    fn from(row: Source) -> Self {
        Self {
            id: row.id,
            version: row.version,
            kind: row.kind,
            name: row.name,
            created_at: time::out(row.created_at),
            archived_at: time::out_opt(row.archived_at),
        }
    }
}

/// All sources, by name.
#[utoipa::path(get, path = "/sources", tag = "listen", params(SourceQuery),
    responses((status = 200, body = List<SourceOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_sources(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SourceQuery>,
) -> Result<Json<List<SourceOut>>> {
    let mut conn = ctx.read().await?;
    let rows = sources::list(&mut conn, &viewer.ws, query.archived).await?;
    Ok(Json(List::whole(rows.into_iter().map(SourceOut::from).collect())))
}

/// Add a source.
#[utoipa::path(post, path = "/sources", tag = "listen", request_body = SourceIn,
    responses((status = 201, body = SourceOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_source(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<SourceIn>,
) -> Result<(StatusCode, Json<SourceOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let row = insert_source(&mut tx, &ctx, &editor, &input.kind, input.name.trim()).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// One source.
#[utoipa::path(get, path = "/sources/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = SourceOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_source(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<SourceOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(sources::get(&mut conn, &viewer.ws, &id).await?.into()))
}

/// Rename a source.
#[utoipa::path(patch, path = "/sources/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = SourcePatch, responses((status = 200, body = SourceOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_source(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<SourcePatch>,
) -> Result<Json<SourceOut>> {
    let mut invalid = Invalid::default();
    invalid.check_text("name", &patch.name, NAME_MAX);
    let patch = invalid.or(patch)?;
    change(&editor, &ctx, &if_match, &id, |row| patch.name.trim().clone_into(&mut row.name)).await
}

/// Put a source away: it keeps its signals but is no longer offered.
#[utoipa::path(delete, path = "/sources/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SourceOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_source(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SourceOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived source back.
#[utoipa::path(post, path = "/sources/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = SourceOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_source(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<SourceOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Source),
) -> Result<Json<SourceOut>> {
    let mut tx = ctx.begin().await?;
    let before = sources::get(&mut tx, &caller.ws, id).await?;
    if_match.check(before.version, || SourceOut::from(before.clone()))?;
    let mut row = before.clone();
    apply(&mut row);
    sources::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = SourceOut::from(sources::get(&mut tx, &caller.ws, id).await?);
    let object = audit::Object { kind: "source", id };
    audit::updated(&mut tx, ctx, caller, object, &SourceOut::from(before), &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Writes a source, as other nouns do that bring their own (a survey, an interview, an import).
pub async fn insert_source(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    kind: &str,
    name: &str,
) -> Result<Source> {
    let row = Source {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        kind: kind.to_owned(),
        name: name.to_owned(),
    };
    sources::insert(conn, &caller.ws, &row).await?;
    let object = audit::Object { kind: "source", id: &row.id };
    audit::created(conn, ctx, caller, object, &SourceOut::from(row.clone())).await?;
    Ok(row)
}
