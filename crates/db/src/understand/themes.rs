//! Themes and which signals belong to them.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Theme {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub name: String,
    pub description: String,
    pub problem_type: Option<String>,
    pub usage_context: String,
    pub desired_outcome: String,
    pub root_cause_kind: Option<String>,
    pub root_cause: String,
    pub owner_id: Option<String>,
    pub merged_into_id: Option<String>,
}

/// One signal in a theme, and who put it there.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Assignment {
    pub signal_id: String,
    pub assigned_by: String,
    pub assigned_at: Micros,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub problem_type: Option<String>,
    pub root_cause_kind: Option<String>,
    pub owner_id: Option<String>,
    /// The themes of one signal.
    pub signal_id: Option<String>,
    pub archived: bool,
}

/// Themes are made by people, so there are hundreds; all of a workspace are ranked together.
pub const LIST_MAX: i64 = 5_000;
const ROWS_PER_STATEMENT: usize = 200;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Theme) -> Result<()> {
    sqlx::query(
        "INSERT INTO themes (workspace_id, id, created_at, updated_at, name, description, problem_type, \
         usage_context, desired_outcome, root_cause_kind, root_cause, owner_id) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.problem_type)
    .bind(&row.usage_context)
    .bind(&row.desired_outcome)
    .bind(&row.root_cause_kind)
    .bind(&row.root_cause)
    .bind(&row.owner_id)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Theme> {
    let row = sqlx::query_as("SELECT * FROM themes WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Theme, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE themes SET name = $1, description = $2, problem_type = $3, usage_context = $4, \
         desired_outcome = $5, root_cause_kind = $6, root_cause = $7, owner_id = $8, merged_into_id = $9, \
         archived_at = $10, version = version + 1, updated_at = $11 \
         WHERE workspace_id = $12 AND id = $13 AND version = $14",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.problem_type)
    .bind(&row.usage_context)
    .bind(&row.desired_outcome)
    .bind(&row.root_cause_kind)
    .bind(&row.root_cause)
    .bind(&row.owner_id)
    .bind(&row.merged_into_id)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// All matching themes by name; the caller ranks them by their numbers.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter) -> Result<Vec<Theme>> {
    let mut sql = Sql::new("SELECT h.* FROM themes h WHERE h.workspace_id = ");
    sql.bind(ws.as_str());
    sql.push(if filter.archived { " AND h.archived_at IS NOT NULL" } else { " AND h.archived_at IS NULL" });
    sql.when(" AND h.problem_type = ", filter.problem_type.as_deref());
    sql.when(" AND h.root_cause_kind = ", filter.root_cause_kind.as_deref());
    sql.when(" AND h.owner_id = ", filter.owner_id.as_deref());
    if let Some(signal) = &filter.signal_id {
        sql.push(" AND EXISTS (SELECT 1 FROM theme_signals t WHERE t.workspace_id = h.workspace_id");
        sql.push(" AND t.theme_id = h.id AND t.signal_id = ").bind(signal.as_str()).push(")");
    }
    sql.push(" ORDER BY h.name, h.id LIMIT ").bind(LIST_MAX);
    sql.fetch_all(conn).await
}

/// The signals of a theme with who put them there, oldest assignment first.
pub async fn list_assignments(conn: &mut Conn, ws: &WorkspaceId, theme_id: &str) -> Result<Vec<Assignment>> {
    let rows = sqlx::query_as(
        "SELECT signal_id, assigned_by, assigned_at FROM theme_signals WHERE workspace_id = $1 AND theme_id = $2 \
         ORDER BY assigned_at, signal_id",
    )
    .bind(ws.as_str())
    .bind(theme_id)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Which of the given signals are in a theme.
pub async fn list_assigned(
    conn: &mut Conn,
    ws: &WorkspaceId,
    theme_id: &str,
    ids: &[String],
) -> Result<Vec<Assignment>> {
    let mut found = Vec::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql =
            Sql::new("SELECT signal_id, assigned_by, assigned_at FROM theme_signals WHERE workspace_id = ");
        sql.bind(ws.as_str()).push(" AND theme_id = ").bind(theme_id).bind_in(" AND signal_id IN", ids);
        found.extend(sql.fetch_all::<Assignment>(conn).await?);
    }
    Ok(found)
}

/// Puts signals into a theme; those already there stay as they are.
pub async fn insert_assignments(
    conn: &mut Conn,
    ws: &WorkspaceId,
    theme_id: &str,
    assignments: &[Assignment],
) -> Result<()> {
    for rows in assignments.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new(
            "INSERT INTO theme_signals (workspace_id, theme_id, signal_id, assigned_by, assigned_at) VALUES ",
        );
        for (index, row) in rows.iter().enumerate() {
            sql.push(if index > 0 { ", (" } else { "(" }).bind(ws.as_str()).push(", ").bind(theme_id);
            sql.push(", ").bind(row.signal_id.as_str()).push(", ").bind(row.assigned_by.as_str());
            sql.push(", ").bind(row.assigned_at).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        sql.execute(conn).await?;
    }
    Ok(())
}

pub async fn delete_assignments(
    conn: &mut Conn,
    ws: &WorkspaceId,
    theme_id: &str,
    ids: &[String],
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("DELETE FROM theme_signals WHERE workspace_id = ");
        sql.bind(ws.as_str()).push(" AND theme_id = ").bind(theme_id).bind_in(" AND signal_id IN", ids);
        sql.execute(conn).await?;
    }
    Ok(())
}

/// The insights that name a theme.
pub async fn list_insights(conn: &mut Conn, ws: &WorkspaceId, theme_id: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM insights WHERE workspace_id = $1 AND theme_id = $2 ORDER BY id")
            .bind(ws.as_str())
            .bind(theme_id)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Moves insights from one theme to another. Their version rises, so an editor who has one open is told.
pub async fn move_insights(
    conn: &mut Conn,
    ws: &WorkspaceId,
    ids: &[String],
    (from, to): (&str, &str),
    now: Micros,
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("UPDATE insights SET version = version + 1, theme_id = ");
        sql.bind(to).push(", updated_at = ").bind(now).push(" WHERE workspace_id = ").bind(ws.as_str());
        sql.push(" AND theme_id = ").bind(from).bind_in(" AND id IN", ids);
        sql.execute(conn).await?;
    }
    Ok(())
}
