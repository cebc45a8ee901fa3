//! The work that happens in the background, to look at and to start again.

use axum::Json;
use axum::extract::Path;
use heedful_db::platform::jobs::{self, Job};
use heedful_db::types::DAY;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Admin;
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Query;
use super::invalid::Invalid;
use super::paging::{List, Paging};
use super::{audit, time};
use crate::app::App;

const STATES: &[&str] = &["queued", "running", "done", "failed"];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_jobs)).routes(routes!(get_job)).routes(routes!(retry_job))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// queued, running, done or failed
    pub state: Option<String>,
    /// Whether it is due more than a day from now, as deletions at the end of a promised time are.
    pub scheduled: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobOut {
    pub id: String,
    /// What it does, such as `send_mail`.
    pub kind: String,
    /// queued, running, done or failed
    pub state: String,
    /// When it is due, or was.
    #[schema(value_type = String, format = DateTime)]
    pub run_at: Timestamp,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub progress_done: i64,
    /// 0 when the work has no steps to count.
    pub progress_total: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

impl From<Job> for JobOut {
    fn from(row: Job) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            run_at: time::out(row.run_at),
            attempts: row.attempts,
            last_error: row.last_error,
            progress_done: row.progress_done,
            progress_total: row.progress_total,
            created_at: time::out(row.created_at),
            finished_at: time::out_opt(row.finished_at),
        }
    }
}

/// The jobs of the workspace, newest first. Those done are kept for two weeks.
#[utoipa::path(get, path = "/jobs", tag = "workspace", params(JobQuery, Paging),
    responses((status = 200, body = List<JobOut>)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn list_jobs(
    admin: Admin,
    ctx: Ctx,
    Query(query): Query<JobQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<JobOut>>> {
    let mut invalid = Invalid::default();
    if let Some(state) = &query.state {
        invalid.check_choice("state", state, STATES);
    }
    invalid.or(())?;
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let tomorrow = |is_asked: bool| is_asked.then_some(ctx.now + DAY);
    let filter = jobs::Filter {
        state: query.state.as_deref(),
        due_before: tomorrow(query.scheduled == Some(false)),
        due_from: tomorrow(query.scheduled == Some(true)),
    };
    let page = jobs::list(&mut conn, &admin.ws, &filter, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, JobOut::from)))
}

/// One job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "workspace", params(("id" = String, Path)),
    responses((status = 200, body = JobOut)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn get_job(admin: Admin, ctx: Ctx, Path(id): Path<String>) -> Result<Json<JobOut>> {
    let mut conn = ctx.read().await?;
    let row = jobs::find(&mut conn, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    Ok(Json(row.into()))
}

/// Start a failed job again, now.
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "workspace", params(("id" = String, Path)),
    responses((status = 200, body = JobOut)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn retry_job(admin: Admin, ctx: Ctx, Path(id): Path<String>) -> Result<Json<JobOut>> {
    let mut tx = ctx.begin().await?;
    let before = jobs::find(&mut tx, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    if !jobs::retry(&mut tx, &admin.ws, &id, ctx.now).await? {
        return Err(Error::conflict("only a job that has failed can be started again"));
    }
    let object = audit::Object { kind: "job", id: &id };
    audit::acted(&mut tx, &ctx, &admin, "retry", object, &json!({"kind": before.kind})).await?;
    let after = jobs::find(&mut tx, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    ctx.commit(tx).await?;
    Ok(Json(after.into()))
}
