//! API tokens: how programs act for the member who made them.

use axum::Json;
use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use heedful_db::platform::api_tokens::{self, ApiToken};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, Role};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::idempotency::ShownOnce;
use super::invalid::{Invalid, Valid};
use super::paging::List;
use super::{audit, secret, time};
use crate::app::App;

const NAME_MAX: usize = 100;
/// Tokens of one workspace that were not revoked.
const LIVE_MAX: i64 = 200;
/// Characters of the secret that are kept, to tell tokens apart.
const HINT_LENGTH: usize = 6;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_api_tokens, create_api_token)).routes(routes!(revoke_api_token))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ApiTokenIn {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "Nightly import")]
    pub name: String,
    /// What it may do: at most what its maker may.
    pub scope: Role,
    /// When it stops working; never, when not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiTokenOut {
    pub id: String,
    pub name: String,
    /// How the secret begins.
    pub hint: String,
    pub scope: Role,
    /// The member for whom it acts.
    pub created_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// The last use, to the hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokenMade {
    pub token: ApiTokenOut,
    /// Send it as `Authorization: Bearer …`. It is shown only now.
    pub secret: String,
}

impl ApiTokenOut {
    fn of(row: ApiToken) -> Result<Self> {
        Ok(Self {
            id: row.id,
            name: row.name,
            hint: row.hint,
            scope: Role::parse(&row.scope)?,
            created_by: row.created_by,
            created_at: time::out(row.created_at),
            expires_at: time::out_opt(row.expires_at),
            used_at: time::out_opt(row.used_at),
        })
    }
}

impl ApiTokenIn {
    pub fn validate(self, now: Timestamp) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        let is_ahead = self.expires_at.is_none_or(|at| at > now);
        invalid.check("expires_at", is_ahead, "must lie in the future");
        invalid.or(self)
    }
}

/// The tokens of the workspace that were not revoked, newest first.
#[utoipa::path(get, path = "/api-tokens", tag = "workspace", responses((status = 200, body = List<ApiTokenOut>)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn list_api_tokens(admin: Admin, ctx: Ctx) -> Result<Json<List<ApiTokenOut>>> {
    let mut conn = ctx.read().await?;
    let rows = api_tokens::list(&mut conn, &admin.ws, LIVE_MAX).await?;
    Ok(Json(List::whole(rows.into_iter().map(ApiTokenOut::of).collect::<Result<_>>()?)))
}

/// Make a token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api-tokens", tag = "workspace", request_body = ApiTokenIn,
    responses((status = 201, body = ApiTokenMade)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn create_api_token(
    admin: Admin,
    ctx: Ctx,
    Body(input): Body<ApiTokenIn>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<ApiTokenMade>)> {
    let input = input.validate(time::out(ctx.now))?;
    if input.scope > admin.role {
        return Err(Error::field("scope", "must not be more than your own role"));
    }
    let mut tx = ctx.begin().await?;
    let live = api_tokens::list(&mut tx, &admin.ws, LIVE_MAX).await?;
    if live.len() >= usize::try_from(LIVE_MAX).unwrap_or(usize::MAX) {
        return Err(Error::field("name", "cannot be given: there are 200 tokens already; revoke some first"));
    }
    let secret = ctx.new_secret();
    let row = ApiToken {
        workspace_id: admin.ws.to_string(),
        id: ctx.new_id(),
        name: input.name.trim().to_owned(),
        token_hash: secret::hash(&secret),
        hint: secret.chars().take(HINT_LENGTH).collect(),
        scope: input.scope.as_str().to_owned(),
        created_by: admin.user_id.clone(),
        created_at: ctx.now,
        expires_at: time::micros_opt(input.expires_at),
        used_at: None,
        revoked_at: None,
    };
    api_tokens::insert(&mut tx, &admin.ws, &row).await?;
    let token = ApiTokenOut::of(row)?;
    let object = audit::Object { kind: "api_token", id: &token.id };
    audit::created(&mut tx, &ctx, &admin, object, &token).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(ApiTokenMade { token, secret })))
}

/// End a token at once.
#[utoipa::path(delete, path = "/api-tokens/{id}", tag = "workspace", params(("id" = String, Path)),
    responses((status = 204)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn revoke_api_token(admin: Admin, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    let row = api_tokens::find(&mut tx, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    if !api_tokens::revoke(&mut tx, &admin.ws, &id, ctx.now).await? {
        return Err(Error::conflict("this token was revoked already"));
    }
    let object = audit::Object { kind: "api_token", id: &id };
    audit::deleted(&mut tx, &ctx, &admin, object, &ApiTokenOut::of(row)?).await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
