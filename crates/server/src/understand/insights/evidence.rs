//! What an insight rests on: signals and highlights.

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::understand::insights::{self, Evidence};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{KIND, check_evidence};
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct InsightEvidenceIn {
    /// At most 500.
    pub signal_ids: Vec<String>,
    /// At most 500.
    pub highlight_ids: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InsightEvidence {
    pub id: String,
    /// The signal, also when a highlight in it is the evidence.
    pub signal_id: Option<String>,
    pub highlight_id: Option<String>,
    pub interview_id: Option<String>,
    /// The words: the span of a highlight, or the whole signal.
    pub quote: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<Evidence> for InsightEvidence {
    fn from(row: Evidence) -> Self {
        Self {
            id: row.id,
            signal_id: row.signal_id,
            highlight_id: row.highlight_id,
            interview_id: row.interview_id,
            quote: row.quote,
            created_at: time::out(row.created_at),
        }
    }
}

/// How many pieces of evidence were new.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightEvidenceAdded {
    pub n_added: usize,
}

/// What an insight rests on, oldest first.
#[utoipa::path(get, path = "/insights/{id}/evidence", tag = "understand", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<InsightEvidence>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_insight_evidence(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InsightEvidence>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    insights::get(&mut conn, &viewer.ws, &id).await?;
    let page = insights::list_evidence(&mut conn, &viewer.ws, &id, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, InsightEvidence::from)))
}

/// Add signals or highlights to the evidence; what is there already stays once.
#[utoipa::path(post, path = "/insights/{id}/evidence", tag = "understand", params(("id" = String, Path)),
    request_body = InsightEvidenceIn, responses((status = 200, body = InsightEvidenceAdded)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn add_insight_evidence(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<InsightEvidenceIn>,
) -> Result<Json<InsightEvidenceAdded>> {
    let mut invalid = Invalid::default();
    check_evidence(&mut invalid, &input.signal_ids, &input.highlight_ids);
    let is_empty = input.signal_ids.is_empty() && input.highlight_ids.is_empty();
    invalid.check("signal_ids", !is_empty, "or highlight_ids must name something");
    let input = invalid.or(input)?;
    let mut tx = ctx.begin().await?;
    insights::get(&mut tx, &editor.ws, &id).await?;
    let n_added = insert(&mut tx, &ctx, &editor, &id, &input.signal_ids, &input.highlight_ids).await?;
    let detail = serde_json::json!({"signal_ids": input.signal_ids, "highlight_ids": input.highlight_ids});
    audit::acted(&mut tx, &ctx, &editor, "add_evidence", audit::Object { kind: KIND, id: &id }, &detail)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(InsightEvidenceAdded { n_added }))
}

/// Take a piece out of the evidence. The answer says what it was, for undo.
#[utoipa::path(delete, path = "/insights/{id}/evidence/{evidence_id}", tag = "understand",
    params(("id" = String, Path), ("evidence_id" = String, Path)), responses((status = 200, body = InsightEvidence)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn remove_insight_evidence(
    editor: Editor,
    ctx: Ctx,
    Path((id, evidence_id)): Path<(String, String)>,
) -> Result<Json<InsightEvidence>> {
    let mut tx = ctx.begin().await?;
    let out = InsightEvidence::from(insights::get_evidence(&mut tx, &editor.ws, &id, &evidence_id).await?);
    insights::delete_evidence(&mut tx, &editor.ws, &evidence_id).await?;
    audit::acted(&mut tx, &ctx, &editor, "remove_evidence", audit::Object { kind: KIND, id: &id }, &out)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Writes evidence; returns how much of it was new.
pub async fn insert(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    insight_id: &str,
    signals: &[String],
    highlights: &[String],
) -> Result<usize> {
    let signals = signals.iter().map(|id| (Some(id.clone()), None));
    let highlights = highlights.iter().map(|id| (None, Some(id.clone())));
    let mut n_added = 0;
    for (signal_id, highlight_id) in signals.chain(highlights) {
        let field = if signal_id.is_some() { "signal_ids" } else { "highlight_ids" };
        let row = Evidence {
            id: ctx.new_id(),
            insight_id: insight_id.to_owned(),
            signal_id,
            highlight_id,
            interview_id: None,
            quote: String::new(),
            created_at: ctx.now,
        };
        let added = insights::insert_evidence(conn, &caller.ws, &row).await.map_err(|error| match error {
            heedful_db::Error::Reference => Error::field(field, "names something that does not exist here"),
            other => other.into(),
        })?;
        n_added += usize::from(added);
    }
    Ok(n_added)
}
