//! `GET /api/v1/events`: events one by one, newest first.

use axum::Json;
use heedful_db::{Cursor, Page};
use heedful_events::batch::person_hash;
use heedful_events::question::Source;
use heedful_events::scan::events::{self, KeptEvent, Listing};
use heedful_events::scan::pattern::Pattern;
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

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Only events of this name.
    pub event: Option<String>,
    /// Only those of the person whom senders know by this id.
    pub distinct_id: Option<String>,
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
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

impl EventOut {
    fn of(event: KeptEvent) -> Self {
        Self {
            id: event.id.to_string(),
            event: event.name,
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
    let workspace = event_store::workspace(&viewer.ws)?;
    let (from, to) = (time::micros_opt(filter.from), time::micros_opt(filter.to));
    let person = filter.distinct_id.as_deref().map(|id| person_hash(workspace, id).cast_signed());
    let search = Search {
        pattern: filter.event.as_deref().map(Pattern::of).unwrap_or_default(),
        person,
        times: (from.unwrap_or(Micros::MIN), to.unwrap_or(Micros::MAX)),
    };
    let read = move |source: Source| {
        let n_wanted = usize::try_from(limit + 1).unwrap_or_default();
        Ok((events::list(source.files, &search.listing(after, n_wanted))?, search.count(source)?))
    };
    let (rows, total) = super::read(&ctx, &viewer.ws, read).await?;
    let page =
        Page::cut(rows, limit, total, |row| Cursor { sort: row.at.to_string(), id: row.id.to_string() });
    Ok(Json(List::of(page, EventOut::of)))
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
    person: Option<i64>,
    times: (Micros, Micros),
}

impl Search {
    fn listing(&self, after: Option<(Micros, EventId)>, limit: usize) -> Listing<'_> {
        Listing {
            pattern: self.pattern.clone(),
            from: self.times.0,
            to: self.times.1,
            people: self.person.as_ref().map(std::slice::from_ref),
            after,
            limit,
        }
    }

    fn count(&self, source: Source) -> heedful_events::Result<i64> {
        let is_everything = self.pattern == Pattern::default()
            && self.person.is_none()
            && self.times == (Micros::MIN, Micros::MAX);
        let n = if is_everything {
            source.n_rows()
        } else {
            events::count(source.files, &self.listing(None, 0))?
        };
        Ok(i64::try_from(n).unwrap_or(i64::MAX))
    }
}
