//! Workspaces: the one at work, and making another.

use axum::Json;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::platform::workspaces::{self, Workspace};
use heedful_db::types::DAY;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Admin, SignedIn, Viewer};
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::{Body, IfMatch, patch};
use super::invalid::{Invalid, Valid};
use super::rate_limit::Limit;
use super::{audit, setup, time};
use crate::app::App;

const NAME_MAX: usize = 200;
/// A century.
const KEPT_DAYS_MAX: i64 = 36_500;
/// Workspaces that one person may belong to when making another.
const PER_USER_MAX: usize = 50;
const MAKING: Limit = Limit { times: 10, window: DAY };

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_workspace, update_workspace)).routes(routes!(create_workspace))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspaceIn {
    #[schema(min_length = 1, max_length = 200, example = "Harbour")]
    pub name: String,
    /// A name from the IANA time zone database; UTC when not given.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// An ISO 4217 code; EUR when not given.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
}

/// Absent fields stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WorkspacePatch {
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// A name from the IANA time zone database.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// An ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
    /// No more events are taken on one day; null for no bound.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<i64>, minimum = 1)]
    pub events_per_day_max: Option<Option<i64>>,
    /// Events are removed so many days after they were done; null to keep them for ever.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    pub events_kept_days: Option<Option<i64>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkspaceOut {
    pub id: String,
    pub version: i64,
    pub name: String,
    pub time_zone: String,
    pub currency: String,
    /// No more events are taken on one day.
    pub events_per_day_max: Option<i64>,
    /// Events are removed so many days after they were done.
    pub events_kept_days: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Workspace> for WorkspaceOut {
    fn from(row: Workspace) -> Self {
        Self {
            id: row.id,
            version: row.version,
            name: row.name,
            time_zone: row.time_zone,
            currency: row.currency,
            events_per_day_max: row.events_per_day_max,
            events_kept_days: row.events_kept_days,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
        }
    }
}

impl WorkspaceIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        check_places(&mut invalid, self.time_zone.as_deref(), self.currency.as_deref());
        invalid.or(self)
    }
}

impl WorkspacePatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        check_places(&mut invalid, self.time_zone.as_deref(), self.currency.as_deref());
        let max = self.events_per_day_max.flatten();
        invalid.check("events_per_day_max", max.is_none_or(|max| max > 0), "must be at least 1");
        let kept = self.events_kept_days.flatten();
        let is_kept = kept.is_none_or(|days| (1..=KEPT_DAYS_MAX).contains(&days));
        invalid.check("events_kept_days", is_kept, "must be between 1 and 36,500 days");
        invalid.or(self)
    }
}

fn check_places(invalid: &mut Invalid, time_zone: Option<&str>, currency: Option<&str>) {
    if let Some(name) = time_zone {
        let complaint = "must be a time zone such as Europe/Berlin";
        invalid.check("time_zone", jiff::tz::TimeZone::get(name).is_ok(), complaint);
    }
    if let Some(code) = currency {
        let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        invalid.check("currency", is_code, "must be three capital letters, such as EUR");
    }
}

/// The workspace at work: the one of the token, or the one named in the header `Heedful-Workspace`.
#[utoipa::path(get, path = "/workspace", tag = "workspace", responses((status = 200, body = WorkspaceOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_workspace(viewer: Viewer, ctx: Ctx) -> Result<Json<WorkspaceOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(workspaces::get(&mut conn, &viewer.ws).await?.into()))
}

/// Rename the workspace, or set its time zone, its currency, or what is taken and kept of events.
#[utoipa::path(patch, path = "/workspace", tag = "workspace", params(IfMatch), request_body = WorkspacePatch,
    responses((status = 200, body = WorkspaceOut)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn update_workspace(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Body(patch): Body<WorkspacePatch>,
) -> Result<Json<WorkspaceOut>> {
    let patch = patch.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let mut row = workspaces::get(&mut tx, &admin.ws).await?;
    let before = WorkspaceOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    if let Some(name) = patch.name {
        name.trim().clone_into(&mut row.name);
    }
    row.time_zone = patch.time_zone.unwrap_or(row.time_zone);
    row.currency = patch.currency.unwrap_or(row.currency);
    row.events_per_day_max = patch.events_per_day_max.unwrap_or(row.events_per_day_max);
    row.events_kept_days = patch.events_kept_days.unwrap_or(row.events_kept_days);
    let after = write(&mut tx, &ctx, &row).await?;
    let object = audit::Object { kind: "workspace", id: &after.id };
    audit::updated(&mut tx, &ctx, &admin, object, &before, &after).await?;
    ctx.commit(tx).await?;
    ctx.app.capture.forget_allowance(&admin.ws);
    Ok(Json(after))
}

/// Make another workspace; whoever makes it owns it.
#[utoipa::path(post, path = "/workspaces", tag = "workspace", request_body = WorkspaceIn,
    responses((status = 201, body = WorkspaceOut)), security(("session" = [])))]
pub async fn create_workspace(
    signed_in: SignedIn,
    ctx: Ctx,
    Body(input): Body<WorkspaceIn>,
) -> Result<(StatusCode, Json<WorkspaceOut>)> {
    let input = input.validate()?.into_inner();
    ctx.app.rate_limiter.check(format!("workspaces of {}", signed_in.user_id), MAKING, ctx.now)?;
    let mut tx = ctx.begin().await?;
    if workspaces::list_of_user(&mut tx, &signed_in.user_id).await?.len() >= PER_USER_MAX {
        return Err(Error::field("name", "cannot be given: you are in 50 workspaces, which are the most"));
    }
    let owner = setup::create_workspace(&mut tx, &ctx, &signed_in.user_id, input.name.trim()).await?;
    let mut row = workspaces::get(&mut tx, &owner.ws).await?;
    row.time_zone = input.time_zone.unwrap_or(row.time_zone);
    row.currency = input.currency.unwrap_or(row.currency);
    let out = write(&mut tx, &ctx, &row).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

async fn write(conn: &mut Conn, ctx: &Ctx, row: &Workspace) -> Result<WorkspaceOut> {
    workspaces::update(conn, row, ctx.now).await?;
    Ok(workspaces::get(conn, &row.id.as_str().into()).await?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_field() {
        let check = |time_zone: Option<&str>, currency: Option<&str>, expect: &[&str]| {
            let mut invalid = Invalid::default();
            check_places(&mut invalid, time_zone, currency);
            assert_eq!(invalid.0.keys().collect::<Vec<_>>(), expect);
        };
        check(None, None, &[]);
        check(Some("Europe/Berlin"), Some("CHF"), &[]);
        check(Some("Middle-earth/Shire"), None, &["time_zone"]);
        check(Some(""), Some("euro"), &["currency", "time_zone"]);
    }
}
