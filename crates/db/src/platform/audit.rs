//! Who changed what: one entry per change, written in the transaction of the change.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    pub id: String,
    pub at: Micros,
    pub actor_kind: String,
    pub actor_id: String,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub before_json: Option<String>,
    pub after_json: Option<String>,
    pub request_id: Option<String>,
}

/// An entry with the name of the member or token beside it.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub entry: Entry,
    pub actor_name: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub object_kind: Option<String>,
    pub object_id: Option<String>,
    pub actor_id: Option<String>,
    pub action: Option<String>,
    /// At or after.
    pub from: Option<Micros>,
    /// Before.
    pub to: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Entry) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_entries (workspace_id, id, at, actor_kind, actor_id, action, object_kind, object_id, \
         before_json, after_json, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.at)
    .bind(&row.actor_kind)
    .bind(&row.actor_id)
    .bind(&row.action)
    .bind(&row.object_kind)
    .bind(&row.object_id)
    .bind(&row.before_json)
    .bind(&row.after_json)
    .bind(&row.request_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Listed>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM audit_entries a WHERE a.workspace_id = ");
    narrow(&mut count, ws, filter);
    let total = count.fetch_count(conn).await?;
    let mut sql = Sql::new(
        "SELECT a.*, COALESCE(u.name, t.name) AS actor_name FROM audit_entries a \
         LEFT JOIN users u ON a.actor_kind = 'user' AND u.id = a.actor_id \
         LEFT JOIN api_tokens t ON a.actor_kind = 'token' AND t.workspace_id = a.workspace_id AND t.id = a.actor_id \
         WHERE a.workspace_id = ",
    );
    narrow(&mut sql, ws, filter);
    sql.when(" AND a.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY a.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Listed> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.entry.id)))
}

fn narrow(sql: &mut Sql, ws: &WorkspaceId, filter: &Filter) {
    sql.bind(ws.as_str());
    sql.when(" AND a.object_kind = ", filter.object_kind.as_deref());
    sql.when(" AND a.object_id = ", filter.object_id.as_deref());
    sql.when(" AND a.actor_id = ", filter.actor_id.as_deref());
    sql.when(" AND a.action = ", filter.action.as_deref());
    sql.when(" AND a.at >= ", filter.from);
    sql.when(" AND a.at < ", filter.to);
}
