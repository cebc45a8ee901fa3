//! The public face of an outcome: a page that works without JavaScript, and a form to object.

use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Path};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use heedful_db::decide::decisions;
use heedful_db::platform::workspaces;
use heedful_db::share::critiques::{self, Critique};
use heedful_db::share::outcomes::{self, Outcome};
use heedful_db::share::voices::Quote;
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::critiques::{Author, begin, check_objection};
use super::outcomes::{OutcomeOut, shown_quotes};
use super::page::{answer, open_page, page};
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::invalid::Invalid;
use crate::platform::rate_limit::Limit;
use crate::platform::{periods, time};

const CRITIQUES_MAX: i64 = 200;
const FORM_BYTES_MAX: usize = 1 << 16;
const NAME_MAX: usize = 200;
/// The longest address that mail can be sent to (RFC 5321).
const EMAIL_MAX: usize = 254;
const OBJECTIONS_PER_ADDRESS: Limit = Limit { times: 10, window: DAY / 24 };
/// However many addresses a flood comes from, a team has to read what arrives.
const OBJECTIONS_PER_OUTCOME: Limit = Limit { times: 100, window: DAY / 24 };

pub fn pages() -> Router<App> {
    Router::new()
        .route("/o/{slug}", get(show_outcome).post(object))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

#[derive(Template)]
#[template(path = "public/outcome.html")]
struct OutcomePage {
    workspace: String,
    outcome: Outcome,
    index_url: Option<String>,
    published_on: String,
    /// An accepted critique took the verdict back.
    is_open_again: bool,
    quotes: Vec<Quote>,
    critiques: Vec<Critique>,
    form: Objection,
    complaints: Invalid,
    /// Why an objection in order is not taken now.
    refusal: String,
    sent: bool,
}

impl OutcomePage {
    fn complaint(&self, field: &str) -> &str {
        self.complaints.0.get(field).and_then(|list| list.first()).map_or("", String::as_str)
    }

    fn respond(&self) -> Result<Response> {
        if self.outcome.audience == "public" { open_page(self) } else { page(self) }
    }
}

/// What a visitor objects. `website` is a field that people do not see and robots fill in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Objection {
    kind: String,
    body: String,
    name: String,
    email: String,
    website: String,
}

impl Objection {
    fn check(&self) -> Invalid {
        let mut invalid = Invalid::default();
        check_objection(&mut invalid, &self.kind, &self.body);
        invalid.check_length("name", &self.name, NAME_MAX);
        invalid.check_length("email", &self.email, EMAIL_MAX);
        let email = self.email.trim();
        let is_address = email.is_empty() || email.parse::<lettre::Address>().is_ok();
        invalid.check("email", is_address, "must be an email address, or empty");
        invalid
    }

    fn critique(&self, ctx: &Ctx, outcome: &Outcome) -> Critique {
        let author = Author { name: &self.name, email: &self.email };
        begin(ctx, &outcome.id, &self.kind, &self.body, &author)
    }
}

/// The day of a moment, as the workspace counts days.
pub fn day(at: Option<Micros>, zone: &TimeZone) -> String {
    let day = at.map(|at| time::out(at).to_zoned(zone.clone()).strftime("%-d %B %Y").to_string());
    day.unwrap_or_default()
}

async fn show_outcome(ctx: Ctx, Path(slug): Path<String>) -> Response {
    answer(show(&ctx, &slug).await)
}

async fn show(ctx: &Ctx, slug: &str) -> Result<Response> {
    let mut conn = ctx.read().await?;
    let outcome = outcomes::find_published(&mut conn, slug).await?.ok_or(Error::NotFound)?;
    read(&mut conn, ctx, outcome).await?.respond()
}

async fn object(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Path(slug): Path<String>,
    form: std::result::Result<Form<Objection>, FormRejection>,
) -> Response {
    answer(match form {
        Ok(Form(form)) => take(&ctx, &ip, &slug, form).await,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
        Err(_) => Err(Error::Malformed("the form could not be read".to_owned())),
    })
}

async fn take(ctx: &Ctx, ip: &str, slug: &str, form: Objection) -> Result<Response> {
    let mut tx = ctx.begin().await?;
    let outcome = outcomes::find_published(&mut tx, slug).await?.ok_or(Error::NotFound)?;
    let ws = WorkspaceId::from(outcome.workspace_id.as_str());
    let view = read(&mut tx, ctx, outcome).await?;
    let complaints = form.check();
    if !complaints.0.is_empty() {
        let mut response = OutcomePage { form, complaints, ..view }.respond()?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    if let Err(Error::TooMany { retry_after_s }) = knock(ctx, ip, &view.outcome) {
        return too_many(view, form, retry_after_s);
    }
    // A robot is thanked like everybody, and forgotten.
    if form.website.is_empty() {
        critiques::insert(&mut tx, &ws, &form.critique(ctx, &view.outcome)).await?;
    }
    ctx.commit(tx).await?;
    OutcomePage { sent: true, ..view }.respond()
}

fn knock(ctx: &Ctx, ip: &str, outcome: &Outcome) -> Result<()> {
    let limiter = &ctx.app.rate_limiter;
    limiter.check(format!("critique {ip}"), OBJECTIONS_PER_ADDRESS, ctx.now)?;
    limiter.check(format!("critiques of {}", outcome.id), OBJECTIONS_PER_OUTCOME, ctx.now)
}

/// Nothing typed is lost: the form comes back filled in.
fn too_many(view: OutcomePage, form: Objection, retry_after_s: u32) -> Result<Response> {
    let minutes = retry_after_s.div_ceil(60);
    let refusal =
        format!("Many objections have come in just now. Please send yours again in {minutes} minutes.");
    let mut response = OutcomePage { form, refusal, ..view }.respond()?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
    Ok(response)
}

async fn read(conn: &mut Conn, ctx: &Ctx, outcome: Outcome) -> Result<OutcomePage> {
    let ws = WorkspaceId::from(outcome.workspace_id.as_str());
    let decision = decisions::get(conn, &ws, &outcome.decision_id).await?;
    let zone = periods::time_zone(conn, &ws).await?;
    Ok(OutcomePage {
        quotes: shown_quotes(conn, &ws, &outcome).await?,
        critiques: critiques::list_published(conn, &ws, &outcome.id, CRITIQUES_MAX).await?,
        workspace: workspaces::get(conn, &ws).await?.name,
        index_url: OutcomeOut::of(outcome.clone(), &ctx.app.config.public_url).index_url,
        published_on: day(outcome.published_at, &zone),
        is_open_again: decision.reopened_at.is_some() && decision.decided_at.is_none(),
        outcome,
        form: Objection::default(),
        complaints: Invalid::default(),
        refusal: String::new(),
        sent: false,
    })
}
