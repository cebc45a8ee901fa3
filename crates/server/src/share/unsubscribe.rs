//! Ending mails that nobody asked for one by one: a link in each of them, one click (RFC 8058).

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use heedful_db::platform::one_time_tokens;
use heedful_db::share::notices;
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};

use super::public::page;
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::rate_limit::Limit;
use crate::platform::secret;

const PURPOSE: &str = "unsubscribe";
/// Old mails are found again; their links still work.
const WORKS_FOR: Micros = 1_825 * DAY;
const TRIES: Limit = Limit { times: 60, window: DAY / 24 };

pub fn pages() -> Router<App> {
    Router::new().route("/unsubscribe/{token}", get(ask).post(unsubscribe))
}

/// A link that ends mails to a person.
pub async fn new_link(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, person_id: &str) -> Result<String> {
    let token = ctx.new_secret();
    let subject = format!("{ws} {person_id}");
    one_time_tokens::insert(conn, &secret::hash(&token), PURPOSE, &subject, ctx.now, ctx.now + WORKS_FOR)
        .await?;
    Ok(format!("{}/unsubscribe/{token}", ctx.app.config.public_url))
}

#[derive(Template)]
#[template(path = "public/unsubscribe.html")]
struct UnsubscribePage {
    done: bool,
}

/// Asks, because mail programs open links by themselves.
async fn ask(ctx: Ctx, ClientIp(ip): ClientIp, Path(token): Path<String>) -> Result<Response> {
    ctx.app.rate_limiter.check(format!("unsubscribe {ip}"), TRIES, ctx.now)?;
    let mut conn = ctx.read().await?;
    find(&mut conn, &ctx, &token).await?;
    page(&UnsubscribePage { done: false })
}

async fn unsubscribe(ctx: Ctx, ClientIp(ip): ClientIp, Path(token): Path<String>) -> Result<Response> {
    ctx.app.rate_limiter.check(format!("unsubscribe {ip}"), TRIES, ctx.now)?;
    let mut tx = ctx.begin().await?;
    let (ws, person_id) = find(&mut tx, &ctx, &token).await?;
    notices::unsubscribe(&mut tx, &ws, &person_id, ctx.now).await?;
    ctx.commit(tx).await?;
    page(&UnsubscribePage { done: true })
}

async fn find(conn: &mut Conn, ctx: &Ctx, token: &str) -> Result<(WorkspaceId, String)> {
    let subject = one_time_tokens::find(conn, &secret::hash(token), PURPOSE, ctx.now).await?;
    let subject = subject.ok_or(Error::NotFound)?;
    let (ws, person_id) = subject.split_once(' ').ok_or(Error::NotFound)?;
    Ok((WorkspaceId::from(ws), person_id.to_owned()))
}
