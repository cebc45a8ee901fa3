//! Members: who works in the workspace, and what they may do.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::api_tokens;
use heedful_db::platform::memberships::{self, Membership};
use heedful_db::platform::workspaces;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, Caller, Role, Viewer};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::{Body, IfMatch};
use super::invalid::Invalid;
use super::paging::List;
use super::{audit, time};
use crate::app::App;

/// Through whose eyes a member reads digests.
pub const LENSES: &[&str] = &["product", "design", "engineering", "marketing", "sales", "leadership"];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_members)).routes(routes!(update_member, remove_member))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberOut {
    /// The id of the user, as owners and assignees carry it.
    pub id: String,
    pub version: i64,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// product, design, engineering, marketing, sales or leadership
    pub lens: String,
    /// active, or removed: those who left keep their name on what they did.
    pub state: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MemberPatch {
    pub role: Option<Role>,
    /// product, design, engineering, marketing, sales or leadership
    pub lens: Option<String>,
}

impl MemberOut {
    fn of(row: Membership) -> Result<Self> {
        Ok(Self {
            id: row.user_id,
            version: row.version,
            name: row.name,
            email: row.email,
            role: Role::parse(&row.role)?,
            lens: row.lens,
            state: row.state,
            created_at: time::out(row.created_at),
        })
    }
}

/// Everybody who works or has worked here, by name.
#[utoipa::path(get, path = "/members", tag = "workspace", responses((status = 200, body = List<MemberOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_members(viewer: Viewer, ctx: Ctx) -> Result<Json<List<MemberOut>>> {
    let mut conn = ctx.read().await?;
    let rows = memberships::list(&mut conn, &viewer.ws).await?;
    let items = rows.into_iter().map(MemberOut::of).collect::<Result<_>>()?;
    Ok(Json(List::whole(items)))
}

/// Change what a member may do, or through whose eyes they read. Only owners may change or make owners.
#[utoipa::path(patch, path = "/members/{id}", tag = "workspace", params(("id" = String, Path), IfMatch),
    request_body = MemberPatch, responses((status = 200, body = MemberOut)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn update_member(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<MemberPatch>,
) -> Result<Json<MemberOut>> {
    if let Some(lens) = &patch.lens {
        let mut invalid = Invalid::default();
        invalid.check_choice("lens", lens, LENSES);
        invalid.or(())?;
    }
    if patch.role.is_some_and(|role| role > admin.role) {
        return Err(Error::Forbidden("only owners may make owners"));
    }
    let out = change(&admin, &ctx, &if_match, &id, |row| {
        if let Some(role) = patch.role {
            role.as_str().clone_into(&mut row.role);
        }
        if let Some(lens) = &patch.lens {
            row.lens.clone_from(lens);
        }
    });
    Ok(Json(out.await?))
}

/// Take a member out of the workspace. Their tokens end; what they wrote stays, under their name.
#[utoipa::path(delete, path = "/members/{id}", tag = "workspace", params(("id" = String, Path), IfMatch),
    responses((status = 204)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn remove_member(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    change(&admin, &ctx, &if_match, &id, |row| "removed".clone_into(&mut row.state)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change(
    admin: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Membership),
) -> Result<MemberOut> {
    let mut tx = ctx.begin().await?;
    // Two owners who demote each other at the same moment would leave none: they take turns.
    workspaces::lock(&mut tx, &admin.ws).await?;
    let before = read(&mut tx, admin, id).await?;
    let before_out = MemberOut::of(before.clone())?;
    if_match.check(before.version, || before_out.clone())?;
    if before_out.role == Role::Owner && admin.role < Role::Owner {
        return Err(Error::Forbidden("only owners may change owners"));
    }
    let mut row = before;
    apply(&mut row);
    memberships::update(&mut tx, &admin.ws, &row, ctx.now).await?;
    if memberships::count_owners(&mut tx, &admin.ws).await? == 0 {
        return Err(Error::field("role", "must stay owner: somebody has to own the workspace"));
    }
    let object = audit::Object { kind: "member", id };
    let after = memberships::find(&mut tx, &admin.ws, id).await?.ok_or(Error::NotFound)?;
    let after = MemberOut::of(after)?;
    if after.state == "removed" {
        api_tokens::revoke_of_user(&mut tx, &admin.ws, id, ctx.now).await?;
        audit::deleted(&mut tx, ctx, admin, object, &before_out).await?;
    } else {
        audit::updated(&mut tx, ctx, admin, object, &before_out, &after).await?;
    }
    ctx.commit(tx).await?;
    Ok(after)
}

async fn read(conn: &mut Conn, admin: &Caller, id: &str) -> Result<Membership> {
    let row = memberships::find(conn, &admin.ws, id).await?;
    row.filter(|row| row.state == "active").ok_or(Error::NotFound)
}
