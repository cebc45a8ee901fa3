//! Opportunities: needs of customers, below an objective and fed by themes.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::bet::opportunities::{self, Opportunity};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::objectives::{DESCRIPTION_MAX, TITLE_MAX};
use super::patch::set;
use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::List;
use crate::platform::{audit, time};

const THEMES_MAX: usize = 50;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_opportunities, create_opportunity))
        .routes(routes!(get_opportunity, update_opportunity, archive_opportunity))
        .routes(routes!(restore_opportunity))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OpportunityQuery {
    pub objective_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct OpportunityIn {
    pub objective_id: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// Themes in which customers speak of this need; at most 50.
    #[serde(default)]
    pub theme_ids: Vec<String>,
}

/// Absent fields stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OpportunityPatch {
    pub objective_id: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub theme_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ThemeLink {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpportunityOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub objective_id: String,
    pub title: String,
    pub description: String,
    pub themes: Vec<ThemeLink>,
}

impl OpportunityOut {
    fn of(row: Opportunity, themes: Vec<ThemeLink>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            archived_at: time::out_opt(row.archived_at),
            objective_id: row.objective_id,
            title: row.title,
            description: row.description,
            themes,
        }
    }
}

impl OpportunityIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("title", &self.title, TITLE_MAX);
        invalid.check_length("description", &self.description, DESCRIPTION_MAX);
        invalid.check("theme_ids", self.theme_ids.len() <= THEMES_MAX, "must be at most 50");
        invalid.or(self)
    }
}

impl OpportunityPatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            invalid.check_text("title", title, TITLE_MAX);
        }
        invalid.check_optional("description", self.description.as_deref(), DESCRIPTION_MAX);
        let n_themes = self.theme_ids.as_ref().map_or(0, Vec::len);
        invalid.check("theme_ids", n_themes <= THEMES_MAX, "must be at most 50");
        invalid.or(self)
    }

    fn apply(&self, row: &mut Opportunity) {
        set(&mut row.objective_id, self.objective_id.as_ref());
        set(&mut row.title, self.title.as_ref());
        set(&mut row.description, self.description.as_ref());
    }
}

/// Opportunities, in the order of their making.
#[utoipa::path(get, path = "/opportunities", tag = "bet", params(OpportunityQuery),
    responses((status = 200, body = List<OpportunityOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_opportunities(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<OpportunityQuery>,
) -> Result<Json<List<OpportunityOut>>> {
    let mut conn = ctx.read().await?;
    Ok(Json(List::whole(load(&mut conn, &viewer.ws, query.objective_id.as_deref()).await?)))
}

/// Add an opportunity below an objective.
#[utoipa::path(post, path = "/opportunities", tag = "bet", request_body = OpportunityIn,
    responses((status = 201, body = OpportunityOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_opportunity(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<OpportunityIn>,
) -> Result<(StatusCode, Json<OpportunityOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let row = Opportunity {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        objective_id: input.objective_id,
        title: input.title,
        description: input.description,
    };
    opportunities::insert(&mut tx, &editor.ws, &row).await?;
    opportunities::update_themes(&mut tx, &editor.ws, &row.id, &input.theme_ids).await?;
    let (_, out) = read(&mut tx, &editor.ws, &row.id).await?;
    let object = audit::Object { kind: "opportunity", id: &row.id };
    audit::created(&mut tx, &ctx, &editor, object, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One opportunity.
#[utoipa::path(get, path = "/opportunities/{id}", tag = "bet", params(("id" = String, Path)),
    responses((status = 200, body = OpportunityOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_opportunity(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OpportunityOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer.ws, &id).await?.1))
}

/// Change an opportunity, or move it below another objective.
#[utoipa::path(patch, path = "/opportunities/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    request_body = OpportunityPatch, responses((status = 200, body = OpportunityOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_opportunity(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<OpportunityPatch>,
) -> Result<Json<OpportunityOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, patch.theme_ids.as_deref(), |row| patch.apply(row)).await
}

/// Put an opportunity away.
#[utoipa::path(delete, path = "/opportunities/{id}", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OpportunityOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_opportunity(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OpportunityOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = Some(now)).await
}

/// Bring an archived opportunity back.
#[utoipa::path(post, path = "/opportunities/{id}/restore", tag = "bet", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OpportunityOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_opportunity(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OpportunityOut>> {
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = None).await
}

/// The opportunities of one objective, or all, with their themes.
pub async fn load(
    conn: &mut Conn,
    ws: &WorkspaceId,
    objective_id: Option<&str>,
) -> Result<Vec<OpportunityOut>> {
    let rows = opportunities::list(conn, ws, objective_id).await?;
    with_themes(conn, ws, rows).await
}

async fn with_themes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    rows: Vec<Opportunity>,
) -> Result<Vec<OpportunityOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut themes: HashMap<String, Vec<ThemeLink>> = HashMap::new();
    for (opportunity, id, name) in opportunities::list_themes(conn, ws, &ids).await? {
        themes.entry(opportunity).or_default().push(ThemeLink { id, name });
    }
    let out = rows.into_iter().map(|row| {
        let themes = themes.remove(&row.id).unwrap_or_default();
        OpportunityOut::of(row, themes)
    });
    Ok(out.collect())
}

async fn read(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<(Opportunity, OpportunityOut)> {
    let row = opportunities::get(conn, ws, id).await?;
    let themes = opportunities::list_themes(conn, ws, &[id.to_owned()]).await?;
    let themes = themes.into_iter().map(|(_, id, name)| ThemeLink { id, name }).collect();
    Ok((row.clone(), OpportunityOut::of(row, themes)))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    theme_ids: Option<&[String]>,
    apply: impl FnOnce(&mut Opportunity),
) -> Result<Json<OpportunityOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &caller.ws, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    opportunities::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    if let Some(theme_ids) = theme_ids {
        opportunities::update_themes(&mut tx, &caller.ws, id, theme_ids).await?;
    }
    let (_, after) = read(&mut tx, &caller.ws, id).await?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: "opportunity", id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}
