//! Forgotten passwords: a link by mail that sets a new one.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::platform::{one_time_tokens, sessions, users, workspaces};
use heedful_db::types::{DAY, MINUTE};
use heedful_db::{Conn, Micros, WorkspaceId};
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
use super::invalid::Invalid;
use super::letters::ResetLetter;
use super::rate_limit::Limit;
use super::setup::check_person;
use super::{audit, mail, password, queue, secret};
use crate::app::App;

pub const SEND_RESET: &str = "send_password_reset";
const PURPOSE: &str = "reset";
const NO_LONGER: &str = "this link was used already or has expired; ask for a new one";
const VALID_FOR: Micros = 60 * MINUTE;
const PER_ADDRESS: Limit = Limit { times: 20, window: DAY / 96 };
/// Nobody's mailbox is to be flooded.
const PER_ACCOUNT: Limit = Limit { times: 5, window: DAY / 24 };

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request_password_reset)).routes(routes!(reset_password))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PasswordResetIn {
    #[schema(example = "ada@example.com")]
    pub email: String,
}

#[derive(Deserialize, ToSchema)]
pub struct NewPasswordIn {
    #[schema(min_length = 10)]
    pub password: String,
}

/// What the answer says is the same for every address.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordResetAsked {
    pub message: String,
}

/// Ask for a link to choose a new password. The answer does not tell whether the address has an account.
#[utoipa::path(post, path = "/password-resets", tag = "session", request_body = PasswordResetIn,
    responses((status = 202, body = PasswordResetAsked)), security(()))]
pub async fn request_password_reset(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Body(input): Body<PasswordResetIn>,
) -> Result<(StatusCode, Json<PasswordResetAsked>)> {
    let email = input.email.trim().to_lowercase();
    let mut invalid = Invalid::default();
    check_person(&mut invalid, "somebody", &email);
    invalid.or(())?;
    ctx.app.rate_limiter.check(format!("reset address {ip}"), PER_ADDRESS, ctx.now)?;
    ctx.app.rate_limiter.check(format!("reset account {email}"), PER_ACCOUNT, ctx.now)?;
    // Whether there is such an account is looked up by the job, so that not even the time taken tells.
    let mut tx = ctx.begin().await?;
    queue::push(&mut tx, &ctx, None, SEND_RESET, &PasswordResetIn { email }).await?;
    ctx.commit(tx).await?;
    let message = "If this address has an account, a link to choose a new password is on its way.".to_owned();
    Ok((StatusCode::ACCEPTED, Json(PasswordResetAsked { message })))
}

/// Choose a new password with the secret from the link. Every session of the account ends.
#[utoipa::path(post, path = "/password-resets/{token}", tag = "session", params(("token" = String, Path)),
    request_body = NewPasswordIn, responses((status = 204)), security(()))]
pub async fn reset_password(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Path(token): Path<String>,
    Body(input): Body<NewPasswordIn>,
) -> Result<StatusCode> {
    ctx.app.rate_limiter.check(format!("reset address {ip}"), PER_ADDRESS, ctx.now)?;
    let mut invalid = Invalid::default();
    password::check(&input.password, &mut invalid);
    invalid.or(())?;
    let token_hash = secret::hash(&token);
    let is_known = {
        let mut conn = ctx.read().await?;
        one_time_tokens::find(&mut conn, &token_hash, PURPOSE, ctx.now).await?.is_some()
    };
    if !is_known {
        return Err(Error::Forbidden(NO_LONGER));
    }
    let password_hash = password::hash(input.password).await?;
    let mut tx = ctx.begin().await?;
    let user_id = one_time_tokens::take(&mut tx, &token_hash, PURPOSE, ctx.now)
        .await?
        .ok_or(Error::Forbidden(NO_LONGER))?;
    users::update_password(&mut tx, &user_id, &password_hash, ctx.now).await?;
    one_time_tokens::delete_of_subject(&mut tx, PURPOSE, &user_id).await?;
    sessions::delete_others(&mut tx, &user_id, "").await?;
    record(&mut tx, &ctx, &user_id, "reset_password").await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The job: mails the link, if there is such an account. Earlier links stop working.
pub async fn send_link(ctx: &Ctx, job: PasswordResetIn) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(user) = users::find_by_email(&mut tx, &job.email).await? else { return Ok(()) };
    let token = ctx.new_secret();
    one_time_tokens::delete_of_subject(&mut tx, PURPOSE, &user.id).await?;
    let expires_at = ctx.now + VALID_FOR;
    one_time_tokens::insert(&mut tx, &secret::hash(&token), PURPOSE, &user.id, ctx.now, expires_at).await?;
    let letter = ResetLetter {
        name: user.name,
        email: user.email,
        minutes: VALID_FOR / MINUTE,
        url: format!("{}/reset-password?token={token}", ctx.app.config.public_url),
    };
    // Of no workspace: a link that opens an account is not for those who read a workspace's outbox.
    mail::push(&mut tx, ctx, None, letter.write()?).await?;
    ctx.commit(tx).await
}

/// Notes in every workspace of a user what happened to their account.
pub async fn record(conn: &mut Conn, ctx: &Ctx, user_id: &str, action: &str) -> Result<()> {
    for (id, _, role) in workspaces::list_of_user(conn, user_id).await? {
        let caller = Caller {
            ws: WorkspaceId::from(id),
            role: Role::parse(&role)?,
            user_id: user_id.to_owned(),
            token_id: None,
        };
        let object = audit::Object { kind: "user", id: user_id };
        audit::acted(conn, ctx, &caller, action, object, &json!({})).await?;
    }
    Ok(())
}
