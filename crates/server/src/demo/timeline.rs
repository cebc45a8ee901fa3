//! Everything that happens, in the order of time.

use anyhow::{Context, ensure};
use axum::http::Method;
use heedful_db::Micros;
use heedful_db::types::{DAY, HOUR};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::company::DAYS;
use super::crowd::{self, Speaker};
use super::listening::{self, Upload, Way};
use super::script::{self, Body, Step, fill, fill_path};
use super::team::{Payload, Team, VISITOR, id_of};
use super::voices::{self, Voice};
use super::{files, quotes, reviews, triage, trial, usage};

/// Answers of the NPS survey without a word.
const N_BARE: usize = 190;
/// On which days files come in, and what is in them.
const UPLOADS: [(i64, &str, &str, Way); 4] = [
    (-118, "helpdesk-first-quarter.csv", "Helpdesk archive", Way::Helpdesk),
    (-96, "app-store-reviews.csv", "App reviews", Way::Reviews),
    (-33, "helpdesk-second-quarter.csv", "Helpdesk archive", Way::Helpdesk),
    (-12, "app-store-reviews-2.csv", "App reviews", Way::Reviews),
];
const TRIAGE_EVERY_DAYS: i64 = 14;
/// The last reading before today leaves the newest for whoever opens the demo.
const LAST_TRIAGE: Micros = -10 * HOUR;

enum Deed {
    Step(Step),
    Say(Voice, Speaker),
    Score(usize, Speaker),
    Import(Upload),
    Triage(Vec<Voice>),
    /// The jobs of a day.
    Morning,
}

pub async fn play(team: &mut Team, seed: u64) -> anyhow::Result<()> {
    let mut rng = StdRng::seed_from_u64(seed);
    team.app.clock.set(team.today - DAYS * DAY);
    let crowd = crowd::arrive(team).await.context("the crowd cannot arrive")?;
    let deeds = plan(&crowd, &mut rng)?;
    for (at, deed) in deeds {
        team.app.clock.set(team.today + at);
        match deed {
            Deed::Step(step) => {
                let place = step.place.clone();
                take(team, step, &mut rng).await.with_context(|| format!("the story breaks at {place}"))?;
            }
            Deed::Say(voice, who) => {
                let name = voice.name();
                listening::say(team, &voice, &who).await.with_context(|| name)?;
            }
            Deed::Score(index, who) => {
                listening::score(team, index, at > -DAYS * DAY / 2, &who).await?;
            }
            Deed::Import(upload) => {
                listening::import(team, &upload).await.with_context(|| upload.file)?;
            }
            Deed::Triage(voices) => triage::work(team, &voices).await.context("the inbox")?,
            Deed::Morning => team.run_jobs().await?,
        }
    }
    usage::happen(team, &crowd, seed).await.context("what people do in the product")
}

fn plan(crowd: &[Speaker], rng: &mut StdRng) -> anyhow::Result<Vec<(Micros, Deed)>> {
    let mut deeds: Vec<(Micros, Deed)> =
        script::steps()?.into_iter().map(|step| (step.at, Deed::Step(step))).collect();
    deeds.extend((1..=DAYS).map(|day| (-day * DAY + 6 * HOUR, Deed::Morning)));
    let voices = voices::all(rng)?;
    let mut filed = Vec::new();
    for voice in &voices {
        let who = listening::speaker(crowd, voice, rng)?.clone();
        if Way::of(voice).comes_in_files() {
            filed.push((voice.clone(), who));
        } else {
            deeds.push((voice.at, Deed::Say(voice.clone(), who)));
        }
    }
    for (index, at) in voices::spread(N_BARE, &voices::weights("scores")?, rng).into_iter().enumerate() {
        let who = crowd[rng.random_range(0..crowd.len())].clone();
        deeds.push((at, Deed::Score(index, who)));
    }
    let uploads = uploads(filed);
    deeds.extend(triages(&voices, &uploads));
    deeds.extend(uploads.into_iter().map(|(at, upload)| (at, Deed::Import(upload))));
    deeds.sort_by_key(|(at, _)| *at);
    Ok(deeds)
}

/// What was said until the day of a file and in none before.
fn uploads(mut filed: Vec<(Voice, Speaker)>) -> Vec<(Micros, Upload)> {
    let mut uploads = Vec::new();
    for (day, file, source, way) in UPLOADS {
        let at = day * DAY + 10 * HOUR;
        let is_in = |row: &(Voice, Speaker)| Way::of(&row.0) == way && row.0.at < day * DAY;
        let (rows, rest) = filed.into_iter().partition(is_in);
        filed = rest;
        uploads.push((at, Upload { file, source, rows }));
    }
    uploads
}

