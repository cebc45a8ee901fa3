//! The audit log as a list and as CSV; `audit` writes it.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse;
use futures_util::stream;
use heedful_db::platform::audit::{self, Filter, Listed};
use heedful_db::{Cursor, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Admin;
use super::ctx::Ctx;
use super::error::Result;
use super::extract::Query;
use super::paging::{List, Paging};
use super::{csv_out, time};
use crate::app::App;

/// An export is written page by page, so its length costs no memory; still it ends.
const EXPORT_PAGE: i64 = 500;
const EXPORT_ROWS_MAX: i64 = 1_000_000;
const COLUMNS: [&str; 10] = [
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "action",
    "object_kind",
    "object_id",
    "before",
    "after",
    "request_id",
];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit_entries)).routes(routes!(export_audit_entries))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// What kind of thing was changed, such as `signal`.
    pub object_kind: Option<String>,
    pub object_id: Option<String>,
    /// The member or token that changed it.
    pub actor_id: Option<String>,
    /// create, update, delete, or a more particular word such as `merge`.
    pub action: Option<String>,
    /// At or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

/// One change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntryOut {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// user, token or server
    pub actor_kind: String,
    pub actor_id: String,
    pub actor_name: Option<String>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    /// How it looked before; null for something new.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// How it looked afterwards, or what the action was about; null for something deleted.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// The `X-Request-Id` of the request that did it.
    pub request_id: Option<String>,
}

impl From<Listed> for AuditEntryOut {
    fn from(row: Listed) -> Self {
        let entry = row.entry;
        let parse = |json: Option<String>| json.and_then(|json| serde_json::from_str(&json).ok());
        Self {
            id: entry.id,
            at: time::out(entry.at),
            actor_kind: entry.actor_kind,
            actor_id: entry.actor_id,
            actor_name: row.actor_name,
            action: entry.action,
            object_kind: entry.object_kind,
            object_id: entry.object_id,
            before: parse(entry.before_json),
            after: parse(entry.after_json),
            request_id: entry.request_id,
        }
    }
}

impl AuditQuery {
    fn filter(self) -> Filter {
        Filter {
            object_kind: self.object_kind,
            object_id: self.object_id,
            actor_id: self.actor_id,
            action: self.action,
            from: time::micros_opt(self.from),
            to: time::micros_opt(self.to),
        }
    }
}

/// Who changed what, newest first.
#[utoipa::path(get, path = "/audit-entries", tag = "workspace", params(AuditQuery, Paging),
    responses((status = 200, body = List<AuditEntryOut>)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn list_audit_entries(
    admin: Admin,
    ctx: Ctx,
    Query(query): Query<AuditQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AuditEntryOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    let page = audit::list(&mut conn, &admin.ws, &query.filter(), cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, AuditEntryOut::from)))
}

/// The same list as CSV, up to a million changes.
#[utoipa::path(get, path = "/audit-entries/export", tag = "workspace", params(AuditQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn export_audit_entries(
    admin: Admin,
    ctx: Ctx,
    Query(query): Query<AuditQuery>,
) -> Result<impl IntoResponse> {
    let export = Export { ctx, ws: admin.ws.clone(), filter: query.filter(), cursor: None, n_rows: 0 };
    let head = csv_out::lines([COLUMNS.to_vec()])?;
    let pages = stream::try_unfold((Some(export), Some(head)), async |(export, head)| {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (export, None))));
        }
        let Some(export) = export else { return Ok(None) };
        let (bytes, export) = export.next_page().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(Some((bytes, (export, None))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
    ];
    Ok((headers, Body::from_stream(pages)))
}

struct Export {
    ctx: Ctx,
    ws: WorkspaceId,
    filter: Filter,
    cursor: Option<Cursor>,
    n_rows: i64,
}

impl Export {
    /// The next lines, and what is left to do.
    async fn next_page(mut self) -> Result<(Bytes, Option<Self>)> {
        let page = {
            let mut conn = self.ctx.read().await?;
            audit::list(&mut conn, &self.ws, &self.filter, self.cursor.as_ref(), EXPORT_PAGE).await?
        };
        self.n_rows += EXPORT_PAGE;
        self.cursor.clone_from(&page.next);
        let has_more = page.next.is_some() && self.n_rows < EXPORT_ROWS_MAX;
        let lines = csv_lines(&page.items)?;
        Ok((Bytes::from(lines), has_more.then_some(self)))
    }
}

fn csv_lines(rows: &[Listed]) -> Result<Vec<u8>> {
    let times: Vec<String> = rows.iter().map(|row| time::out(row.entry.at).to_string()).collect();
    csv_out::lines(rows.iter().zip(&times).map(|(row, at)| {
        let entry = &row.entry;
        vec![
            at.as_str(),
            &entry.actor_kind,
            &entry.actor_id,
            row.actor_name.as_deref().unwrap_or_default(),
            &entry.action,
            &entry.object_kind,
            &entry.object_id,
            entry.before_json.as_deref().unwrap_or_default(),
            entry.after_json.as_deref().unwrap_or_default(),
            entry.request_id.as_deref().unwrap_or_default(),
        ]
    }))
}
