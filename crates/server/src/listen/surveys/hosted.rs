//! The pages for people outside: asking, thanking, and taking back. They work without JavaScript and set no cookie.

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Path};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use heedful_db::listen::responses;
use heedful_db::listen::surveys::{self, Survey};
use heedful_db::platform::workspaces;
use heedful_db::types::DAY;
use heedful_db::{Conn, WorkspaceId};
use jiff::tz::TimeZone;

use super::form::{Draft, Errors, check};
use super::page::{self, Look};
use super::store::{store, withdraw, withdrawal_token};
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::rate_limit::Limit;
use crate::platform::secret;

/// Several texts at their longest, in the widest encoding that a form may use.
const FORM_BYTES_MAX: usize = 1 << 20;
/// A household or an office behind one address may answer together; a flood may not.
const SENT_PER_ADDRESS: Limit = Limit { times: 60, window: DAY / 24 };
const WITHDRAWN_PER_ADDRESS: Limit = Limit { times: 60, window: DAY / 24 };

pub fn routes() -> Router<App> {
    Router::new()
        .route("/s/{key}", get(show).post(send))
        .route("/s/{key}/receipt/{token}", get(show_receipt))
        .route("/s/{key}/withdraw/{token}", get(ask_withdraw).post(do_withdraw))
        .route("/f/{key}", get(show).post(send))
        .route("/f/{key}/receipt/{token}", get(show_receipt))
        .route("/f/{key}/withdraw/{token}", get(ask_withdraw).post(do_withdraw))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

type Fields = Vec<(String, String)>;

/// The form; `?email=`, `ref=`, `url=` and `score=` fill it in.
async fn show(ctx: Ctx, uri: Uri, Path(key): Path<String>) -> Response {
    let look = Look::of(uri.path());
    answer(look, show_form(&ctx, &uri, look, &key).await)
}

async fn show_form(ctx: &Ctx, uri: &Uri, look: Look, key: &str) -> Result<Response> {
    let mut conn = ctx.read().await?;
    let (_, survey) = find(&mut conn, key).await?;
    if survey.state != "live" {
        return not_open(look, &survey, &[]);
    }
    let query = axum::extract::Query::<Fields>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
    let draft = fresh(ctx, Draft::of(query));
    Ok(page::answer(look, StatusCode::OK, page::form(&survey, look, &draft, &Errors::new())?))
}

/// A draft with a form secret and time of its own.
fn fresh(ctx: &Ctx, draft: Draft) -> Draft {
    Draft { form_id: ctx.new_secret(), served_at: ctx.now.to_string(), trap: String::new(), ..draft }
}

async fn send(
    ctx: Ctx,
    uri: Uri,
    ClientIp(ip): ClientIp,
    Path(key): Path<String>,
    fields: std::result::Result<Form<Fields>, FormRejection>,
) -> Response {
    let look = Look::of(uri.path());
    let outcome = match fields {
        Ok(Form(fields)) => take(&ctx, look, &ip, &key, Draft::of(fields)).await,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
        Err(_) => Err(Error::Malformed("the form could not be read".to_owned())),
    };
    answer(look, outcome)
}

async fn take(ctx: &Ctx, look: Look, ip: &str, key: &str, draft: Draft) -> Result<Response> {
    let mut tx = ctx.begin().await?;
    let (ws, survey) = find(&mut tx, key).await?;
    if survey.state != "live" {
        return not_open(look, &survey, &words(&draft));
    }
    let checked = match ctx.app.rate_limiter.check(format!("survey {ip}"), SENT_PER_ADDRESS, ctx.now) {
        Ok(()) => check(&survey, &draft, ctx.now),
        Err(Error::TooMany { retry_after_s }) => return too_many(&survey, look, &draft, retry_after_s),
        Err(other) => return Err(other),
    };
    let answer = match checked {
        Ok(answer) => answer,
        Err(errors) => {
            let draft = kept(ctx, draft, &errors);
            let html = page::form(&survey, look, &draft, &errors)?;
            return Ok(page::answer(look, StatusCode::UNPROCESSABLE_ENTITY, html));
        }
    };
    // The same form again: nothing is written, and the same receipt is shown.
    if store(&mut tx, ctx, &ws, &survey, &answer).await? {
        ctx.commit(tx).await?;
    }
    let token = withdrawal_token(&answer.form_id);
    Ok(Redirect::to(&format!("/{}/{key}/receipt/{token}", look.letter())).into_response())
}

/// A draft to correct: it keeps its form, unless the form itself was refused as too old or unknown.
fn kept(ctx: &Ctx, draft: Draft, errors: &Errors) -> Draft {
    let is_old = errors.get("form").is_some_and(|complaint| complaint.contains("long time"));
    if is_old { fresh(ctx, draft) } else { Draft { trap: String::new(), ..draft } }
}

fn words(draft: &Draft) -> Vec<String> {
    let texts = [&draft.main].into_iter().chain(draft.answers.values());
    texts.filter(|text| text.chars().count() > 2).cloned().collect()
}

fn too_many(survey: &Survey, look: Look, draft: &Draft, retry_after_s: u32) -> Result<Response> {
    let minutes = retry_after_s.div_ceil(60);
    let complaint =
        format!("Too many answers came from your network. Please send again in {minutes} minutes.");
    let errors = Errors::from([("form".to_owned(), complaint)]);
    let html = page::form(survey, look, draft, &errors)?;
    let mut response = page::answer(look, StatusCode::TOO_MANY_REQUESTS, html);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
    Ok(response)
}

async fn show_receipt(ctx: Ctx, uri: Uri, Path((key, token)): Path<(String, String)>) -> Response {
    let look = Look::of(uri.path());
    answer(look, receipt(&ctx, look, &key, &token).await)
}

async fn receipt(ctx: &Ctx, look: Look, key: &str, token: &str) -> Result<Response> {
    let mut conn = ctx.read().await?;
    let (ws, survey) = find(&mut conn, key).await?;
    let response = find_response(&mut conn, &ws, &survey, token).await?;
    if response.withdrawn_at.is_some() {
        return taken_back(look);
    }
    let zone = workspaces::get(&mut conn, &ws).await?.time_zone;
    let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    Ok(page::answer(look, StatusCode::OK, page::receipt(&survey, look, &response, token, &zone)?))
}

async fn ask_withdraw(ctx: Ctx, uri: Uri, Path((key, token)): Path<(String, String)>) -> Response {
    let look = Look::of(uri.path());
    let asked = async {
        let mut conn = ctx.read().await?;
        let (ws, survey) = find(&mut conn, &key).await?;
        let response = find_response(&mut conn, &ws, &survey, &token).await?;
        if response.withdrawn_at.is_some() {
            return taken_back(look);
        }
        Ok(page::answer(look, StatusCode::OK, page::withdraw(&survey, look, &token)?))
    };
    answer(look, asked.await)
}

async fn do_withdraw(
    ctx: Ctx,
    uri: Uri,
    ClientIp(ip): ClientIp,
    Path((key, token)): Path<(String, String)>,
) -> Response {
    let look = Look::of(uri.path());
    let done = async {
        ctx.app.rate_limiter.check(format!("withdraw {ip}"), WITHDRAWN_PER_ADDRESS, ctx.now)?;
        let mut tx = ctx.begin().await?;
        let (ws, survey) = find(&mut tx, &key).await?;
        let response = find_response(&mut tx, &ws, &survey, &token).await?;
        if response.withdrawn_at.is_none() {
            withdraw(&mut tx, &ctx, &ws, &response.id).await?;
            ctx.commit(tx).await?;
        }
        taken_back(look)
    };
    answer(look, done.await)
}

/// The survey behind a key, and whose it is.
async fn find(conn: &mut Conn, key: &str) -> Result<(WorkspaceId, Survey)> {
    let (ws, id) = surveys::find_by_public_key(conn, key).await?.ok_or(Error::NotFound)?;
    let survey = surveys::get(conn, &ws, &id).await?;
    if survey.state == "draft" { Err(Error::NotFound) } else { Ok((ws, survey)) }
}

async fn find_response(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey: &Survey,
    token: &str,
) -> Result<responses::Response> {
    let hash = secret::hash(token);
    responses::find_by_withdrawal(conn, ws, &survey.id, &hash).await?.ok_or(Error::NotFound)
}

fn taken_back(look: Look) -> Result<Response> {
    let text = "Your words, your score and your contact details were removed, and count nowhere any more.";
    Ok(page::answer(look, StatusCode::OK, page::note(look, "Your answer was taken back", text, &[])?))
}

fn not_open(look: Look, survey: &Survey, words: &[String]) -> Result<Response> {
    let text = format!("{} is not taking answers here any more. Thank you for looking in.", survey.asker);
    let html = page::note(look, "This survey is closed", &text, words)?;
    Ok(page::answer(look, StatusCode::GONE, html))
}

/// Refusals as pages, since people read them.
fn answer(look: Look, outcome: Result<Response>) -> Response {
    let error = match outcome {
        Ok(response) => return response,
        Err(error) => error,
    };
    let (title, text) = match &error {
        Error::NotFound => {
            ("There is nothing here", "The address is not complete, or what was here has been removed.")
        }
        Error::TooLarge => {
            ("That was too much text", "Please go back, shorten your answer and send it again.")
        }
        Error::TooMany { .. } => ("Too many requests", "Please wait an hour and try again."),
        Error::Unavailable => (
            "We cannot save this right now",
            "Nothing was lost on your side: go back and send again in a minute.",
        ),
        Error::Malformed(_) => ("The form could not be read", "Please go back and send it again."),
        _ => ("Something went wrong", "It was our fault. Please go back and send again in a minute."),
    };
    match page::note(look, title, text, &[]) {
        Ok(html) => {
            let refusal = error.into_response();
            let mut response = page::answer(look, refusal.status(), html);
            if let Some(wait) = refusal.headers().get(header::RETRY_AFTER) {
                response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
            }
            response
        }
        Err(broken) => broken.into_response(),
    }
}
