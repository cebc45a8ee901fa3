//! Invitations: a link by mail that makes somebody a member.

use axum::Json;
use axum::extract::{Extension, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use heedful_db::platform::invitations::{self, Invitation};
use heedful_db::platform::{memberships, one_time_tokens, users, workspaces};
use heedful_db::types::DAY;
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, Caller, Role};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::http::ClientIp;
use super::idempotency::ShownOnce;
use super::invalid::Invalid;
use super::letters::InvitationLetter;
use super::paging::List;
use super::rate_limit::Limit;
use super::sessions::{self, SessionOut};
use super::setup::check_person;
use super::{audit, mail, password, secret, time};
use crate::app::App;

const PURPOSE: &str = "invite";
const VALID_FOR: i64 = 14 * DAY;
/// Invitations are mails to strangers: no workspace may flood them.
const SENDING: Limit = Limit { times: 200, window: DAY };
const TRIES: Limit = Limit { times: 30, window: DAY / 96 };
/// Members and open invitations of one workspace.
const MEMBERS_MAX: usize = 1_000;
const OPEN_MAX: i64 = 500;
const NO_LONGER: &str = "this invitation was used, taken back or has expired; ask for a new one";

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_invitations, create_invitation))
        .routes(routes!(get_invitation, revoke_invitation))
        .routes(routes!(accept_invitation))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct InvitationIn {
    #[schema(example = "grace@example.com")]
    pub email: String,
    pub role: Role,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    pub id: String,
    pub email: String,
    pub role: Role,
    /// The member who invited.
    pub invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationMade {
    pub invitation: InvitationOut,
    /// The link that was mailed, in case the mail does not arrive. It is shown only now.
    pub accept_url: String,
}

/// What somebody who holds the link may know.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationBrief {
    pub workspace: String,
    pub email: String,
    pub role: Role,
    /// Whether the address has an account here already: then its password is asked for instead of a new one.
    pub has_account: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct AcceptanceIn {
    /// Needed for a new account.
    #[serde(default)]
    pub name: String,
    /// A new one for a new account, else the account's own.
    pub password: String,
}

impl InvitationOut {
    fn of(row: Invitation) -> Result<Self> {
        Ok(Self {
            id: row.id,
            email: row.email,
            role: Role::parse(&row.role)?,
            invited_by: row.invited_by,
            created_at: time::out(row.created_at),
            expires_at: time::out(row.expires_at),
        })
    }
}

/// Invitations that can still be accepted, newest first.
#[utoipa::path(get, path = "/invitations", tag = "workspace",
    responses((status = 200, body = List<InvitationOut>)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn list_invitations(admin: Admin, ctx: Ctx) -> Result<Json<List<InvitationOut>>> {
    let mut conn = ctx.read().await?;
    let rows = invitations::list_open(&mut conn, &admin.ws, ctx.now, OPEN_MAX).await?;
    Ok(Json(List::whole(rows.into_iter().map(InvitationOut::of).collect::<Result<_>>()?)))
}

/// Invite somebody by mail. An earlier invitation of the same address stops working. Only owners invite owners.
#[utoipa::path(post, path = "/invitations", tag = "workspace", request_body = InvitationIn,
    responses((status = 201, body = InvitationMade)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn create_invitation(
    admin: Admin,
    ctx: Ctx,
    Body(input): Body<InvitationIn>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<InvitationMade>)> {
    let email = input.email.trim().to_lowercase();
    let mut invalid = Invalid::default();
    check_person(&mut invalid, "somebody", &email);
    invalid.or(())?;
    if input.role > admin.role {
        return Err(Error::Forbidden("only owners may invite owners"));
    }
    ctx.app.rate_limiter.check(format!("invitations of {}", admin.ws), SENDING, ctx.now)?;
    let mut tx = ctx.begin().await?;
    check_new(&mut tx, &ctx, &admin, &email).await?;
    invitations::revoke_of_email(&mut tx, &admin.ws, &email, ctx.now).await?;
    let row = Invitation {
        workspace_id: admin.ws.to_string(),
        id: ctx.new_id(),
        email,
        role: input.role.as_str().to_owned(),
        invited_by: admin.user_id.clone(),
        created_at: ctx.now,
        expires_at: ctx.now + VALID_FOR,
        accepted_at: None,
        revoked_at: None,
    };
    invitations::insert(&mut tx, &admin.ws, &row).await?;
    let accept_url = send_link(&mut tx, &ctx, &row).await?;
    let invitation = InvitationOut::of(row)?;
    let object = audit::Object { kind: "invitation", id: &invitation.id };
    audit::created(&mut tx, &ctx, &admin, object, &invitation).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(InvitationMade { invitation, accept_url })))
}

/// What an invitation is for. `key` is the secret in its link.
#[utoipa::path(get, path = "/invitations/{key}", tag = "workspace", params(("key" = String, Path)),
    responses((status = 200, body = InvitationBrief)), security(()))]
