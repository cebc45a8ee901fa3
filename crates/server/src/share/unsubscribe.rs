//! Ending mails that nobody asked for one by one: a link in each of them, one click (RFC 8058).

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use heedful_db::platform::one_time_tokens;
use heedful_db::share::{digests, notices};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};

use super::page::{answer, page};
use crate::app::App;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::http::ClientIp;
use crate::platform::rate_limit::Limit;
use crate::platform::{audit, secret};

/// Old mails are found again; their links still work.
const WORKS_FOR: Micros = 1_825 * DAY;
const TRIES: Limit = Limit { times: 60, window: DAY / 24 };

pub fn pages() -> Router<App> {
    Router::new().route("/unsubscribe/{token}", get(ask).post(unsubscribe))
}

/// Whom a link lets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody outside who hears what came of their words.
    Person,
    /// Somebody of the team who gets the weekly digest.
    Member,
}

impl Reader {
    const ALL: [Self; 2] = [Self::Person, Self::Member];

    fn purpose(self) -> &'static str {
        match self {
            Self::Person => "unsubscribe",
            Self::Member => "unsubscribe_digest",
        }
    }
}

/// A link that ends mails to a person or member.
pub async fn new_link(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    reader: Reader,
    id: &str,
) -> Result<String> {
    let token = ctx.new_secret();
    let (hash, subject) = (secret::hash(&token), format!("{ws} {id}"));
    one_time_tokens::insert(conn, &hash, reader.purpose(), &subject, ctx.now, ctx.now + WORKS_FOR).await?;
    Ok(format!("{}/unsubscribe/{token}", ctx.app.config.public_url))
}

#[derive(Template)]
#[template(path = "public/unsubscribe.html")]
struct UnsubscribePage {
    reader: Reader,
    done: bool,
}

/// Asks, because mail programs open links by themselves.
async fn ask(ctx: Ctx, ClientIp(ip): ClientIp, Path(token): Path<String>) -> Response {
    answer(show(&ctx, &ip, &token).await)
}

async fn show(ctx: &Ctx, ip: &str, token: &str) -> Result<Response> {
    ctx.app.rate_limiter.check(format!("unsubscribe {ip}"), TRIES, ctx.now)?;
    let mut conn = ctx.read().await?;
    let (reader, ..) = find(&mut conn, ctx, token).await?;
    page(&UnsubscribePage { reader, done: false })
}

async fn unsubscribe(ctx: Ctx, ClientIp(ip): ClientIp, Path(token): Path<String>) -> Response {
    answer(end(&ctx, &ip, &token).await)
}

async fn end(ctx: &Ctx, ip: &str, token: &str) -> Result<Response> {
    ctx.app.rate_limiter.check(format!("unsubscribe {ip}"), TRIES, ctx.now)?;
    let mut tx = ctx.begin().await?;
    let (reader, ws, id) = find(&mut tx, ctx, token).await?;
    match reader {
        Reader::Person => {
            if notices::unsubscribe(&mut tx, &ws, &id, ctx.now).await? {
                let object = audit::Object { kind: "person", id: &id };
                audit::acted_by_server(&mut tx, ctx, &ws, "unsubscribe", object, &serde_json::json!({}))
                    .await?;
            }
        }
        Reader::Member => digests::update_mail_since(&mut tx, &ws, &id, None, ctx.now).await?,
    }
    ctx.commit(tx).await?;
    page(&UnsubscribePage { reader, done: true })
}

async fn find(conn: &mut Conn, ctx: &Ctx, token: &str) -> Result<(Reader, WorkspaceId, String)> {
    let hash = secret::hash(token);
    for reader in Reader::ALL {
        let subject = one_time_tokens::find(conn, &hash, reader.purpose(), ctx.now).await?;
        if let Some((ws, id)) = subject.as_deref().and_then(|subject| subject.split_once(' ')) {
            return Ok((reader, WorkspaceId::from(ws), id.to_owned()));
        }
    }
    Err(Error::NotFound)
}
