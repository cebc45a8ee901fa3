//! Changes of a plan after its start, kept beside the result.

use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Amendment {
    pub id: String,
    pub experiment_id: String,
    pub made_at: Micros,
    pub made_by: String,
    pub reason: String,
    pub before_plan: String,
    pub after_plan: String,
}

/// At most this many amendments are kept per experiment.
pub const LIST_MAX: i64 = 100;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Amendment) -> Result<()> {
    sqlx::query(
        "INSERT INTO plan_amendments (workspace_id, id, experiment_id, made_at, made_by, reason, before_plan, \
         after_plan) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.experiment_id)
    .bind(row.made_at)
    .bind(&row.made_by)
    .bind(&row.reason)
    .bind(&row.before_plan)
    .bind(&row.after_plan)
    .execute(conn)
    .await?;
    Ok(())
}

/// Oldest first.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str) -> Result<Vec<Amendment>> {
    let rows = sqlx::query_as(
        "SELECT * FROM plan_amendments WHERE workspace_id = $1 AND experiment_id = $2 ORDER BY id LIMIT $3",
    )
    .bind(ws.as_str())
    .bind(experiment_id)
    .bind(LIST_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
