//! Codes: labels with a definition and rules of what to include and what not, in a tree.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::understand::codes::{self, Code};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query, patch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::List;
use crate::platform::{audit, time};

const KIND: &str = "code";
const NAME_MAX: usize = 100;
const TEXT_MAX: usize = 2_000;
/// A deeper codebook cannot be kept in mind; it also ends the search for circles.
const DEPTH_MAX: usize = 8;
/// Names of the chart colours, so that a code looks the same in light and dark.
pub const COLORS: &[&str] = &["", "blue", "green", "orange", "pink", "purple", "red", "teal", "yellow"];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_codes, create_code))
        .routes(routes!(get_code, update_code, archive_code))
        .routes(routes!(restore_code))
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct CodeIn {
    pub name: String,
    pub parent_id: Option<String>,
    /// What the code means.
    #[serde(default)]
    pub definition: String,
    /// When to use it.
    #[serde(default)]
    pub include_rule: String,
    /// When not to use it, though it looks alike.
    #[serde(default)]
    pub exclude_rule: String,
    /// blue, green, orange, pink, purple, red, teal, yellow, or empty
    #[serde(default)]
    pub color: String,
}

/// Absent fields stay as they are, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CodePatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub parent_id: Option<Option<String>>,
    pub definition: Option<String>,
    pub include_rule: Option<String>,
    pub exclude_rule: Option<String>,
    pub color: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CodeOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub parent_id: Option<String>,
    pub name: String,
    pub definition: String,
    pub include_rule: String,
    pub exclude_rule: String,
    pub color: String,
    /// Highlights that carry this very code; those of the codes below it are not included.
    pub n_highlights: i64,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

impl CodeOut {
    fn of(row: Code, n_highlights: i64) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            parent_id: row.parent_id,
            name: row.name,
            definition: row.definition,
            include_rule: row.include_rule,
            exclude_rule: row.exclude_rule,
            color: row.color,
            n_highlights,
        }
    }
}

impl CodeIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_length("definition", &self.definition, TEXT_MAX);
        invalid.check_length("include_rule", &self.include_rule, TEXT_MAX);
        invalid.check_length("exclude_rule", &self.exclude_rule, TEXT_MAX);
        invalid.check_choice("color", &self.color, COLORS);
        invalid.or(self)
    }
}

impl CodePatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        invalid.check_optional("definition", self.definition.as_deref(), TEXT_MAX);
        invalid.check_optional("include_rule", self.include_rule.as_deref(), TEXT_MAX);
        invalid.check_optional("exclude_rule", self.exclude_rule.as_deref(), TEXT_MAX);
        if let Some(color) = &self.color {
            invalid.check_choice("color", color, COLORS);
        }
        invalid.or(self)
    }

    fn apply(&self, row: &mut Code) {
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut row.name);
        }
        if let Some(parent) = &self.parent_id {
            row.parent_id.clone_from(parent);
        }
        for (field, value) in [
            (&mut row.definition, &self.definition),
            (&mut row.include_rule, &self.include_rule),
            (&mut row.exclude_rule, &self.exclude_rule),
            (&mut row.color, &self.color),
        ] {
            if let Some(value) = value {
                field.clone_from(value);
            }
        }
    }
}

/// The whole codebook by name; `parent_id` makes it a tree.
#[utoipa::path(get, path = "/codes", tag = "understand", params(CodeQuery),
    responses((status = 200, body = List<CodeOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_codes(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<CodeQuery>,
) -> Result<Json<List<CodeOut>>> {
    let mut conn = ctx.read().await?;
    let rows = if query.archived {
        codes::list_archived(&mut conn, &viewer.ws).await?
    } else {
        codes::list(&mut conn, &viewer.ws).await?
    };
    let mut counts: HashMap<String, i64> =
        codes::count_highlights(&mut conn, &viewer.ws).await?.into_iter().collect();
    let out = |row: Code| {
        let n = counts.remove(&row.id).unwrap_or_default();
        CodeOut::of(row, n)
    };
    Ok(Json(List::whole(rows.into_iter().map(out).collect())))
}

/// Add a code.
#[utoipa::path(post, path = "/codes", tag = "understand", request_body = CodeIn,
    responses((status = 201, body = CodeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_code(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<CodeIn>,
) -> Result<(StatusCode, Json<CodeOut>)> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let row = Code {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        parent_id: input.parent_id.clone(),
        name: input.name.trim().to_owned(),
        definition: input.definition.clone(),
        include_rule: input.include_rule.clone(),
        exclude_rule: input.exclude_rule.clone(),
        color: input.color.clone(),
    };
    check_parent(&mut tx, &editor, &row).await?;
    codes::insert(&mut tx, &editor.ws, &row).await?;
    let out = CodeOut::of(row, 0);
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One code.
#[utoipa::path(get, path = "/codes/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = CodeOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_code(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<CodeOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer, &id).await?.1))
}

/// Change a code, or move it in the tree.
#[utoipa::path(patch, path = "/codes/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = CodePatch, responses((status = 200, body = CodeOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_code(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<CodePatch>,
) -> Result<Json<CodeOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put a code away. Highlights keep it; it is no longer offered.
#[utoipa::path(delete, path = "/codes/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = CodeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_code(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<CodeOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived code back.
#[utoipa::path(post, path = "/codes/{id}/restore", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = CodeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_code(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<CodeOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

async fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<(Code, CodeOut)> {
    let row = codes::get(conn, &caller.ws, id).await?;
    let counts = codes::count_highlights(conn, &caller.ws).await?;
    let n = counts.into_iter().find(|(code, _)| code == id).map_or(0, |(_, n)| n);
    Ok((row.clone(), CodeOut::of(row, n)))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Code),
) -> Result<Json<CodeOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, caller, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    check_parent(&mut tx, caller, &row).await?;
    let n_children = codes::count_children(&mut tx, &caller.ws, id).await?;
    if row.archived_at.is_some() && n_children > 0 {
        return Err(Error::conflict("this code has others below it; move or archive those first"));
    }
    codes::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = read(&mut tx, caller, id).await?.1;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// The parent must be a live code, not the code itself, and not one below it.
async fn check_parent(conn: &mut Conn, caller: &Caller, row: &Code) -> Result<()> {
    let refuse = |complaint| Err(Error::field("parent_id", complaint));
    let mut above = row.parent_id.clone();
    for _ in 0..DEPTH_MAX {
        let Some(id) = above else { return Ok(()) };
        if id == row.id {
            return refuse("must not be the code itself or one below it");
        }
        match codes::get(conn, &caller.ws, &id).await {
            Ok(parent) if parent.archived_at.is_none() => above = parent.parent_id,
            Ok(_) => return refuse("is archived"),
            Err(error) if error.is_not_found() => return refuse("names a code that does not exist here"),
            Err(error) => return Err(error.into()),
        }
    }
    refuse("is too deep in the tree; at most eight levels")
}
