//! Work to do later, written in the transaction of the change that causes it and claimed with `UPDATE … RETURNING`.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Job {
    pub id: String,
    pub workspace_id: Option<String>,
    pub kind: String,
    pub payload: String,
    pub unique_key: Option<String>,
    pub state: String,
    pub run_at: Micros,
    pub attempts: i64,
    pub locked_until: Option<Micros>,
    pub last_error: Option<String>,
    pub progress_done: i64,
    pub progress_total: i64,
    pub created_at: Micros,
    pub finished_at: Option<Micros>,
}

/// What a caller says of a new job. A second job with the same `unique_key` is not written while the first waits.
/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    pub state: Option<&'a str>,
    /// Due before this time, itself excluded.
    pub due_before: Option<Micros>,
    pub due_from: Option<Micros>,
}

#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    pub id: &'a str,
    pub workspace: Option<&'a WorkspaceId>,
    pub kind: &'a str,
    pub payload: &'a str,
    pub unique_key: Option<&'a str>,
    pub run_at: Micros,
    pub created_at: Micros,
}

/// True when the job was written, false when one with the same key waits already.
pub async fn insert(conn: &mut Conn, job: &NewJob<'_>) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO jobs (id, workspace_id, kind, payload, unique_key, run_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unique_key) DO NOTHING",
    )
    .bind(job.id)
    .bind(job.workspace.map(WorkspaceId::as_str))
    .bind(job.kind)
    .bind(job.payload)
    .bind(job.unique_key)
    .bind(job.run_at)
    .bind(job.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Queues work of the whole server for the period that began at `run_at`, unless that was done already,
/// be it by another node. True when the job was written.
pub async fn insert_periodic(conn: &mut Conn, id: &str, kind: &str, run_at: Micros) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO jobs (id, kind, payload, unique_key, run_at, created_at) \
         SELECT $1, $2, 'null', $2, $3, $3 \
         WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE kind = $2 AND workspace_id IS NULL AND run_at >= $3) \
         ON CONFLICT (unique_key) DO NOTHING",
    )
    .bind(id)
    .bind(kind)
    .bind(run_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// When the newest job was made, over all workspaces: no clock should be behind it.
pub async fn newest_at(conn: &mut Conn) -> Result<Option<Micros>> {
    let (newest,): (Option<i64>,) =
        sqlx::query_as("SELECT MAX(created_at) FROM jobs").fetch_one(conn).await?;
    Ok(newest)
}

/// Takes the next due job, or one whose worker died. Of several workers only one gets it.
/// The unique key is given up here, so that a change made while the job runs is queued again.
pub async fn claim(conn: &mut Conn, now: Micros, locked_until: Micros) -> Result<Option<Job>> {
    let row = sqlx::query_as(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, locked_until = $2, unique_key = NULL \
         WHERE id = (SELECT id FROM jobs WHERE (state = 'queued' AND run_at <= $1) \
                     OR (state = 'running' AND locked_until <= $1) ORDER BY run_at, id LIMIT 1) \
         AND ((state = 'queued' AND run_at <= $1) OR (state = 'running' AND locked_until <= $1)) RETURNING *",
    )
    .bind(now)
    .bind(locked_until)
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// When the next waiting job is due, so that workers need not poll.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Micros>> {
    let (due,): (Option<i64>,) =
        sqlx::query_as("SELECT MIN(run_at) FROM jobs WHERE state = 'queued'").fetch_one(conn).await?;
    Ok(due)
}

pub async fn finish(conn: &mut Conn, id: &str, now: Micros) -> Result<()> {
    sqlx::query("UPDATE jobs SET state = 'done', finished_at = $1, locked_until = NULL, last_error = NULL WHERE id = $2")
        .bind(now)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a failed job back for `run_at`, or gives it up when `run_at` is none.
pub async fn fail(conn: &mut Conn, id: &str, error: &str, run_at: Option<Micros>, now: Micros) -> Result<()> {
    sqlx::query(
        "UPDATE jobs SET state = $1, last_error = $2, run_at = COALESCE($3, run_at), locked_until = NULL, \
         finished_at = $4 WHERE id = $5",
    )
    .bind(if run_at.is_some() { "queued" } else { "failed" })
    .bind(error)
    .bind(run_at)
    .bind(if run_at.is_some() { None } else { Some(now) })
    .bind(id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Says that the worker of a job lives.
pub async fn update_lock(conn: &mut Conn, id: &str, locked_until: Micros) -> Result<()> {
    sqlx::query("UPDATE jobs SET locked_until = $1 WHERE id = $2 AND state = 'running'")
        .bind(locked_until)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Frees every job that was being run, when no worker can be left that runs it.
pub async fn release_all(conn: &mut Conn, now: Micros) -> Result<u64> {
    let freed =
        sqlx::query("UPDATE jobs SET locked_until = $1 WHERE state = 'running' AND locked_until > $1")
            .bind(now)
            .execute(conn)
            .await?;
    Ok(freed.rows_affected())
}

pub async fn update_progress(conn: &mut Conn, id: &str, done: i64, total: i64) -> Result<()> {
    sqlx::query("UPDATE jobs SET progress_done = $1, progress_total = $2 WHERE id = $3")
        .bind(done)
        .bind(total)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Queues a failed job again, now. True when there was one.
pub async fn retry(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE jobs SET state = 'queued', run_at = $1, attempts = 0, finished_at = NULL \
         WHERE workspace_id = $2 AND id = $3 AND state = 'failed'",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter<'_>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Job>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Job> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<Job>> {
    let row = sqlx::query_as("SELECT * FROM jobs WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// How many jobs are in each state, over all workspaces, for the metrics page.
pub async fn count_by_state(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(sqlx::query_as("SELECT state, COUNT(*) FROM jobs GROUP BY state").fetch_all(conn).await?)
}

pub async fn delete_done_before(conn: &mut Conn, before: Micros) -> Result<()> {
    sqlx::query("DELETE FROM jobs WHERE state = 'done' AND finished_at < $1")
        .bind(before)
        .execute(conn)
        .await?;
    Ok(())
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter<'_>) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM jobs WHERE workspace_id = ").bind(ws.as_str());
    sql.when(" AND state = ", filter.state);
    sql.when(" AND run_at < ", filter.due_before);
    sql.when(" AND run_at >= ", filter.due_from);
    sql
}