/// Every voice is read once, at the first triage after it reached the team.
fn triages(voices: &[Voice], uploads: &[(Micros, Upload)]) -> Vec<(Micros, Deed)> {
    let heard_at = |voice: &Voice| {
        let mut files = uploads.iter().filter(|(_, upload)| {
            upload.rows.iter().any(|(one, _)| (&one.topic, one.line) == (&voice.topic, voice.line))
        });
        files.next().map_or(voice.at, |(at, _)| *at)
    };
    let mut days: Vec<Micros> =
        (1..DAYS / TRIAGE_EVERY_DAYS).map(|n| (n * TRIAGE_EVERY_DAYS - DAYS) * DAY + 17 * HOUR).collect();
    days.push(LAST_TRIAGE);
    let mut from = Micros::MIN;
    let mut deeds = Vec::new();
    for at in days {
        let read: Vec<Voice> =
            voices.iter().filter(|voice| (from..at).contains(&heard_at(voice))).cloned().collect();
        deeds.push((at, Deed::Triage(read)));
        from = at;
    }
    deeds
}

/// One step of the story.
async fn take(team: &mut Team, step: Step, rng: &mut StdRng) -> anyhow::Result<()> {
    let body = match &step.body {
        Body::Json(body) => fill(team, body)?,
        Body::Nothing | Body::File(_) => Value::Null,
    };
    let who = step.who.as_str();
    match step.method.as_str() {
        "REVIEW" => return reviews::hold(team, who, &body).await,
        "FORM" => return object(team, &step.path, &body).await,
        _ => {}
    }
    let method = Method::from_bytes(step.method.as_bytes())?;
    let version = version(team, who, &method, &step.path).await?;
    let body = if step.path == "/highlights" { quotes::locate(team, who, body).await? } else { body };
    let payload = match &step.body {
        Body::Nothing => Payload::Empty,
        Body::Json(_) => Payload::Json(body),
        Body::File(file) if file == "trial.csv" => Payload::File("text/csv", trial::people(rng)),
        Body::File(file) => {
            Payload::File("application/octet-stream", files::bytes(&format!("voices/{file}"))?)
        }
    };
    let path = format!("/api/v1{}", fill_path(team, &step.path)?);
    let out = team.send(who, method, &path, payload, version).await?;
    match &step.name {
        Some(name) => remember(team, name, &out),
        None => Ok(()),
    }
}

/// The version of what a step changes: everybody has looked at it before.
async fn version(team: &mut Team, who: &str, method: &Method, path: &str) -> anyhow::Result<Option<i64>> {
    let is_change = *method != Method::GET;
    let mut parts = path.trim_start_matches('/').splitn(3, ['/', '?']);
    let of_what = match (is_change, parts.next(), parts.next()) {
        (true, Some("workspace"), None) => "workspace".to_owned(),
        (true, Some(noun), Some(id)) if id.starts_with('$') => format!("{noun}/{id}"),
        _ => return Ok(None),
    };
    let path = fill_path(team, &format!("/api/v1/{of_what}"))?;
    Ok(team.get(who, &path).await?["version"].as_i64())
}

/// Keeps what later steps refer to: the id, and what only some nouns have. Of a list it is the first.
fn remember(team: &mut Team, name: &str, out: &Value) -> anyhow::Result<()> {
    let out = if out["items"].is_array() { &out["items"][0] } else { out };
    team.name(name, id_of(out)?);
    if let Some(source) = out["source_id"].as_str() {
        team.name(&format!("{name}.source"), source);
    }
    if let Some(question) = out["follow_ups"][0]["id"].as_str() {
        team.name(&format!("{name}.q1"), question);
    }
    for (part, field) in [("key", "page_url"), ("slug", "url")] {
        if let Some((_, last)) = out[field].as_str().and_then(|url| url.rsplit_once('/')) {
            team.name(&format!("{name}.{part}"), last);
        }
    }
    Ok(())
}

/// A visitor objects to an outcome on its page.
async fn object(team: &mut Team, path: &str, body: &Value) -> anyhow::Result<()> {
    let fields = body.as_object().context("the fields of a form")?;
    let fields =
        fields.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
    let path = fill_path(team, path)?;
    ensure!(path.starts_with("/o/"), "forms of the story are those of outcomes");
    team.send(VISITOR, Method::POST, &path, Payload::Form(fields.collect()), None).await?;
    Ok(())
}
