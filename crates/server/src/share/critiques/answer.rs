//! The team's answer to a critique: given, sent to who objected, and the decision opened again where it is right.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use heedful_db::platform::workspaces;
use heedful_db::share::critiques::Critique;
use heedful_db::share::outcomes;
use heedful_db::{Conn, WorkspaceId};

use super::change::change;
use super::wire::{CritiqueAnswer, CritiqueOut};
use crate::decide::decisions;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::{audit, letters, mail};

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
    let mut was_answered = false;
    let apply = |row: &mut Critique| {
        was_answered = row.answered_at.is_some();
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
    // An answer that is reworded later is not sent again.
    if !was_answered {
        tell(&mut tx, &ctx, &editor.ws, &out).await?;
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

/// One mail to who objected and left an address.
async fn tell(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, critique: &CritiqueOut) -> Result<()> {
    let Some(email) = &critique.author_email else { return Ok(()) };
    let outcome = outcomes::get(conn, ws, &critique.outcome_id).await?;
    let is_open = outcome.state == "published" && outcome.archived_at.is_none() && outcome.audience != "team";
    let view = AnswerView {
        workspace: workspaces::get(conn, ws).await?.name,
        title: &outcome.title,
        url: is_open.then(|| format!("{}/o/{}", ctx.app.config.public_url, outcome.slug)),
        critique,
    };
    let subject = format!("Your objection to “{}”", outcome.title);
    mail::push(
        conn,
        ctx,
        Some(ws),
        letters::letter(email, &subject, &AnswerText(&view), &AnswerHtml(&view))?,
    )
    .await?;
    Ok(())
}

struct AnswerView<'a> {
    workspace: String,
    title: &'a str,
    /// The page to read on, unless only the team may.
    url: Option<String>,
    critique: &'a CritiqueOut,
}

impl AnswerView<'_> {
    fn is_accepted(&self) -> bool {
        self.critique.answer_kind.as_deref() == Some("accepted")
    }
}

#[derive(Template)]
#[template(path = "mail/critique_answer.html")]
struct AnswerHtml<'a>(&'a AnswerView<'a>);

#[derive(Template)]
#[template(path = "mail/critique_answer.txt")]
struct AnswerText<'a>(&'a AnswerView<'a>);
