//! What a theme amounts to: how often it is said, by whom, and what they pay.
//! Only live signals count; an account counts once however often it speaks.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// A theme's signals of one week of seven days, counted from a given time; those of before, and of after, together.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct WeekCount {
    pub theme_id: String,
    /// From 0; −1 for all that was said before.
    pub week: i64,
    pub n: i64,
    pub last_at: Micros,
}

/// Accounts behind a theme's signals and what they pay. `n_unpriced` of them have no revenue on record.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Stake {
    pub theme_id: String,
    pub n_accounts: i64,
    pub n_unpriced: i64,
    pub revenue_cents: i64,
}

/// A signal of a theme without its words, and an account that it speaks for: one that speaks for several stands there
/// once for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Fact {
    pub signal_id: String,
    pub occurred_at: Micros,
    pub segment_id: Option<String>,
    pub account_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Quote {
    pub signal_id: String,
    pub body: String,
    pub occurred_at: Micros,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    pub may_show: String,
}

/// A cross join keeps SQLite from starting at the signals, of which there are many more than a theme holds;
/// [`of`] adds what ties the two together.
const SIGNALS: &str = " FROM theme_signals t CROSS JOIN signals s";
/// The accounts that the person of a signal belongs to, where the signal names none.
const PERSONS_ACCOUNTS: &str = " LEFT JOIN account_people p ON s.account_id IS NULL \
     AND p.workspace_id = s.workspace_id AND p.person_id = s.person_id";

/// How many signals of each theme fell into each week from `from` on, and before it: one pass over them.
pub async fn count_by_week(conn: &mut Conn, ws: &WorkspaceId, from: Micros) -> Result<Vec<WeekCount>> {
    let mut sql = Sql::new("SELECT t.theme_id, CASE WHEN s.occurred_at < ");
    sql.bind(from).push(" THEN -1 ELSE (s.occurred_at - ").bind(from);
    sql.push(") / 604800000000 END AS week, COUNT(*) AS n, MAX(s.occurred_at) AS last_at").push(SIGNALS);
    of(&mut sql, ws, None).push(" GROUP BY t.theme_id, week");
    sql.fetch_all(conn).await
}

/// Accounts and revenue of each theme.
pub async fn stakes(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Stake>> {
    let mut sql = Sql::new(
        "SELECT theme_id, COUNT(*) AS n_accounts, \
         CAST(SUM(CASE WHEN revenue_cents IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS n_unpriced, \
         CAST(COALESCE(SUM(revenue_cents), 0) AS BIGINT) AS revenue_cents \
         FROM (SELECT DISTINCT t.theme_id, COALESCE(s.account_id, p.account_id) AS account_id",
    );
    // Each account is looked up once for a theme, not once for a signal.
    sql.push(SIGNALS).push(PERSONS_ACCOUNTS);
    of(&mut sql, ws, None).push(") said CROSS JOIN accounts a WHERE a.workspace_id = ").bind(ws.as_str());
    sql.push(" AND a.id = said.account_id AND a.archived_at IS NULL GROUP BY theme_id");
    sql.fetch_all(conn).await
}

/// All signals of a theme, in no order: what its page adds up in many ways is read once.
pub async fn list_facts(conn: &mut Conn, ws: &WorkspaceId, theme_id: &str) -> Result<Vec<Fact>> {
    let mut sql = Sql::new(
        "SELECT s.id AS signal_id, s.occurred_at, s.segment_id, \
         COALESCE(s.account_id, p.account_id) AS account_id",
    );
    sql.push(SIGNALS).push(PERSONS_ACCOUNTS);
    of(&mut sql, ws, Some(theme_id));
    sql.fetch_all(conn).await
}

/// Those of the given signals that have words, in no order.
pub async fn list_quotes(conn: &mut Conn, ws: &WorkspaceId, signal_ids: &[String]) -> Result<Vec<Quote>> {
    let mut sql = Sql::new(
        "SELECT id AS signal_id, body, occurred_at, person_id, account_id, may_show FROM signals WHERE workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND id IN", signal_ids).push(" AND body <> ''");
    sql.fetch_all(conn).await
}

/// Signals by problem type of their themes and by segment: a signal in two themes of one type counts once.
pub async fn count_matrix(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Option<Micros>,
) -> Result<Vec<(String, String, i64)>> {
    let mut sql = Sql::new(
        "SELECT COALESCE(h.problem_type, '') AS problem_type, COALESCE(s.segment_id, '') AS segment_id, \
         COUNT(DISTINCT s.id)",
    );
    sql.push(SIGNALS).push(" CROSS JOIN themes h");
    of(&mut sql, ws, None).push(" AND h.workspace_id = t.workspace_id AND h.id = t.theme_id");
    sql.push(" AND h.archived_at IS NULL").when(" AND s.occurred_at >= ", from);
    sql.push(" GROUP BY COALESCE(h.problem_type, ''), COALESCE(s.segment_id, '') ORDER BY 1, 2");
    sql.fetch_all(conn).await
}

fn of<'a>(sql: &'a mut Sql, ws: &WorkspaceId, theme_id: Option<&str>) -> &'a mut Sql {
    sql.push(" WHERE s.workspace_id = t.workspace_id AND s.id = t.signal_id AND s.archived_at IS NULL");
    sql.push(" AND t.workspace_id = ").bind(ws.as_str()).when(" AND t.theme_id = ", theme_id)
}
