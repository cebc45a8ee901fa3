//! The outbox: every mail of the workspace, sent or kept.

use axum::Json;
use axum::extract::Path;
use heedful_db::platform::mail::{self, Message};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Admin;
use super::ctx::Ctx;
use super::error::{Error, Result};
use super::extract::Query;
use super::paging::{List, Paging};
use super::time;
use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_outbox)).routes(routes!(get_outbox_message))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutboxEntry {
    pub id: String,
    pub recipient: String,
    pub subject: String,
    /// queued, sent, failed, or kept: there is no SMTP server, so it lies here and in the folder `outbox`.
    pub state: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    pub last_error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutboxMessage {
    pub entry: OutboxEntry,
    pub text: String,
    pub html: String,
    pub unsubscribe_url: Option<String>,
}

impl From<&Message> for OutboxEntry {
    fn from(row: &Message) -> Self {
        Self {
            id: row.id.clone(),
            recipient: row.recipient.clone(),
            subject: row.subject.clone(),
            state: row.state.clone(),
            created_at: time::out(row.created_at),
            sent_at: time::out_opt(row.sent_at),
            last_error: row.last_error.clone(),
        }
    }
}

/// The mails of the workspace, newest first.
#[utoipa::path(get, path = "/outbox", tag = "workspace", params(Paging),
    responses((status = 200, body = List<OutboxEntry>)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn list_outbox(
    admin: Admin,
    ctx: Ctx,
    Query(paging): Query<Paging>,
) -> Result<Json<List<OutboxEntry>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = mail::list(&mut conn, &admin.ws, cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, |row| OutboxEntry::from(&row))))
}

/// One mail, as text and as HTML.
#[utoipa::path(get, path = "/outbox/{id}", tag = "workspace", params(("id" = String, Path)),
    responses((status = 200, body = OutboxMessage)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn get_outbox_message(
    admin: Admin,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OutboxMessage>> {
    let mut conn = ctx.read().await?;
    let row = mail::find(&mut conn, &admin.ws, &id).await?.ok_or(Error::NotFound)?;
    Ok(Json(OutboxMessage {
        entry: OutboxEntry::from(&row),
        text: row.text_body,
        html: row.html_body,
        unsubscribe_url: row.unsubscribe_url,
    }))
}
