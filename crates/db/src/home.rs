//! What only the home page asks for.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// A running test, and how many people it has measured: of several metrics the one with most.
#[derive(Clone, Debug, FromRow)]
pub struct RunningTest {
    pub id: String,
    pub title: String,
    pub kind: String,
    pub plan: String,
    pub started_at: Option<Micros>,
    pub n: i64,
}

/// Which stages of the loop the workspace has been through once; 0 or 1 each.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct FirstSteps {
    pub signal: i64,
    pub next_step: i64,
    pub theme: i64,
    pub hypothesis: i64,
    pub bet: i64,
    pub experiment: i64,
    pub decision: i64,
    pub outcome: i64,
}

/// Signals by full weeks after `from`, as pairs of the week's number and its count; weeks without one are absent.
pub async fn count_by_week(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    to: Micros,
) -> Result<Vec<(i64, i64)>> {
    let mut sql = Sql::new("SELECT (occurred_at - ");
    sql.bind(from).push(") / 604800000000 AS week, COUNT(*) FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL AND occurred_at >= ").bind(from);
    sql.push(" AND occurred_at < ").bind(to).push(" GROUP BY week ORDER BY week");
    sql.fetch_all(conn).await
}

pub async fn list_running_tests(conn: &mut Conn, ws: &WorkspaceId, limit: i64) -> Result<Vec<RunningTest>> {
    let mut sql = Sql::new(
        "SELECT e.id, e.title, e.kind, e.plan, e.started_at, COALESCE((SELECT MAX(x.n) FROM (SELECT s.experiment_id, \
         CAST(SUM(s.n) AS BIGINT) AS n FROM experiment_sums s WHERE s.workspace_id = e.workspace_id \
         AND s.experiment_id = e.id GROUP BY s.experiment_id, s.metric) x), 0) AS n FROM experiments e \
         WHERE e.workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND e.archived_at IS NULL AND e.state = 'running'");
    sql.push(" ORDER BY e.started_at, e.id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

pub async fn get_first_steps(conn: &mut Conn, ws: &WorkspaceId) -> Result<FirstSteps> {
    let row = sqlx::query_as(
        "SELECT \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM signals WHERE workspace_id = $1) THEN 1 ELSE 0 END AS BIGINT) AS signal, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM signals WHERE workspace_id = $1 AND next_step_kind IS NOT NULL) \
           THEN 1 ELSE 0 END AS BIGINT) AS next_step, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM theme_signals WHERE workspace_id = $1) THEN 1 ELSE 0 END AS BIGINT) AS theme, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM hypotheses WHERE workspace_id = $1) THEN 1 ELSE 0 END AS BIGINT) AS hypothesis, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM bets WHERE workspace_id = $1) THEN 1 ELSE 0 END AS BIGINT) AS bet, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM experiments WHERE workspace_id = $1 AND started_at IS NOT NULL) \
           THEN 1 ELSE 0 END AS BIGINT) AS experiment, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM decisions WHERE workspace_id = $1 AND decided_at IS NOT NULL) \
           THEN 1 ELSE 0 END AS BIGINT) AS decision, \
         CAST(CASE WHEN EXISTS (SELECT 1 FROM outcomes WHERE workspace_id = $1 AND published_at IS NOT NULL) \
           THEN 1 ELSE 0 END AS BIGINT) AS outcome",
    )
    .bind(ws.as_str())
    .fetch_one(conn)
    .await?;
    Ok(row)
}
