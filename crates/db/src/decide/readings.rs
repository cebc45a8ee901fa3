//! What rules and the home page compare with a threshold: counts of signals, scores and typed readings.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// The kind of a metric and its definition as JSON.
#[derive(Clone, Debug, FromRow)]
pub struct MetricKind {
    pub kind: String,
    pub definition: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountOf {
    Signals,
    People,
    Accounts,
}

/// Signals said since `from`, or how many people or accounts said them.
pub async fn count_signals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    count_of: CountOf,
    theme_id: Option<&str>,
    segment_id: Option<&str>,
    from: Micros,
) -> Result<i64> {
    let mut sql = Sql::new(match count_of {
        CountOf::Signals => "SELECT COUNT(*)",
        CountOf::People => "SELECT COUNT(DISTINCT s.person_id)",
        CountOf::Accounts => "SELECT COUNT(DISTINCT s.account_id)",
    });
    sql.push(" FROM signals s");
    if let Some(theme) = theme_id {
        sql.push(" JOIN theme_signals t ON t.workspace_id = s.workspace_id AND t.signal_id = s.id");
        sql.push(" AND t.theme_id = ").bind(theme);
    }
    sql.push(" WHERE s.workspace_id = ").bind(ws.as_str()).push(" AND s.archived_at IS NULL");
    sql.when(" AND s.segment_id = ", segment_id);
    sql.push(" AND s.occurred_at >= ").bind(from);
    sql.fetch_count(conn).await
}

pub async fn get_metric_kind(conn: &mut Conn, ws: &WorkspaceId, metric_id: &str) -> Result<MetricKind> {
    let row = sqlx::query_as("SELECT kind, definition FROM metrics WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(metric_id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The newest typed reading, from `from` on when that is given.
pub async fn find_latest(
    conn: &mut Conn,
    ws: &WorkspaceId,
    metric_id: &str,
    from: Option<Micros>,
) -> Result<Option<f64>> {
    let mut sql = Sql::new("SELECT value FROM metric_readings WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND metric_id = ").bind(metric_id);
    sql.when(" AND at >= ", from).push(" ORDER BY at DESC, id DESC LIMIT 1");
    let rows: Vec<(f64,)> = sql.fetch_all(conn).await?;
    Ok(rows.first().map(|(value,)| *value))
}

/// How often each score of a kind was given since `from`: by scored signals, and by answers to our surveys that had no
/// words and so became no signal. Those belong to no segment.
pub async fn count_scores(
    conn: &mut Conn,
    ws: &WorkspaceId,
    score_kind: &str,
    segment_id: Option<&str>,
    from: Micros,
) -> Result<Vec<(f64, i64)>> {
    let mut sql = Sql::new("SELECT score, COUNT(*) FROM (SELECT score FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL AND score_kind = ").bind(score_kind);
    sql.push(" AND occurred_at >= ").bind(from).when(" AND segment_id = ", segment_id);
    sql.push(" AND score IS NOT NULL");
    if segment_id.is_none() {
        sql.push(
            " UNION ALL SELECT r.score FROM responses r \
              JOIN surveys v ON v.workspace_id = r.workspace_id AND v.id = r.survey_id \
              WHERE r.score IS NOT NULL AND r.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM signals s \
              WHERE s.workspace_id = r.workspace_id AND s.response_id = r.id) AND r.workspace_id = ",
        );
        sql.bind(ws.as_str()).push(" AND v.kind = ").bind(score_kind).push(" AND r.created_at >= ").bind(from);
    }
    sql.push(") answers GROUP BY score ORDER BY score");
    sql.fetch_all(conn).await
}
