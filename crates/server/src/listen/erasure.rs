//! Erasing somebody, with a certificate of what went.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::erasure;
use heedful_db::platform::distinct_ids;
use heedful_db::types::{HOUR, MINUTE};
use heedful_db::{Conn, Micros, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::identity;
use super::people::{KIND, read};
use super::segments;
use crate::app::App;
use crate::platform::auth::Admin;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::{audit, event_store, queue, time};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(erase_person))
}

pub const ERASE_EVENTS: &str = "erase_events";
const AGAIN_AFTER: [Micros; 2] = [5 * MINUTE, HOUR];

#[derive(Debug, Deserialize, ToSchema)]
pub struct ErasureIn {
    /// Must be true: this cannot be undone.
    pub confirm: bool,
}

/// What was removed. It names nobody, so it can be kept as proof.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErasureCertificate {
    pub person_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub erased_at: Timestamp,
    /// The member who did it.
    pub erased_by: String,
    /// How many of each kind of thing were removed.
    pub removed: BTreeMap<String, i64>,
}

/// Remove a person and all their words for good, everywhere.
#[utoipa::path(post, path = "/people/{id}/erase", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = ErasureIn, responses((status = 200, body = ErasureCertificate)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn erase_person(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<ErasureIn>,
) -> Result<Json<ErasureCertificate>> {
    if !input.confirm {
        return Err(Error::field("confirm", "must be true: erasing cannot be undone"));
    }
    let (row, current) = read(&mut *ctx.read().await?, &admin.ws, &id).await?;
    if_match.check(row.version, || current)?;
    // First the events: as long as the record is there, whoever was kept from it can do it again.
    let (n_events, people) = erase_events(&ctx, &admin.ws, &id).await?;
    let mut tx = ctx.begin().await?;
    let (row, current) = read(&mut tx, &admin.ws, &id).await?;
    if_match.check(row.version, || current)?;
    let counts = erasure::erase_person(&mut tx, &admin.ws, &id, row.email.as_deref(), ctx.now).await?;
    let certificate = ErasureCertificate {
        person_id: id.clone(),
        erased_at: time::out(ctx.now),
        erased_by: admin.user_id.clone(),
        removed: counts
            .into_iter()
            .chain([("events", n_events)])
            .map(|(kind, n)| (kind.to_owned(), n))
            .collect(),
    };
    audit::acted(&mut tx, &ctx, &admin, "erase", audit::Object { kind: KIND, id: &id }, &certificate).await?;
    segments::queue_refresh(&mut tx, &ctx, &admin.ws).await?;
    if ctx.app.config.object_store.is_some() {
        queue_again(&mut tx, &ctx, &admin.ws, &id, people).await?;
    }
    ctx.commit(tx).await?;
    // Whoever comes back is learned of anew, also when the same is told of them.
    ctx.app.events.heard.lock().await.told.clear();
    ctx.app.events.people_changed();
    Ok(Json(certificate))
}

/// Removes what a person did under any of their ids, from files and log: how many events there were, and by which numbers they
/// knew the person.
async fn erase_events(ctx: &Ctx, ws: &WorkspaceId, id: &str) -> Result<(i64, Vec<i64>)> {
    let store = ctx.app.events.open().await?;
    // What is not known yet of who is who could name them too.
    identity::learn(ctx).await?;
    let ids = distinct_ids::list_of_person(&mut *ctx.read().await?, ws, id).await?;
    if ids.is_empty() {
        return Ok((0, Vec::new()));
    }
    let workspace = event_store::workspace(ws)?;
    let people = store.numbers_in_files(workspace, &ids);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let n_events = store.erase(workspace, &ids).await?;
    Ok((i64::try_from(n_events).unwrap_or(i64::MAX), people))
}

/// What is erased once more. Numbers are hashes and name nobody.
#[derive(Debug, Serialize, Deserialize)]
pub struct EraseEvents {
    workspace_id: String,
    people: Vec<i64>,
}

/// Other servers may have taken events of the person that are only in their logs yet: they bring them into the shared tables
/// within a minute or, when the object store is away, later.
async fn queue_again(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: &WorkspaceId,
    person_id: &str,
    people: Vec<i64>,
) -> Result<()> {
    let job = EraseEvents { workspace_id: ws.to_string(), people };
    for after in AGAIN_AFTER {
        let key = format!("{ERASE_EVENTS} {person_id} {after}");
        queue::push_once(conn, ctx, Some(ws), ERASE_EVENTS, &job, &key, ctx.now + after).await?;
    }
    Ok(())
}

/// Erases events once more.
pub async fn erase_again(app: &App, job: EraseEvents) -> anyhow::Result<()> {
    let workspace = event_store::workspace(&WorkspaceId::from(job.workspace_id))?;
    app.events.open().await?.erase_numbers(workspace, &job.people).await?;
    Ok(())
}
