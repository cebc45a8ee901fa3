//! The verdict, and taking it back.

use axum::Json;
use axum::extract::Path;
use heedful_db::decide::decisions::Decision;
use heedful_db::decide::{firings, verdicts};
use heedful_db::{Conn, Flag, WorkspaceId};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{read, write};
use super::wire::{DecisionOut, Dissent, check_dissent};
use crate::decide::links::check_member;
use crate::platform::auth::Editor;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::{audit, time};

const VERDICTS: &[&str] = &["persevere", "pivot", "stop", "extend"];
const ANSWERS: &[&str] = &["confirmed", "refuted"];
const WHY_MAX: usize = 10_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct VerdictIn {
    /// persevere, pivot, stop or extend; all but extend end the bet
    pub verdict: String,
    /// Whether what was learned answers the question, whichever way.
    pub conclusive: bool,
    /// The reason, for those who were not there.
    pub why: String,
    /// Needed unless the decision has an owner.
    pub owner_id: Option<String>,
    /// What it says about the hypothesis: confirmed or refuted. Nothing, when not given.
    pub hypothesis_state: Option<String>,
    /// Replaces what was noted before, when given.
    pub dissent: Option<Vec<Dissent>>,
    /// When to look at it again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub review_at: Option<Timestamp>,
}

impl VerdictIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("verdict", &self.verdict, VERDICTS);
        invalid.check_text("why", &self.why, WHY_MAX);
        if let Some(state) = &self.hypothesis_state {
            invalid.check_choice("hypothesis_state", state, ANSWERS);
            invalid.check("hypothesis_state", self.conclusive, "cannot be known from what is not conclusive");
        }
        check_dissent(&mut invalid, self.dissent.as_deref().unwrap_or_default());
        invalid.or(self)
    }
}

/// Decide, with the reason. Ends the bet (unless it is extended), answers the hypothesis if the verdict says so,
/// and marks the firing that asked for it as handled.
#[utoipa::path(post, path = "/decisions/{id}/decide", tag = "decide", params(("id" = String, Path), IfMatch),
    request_body = VerdictIn, responses((status = 200, body = DecisionOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn decide_decision(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<VerdictIn>,
) -> Result<Json<DecisionOut>> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &ctx, &editor.ws, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if row.decided_at.is_some() {
        return Err(Error::conflict("this is decided already; reopen it first"));
    }
    row.owner_id = input.owner_id.clone().or(row.owner_id);
    if row.owner_id.is_none() {
        return Err(Error::field("owner_id", "must be given: a decision has one owner"));
    }
    check_member(&mut tx, &editor.ws, "owner_id", row.owner_id.as_deref()).await?;
    if input.hypothesis_state.is_some() && row.hypothesis_id.is_none() {
        return Err(Error::field("hypothesis_state", "needs a decision that is about a hypothesis"));
    }
    row.verdict = Some(input.verdict.clone());
    row.conclusive = Some(Flag(input.conclusive));
    input.why.trim().clone_into(&mut row.why);
    row.review_at = time::micros_opt(input.review_at);
    row.decided_at = Some(ctx.now);
    if let Some(dissent) = &input.dissent {
        row.dissent = serde_json::to_string(dissent).map_err(anyhow::Error::from)?;
    }
    apply_verdict(&mut tx, &ctx, &editor.ws, &row, input.hypothesis_state.as_deref()).await?;
    let after = write(&mut tx, &ctx, &editor, &row, &before).await?;
    audit::acted(&mut tx, &ctx, &editor, "decide", audit::Object { kind: super::KIND, id: &id }, &after)
        .await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Take a verdict back. The bet runs again, and a hypothesis that was answered is open.
#[utoipa::path(post, path = "/decisions/{id}/reopen", tag = "decide", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = DecisionOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn reopen_decision(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<DecisionOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &ctx, &editor.ws, &id).await?;
    if_match.check(row.version, || before.clone())?;
    if row.decided_at.is_none() {
        return Err(Error::conflict("this is open already"));
    }
    reopen_row(&mut tx, &ctx, &editor.ws, &mut row).await?;
    let after = write(&mut tx, &ctx, &editor, &row, &before).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Opens a decided row again, and what its verdict had ended; the caller writes the row. The reason stays as the
/// place to start from; the audit log keeps the verdict.
pub async fn reopen_row(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, row: &mut Decision) -> Result<()> {
    if let Some(bet) = &row.bet_id
        && verdicts::resume_bet(conn, ws, bet, ctx.now).await?
    {
        note_state(conn, ctx, ws, ("bet", bet), "running").await?;
    }
    let was_answered = row.conclusive == Some(Flag(true));
    if let Some(hypothesis) = row.hypothesis_id.as_deref().filter(|_| was_answered)
        && verdicts::update_hypothesis_state(conn, ws, hypothesis, "open", ctx.now).await?
    {
        note_state(conn, ctx, ws, ("hypothesis", hypothesis), "open").await?;
    }
    row.verdict = None;
    row.conclusive = None;
    row.decided_at = None;
    row.review_at = None;
    row.reopened_at = Some(ctx.now);
    Ok(())
}

async fn apply_verdict(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    row: &Decision,
    answer: Option<&str>,
) -> Result<()> {
    let goes_on = row.verdict.as_deref() == Some("extend");
    if let Some(bet) = row.bet_id.as_deref().filter(|_| !goes_on)
        && verdicts::end_bet(conn, ws, bet, ctx.now).await?
    {
        note_state(conn, ctx, ws, ("bet", bet), "decided").await?;
    }
    if let (Some(hypothesis), Some(answer)) = (&row.hypothesis_id, answer)
        && verdicts::update_hypothesis_state(conn, ws, hypothesis, answer, ctx.now).await?
    {
        note_state(conn, ctx, ws, ("hypothesis", hypothesis), answer).await?;
    }
    if let Some(firing) = &row.rule_firing_id
        && firings::get(conn, ws, firing).await?.handled_at.is_none()
    {
        firings::update_handled(conn, ws, firing, Some(ctx.now)).await?;
    }
    Ok(())
}

/// What a verdict did to another object stands in that object's own history.
async fn note_state(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    (kind, id): (&str, &str),
    state: &str,
) -> Result<()> {
    let detail = serde_json::json!({ "state": state });
    audit::acted_by_server(conn, ctx, ws, "follow_decision", audit::Object { kind, id }, &detail).await
}
