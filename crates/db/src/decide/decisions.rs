//! Decisions, and what they rest on.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Flag, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Decision {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub question: String,
    pub options: String,
    pub rule_text: String,
    pub rule_firing_id: Option<String>,
    pub bet_id: Option<String>,
    pub experiment_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub verdict: Option<String>,
    pub conclusive: Option<Flag>,
    pub why: String,
    pub dissent: String,
    pub owner_id: Option<String>,
    pub due_at: Option<Micros>,
    pub decided_at: Option<Micros>,
    pub review_at: Option<Micros>,
    pub reopened_at: Option<Micros>,
}

#[derive(Clone, Debug, FromRow)]
pub struct Evidence {
    pub decision_id: String,
    pub kind: String,
    pub object_id: String,
    pub note: String,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<State>,
    pub verdict: Option<String>,
    pub owner_id: Option<String>,
    pub bet_id: Option<String>,
    pub experiment_id: Option<String>,
    pub hypothesis_id: Option<String>,
    pub archived: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Decided,
    /// Open, and due before this time.
    OverdueAt(Micros),
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Decision) -> Result<()> {
    sqlx::query(
        "INSERT INTO decisions (workspace_id, id, created_at, updated_at, question, options, rule_text, \
         rule_firing_id, bet_id, experiment_id, hypothesis_id, why, dissent, owner_id, due_at, review_at) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.question)
    .bind(&row.options)
    .bind(&row.rule_text)
    .bind(&row.rule_firing_id)
    .bind(&row.bet_id)
    .bind(&row.experiment_id)
    .bind(&row.hypothesis_id)
    .bind(&row.why)
    .bind(&row.dissent)
    .bind(&row.owner_id)
    .bind(row.due_at)
    .bind(row.review_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Decision> {
    let row = sqlx::query_as("SELECT * FROM decisions WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Decision, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE decisions SET archived_at = $1, question = $2, options = $3, rule_text = $4, rule_firing_id = $5, \
         bet_id = $6, experiment_id = $7, hypothesis_id = $8, verdict = $9, conclusive = $10, why = $11, \
         dissent = $12, owner_id = $13, due_at = $14, decided_at = $15, review_at = $16, reopened_at = $17, \
         version = version + 1, updated_at = $18 WHERE workspace_id = $19 AND id = $20 AND version = $21",
    )
    .bind(row.archived_at)
    .bind(&row.question)
    .bind(&row.options)
    .bind(&row.rule_text)
    .bind(&row.rule_firing_id)
    .bind(&row.bet_id)
    .bind(&row.experiment_id)
    .bind(&row.hypothesis_id)
    .bind(&row.verdict)
    .bind(row.conclusive.map(|conclusive| i64::from(conclusive.0)))
    .bind(&row.why)
    .bind(&row.dissent)
    .bind(&row.owner_id)
    .bind(row.due_at)
    .bind(row.decided_at)
    .bind(row.review_at)
    .bind(row.reopened_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Decision>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Decision> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// What the given decisions rest on, in the order given.
pub async fn list_evidence(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Evidence>> {
    let mut sql =
        Sql::new("SELECT decision_id, kind, object_id, note FROM decision_evidence WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND decision_id IN", ids).push(" ORDER BY decision_id, position");
    sql.fetch_all(conn).await
}

/// Replaces what a decision rests on.
pub async fn update_evidence(
    conn: &mut Conn,
    ws: &WorkspaceId,
    id: &str,
    evidence: &[Evidence],
) -> Result<()> {
    sqlx::query("DELETE FROM decision_evidence WHERE workspace_id = $1 AND decision_id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    for (position, item) in (0_i64..).zip(evidence) {
        sqlx::query(
            "INSERT INTO decision_evidence (workspace_id, decision_id, kind, object_id, position, note) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(ws.as_str())
        .bind(id)
        .bind(&item.kind)
        .bind(&item.object_id)
        .bind(position)
        .bind(&item.note)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM decisions WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.when(" AND verdict = ", filter.verdict.as_deref());
    sql.when(" AND owner_id = ", filter.owner_id.as_deref());
    sql.when(" AND bet_id = ", filter.bet_id.as_deref());
    sql.when(" AND experiment_id = ", filter.experiment_id.as_deref());
    sql.when(" AND hypothesis_id = ", filter.hypothesis_id.as_deref());
    match filter.state {
        Some(State::Open) => sql.push(" AND decided_at IS NULL"),
        Some(State::Decided) => sql.push(" AND decided_at IS NOT NULL"),
        Some(State::OverdueAt(now)) => sql.push(" AND decided_at IS NULL AND due_at < ").bind(now),
        None => &mut sql,
    };
    sql
}
