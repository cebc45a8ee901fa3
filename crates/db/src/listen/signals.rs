//! Signals: one thing a customer said. The list, its facets and its tags live here too.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Signal {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub source_id: String,
    pub external_id: Option<String>,
    pub import_id: Option<String>,
    pub response_id: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    pub body: String,
    pub language: Option<String>,
    pub score: Option<f64>,
    pub score_kind: Option<String>,
    pub sentiment: Option<f64>,
    pub occurred_at: Micros,
    pub page_url: Option<String>,
    pub app_version: Option<String>,
    pub context: String,
    pub usage_context: Option<String>,
    pub segment_id: Option<String>,
    pub assignee_id: Option<String>,
    pub next_step_kind: Option<String>,
    pub next_step_note: Option<String>,
    pub next_step_owner_id: Option<String>,
    pub next_step_due_at: Option<Micros>,
    pub may_show: String,
}

/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub source_id: Option<String>,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    pub segment_id: Option<String>,
    /// Said by a member of this segment, or by nobody known of an account in it.
    pub in_segment: Option<String>,
    pub theme_id: Option<String>,
    pub import_id: Option<String>,
    pub assignee_id: Option<String>,
    pub tag: Option<String>,
    pub score_min: Option<f64>,
    pub score_max: Option<f64>,
    pub from: Option<Micros>,
    pub to: Option<Micros>,
    pub next_step: Option<NextStep>,
    pub archived: bool,
}

/// Signals of a segment with at most so many are found from its members; of a larger one the newest are soon met when
/// walking back in time.
const FROM_MEMBERS_MAX: i64 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    Missing,
    Kind(String),
}

/// Returns false, writing nothing, when the source already gave a signal with this `external_id`.
pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Signal) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO signals (workspace_id, id, created_at, updated_at, source_id, external_id, import_id, \
         response_id, person_id, account_id, body, language, score, score_kind, sentiment, occurred_at, page_url, \
         app_version, context, usage_context, segment_id, assignee_id, next_step_kind, next_step_note, \
         next_step_owner_id, next_step_due_at, may_show) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
         $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) \
         ON CONFLICT (workspace_id, source_id, external_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.source_id)
    .bind(&row.external_id)
    .bind(&row.import_id)
    .bind(&row.response_id)
    .bind(&row.person_id)
    .bind(&row.account_id)
    .bind(&row.body)
    .bind(&row.language)
    .bind(row.score)
    .bind(&row.score_kind)
    .bind(row.sentiment)
    .bind(row.occurred_at)
    .bind(&row.page_url)
    .bind(&row.app_version)
    .bind(&row.context)
    .bind(&row.usage_context)
    .bind(&row.segment_id)
    .bind(&row.assignee_id)
    .bind(&row.next_step_kind)
    .bind(&row.next_step_note)
    .bind(&row.next_step_owner_id)
    .bind(row.next_step_due_at)
    .bind(&row.may_show)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Signal> {
    let row = sqlx::query_as("SELECT * FROM signals WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Signal, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE signals SET archived_at = $1, person_id = $2, account_id = $3, body = $4, language = $5, \
         score = $6, score_kind = $7, sentiment = $8, occurred_at = $9, page_url = $10, app_version = $11, \
         context = $12, usage_context = $13, segment_id = $14, assignee_id = $15, next_step_kind = $16, \
         next_step_note = $17, next_step_owner_id = $18, next_step_due_at = $19, may_show = $20, \
         version = version + 1, updated_at = $21 WHERE workspace_id = $22 AND id = $23 AND version = $24",
    )
    .bind(row.archived_at)
    .bind(&row.person_id)
    .bind(&row.account_id)
    .bind(&row.body)
    .bind(&row.language)
    .bind(row.score)
    .bind(&row.score_kind)
    .bind(row.sentiment)
    .bind(row.occurred_at)
    .bind(&row.page_url)
    .bind(&row.app_version)
    .bind(&row.context)
    .bind(&row.usage_context)
    .bind(&row.segment_id)
    .bind(&row.assignee_id)
    .bind(&row.next_step_kind)
    .bind(&row.next_step_note)
    .bind(&row.next_step_owner_id)
    .bind(row.next_step_due_at)
    .bind(&row.may_show)
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
    total: i64,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Signal>> {
    let statements = match &filter.in_segment {
        Some(segment) if total <= FROM_MEMBERS_MAX => {
            MEMBERS.map(|members| of_members("SELECT s.*", members, segment, ws, filter)).into()
        }
        _ => vec![matching("SELECT s.*", ws, filter)],
    };
    let mut rows: Vec<Signal> = Vec::new();
    for mut sql in statements {
        if let Some(cursor) = after {
            let at = cursor.sort_number()?;
            // The first condition alone is a place in the index; with an OR around it the engine would walk there.
            sql.push(" AND s.occurred_at <= ").bind(at).push(" AND (s.occurred_at < ").bind(at);
            sql.push(" OR s.id < ").bind(cursor.id.as_str()).push(")");
        }
        newest_first(&mut sql, filter, limit + 1);
        rows.extend(sql.fetch_all::<Signal>(conn).await?);
    }
    rows.sort_by(|a, b| (b.occurred_at, &b.id).cmp(&(a.occurred_at, &a.id)));
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.occurred_at.to_string(), id: row.id.clone() }))
}

/// How many signals match.
pub async fn count(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter) -> Result<i64> {
    let Some(segment) = &filter.in_segment else {
        return matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await;
    };
    let mut n = 0;
    for members in MEMBERS {
        n += of_members("SELECT COUNT(*)", members, segment, ws, filter).fetch_count(conn).await?;
    }
    Ok(n)
}