pub async fn get_invitation(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Path(key): Path<String>,
) -> Result<Json<InvitationBrief>> {
    ctx.app.rate_limiter.check(format!("invitation {ip}"), TRIES, ctx.now)?;
    let mut conn = ctx.read().await?;
    let row = find_open(&mut conn, &ctx, &key).await?;
    let workspace = workspaces::get(&mut conn, &row.workspace_id.as_str().into()).await?.name;
    let has_account = users::find_by_email(&mut conn, &row.email).await?.is_some();
    Ok(Json(InvitationBrief { workspace, role: Role::parse(&row.role)?, email: row.email, has_account }))
}

/// Take an invitation back. `key` is its id.
#[utoipa::path(delete, path = "/invitations/{key}", tag = "workspace", params(("key" = String, Path)),
    responses((status = 204)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn revoke_invitation(admin: Admin, ctx: Ctx, Path(key): Path<String>) -> Result<StatusCode> {
    let mut tx = ctx.begin().await?;
    let row = invitations::find(&mut tx, &admin.ws, &key).await?.ok_or(Error::NotFound)?;
    if !invitations::revoke(&mut tx, &admin.ws, &key, ctx.now).await? {
        return Err(Error::conflict("this invitation was accepted or taken back already"));
    }
    let object = audit::Object { kind: "invitation", id: &key };
    audit::deleted(&mut tx, &ctx, &admin, object, &InvitationOut::of(row)?).await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Become a member and sign in. `key` is the secret in the link.
#[utoipa::path(post, path = "/invitations/{key}/accept", tag = "workspace", params(("key" = String, Path)),
    request_body = AcceptanceIn, responses((status = 200, body = SessionOut)), security(()))]
pub async fn accept_invitation(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Path(key): Path<String>,
    Body(input): Body<AcceptanceIn>,
) -> Result<impl IntoResponse> {
    ctx.app.rate_limiter.check(format!("invitation {ip}"), TRIES, ctx.now)?;
    let (row, user) = {
        let mut conn = ctx.read().await?;
        let row = find_open(&mut conn, &ctx, &key).await?;
        let user = users::find_by_email(&mut conn, &row.email).await?;
        (row, user)
    };
    let newcomer = match &user {
        Some(user) => {
            sessions::check_password(&ctx, user, input.password).await?;
            None
        }
        None => Some(new_user(&ctx, &row.email, input).await?),
    };
    let mut tx = ctx.begin().await?;
    let ws = WorkspaceId::from(row.workspace_id.as_str());
    let taken = one_time_tokens::take(&mut tx, &secret::hash(&key), PURPOSE, ctx.now).await?;
    if taken.is_none() || !invitations::accept(&mut tx, &ws, &row.id, ctx.now).await? {
        return Err(Error::Forbidden(NO_LONGER));
    }
    if let Some(newcomer) = &newcomer {
        users::insert(&mut tx, newcomer).await?;
    }
    let user = newcomer.or(user).ok_or(Error::NotFound)?;
    join(&mut tx, &ctx, &row, &user).await?;
    let cookie = sessions::start(&mut tx, &ctx, &user.id, &headers).await?;
    let out = sessions::describe(&mut tx, &user.id, Some(ws.as_str())).await?;
    ctx.commit(tx).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(out)))
}

