//! `GET /api/v1/events`: events one by one, newest first.

use std::collections::HashMap;

use axum::Json;
use heedful_db::listen::people::{self, Known};
use heedful_db::platform::distinct_ids;
use heedful_db::{Cursor, Page, WorkspaceId};
use heedful_events::question::Source;
use heedful_events::scan::events::{self, KeptEvent, Listing};
use heedful_events::scan::pattern::{Condition, Pattern, Test};
use heedful_events::{EventId, Micros};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::paging::{List, Paging};
use crate::platform::{event_store, time};

/// By this property an event is known to come from a file.
pub const IMPORT_ID: &str = "$import_id";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Only events of this name.
    pub event: Option<String>,
    /// Only those of the person whom senders know by this id, under whatever id.
    pub distinct_id: Option<String>,
    /// Only those of this person.
    pub person_id: Option<String>,
    /// Only those that this import of a file brought.
    pub import_id: Option<String>,
    /// From this time on.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

/// One event as it is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventOut {
    /// Unique for a person.
    pub id: String,
    pub event: String,
    /// By what its sender knows the person; empty when it tells of nobody.
    pub distinct_id: String,
    /// Who that is, when it is known.
    pub person: Option<EventPerson>,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

/// Somebody who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPerson {
    pub id: String,
    /// The name, or else the address, or else nothing.
    pub name: String,
}

impl EventPerson {
    pub fn of(known: Known) -> Self {
        let name = Some(known.name).filter(|name| !name.is_empty()).or(known.email).unwrap_or_default();
        Self { id: known.id, name }
    }
}

impl EventOut {
    fn of(event: KeptEvent, people: &HashMap<String, EventPerson>) -> Self {
        Self {
            id: event.id.to_string(),
            event: event.name,
            person: people.get(&event.distinct_id).cloned(),
            distinct_id: event.distinct_id,
            timestamp: time::out(event.at),
            properties: event.properties,
        }
    }
}

/// Events one by one, newest first. What was just taken is there at once.
#[utoipa::path(get, path = "/events", tag = "listen", params(EventFilter, Paging),
    responses((status = 200, body = List<EventOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_events(
    viewer: Viewer,
    ctx: Ctx,
    Query(filter): Query<EventFilter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EventOut>>> {
    let limit = paging.limit()?;
    let after = paging.cursor()?.as_ref().map(place).transpose()?;
    let (from, to) = (time::micros_opt(filter.from), time::micros_opt(filter.to));
    let search = Search {
        pattern: pattern_of(&filter),
        people: people_of(&ctx, &viewer.ws, &filter).await?,
        times: (from.unwrap_or(Micros::MIN), to.unwrap_or(Micros::MAX)),
    };
    Ok(Json(List::of(page(&ctx, &viewer.ws, search, after, limit).await?, |event| event)))
}

/// What is done under any of these distinct ids, newest first, behind an event.
pub async fn of_people(
    ctx: &Ctx,
    ws: &WorkspaceId,
    ids: &[String],
    after: Option<(Micros, EventId)>,
    limit: i64,
) -> Result<Page<EventOut>> {
    let people = Some(ctx.app.events.open().await?.numbers_in_files(event_store::workspace(ws)?, ids));
    let search = Search { pattern: Pattern::default(), people, times: (Micros::MIN, Micros::MAX) };
    page(ctx, ws, search, after, limit).await
}

fn pattern_of(filter: &EventFilter) -> Pattern {
    let mut pattern = filter.event.as_deref().map(Pattern::of).unwrap_or_default();
    let of_import =
        |id: &String| Condition { property: IMPORT_ID.to_owned(), test: Test::In(vec![id.clone()]) };
    pattern.conditions.extend(filter.import_id.as_ref().map(of_import));
    pattern
}

/// The numbers of the person that a filter names, if it names one.
async fn people_of(ctx: &Ctx, ws: &WorkspaceId, filter: &EventFilter) -> Result<Option<Vec<i64>>> {
    if let Some(person_id) = &filter.person_id {
        return numbers_of(ctx, ws, person_id).await.map(Some);
    }
    let Some(id) = filter.distinct_id.clone() else { return Ok(None) };
    let ids = std::slice::from_ref(&id);
    let known = people::list_by_distinct_ids(&mut *ctx.read().await?, ws, ids).await?;
    if let Some(person) = known.first() {
        return numbers_of(ctx, ws, &person.id).await.map(Some);
    }
    let store = ctx.app.events.open().await?;
    Ok(Some(store.numbers_in_files(event_store::workspace(ws)?, ids)))
}

async fn numbers_of(ctx: &Ctx, ws: &WorkspaceId, person_id: &str) -> Result<Vec<i64>> {
    let ids = distinct_ids::list_of_person(&mut *ctx.read().await?, ws, person_id).await?;
    let store = ctx.app.events.open().await?;
    Ok(store.numbers_in_files(event_store::workspace(ws)?, &ids))
}

async fn page(
    ctx: &Ctx,
    ws: &WorkspaceId,
    search: Search,
    after: Option<(Micros, EventId)>,
    limit: i64,
) -> Result<Page<EventOut>> {
    let read = move |source: Source| {
        let n_wanted = usize::try_from(limit + 1).unwrap_or_default();
        Ok((events::list(source.files, &search.listing(after, n_wanted))?, search.count(source)?))
    };
    let (rows, total) = super::read_as_filed(ctx, ws, read).await?;
    let page =
        Page::cut(rows, limit, total, |row| Cursor { sort: row.at.to_string(), id: row.id.to_string() });
    let mut ids: Vec<String> = page.items.iter().map(|event| event.distinct_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = people::list_by_distinct_ids(&mut *ctx.read().await?, ws, &ids).await?.into_iter();
    let people = known.map(|known| (known.distinct_id.clone(), EventPerson::of(known))).collect();
    Ok(page.map(|event| EventOut::of(event, &people)))
}

/// Where the page before ended.
fn place(cursor: &Cursor) -> Result<(Micros, EventId)> {
    let is_id = cursor.id.len() == 16 && cursor.id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let at = cursor.sort_number().ok().filter(|_| is_id);
    let at = at.ok_or_else(|| Error::field("cursor", "is not a cursor that this list gave out"))?;
    Ok((at, EventId::of(&cursor.id)))
}

/// Which events are listed and counted.
struct Search {
    pattern: Pattern,
    /// The numbers of some, in order; nothing for everybody.
    people: Option<Vec<i64>>,
    times: (Micros, Micros),
}

impl Search {
    fn listing(&self, after: Option<(Micros, EventId)>, limit: usize) -> Listing<'_> {
        Listing {
            pattern: self.pattern.clone(),
            from: self.times.0,
            to: self.times.1,
            people: self.people.as_deref(),
            after,
            limit,
        }
    }

    fn count(&self, source: Source) -> heedful_events::Result<i64> {
        let is_everything = self.pattern == Pattern::default()
            && self.people.is_none()
            && self.times == (Micros::MIN, Micros::MAX);
        let n = if is_everything {
            source.n_rows()
        } else {
            events::count(source.files, &self.listing(None, 0))?
        };
        Ok(i64::try_from(n).unwrap_or(i64::MAX))
    }
}
