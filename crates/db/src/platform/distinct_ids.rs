//! By what senders of events know people, and up to where that was heard.

use sqlx::FromRow;

use crate::query::{Sql, Value};
use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct DistinctId {
    pub distinct_id: String,
    pub person_id: String,
    /// The distinct id that stands for this one in the event store, for good.
    pub anchor: String,
    /// 1 when a sender said that this is who somebody is.
    pub is_identified: i64,
    pub linked_at: Micros,
}

/// A distinct id that another stands for.
#[derive(Clone, Debug, FromRow)]
pub struct Link {
    pub workspace_id: String,
    pub distinct_id: String,
    pub anchor: String,
}

/// An id by which somebody is or was known, beside the record that counts for them now.
#[derive(Clone, Debug, FromRow)]
pub struct Known {
    pub workspace_id: String,
    pub person_id: String,
    pub is_kept: i64,
    pub external_id: Option<String>,
    pub anchor: Option<String>,
}

const ROWS_PER_STATEMENT: usize = 500;

/// Adds those that are not there yet.
pub async fn insert_many(conn: &mut Conn, ws: &WorkspaceId, rows: &[DistinctId]) -> Result<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new(
            "INSERT INTO distinct_ids (workspace_id, distinct_id, person_id, anchor, is_identified, linked_at) VALUES ",
        );
        sql.bind_rows(rows.iter().map(|row| {
            vec![
                ws.as_str().into(),
                Value::from(&row.distinct_id),
                (&row.person_id).into(),
                (&row.anchor).into(),
                row.is_identified.into(),
                row.linked_at.into(),
            ]
        }));
        sql.push(" ON CONFLICT (workspace_id, distinct_id) DO UPDATE SET person_id = excluded.person_id, ");
        sql.push("anchor = excluded.anchor, is_identified = excluded.is_identified");
        sql.execute(conn).await?;
    }
    Ok(())
}

/// Those of these ids that are known.
pub async fn find_many(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<DistinctId>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("SELECT * FROM distinct_ids WHERE workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND distinct_id IN", ids);
        rows.extend(sql.fetch_all::<DistinctId>(conn).await?);
    }
    Ok(rows)
}

/// The ids of these people that stand for others, and by which somebody said who they are.
pub async fn list_telling(conn: &mut Conn, ws: &WorkspaceId, people: &[String]) -> Result<Vec<DistinctId>> {
    let mut rows = Vec::new();
    for people in people.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("SELECT * FROM distinct_ids WHERE workspace_id = ");
        sql.bind(ws.as_str()).bind_in(" AND person_id IN", people);
        sql.push(" AND (distinct_id = anchor OR is_identified = 1)");
        rows.extend(sql.fetch_all::<DistinctId>(conn).await?);
    }
    Ok(rows)
}

/// The ids of a person and of all who were merged into them, those first that were learned first, and how many there are.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    person_id: &str,
    limit: i64,
) -> Result<(Vec<DistinctId>, i64)> {
    let of_them = |select: &'static str| {
        let mut sql = Sql::new(select);
        sql.push(
            " FROM distinct_ids d JOIN people p ON p.workspace_id = d.workspace_id AND p.id = d.person_id",
        );
        sql.push(" WHERE d.workspace_id = ").bind(ws.as_str());
        sql.push(" AND (p.id = ").bind(person_id).push(" OR p.merged_into_id = ").bind(person_id).push(")");
        sql
    };
    let total = of_them("SELECT COUNT(*)").fetch_count(conn).await?;
    let mut sql = of_them("SELECT d.*");
    sql.push(" ORDER BY d.linked_at, d.distinct_id LIMIT ").bind(limit);
    Ok((sql.fetch_all(conn).await?, total))
}

/// All ids by which events may know a person: those that were told, and those of the record and of all that were merged into it.
pub async fn list_of_person(conn: &mut Conn, ws: &WorkspaceId, person_id: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT d.distinct_id FROM distinct_ids d JOIN people p ON p.workspace_id = d.workspace_id AND p.id = d.person_id \
         WHERE d.workspace_id = $1 AND (p.id = $2 OR p.merged_into_id = $2) \
         UNION SELECT p.external_id FROM people p \
         WHERE p.workspace_id = $1 AND (p.id = $2 OR p.merged_into_id = $2) AND p.external_id IS NOT NULL",
    )
    .bind(ws.as_str())
    .bind(person_id)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The same of everybody in an account.
