//! "You said, we tried, we learned, we did": one message to each person in the chain of a published outcome, never twice.

use std::collections::HashMap;

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::platform::workspaces;
use heedful_db::share::notices;
use heedful_db::share::outcomes::{self, Outcome};
use heedful_db::share::voices::{self, Contributor};
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::unsubscribe::{self, Reader};
use crate::app::App;
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::mail::{self, Letter};
use crate::platform::{audit, letters, queue};

pub const SEND_NOTICES: &str = "send_outcome_notices";
/// People looked up at once.
const BATCH: i64 = 200;
/// Named in a preview; the numbers beside them are of all.
const PEOPLE_SHOWN: usize = 500;
/// Own words quoted back to one person.
const WORDS_EACH: i64 = 3;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview_notices, send_notices))
}

#[derive(Debug, Serialize, Deserialize)]
pub struct SendNotices {
    pub outcome_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePreview {
    /// What each person will read, here for the first of them.
    pub subject: String,
    pub text: String,
    /// The first 500.
    pub people: Vec<NoticePerson>,
    pub n_people: u64,
    pub n_will_hear: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePerson {
    pub person_id: String,
    pub name: String,
    pub will_hear: bool,
    /// Why not: told_already, unsubscribed, archived or no_email.
    pub reason: Option<&'static str>,
    pub n_signals: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NoticesQueued {
    pub n_queued: u64,
}

/// Who would hear back about an outcome, who would not and why, and what they would read.
#[utoipa::path(get, path = "/outcomes/{id}/notices", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = NoticePreview)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn preview_notices(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<NoticePreview>> {
    let mut conn = ctx.read().await?;
    let outcome = outcomes::get(&mut conn, &viewer.ws, &id).await?;
    let paper = Paper::read(&mut conn, &ctx, &viewer.ws, outcome).await?;
    let (mut people, mut n_people, mut n_will_hear, mut sample) = (Vec::new(), 0, 0, None);
    let mut batches = Batches::default();
    while let Some(batch) = batches.next(&mut conn, &viewer.ws, &paper.outcome).await? {
        for person in &batch.people {
            let reason = refusal(person);
            n_people += 1;
            if reason.is_none() {
                n_will_hear += 1;
                if sample.is_none() {
                    sample = Some(paper.letter(Some(person), batch.words_of(person), "…")?);
                }
            }
            if people.len() < PEOPLE_SHOWN {
                people.push(NoticePerson::of(person, reason));
            }
        }
    }
    let sample = match sample {
        Some(letter) => letter,
        None => paper.letter(None, &[], "…")?,
    };
    Ok(Json(NoticePreview { subject: sample.subject, text: sample.text, people, n_people, n_will_hear }))
}

/// Tell everybody in the chain who can be told and was not yet.
#[utoipa::path(post, path = "/outcomes/{id}/notices", tag = "share", params(("id" = String, Path)),
    responses((status = 202, body = NoticesQueued)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn send_notices(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<NoticesQueued>)> {
    let n_queued = {
        let mut conn = ctx.read().await?;
        let outcome = outcomes::get(&mut conn, &editor.ws, &id).await?;
        count_reachable(&mut conn, &editor.ws, &outcome).await?
    };
    let mut tx = ctx.begin().await?;
    if !is_shown(&outcomes::get(&mut tx, &editor.ws, &id).await?) {
        return Err(Error::conflict("publish the outcome before telling people about it"));
    }
    if n_queued > 0 {
        let payload = SendNotices { outcome_id: id.clone() };
        let key = format!("{SEND_NOTICES} {id}");
        queue::push_once(&mut tx, &ctx, Some(&editor.ws), SEND_NOTICES, &payload, &key, ctx.now).await?;
        let object = audit::Object { kind: "outcome", id: &id };
        let detail = serde_json::json!({"n_people": n_queued});
        audit::acted(&mut tx, &ctx, &editor, "notify", object, &detail).await?;
    }
    ctx.commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(NoticesQueued { n_queued })))
}

async fn count_reachable(conn: &mut Conn, ws: &WorkspaceId, outcome: &Outcome) -> Result<u64> {
    let (mut n, mut batches) = (0, Batches::default());
    while let Some(batch) = batches.next(conn, ws, outcome).await? {
        n += batch.people.iter().filter(|person| refusal(person).is_none()).count() as u64;
    }
    Ok(n)
}

/// The job: each person in a transaction of their own, so that a crash loses nothing and repeats nothing.
pub async fn run(ctx: &Ctx, ws: &WorkspaceId, job: &SendNotices) -> Result<()> {
    let outcome = outcomes::get(&mut *ctx.read().await?, ws, &job.outcome_id).await?;
    if !is_shown(&outcome) {
        return Ok(());
    }
    let paper = Paper::read(&mut *ctx.read().await?, ctx, ws, outcome).await?;
    let mut batches = Batches::default();
    loop {
        let next = batches.next(&mut *ctx.read().await?, ws, &paper.outcome).await?;
        let Some(batch) = next else { return Ok(()) };
        for person in batch.people.iter().filter(|person| refusal(person).is_none()) {
            tell(ctx, ws, &paper, person, batch.words_of(person)).await?;
        }
    }
}

async fn tell(
    ctx: &Ctx,
    ws: &WorkspaceId,
    paper: &Paper,
    person: &Contributor,
    words: &[String],
) -> Result<()> {
    let outcome_id = &paper.outcome.id;
    let mut tx = ctx.begin().await?;
    if !notices::insert(&mut tx, ws, outcome_id, &person.person_id, ctx.now).await? {
        return Ok(());
    }
    let url = unsubscribe::new_link(&mut tx, ctx, ws, Reader::Person, &person.person_id).await?;
    let mail_id = mail::push(&mut tx, ctx, Some(ws), paper.letter(Some(person), words, &url)?).await?;
    notices::update_mail(&mut tx, ws, outcome_id, &person.person_id, &mail_id).await?;
    ctx.commit(tx).await
}

fn is_shown(outcome: &Outcome) -> bool {
    outcome.state == "published" && outcome.archived_at.is_none()
}

/// Why somebody does not hear, if they do not.
fn refusal(person: &Contributor) -> Option<&'static str> {
    if person.told_at.is_some() {
        Some("told_already")
    } else if person.unsubscribed_at.is_some() {
        Some("unsubscribed")
    } else if person.archived_at.is_some() {
        Some("archived")
    } else if person.email.is_none() {
        Some("no_email")
    } else {
        None
    }
}

