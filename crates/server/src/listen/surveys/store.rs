//! Keeping an answer: the response, the person, the signal and everything they cause, in one transaction.

use heedful_db::listen::respondents::{self, Respondent};
use heedful_db::listen::responses::{self, Removal, Response};
use heedful_db::listen::signals::{self, Signal};
use heedful_db::listen::surveys::Survey;
use heedful_db::platform::search_queue;
use heedful_db::types::DAY;
use heedful_db::{Conn, Flag, Micros, WorkspaceId};
use jiff::Span;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::form::Answer;
use super::keep;
use crate::listen::segments;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::{audit, secret, time};

/// The secret by which somebody takes an answer back. It follows from the form's own secret, so that a form sent twice
/// leads to the same receipt.
pub fn withdrawal_token(form_id: &str) -> String {
    secret::hash(&format!("withdraw {form_id}"))
}

/// Writes an answer. False, writing nothing, when this form was sent before: then drop the transaction.
pub async fn store(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    survey: &Survey,
    answer: &Answer,
) -> Result<bool> {
    let person_id = match &answer.email {
        Some(email) => {
            let who = Respondent { new_id: &ctx.new_id(), email, name: &answer.name };
            Some(respondents::find_or_insert(conn, ws, &who, ctx.now).await?)
        }
        None => None,
    };
    let response = Response {
        id: ctx.new_id(),
        survey_id: survey.id.clone(),
        survey_version: survey.version,
        external_id: secret::hash(&answer.form_id),
        person_id,
        answers: answers_json(answer).to_string(),
        score: answer.score,
        complete: Flag(answer.complete),
        may_show: answer.may_show.clone(),
        page_url: answer.page_url.clone(),
        reference: answer.reference.clone(),
        withdrawal_hash: Some(secret::hash(&withdrawal_token(&answer.form_id))),
        keep_until: keep_until(ctx.now, survey.keep_months),
        created_at: ctx.now,
        updated_at: ctx.now,
        words_removed_at: None,
        withdrawn_at: None,
    };
    if !responses::insert(conn, ws, &response).await? {
        return Ok(false);
    }
    insert_signal(conn, ctx, ws, survey, answer, &response).await?;
    if response.person_id.is_some() {
        segments::queue_refresh(conn, ctx, ws).await?;
    }
    let object = audit::Object { kind: "response", id: &response.id };
    audit::acted_by_server(conn, ctx, ws, "answer", object, &json!({"survey_id": survey.id})).await?;
    keep::queue(conn, ctx, ws, response.keep_until).await?;
    Ok(true)
}

/// Words become a signal; a bare score is counted from the responses and needs none.
async fn insert_signal(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    survey: &Survey,
    answer: &Answer,
    response: &Response,
) -> Result<()> {
    let body = body(answer);
    if body.is_empty() {
        return Ok(());
    }
    let account_id = match &response.person_id {
        Some(person_id) => respondents::find_account(conn, ws, person_id).await?,
        None => None,
    };
    let signal = Signal {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        source_id: survey.source_id.clone(),
        external_id: Some(response.id.clone()),
        response_id: Some(response.id.clone()),
        person_id: response.person_id.clone(),
        account_id,
        body,
        score: answer.score,
        score_kind: answer.score.map(|_| survey.kind.clone()),
        occurred_at: ctx.now,
        page_url: response.page_url.clone(),
        context: context(survey, answer).to_string(),
        may_show: answer.may_show.clone(),
        ..Signal::default()
    };
    signals::insert(conn, ws, &signal).await?;
    search_queue::insert(conn, ws, "signal", &signal.id, ctx.now).await?;
    let object = audit::Object { kind: "signal", id: &signal.id };
    audit::acted_by_server(conn, ctx, ws, "create", object, &json!({"response_id": response.id})).await?;
    Ok(())
}

/// Everything that was said in words, a paragraph per question.
fn body(answer: &Answer) -> String {
    let texts = answer.follow_ups.iter().filter(|(question, _)| question.kind == "text");
    let texts = answer.main.as_deref().into_iter().chain(texts.map(|(_, text)| text.as_str()));
    texts.collect::<Vec<_>>().join("\n\n")
}

fn answers_json(answer: &Answer) -> Value {
    let mut answers = Map::new();
    if let Some(main) = &answer.main {
        answers.insert("main".to_owned(), main.as_str().into());
    }
    if !answer.name.is_empty() {
        answers.insert("name".to_owned(), answer.name.as_str().into());
    }
    for (question, text) in &answer.follow_ups {
        answers.insert(question.id.clone(), text.as_str().into());
    }
    Value::Object(answers)
}

fn context(survey: &Survey, answer: &Answer) -> Value {
    let mut context = Map::new();
    context.insert("survey".to_owned(), survey.name.as_str().into());
    for (question, text) in answer.follow_ups.iter().filter(|(question, _)| question.kind == "choice") {
        context.insert(question.prompt.clone(), text.as_str().into());
    }
    for (name, value) in [("reference", answer.reference.as_deref()), ("name", Some(answer.name.as_str()))] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            context.insert(name.to_owned(), value.into());
        }
    }
    Value::Object(context)
}

/// So many months later by the calendar.
fn keep_until(now: Micros, months: i64) -> Micros {
    let then = time::out(now).to_zoned(TimeZone::UTC).checked_add(Span::new().months(months));
    then.map_or(now + months * 28 * DAY, |then| time::micros(then.timestamp()))
}

/// Takes an answer back, with the signal made of it.
pub async fn withdraw(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, response_id: &str) -> Result<()> {
    for signal_id in responses::remove(conn, ws, response_id, Removal::Everything, ctx.now).await? {
        search_queue::insert(conn, ws, "signal", &signal_id, ctx.now).await?;
    }
    let object = audit::Object { kind: "response", id: response_id };
    audit::acted_by_server(conn, ctx, ws, "withdraw", object, &json!({})).await
}
