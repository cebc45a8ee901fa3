//! "You said, we tried, we learned, we did": one message to each person in the chain of a published outcome, never twice.

use std::collections::HashMap;

use askama::Template;
use axum::Json;
use axum::extract::Path;
use heedful_db::platform::workspaces;
use heedful_db::share::notices::{self, Contributor};
use heedful_db::share::outcomes::{self, Outcome, Quote};
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::unsubscribe;
use crate::app::App;
use crate::platform::audit;
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::mail::{self, Letter};
use crate::platform::queue;

pub const SEND_NOTICES: &str = "send_outcome_notices";
/// Signals of one chain that are looked at.
const SIGNALS_MAX: i64 = 20_000;
/// Own words quoted back to one person.
const WORDS_EACH: usize = 3;

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
    pub people: Vec<NoticePerson>,
    pub n_will_hear: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePerson {
    pub person_id: String,
    pub name: String,
    pub will_hear: bool,
    /// Why not: no_email, unsubscribed or told_already.
    pub reason: Option<&'static str>,
    pub n_signals: u64,
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
    let audience = Audience::read(&mut conn, &viewer.ws, &outcome).await?;
    let first = audience.people.iter().find(|person| refusal(person).is_none());
    let sample = audience.letter(&ctx.app, &outcome, first, "…")?;
    let people: Vec<NoticePerson> = audience.people.iter().map(|person| audience.describe(person)).collect();
    let n_will_hear = people.iter().filter(|person| person.will_hear).count() as u64;
    Ok(Json(NoticePreview { subject: sample.subject, text: sample.text, people, n_will_hear }))
}

/// Tell everybody in the chain who can be told and was not yet.
#[utoipa::path(post, path = "/outcomes/{id}/notices", tag = "share", params(("id" = String, Path)),
    responses((status = 202, body = NoticesQueued)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn send_notices(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<(axum::http::StatusCode, Json<NoticesQueued>)> {
    let mut tx = ctx.begin().await?;
    let outcome = outcomes::get(&mut tx, &editor.ws, &id).await?;
    if outcome.state != "published" || outcome.archived_at.is_some() {
        return Err(Error::conflict("publish the outcome before telling people about it"));
    }
    let audience = Audience::read(&mut tx, &editor.ws, &outcome).await?;
    let n_queued = audience.people.iter().filter(|person| refusal(person).is_none()).count() as u64;
    let payload = SendNotices { outcome_id: id.clone() };
    queue::push_once(
        &mut tx,
        &ctx,
        Some(&editor.ws),
        SEND_NOTICES,
        &payload,
        &format!("{SEND_NOTICES} {id}"),
        ctx.now,
    )
    .await?;
    let object = audit::Object { kind: "outcome", id: &id };
    audit::acted(&mut tx, &ctx, &editor, "notify", object, &serde_json::json!({"n_people": n_queued}))
        .await?;
    ctx.commit(tx).await?;
    Ok((axum::http::StatusCode::ACCEPTED, Json(NoticesQueued { n_queued })))
}

/// The job: each person in a transaction of their own, so that a crash loses nothing and repeats nothing.
pub async fn run(ctx: &Ctx, ws: &WorkspaceId, job: &SendNotices) -> Result<()> {
    let (outcome, audience) = {
        let mut conn = ctx.read().await?;
        let outcome = outcomes::get(&mut conn, ws, &job.outcome_id).await?;
        let audience = Audience::read(&mut conn, ws, &outcome).await?;
        (outcome, audience)
    };
    if outcome.state != "published" || outcome.archived_at.is_some() {
        return Ok(());
    }
    for person in audience.people.iter().filter(|person| refusal(person).is_none()) {
        let mut tx = ctx.begin().await?;
        if !notices::insert(&mut tx, ws, &outcome.id, &person.person_id, ctx.now).await? {
            continue;
        }
        let url = unsubscribe::new_link(&mut tx, ctx, ws, &person.person_id).await?;
        let letter = audience.letter(&ctx.app, &outcome, Some(person), &url)?;
        let mail_id = mail::push(&mut tx, ctx, Some(ws), letter).await?;
        notices::update_mail(&mut tx, ws, &outcome.id, &person.person_id, &mail_id).await?;
        ctx.commit(tx).await?;
    }
    Ok(())
}

/// Everybody whose words stand in the chain of an outcome.
struct Audience {
    workspace: String,
    people: Vec<Contributor>,
    words: HashMap<String, Vec<Quote>>,
}

impl Audience {
    async fn read(conn: &mut Conn, ws: &WorkspaceId, outcome: &Outcome) -> Result<Self> {
        let mut words: HashMap<String, Vec<Quote>> = HashMap::new();
        for quote in outcomes::list_quotes(conn, ws, &outcome.decision_id, SIGNALS_MAX).await? {
            if let Some(person_id) = quote.person_id.clone() {
                words.entry(person_id).or_default().push(quote);
            }
        }
        let ids: Vec<String> = words.keys().cloned().collect();
        let mut people = Vec::with_capacity(ids.len());
        for ids in ids.chunks(500) {
            people.extend(notices::list_contributors(conn, ws, &outcome.id, ids).await?);
        }
        people.sort_by(|one, other| (&one.name, &one.person_id).cmp(&(&other.name, &other.person_id)));
        Ok(Self { workspace: workspaces::get(conn, ws).await?.name, people, words })
    }

    fn words_of(&self, person_id: &str) -> &[Quote] {
        self.words.get(person_id).map_or(&[], Vec::as_slice)
    }

    fn describe(&self, person: &Contributor) -> NoticePerson {
        let reason = refusal(person);
        NoticePerson {
            person_id: person.person_id.clone(),
            name: person.name.clone(),
            will_hear: reason.is_none(),
            reason,
            n_signals: self.words_of(&person.person_id).len() as u64,
        }
    }

    fn letter(
        &self,
        app: &App,
        outcome: &Outcome,
        person: Option<&Contributor>,
        unsubscribe_url: &str,
    ) -> Result<Letter> {
        let own = person.map_or(&[][..], |person| self.words_of(&person.person_id));
        let is_open = outcome.audience != "team";
        let view = NoticeView {
            workspace: &self.workspace,
            name: person.map_or("", |person| person.name.as_str()),
            own: own.iter().take(WORDS_EACH).map(|quote| quote.body.as_str()).collect(),
            outcome,
            url: is_open.then(|| format!("{}/o/{}", app.config.public_url, outcome.slug)),
            unsubscribe_url,
        };
        Ok(Letter {
            recipient: person.and_then(|person| person.email.clone()).unwrap_or_default(),
            subject: format!("You said, we learned: {}", outcome.title),
            text: NoticeText(&view).render().map_err(anyhow::Error::from)?,
            html: NoticeHtml(&view).render().map_err(anyhow::Error::from)?,
            unsubscribe_url: Some(unsubscribe_url.to_owned()),
        })
    }
}

fn refusal(person: &Contributor) -> Option<&'static str> {
    if person.told_at.is_some() {
        Some("told_already")
    } else if person.unsubscribed_at.is_some() {
        Some("unsubscribed")
    } else if person.email.is_none() {
        Some("no_email")
    } else {
        None
    }
}

struct NoticeView<'a> {
    workspace: &'a str,
    name: &'a str,
    own: Vec<&'a str>,
    outcome: &'a Outcome,
    url: Option<String>,
    unsubscribe_url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/outcome_notice.html")]
struct NoticeHtml<'a>(&'a NoticeView<'a>);

#[derive(Template)]
#[template(path = "mail/outcome_notice.txt")]
struct NoticeText<'a>(&'a NoticeView<'a>);
