//! People of an experiment, one row each.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Unit {
    pub unit: String,
    pub variant: String,
    pub other_variant: Option<String>,
    pub values_json: String,
    pub import_hash: String,
}

/// Rows per statement: far below the placeholders that either engine takes.
pub const CHUNK: usize = 1_000;

/// Writes people not seen before, at most [`CHUNK`] of them.
pub async fn insert_many(
    conn: &mut Conn,
    ws: &WorkspaceId,
    experiment_id: &str,
    rows: &[Unit],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(
        "INSERT INTO experiment_units (workspace_id, experiment_id, unit, variant, other_variant, values_json, \
         import_hash) VALUES ",
    );
    for (index, row) in rows.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(ws.as_str());
        sql.push(", ").bind(experiment_id);
        sql.push(", ").bind(row.unit.as_str());
        sql.push(", ").bind(row.variant.as_str());
        match &row.other_variant {
            Some(other) => sql.push(", ").bind(other.as_str()),
            None => sql.push(", NULL"),
        };
        sql.push(", ").bind(row.values_json.as_str());
        sql.push(", ").bind(row.import_hash.as_str()).push(")");
    }
    sql.execute(conn).await?;
    Ok(())
}

/// Those of the given people that are known already.
pub async fn list_known(
    conn: &mut Conn,
    ws: &WorkspaceId,
    experiment_id: &str,
    units: &[String],
) -> Result<Vec<Unit>> {
    let mut sql = Sql::new("SELECT * FROM experiment_units WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND experiment_id = ").bind(experiment_id);
    sql.bind_in(" AND unit IN", units);
    sql.fetch_all(conn).await
}

/// People in order of their names, after one of them.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    experiment_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Unit>> {
    let rows = sqlx::query_as(
        "SELECT * FROM experiment_units WHERE workspace_id = $1 AND experiment_id = $2 AND unit > $3 \
         ORDER BY unit LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(experiment_id)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str, row: &Unit) -> Result<()> {
    sqlx::query(
        "UPDATE experiment_units SET other_variant = $1, values_json = $2, import_hash = $3 \
         WHERE workspace_id = $4 AND experiment_id = $5 AND unit = $6",
    )
    .bind(&row.other_variant)
    .bind(&row.values_json)
    .bind(&row.import_hash)
    .bind(ws.as_str())
    .bind(experiment_id)
    .bind(&row.unit)
    .execute(conn)
    .await?;
    Ok(())
}

/// How many people there are, and how many of them were seen in two variants.
pub async fn count(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str) -> Result<(i64, i64)> {
    let row = sqlx::query_as(
        "SELECT COUNT(*), COUNT(other_variant) FROM experiment_units WHERE workspace_id = $1 AND experiment_id = $2",
    )
    .bind(ws.as_str())
    .bind(experiment_id)
    .fetch_one(conn)
    .await?;
    Ok(row)
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, experiment_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM experiment_units WHERE workspace_id = $1 AND experiment_id = $2")
        .bind(ws.as_str())
        .bind(experiment_id)
        .execute(conn)
        .await?;
    Ok(())
}
