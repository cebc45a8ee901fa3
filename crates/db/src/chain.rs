//! The chain: hops along `chain_edges`, and outcomes by their title.

use sqlx::FromRow;

use crate::decide::objects::{self, Object};
use crate::query::Sql;
use crate::{Conn, Result, WorkspaceId};

/// A link found in a hop. `n` is how many links of this kind the near end has in all.
#[derive(Clone, Debug, FromRow)]
pub struct Hop {
    pub near_id: String,
    pub far_kind: String,
    pub far_id: String,
    pub n: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Causes,
    Consequences,
}

/// The links of some objects of one kind, the newest `fan_out` of each kind of far end.
pub async fn list_hops(
    conn: &mut Conn,
    ws: &WorkspaceId,
    direction: Direction,
    kind: &str,
    ids: &[String],
    fan_out: i64,
) -> Result<Vec<Hop>> {
    // The names of columns cannot be bound, so both directions are written out.
    let (select, near_kind, near_id) = match direction {
        Direction::Causes => (
            "SELECT near_id, far_kind, far_id, n FROM (SELECT effect_id AS near_id, cause_kind AS far_kind, \
             cause_id AS far_id, ROW_NUMBER() OVER (PARTITION BY effect_id, cause_kind ORDER BY cause_id DESC) \
             AS position, COUNT(*) OVER (PARTITION BY effect_id, cause_kind) AS n FROM chain_edges \
             WHERE workspace_id = ",
            " AND effect_kind = ",
            " AND effect_id IN",
        ),
        Direction::Consequences => (
            "SELECT near_id, far_kind, far_id, n FROM (SELECT cause_id AS near_id, effect_kind AS far_kind, \
             effect_id AS far_id, ROW_NUMBER() OVER (PARTITION BY cause_id, effect_kind ORDER BY effect_id DESC) \
             AS position, COUNT(*) OVER (PARTITION BY cause_id, effect_kind) AS n FROM chain_edges \
             WHERE workspace_id = ",
            " AND cause_kind = ",
            " AND cause_id IN",
        ),
    };
    let mut sql = Sql::new(select);
    sql.bind(ws.as_str()).push(near_kind).bind(kind).bind_in(near_id, ids);
    sql.push(") ranked WHERE position <= ").bind(fan_out);
    sql.push(" ORDER BY near_id, far_kind, far_id DESC");
    sql.fetch_all(conn).await
}

/// Objects of any kind, also those of the last stage.
pub async fn list_objects(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    ids: &[String],
) -> Result<Vec<Object>> {
    let mut sql = match kind {
        "outcome" => Sql::new(
            "SELECT id, title, created_at AS at, state, CAST(CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END AS \
             BIGINT) AS archived FROM outcomes WHERE workspace_id = ",
        ),
        "critique" => Sql::new(
            "SELECT id, SUBSTR(body, 1, 280) AS title, created_at AS at, state, CAST(0 AS BIGINT) AS archived \
             FROM critiques WHERE workspace_id = ",
        ),
        _ => return objects::list(conn, ws, kind, ids).await,
    };
    sql.bind(ws.as_str()).bind_in(" AND id IN", ids);
    sql.fetch_all(conn).await
}
