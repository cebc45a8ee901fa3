//! What changed since the last review and what waits for somebody: the material of agendas and of the home page.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// How often something was counted in two windows that follow each other.
#[derive(Clone, Debug, FromRow)]
pub struct Change {
    pub id: String,
    pub name: String,
    pub n_earlier: i64,
    pub n_later: i64,
}

/// Something that waits, and since or until when.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    pub id: String,
    pub title: String,
    pub at: Option<Micros>,
}

/// Two windows: `earlier..split` and `split..to`.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub earlier: Micros,
    pub split: Micros,
    pub to: Micros,
}

/// Signals per source in two windows, the busiest first.
pub async fn list_source_changes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    windows: Windows,
    limit: i64,
) -> Result<Vec<Change>> {
    let mut sql = counted("SELECT o.id, o.name", windows);
    // Cross joins keep the order written here: of each source the index gives just the signals of the two windows.
    sql.push(
        " FROM sources o CROSS JOIN signals s WHERE o.workspace_id = s.workspace_id AND o.id = s.source_id",
    );
    sql.push(" AND s.workspace_id = ").bind(ws.as_str());
    within(&mut sql, windows, limit);
    sql.fetch_all(conn).await
}

/// Signals per open theme in two windows, the busiest first.
pub async fn list_theme_changes(
    conn: &mut Conn,
    ws: &WorkspaceId,
    windows: Windows,
    limit: i64,
) -> Result<Vec<Change>> {
    let mut sql = counted("SELECT o.id, o.name", windows);
    // The other way round, SQLite would walk through the signals of the windows once for every theme.
    sql.push(" FROM signals s CROSS JOIN theme_signals t CROSS JOIN themes o");
    sql.push(" WHERE t.workspace_id = s.workspace_id AND t.signal_id = s.id");
    sql.push(" AND o.workspace_id = t.workspace_id AND o.id = t.theme_id");
    sql.push(" AND s.workspace_id = ").bind(ws.as_str());
    sql.push(" AND o.archived_at IS NULL AND o.merged_into_id IS NULL");
    within(&mut sql, windows, limit);
    sql.fetch_all(conn).await
}

fn counted(select: &'static str, windows: Windows) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(", CAST(SUM(CASE WHEN s.occurred_at < ").bind(windows.split);
    sql.push(" THEN 1 ELSE 0 END) AS BIGINT) AS n_earlier");
    sql.push(", CAST(SUM(CASE WHEN s.occurred_at >= ").bind(windows.split);
    sql.push(" THEN 1 ELSE 0 END) AS BIGINT) AS n_later");
    sql
}

fn within(sql: &mut Sql, windows: Windows, limit: i64) {
    sql.push(" AND s.archived_at IS NULL AND s.occurred_at >= ").bind(windows.earlier);
    sql.push(" AND s.occurred_at < ").bind(windows.to);
    sql.push(" GROUP BY o.id, o.name ORDER BY n_later DESC, o.id LIMIT ").bind(limit);
}

/// How many signals were said in a period, and how many of them have a next step.
pub async fn count_signals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Option<Micros>,
    to: Option<Micros>,
) -> Result<(i64, i64)> {
    let mut sql = Sql::new(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN next_step_kind IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) \
         FROM signals WHERE workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL");
    sql.when(" AND occurred_at >= ", from).when(" AND occurred_at < ", to);
    sql.fetch_one(conn).await
}

/// Tests that ended and about which nothing was decided, the oldest first.
pub async fn list_undecided_experiments(
    conn: &mut Conn,
    ws: &WorkspaceId,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut sql =
        Sql::new("SELECT e.id, e.title, e.ended_at AS at FROM experiments e WHERE e.workspace_id = ");
    sql.bind(ws.as_str());
    sql.push(" AND e.archived_at IS NULL AND e.state IN ('finished', 'stopped')");
    sql.push(" AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.workspace_id = e.workspace_id");
    sql.push(" AND d.experiment_id = e.id AND d.archived_at IS NULL AND d.decided_at IS NOT NULL)");
    sql.push(" ORDER BY COALESCE(e.ended_at, e.updated_at), e.id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Decisions that were to be looked at again by now.
pub async fn list_decisions_to_review(
    conn: &mut Conn,
    ws: &WorkspaceId,
    now: Micros,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut sql =
        Sql::new("SELECT id, question AS title, review_at AS at FROM decisions WHERE workspace_id = ");
    sql.bind(ws.as_str())
        .push(" AND archived_at IS NULL AND decided_at IS NOT NULL AND review_at <= ")
        .bind(now);
    sql.push(" ORDER BY review_at, id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Hypotheses that are not answered and expire before `until`.
pub async fn list_expiring_hypotheses(
    conn: &mut Conn,
    ws: &WorkspaceId,
    until: Micros,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut sql = Sql::new("SELECT id, title, expires_at AS at FROM hypotheses WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL AND state IN ('draft', 'open')");
    sql.push(" AND expires_at < ").bind(until).push(" ORDER BY expires_at, id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Bets that are not decided and expire before `until`.
pub async fn list_expiring_bets(
    conn: &mut Conn,
    ws: &WorkspaceId,
    until: Micros,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut sql = Sql::new("SELECT id, title, expires_at AS at FROM bets WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL AND state NOT IN ('decided', 'dropped')");
    sql.push(" AND expires_at < ").bind(until).push(" ORDER BY expires_at, id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

/// Insights about which nobody said what happens next, the oldest first.
pub async fn list_insights_without_step(
    conn: &mut Conn,
    ws: &WorkspaceId,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let mut sql = Sql::new(
        "SELECT id, SUBSTR(statement, 1, 280) AS title, created_at AS at FROM insights WHERE workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND archived_at IS NULL AND next_step_kind IS NULL");
    sql.push(" ORDER BY id LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}
