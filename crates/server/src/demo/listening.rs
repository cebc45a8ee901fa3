//! How the voices reach the team: by mail, through surveys and the portal, in calls, and in files from elsewhere.

use anyhow::Context;
use heedful_db::Micros;
use heedful_db::types::DAY;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::company::DAYS;
use super::crowd::Speaker;
use super::team::{Payload, Team, VISITOR, escape, id_of};
use super::voices::Voice;
use crate::platform::time;

/// Who reads the mail and keeps the sources.
const READER: &str = "kofi";
const MINUTE: Micros = 60 * 1_000_000;
/// What people allow to be done with their words, in turn.
const AUDIENCES: [&str; 3] = ["public", "team", "link"];
/// Loud days are answered by mail: what is said this late without a score goes to the inbox.
const LATE: Micros = -9 * DAY;
/// Scores without a word, of the first and of the second half of the year.
const BARE_EARLY: [u8; 10] = [9, 7, 8, 8, 10, 6, 9, 5, 9, 7];
const BARE_LATE: [u8; 10] = [9, 10, 8, 9, 9, 7, 10, 8, 9, 6];

/// The way by which something reaches the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Inbox,
    Portal,
    Calls,
    Feedback,
    Nps,
    Pmf,
    Reviews,
    Helpdesk,
}

impl Way {
    /// The same voice always comes the same way.
    pub fn of(voice: &Voice) -> Self {
        match (voice.topic.as_str(), &voice.score, voice.line % 6) {
            ("pmf", ..) => Self::Pmf,
            (_, Some(_), 4) => Self::Reviews,
            (_, Some(_), _) => Self::Nps,
            _ if voice.at > LATE => Self::Inbox,
            (_, None, 1 | 4) => Self::Feedback,
            (_, None, 2) => Self::Portal,
            (_, None, 3) => Self::Calls,
            (_, None, 5) => Self::Helpdesk,
            _ => Self::Inbox,
        }
    }

    /// What is kept elsewhere and comes as a file now and then.
    pub fn comes_in_files(self) -> bool {
        matches!(self, Self::Reviews | Self::Helpdesk)
    }
}

/// Somebody of the crowd who speaks the language of the voice.
pub fn speaker<'a>(crowd: &'a [Speaker], voice: &Voice, rng: &mut StdRng) -> anyhow::Result<&'a Speaker> {
    let fitting: Vec<&Speaker> = crowd.iter().filter(|one| one.language == voice.language).collect();
    let index = if fitting.is_empty() { 0 } else { rng.random_range(0..fitting.len()) };
    fitting.get(index).copied().with_context(|| format!("nobody speaks {}", voice.language))
}

/// Brings one voice to the team.
pub async fn say(team: &mut Team, voice: &Voice, who: &Speaker) -> anyhow::Result<()> {
    match Way::of(voice) {
        Way::Nps => answer(team, "nps", voice, who).await,
        Way::Pmf => answer(team, "pmf", voice, who).await,
        Way::Feedback => answer(team, "feedback", voice, who).await,
        Way::Inbox => write(team, "source.inbox", voice, who).await,
        Way::Portal => write(team, "source.portal", voice, who).await,
        Way::Calls => write(team, "source.calls", voice, who).await,
        Way::Reviews | Way::Helpdesk => Ok(()),
    }
}

/// A message that a member files.
async fn write(team: &mut Team, source: &str, voice: &Voice, who: &Speaker) -> anyhow::Result<()> {
    let input = json!({
        "source_id": team.named(source)?, "external_id": voice.name(), "person_id": who.id,
        "account_id": who.account_id, "body": voice.text, "language": voice.language,
        "app_version": app_version(voice.at), "may_show": AUDIENCES[voice.line % 3],
    });
    let out = team.post(READER, "/api/v1/signals", input).await?;
    team.name(&voice.name(), id_of(&out)?);
    Ok(())
}

/// An answer to a survey, sent with its form. One in six people leaves no address.
async fn answer(team: &mut Team, survey: &str, voice: &Voice, who: &Speaker) -> anyhow::Result<()> {
    let mut fields = form(team, voice.score.as_ref().unwrap_or(&voice.text));
    if voice.score.is_some() {
        let question = team.named(&format!("survey.{survey}.q1"))?;
        fields.push((format!("q-{question}"), voice.text.clone()));
    }
    if !voice.line.is_multiple_of(6) {
        fields.push(("email".to_owned(), who.email.clone()));
        fields.push(("name".to_owned(), who.name.clone()));
    }
    if survey == "feedback" {
        fields.push(("url".to_owned(), format!("https://app.hedgerow.example/{}", page(&voice.topic))));
    }
    fields.push(("may_show".to_owned(), AUDIENCES[voice.line % 3].to_owned()));
    send(team, survey, fields).await?;
    // The form's answer is a page, so what became of it is looked up.
    let source = team.named(&format!("survey.{survey}.source"))?;
    let path = format!("/api/v1/signals?source_id={source}&limit=1");
    let newest = team.get(READER, &path).await?;
    team.name(&voice.name(), id_of(&newest["items"][0])?);
    Ok(())
}

