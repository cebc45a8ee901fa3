//! Listing people, and everything that was heard from one of them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::people::{self, Filter, Person};
use heedful_db::listen::timelines::Whose;
use heedful_db::platform::distinct_ids;
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{PersonAccount, PersonOut};
use crate::listen::timeline::{self, TimelineEntry, TimelineQuery};
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::time;

const DISTINCT_IDS_MAX: i64 = 500;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonQuery {
    /// Part of the name or of the address.
    pub q: Option<String>,
    pub account_id: Option<String>,
    /// Members of this segment.
    pub segment_id: Option<String>,
    pub unsubscribed: Option<bool>,
    /// True lists who was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// People, newest first.
#[utoipa::path(get, path = "/people", tag = "listen", params(PersonQuery, Paging),
    responses((status = 200, body = List<PersonOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_people(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<PersonQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<PersonOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let filter = Filter {
        text: query.q.filter(|text| !text.trim().is_empty()).map(|text| text.trim().replace('\0', "")),
        account_id: query.account_id,
        segment_id: query.segment_id,
        unsubscribed: query.unsubscribed,
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = people::list(&mut conn, &viewer.ws, &filter, cursor.as_ref(), limit).await?;
    let (next, total) = (page.next.clone(), page.total);
    let items = with_all(&mut conn, &viewer.ws, page.items).await?;
    Ok(Json(List::of(heedful_db::Page { items, next, total }, |person| person)))
}

/// One person.
#[utoipa::path(get, path = "/people/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = PersonOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_person(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<PersonOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer.ws, &id).await?.1))
}

/// An id by which senders of events know somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonDistinctId {
    pub distinct_id: String,
    /// Whether a sender said that this is who the person is, and not a nameless visitor.
    pub is_identified: bool,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Timestamp,
}

/// The ids by which senders of events know a person, those first that were learned first; 500 at most.
#[utoipa::path(get, path = "/people/{id}/distinct-ids", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = List<PersonDistinctId>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_person_distinct_ids(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<List<PersonDistinctId>>> {
    let mut conn = ctx.read().await?;
    people::get(&mut conn, &viewer.ws, &id).await?;
    let (rows, total) = distinct_ids::list(&mut conn, &viewer.ws, &id, DISTINCT_IDS_MAX).await?;
    let items = rows.into_iter().map(|row| PersonDistinctId {
        distinct_id: row.distinct_id,
        is_identified: row.is_identified == 1,
        linked_at: time::out(row.linked_at),
    });
    Ok(Json(List { items: items.collect(), next: None, total }))
}

/// What was heard from a person, told to them and done by them, newest first.
#[utoipa::path(get, path = "/people/{id}/timeline", tag = "listen", params(("id" = String, Path), TimelineQuery, Paging),
    responses((status = 200, body = List<TimelineEntry>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_person_timeline(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<TimelineQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TimelineEntry>>> {
    people::get(&mut *ctx.read().await?, &viewer.ws, &id).await?;
    let page = timeline::list(&ctx, &viewer.ws, Whose::Person(&id), query, &paging).await?;
    Ok(Json(List::of(page, |entry| entry)))
}

/// A person's row, and the person with accounts and voice.
pub async fn read(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<(Person, PersonOut)> {
    let row = people::get(conn, ws, id).await?;
    let mut all = with_all(conn, ws, vec![row.clone()]).await?;
    let out = all.pop().ok_or(crate::platform::error::Error::NotFound)?;
    Ok((row, out))
}

async fn with_all(conn: &mut Conn, ws: &WorkspaceId, rows: Vec<Person>) -> Result<Vec<PersonOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut accounts: HashMap<String, Vec<PersonAccount>> = HashMap::new();
    for (person, id, name) in people::list_accounts(conn, ws, &ids).await? {
        accounts.entry(person).or_default().push(PersonAccount { id, name });
    }
    let voices: HashMap<String, _> = people::list_voices(conn, ws, &ids)
        .await?
        .into_iter()
        .map(|voice| (voice.person_id.clone(), voice))
        .collect();
    let out = rows.into_iter().map(|row| {
        let accounts = accounts.remove(&row.id).unwrap_or_default();
        let voice = voices.get(&row.id);
        PersonOut::of(row, accounts, voice)
    });
    Ok(out.collect())
}
