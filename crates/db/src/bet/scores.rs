//! Blind scores: who was asked about a bet, and what they said.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Score {
    pub bet_id: String,
    pub scorer_id: String,
    pub impact: Option<i64>,
    pub confidence: Option<i64>,
    pub ease: Option<i64>,
    pub note: String,
    pub scored_at: Option<Micros>,
}

/// Asks a person; whoever was asked already keeps the answer.
pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, bet_id: &str, scorer_id: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO bet_scores (workspace_id, bet_id, scorer_id) VALUES ($1, $2, $3) \
         ON CONFLICT (workspace_id, bet_id, scorer_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(bet_id)
    .bind(scorer_id)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn list(conn: &mut Conn, ws: &WorkspaceId, bet_ids: &[String]) -> Result<Vec<Score>> {
    let mut sql = Sql::new("SELECT * FROM bet_scores WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND bet_id IN", bet_ids).push(" ORDER BY bet_id, scorer_id");
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Score) -> Result<()> {
    sqlx::query(
        "UPDATE bet_scores SET impact = $1, confidence = $2, ease = $3, note = $4, scored_at = $5 \
         WHERE workspace_id = $6 AND bet_id = $7 AND scorer_id = $8",
    )
    .bind(row.impact)
    .bind(row.confidence)
    .bind(row.ease)
    .bind(&row.note)
    .bind(row.scored_at)
    .bind(ws.as_str())
    .bind(&row.bet_id)
    .bind(&row.scorer_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Asks no longer whoever is not among `keep`.
pub async fn delete_except(conn: &mut Conn, ws: &WorkspaceId, bet_id: &str, keep: &[String]) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM bet_scores WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND bet_id = ").bind(bet_id);
    if !keep.is_empty() {
        sql.bind_in(" AND scorer_id NOT IN", keep);
    }
    sql.execute(conn).await?;
    Ok(())
}
