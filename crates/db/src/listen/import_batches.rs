//! Many signals at once, as an import writes them and as undoing it takes them away.

use crate::listen::signals::Signal;
use crate::platform::search_queue;
use crate::query::{Sql, Value};
use crate::{Conn, Micros, Result, WorkspaceId};

/// Rows per statement, well below the number of placeholders that either engine takes.
const SIGNALS_PER_STATEMENT: usize = 250;
const ROWS_PER_STATEMENT: usize = 2_000;

/// Writes those whose source has no signal with their `external_id` yet, and returns the ids written.
pub async fn insert_signals(conn: &mut Conn, ws: &WorkspaceId, rows: &[Signal]) -> Result<Vec<String>> {
    let mut written = Vec::with_capacity(rows.len());
    for rows in rows.chunks(SIGNALS_PER_STATEMENT) {
        let mut sql = Sql::new(
            "INSERT INTO signals (workspace_id, id, created_at, updated_at, source_id, external_id, import_id, \
             person_id, account_id, body, language, score, score_kind, occurred_at, page_url, app_version, context, \
             may_show) VALUES ",
        );
        sql.bind_rows(rows.iter().map(|row| values(ws, row)));
        sql.push(" ON CONFLICT (workspace_id, source_id, external_id) DO NOTHING RETURNING id");
        let ids: Vec<(String,)> = sql.fetch_all(conn).await?;
        written.extend(ids.into_iter().map(|(id,)| id));
    }
    Ok(written)
}

fn values(ws: &WorkspaceId, row: &Signal) -> Vec<Value> {
    vec![
        ws.as_str().into(),
        (&row.id).into(),
        row.created_at.into(),
        row.updated_at.into(),
        (&row.source_id).into(),
        (&row.external_id).into(),
        (&row.import_id).into(),
        (&row.person_id).into(),
        (&row.account_id).into(),
        (&row.body).into(),
        (&row.language).into(),
        row.score.into(),
        (&row.score_kind).into(),
        row.occurred_at.into(),
        (&row.page_url).into(),
        (&row.app_version).into(),
        (&row.context).into(),
        (&row.may_show).into(),
    ]
}

/// Pairs of signal and tag.
pub async fn insert_tags(conn: &mut Conn, ws: &WorkspaceId, tags: &[(String, String)]) -> Result<()> {
    for tags in tags.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO signal_tags (workspace_id, signal_id, tag) VALUES ");
        sql.bind_rows(tags.iter().map(|(signal, tag)| vec![ws.as_str().into(), signal.into(), tag.into()]));
        sql.push(" ON CONFLICT DO NOTHING");
        sql.execute(conn).await?;
    }
    Ok(())
}

/// Queues many signals for the search index.
pub async fn queue_search(conn: &mut Conn, ws: &WorkspaceId, ids: &[String], now: Micros) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO search_queue (workspace_id, kind, object_id, queued_at) VALUES ");
        sql.bind_rows(ids.iter().map(|id| vec![ws.as_str().into(), "signal".into(), id.into(), now.into()]));
        sql.push(" ON CONFLICT (workspace_id, kind, object_id) DO UPDATE SET queued_at = excluded.queued_at");
        sql.execute(conn).await?;
    }
    Ok(())
}

/// The next signals of an import that nothing stands on: no highlight, no evidence of an insight or a hypothesis,
/// no quote of an outcome.
pub async fn list_unused(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let mut sql = Sql::new("SELECT s.id FROM signals s WHERE s.workspace_id = ");
    sql.bind(ws.as_str()).push(" AND s.import_id = ").bind(import_id);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM highlights u WHERE u.workspace_id = s.workspace_id AND u.signal_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM insight_evidence u WHERE u.workspace_id = s.workspace_id AND u.signal_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM evidence u WHERE u.workspace_id = s.workspace_id AND u.signal_id = s.id) \
         AND NOT EXISTS (SELECT 1 FROM outcomes u WHERE u.workspace_id = s.workspace_id \
           AND u.quotes LIKE '%' || s.id || '%') LIMIT ",
    );
    sql.bind(limit);
    let ids: Vec<(String,)> = sql.fetch_all(conn).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

pub async fn count_signals(conn: &mut Conn, ws: &WorkspaceId, import_id: &str) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND import_id = ").bind(import_id);
    sql.fetch_count(conn).await
}

/// Removes signals for good, with their tags and themes.
pub async fn delete_signals(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND id IN", ids);
    sql.execute(conn).await?;
    Ok(())
}

/// Removes people and accounts whom only this import knew: nobody changed them, and nothing else was heard of them.
/// At most `limit` of each; returns how many went.
pub async fn delete_unknown(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    limit: i64,
    now: Micros,
) -> Result<usize> {
    let people: Vec<(String,)> = sqlx::query_as(
        "DELETE FROM people WHERE workspace_id = $1 AND id IN (SELECT p.id FROM people p \
         WHERE p.workspace_id = $1 AND p.import_id = $2 AND p.version = 1 \
         AND NOT EXISTS (SELECT 1 FROM signals u WHERE u.workspace_id = p.workspace_id AND u.person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM responses u WHERE u.workspace_id = p.workspace_id AND u.person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM interviews u WHERE u.workspace_id = p.workspace_id AND u.person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM outcome_notices u WHERE u.workspace_id = p.workspace_id AND u.person_id = p.id) \
         AND NOT EXISTS (SELECT 1 FROM people u WHERE u.workspace_id = p.workspace_id AND u.merged_into_id = p.id) \
         LIMIT $3) RETURNING id",
    )
    .bind(ws.as_str())
    .bind(import_id)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let accounts: Vec<(String,)> = sqlx::query_as(
        "DELETE FROM accounts WHERE workspace_id = $1 AND id IN (SELECT a.id FROM accounts a \
         WHERE a.workspace_id = $1 AND a.import_id = $2 AND a.version = 1 \
         AND NOT EXISTS (SELECT 1 FROM signals u WHERE u.workspace_id = a.workspace_id AND u.account_id = a.id) \
         AND NOT EXISTS (SELECT 1 FROM account_people u WHERE u.workspace_id = a.workspace_id AND u.account_id = a.id) \
         LIMIT $3) RETURNING id",
    )
    .bind(ws.as_str())
    .bind(import_id)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let n = people.len() + accounts.len();
    for (kind, gone) in [("person", people), ("account", accounts)] {
        let ids: Vec<String> = gone.into_iter().map(|(id,)| id).collect();
        search_queue::insert_all(conn, ws, kind, &ids, now).await?;
    }
    Ok(n)
}
