//! Objectives: the outcomes of a quarter.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::bet::objectives::{self, Objective};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::patch::set;
use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch, patch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::List;
use crate::platform::{audit, time};

pub const TITLE_MAX: usize = 200;
pub const DESCRIPTION_MAX: usize = 5_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_objectives, create_objective))
        .routes(routes!(get_objective, update_objective, archive_objective))
        .routes(routes!(restore_objective))
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ObjectiveIn {
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// Such as `2026-Q2`; empty for no quarter in particular.
    #[serde(default)]
    pub quarter: String,
    pub owner_id: Option<String>,
    /// The metric that tells whether it is reached.
    pub metric_id: Option<String>,
    pub target: Option<f64>,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ObjectivePatch {
    pub title: Option<String>,
    pub description: Option<String>,
    pub quarter: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub owner_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub metric_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<f64>)]
    pub target: Option<Option<f64>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectiveOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub title: String,
    pub description: String,
    pub quarter: String,
    pub owner_id: Option<String>,
    pub metric_id: Option<String>,
    pub target: Option<f64>,
}

impl From<Objective> for ObjectiveOut {
    fn from(row: Objective) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            archived_at: time::out_opt(row.archived_at),
            title: row.title,
            description: row.description,
            quarter: row.quarter,
            owner_id: row.owner_id,
            metric_id: row.metric_id,
            target: row.target,
        }
    }
}

impl ObjectiveIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        invalid.check_length("description", &self.description, DESCRIPTION_MAX);
        check_quarter(&mut invalid, &self.quarter);
        invalid.or(self)
    }
}

impl ObjectivePatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), DESCRIPTION_MAX);
        check_quarter(&mut invalid, self.quarter.as_deref().unwrap_or_default());
        invalid.or(self)
    }

    fn apply(&self, row: &mut Objective) {
        set(&mut row.title, self.title.as_ref());
        set(&mut row.description, self.description.as_ref());
        set(&mut row.quarter, self.quarter.as_ref());
        set(&mut row.owner_id, self.owner_id.as_ref());
        set(&mut row.metric_id, self.metric_id.as_ref());
        set(&mut row.target, self.target.as_ref());
    }
}

fn check_quarter(invalid: &mut Invalid, quarter: &str) {
    let is_fine = quarter.is_empty()
        || quarter.split_once("-Q").is_some_and(|(year, number)| {
            year.len() == 4
                && year.bytes().all(|byte| byte.is_ascii_digit())
                && matches!(number, "1" | "2" | "3" | "4")
        });
    invalid.check("quarter", is_fine, "must look like 2026-Q2");
}

/// All objectives, the latest quarter first.
#[utoipa::path(get, path = "/objectives", tag = "bet", responses((status = 200, body = List<ObjectiveOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_objectives(viewer: Viewer, ctx: Ctx) -> Result<Json<List<ObjectiveOut>>> {
    let mut conn = ctx.read().await?;
    let rows = objectives::list(&mut conn, &viewer.ws).await?;
    Ok(Json(List::whole(rows.into_iter().map(ObjectiveOut::from).collect())))
}

/// Set an objective.
#[utoipa::path(post, path = "/objectives", tag = "bet", request_body = ObjectiveIn,
    responses((status = 201, body = ObjectiveOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_objective(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<ObjectiveIn>,
) -> Result<(StatusCode, Json<ObjectiveOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let row = Objective {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        title: input.title,
        description: input.description,
        quarter: input.quarter,
        owner_id: input.owner_id,
        metric_id: input.metric_id,
        target: input.target,
    };
    objectives::insert(&mut tx, &editor.ws, &row).await?;
    let out = ObjectiveOut::from(row);
    let object = audit::Object { kind: "objective", id: &out.id };
    audit::created(&mut tx, &ctx, &editor, object, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One objective.
#[utoipa::path(get, path = "/objectives/{id}", tag = "bet", params(("id" = String, Path)),
    responses((status = 200, body = ObjectiveOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_objective(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ObjectiveOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(objectives::get(&mut conn, &viewer.ws, &id).await?.into()))
}

/// Change an objective.
#[utoipa::path(patch, path = "/objectives/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    request_body = ObjectivePatch, responses((status = 200, body = ObjectiveOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_objective(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<ObjectivePatch>,
) -> Result<Json<ObjectiveOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put an objective away.
#[utoipa::path(delete, path = "/objectives/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ObjectiveOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_objective(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ObjectiveOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived objective back.
#[utoipa::path(post, path = "/objectives/{id}/restore", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = ObjectiveOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_objective(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<ObjectiveOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Objective),
) -> Result<Json<ObjectiveOut>> {
    let mut tx = ctx.begin().await?;
    let mut row = objectives::get(&mut tx, &caller.ws, id).await?;
    let before = ObjectiveOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    objectives::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = ObjectiveOut::from(objectives::get(&mut tx, &caller.ws, id).await?);
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: "objective", id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_have_one_form() {
        let check = |quarter: &str, is_fine: bool| {
            let input =
                ObjectiveIn { title: "T".to_owned(), quarter: quarter.to_owned(), ..ObjectiveIn::default() };
            assert_eq!(input.validate().is_ok(), is_fine, "{quarter}");
        };
        check("", true);
        check("2026-Q2", true);
        check("2026-Q5", false);
        check("26-Q1", false);
        check("Q1 2026", false);
    }
}
