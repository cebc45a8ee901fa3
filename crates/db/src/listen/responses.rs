//! Responses: the answers to a survey, counted by score, and taken back when the person wants it.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Flag, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Response {
    pub id: String,
    pub survey_id: String,
    pub survey_version: i64,
    pub external_id: String,
    pub person_id: Option<String>,
    pub answers: String,
    pub score: Option<f64>,
    pub complete: Flag,
    pub may_show: String,
    pub page_url: Option<String>,
    pub reference: Option<String>,
    pub withdrawal_hash: Option<String>,
    pub keep_until: Micros,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub words_removed_at: Option<Micros>,
    pub withdrawn_at: Option<Micros>,
}

/// What a list of answers is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub score_min: Option<f64>,
    pub score_max: Option<f64>,
    pub from: Option<Micros>,
    pub to: Option<Micros>,
}

/// Answers of one score in one quarter of an hour. Every time zone in use starts its days on such a boundary.
#[derive(Clone, Debug, FromRow)]
pub struct Slot {
    pub slot: i64,
    /// The name of the group, when grouped; none for answers that belong to no group.
    pub part: Option<String>,
    pub score: Option<f64>,
    pub n: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    /// By the plan of the person's account; of several accounts the one with the most revenue.
    Plan,
    /// By segment; an answer counts in every segment that its person is in.
    Segment,
}

pub const SLOT: Micros = 900_000_000;

/// How much of an answer goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The person took it back: nothing of it counts any more.
    Everything,
    /// The promised time is over: the words and the person go, the bare score stays.
    Words,
}

/// False, writing nothing, when this form was sent before.
pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Response) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO responses (workspace_id, id, survey_id, survey_version, external_id, person_id, answers, score, \
         complete, may_show, page_url, reference, withdrawal_hash, keep_until, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) \
         ON CONFLICT (workspace_id, survey_id, external_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.survey_id)
    .bind(row.survey_version)
    .bind(&row.external_id)
    .bind(&row.person_id)
    .bind(&row.answers)
    .bind(row.score)
    .bind(i64::from(row.complete.0))
    .bind(&row.may_show)
    .bind(&row.page_url)
    .bind(&row.reference)
    .bind(&row.withdrawal_hash)
    .bind(row.keep_until)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn find_by_withdrawal(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey_id: &str,
    withdrawal_hash: &str,
) -> Result<Option<Response>> {
    let row = sqlx::query_as(
        "SELECT * FROM responses WHERE workspace_id = $1 AND survey_id = $2 AND withdrawal_hash = $3",
    )
    .bind(ws.as_str())
    .bind(survey_id)
    .bind(withdrawal_hash)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Newest first, without those taken back.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey_id: &str,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Response>> {
    let total = matching("SELECT COUNT(*) FROM responses r", ws, survey_id, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT r.* FROM responses r", ws, survey_id, filter);
    sql.when(" AND r.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY r.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Response> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// Answers by time, group and score.
pub async fn count_slots(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey_id: &str,
    filter: &Filter,
    grouping: Grouping,
) -> Result<Vec<Slot>> {
    let select = match grouping {
        Grouping::None => {
            "SELECT r.created_at / 900000000 AS slot, CAST(NULL AS TEXT) AS part, r.score, COUNT(*) AS n \
             FROM responses r"
        }
        Grouping::Plan => {
            "SELECT r.created_at / 900000000 AS slot, (SELECT a.plan FROM account_people l \
             JOIN accounts a ON a.workspace_id = l.workspace_id AND a.id = l.account_id \
             WHERE l.workspace_id = r.workspace_id AND l.person_id = r.person_id \
             ORDER BY COALESCE(a.revenue_cents, 0) DESC, a.id LIMIT 1) AS part, r.score, COUNT(*) AS n \
             FROM responses r"
        }
        Grouping::Segment => {
            "SELECT r.created_at / 900000000 AS slot, g.name AS part, r.score, COUNT(*) AS n FROM responses r \
             LEFT JOIN (SELECT m.workspace_id, m.person_id, s.name FROM segment_people m \
             JOIN segments s ON s.workspace_id = m.workspace_id AND s.id = m.segment_id AND s.archived_at IS NULL) g \
             ON g.workspace_id = r.workspace_id AND g.person_id = r.person_id"
        }
    };
    let mut sql = matching(select, ws, survey_id, filter);
    sql.push(" GROUP BY 1, 2, 3 ORDER BY 1");
    sql.fetch_all(conn).await
}

/// The answers themselves, for counting choices; newest first, at most `limit`.
pub async fn list_answers(
    conn: &mut Conn,
    ws: &WorkspaceId,
    survey_id: &str,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<String>> {
    let mut sql = matching("SELECT r.answers FROM responses r", ws, survey_id, filter);
    sql.push(" ORDER BY r.id DESC LIMIT ").bind(limit);
    let rows: Vec<(String,)> = sql.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(answers,)| answers).collect())
}

pub async fn count_withdrawn(conn: &mut Conn, ws: &WorkspaceId, survey_id: &str) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM responses WHERE workspace_id = $1 AND survey_id = $2 AND withdrawn_at IS NOT NULL",
    )
    .bind(ws.as_str())
    .bind(survey_id)
    .fetch_one(conn)
    .await?;
    Ok(n)
}

/// The signal that each of these answers became, by answer.
pub async fn list_signals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    response_ids: &[String],
) -> Result<Vec<(String, String)>> {
    let mut sql = Sql::new("SELECT response_id, id FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND response_id IN", response_ids);
    sql.fetch_all(conn).await
}

