//! Walking an agenda: the minutes of an item, and what they write back.

use axum::Json;
use axum::extract::Path;
use heedful_db::Conn;
use heedful_db::decide::{firings, reviews, verdicts};
use heedful_db::listen::signals;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::KIND;
use super::wire::{AgendaItem, Minute, MinuteLink, ReviewOut};
use crate::decide::actions::{ActionIn, insert_action};
use crate::decide::decisions::{DecisionIn, EvidenceIn, insert_decision};
use crate::decide::links::check_member;
use crate::listen::signals::NextStep;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::{audit, time};

const OUTCOMES: &[&str] = &["noted", "action", "decision", "next_step", "skipped"];
const NOTE_MAX: usize = 10_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct MinuteIn {
    #[serde(default)]
    pub note: String,
    /// noted, action, decision, next_step or skipped
    pub outcome: String,
    /// With the outcome action.
    pub action: Option<ReviewAction>,
    /// With the outcome decision.
    pub decision: Option<ReviewDecision>,
    /// With the outcome next_step, for an insight or a signal.
    pub next_step: Option<NextStep>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReviewAction {
    pub title: String,
    pub owner_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReviewDecision {
    pub question: String,
    pub owner_id: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
}

impl MinuteIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_choice("outcome", &self.outcome, OUTCOMES);
        invalid.check_length("note", &self.note, NOTE_MAX);
        let given = [
            ("action", self.action.is_some()),
            ("decision", self.decision.is_some()),
            ("next_step", self.next_step.is_some()),
        ];
        for (field, is_given) in given {
            let is_wanted = self.outcome == field;
            invalid.check(field, is_given || !is_wanted, "must be given with this outcome");
            invalid.check(field, is_wanted || !is_given, "belongs to another outcome");
        }
        if let Some(step) = &self.next_step {
            step.check(&mut invalid);
        }
        invalid.or(self)
    }
}

