//! Who is calling. A handler states the permission it needs as the type of an argument; the type carries the workspace.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use heedful_db::platform::{api_tokens, memberships, sessions, workspaces};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Error, Result};
use super::secret;
use crate::app::App;

pub const SESSION_COOKIE: &str = "heedful_session";
pub const WORKSPACE_HEADER: &str = "heedful-workspace";
/// A session ends when it was not used for this long.
pub const SESSION_LENGTH: Micros = 30 * DAY;
/// Uses are noted at most this often, to keep reads free of writes.
const TOUCH_EVERY: Micros = DAY / 24;

/// What a member may do; each role may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Editor,
    Admin,
    Owner,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "viewer" => Ok(Self::Viewer),
            "editor" => Ok(Self::Editor),
            "admin" => Ok(Self::Admin),
            "owner" => Ok(Self::Owner),
            other => Err(Error::Internal(anyhow::anyhow!("stored role {other:?}"))),
        }
    }
}

/// A member of a workspace at work, in person or through a token.
#[derive(Clone, Debug)]
pub struct Caller {
    pub ws: WorkspaceId,
    pub role: Role,
    /// The member; for a token the member who made it.
    pub user_id: String,
    pub token_id: Option<String>,
}

/// Somebody with a session, in whatever workspace or none.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user_id: String,
    pub session_id: String,
}

macro_rules! permission {
    ($name:ident, $role:expr, $meaning:literal, $refusal:literal) => {
        #[doc = $meaning]
        #[derive(Clone, Debug)]
        pub struct $name(pub Caller);

        impl std::ops::Deref for $name {
            type Target = Caller;

            fn deref(&self) -> &Caller {
                &self.0
            }
        }

        impl FromRequestParts<App> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
                let caller = caller(&parts.headers, app).await?;
                if caller.role < $role {
                    return Err(Error::Forbidden($refusal));
                }
                Ok(Self(caller))
            }
        }
    };
}

permission!(Viewer, Role::Viewer, "May read.", "your role may not read this");
permission!(Editor, Role::Editor, "May read and change.", "your role may read but not change this");
permission!(Admin, Role::Admin, "May also manage members, tokens and settings.", "only admins may do this");
permission!(Owner, Role::Owner, "May do anything.", "only owners may do this");

impl FromRequestParts<App> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        signed_in(&parts.headers, app).await
    }
}

/// The value of our session cookie, if any.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    let jar = axum_extra::extract::CookieJar::from_headers(headers);
    jar.get(SESSION_COOKIE).map(|cookie| cookie.value().to_owned())
}

pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether the token or session of a request is one that we gave out and that still holds.
pub async fn is_known(headers: &HeaderMap, app: &App) -> Result<bool> {
    let mut conn = app.db.read().await?;
    let now = app.now();
    if let Some(token) = bearer_token(headers) {
        return Ok(api_tokens::find_by_hash(&mut conn, &secret::hash(token), now).await?.is_some());
    }
    let Some(token) = session_token(headers) else { return Ok(false) };
    Ok(sessions::find_by_token(&mut conn, &secret::hash(&token), now).await?.is_some())
}

async fn caller(headers: &HeaderMap, app: &App) -> Result<Caller> {
    if headers.contains_key(header::AUTHORIZATION) {
        let token = bearer_token(headers).ok_or(Error::Unauthorized)?;
        return token_caller(token, app).await;
    }
    let signed_in = signed_in(headers, app).await?;
    let mut conn = app.db.read().await?;
    let ws = match headers.get(WORKSPACE_HEADER) {
        Some(id) => WorkspaceId::from(id.to_str().map_err(|_| Error::NotFound)?),
        None => first_workspace(&mut conn, &signed_in.user_id).await?,
    };
    let member = memberships::find(&mut conn, &ws, &signed_in.user_id).await?;
    let member = member.filter(|member| member.state == "active");
    let member = member.ok_or(Error::Forbidden("you are not a member of this workspace"))?;
    Ok(Caller { ws, role: Role::parse(&member.role)?, user_id: member.user_id, token_id: None })
}

async fn first_workspace(conn: &mut Conn, user_id: &str) -> Result<WorkspaceId> {
    let mine = workspaces::list_of_user(conn, user_id).await?;
    let (id, ..) =
        mine.into_iter().next().ok_or(Error::Forbidden("you are not a member of any workspace"))?;
    Ok(WorkspaceId::from(id))
}

async fn signed_in(headers: &HeaderMap, app: &App) -> Result<SignedIn> {
    let token = session_token(headers).ok_or(Error::Unauthorized)?;
    let now = app.now();
    let session = {
        let mut conn = app.db.read().await?;
        sessions::find_by_token(&mut conn, &secret::hash(&token), now).await?.ok_or(Error::Unauthorized)?
    };
    if session.seen_at + TOUCH_EVERY < now {
        let mut tx = app.db.begin().await?;
        sessions::touch(&mut tx, &session.id, now, now + SESSION_LENGTH).await?;
        tx.commit().await.map_err(heedful_db::Error::from)?;
    }
    Ok(SignedIn { user_id: session.user_id, session_id: session.id })
}

async fn token_caller(token: &str, app: &App) -> Result<Caller> {
    let now = app.now();
    let (token, member) = {
        let mut conn = app.db.read().await?;
        let found = api_tokens::find_by_hash(&mut conn, &secret::hash(token), now).await?;
        let token = found.ok_or(Error::Unauthorized)?;
        let ws = WorkspaceId::from(token.workspace_id.as_str());
        let member = memberships::find(&mut conn, &ws, &token.created_by).await?;
        (token, member.filter(|member| member.state == "active").ok_or(Error::Unauthorized)?)
    };
    let ws = WorkspaceId::from(token.workspace_id.as_str());
    if token.used_at.is_none_or(|used| used + TOUCH_EVERY < now) {
        let mut tx = app.db.begin().await?;
        api_tokens::touch(&mut tx, &ws, &token.id, now).await?;
        tx.commit().await.map_err(heedful_db::Error::from)?;
    }
    // A token never outlives a change of its maker's role.
    let role = Role::parse(&token.scope)?.min(Role::parse(&member.role)?);
    Ok(Caller { ws, role, user_id: token.created_by, token_id: Some(token.id) })
}
