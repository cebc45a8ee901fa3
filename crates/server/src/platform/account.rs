//! One's own account: name and password.

use axum::Json;
use axum::http::StatusCode;
use heedful_db::platform::{sessions as session_rows, users};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::SignedIn;
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Body;
use super::invalid::Invalid;
use super::password;
use super::password_resets::record;
use super::sessions::{self, UserOut};
use super::setup::check_person;
use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(update_own_account)).routes(routes!(change_password))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct OwnAccountPatch {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
}

#[derive(Deserialize, ToSchema)]
pub struct PasswordIn {
    pub current_password: String,
    #[schema(min_length = 10)]
    pub password: String,
}

/// Change one's name, in every workspace.
#[utoipa::path(patch, path = "/account", tag = "session", request_body = OwnAccountPatch,
    responses((status = 200, body = UserOut)), security(("session" = [])))]
pub async fn update_own_account(
    signed_in: SignedIn,
    ctx: Ctx,
    Body(patch): Body<OwnAccountPatch>,
) -> Result<Json<UserOut>> {
    let mut tx = ctx.begin().await?;
    let before = users::get(&mut tx, &signed_in.user_id).await?;
    let mut invalid = Invalid::default();
    check_person(&mut invalid, &patch.name, &before.email);
    invalid.or(())?;
    users::update_name(&mut tx, &signed_in.user_id, patch.name.trim(), ctx.now).await?;
    let user = users::get(&mut tx, &signed_in.user_id).await?;
    if user.name != before.name {
        record(&mut tx, &ctx, &user.id, "rename").await?;
    }
    ctx.commit(tx).await?;
    Ok(Json(UserOut { id: user.id, email: user.email, name: user.name }))
}

/// Change one's password. Every other session ends.
#[utoipa::path(put, path = "/account/password", tag = "session", request_body = PasswordIn,
    responses((status = 204)), security(("session" = [])))]
pub async fn change_password(
    signed_in: SignedIn,
    ctx: Ctx,
    Body(input): Body<PasswordIn>,
) -> Result<StatusCode> {
    let mut invalid = Invalid::default();
    password::check(&input.password, &mut invalid);
    let complaint = "must be another one than before";
    invalid.check("password", input.password != input.current_password, complaint);
    invalid.or(())?;
    let user = {
        let mut conn = ctx.read().await?;
        users::get(&mut conn, &signed_in.user_id).await?
    };
    match sessions::check_password(&ctx, &user, input.current_password).await {
        Err(Error::Invalid(_)) => return Err(Error::field("current_password", "is not right")),
        other => other?,
    }
    let password_hash = password::hash(input.password).await?;
    let mut tx = ctx.begin().await?;
    users::update_password(&mut tx, &user.id, &password_hash, ctx.now).await?;
    session_rows::delete_others(&mut tx, &user.id, &signed_in.session_id).await?;
    record(&mut tx, &ctx, &user.id, "change_password").await?;
    ctx.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
