//! The first owner: by the one-time link printed at first start, or by `heedful setup`.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use heedful_db::platform::{memberships, one_time_tokens, users, workspaces};
use heedful_db::types::DAY;
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Caller, Role};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::http::ClientIp;
use super::invalid::{Invalid, Valid};
use super::rate_limit::Limit;
use super::sessions::{self, SessionOut};
use super::{audit, capture_keys, password, secret};
use crate::app::App;

const PURPOSE: &str = "setup";
const TRIES: Limit = Limit { times: 20, window: DAY / 96 };
const NAME_MAX: usize = 200;
const EMAIL_MAX: usize = 254;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_setup, run_setup))
}

#[derive(Serialize, ToSchema)]
pub struct SetupState {
    /// True until the first owner exists.
    pub needed: bool,
}

#[derive(Deserialize, ToSchema)]
pub struct SetupIn {
    /// The secret from the link printed at first start.
    pub token: String,
    pub name: String,
    pub email: String,
    pub password: String,
    /// What to call the workspace.
    pub workspace: String,
}

/// The first owner and their workspace.
pub struct NewOwner {
    pub name: String,
    pub email: String,
    pub password: String,
    pub workspace: String,
}

impl NewOwner {
    pub fn validate(mut self) -> std::result::Result<Valid<Self>, Invalid> {
        self.email = self.email.trim().to_lowercase();
        let mut invalid = Invalid::default();
        check_person(&mut invalid, &self.name, &self.email);
        invalid.check_text("workspace", &self.workspace, NAME_MAX);
        password::check(&self.password, &mut invalid);
        invalid.or(self)
    }
}

/// What every account needs.
pub fn check_person(invalid: &mut Invalid, name: &str, email: &str) {
    invalid.check_text("name", name, NAME_MAX);
    invalid.check_length("email", email, EMAIL_MAX);
    let is_address = email.parse::<lettre::Address>().is_ok();
    invalid.check("email", is_address, "must be an email address, such as ada@example.com");
}

/// Whether this server still waits for its first owner.
#[utoipa::path(get, path = "/setup", tag = "session", responses((status = 200, body = SetupState)), security(()))]
pub async fn get_setup(ctx: Ctx) -> Result<Json<SetupState>> {
    let mut conn = ctx.read().await?;
    Ok(Json(SetupState { needed: !users::exist(&mut conn).await? }))
}

/// Create the first owner and sign them in.
#[utoipa::path(post, path = "/setup", tag = "session", request_body = SetupIn,
    responses((status = 200, body = SessionOut)), security(()))]
pub async fn run_setup(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Body(input): Body<SetupIn>,
) -> Result<impl IntoResponse> {
    ctx.app.rate_limiter.check(format!("setup {ip}"), TRIES, ctx.now)?;
    let owner = NewOwner {
        name: input.name,
        email: input.email,
        password: input.password,
        workspace: input.workspace,
    };
    let owner = owner.validate()?;
    let password_hash = password::hash(owner.password.clone()).await?;
    let mut tx = ctx.begin().await?;
    let taken = one_time_tokens::take(&mut tx, &secret::hash(&input.token), PURPOSE, ctx.now).await?;
    if taken.is_none() || users::exist(&mut tx).await? {
        return Err(Error::Forbidden(
            "this link was used already or has expired; restart the server for a new one",
        ));
    }
    let caller = create_owner(&mut tx, &ctx, owner, password_hash).await?;
    let cookie = sessions::start(&mut tx, &ctx, &caller.user_id, &headers).await?;
    let out = sessions::describe(&mut tx, &caller.user_id, None).await?;
    ctx.commit(tx).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(out)))
}

/// A new secret for the one-time link, or none when there is an owner already. Earlier links stop working.
pub async fn new_link(ctx: &Ctx) -> Result<Option<String>> {
    let mut tx = ctx.begin().await?;
    if users::exist(&mut tx).await? {
        return Ok(None);
    }
    let token = ctx.new_secret();
    one_time_tokens::delete_of_subject(&mut tx, PURPOSE, "").await?;
    one_time_tokens::insert(&mut tx, &secret::hash(&token), PURPOSE, "", ctx.now, ctx.now + DAY).await?;
    ctx.commit(tx).await?;
    Ok(Some(format!("{}/setup?token={token}", ctx.app.config.public_url)))
}

/// Writes the first owner and their workspace.
pub async fn create_owner(
    conn: &mut Conn,
    ctx: &Ctx,
    owner: Valid<NewOwner>,
    password_hash: String,
) -> Result<Caller> {
    let owner = owner.into_inner();
    let user = users::User {
        id: ctx.new_id(),
        email: owner.email,
        name: owner.name,
        password_hash,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    users::insert(conn, &user).await?;
    create_workspace(conn, ctx, &user.id, &owner.workspace).await
}

/// Writes a workspace with its owner.
pub async fn create_workspace(conn: &mut Conn, ctx: &Ctx, user_id: &str, name: &str) -> Result<Caller> {
    let workspace = workspaces::Workspace {
        id: ctx.new_id(),
        name: name.to_owned(),
        time_zone: "UTC".to_owned(),
        currency: "EUR".to_owned(),
        settings: "{}".to_owned(),
        events_per_day_max: None,
        events_kept_days: None,
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    workspaces::insert(conn, &workspace).await?;
    let ws = WorkspaceId::from(workspace.id.as_str());
    memberships::insert(conn, &ws, user_id, Role::Owner.as_str(), ctx.now).await?;
    let caller = Caller { ws, role: Role::Owner, user_id: user_id.to_owned(), token_id: None };
    let object = audit::Object { kind: "workspace", id: &workspace.id };
    audit::created(conn, ctx, &caller, object, &json!({"name": workspace.name})).await?;
    capture_keys::create_first(conn, ctx, &caller).await?;
    Ok(caller)
}
