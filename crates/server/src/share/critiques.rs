//! Critiques: objections to an outcome, moderated by the team, then answered or accepted.

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::share::critiques::{self, Critique, Filter};
use heedful_db::share::outcomes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::decide::decisions;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

pub const KINDS: &[&str] = &["method", "data", "interpretation", "missing_group"];
const STATES: &[&str] = &["pending", "published", "hidden"];
/// What a moderator may choose; `pending` is only where a critique begins.
const MODERATED: &[&str] = &["published", "hidden"];
const ANSWERS: &[&str] = &["answered", "accepted"];
const ANSWER_MAX: usize = 5_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_critiques))
        .routes(routes!(get_critique, moderate_critique))
        .routes(routes!(answer_critique))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CritiqueOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub outcome_id: String,
    /// method, data, interpretation or missing_group
    pub kind: String,
    pub body: String,
    pub author_name: String,
    pub author_email: Option<String>,
    /// pending, published or hidden
    pub state: String,
    /// answered or accepted; null while open
    pub answer_kind: Option<String>,
    pub answer: String,
    pub answered_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CritiqueModeration {
    /// published or hidden
    pub state: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CritiqueAnswer {
    /// answered (we see it differently, and say why) or accepted (it is right)
    pub kind: String,
    pub answer: String,
    /// With an accepted critique: opens the decision again.
    #[serde(default)]
    pub reopen_decision: bool,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CritiqueQuery {
    pub outcome_id: Option<String>,
    /// pending, published or hidden
    pub state: Option<String>,
    /// True lists those that wait for an answer.
    #[serde(default)]
    pub unanswered: bool,
}

impl CritiqueAnswer {
    fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("kind", &self.kind, ANSWERS);
        invalid.check_text("answer", &self.answer, ANSWER_MAX);
        let complaint = "goes only with an accepted critique";
        invalid.check("reopen_decision", !self.reopen_decision || self.kind == "accepted", complaint);
        invalid.or(self)
    }
}

impl From<Critique> for CritiqueOut {
    fn from(row: Critique) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            outcome_id: row.outcome_id,
            kind: row.kind,
            body: row.body,
            author_name: row.author_name,
            author_email: row.author_email,
            state: row.state,
            answer_kind: row.answer_kind,
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: time::out_opt(row.answered_at),
        }
    }
}

/// Critiques, newest first.
#[utoipa::path(get, path = "/critiques", tag = "share", params(CritiqueQuery, Paging),
    responses((status = 200, body = List<CritiqueOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_critiques(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<CritiqueQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<CritiqueOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    if let Some(state) = &query.state {
        let mut invalid = Invalid::default();
        invalid.check_choice("state", state, STATES);
        invalid.or(())?;
    }
    let filter = Filter { outcome_id: query.outcome_id, state: query.state, unanswered: query.unanswered };
    let mut conn = ctx.read().await?;
    let page = critiques::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, CritiqueOut::from)))
}

/// One critique.
#[utoipa::path(get, path = "/critiques/{id}", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = CritiqueOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_critique(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<CritiqueOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(critiques::get(&mut conn, &viewer.ws, &id).await?.into()))
}

/// Show a critique on the outcome's page, or hide it.
#[utoipa::path(patch, path = "/critiques/{id}", tag = "share", params(("id" = String, Path), IfMatch),
    request_body = CritiqueModeration, responses((status = 200, body = CritiqueOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn moderate_critique(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<CritiqueModeration>,
) -> Result<Json<CritiqueOut>> {
    let mut invalid = Invalid::default();
    invalid.check_choice("state", &input.state, MODERATED);
    let input = invalid.or(input)?;
    let mut tx = ctx.begin().await?;
    let out =
        change(&mut tx, &ctx, &editor, &if_match, &id, |row| row.state.clone_from(&input.state)).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Answer or accept a critique; an accepted one may open the decision again.
#[utoipa::path(post, path = "/critiques/{id}/answer", tag = "share", params(("id" = String, Path), IfMatch),
    request_body = CritiqueAnswer, responses((status = 200, body = CritiqueOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn answer_critique(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<CritiqueAnswer>,
) -> Result<Json<CritiqueOut>> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let apply = |row: &mut Critique| {
        row.answer_kind = Some(input.kind.clone());
        row.answer.clone_from(&input.answer);
        row.answered_by = Some(editor.user_id.clone());
        row.answered_at = Some(ctx.now);
        if row.state == "pending" {
            "published".clone_into(&mut row.state);
        }
    };
    let out = change(&mut tx, &ctx, &editor, &if_match, &id, apply).await?;
    if input.reopen_decision {
        reopen(&mut tx, &ctx, &editor, &out).await?;
    }
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// The decision waits for a new verdict; the audit log keeps the old one, and which critique took it back.
async fn reopen(conn: &mut Conn, ctx: &Ctx, caller: &Caller, critique: &CritiqueOut) -> Result<()> {
    let outcome = outcomes::get(conn, &caller.ws, &critique.outcome_id).await?;
    let (mut row, before) = decisions::read(conn, ctx, &caller.ws, &outcome.decision_id).await?;
    if row.decided_at.is_none() {
        return Err(Error::field("reopen_decision", "cannot be done: the decision is open already"));
    }
    decisions::reopen_row(conn, ctx, &caller.ws, &mut row).await?;
    decisions::write(conn, ctx, caller, &row, &before).await?;
    let object = audit::Object { kind: "decision", id: &row.id };
    audit::acted(conn, ctx, caller, "reopen", object, &serde_json::json!({"critique_id": critique.id})).await
}

async fn change(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Critique),
) -> Result<CritiqueOut> {
    let mut row = critiques::get(conn, &caller.ws, id).await?;
    let before = CritiqueOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    critiques::update(conn, &caller.ws, &row, ctx.now).await?;
    let after = CritiqueOut::from(critiques::get(conn, &caller.ws, id).await?);
    audit::updated(conn, ctx, caller, audit::Object { kind: "critique", id }, &before, &after).await?;
    Ok(after)
}
