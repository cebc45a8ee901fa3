//! Scored answers: scored signals, and responses that made no signal because they came without words.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// Which answers count. Bare responses know no segment, so a segment leaves them out.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// nps, pmf or csat
    pub kind: &'a str,
    pub segment_id: Option<&'a str>,
    pub source_id: Option<&'a str>,
    /// Only answers of people in accounts on this plan.
    pub plan: Option<&'a str>,
    pub from: Micros,
    /// Excluded.
    pub to: Micros,
}

#[derive(Clone, Copy, Debug, FromRow)]
pub struct Answer {
    pub at: Micros,
    pub score: f64,
}

/// How many answers gave each score.
pub async fn count(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter<'_>) -> Result<Vec<(f64, i64)>> {
    let mut sql = Sql::new("SELECT a.score, COUNT(*) FROM (");
    push_answers(&mut sql, ws, filter);
    sql.push(") a GROUP BY a.score ORDER BY a.score");
    sql.fetch_all(conn).await
}

/// The answers one by one, oldest first.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter<'_>, limit: i64) -> Result<Vec<Answer>> {
    let mut sql = Sql::new("SELECT a.at, a.score FROM (");
    push_answers(&mut sql, ws, filter);
    sql.push(") a ORDER BY a.at LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

fn push_answers(sql: &mut Sql, ws: &WorkspaceId, filter: &Filter<'_>) {
    sql.push("SELECT s.occurred_at AS at, s.score FROM signals s WHERE s.workspace_id = ").bind(ws.as_str());
    sql.push(" AND s.score_kind = ").bind(filter.kind).push(" AND s.score IS NOT NULL");
    sql.push(" AND s.archived_at IS NULL AND s.occurred_at >= ").bind(filter.from);
    sql.push(" AND s.occurred_at < ").bind(filter.to);
    sql.when(" AND s.segment_id = ", filter.segment_id);
    sql.when(" AND s.source_id = ", filter.source_id);
    if let Some(plan) = filter.plan {
        push_plan(sql, "s", plan);
    }
    if filter.segment_id.is_some() {
        return;
    }
    sql.push(" UNION ALL SELECT r.created_at, r.score FROM responses r");
    sql.push(" JOIN surveys v ON v.workspace_id = r.workspace_id AND v.id = r.survey_id");
    sql.push(" WHERE r.workspace_id = ").bind(ws.as_str()).push(" AND v.kind = ").bind(filter.kind);
    sql.push(" AND r.score IS NOT NULL AND r.withdrawn_at IS NULL AND r.created_at >= ").bind(filter.from);
    sql.push(" AND r.created_at < ").bind(filter.to);
    sql.when(" AND v.source_id = ", filter.source_id);
    if let Some(plan) = filter.plan {
        push_plan(sql, "r", plan);
    }
    sql.push(" AND NOT EXISTS (SELECT 1 FROM signals s WHERE s.workspace_id = r.workspace_id");
    sql.push(" AND s.response_id = r.id)");
}

fn push_plan(sql: &mut Sql, alias: &'static str, plan: &str) {
    sql.push(" AND EXISTS (SELECT 1 FROM account_people p");
    sql.push(" JOIN accounts c ON c.workspace_id = p.workspace_id AND c.id = p.account_id");
    sql.push(" WHERE p.workspace_id = ").push(alias).push(".workspace_id AND p.person_id = ").push(alias);
    sql.push(".person_id AND c.plan = ").bind(plan).push(")");
}
