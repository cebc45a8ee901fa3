//! Surveys: what is asked, on which page, and for how long the answers are kept.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Survey {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub public_key: String,
    pub source_id: String,
    pub name: String,
    pub kind: String,
    pub asker: String,
    pub intro: String,
    pub thanks: String,
    pub question: String,
    pub follow_ups: String,
    pub consent_text: String,
    pub keep_months: i64,
    pub state: String,
    pub opened_at: Option<Micros>,
    pub closed_at: Option<Micros>,
}

/// How many answers a survey has, and when the last came.
#[derive(Clone, Debug, FromRow)]
pub struct Count {
    pub survey_id: String,
    pub n_responses: i64,
    pub last_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Survey) -> Result<()> {
    sqlx::query(
        "INSERT INTO surveys (workspace_id, id, created_at, updated_at, public_key, source_id, name, kind, asker, \
         intro, thanks, question, follow_ups, consent_text, keep_months, state) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.public_key)
    .bind(&row.source_id)
    .bind(&row.name)
    .bind(&row.kind)
    .bind(&row.asker)
    .bind(&row.intro)
    .bind(&row.thanks)
    .bind(&row.question)
    .bind(&row.follow_ups)
    .bind(&row.consent_text)
    .bind(row.keep_months)
    .bind(&row.state)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Survey> {
    let row = sqlx::query_as("SELECT * FROM surveys WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The workspace and id of the survey that a public page shows: its key is all that a visitor knows.
pub async fn find_by_public_key(conn: &mut Conn, key: &str) -> Result<Option<(WorkspaceId, String)>> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT workspace_id, id FROM surveys WHERE public_key = $1 AND archived_at IS NULL")
            .bind(key)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(ws, id)| (WorkspaceId::from(ws), id)))
}

/// Newest first; archived ones only when asked for.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    state: Option<&str>,
    archived: bool,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Survey>> {
    let matching = |select| {
        let mut sql = Sql::new(select);
        sql.push(" FROM surveys WHERE workspace_id = ").bind(ws.as_str());
        sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
        sql.when(" AND state = ", state);
        sql
    };
    let total = matching("SELECT COUNT(*)").fetch_count(conn).await?;
    let mut sql = matching("SELECT *");
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Survey> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// Answers per survey; a survey without any is absent.
pub async fn count_responses(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Count>> {
    let mut sql =
        Sql::new("SELECT survey_id, COUNT(*) AS n_responses, MAX(created_at) AS last_at FROM responses");
    sql.push(" WHERE workspace_id = ").bind(ws.as_str()).push(" AND withdrawn_at IS NULL");
    sql.bind_in(" AND survey_id IN", ids).push(" GROUP BY survey_id");
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Survey, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE surveys SET archived_at = $1, name = $2, asker = $3, intro = $4, thanks = $5, question = $6, \
         follow_ups = $7, consent_text = $8, keep_months = $9, state = $10, opened_at = $11, closed_at = $12, \
         version = version + 1, updated_at = $13 WHERE workspace_id = $14 AND id = $15 AND version = $16",
    )
    .bind(row.archived_at)
    .bind(&row.name)
    .bind(&row.asker)
    .bind(&row.intro)
    .bind(&row.thanks)
    .bind(&row.question)
    .bind(&row.follow_ups)
    .bind(&row.consent_text)
    .bind(row.keep_months)
    .bind(&row.state)
    .bind(row.opened_at)
    .bind(row.closed_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}