impl NoticePerson {
    fn of(person: &Contributor, reason: Option<&'static str>) -> Self {
        Self {
            person_id: person.person_id.clone(),
            name: person.name.clone(),
            will_hear: reason.is_none(),
            reason,
            n_signals: person.n_signals,
        }
    }
}

/// The people of a chain, some at a time.
#[derive(Default)]
struct Batches {
    after: Option<String>,
}

struct Batch {
    people: Vec<Contributor>,
    words: HashMap<String, Vec<String>>,
}

impl Batches {
    async fn next(&mut self, conn: &mut Conn, ws: &WorkspaceId, outcome: &Outcome) -> Result<Option<Batch>> {
        let chain = (outcome.id.as_str(), outcome.decision_id.as_str());
        let people = voices::list_contributors(conn, ws, chain, self.after.as_deref(), BATCH).await?;
        let Some(last) = people.last() else { return Ok(None) };
        self.after = Some(last.person_id.clone());
        let ids: Vec<String> = people.iter().map(|person| person.person_id.clone()).collect();
        let mut words: HashMap<String, Vec<String>> = HashMap::new();
        for (person, said) in voices::list_words(conn, ws, &outcome.decision_id, &ids, WORDS_EACH).await? {
            words.entry(person).or_default().push(said);
        }
        Ok(Some(Batch { people, words }))
    }
}

impl Batch {
    fn words_of(&self, person: &Contributor) -> &[String] {
        self.words.get(&person.person_id).map_or(&[], Vec::as_slice)
    }
}

/// What is the same in every letter.
struct Paper {
    workspace: String,
    outcome: Outcome,
    /// The page to read on, unless only the team may.
    url: Option<String>,
}

impl Paper {
    async fn read(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, outcome: Outcome) -> Result<Self> {
        let is_open = outcome.audience != "team";
        let url = is_open.then(|| format!("{}/o/{}", ctx.app.config.public_url, outcome.slug));
        Ok(Self { workspace: workspaces::get(conn, ws).await?.name, outcome, url })
    }

    fn letter(&self, person: Option<&Contributor>, own: &[String], unsubscribe_url: &str) -> Result<Letter> {
        let name = person.map_or("", |person| person.name.as_str());
        let view = NoticeView { paper: self, name, own, unsubscribe_url };
        let recipient = person.and_then(|person| person.email.as_deref()).unwrap_or_default();
        let subject = format!("You said, we learned: {}", self.outcome.title);
        let letter = letters::letter(recipient, &subject, &NoticeText(&view), &NoticeHtml(&view))?;
        Ok(Letter { unsubscribe_url: Some(unsubscribe_url.to_owned()), ..letter })
    }
}

struct NoticeView<'a> {
    paper: &'a Paper,
    name: &'a str,
    own: &'a [String],
    unsubscribe_url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/outcome_notice.html")]
struct NoticeHtml<'a>(&'a NoticeView<'a>);

#[derive(Template)]
#[template(path = "mail/outcome_notice.txt")]
struct NoticeText<'a>(&'a NoticeView<'a>);