/// A score without a word.
pub async fn score(team: &mut Team, index: usize, is_late: bool, who: &Speaker) -> anyhow::Result<()> {
    let scores = if is_late { BARE_LATE } else { BARE_EARLY };
    let mut fields = form(team, &scores[index % scores.len()].to_string());
    if !index.is_multiple_of(3) {
        fields.push(("email".to_owned(), who.email.clone()));
    }
    send(team, "nps", fields).await
}

/// What every form carries, as if it had been opened a minute ago.
fn form(team: &Team, main: &str) -> Vec<(String, String)> {
    let fields =
        [("main", main.to_owned()), ("form", team.new_form()), ("at", (team.now() - MINUTE).to_string())];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

async fn send(team: &mut Team, survey: &str, fields: Vec<(String, String)>) -> anyhow::Result<()> {
    let path = format!("/s/{}", team.named(&format!("survey.{survey}.key"))?);
    team.send(VISITOR, axum::http::Method::POST, &path, Payload::Form(fields), None).await?;
    Ok(())
}

/// A file that the team brings in: what was said elsewhere since the last one.
pub struct Upload {
    pub file: &'static str,
    pub source: &'static str,
    pub rows: Vec<(Voice, Speaker)>,
}

/// Imports a file as the team would: upload, look at the proposal, start.
pub async fn import(team: &mut Team, upload: &Upload) -> anyhow::Result<()> {
    let (file, source) = (escape(upload.file), escape(upload.source));
    let path = format!("/api/v1/imports?file_name={file}&source_name={source}");
    let csv = Payload::File("application/octet-stream", table(team, upload)?);
    let out = team.send(READER, axum::http::Method::POST, &path, csv, None).await?;
    let (id, version) = (id_of(&out["import"])?.to_owned(), out["import"]["version"].as_i64());
    let path = format!("/api/v1/imports/{id}/start");
    team.send(READER, axum::http::Method::POST, &path, Payload::Empty, version).await?;
    team.run_jobs().await?;
    let path = format!("/api/v1/signals?import_id={id}&limit=100");
    let signals = team.get(READER, &path).await?;
    for signal in signals["items"].as_array().into_iter().flatten() {
        let name = signal["external_id"].as_str().context("imported rows have ids")?;
        team.name(name, id_of(signal)?);
    }
    Ok(())
}

/// The columns of a usual export, with a row that somebody broke.
fn table(team: &Team, upload: &Upload) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = [
        "id",
        "created_at",
        "rating",
        "text",
        "author",
        "email",
        "company",
        "language",
        "app_version",
        "may_show",
    ];
    csv.write_record(header)?;
    for (voice, who) in &upload.rows {
        let said_at = time::out(team.today + voice.at).to_string();
        let rating =
            voice.score.as_ref().and_then(|score| score.parse::<u32>().ok()).map(stars).unwrap_or_default();
        let (name, version) = (voice.name(), app_version(voice.at));
        let may_show = AUDIENCES[voice.line % 3];
        csv.write_record([
            name.as_str(),
            &said_at,
            &rating,
            &voice.text,
            &who.name,
            &who.email,
            &who.account,
            &voice.language,
            version,
            may_show,
        ])?;
    }
    csv.write_record(["row-from-the-other-sheet", "32/13/2026", "", "see above", "", "", "", "", "", ""])?;
    Ok(csv.into_inner()?)
}

/// Five stars for what would be a nine or ten.
fn stars(score: u32) -> String {
    score.div_ceil(2).clamp(1, 5).to_string()
}

fn app_version(at: Micros) -> &'static str {
    const VERSIONS: [&str; 7] = ["4.1", "4.2", "4.2.1", "4.3", "4.4", "4.4.2", "4.5"];
    let index = usize::try_from((at + DAYS * DAY) / (27 * DAY)).unwrap_or(0);
    VERSIONS[index.min(VERSIONS.len() - 1)]
}

fn page(topic: &str) -> &str {
    match topic {
        "calendar" | "handover" | "slow" | "offline" => "plan",
        "export" | "taxdocs" => "books/export",
        "onboarding" => "welcome",
        "reminders" => "invoices",
        "seats" => "settings/billing",
        "trust" => "settings/people",
        _ => "home",
    }
}

/// What a signal or a passage says.
pub fn body_of(value: &Value) -> &str {
    value["body"].as_str().unwrap_or_default()
}
