//! Writing, publishing and taking back outcomes.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::Conn;
use heedful_db::listen::signals;
use heedful_db::platform::search_queue;
use heedful_db::share::outcomes::{self, Filter, Outcome};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{AUDIENCES, OutcomeIn, OutcomeOut, OutcomePatch, STATES, check_publishable, first_words};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};

const KIND: &str = "outcome";

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OutcomeQuery {
    pub decision_id: Option<String>,
    /// draft or published
    pub state: Option<String>,
    /// team, link or public
    pub audience: Option<String>,
    #[serde(default)]
    pub archived: bool,
}

impl OutcomeQuery {
    fn check(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        for (field, value, choices) in
            [("state", &self.state, STATES), ("audience", &self.audience, AUDIENCES)]
        {
            if let Some(value) = value {
                invalid.check_choice(field, value, choices);
            }
        }
        invalid.or(())?;
        Ok(())
    }
}

/// Outcomes, newest first.
#[utoipa::path(get, path = "/outcomes", tag = "share", params(OutcomeQuery, Paging),
    responses((status = 200, body = List<OutcomeOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_outcomes(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<OutcomeQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<OutcomeOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    query.check()?;
    let filter = Filter {
        decision_id: query.decision_id,
        state: query.state,
        audience: query.audience,
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = outcomes::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, |row| OutcomeOut::of(row, &ctx.app.config.public_url))))
}

/// Draft the outcome of a decision.
#[utoipa::path(post, path = "/outcomes", tag = "share", request_body = OutcomeIn,
    responses((status = 201, body = OutcomeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_outcome(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<OutcomeIn>,
) -> Result<(StatusCode, Json<OutcomeOut>)> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    let draft = outcomes::get_draft(&mut tx, &editor.ws, &input.decision_id).await;
    let draft = draft.map_err(|error| match error {
        heedful_db::Error::NotFound => Error::field("decision_id", "does not exist here"),
        other => other.into(),
    })?;
    check_quotes(&mut tx, &editor, &input.quotes, &[]).await?;
    let [title, tried, learned] = first_words(&draft);
    let row = Outcome {
        workspace_id: editor.ws.to_string(),
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        archived_at: None,
        slug: ctx.new_secret(),
        decision_id: input.decision_id,
        title: input.title.unwrap_or(title),
        said: input.said.unwrap_or_default(),
        tried: input.tried.unwrap_or(tried),
        learned: input.learned.unwrap_or(learned),
        did: input.did.unwrap_or_default(),
        quotes: serde_json::json!(input.quotes).to_string(),
        audience: input.audience.unwrap_or_else(|| "team".to_owned()),
        state: "draft".to_owned(),
        published_at: None,
    };
    outcomes::insert(&mut tx, &editor.ws, &row).await?;
    search_queue::insert(&mut tx, &editor.ws, KIND, &row.id, ctx.now).await?;
    let out = OutcomeOut::of(row, &ctx.app.config.public_url);
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &out.id }, &out).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One outcome.
#[utoipa::path(get, path = "/outcomes/{id}", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = OutcomeOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_outcome(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<OutcomeOut>> {
    let mut conn = ctx.read().await?;
    let row = outcomes::get(&mut conn, &viewer.ws, &id).await?;
    Ok(Json(OutcomeOut::of(row, &ctx.app.config.public_url)))
}

/// Change an outcome; a published page changes with it.
#[utoipa::path(patch, path = "/outcomes/{id}", tag = "share", params(("id" = String, Path), IfMatch),
    request_body = OutcomePatch, responses((status = 200, body = OutcomeOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_outcome(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<OutcomePatch>,
) -> Result<Json<OutcomeOut>> {
    let patch = patch.validate()?;
    let quotes = patch.quotes.clone().unwrap_or_default();
    let apply = |row: &mut Outcome| {
        patch.apply(row);
        if row.state == "published" { check_publishable(row).map_err(Error::from) } else { Ok(()) }
    };
    change(&editor, &ctx, &if_match, &id, &quotes, apply).await
}

/// Put an outcome away; its page is gone until it is restored.
#[utoipa::path(delete, path = "/outcomes/{id}", tag = "share", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OutcomeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_outcome(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OutcomeOut>> {
    let now = ctx.now;
    let apply = |row: &mut Outcome| {
        row.archived_at = Some(now);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, &[], apply).await
}

/// Bring an archived outcome back.
#[utoipa::path(post, path = "/outcomes/{id}/restore", tag = "share", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OutcomeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_outcome(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OutcomeOut>> {
    let apply = |row: &mut Outcome| {
        row.archived_at = None;
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, &[], apply).await
}

/// Show an outcome to its audience.
#[utoipa::path(post, path = "/outcomes/{id}/publish", tag = "share", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OutcomeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn publish_outcome(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OutcomeOut>> {
    let now = ctx.now;
    let apply = |row: &mut Outcome| {
        check_publishable(row)?;
        "published".clone_into(&mut row.state);
        row.published_at = row.published_at.or(Some(now));
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, &[], apply).await
}

/// Take a published outcome back into a draft.
#[utoipa::path(post, path = "/outcomes/{id}/unpublish", tag = "share", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = OutcomeOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn unpublish_outcome(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<OutcomeOut>> {
    let apply = |row: &mut Outcome| {
        "draft".clone_into(&mut row.state);
        Ok(())
    };
    change(&editor, &ctx, &if_match, &id, &[], apply).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    quotes: &[String],
    apply: impl FnOnce(&mut Outcome) -> Result<()>,
) -> Result<Json<OutcomeOut>> {
    let public_url = &ctx.app.config.public_url;
    let mut tx = ctx.begin().await?;
    let mut row = outcomes::get(&mut tx, &caller.ws, id).await?;
    let before = OutcomeOut::of(row.clone(), public_url);
    if_match.check(row.version, || before.clone())?;
    check_quotes(&mut tx, caller, quotes, &before.quotes).await?;
    apply(&mut row)?;
    outcomes::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    search_queue::insert(&mut tx, &caller.ws, KIND, id, ctx.now).await?;
    let after = OutcomeOut::of(outcomes::get(&mut tx, &caller.ws, id).await?, public_url);
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// A quote that was chosen before may be gone since, because its speaker was erased; it does not stand in the way.
async fn check_quotes(conn: &mut Conn, caller: &Caller, quotes: &[String], before: &[String]) -> Result<()> {
    for id in quotes.iter().filter(|id| !before.contains(id)) {
        match signals::get(conn, &caller.ws, id).await {
            Err(heedful_db::Error::NotFound) => {
                return Err(Error::field("quotes", "names a signal that does not exist here"));
            }
            other => other?,
        };
    }
    Ok(())
}