/// Answers whose promised time is over and that still have words: their ids, at most `limit`.
pub async fn list_expired(conn: &mut Conn, ws: &WorkspaceId, now: Micros, limit: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM responses WHERE workspace_id = $1 AND keep_until <= $2 AND words_removed_at IS NULL \
         ORDER BY keep_until LIMIT $3",
    )
    .bind(ws.as_str())
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes the words out of an answer, of the signal made of it, of what was highlighted there and of the audit log,
/// and forgets who it was. Returns the ids of the signals that changed.
pub async fn remove(
    conn: &mut Conn,
    ws: &WorkspaceId,
    response_id: &str,
    removal: Removal,
    now: Micros,
) -> Result<Vec<String>> {
    let response = match removal {
        Removal::Everything => {
            "UPDATE responses SET answers = '{}', person_id = NULL, page_url = NULL, reference = NULL, score = NULL, \
             withdrawn_at = $1, words_removed_at = $1, updated_at = $1 WHERE workspace_id = $2 AND id = $3"
        }
        Removal::Words => {
            "UPDATE responses SET answers = '{}', person_id = NULL, page_url = NULL, reference = NULL, \
             words_removed_at = $1, updated_at = $1 WHERE workspace_id = $2 AND id = $3"
        }
    };
    sqlx::query(response).bind(now).bind(ws.as_str()).bind(response_id).execute(&mut *conn).await?;
    let signals = list_signals(conn, ws, &[response_id.to_owned()]).await?;
    let ids: Vec<String> = signals.into_iter().map(|(_, id)| id).collect();
    for id in &ids {
        empty_signal(conn, ws, id, now).await?;
    }
    Ok(ids)
}

async fn empty_signal(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "UPDATE signals SET body = '', score = NULL, score_kind = NULL, sentiment = NULL, person_id = NULL, \
         account_id = NULL, page_url = NULL, context = '{}', may_show = 'team', \
         archived_at = COALESCE(archived_at, $1), version = version + 1, updated_at = $1 \
         WHERE workspace_id = $2 AND id = $3",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(&mut *conn)
    .await?;
    for statement in [
        "UPDATE audit_entries SET before_json = NULL, after_json = NULL \
         WHERE workspace_id = $1 AND object_kind = 'signal' AND object_id = $2",
        "DELETE FROM highlights WHERE workspace_id = $1 AND signal_id = $2",
    ] {
        sqlx::query(statement).bind(ws.as_str()).bind(id).execute(&mut *conn).await?;
    }
    Ok(())
}

fn matching(select: &'static str, ws: &WorkspaceId, survey_id: &str, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" WHERE r.workspace_id = ").bind(ws.as_str());
    sql.push(" AND r.survey_id = ").bind(survey_id).push(" AND r.withdrawn_at IS NULL");
    sql.when(" AND r.score >= ", filter.score_min).when(" AND r.score <= ", filter.score_max);
    sql.when(" AND r.created_at >= ", filter.from).when(" AND r.created_at < ", filter.to);
    sql
}
