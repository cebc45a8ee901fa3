//! Weekly digests as they were made, who gets them, and who got which.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Digest {
    pub id: String,
    pub lens: String,
    pub week: String,
    pub period_from: Micros,
    pub period_to: Micros,
    pub body: String,
    pub created_at: Micros,
}

/// What a member wants to get, with the lens of the membership beside it.
#[derive(Clone, Debug, FromRow)]
pub struct Subscription {
    pub workspace_id: String,
    pub user_id: String,
    pub id: String,
    pub lens: String,
    pub mail_since: Option<Micros>,
    pub feed_hash: Option<String>,
    pub feed_made_at: Option<Micros>,
}

/// A member who is owed the digest of a week.
#[derive(Clone, Debug, FromRow)]
pub struct Recipient {
    pub user_id: String,
    pub email: String,
    pub name: String,
    pub lens: String,
}

/// Writes the digest of a week and lens unless there is one.
pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Digest) -> Result<()> {
    sqlx::query(
        "INSERT INTO digests (workspace_id, id, lens, week, period_from, period_to, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, lens, week) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.lens)
    .bind(&row.week)
    .bind(row.period_from)
    .bind(row.period_to)
    .bind(&row.body)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Digest> {
    let row = sqlx::query_as("SELECT * FROM digests WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn find_of_week(
    conn: &mut Conn,
    ws: &WorkspaceId,
    lens: &str,
    week: &str,
) -> Result<Option<Digest>> {
    let row = sqlx::query_as("SELECT * FROM digests WHERE workspace_id = $1 AND lens = $2 AND week = $3")
        .bind(ws.as_str())
        .bind(lens)
        .bind(week)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    lens: Option<&str>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Digest>> {
    let total = matching("SELECT COUNT(*)", ws, lens).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, lens);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Digest> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn matching(select: &'static str, ws: &WorkspaceId, lens: Option<&str>) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM digests WHERE workspace_id = ").bind(ws.as_str());
    sql.when(" AND lens = ", lens);
    sql
}

/// Workspaces in which somebody gets digests, by mail or as a feed.
pub async fn list_read_workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT s.workspace_id FROM digest_subscriptions s \
         JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
         WHERE m.state = 'active' AND (s.mail_since IS NOT NULL OR s.feed_hash IS NOT NULL) ORDER BY s.workspace_id",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id,)| WorkspaceId::from(id)).collect())
}

/// Active members who wanted mails at `by` and did not get the one of `week`.
pub async fn list_recipients(
    conn: &mut Conn,
    ws: &WorkspaceId,
    week: &str,
    by: Micros,
) -> Result<Vec<Recipient>> {
    let rows = sqlx::query_as(
        "SELECT m.user_id, u.email, u.name, m.lens FROM digest_subscriptions s \
         JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
         JOIN users u ON u.id = m.user_id \
         WHERE s.workspace_id = $1 AND m.state = 'active' AND s.mail_since <= $2 AND NOT EXISTS (\
           SELECT 1 FROM digest_sends d WHERE d.workspace_id = s.workspace_id AND d.user_id = s.user_id AND d.week = $3) \
         ORDER BY m.user_id",
    )
    .bind(ws.as_str())
    .bind(by)
    .bind(week)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// True when this call is the one that sends the week to the member.
pub async fn insert_send(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
    week: &str,
    now: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO digest_sends (workspace_id, user_id, week, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, user_id, week) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(user_id)
    .bind(week)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Names the mail that a member got for a week.
pub async fn update_send(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
    week: &str,
    mail_id: &str,
) -> Result<()> {
    sqlx::query(
        "UPDATE digest_sends SET mail_id = $1 WHERE workspace_id = $2 AND user_id = $3 AND week = $4",
    )
    .bind(mail_id)
    .bind(ws.as_str())
    .bind(user_id)
    .bind(week)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes sure that a member has a row to write into.
pub async fn insert_subscription(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
    id: &str,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO digest_subscriptions (workspace_id, user_id, id, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT (workspace_id, user_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(user_id)
    .bind(id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_subscription(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
) -> Result<Option<Subscription>> {
    let row = sqlx::query_as(
        "SELECT s.*, m.lens FROM digest_subscriptions s \
         JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
         WHERE s.workspace_id = $1 AND s.user_id = $2",
    )
    .bind(ws.as_str())
    .bind(user_id)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// The subscription of an active member by the secret of its feed, which also says whose it is.
pub async fn find_by_feed(conn: &mut Conn, feed_hash: &str) -> Result<Option<Subscription>> {
    let row = sqlx::query_as(
        "SELECT s.*, m.lens FROM digest_subscriptions s \
         JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
         WHERE s.feed_hash = $1 AND m.state = 'active'",
    )
    .bind(feed_hash)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Starts mails to a member at `mail_since`, or ends them; who gets them already keeps the older date.
pub async fn update_mail_since(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
    mail_since: Option<Micros>,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "UPDATE digest_subscriptions SET mail_since = CASE WHEN CAST($1 AS BIGINT) IS NULL THEN NULL \
         ELSE COALESCE(mail_since, $1) END, updated_at = $2 WHERE workspace_id = $3 AND user_id = $4",
    )
    .bind(mail_since)
    .bind(now)
    .bind(ws.as_str())
    .bind(user_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives the feed another secret, or none.
pub async fn update_feed(
    conn: &mut Conn,
    ws: &WorkspaceId,
    user_id: &str,
    feed_hash: Option<&str>,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "UPDATE digest_subscriptions SET feed_hash = $1, feed_made_at = CASE WHEN CAST($1 AS TEXT) IS NULL THEN NULL \
         ELSE CAST($2 AS BIGINT) END, updated_at = $2 WHERE workspace_id = $3 AND user_id = $4",
    )
    .bind(feed_hash)
    .bind(now)
    .bind(ws.as_str())
    .bind(user_id)
    .execute(conn)
    .await?;
    Ok(())
}
