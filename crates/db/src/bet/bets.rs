use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Bet {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub hypothesis_id: String,
    pub title: String,
    pub description: String,
    pub owner_id: Option<String>,
    pub appetite_days: Option<i64>,
    pub undo_step: String,
    pub undo_tried_at: Option<Micros>,
    pub forecast: Option<f64>,
    pub forecast_by: Option<String>,
    pub state: String,
    pub started_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub expires_at: Option<Micros>,
}

/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub hypothesis_id: Option<String>,
    pub owner_id: Option<String>,
    pub state: Option<String>,
    pub archived: bool,
}

#[derive(FromRow)]
struct Ranked {
    #[sqlx(flatten)]
    bet: Bet,
    rank_key: i64,
}

/// Thousandths of the mean impact × confidence × ease; −1 until everybody asked has scored.
const RANK_KEY: &str = "COALESCE((SELECT CASE WHEN COUNT(*) > 0 AND COUNT(*) = COUNT(s.scored_at) \
     THEN CAST(SUM(s.impact * s.confidence * s.ease) * 1000 / COUNT(*) AS BIGINT) END FROM bet_scores s \
     WHERE s.workspace_id = b.workspace_id AND s.bet_id = b.id), -1)";

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Bet) -> Result<()> {
    sqlx::query(
        "INSERT INTO bets (workspace_id, id, created_at, updated_at, hypothesis_id, title, description, owner_id, \
         appetite_days, undo_step, undo_tried_at, forecast, forecast_by, state, expires_at) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.hypothesis_id)
    .bind(&row.title)
    .bind(&row.description)
    .bind(&row.owner_id)
    .bind(row.appetite_days)
    .bind(&row.undo_step)
    .bind(row.undo_tried_at)
    .bind(row.forecast)
    .bind(&row.forecast_by)
    .bind(&row.state)
    .bind(row.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Bet> {
    let row = sqlx::query_as("SELECT * FROM bets WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The best ranked first; bets without a rank last, the newest of them first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Bet>> {
    let total = matching("SELECT COUNT(*) FROM bets b", ws, filter).fetch_count(conn).await?;
    let mut sql = Sql::new("SELECT * FROM (SELECT b.*, ");
    sql.push(RANK_KEY).push(" AS rank_key FROM bets b");
    narrow(&mut sql, ws, filter);
    sql.push(") ranked");
    if let Some(cursor) = after {
        let key = cursor.sort_number()?;
        sql.push(" WHERE rank_key < ").bind(key);
        sql.push(" OR (rank_key = ").bind(key).push(" AND id < ").bind(cursor.id.as_str()).push(")");
    }
    sql.push(" ORDER BY rank_key DESC, id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Ranked> = sql.fetch_all(conn).await?;
    let cursor = |row: &Ranked| Cursor { sort: row.rank_key.to_string(), id: row.bet.id.clone() };
    Ok(Page::cut(rows, limit, total, cursor).map(|row| row.bet))
}

pub async fn count_in_state(conn: &mut Conn, ws: &WorkspaceId, state: &str) -> Result<i64> {
    let filter = Filter { state: Some(state.to_owned()), ..Filter::default() };
    matching("SELECT COUNT(*) FROM bets b", ws, &filter).fetch_count(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Bet, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE bets SET hypothesis_id = $1, title = $2, description = $3, owner_id = $4, appetite_days = $5, \
         undo_step = $6, undo_tried_at = $7, forecast = $8, forecast_by = $9, state = $10, started_at = $11, \
         ended_at = $12, expires_at = $13, archived_at = $14, version = version + 1, updated_at = $15 \
         WHERE workspace_id = $16 AND id = $17 AND version = $18",
    )
    .bind(&row.hypothesis_id)
    .bind(&row.title)
    .bind(&row.description)
    .bind(&row.owner_id)
    .bind(row.appetite_days)
    .bind(&row.undo_step)
    .bind(row.undo_tried_at)
    .bind(row.forecast)
    .bind(&row.forecast_by)
    .bind(&row.state)
    .bind(row.started_at)
    .bind(row.ended_at)
    .bind(row.expires_at)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    narrow(&mut sql, ws, filter);
    sql
}

fn narrow(sql: &mut Sql, ws: &WorkspaceId, filter: &Filter) {
    sql.push(" WHERE b.workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND b.archived_at IS NOT NULL" } else { " AND b.archived_at IS NULL" });
    sql.when(" AND b.hypothesis_id = ", filter.hypothesis_id.as_deref());
    sql.when(" AND b.owner_id = ", filter.owner_id.as_deref());
    sql.when(" AND b.state = ", filter.state.as_deref());
}
