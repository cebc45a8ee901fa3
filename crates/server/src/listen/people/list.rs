//! Listing people, and everything that was heard from one of them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::people::{self, Filter, Person};
use heedful_db::listen::timelines::{self, Whose};
use heedful_db::{Conn, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{PersonAccount, PersonOut};
use crate::listen::timeline::TimelineEntry;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};

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

/// What was heard from a person and told to them, newest first.
#[utoipa::path(get, path = "/people/{id}/timeline", tag = "listen", params(("id" = String, Path), Paging),
    responses((status = 200, body = List<TimelineEntry>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_person_timeline(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TimelineEntry>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let mut conn = ctx.read().await?;
    people::get(&mut conn, &viewer.ws, &id).await?;
    let page = timelines::list(&mut conn, &viewer.ws, Whose::Person(&id), cursor.as_ref(), limit).await?;
    Ok(Json(List::of(page, TimelineEntry::from)))
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
