//! Saved views: the filters of a list under a name, for oneself or for everybody.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::platform::saved_views::{self, SavedView};
use heedful_db::{Conn, Flag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Caller, Role, Viewer};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::{Body, IfMatch, Query};
use super::invalid::{Invalid, Valid};
use super::paging::List;
use super::{audit, time};
use crate::app::App;

const NAME_MAX: usize = 100;
const PAGE_MAX: usize = 60;
const QUERY_MAX: usize = 4_000;
/// Views of one page that one member sees.
const LIST_MAX: i64 = 200;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_saved_views, create_saved_view))
        .routes(routes!(update_saved_view, delete_saved_view))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SavedViewQuery {
    /// The page whose views are wanted, such as `signals`.
    pub page: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SavedViewIn {
    /// The page it belongs to: small letters, digits, `-`, `_` and `/`.
    #[schema(example = "signals", pattern = "^[a-z0-9_/-]{1,60}$")]
    pub page: String,
    #[schema(min_length = 1, max_length = 100, example = "Unassigned, this week")]
    pub name: String,
    /// The query part of the page's address, without the question mark.
    #[schema(max_length = 4000, example = "next_step=missing")]
    pub query: String,
    /// Whether everybody in the workspace sees it. Needs the role of an editor.
    #[serde(default)]
    pub shared: bool,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SavedViewPatch {
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    #[schema(max_length = 4000)]
    pub query: Option<String>,
    pub shared: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SavedViewOut {
    pub id: String,
    pub version: i64,
    pub page: String,
    pub name: String,
    pub query: String,
    pub shared: bool,
    /// The member who saved it.
    pub owner_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<SavedView> for SavedViewOut {
    fn from(row: SavedView) -> Self {
        Self {
            id: row.id,
            version: row.version,
            page: row.page,
            name: row.name,
            query: row.query,
            shared: row.shared.0,
            owner_id: row.owner_id,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
        }
    }
}

impl SavedViewIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_/".contains(&byte);
        let is_page = (1..=PAGE_MAX).contains(&self.page.len()) && self.page.bytes().all(is_plain);
        invalid.check("page", is_page, "must be the name of a page, such as signals");
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_length("query", &self.query, QUERY_MAX);
        invalid.or(self)
    }
}

/// The views of a page: one's own and the shared ones, by name.
#[utoipa::path(get, path = "/saved-views", tag = "workspace", params(SavedViewQuery),
    responses((status = 200, body = List<SavedViewOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_saved_views(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<SavedViewQuery>,
) -> Result<Json<List<SavedViewOut>>> {
    let mut conn = ctx.read().await?;
    let rows = saved_views::list(&mut conn, &viewer.ws, &query.page, &viewer.user_id, LIST_MAX).await?;
    Ok(Json(List::whole(rows.into_iter().map(SavedViewOut::from).collect())))
}

/// Save a view.
#[utoipa::path(post, path = "/saved-views", tag = "workspace", request_body = SavedViewIn,
    responses((status = 201, body = SavedViewOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn create_saved_view(
    viewer: Viewer,
    ctx: Ctx,
    Body(input): Body<SavedViewIn>,
) -> Result<(StatusCode, Json<SavedViewOut>)> {
    let input = input.validate()?.into_inner();
    check_sharing(&viewer, input.shared)?;
    let mut tx = ctx.begin().await?;
    let known = saved_views::list(&mut tx, &viewer.ws, &input.page, &viewer.user_id, LIST_MAX).await?;
    if known.len() >= usize::try_from(LIST_MAX).unwrap_or(usize::MAX) {
        return Err(Error::field("name", "cannot be given: this page has 200 views; delete some first"));
    }
    let row = SavedView {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        page: input.page,
        name: input.name.trim().to_owned(),
        query: input.query,
        shared: Flag(input.shared),
        owner_id: viewer.user_id.clone(),
    };
    saved_views::insert(&mut tx, &viewer.ws, &row).await?;
    let out = SavedViewOut::from(row);
    let object = audit::Object { kind: "saved_view", id: &out.id };
    audit::created(&mut tx, &ctx, &viewer, object, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Rename a view, share it, or keep other filters in it. Only who saved it or an admin may.
#[utoipa::path(patch, path = "/saved-views/{id}", tag = "workspace", params(("id" = String, Path), IfMatch),
    request_body = SavedViewPatch, responses((status = 200, body = SavedViewOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn update_saved_view(
    viewer: Viewer,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<SavedViewPatch>,
) -> Result<Json<SavedViewOut>> {
    let mut invalid = Invalid::default();
    if let Some(name) = &patch.name {
        invalid.check_text("name", name, NAME_MAX);
    }
    invalid.check_optional("query", patch.query.as_deref(), QUERY_MAX);
    invalid.or(())?;
    let mut tx = ctx.begin().await?;
    let mut row = read(&mut tx, &viewer, &id).await?;
    let before = SavedViewOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    if let Some(shared) = patch.shared {
        check_sharing(&viewer, shared)?;
        row.shared = Flag(shared);
    }
    if let Some(name) = patch.name {
        name.trim().clone_into(&mut row.name);
    }
    row.query = patch.query.unwrap_or(row.query);
    saved_views::update(&mut tx, &viewer.ws, &row, ctx.now).await?;
    let after = SavedViewOut::from(read(&mut tx, &viewer, &id).await?);
    let object = audit::Object { kind: "saved_view", id: &id };
    audit::updated(&mut tx, &ctx, &viewer, object, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Delete a view. Only who saved it or an admin may.
#[utoipa::path(delete, path = "/saved-views/{id}", tag = "workspace", params(("id" = String, Path)),
    responses((status = 204)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn delete_saved_view(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    let row = read(&mut tx, &viewer, &id).await?;
    saved_views::delete(&mut tx, &viewer.ws, &id).await?;
    let object = audit::Object { kind: "saved_view", id: &id };
    audit::deleted(&mut tx, &ctx, &viewer, object, &SavedViewOut::from(row)).await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn check_sharing(viewer: &Caller, shared: bool) -> Result<()> {
    if shared && viewer.role < Role::Editor {
        return Err(Error::field("shared", "needs the role of an editor"));
    }
    Ok(())
}

/// A view to change. Somebody else's private one does not exist for the caller.
async fn read(conn: &mut Conn, viewer: &Caller, id: &str) -> Result<SavedView> {
    let row = saved_views::find(conn, &viewer.ws, id).await?.ok_or(Error::NotFound)?;
    if row.owner_id == viewer.user_id || (row.shared.0 && viewer.role >= Role::Admin) {
        return Ok(row);
    }
    Err(if row.shared.0 {
        Error::Forbidden("only who saved this view may change it")
    } else {
        Error::NotFound
    })
}
