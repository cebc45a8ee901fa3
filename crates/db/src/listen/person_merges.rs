//! Two records of one human made one, and what moved, so that it can be undone without loss.

use sqlx::{AssertSqlSafe, FromRow};

use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Merge {
    pub id: String,
    pub kept_id: String,
    pub merged_id: String,
    pub kept_before: String,
    pub merged_before: String,
    pub made_by: String,
    pub made_at: Micros,
    pub undone_at: Option<Micros>,
}

/// At most this many merges of one person are listed.
const LIST_MAX: i64 = 200;

/// What carries a person: kind of the move, table, its id column.
const CARRIERS: [(&str, &str, &str); 3] =
    [("signal", "signals", "id"), ("response", "responses", "id"), ("interview", "interviews", "id")];

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Merge) -> Result<()> {
    sqlx::query(
        "INSERT INTO person_merges (workspace_id, id, kept_id, merged_id, kept_before, merged_before, made_by, \
         made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.kept_id)
    .bind(&row.merged_id)
    .bind(&row.kept_before)
    .bind(&row.merged_before)
    .bind(&row.made_by)
    .bind(row.made_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Merge> {
    let row = sqlx::query_as("SELECT * FROM person_merges WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// The merges into a person that still stand, newest first.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, kept_id: &str) -> Result<Vec<Merge>> {
    let rows = sqlx::query_as(
        "SELECT * FROM person_merges WHERE workspace_id = $1 AND kept_id = $2 AND undone_at IS NULL \
         ORDER BY id DESC LIMIT $3",
    )
    .bind(ws.as_str())
    .bind(kept_id)
    .bind(LIST_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Marks a merge as undone; stale when it was already.
pub async fn update_undone(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE person_merges SET undone_at = $1 WHERE workspace_id = $2 AND id = $3 AND undone_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Moves words, memberships and earlier merges to the kept person, and notes each move.
/// Returns how many signals, responses and interviews moved.
pub async fn move_all(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge) -> Result<i64> {
    let mut n_moved = 0;
    for (kind, table, id) in CARRIERS {
        note(
            conn,
            ws,
            merge,
            kind,
            &format!("SELECT {id} FROM {table} WHERE workspace_id = $1 AND person_id = $4"),
        )
        .await?;
        n_moved += change(
            conn,
            ws,
            merge,
            &format!("UPDATE {table} SET person_id = $3 WHERE workspace_id = $1 AND person_id = $2"),
        )
        .await?;
    }
    note(conn, ws, merge, "person", "SELECT id FROM people WHERE workspace_id = $1 AND merged_into_id = $4")
        .await?;
    change(
        conn,
        ws,
        merge,
        "UPDATE people SET merged_into_id = $3 WHERE workspace_id = $1 AND merged_into_id = $2",
    )
    .await?;
    let only_of_merged = "WHERE x.workspace_id = $1 AND x.person_id = $4 AND NOT EXISTS (SELECT 1 FROM";
    let and_kept = "k WHERE k.workspace_id = x.workspace_id AND k.person_id = $5 AND";
    let accounts = format!(
        "SELECT account_id FROM account_people x {only_of_merged} account_people {and_kept} k.account_id = x.account_id)"
    );
    note_new(conn, ws, merge, "account", &accounts).await?;
    let notices = format!(
        "SELECT outcome_id FROM outcome_notices x {only_of_merged} outcome_notices {and_kept} k.outcome_id = x.outcome_id)"
    );
    note_new(conn, ws, merge, "notice", &notices).await?;
    sqlx::query(
        "INSERT INTO account_people (workspace_id, account_id, person_id) SELECT workspace_id, object_id, $3 \
         FROM person_merge_moves WHERE workspace_id = $1 AND merge_id = $2 AND kind = 'account'",
    )
    .bind(ws.as_str())
    .bind(&merge.id)
    .bind(&merge.kept_id)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE outcome_notices SET person_id = $3 WHERE workspace_id = $1 AND person_id = $4 AND outcome_id IN \
         (SELECT object_id FROM person_merge_moves WHERE workspace_id = $1 AND merge_id = $2 AND kind = 'notice')",
    )
    .bind(ws.as_str())
    .bind(&merge.id)
    .bind(&merge.kept_id)
    .bind(&merge.merged_id)
    .execute(&mut *conn)
    .await?;
    queue_signals(conn, ws, merge, merge.made_at).await?;
    Ok(n_moved)
}

/// Gives back everything that moved and is still where the merge put it.
pub async fn move_back(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge, now: Micros) -> Result<()> {
    for (kind, table, id) in CARRIERS {
        give_back(conn, ws, merge, kind, table, "person_id", id).await?;
    }
    give_back(conn, ws, merge, "person", "people", "merged_into_id", "id").await?;
    give_back(conn, ws, merge, "notice", "outcome_notices", "person_id", "outcome_id").await?;
    sqlx::query(
        "DELETE FROM account_people WHERE workspace_id = $1 AND person_id = $3 AND account_id IN \
         (SELECT object_id FROM person_merge_moves WHERE workspace_id = $1 AND merge_id = $2 AND kind = 'account')",
    )
    .bind(ws.as_str())
    .bind(&merge.id)
    .bind(&merge.kept_id)
    .execute(&mut *conn)
    .await?;
    queue_signals(conn, ws, merge, now).await
}

/// The search index narrows signals by who said them.
async fn queue_signals(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge, now: Micros) -> Result<()> {
    sqlx::query(
        "INSERT INTO search_queue (workspace_id, kind, object_id, queued_at) \
         SELECT workspace_id, kind, object_id, CAST($3 AS BIGINT) FROM person_merge_moves \
         WHERE workspace_id = $1 AND merge_id = $2 AND kind = 'signal' \
         ON CONFLICT (workspace_id, kind, object_id) DO UPDATE SET queued_at = excluded.queued_at",
    )
    .bind(ws.as_str())
    .bind(&merge.id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// `text` names tables and columns of this file only.
async fn give_back(
    conn: &mut Conn,
    ws: &WorkspaceId,
    merge: &Merge,
    kind: &str,
    table: &str,
    person: &str,
    id: &str,
) -> Result<()> {
    let text = format!(
        "UPDATE {table} SET {person} = $3 WHERE workspace_id = $1 AND {person} = $4 AND {id} IN \
         (SELECT object_id FROM person_merge_moves WHERE workspace_id = $1 AND merge_id = $2 AND kind = $5)"
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(ws.as_str())
        .bind(&merge.id)
        .bind(&merge.merged_id)
        .bind(&merge.kept_id)
        .bind(kind)
        .execute(conn)
        .await?;
    Ok(())
}

async fn change(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge, text: &str) -> Result<i64> {
    let done = sqlx::query(AssertSqlSafe(text.to_owned()))
        .bind(ws.as_str())
        .bind(&merge.merged_id)
        .bind(&merge.kept_id)
        .execute(conn)
        .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

async fn note(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge, kind: &str, select: &str) -> Result<()> {
    sqlx::query(AssertSqlSafe(insert_moves(select)))
        .bind(ws.as_str())
        .bind(&merge.id)
        .bind(kind)
        .bind(&merge.merged_id)
        .execute(conn)
        .await?;
    Ok(())
}

async fn note_new(conn: &mut Conn, ws: &WorkspaceId, merge: &Merge, kind: &str, select: &str) -> Result<()> {
    sqlx::query(AssertSqlSafe(insert_moves(select)))
        .bind(ws.as_str())
        .bind(&merge.id)
        .bind(kind)
        .bind(&merge.merged_id)
        .bind(&merge.kept_id)
        .execute(conn)
        .await?;
    Ok(())
}

fn insert_moves(select: &str) -> String {
    format!(
        "INSERT INTO person_merge_moves (workspace_id, merge_id, kind, object_id) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), found.* FROM ({select}) found"
    )
}
