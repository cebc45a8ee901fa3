//! The public face of an outcome: a page that works without JavaScript, and a form to object.

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Path};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::HeaderName};
use heedful_db::platform::workspaces;
use heedful_db::share::critiques::{self, Critique};
use heedful_db::share::outcomes::{self, Outcome, Quote};
use heedful_db::types::DAY;
use heedful_db::{Conn, WorkspaceId};
use serde::Deserialize;

use super::critiques::KINDS;
use super::outcomes::shown_quotes;
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::invalid::Invalid;
use crate::platform::rate_limit::Limit;
use crate::platform::time;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const CRITIQUES_MAX: i64 = 200;
const FORM_BYTES_MAX: usize = 1 << 16;
const BODY_MAX: usize = 5_000;
const NAME_MAX: usize = 200;
const OBJECTIONS: Limit = Limit { times: 10, window: DAY / 24 };

pub fn pages() -> Router<App> {
    Router::new()
        .route("/o/{slug}", get(show_outcome).post(object))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

/// Renders a page for people outside, with a policy that lets nothing in but its own style.
pub fn page(template: &impl Template) -> Result<Response> {
    let html = template.render().map_err(anyhow::Error::from)?;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Html(html)).into_response())
}

#[derive(Template)]
#[template(path = "public/outcome.html")]
struct OutcomePage {
    workspace: String,
    outcome: Outcome,
    published_on: String,
    quotes: Vec<Quote>,
    critiques: Vec<Critique>,
    form: Objection,
    complaints: Invalid,
    sent: bool,
}

impl OutcomePage {
    fn complaint(&self, field: &str) -> &str {
        self.complaints.0.get(field).and_then(|list| list.first()).map_or("", String::as_str)
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
        invalid.check_choice("kind", &self.kind, KINDS);
        invalid.check_text("body", &self.body, BODY_MAX);
        invalid.check_length("name", &self.name, NAME_MAX);
        let is_address = self.email.is_empty() || self.email.parse::<lettre::Address>().is_ok();
        invalid.check("email", is_address, "must be an email address, or empty");
        invalid
    }
}

async fn show_outcome(ctx: Ctx, Path(slug): Path<String>) -> Result<Response> {
    let mut conn = ctx.read().await?;
    let outcome = outcomes::find_published(&mut conn, &slug).await?.ok_or(Error::NotFound)?;
    let view = read(&mut conn, outcome, Objection::default(), Invalid::default(), false).await?;
    page(&view)
}

async fn object(
    ctx: Ctx,
    ClientIp(ip): ClientIp,
    Path(slug): Path<String>,
    Form(form): Form<Objection>,
) -> Result<Response> {
    ctx.app.rate_limiter.check(format!("critique {ip}"), OBJECTIONS, ctx.now)?;
    let mut tx = ctx.begin().await?;
    let outcome = outcomes::find_published(&mut tx, &slug).await?.ok_or(Error::NotFound)?;
    let complaints = form.check();
    if !complaints.0.is_empty() {
        let view = read(&mut tx, outcome, form, complaints, false).await?;
        let mut response = page(&view)?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    // A robot is thanked like everybody, and forgotten.
    if form.website.is_empty() {
        let ws = WorkspaceId::from(outcome.workspace_id.as_str());
        critiques::insert(&mut tx, &ws, &new_critique(&ctx, &outcome, &form)).await?;
    }
    let view = read(&mut tx, outcome, Objection::default(), Invalid::default(), true).await?;
    ctx.commit(tx).await?;
    page(&view)
}

fn new_critique(ctx: &Ctx, outcome: &Outcome, form: &Objection) -> Critique {
    Critique {
        id: ctx.new_id(),
        version: 1,
        created_at: ctx.now,
        updated_at: ctx.now,
        outcome_id: outcome.id.clone(),
        kind: form.kind.clone(),
        body: form.body.trim().to_owned(),
        author_name: form.name.trim().to_owned(),
        author_email: (!form.email.is_empty()).then(|| form.email.trim().to_lowercase()),
        state: "pending".to_owned(),
        answer_kind: None,
        answer: String::new(),
        answered_by: None,
        answered_at: None,
    }
}

async fn read(
    conn: &mut Conn,
    outcome: Outcome,
    form: Objection,
    complaints: Invalid,
    sent: bool,
) -> Result<OutcomePage> {
    let ws = WorkspaceId::from(outcome.workspace_id.as_str());
    let workspace = workspaces::get(conn, &ws).await?;
    let zone = jiff::tz::TimeZone::get(&workspace.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let published =
        outcome.published_at.map(|at| time::out(at).to_zoned(zone).strftime("%-d %B %Y").to_string());
    Ok(OutcomePage {
        quotes: shown_quotes(conn, &ws, &outcome).await?,
        critiques: critiques::list_published(conn, &ws, &outcome.id, CRITIQUES_MAX).await?,
        workspace: workspace.name,
        published_on: published.unwrap_or_default(),
        outcome,
        form,
        complaints,
        sent,
    })
}
