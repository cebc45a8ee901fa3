//! Counts of signals, which rules compare with a threshold.

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

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
