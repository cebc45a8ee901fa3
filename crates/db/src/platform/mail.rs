//! Messages to send, or kept for the outbox page when no SMTP server is configured.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Message {
    pub id: String,
    pub workspace_id: Option<String>,
    pub recipient: String,
    pub subject: String,
    pub text_body: String,
    pub html_body: String,
    pub unsubscribe_url: Option<String>,
    pub state: String,
    pub created_at: Micros,
    pub sent_at: Option<Micros>,
    pub last_error: Option<String>,
}

pub async fn insert(conn: &mut Conn, row: &Message) -> Result<()> {
    sqlx::query(
        "INSERT INTO mail_messages (id, workspace_id, recipient, subject, text_body, html_body, unsubscribe_url, \
         state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8)",
    )
    .bind(&row.id)
    .bind(&row.workspace_id)
    .bind(&row.recipient)
    .bind(&row.subject)
    .bind(&row.text_body)
    .bind(&row.html_body)
    .bind(&row.unsubscribe_url)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Only the mail job uses this: a message knows its recipient, whatever its workspace.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Message> {
    Ok(sqlx::query_as("SELECT * FROM mail_messages WHERE id = $1").bind(id).fetch_one(conn).await?)
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<Message>> {
    let row = sqlx::query_as("SELECT * FROM mail_messages WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// State is queued, sent, kept (no SMTP configured) or failed.
pub async fn update_state(
    conn: &mut Conn,
    id: &str,
    state: &str,
    error: Option<&str>,
    now: Micros,
) -> Result<()> {
    sqlx::query("UPDATE mail_messages SET state = $1, last_error = $2, sent_at = $3 WHERE id = $4")
        .bind(state)
        .bind(error)
        .bind(if state == "sent" { Some(now) } else { None })
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Message>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM mail_messages WHERE workspace_id = ");
    count.bind(ws.as_str());
    let total = count.fetch_count(conn).await?;
    let mut sql = Sql::new("SELECT * FROM mail_messages WHERE workspace_id = ");
    sql.bind(ws.as_str()).when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Message> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}
