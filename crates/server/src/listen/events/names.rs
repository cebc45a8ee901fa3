//! Which events there are, what they mean, and which properties they have.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::event_definitions::{self, EventDefinition};
use heedful_db::types::DAY;
use heedful_events::Micros;
use heedful_events::journey::Periods;
use heedful_events::question::{Breakdown, Label, Scope, Source, trend};
use heedful_events::scan::pattern::Pattern;
use heedful_events::scan::properties::{FoundProperty, properties};
use heedful_events::scan::strip::Word;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::read::{read, read_as_filed};
use crate::platform::audit;
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, Query};
use crate::platform::invalid::Invalid;
use crate::platform::paging::List;

/// So long back events are looked for.
const DAYS: usize = 30;
/// Different names that are told, those of most events first.
const NAMES_MAX: usize = 1_000;
const DESCRIPTION_MAX: usize = 2_000;
const EVENT_MAX: usize = 200;
const DEFINITIONS_MAX: i64 = 5_000;

/// An event by its name, in the last 30 days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventName {
    pub event: String,
    /// What it means; null when nobody has written that down.
    pub description: Option<String>,
    pub count: u64,
    pub people: u64,
    /// How often it came on each of the last 30 days, today last.
    pub daily: Vec<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventNameIn {
    /// What the event means and when it is sent; empty to take it back.
    #[schema(max_length = 2_000)]
    pub description: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PropertyFilter {
    /// The properties of events of this name only.
    pub event: Option<String>,
}

/// A property of events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventProperty {
    pub property: String,
    /// How many events have it.
    pub count: usize,
    /// Whether it is a number in most of them.
    pub is_number: bool,
}

/// The events that came in the last 30 days, and those that are documented, most frequent first.
#[utoipa::path(get, path = "/events/names", tag = "listen", responses((status = 200, body = List<EventName>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_event_names(viewer: Viewer, ctx: Ctx) -> Result<Json<List<EventName>>> {
    let now = ctx.now;
    let mut names = read(&ctx, &viewer.ws, move |source| count_names(source, now)).await?;
    let documented = event_definitions::list(&mut *ctx.read().await?, &viewer.ws).await?;
    let mut documented: HashMap<String, String> =
        documented.into_iter().map(|row| (row.event, row.description)).collect();
    for name in &mut names {
        name.description = documented.remove(&name.event);
    }
    let mut unseen: Vec<_> = documented.into_iter().collect();
    unseen.sort();
    names.extend(unseen.into_iter().map(|(event, description)| EventName {
        event,
        description: Some(description),
        count: 0,
        people: 0,
        daily: vec![0; DAYS],
    }));
    Ok(Json(List::whole(names)))
}

fn count_names(source: Source, now: Micros) -> heedful_events::Result<Vec<EventName>> {
    let days = i64::try_from(DAYS).unwrap_or_default();
    let bounds: Vec<Micros> = (0..=days).map(|day| now + 1 - (days - day) * DAY).collect();
    let breakdown = Breakdown { by: Word::Event, limit: NAMES_MAX };
    let whole = [bounds[0], bounds[bounds.len() - 1]];
    let scope = Scope { from: whole[0], to: whole[1], ..Scope::everything() };
    let ask = |bounds: Vec<Micros>| {
        let question = trend(&scope, &[Pattern::default()], Periods::new(bounds)?, Some(&breakdown))?;
        Some(question.answer(source))
    };
    let (Some(daily), Some(people)) = (ask(bounds), ask(whole.to_vec())) else { return Ok(Vec::new()) };
    let people = people?;
    let of = |label: &Label| {
        let group = people.iter().find(|group| group.label == *label)?;
        group.tally.counts().flatten().next().map(|count| count.n_people)
    };
    let name = |group: heedful_events::question::Group<heedful_events::journey::trend::Trend>| {
        let Label::Value(event) = &group.label else { return None };
        let daily: Vec<u64> = group.tally.counts().flatten().map(|count| count.n_events).collect();
        let people = of(&group.label).unwrap_or_default();
        Some(EventName { event: event.clone(), description: None, count: daily.iter().sum(), people, daily })
    };
    Ok(daily?.into_iter().filter_map(name).collect())
}

/// Write down what an event means.
#[utoipa::path(put, path = "/events/names/{event}", tag = "listen", params(("event" = String, Path)),
    request_body = EventNameIn, responses((status = 200, body = EventNameIn)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn document_event(
    editor: Editor,
    ctx: Ctx,
    Path(event): Path<String>,
    Body(input): Body<EventNameIn>,
) -> Result<Json<EventNameIn>> {
    let mut invalid = Invalid::default();
    invalid.check_text("event", &event, EVENT_MAX);
    invalid.check_length("description", &input.description, DESCRIPTION_MAX);
    let input = invalid.or(input)?.into_inner();
    let mut tx = ctx.begin().await?;
    let before = event_definitions::find(&mut tx, &editor.ws, &event).await?;
    if before.is_none() && event_definitions::count(&mut tx, &editor.ws).await? >= DEFINITIONS_MAX {
        return Err(Error::field("event", "cannot be documented: there are 5,000 documented events already"));
    }
    let description = input.description.trim().to_owned();
    if description.is_empty() {
        event_definitions::delete(&mut tx, &editor.ws, &event).await?;
    } else {
        let row = EventDefinition {
            workspace_id: editor.ws.to_string(),
            event: event.clone(),
            description: description.clone(),
            updated_by: editor.user_id.clone(),
            updated_at: ctx.now,
        };
        event_definitions::upsert(&mut tx, &editor.ws, &row).await?;
    }
    let object = audit::Object { kind: "event", id: &event };
    let before = before.map(|row| row.description).unwrap_or_default();
    audit::updated(&mut tx, &ctx, &editor, object, &before, &description).await?;
    ctx.commit(tx).await?;
    Ok(Json(EventNameIn { description }))
}

/// The properties that events have, those of most events first.
#[utoipa::path(get, path = "/events/properties", tag = "listen", params(PropertyFilter),
    responses((status = 200, body = List<EventProperty>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_event_properties(
    viewer: Viewer,
    ctx: Ctx,
    Query(filter): Query<PropertyFilter>,
) -> Result<Json<List<EventProperty>>> {
    let pattern = filter.event.as_deref().map(Pattern::of).unwrap_or_default();
    let found = read_as_filed(&ctx, &viewer.ws, move |source| properties(source.files, &pattern)).await?;
    let out = |one: FoundProperty| EventProperty {
        property: one.name,
        count: one.n_events,
        is_number: one.is_number,
    };
    Ok(Json(List::whole(found.into_iter().map(out).collect())))
}