/// The named signals, in no order: read by their keys, where a list would walk through all by time.
pub async fn list_by_ids(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Signal>> {
    let mut sql = Sql::new("SELECT * FROM signals WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND id IN", ids);
    sql.fetch_all(conn).await
}

/// The ids of the newest matching signals, for changes of many at once.
pub async fn ids(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter, limit: i64) -> Result<Vec<String>> {
    let mut sql = matching("SELECT s.id", ws, filter);
    newest_first(&mut sql, filter, limit);
    let rows: Vec<(String,)> = sql.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Tags of the given signals, as pairs of signal and tag.
pub async fn list_tags(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<(String, String)>> {
    let mut sql = Sql::new("SELECT signal_id, tag FROM signal_tags WHERE workspace_id = ");
    // By signal first: in the order of the tags alone SQLite would walk through those of all signals.
    sql.bind(ws.as_str()).bind_in(" AND signal_id IN", ids).push(" ORDER BY signal_id, tag");
    sql.fetch_all(conn).await
}

/// Replaces the tags of a signal.
pub async fn update_tags(conn: &mut Conn, ws: &WorkspaceId, id: &str, tags: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM signal_tags WHERE workspace_id = $1 AND signal_id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    for tag in tags {
        insert_tag(conn, ws, id, tag).await?;
    }
    Ok(())
}

pub async fn insert_tag(conn: &mut Conn, ws: &WorkspaceId, id: &str, tag: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO signal_tags (workspace_id, signal_id, tag) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(id)
    .bind(tag)
    .execute(conn)
    .await?;
    Ok(())
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM signals s WHERE s.workspace_id = ").bind(ws.as_str());
    narrow(&mut sql, filter);
    if let Some(segment) = &filter.in_segment {
        sql.push(" AND (EXISTS (SELECT 1 FROM segment_people m WHERE m.workspace_id = s.workspace_id");
        sql.push(" AND m.person_id = s.person_id AND m.segment_id = ").bind(segment.as_str()).push(")");
        sql.push(
            " OR (s.person_id IS NULL AND EXISTS (SELECT 1 FROM segment_accounts m WHERE m.workspace_id = ",
        );
        sql.push("s.workspace_id AND m.account_id = s.account_id AND m.segment_id = ")
            .bind(segment.as_str())
            .push(")))");
    }
    sql
}

/// Of signals that are not archived PostgreSQL takes the order of an index only when its empty column is named: it knows
/// that a column with one value needs no order, but not that one without a value needs none either.
fn newest_first(sql: &mut Sql, filter: &Filter, limit: i64) {
    sql.push(if filter.archived { " ORDER BY" } else { " ORDER BY s.archived_at DESC," });
    sql.push(" s.occurred_at DESC, s.id DESC LIMIT ").bind(limit);
}

/// The two ways into a segment, of which a signal takes one at most: its person, or, when it names none, its account.
const MEMBERS: [&str; 2] = [
    " FROM segment_people m CROSS JOIN signals s WHERE s.person_id = m.person_id",
    " FROM segment_accounts m CROSS JOIN signals s WHERE s.account_id = m.account_id AND COALESCE(s.person_id, '') = ''",
];

/// The same signals of a segment as [`matching`] finds, in two statements that start from its members.
fn of_members(
    select: &'static str,
    members: &'static str,
    segment: &str,
    ws: &WorkspaceId,
    filter: &Filter,
) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(members).push(" AND s.workspace_id = m.workspace_id AND m.workspace_id = ").bind(ws.as_str());
    sql.push(" AND m.segment_id = ").bind(segment);
    narrow(&mut sql, filter);
    sql
}

/// Everything but the segment whose members spoke.
fn narrow(sql: &mut Sql, filter: &Filter) {
    sql.push(if filter.archived { " AND s.archived_at IS NOT NULL" } else { " AND s.archived_at IS NULL" });
    sql.when(" AND s.source_id = ", filter.source_id.as_deref());
    sql.when(" AND s.person_id = ", filter.person_id.as_deref());
    sql.when(" AND s.account_id = ", filter.account_id.as_deref());
    sql.when(" AND s.segment_id = ", filter.segment_id.as_deref());
    sql.when(" AND s.import_id = ", filter.import_id.as_deref());
    sql.when(" AND s.assignee_id = ", filter.assignee_id.as_deref());
    sql.when(" AND s.score >= ", filter.score_min);
    sql.when(" AND s.score <= ", filter.score_max);
    sql.when(" AND s.occurred_at >= ", filter.from);
    sql.when(" AND s.occurred_at < ", filter.to);
    match &filter.next_step {
        Some(NextStep::Missing) => {
            sql.push(" AND s.next_step_kind IS NULL");
        }
        Some(NextStep::Kind(kind)) => {
            sql.push(" AND s.next_step_kind = ").bind(kind.as_str());
        }
        None => {}
    }
    if let Some(theme) = &filter.theme_id {
        sql.push(" AND EXISTS (SELECT 1 FROM theme_signals t WHERE t.workspace_id = s.workspace_id");
        sql.push(" AND t.signal_id = s.id AND t.theme_id = ").bind(theme.as_str()).push(")");
    }
    if let Some(tag) = &filter.tag {
        sql.push(" AND EXISTS (SELECT 1 FROM signal_tags t WHERE t.workspace_id = s.workspace_id");
        sql.push(" AND t.signal_id = s.id AND t.tag = ").bind(tag.as_str()).push(")");
    }
}
