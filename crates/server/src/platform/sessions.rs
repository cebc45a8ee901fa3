//! Signing in and out, and who one is: `/session`.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use heedful_db::Conn;
use heedful_db::platform::{sessions, users, workspaces};
use heedful_db::types::DAY;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Role, SESSION_COOKIE, SESSION_LENGTH, SignedIn, WORKSPACE_HEADER};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::http::ClientIp;
use super::paging::List;
use super::rate_limit::Limit;
use super::{password, secret, time};
use crate::app::App;

/// Guessing is limited by address and by account.
const SIGN_IN_PER_ACCOUNT: Limit = Limit { times: 10, window: DAY / 96 };
const SIGN_IN_PER_ADDRESS: Limit = Limit { times: 60, window: DAY / 96 };
const USER_AGENT_MAX: usize = 300;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_session, create_session, delete_session))
        .routes(routes!(list_sessions))
        .routes(routes!(revoke_session))
}

#[derive(Deserialize, ToSchema)]
pub struct SessionIn {
    #[schema(example = "ada@example.com")]
    pub email: String,
    pub password: String,
}

#[derive(Serialize, ToSchema)]
pub struct SessionOut {
    pub user: UserOut,
    /// The workspace named in the header `Heedful-Workspace`, else the first; null for a member of none.
    pub workspace: Option<WorkspaceBrief>,
    pub role: Option<Role>,
    pub workspaces: Vec<MembershipBrief>,
}

#[derive(Serialize, ToSchema)]
pub struct UserOut {
    pub id: String,
    pub email: String,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct WorkspaceBrief {
    pub id: String,
    pub name: String,
    pub time_zone: String,
    pub currency: String,
}

#[derive(Serialize, ToSchema)]
pub struct MembershipBrief {
    pub id: String,
    pub name: String,
    pub role: Role,
}

/// A place where one is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionPlace {
    pub id: String,
    pub user_agent: String,
    /// Whether it is the session that asks.
    pub current: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: jiff::Timestamp,
}

/// Who is signed in, and where they may work.
#[utoipa::path(get, path = "/session", tag = "session", params(("Heedful-Workspace" = Option<String>, Header)),
    responses((status = 200, body = SessionOut)), security(("session" = [])))]
pub async fn get_session(signed_in: SignedIn, ctx: Ctx, headers: HeaderMap) -> Result<Json<SessionOut>> {
    let chosen = headers.get(WORKSPACE_HEADER).and_then(|id| id.to_str().ok());
    let mut conn = ctx.read().await?;
    Ok(Json(describe(&mut conn, &signed_in.user_id, chosen).await?))
}

/// Sign in: sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SessionIn,
    responses((status = 200, body = SessionOut)), security(()))]
pub async fn create_session(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Body(input): Body<SessionIn>,
) -> Result<impl IntoResponse> {
    let email = input.email.trim().to_lowercase();
    ctx.app.rate_limiter.check(format!("sign-in address {ip}"), SIGN_IN_PER_ADDRESS, ctx.now)?;
    ctx.app.rate_limiter.check(format!("sign-in account {email}"), SIGN_IN_PER_ACCOUNT, ctx.now)?;
    let user = {
        let mut conn = ctx.read().await?;
        users::find_by_email(&mut conn, &email).await?
    };
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = password::verify(input.password, stored).await?;
    let user = user
        .filter(|_| is_right)
        .ok_or_else(|| Error::field("password", "does not fit this email address"))?;

    let mut tx = ctx.begin().await?;
    let cookie = start(&mut tx, &ctx, &user.id, &headers).await?;
    ctx.commit(tx).await?;
    let mut conn = ctx.read().await?;
    let out = describe(&mut conn, &user.id, None).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(out)))
}

/// Sign out here.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)), security(("session" = [])))]
pub async fn delete_session(signed_in: SignedIn, ctx: Ctx) -> Result<impl IntoResponse> {
    let mut tx = ctx.begin().await?;
    sessions::delete(&mut tx, &signed_in.user_id, &signed_in.session_id).await?;
    ctx.commit(tx).await?;
    let gone = cookie(&ctx.app, "", 0);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, gone)])))
}

/// Everywhere one is signed in.
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = List<SessionPlace>)),
    security(("session" = [])))]
pub async fn list_sessions(signed_in: SignedIn, ctx: Ctx) -> Result<Json<List<SessionPlace>>> {
    let mut conn = ctx.read().await?;
    let rows = sessions::list_of_user(&mut conn, &signed_in.user_id, ctx.now).await?;
    let out = rows.into_iter().map(|row| SessionPlace {
        current: row.id == signed_in.session_id,
        id: row.id,
        user_agent: row.user_agent,
        created_at: time::out(row.created_at),
        seen_at: time::out(row.seen_at),
    });
    Ok(Json(List::whole(out.collect())))
}

/// Sign out somewhere else.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204)), security(("session" = [])))]
pub async fn revoke_session(signed_in: SignedIn, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    if !sessions::delete(&mut tx, &signed_in.user_id, &id).await? {
        return Err(Error::NotFound);
    }
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a password that is not the user's; guessing is limited like signing in.
pub async fn check_password(ctx: &Ctx, user: &users::User, password: String) -> Result<()> {
    ctx.app.rate_limiter.check(format!("sign-in account {}", user.email), SIGN_IN_PER_ACCOUNT, ctx.now)?;
    let is_right = password::verify(password, Some(user.password_hash.clone())).await?;
    if is_right { Ok(()) } else { Err(Error::field("password", "does not fit this email address")) }
}

/// Opens a session for a user who has proved who they are; returns the cookie to set.
pub async fn start(conn: &mut Conn, ctx: &Ctx, user_id: &str, headers: &HeaderMap) -> Result<String> {
    let token = ctx.new_secret();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown");
    let session = sessions::Session {
        id: ctx.new_id(),
        user_id: user_id.to_owned(),
        token_hash: secret::hash(&token),
        user_agent: agent.chars().take(USER_AGENT_MAX).collect(),
        created_at: ctx.now,
        seen_at: ctx.now,
        expires_at: ctx.now + SESSION_LENGTH,
    };
    sessions::delete_expired(conn, ctx.now).await?;
    sessions::insert(conn, &session).await?;
    Ok(cookie(&ctx.app, &token, SESSION_LENGTH / 1_000_000))
}

pub async fn describe(conn: &mut Conn, user_id: &str, chosen: Option<&str>) -> Result<SessionOut> {
    let user = users::get(conn, user_id).await?;
    let mut memberships = Vec::new();
    for (id, name, role) in workspaces::list_of_user(conn, user_id).await? {
        memberships.push(MembershipBrief { id, name, role: Role::parse(&role)? });
    }
    let current = memberships.iter().find(|membership| Some(membership.id.as_str()) == chosen);
    let current = current.or(memberships.first());
    let role = current.map(|membership| membership.role);
    let workspace = match current {
        Some(membership) => {
            let row = workspaces::get(conn, &membership.id.as_str().into()).await?;
            Some(WorkspaceBrief {
                id: row.id,
                name: row.name,
                time_zone: row.time_zone,
                currency: row.currency,
            })
        }
        None => None,
    };
    let user = UserOut { id: user.id, email: user.email, name: user.name };
    Ok(SessionOut { user, workspace, role, workspaces: memberships })
}

/// `Lax` lets a link in a mail open the app signed in; changes are guarded against other sites apart from it.
fn cookie(app: &App, token: &str, seconds: i64) -> String {
    let secure = if app.config.public_url.starts_with("https://") { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}
