//! Sums per variant and metric: all that the analysis reads.

use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Sums {
    pub variant: String,
    pub metric: String,
    pub n: i64,
    pub total: f64,
    pub total_squares: f64,
    pub updated_at: Micros,
}

pub async fn list(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str) -> Result<Vec<Sums>> {
    let rows = sqlx::query_as(
        "SELECT * FROM experiment_sums WHERE workspace_id = $1 AND experiment_id = $2 ORDER BY variant, metric",
    )
    .bind(ws.as_str())
    .bind(experiment_id)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Replaces all sums of an experiment.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str, rows: &[Sums]) -> Result<()> {
    delete(conn, ws, experiment_id).await?;
    for row in rows {
        sqlx::query(
            "INSERT INTO experiment_sums (workspace_id, experiment_id, variant, metric, n, total, total_squares, \
             updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(ws.as_str())
        .bind(experiment_id)
        .bind(&row.variant)
        .bind(&row.metric)
        .bind(row.n)
        .bind(row.total)
        .bind(row.total_squares)
        .bind(row.updated_at)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM experiment_sums WHERE workspace_id = $1 AND experiment_id = $2")
        .bind(ws.as_str())
        .bind(experiment_id)
        .execute(conn)
        .await?;
    Ok(())
}