pub async fn list_of_account(conn: &mut Conn, ws: &WorkspaceId, account_id: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT d.distinct_id FROM account_people a JOIN people p ON p.workspace_id = a.workspace_id \
         AND (p.id = a.person_id OR p.merged_into_id = a.person_id) \
         JOIN distinct_ids d ON d.workspace_id = p.workspace_id AND d.person_id = p.id \
         WHERE a.workspace_id = $1 AND a.account_id = $2 \
         UNION SELECT p.external_id FROM account_people a JOIN people p ON p.workspace_id = a.workspace_id \
         AND (p.id = a.person_id OR p.merged_into_id = a.person_id) \
         WHERE a.workspace_id = $1 AND a.account_id = $2 AND p.external_id IS NOT NULL",
    )
    .bind(ws.as_str())
    .bind(account_id)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The ids that others stand for, of all workspaces, behind a workspace and id.
pub async fn list_links(conn: &mut Conn, after: (&str, &str), limit: i64) -> Result<Vec<Link>> {
    let rows = sqlx::query_as(
        "SELECT workspace_id, distinct_id, anchor FROM distinct_ids WHERE distinct_id <> anchor \
         AND (workspace_id > $1 OR (workspace_id = $1 AND distinct_id > $2)) \
         ORDER BY workspace_id, distinct_id LIMIT $3",
    )
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The same of those that were linked from a time on.
pub async fn list_links_since(conn: &mut Conn, since: Micros) -> Result<Vec<Link>> {
    let rows = sqlx::query_as(
        "SELECT workspace_id, distinct_id, anchor FROM distinct_ids WHERE linked_at >= $1 AND distinct_id <> anchor \
         ORDER BY workspace_id, distinct_id",
    )
    .bind(since)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Everybody in any workspace who may be known by several anchors: merged records with those that are kept, and records whose
/// external id was changed.
pub async fn list_of_several(conn: &mut Conn) -> Result<Vec<Known>> {
    let rows = sqlx::query_as(
        "SELECT p.workspace_id, COALESCE(p.merged_into_id, p.id) AS person_id, \
         CASE WHEN p.merged_into_id IS NULL THEN 1 ELSE 0 END AS is_kept, p.external_id, d.anchor \
         FROM people p LEFT JOIN distinct_ids d \
         ON d.workspace_id = p.workspace_id AND d.person_id = p.id AND d.distinct_id = d.anchor \
         WHERE p.merged_into_id IS NOT NULL OR EXISTS \
         (SELECT 1 FROM people m WHERE m.workspace_id = p.workspace_id AND m.merged_into_id = p.id) \
         UNION ALL \
         SELECT p.workspace_id, p.id, 1, p.external_id, d.anchor \
         FROM distinct_ids d JOIN people p ON p.workspace_id = d.workspace_id AND p.id = d.person_id \
         WHERE d.distinct_id = d.anchor AND p.external_id <> d.anchor AND p.merged_into_id IS NULL AND NOT EXISTS \
         (SELECT 1 FROM distinct_ids e WHERE e.workspace_id = p.workspace_id AND e.distinct_id = p.external_id)",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Up to where in a log was heard what it tells of people.
pub async fn place(conn: &mut Conn, log_name: &str) -> Result<i64> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT heard_before FROM event_places WHERE log_name = $1")
        .bind(log_name)
        .fetch_optional(conn)
        .await?;
    Ok(row.map_or(0, |(before,)| before))
}

pub async fn update_place(conn: &mut Conn, log_name: &str, before: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_places (log_name, heard_before) VALUES ($1, $2) \
         ON CONFLICT (log_name) DO UPDATE SET heard_before = excluded.heard_before",
    )
    .bind(log_name)
    .bind(before)
    .execute(conn)
    .await?;
    Ok(())
}
