//! What the answers say: the score with its interval, over time and by group, or the reason why nothing can be said.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::responses::{self, Filter, Grouping, SLOT, Slot};
use heedful_db::listen::surveys::{self, Survey};
use heedful_db::platform::workspaces;
use heedful_db::{Conn, WorkspaceId};
use heedful_stats::PMF_LINE;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scoring::{self, Tally};
use super::wire::follow_ups;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::figure::Figure;
use crate::platform::invalid::Invalid;
use crate::platform::periods::{self, Every};
use crate::platform::time;

const INTERVALS: &[&str] = &["week", "month"];
const GROUPINGS: &[&str] = &["plan", "segment"];
/// Weeks or months shown, the newest.
const PERIODS_MAX: usize = 120;
/// Groups shown, the largest.
const GROUPS_MAX: usize = 50;
/// Answers whose choices are counted, the newest.
const CHOICE_ANSWERS_MAX: i64 = 50_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultsQuery {
    /// week (Monday to Sunday) or month, in the workspace's time zone; month when not given.
    pub interval: Option<String>,
    /// plan or segment
    pub by: Option<String>,
    /// Answered at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Answered before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyResults {
    /// nps, pmf or open
    pub kind: String,
    /// What the numbers are computed from, in words.
    pub definition: String,
    pub n_responses: u64,
    pub n_withdrawn: i64,
    /// Points from −100 to 100 for NPS, a share from 0 to 1 for PMF; null for open questions, which have no score.
    pub score: Option<Figure>,
    /// For PMF: above, below or unsure, against the line.
    pub verdict: Option<String>,
    /// For PMF: 0.4, the share from which a product is said to fit its market.
    pub line: Option<f64>,
    pub distribution: Vec<ValueShare>,
    pub interval: String,
    pub time_zone: String,
    pub over_time: Vec<PeriodScore>,
    pub by: Option<String>,
    pub groups: Vec<GroupScore>,
    pub choices: Vec<ChoiceShares>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ValueShare {
    pub value: usize,
    pub label: String,
    /// low, mid or high
    pub band: String,
    pub n: u64,
    /// Between 0 and 1; null without answers.
    pub share: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodScore {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub start: Date,
    pub n: u64,
    pub score: Option<Figure>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupScore {
    /// Null for answers that belong to no group.
    pub name: Option<String>,
    pub n: u64,
    pub score: Option<Figure>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceShares {
    pub question_id: String,
    pub prompt: String,
    /// How many answered this question.
    pub n: u64,
    pub options: Vec<OptionCount>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OptionCount {
    pub label: String,
    pub n: u64,
}

/// The results of a survey, with intervals.
#[utoipa::path(get, path = "/surveys/{id}/results", tag = "listen", params(("id" = String, Path), ResultsQuery),
    responses((status = 200, body = SurveyResults)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_survey_results(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ResultsQuery>,
) -> Result<Json<SurveyResults>> {
    let interval = query.interval.clone().unwrap_or_else(|| "month".to_owned());
    let mut invalid = Invalid::default();
    invalid.check_choice("interval", &interval, INTERVALS);
    if let Some(by) = &query.by {
        invalid.check_choice("by", by, GROUPINGS);
    }
    invalid.or(())?;
    let filter =
        Filter { from: time::micros_opt(query.from), to: time::micros_opt(query.to), ..Filter::default() };
    let mut conn = ctx.read().await?;
    let survey = surveys::get(&mut conn, &viewer.ws, &id).await?;
    let zone = workspaces::get(&mut conn, &viewer.ws).await?.time_zone;
    let slots = responses::count_slots(&mut conn, &viewer.ws, &id, &filter, Grouping::None).await?;
    let total = tally(&slots);
    Ok(Json(SurveyResults {
        definition: definition(&survey.kind).to_owned(),
        n_responses: total.n(),
        n_withdrawn: responses::count_withdrawn(&mut conn, &viewer.ws, &id).await?,
        score: scoring::score(&survey.kind, &total),
        verdict: scoring::pmf_verdict(&total).filter(|_| survey.kind == "pmf").map(str::to_owned),
        line: (survey.kind == "pmf").then_some(PMF_LINE),
        distribution: distribution(&survey.kind, &total),
        over_time: over_time(&survey.kind, &slots, &interval, &zone),
        interval,
        time_zone: zone,
        groups: groups(&mut conn, &viewer.ws, &survey, &filter, query.by.as_deref()).await?,
        by: query.by,
        choices: choices(&mut conn, &viewer.ws, &survey, &filter).await?,
        kind: survey.kind,
    }))
}

fn definition(kind: &str) -> &'static str {
    match kind {
        "nps" => {
            "Percentage of 9 and 10 minus percentage of 0 to 6, over all responses to this survey that were not taken \
             back; 95% interval by Rocks (2016)."
        }
        "pmf" => {
            "Percentage of “very disappointed” over all responses to this survey that were not taken back; 95% \
             interval by Wilson, judged against the 40% line."
        }
        _ => "Number of responses to this survey that were not taken back.",
    }
}

fn tally(slots: &[Slot]) -> Tally {
    let mut tally = Tally::default();
    for slot in slots {
        tally.add(slot.score, count(slot.n));
    }
    tally
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn distribution(kind: &str, tally: &Tally) -> Vec<ValueShare> {
    let n: u64 = tally.by_value.iter().sum();
    scoring::values(kind)
        .into_iter()
        .map(|(value, label)| ValueShare {
            value,
            label,
            band: scoring::band(kind, value).to_owned(),
            n: tally.by_value[value],
            share: (n > 0).then(|| share(tally.by_value[value], n)),
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown with two digits")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Every week or month from the first answer to the last, those without answers too.
fn over_time(kind: &str, slots: &[Slot], interval: &str, zone: &str) -> Vec<PeriodScore> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let every = if interval == "week" { Every::Week } else { Every::Month };
    let mut tallies: BTreeMap<Date, Tally> = BTreeMap::new();
    for slot in slots {
        let Ok(start) = periods::start_of(slot.slot * SLOT, every, &zone) else { continue };
        tallies.entry(start.date()).or_default().add(slot.score, count(slot.n));
    }
    let (Some((first, _)), Some((last, _))) = (tallies.first_key_value(), tallies.last_key_value()) else {
        return Vec::new();
    };
    let step: Span = if every == Every::Week { 1.week() } else { 1.month() };
    let (first, last) = (*first, *last);
    let starts: Vec<Date> = first.series(step).take_while(|start| *start <= last).collect();
    let skipped = starts.len().saturating_sub(PERIODS_MAX);
    starts
        .into_iter()
        .skip(skipped)
        .map(|start| {
            let tally = tallies.remove(&start).unwrap_or_default();
            PeriodScore { start, n: tally.n(), score: scoring::score(kind, &tally) }
        })
        .collect()
}

async fn groups(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey: &Survey,
    filter: &Filter,
    by: Option<&str>,
) -> Result<Vec<GroupScore>> {
    let grouping = match by {
        Some("plan") => Grouping::Plan,
        Some(_) => Grouping::Segment,
        None => return Ok(Vec::new()),
    };
    let mut tallies: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    for slot in responses::count_slots(conn, ws, &survey.id, filter, grouping).await? {
        tallies.entry(slot.part).or_default().add(slot.score, count(slot.n));
    }
    let out = |(name, tally): (Option<String>, Tally)| GroupScore {
        name,
        n: tally.n(),
        score: scoring::score(&survey.kind, &tally),
    };
    let mut groups: Vec<GroupScore> = tallies.into_iter().map(out).collect();
    groups.sort_by_key(|group| (group.name.is_none(), std::cmp::Reverse(group.n)));
    groups.truncate(GROUPS_MAX);
    Ok(groups)
}

async fn choices(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey: &Survey,
    filter: &Filter,
) -> Result<Vec<ChoiceShares>> {
    let mut questions = follow_ups(&survey.follow_ups);
    questions.retain(|question| question.kind == "choice");
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for answers in responses::list_answers(conn, ws, &survey.id, filter, CHOICE_ANSWERS_MAX).await? {
        let answers: BTreeMap<String, String> = serde_json::from_str(&answers).unwrap_or_default();
        for answer in answers {
            *counts.entry(answer).or_default() += 1;
        }
    }
    let shares = questions.into_iter().map(|question| {
        let count = |label: &String| counts.get(&(question.id.clone(), label.clone())).copied().unwrap_or(0);
        let options: Vec<_> = question
            .choices
            .iter()
            .map(|label| OptionCount { label: label.clone(), n: count(label) })
            .collect();
        let n = options.iter().map(|option| option.n).sum();
        ChoiceShares { question_id: question.id.clone(), prompt: question.prompt.clone(), n, options }
    });
    Ok(shares.collect())
}

#[cfg(test)]
mod tests {
    use heedful_db::Micros;

    use super::*;

    /// Sunday, 1 March 2026, 23:30 in Berlin.
    const SUNDAY_NIGHT: Micros = 1_772_404_200_000_000;

    fn slot(at: Micros, n: i64) -> Slot {
        Slot { slot: at / SLOT, part: None, score: Some(10.0), n }
    }

    #[test]
    fn weeks_without_answers_are_shown_with_a_reason() {
        let slots = [slot(SUNDAY_NIGHT, 2), slot(SUNDAY_NIGHT + 15 * heedful_db::types::DAY, 1)];
        let periods = over_time("nps", &slots, "week", "Europe/Berlin");
        assert_eq!(periods.iter().map(|period| period.n).collect::<Vec<_>>(), [2, 0, 0, 1]);
        let empty = periods[1].score.as_ref().unwrap();
        assert!(empty.value.is_none() && empty.reason.is_some());
    }
}