async fn check_new(conn: &mut Conn, ctx: &Ctx, admin: &Caller, email: &str) -> Result<()> {
    let members = memberships::list(conn, &admin.ws).await?;
    let mut active = members.iter().filter(|member| member.state == "active");
    if active.any(|member| member.email == email) {
        return Err(Error::field("email", "belongs to a member already"));
    }
    let n_open = invitations::list_open(conn, &admin.ws, ctx.now, OPEN_MAX).await?.len();
    let has_room = members.len() + n_open < MEMBERS_MAX && n_open < usize::try_from(OPEN_MAX).unwrap_or(0);
    if has_room { Ok(()) } else { Err(Error::field("email", "cannot be invited: the workspace is full")) }
}

async fn send_link(conn: &mut Conn, ctx: &Ctx, row: &Invitation) -> Result<String> {
    let ws = WorkspaceId::from(row.workspace_id.as_str());
    let key = ctx.new_secret();
    let subject = format!("{}/{}", row.workspace_id, row.id);
    one_time_tokens::insert(conn, &secret::hash(&key), PURPOSE, &subject, ctx.now, row.expires_at).await?;
    let url = format!("{}/accept-invitation?token={key}", ctx.app.config.public_url);
    let letter = InvitationLetter {
        workspace: workspaces::get(conn, &ws).await?.name,
        inviter: users::get(conn, &row.invited_by).await?.name,
        email: row.email.clone(),
        role: row.role.clone(),
        days: VALID_FOR / DAY,
        url: url.clone(),
    };
    // Admins read the outbox; a link that makes an owner is not for them.
    let outbox = (row.role != Role::Owner.as_str()).then_some(&ws);
    mail::push(conn, ctx, outbox, letter.write()?).await?;
    Ok(url)
}

async fn find_open(conn: &mut Conn, ctx: &Ctx, key: &str) -> Result<Invitation> {
    let subject = one_time_tokens::find(conn, &secret::hash(key), PURPOSE, ctx.now).await?;
    let subject = subject.ok_or(Error::Forbidden(NO_LONGER))?;
    let (ws, id) = subject.split_once('/').ok_or(Error::NotFound)?;
    let row = invitations::find(conn, &ws.into(), id).await?;
    let is_open = |row: &Invitation| row.accepted_at.is_none() && row.revoked_at.is_none();
    row.filter(is_open).ok_or(Error::Forbidden(NO_LONGER))
}

async fn new_user(ctx: &Ctx, email: &str, input: AcceptanceIn) -> Result<users::User> {
    let mut invalid = Invalid::default();
    check_person(&mut invalid, &input.name, email);
    password::check(&input.password, &mut invalid);
    invalid.or(())?;
    Ok(users::User {
        id: ctx.new_id(),
        email: email.to_owned(),
        name: input.name.trim().to_owned(),
        password_hash: password::hash(input.password).await?,
        created_at: ctx.now,
        updated_at: ctx.now,
    })
}

/// Makes the user a member; one who is active already keeps the role they have.
async fn join(conn: &mut Conn, ctx: &Ctx, row: &Invitation, user: &users::User) -> Result<()> {
    let ws = WorkspaceId::from(row.workspace_id.as_str());
    let member = memberships::find(conn, &ws, &user.id).await?;
    if member.is_none_or(|member| member.state != "active") {
        memberships::insert(conn, &ws, &user.id, &row.role, ctx.now).await?;
    }
    let caller = Caller { ws, role: Role::parse(&row.role)?, user_id: user.id.clone(), token_id: None };
    let object = audit::Object { kind: "invitation", id: &row.id };
    audit::acted(conn, ctx, &caller, "accept", object, &json!({"email": row.email, "role": row.role})).await
}
