//! Who hears back about an outcome, once each.

use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

/// Somebody whose words stand in the chain of an outcome.
#[derive(Clone, Debug, FromRow)]
pub struct Contributor {
    pub person_id: String,
    pub name: String,
    pub email: Option<String>,
    pub unsubscribed_at: Option<Micros>,
    pub told_at: Option<Micros>,
}

/// The named people, with whether and when they were told of this outcome.
pub async fn list_contributors(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    person_ids: &[String],
) -> Result<Vec<Contributor>> {
    let mut sql = crate::query::Sql::new(
        "SELECT p.id AS person_id, p.name, p.email, p.unsubscribed_at, n.created_at AS told_at FROM people p \
         LEFT JOIN outcome_notices n ON n.workspace_id = p.workspace_id AND n.person_id = p.id AND n.outcome_id = ",
    );
    sql.bind(outcome_id).push(" WHERE p.workspace_id = ").bind(ws.as_str());
    sql.bind_in(" AND p.id IN", person_ids).push(" ORDER BY p.name, p.id");
    sql.fetch_all(conn).await
}

/// True when this call is the one that tells the person; false when they were told before.
pub async fn insert(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    person_id: &str,
    now: Micros,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO outcome_notices (workspace_id, outcome_id, person_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, outcome_id, person_id) DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(outcome_id)
    .bind(person_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Names the mail that told the person.
pub async fn update_mail(
    conn: &mut Conn,
    ws: &WorkspaceId,
    outcome_id: &str,
    person_id: &str,
    mail_id: &str,
) -> Result<()> {
    sqlx::query(
        "UPDATE outcome_notices SET mail_id = $1 WHERE workspace_id = $2 AND outcome_id = $3 AND person_id = $4",
    )
    .bind(mail_id)
    .bind(ws.as_str())
    .bind(outcome_id)
    .bind(person_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// Mails that nobody asked for one by one no longer go to this person.
pub async fn unsubscribe(conn: &mut Conn, ws: &WorkspaceId, person_id: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "UPDATE people SET unsubscribed_at = COALESCE(unsubscribed_at, $1), version = version + 1, updated_at = $1 \
         WHERE workspace_id = $2 AND id = $3",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(person_id)
    .execute(conn)
    .await?;
    Ok(())
}
