//! The answers one by one.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::responses::{self, Filter, Response};
use heedful_db::listen::surveys::{self, Survey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scoring::{band, band_range};
use super::wire::{BANDS, FollowUp, follow_ups};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::invalid::Invalid;
use crate::platform::paging::{List, Paging};
use crate::platform::time;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResponseQuery {
    /// low, mid or high: only these answers to the main question.
    pub band: Option<String>,
    /// Answered at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Answered before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseOut {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The version of the survey that was answered.
    pub survey_version: i64,
    pub person_id: Option<String>,
    pub score: Option<f64>,
    /// low, mid or high
    pub band: Option<String>,
    pub answers: Vec<AnswerOut>,
    /// Whether every question that was asked was answered.
    pub complete: bool,
    /// Who may see the words as a quote: team, link or public.
    pub may_show: String,
    pub page_url: Option<String>,
    /// What the link that was followed carried as `ref`.
    pub reference: Option<String>,
    /// The signal that the words became.
    pub signal_id: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub keep_until: Timestamp,
    /// Set when the words were removed because their time was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub words_removed_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerOut {
    /// `main`, `name`, or the id of a further question.
    pub question_id: String,
    /// As it reads now; null when the question was removed since.
    pub prompt: Option<String>,
    pub text: String,
}

/// The answers to a survey, newest first. What people took back is gone.
#[utoipa::path(get, path = "/surveys/{id}/responses", tag = "listen",
    params(("id" = String, Path), ResponseQuery, Paging), responses((status = 200, body = List<ResponseOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_responses(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ResponseQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ResponseOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let survey = surveys::get(&mut conn, &viewer.ws, &id).await?;
    let filter = query.filter(&survey)?;
    let page = responses::list(&mut conn, &viewer.ws, &id, &filter, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let signals = responses::list_signals(&mut conn, &viewer.ws, &ids).await?;
    let mut signals: HashMap<String, String> = signals.into_iter().collect();
    let questions = follow_ups(&survey.follow_ups);
    Ok(Json(List::of(page, |row| {
        let signal_id = signals.remove(&row.id);
        ResponseOut::of(row, &survey, &questions, signal_id)
    })))
}

impl ResponseQuery {
    pub fn filter(&self, survey: &Survey) -> std::result::Result<Filter, Invalid> {
        let mut invalid = Invalid::default();
        let mut range = None;
        if let Some(name) = &self.band {
            invalid.check_choice("band", name, BANDS);
            range = band_range(&survey.kind, name);
            invalid.check("band", range.is_some(), "is only possible for a survey with a score");
        }
        let filter = Filter {
            score_min: range.map(|(first, _)| first),
            score_max: range.map(|(_, last)| last),
            from: time::micros_opt(self.from),
            to: time::micros_opt(self.to),
        };
        invalid.or(filter).map(crate::platform::invalid::Valid::into_inner)
    }
}

impl ResponseOut {
    fn of(row: Response, survey: &Survey, questions: &[FollowUp], signal_id: Option<String>) -> Self {
        Self {
            band: row.score.and_then(|score| band_of(&survey.kind, score)).map(str::to_owned),
            answers: answers(&row, survey, questions),
            id: row.id,
            created_at: time::out(row.created_at),
            survey_version: row.survey_version,
            person_id: row.person_id,
            score: row.score,
            complete: row.complete.0,
            may_show: row.may_show,
            page_url: row.page_url,
            reference: row.reference,
            signal_id,
            keep_until: time::out(row.keep_until),
            words_removed_at: time::out_opt(row.words_removed_at),
        }
    }
}

fn band_of(kind: &str, score: f64) -> Option<&'static str> {
    let value = (0..=10_u32).find(|value| f64::from(*value).total_cmp(&score).is_eq())?;
    Some(band(kind, usize::try_from(value).ok()?))
}

/// What was answered in words or chosen, in the order of the questions; then what was asked before.
pub fn answers(row: &Response, survey: &Survey, questions: &[FollowUp]) -> Vec<AnswerOut> {
    let mut given: BTreeMap<String, String> = serde_json::from_str(&row.answers).unwrap_or_default();
    let known = questions.iter().map(|question| (question.id.as_str(), question.prompt.as_str()));
    let known = [("main", survey.question.as_str())].into_iter().chain(known).chain([("name", "Name")]);
    let mut answers: Vec<AnswerOut> = known
        .filter_map(|(id, prompt)| {
            let text = given.remove(id)?;
            Some(AnswerOut { question_id: id.to_owned(), prompt: Some(prompt.to_owned()), text })
        })
        .collect();
    answers.extend(given.into_iter().map(|(question_id, text)| AnswerOut {
        question_id,
        prompt: None,
        text,
    }));
    answers
}
