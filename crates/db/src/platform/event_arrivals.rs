use sqlx::FromRow;

use crate::types::MINUTE;
use crate::{Conn, Micros, Result, WorkspaceId};

/// What arrived in one slot of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct EventArrivals {
    pub slot_at: Micros,
    pub n_taken: i64,
    pub n_known: i64,
    pub n_rejected: i64,
    pub n_late: i64,
    pub n_batches: i64,
    pub waited: Micros,
    pub waited_longest: Micros,
    pub last_at: Micros,
}

const SLOT: Micros = 5 * MINUTE;

impl EventArrivals {
    /// The slot that an instant lies in.
    pub fn slot_of(at: Micros) -> Micros {
        at - at.rem_euclid(SLOT)
    }

    /// Adds what else arrived; of whatever slot, this one keeps its own.
    pub fn add(&mut self, other: &Self) {
        self.n_taken += other.n_taken;
        self.n_known += other.n_known;
        self.n_rejected += other.n_rejected;
        self.n_late += other.n_late;
        self.n_batches += other.n_batches;
        self.waited += other.waited;
        self.waited_longest = self.waited_longest.max(other.waited_longest);
        self.last_at = self.last_at.max(other.last_at);
    }
}

/// Adds to what the slot has already.
pub async fn add(conn: &mut Conn, ws: &WorkspaceId, row: &EventArrivals) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_arrivals (workspace_id, slot_at, n_taken, n_known, n_rejected, n_late, n_batches, waited, \
         waited_longest, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (workspace_id, slot_at) DO UPDATE SET \
         n_taken = event_arrivals.n_taken + excluded.n_taken, n_known = event_arrivals.n_known + excluded.n_known, \
         n_rejected = event_arrivals.n_rejected + excluded.n_rejected, \
         n_late = event_arrivals.n_late + excluded.n_late, \
         n_batches = event_arrivals.n_batches + excluded.n_batches, \
         waited = event_arrivals.waited + excluded.waited, \
         waited_longest = CASE WHEN event_arrivals.waited_longest > excluded.waited_longest \
         THEN event_arrivals.waited_longest ELSE excluded.waited_longest END, \
         last_at = CASE WHEN event_arrivals.last_at > excluded.last_at \
         THEN event_arrivals.last_at ELSE excluded.last_at END",
    )
    .bind(ws.as_str())
    .bind(row.slot_at)
    .bind(row.n_taken)
    .bind(row.n_known)
    .bind(row.n_rejected)
    .bind(row.n_late)
    .bind(row.n_batches)
    .bind(row.waited)
    .bind(row.waited_longest)
    .bind(row.last_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The slots from a time on, oldest first.
pub async fn list_since(conn: &mut Conn, ws: &WorkspaceId, since: Micros) -> Result<Vec<EventArrivals>> {
    let rows = sqlx::query_as(
        "SELECT slot_at, n_taken, n_known, n_rejected, n_late, n_batches, waited, waited_longest, last_at \
         FROM event_arrivals WHERE workspace_id = $1 AND slot_at >= $2 ORDER BY slot_at",
    )
    .bind(ws.as_str())
    .bind(since)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// How many events were taken from a time on.
pub async fn count_since(conn: &mut Conn, ws: &WorkspaceId, since: Micros) -> Result<i64> {
    let n = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(n_taken), 0) AS BIGINT) FROM event_arrivals \
         WHERE workspace_id = $1 AND slot_at >= $2",
    )
    .bind(ws.as_str())
    .bind(since)
    .fetch_one(conn)
    .await?;
    Ok(n)
}

/// When something arrived last.
pub async fn last_at(conn: &mut Conn, ws: &WorkspaceId) -> Result<Option<Micros>> {
    let last = sqlx::query_scalar("SELECT MAX(last_at) FROM event_arrivals WHERE workspace_id = $1")
        .bind(ws.as_str())
        .fetch_one(conn)
        .await?;
    Ok(last)
}

/// Forgets old slots; the last of each workspace tells when something arrived last, and stays.
pub async fn delete_before(conn: &mut Conn, before: Micros) -> Result<()> {
    sqlx::query(
        "DELETE FROM event_arrivals WHERE slot_at < $1 AND slot_at < \
         (SELECT MAX(later.slot_at) FROM event_arrivals later WHERE later.workspace_id = event_arrivals.workspace_id)",
    )
    .bind(before)
    .execute(conn)
    .await?;
    Ok(())
}
