//! Defining metrics.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::sources;
use heedful_db::understand::metrics::{self, Metric};
use heedful_db::understand::themes;
use serde::Deserialize;
use utoipa::IntoParams;

use super::definition::MetricDefinition;
use super::wire::{MetricDefinitionOut, MetricIn, MetricOut, MetricPatch};
use super::{measured, series};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::paging::{List, Paging};

const KIND: &str = "metric";

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MetricQuery {
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// All metrics with their current values, oldest first.
#[utoipa::path(get, path = "/metrics", tag = "understand", params(MetricQuery, Paging),
    responses((status = 200, body = List<MetricOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_metrics(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<MetricQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<MetricOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let page =
        metrics::list(&mut *ctx.read().await?, &viewer.ws, query.archived, cursor.as_ref(), limit).await?;
    let mut list = List::of(page, MetricOut::from);
    for metric in &mut list.items {
        metric.current = Some(series::current(&ctx, &viewer.ws, metric).await?);
    }
    Ok(Json(list))
}

/// Define a metric.
#[utoipa::path(post, path = "/metrics", tag = "understand", request_body = MetricIn,
    responses((status = 201, body = MetricOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_metric(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<MetricIn>,
) -> Result<(StatusCode, Json<MetricOut>)> {
    let input = input.filled().validate()?;
    measured::check(&ctx, &editor.ws, &input.definition).await?;
    let mut tx = ctx.begin().await?;
    check_references(&mut tx, &editor, &input.definition).await?;
    let row = Metric {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        name: input.name.trim().to_owned(),
        description: input.description.clone(),
        kind: input.kind.clone(),
        unit: input.unit.clone(),
        direction: input.direction.clone().unwrap_or_else(|| "up".to_owned()),
        definition: serde_json::to_string(&input.definition).map_err(anyhow::Error::from)?,
        definition_version: 1,
    };
    metrics::insert(&mut tx, &editor.ws, &row).await?;
    metrics::insert_definition(&mut tx, &editor.ws, &row, &editor.user_id, ctx.now).await?;
    let out = MetricOut::from(row);
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One metric with its current value.
#[utoipa::path(get, path = "/metrics/{id}", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = MetricOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_metric(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<MetricOut>> {
    let mut out = MetricOut::from(metrics::get(&mut *ctx.read().await?, &viewer.ws, &id).await?);
    out.current = Some(series::current(&ctx, &viewer.ws, &out).await?);
    Ok(Json(out))
}

/// What a metric was made of, newest first.
#[utoipa::path(get, path = "/metrics/{id}/definitions", tag = "understand", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<MetricDefinitionOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_metric_definitions(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<MetricDefinitionOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    metrics::get(&mut conn, &viewer.ws, &id).await?;
    let page = metrics::list_definitions(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, MetricDefinitionOut::from)))
}

/// Change a metric. A new definition is a new version of it; the earlier ones can be read.
#[utoipa::path(patch, path = "/metrics/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    request_body = MetricPatch, responses((status = 200, body = MetricOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_metric(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<MetricPatch>,
) -> Result<Json<MetricOut>> {
    let kind = {
        let mut conn = ctx.read().await?;
        metrics::get(&mut conn, &editor.ws, &id).await?.kind
    };
    let patch = patch.validate(&kind)?;
    if let Some(definition) = &patch.definition {
        measured::check(&ctx, &editor.ws, definition).await?;
    }
    let definition =
        patch.definition.as_ref().map(serde_json::to_string).transpose().map_err(anyhow::Error::from)?;
    let apply = |row: &mut Metric| {
        if let Some(name) = &patch.name {
            name.trim().clone_into(&mut row.name);
        }
        set(&mut row.description, patch.description.as_ref());
        set(&mut row.unit, patch.unit.as_ref());
        set(&mut row.direction, patch.direction.as_ref());
        set(&mut row.definition, definition.as_ref());
    };
    change(&editor, &ctx, &if_match, &id, patch.definition.as_ref(), apply).await
}

/// Put a metric away: what names it keeps it.
#[utoipa::path(delete, path = "/metrics/{id}", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = MetricOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_metric(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<MetricOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = Some(now)).await
}

/// Bring an archived metric back.
#[utoipa::path(post, path = "/metrics/{id}/restore", tag = "understand", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = MetricOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_metric(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<MetricOut>> {
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    definition: Option<&MetricDefinition>,
    apply: impl FnOnce(&mut Metric),
) -> Result<Json<MetricOut>> {
    let mut tx = ctx.begin().await?;
    let before = metrics::get(&mut tx, &caller.ws, id).await?;
    if_match.check(before.version, || MetricOut::from(before.clone()))?;
    if let Some(definition) = definition {
        check_references(&mut tx, caller, definition).await?;
    }
    let mut row = before.clone();
    apply(&mut row);
    if row.definition != before.definition {
        row.definition_version += 1;
        metrics::insert_definition(&mut tx, &caller.ws, &row, &caller.user_id, ctx.now).await?;
    }
    metrics::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let after = MetricOut::from(metrics::get(&mut tx, &caller.ws, id).await?);
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &MetricOut::from(before), &after)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// A definition is JSON, so the database cannot check what it names.
async fn check_references(conn: &mut Conn, caller: &Caller, definition: &MetricDefinition) -> Result<()> {
    let missing = |field: &str| Error::field(field, "names something that does not exist here");
    if let Some(theme) = &definition.theme_id {
        themes::get(conn, &caller.ws, theme).await.map_err(|_| missing("definition.theme_id"))?;
    }
    if let Some(source) = &definition.source_id {
        sources::get(conn, &caller.ws, source).await.map_err(|_| missing("definition.source_id"))?;
    }
    if let Some(segment) = &definition.segment_id {
        let exists = metrics::segment_exists(conn, &caller.ws, segment).await?;
        exists.then_some(()).ok_or_else(|| missing("definition.segment_id"))?;
    }
    Ok(())
}

fn set(field: &mut String, value: Option<&String>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}