/// Write down what was said about an item and do what was agreed: create the action or decision, or plan the next
/// step. Looking at an item again replaces the note and keeps what was created.
#[utoipa::path(put, path = "/reviews/{id}/minutes/{item_id}", tag = "decide",
    params(("id" = String, Path), ("item_id" = String, Path), IfMatch), request_body = MinuteIn,
    responses((status = 200, body = ReviewOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn record_minute(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path((id, item_id)): Path<(String, String)>,
    Body(input): Body<MinuteIn>,
) -> Result<Json<ReviewOut>> {
    let input = input.validate()?;
    let mut tx = ctx.begin().await?;
    let mut row = reviews::get(&mut tx, &editor.ws, &id).await?;
    let before = ReviewOut::from(row.clone());
    if_match.check(row.version, || before.clone())?;
    if row.state == "closed" {
        return Err(Error::conflict("this review is closed"));
    }
    let item = before.agenda.iter().find(|item| item.id == item_id).ok_or(Error::NotFound)?;
    let created = write_back(&mut tx, &ctx, &editor, &id, item, &input).await?;
    let mut minutes = before.minutes.clone();
    let earlier =
        minutes.iter().position(|minute| minute.item_id == item_id).map(|index| minutes.remove(index));
    let mut all_created = earlier.map(|minute| minute.created).unwrap_or_default();
    all_created.extend(created);
    minutes.push(Minute {
        item_id,
        note: input.note.trim().to_owned(),
        outcome: input.outcome.clone(),
        created: all_created,
        at: time::out(ctx.now),
        by: editor.user_id.clone(),
    });
    row.minutes = serde_json::to_string(&minutes).map_err(anyhow::Error::from)?;
    reviews::update(&mut tx, &editor.ws, &row, ctx.now).await?;
    let after = ReviewOut::from(reviews::get(&mut tx, &editor.ws, &id).await?);
    audit::updated(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &id }, &before, &after).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

async fn write_back(
    conn: &mut Conn,
    ctx: &Ctx,
    caller: &Caller,
    review_id: &str,
    item: &AgendaItem,
    input: &MinuteIn,
) -> Result<Option<MinuteLink>> {
    let link = |kind: &str, id: String, title: String| Some(MinuteLink { kind: kind.to_owned(), id, title });
    if item.kind == "firing"
        && input.outcome != "skipped"
        && let Some(firing) = &item.object_id
    {
        firings::update_handled(conn, &caller.ws, firing, Some(ctx.now)).await?;
    }
    if let Some(action) = &input.action {
        let action = action_for(action, item, review_id).validate().map_err(|bad| below("action", bad))?;
        let out = insert_action(conn, ctx, caller, action).await?;
        return Ok(link("action", out.id, out.title));
    }
    if let Some(decision) = &input.decision {
        let decision = decision_for(decision, item).validate().map_err(|bad| below("decision", bad))?;
        let out = insert_decision(conn, ctx, caller, &decision).await?;
        return Ok(link("decision", out.id, out.question));
    }
    if let Some(step) = &input.next_step {
        plan(conn, ctx, caller, item, step).await?;
    }
    Ok(None)
}

/// An action about an item is tied to what the item is about.
fn action_for(action: &ReviewAction, item: &AgendaItem, review_id: &str) -> ActionIn {
    let about = |kind: &str| item.object_id.clone().filter(|_| item.kind == kind);
    ActionIn {
        title: action.title.clone(),
        note: String::new(),
        owner_id: action.owner_id.clone(),
        due_at: action.due_at,
        decision_id: about("decision"),
        hypothesis_id: about("hypothesis"),
        metric_id: None,
        review_id: Some(review_id.to_owned()),
    }
}

fn decision_for(decision: &ReviewDecision, item: &AgendaItem) -> DecisionIn {
    let about = |kind: &str| item.object_id.clone().filter(|_| item.kind == kind);
    let rests_on =
        item.object_id.as_ref().filter(|_| matches!(item.kind.as_str(), "theme" | "insight" | "decision"));
    let evidence =
        rests_on.map(|id| EvidenceIn { kind: item.kind.clone(), id: id.clone(), note: item.why.clone() });
    DecisionIn {
        question: decision.question.clone(),
        evidence: evidence.into_iter().collect(),
        rule_firing_id: about("firing"),
        bet_id: about("bet"),
        experiment_id: about("experiment"),
        hypothesis_id: about("hypothesis"),
        owner_id: decision.owner_id.clone(),
        due_at: decision.due_at,
        ..DecisionIn::default()
    }
}

async fn plan(conn: &mut Conn, ctx: &Ctx, caller: &Caller, item: &AgendaItem, step: &NextStep) -> Result<()> {
    let Some(id) = item.object_id.as_deref().filter(|_| matches!(item.kind.as_str(), "insight" | "signal"))
    else {
        return Err(Error::field(
            "outcome",
            "a next step can be planned for a single insight or signal only",
        ));
    };
    check_member(conn, &caller.ws, "next_step.owner_id", step.owner_id.as_deref()).await?;
    if item.kind == "signal" {
        let mut row = signals::get(conn, &caller.ws, id).await?;
        row.next_step_kind = Some(step.kind.clone());
        row.next_step_note.clone_from(&step.note);
        row.next_step_owner_id.clone_from(&step.owner_id);
        row.next_step_due_at = time::micros_opt(step.due_at);
        signals::update(conn, &caller.ws, &row, ctx.now).await?;
    } else {
        let due_at = time::micros_opt(step.due_at);
        let values = (step.kind.as_str(), step.note.as_deref(), step.owner_id.as_deref(), due_at);
        if !verdicts::update_insight_step(conn, &caller.ws, id, values, ctx.now).await? {
            return Err(Error::NotFound);
        }
    }
    let object = audit::Object { kind: &item.kind, id };
    audit::acted(conn, ctx, caller, "plan_next_step", object, step).await
}

/// Complaints about a part of the input carry the part's name.
fn below(part: &str, invalid: Invalid) -> Invalid {
    Invalid(
        invalid.0.into_iter().map(|(field, complaints)| (format!("{part}.{field}"), complaints)).collect(),
    )
}
